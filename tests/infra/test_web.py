"""The one web address: the same behaviours and headers in CloudFront as in the data that the local edge serves by."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from dataclasses import fields
from typing import Any
from urllib.parse import urlsplit

import pytest

from infra.app import APPS
from infra.config import web
from infra.delivery.cdk import Outputs
from infra.delivery.pages import console_settings
from infra.layers.target import ROOT
from infra.stacks.pages import paths_function
from tests.infra.conftest import VARIANTS
from tests.infra.template import Assembly, Json

SIGN_IN = "https://cognito-idp.eu-west-2.amazonaws.com"


def directives(policy: str) -> dict[str, list[str]]:
    return {name: sources for name, *sources in (part.split() for part in policy.split(";"))}


def config(assembly: Assembly) -> dict[str, Any]:
    found: dict[str, Any] = assembly.pages.only("AWS::CloudFront::Distribution")["DistributionConfig"]
    return found


def headers_of(assembly: Assembly, behaviour: dict[str, Any]) -> dict[str, str]:
    """What CloudFront adds, in the words of HTTP."""
    policies = assembly.pages.properties("AWS::CloudFront::ResponseHeadersPolicy")
    policy = policies[behaviour["ResponseHeadersPolicyId"]["Ref"]]["ResponseHeadersPolicyConfig"]
    security = policy["SecurityHeadersConfig"]
    items = policy["CustomHeadersConfig"]["Items"]
    assert all(item["Override"] for item in items)
    assert all(entry["Override"] for entry in security.values())
    transport = security["StrictTransportSecurity"]
    assert transport["IncludeSubdomains"] is True
    return {
        **{item["Header"]: item["Value"] for item in items},
        "Content-Security-Policy": security["ContentSecurityPolicy"]["ContentSecurityPolicy"],
        "Referrer-Policy": security["ReferrerPolicy"]["ReferrerPolicy"],
        "Strict-Transport-Security": f"max-age={transport['AccessControlMaxAgeSec']}; includeSubDomains",
        "X-Content-Type-Options": "nosniff" if "ContentTypeOptions" in security else "",
        "X-Frame-Options": security["FrameOptions"]["FrameOption"],
    }


def test_cloudfront_serves_the_behaviours_in_their_order(prod: Assembly) -> None:
    *named, last = web.behaviours([SIGN_IN])
    assert [entry["PathPattern"] for entry in config(prod)["CacheBehaviors"]] == [b.pattern for b in named]
    assert last.pattern == "*"


def test_cloudfront_adds_the_headers_of_each_behaviour_and_no_other(prod: Assembly) -> None:
    *named, last = web.behaviours([SIGN_IN])
    deployed = config(prod)
    for behaviour, entry in zip(named, deployed["CacheBehaviors"], strict=True):
        assert headers_of(prod, entry) == dict(behaviour.headers)
    assert headers_of(prod, deployed["DefaultCacheBehavior"]) == dict(last.headers)


def test_static_files_for_any_site_carry_cors_and_no_other_response_does(prod: Assembly) -> None:
    policies = prod.pages.properties("AWS::CloudFront::ResponseHeadersPolicy")
    deployed = config(prod)
    *named, last = web.behaviours([SIGN_IN])
    entries = [*deployed["CacheBehaviors"], deployed["DefaultCacheBehavior"]]
    for behaviour, entry in zip([*named, last], entries, strict=True):
        policy = policies[entry["ResponseHeadersPolicyId"]["Ref"]]["ResponseHeadersPolicyConfig"]
        assert ("CorsConfig" in policy) is behaviour.cors
        if behaviour.cors:
            assert policy["CorsConfig"]["AccessControlAllowOrigins"] == {"Items": ["*"]}
            assert policy["CorsConfig"]["AccessControlAllowCredentials"] is False
    assert {b.name for b in named if b.cors} == {"embed", "assets"}


@pytest.mark.parametrize("behaviour", web.behaviours([SIGN_IN]), ids=lambda b: b.name)
def test_no_policy_allows_inline_code_or_another_site(behaviour: web.Behaviour) -> None:
    policy = behaviour.headers["Content-Security-Policy"]
    assert "unsafe" not in policy
    for name, sources in directives(policy).items():
        assert set(sources) <= {"'none'", "'self'", *([SIGN_IN] if name == "connect-src" else [])}
    assert directives(policy)["frame-ancestors"] == ["'none'"]
    assert directives(policy)["default-src"] == ["'none'"]


@pytest.mark.parametrize("behaviour", web.behaviours(), ids=lambda b: b.name)
def test_nothing_of_a_visit_stays_in_the_browser(behaviour: web.Behaviour) -> None:
    assert behaviour.headers["Cache-Control"] == "no-store"
    assert behaviour.headers["Referrer-Policy"] == "no-referrer"
    assert behaviour.headers["X-Content-Type-Options"] == "nosniff"


def test_only_what_the_widget_loads_may_be_embedded_by_other_sites() -> None:
    shared = {b.name for b in web.behaviours() if b.headers["Cross-Origin-Resource-Policy"] == "cross-origin"}
    assert shared == {"socket", "chat", "embed", "assets"}


def test_the_console_is_isolated_from_pages_that_open_it() -> None:
    console = web.behaviour_for("/console/", web.behaviours())
    assert console.headers["Cross-Origin-Opener-Policy"] == "same-origin"


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/socket", "socket"),
        ("/socket/x", "other"),
        ("/chat/tickets", "chat"),
        ("/officers/conversations/a/notes", "officers"),
        ("/embed.js", "embed"),
        ("/embed.jsx", "other"),
        ("/assets/a.b.js", "assets"),
        ("/console/", "console"),
        ("/console/config.json", "console"),
        ("/console", "other"),
        ("/Console/", "other"),
        ("/", "other"),
        ("/chat", "other"),
    ],
)
def test_a_path_is_answered_by_the_first_pattern_that_matches(path: str, name: str) -> None:
    assert web.behaviour_for(path, web.behaviours()).name == name


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/console/", "/console/index.html"),
        ("/console", "301 /console/"),
        ("/embed.js", "/embed.js"),
        ("/", "/index.html"),
        ("/constructor", "/constructor"),
    ],
)
def test_cloudfront_finds_the_same_file_as_the_local_edge(path: str, expected: str) -> None:
    script = (
        paths_function(dict(web.REDIRECTS), web.INDEX)
        + f"""
    var answer = handler({{ request: {{ uri: {json.dumps(path)} }} }});
    console.log(answer.statusCode ? answer.statusCode + ' ' + answer.headers.location.value : answer.uri);
    """
    )
    done = subprocess.run([ROOT / ".tools" / "node" / "node", "-e", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == expected
    if path not in web.REDIRECTS:
        assert web.file_for(path) == expected.lstrip("/")


def test_pages_go_through_the_file_finder_and_apis_do_not(prod: Assembly) -> None:
    deployed = config(prod)
    for entry in [*deployed["CacheBehaviors"], deployed["DefaultCacheBehavior"]]:
        assert bool(entry.get("FunctionAssociations")) is _is_page(entry)


def _is_page(entry: Json) -> bool:
    path = str(entry.get("PathPattern", "*"))
    return web.behaviour_for(path.replace("*", "x"), web.behaviours()).origin is web.Origin.PAGES


def test_apis_get_no_cookies_and_are_not_cached(prod: Assembly) -> None:
    forward = prod.pages.only("AWS::CloudFront::OriginRequestPolicy")["OriginRequestPolicyConfig"]
    assert forward["CookiesConfig"] == {"CookieBehavior": "none"}
    assert forward["HeadersConfig"] == {"HeaderBehavior": "allExcept", "Headers": ["host"]}
    assert set(web.DROPPED_REQUEST_HEADERS) == {"cookie", *forward["HeadersConfig"]["Headers"]}
    caching_disabled = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"
    apis = [entry for entry in config(prod)["CacheBehaviors"] if not _is_page(entry)]
    assert len(apis) == len(APPS) + 1  # and the socket
    for entry in apis:
        assert entry["CachePolicyId"] == caching_disabled


def test_a_new_version_of_the_pages_is_everywhere_after_a_minute(prod: Assembly) -> None:
    ((cache, policy),) = prod.pages.properties("AWS::CloudFront::CachePolicy").items()
    limits = policy["CachePolicyConfig"]
    assert limits["MinTTL"] == limits["DefaultTTL"] == limits["MaxTTL"] == 60
    deployed = config(prod)
    pages = [entry for entry in [*deployed["CacheBehaviors"], deployed["DefaultCacheBehavior"]] if _is_page(entry)]
    assert pages
    for entry in pages:
        assert entry["CachePolicyId"] == {"Ref": cache}


def test_visitors_reach_it_over_tls_only(prod: Assembly) -> None:
    deployed = config(prod)
    for entry in [*deployed["CacheBehaviors"], deployed["DefaultCacheBehavior"]]:
        assert entry["ViewerProtocolPolicy"] == "https-only"


def test_a_domain_of_its_own_brings_modern_tls(synthesised: Callable[[str], Assembly]) -> None:
    deployed = config(synthesised("federated"))
    assert deployed["Aliases"] == ["chat.eastshire.example"]
    assert deployed["ViewerCertificate"]["MinimumProtocolVersion"] == "TLSv1.2_2021"


def test_a_federated_console_may_talk_to_the_sign_in_domain(synthesised: Callable[[str], Assembly]) -> None:
    assembly = synthesised("federated")
    (console,) = [e for e in config(assembly)["CacheBehaviors"] if e["PathPattern"] == "/console/*"]
    policy = headers_of(assembly, console)["Content-Security-Policy"]
    assert directives(policy)["connect-src"] == [
        "'self'",
        SIGN_IN,
        "https://harbour-eastshire-prod.auth.eu-west-2.amazoncognito.com",
    ]


def test_the_address_that_gives_federated_officers_their_tokens_is_one_that_the_console_may_call(
    synthesised: Callable[[str], Assembly],
) -> None:
    assembly = synthesised("federated")
    start, domain, end = assembly.identity.document["Outputs"]["SignInDomain"]["Value"]["Fn::Join"][1]
    prefix = assembly.identity.properties("AWS::Cognito::UserPoolDomain")[domain["Ref"]]["Domain"]
    made = Outputs(
        **dict.fromkeys((field.name for field in fields(Outputs)), "x") | {"sign_in_domain": f"{start}{prefix}{end}"}
    )
    federation = console_settings(VARIANTS["federated"](), made)["federation"]
    assert isinstance(federation, dict)
    token = urlsplit(federation["token_url"])
    (console,) = [e for e in config(assembly)["CacheBehaviors"] if e["PathPattern"] == "/console/*"]
    policy = headers_of(assembly, console)["Content-Security-Policy"]
    assert f"{token.scheme}://{token.netloc}" in directives(policy)["connect-src"]


def test_pages_are_read_by_cloudfront_only(prod: Assembly) -> None:
    policy = prod.pages.only("AWS::S3::BucketPolicy")["PolicyDocument"]
    allowed = [statement for statement in policy["Statement"] if statement["Effect"] == "Allow"]
    assert [statement["Principal"] for statement in allowed] == [{"Service": "cloudfront.amazonaws.com"}]
    assert [statement["Action"] for statement in allowed] == ["s3:GetObject"]
