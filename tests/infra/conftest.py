"""Templates, synthesised once per deployment and run, without building code and with the network blocked."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache

import pytest
from pytest_socket import disable_socket, enable_socket

from infra.app import APPS, build, feature_flags
from infra.config.settings import (
    CustomDomain,
    MutualTls,
    OidcFederation,
    OneLogin,
    SamlFederation,
    Settings,
    settings_for,
)
from infra.constructs.chalice_api import load_chalice_app
from infra.layers import StubAssets
from tests.infra.template import Assembly

DOMAIN = CustomDomain(
    name="chat.eastshire.example",
    certificate_arn="arn:aws:acm:us-east-1:111122223333:certificate/00000000-0000-0000-0000-000000000000",
)
SAML = SamlFederation(
    metadata_url="https://sso.eastshire.example/metadata",
    collar_attribute="collarNumber",
    name_attribute="displayName",
    force_attribute="forceId",
)
OIDC = OidcFederation(
    issuer="https://sso.eastshire.example",
    client_id="harbour",
    client_secret_name="eastshire-sso",
    collar_claim="collar",
    name_claim="name",
    force_claim="force",
)
MUTUAL_TLS = MutualTls(
    name="hooks.eastshire.example",
    certificate_arn="arn:aws:acm:eu-west-2:111122223333:certificate/00000000-0000-0000-0000-000000000000",
    trust_store_bucket="eastshire-trust",
    trust_store_key="crime-systems.pem",
)
ONE_LOGIN = OneLogin(
    client_id="HGIOgho9HIRhgoepdIOPFdIUWgewi0jw",
    issuer="https://oidc.account.gov.uk",
    key_secret_name="eastshire-one-login",
)
VARIANTS: dict[str, Callable[[], Settings]] = {
    "local": lambda: settings_for("local", local_port=4999),
    "dev": lambda: settings_for("dev"),
    "prod": lambda: settings_for("prod"),
    "federated": lambda: replace(
        settings_for("prod"),
        domain=DOMAIN,
        federation=SAML,
        callback_urls=("https://chat.eastshire.example/console/",),
        mutual_tls=MUTUAL_TLS,
        one_login=ONE_LOGIN,
    ),
    "oidc": lambda: replace(settings_for("dev"), federation=OIDC, callback_urls=("https://x.example/console/",)),
}

Synthesise = Callable[[str], Assembly]


@pytest.fixture(scope="session")
def synthesised(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Synthesise]:
    """Templates of one of `VARIANTS`. cdk-nag runs in each but ``local`` and makes it fail on a finding."""
    apps = {name: load_chalice_app(name) for name in APPS}

    @cache
    def synthesise(variant: str) -> Assembly:
        out = tmp_path_factory.mktemp(variant)
        assets = StubAssets(tmp_path_factory.getbasetemp() / "stubs")
        disable_socket(allow_unix_socket=True)
        try:
            build(VARIANTS[variant](), assets, apps, context=feature_flags(), outdir=str(out)).app.synth()
        finally:
            enable_socket()
        return Assembly.read(out)

    with pytest.MonkeyPatch.context() as environment:
        for name in [name for name in os.environ if name.startswith(("AWS_", "HARBOUR_"))]:
            environment.delenv(name)
        yield synthesise


@pytest.fixture(scope="session")
def prod(synthesised: Synthesise) -> Assembly:
    return synthesised("prod")


@pytest.fixture(scope="session")
def local(synthesised: Synthesise) -> Assembly:
    return synthesised("local")
