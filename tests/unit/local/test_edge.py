"""The local edge answers with the headers of `infra.config.web`, and hands on what CloudFront would."""

from __future__ import annotations

from collections.abc import Mapping
from types import TracebackType
from typing import Any, Self

import pytest
from aiohttp import web
from aiohttp.test_utils import make_mocked_request
from multidict import CIMultiDict

from infra.config.web import Origin, behaviour_for, behaviours
from infra.local.edge import Edge, EdgeSettings
from infra.local.force_page import content_security_policy

SETTINGS = EdgeSettings(
    port=8600,
    force_port=8601,
    cloud="http://127.0.0.1:4566",
    region="eu-west-2",
    bucket="pages",
    apis={Origin.CHAT_API: "c1", Origin.OFFICERS_API: "o1", Origin.SOCKET: "s1"},
    force_files="demo",
)
BEHAVIOURS = behaviours(connect=("http://127.0.0.1:4566",))


class Answered:
    """What the embedded cloud answers."""

    def __init__(self, status: int, headers: Mapping[str, str], body: bytes) -> None:
        self.status = status
        self.ok = status < 400
        self.headers = CIMultiDict(headers)
        self._body = body

    async def read(self) -> bytes:
        return self._body

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        pass


class Cloud:
    """Stands for the embedded cloud, and remembers what it was asked."""

    def __init__(self, status: int = 200, headers: Mapping[str, str] | None = None, body: bytes = b"body") -> None:
        self.asked: list[tuple[str, str, dict[str, Any]]] = []
        self._answer = (status, headers or {"Content-Type": "text/javascript; charset=utf-8"}, body)

    def request(self, method: str, url: object, **options: Any) -> Answered:
        self.asked.append((method, str(url), options))
        return Answered(*self._answer)

    def get(self, url: object, **options: Any) -> Answered:
        return self.request("GET", url, **options)


async def ask(
    cloud: Cloud, path: str, method: str = "GET", headers: Mapping[str, str] | None = None
) -> web.StreamResponse:
    request = make_mocked_request(method, path, headers=CIMultiDict(headers or {}))
    request._read_bytes = b""
    return await Edge(SETTINGS, cloud).answer(request)  # type: ignore[arg-type]


PATHS = [
    "/embed.js",
    "/assets/chat-1.js",
    "/console/",
    "/console/config.json",
    "/chat/force",
    "/officers/me",
    "/",
    "/x",
]


@pytest.mark.parametrize("path", PATHS)
async def test_every_answer_has_exactly_the_headers_that_cloudfront_is_configured_with(path: str) -> None:
    response = await ask(Cloud(), path)
    wanted = behaviour_for(path, BEHAVIOURS)
    ours = {name: value for name, value in response.headers.items() if name != "Content-Type"}
    cors = {"Access-Control-Allow-Origin": "*"} if wanted.cors else {}
    assert ours == {**wanted.headers, **cors}


async def test_what_the_origin_says_under_the_same_name_is_overridden() -> None:
    response = await ask(Cloud(headers={"cache-control": "max-age=60", "X-Own": "1"}), "/chat/force")
    assert response.headers.getall("Cache-Control") == ["no-store"]
    assert response.headers["X-Own"] == "1"


@pytest.mark.parametrize(("path", "key"), [("/console/", "console/index.html"), ("/embed.js", "embed.js")])
async def test_a_page_is_fetched_from_the_bucket_signed_and_as_over_tls(path: str, key: str) -> None:
    cloud = Cloud()
    await ask(cloud, path)
    [(method, url, options)] = cloud.asked
    assert (method, url) == ("GET", f"http://127.0.0.1:4566/pages/{key}")
    assert options["headers"]["Authorization"].startswith("AWS4-HMAC-SHA256 ")
    assert options["headers"]["X-Forwarded-Proto"] == "https"


async def test_a_missing_page_looks_like_a_forbidden_one() -> None:
    assert (await ask(Cloud(status=404), "/console/nothing.js")).status == 403


async def test_an_api_gets_path_and_query_as_they_are_and_no_cookie() -> None:
    cloud = Cloud(headers={"Content-Type": "application/json"})
    headers = {"Cookie": "a=b", "Host": "x", "Connection": "close", "Authorization": "token", "Origin": "null"}
    await ask(cloud, "/officers/canned?language=es%20x", headers=headers)
    [(_, url, options)] = cloud.asked
    assert url == "http://127.0.0.1:4566/_aws/execute-api/o1/officers/canned?language=es%20x"
    sent = {name.lower() for name in options["headers"]}
    assert {"authorization", "origin", "x-forwarded-for"} <= sent
    assert not {"cookie", "host", "connection"} & sent


async def test_a_method_that_a_behaviour_does_not_list_is_refused_before_the_origin() -> None:
    cloud = Cloud()
    assert (await ask(cloud, "/embed.js", "POST")).status == 403
    assert cloud.asked == []


async def test_the_console_without_its_slash_is_sent_to_it() -> None:
    response = await ask(Cloud(), "/console")
    assert (response.status, response.headers["Location"]) == (301, "/console/")


async def test_no_query_string_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO", "edge")
    await ask(Cloud(), "/chat/force?ticket=secret")
    assert "/chat/force" in caplog.text
    assert "secret" not in caplog.text


def test_the_forces_page_allows_harbour_for_scripts_and_connections_and_nothing_else() -> None:
    directives = dict(
        directive.split(" ", 1) for directive in content_security_policy("http://127.0.0.1:8600").split("; ")
    )
    assert {name for name, value in directives.items() if "8600" in value} == {"script-src", "connect-src"}
    assert directives["default-src"] == "'none'"
    assert directives["connect-src"] == "http://127.0.0.1:8600 ws://127.0.0.1:8600"
    assert not any("unsafe" in value or "data:" in value for value in directives.values())
