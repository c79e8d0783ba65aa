"""Requests to GOV.UK One Login over a real socket."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, HTTPServer
from time import monotonic, sleep
from typing import Any
from urllib.parse import parse_qs

import pytest
import urllib3

from harbour.aws import one_login
from harbour.aws.one_login import Https
from harbour.identity.one_login import HttpAnswer


class Server:
    """Answers as it is told, and remembers what it was asked."""

    def __init__(self) -> None:
        self.requests: list[tuple[str, str, dict[str, str], str]] = []
        self.answer: Callable[[BaseHTTPRequestHandler], None] = lambda handler: say(handler, 200, b"{}")
        server = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def _asked(self) -> None:
                body = self.rfile.read(int(self.headers.get("content-length") or 0)).decode()
                headers = {name.lower(): value for name, value in self.headers.items()}
                server.requests.append((self.command, self.path, headers, body))
                with suppress(OSError):
                    server.answer(self)

            do_GET = do_POST = _asked  # noqa: N815 - http.server's

            def log_message(self, *_: Any) -> None:
                pass

        self._server = HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=lambda: self._server.serve_forever(0.01), daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


def say(handler: BaseHTTPRequestHandler, status: int, body: bytes, **headers: str) -> None:
    handler.send_response(status)
    for name, value in headers.items():
        handler.send_header(name, value)
    handler.send_header("content-length", str(len(body)))
    handler.send_header("connection", "close")
    handler.end_headers()
    handler.wfile.write(body)


@pytest.fixture
def server() -> Iterator[Server]:
    made = Server()
    yield made
    made.close()


@pytest.fixture
def https(monkeypatch: pytest.MonkeyPatch) -> Https:
    monkeypatch.setattr(one_login, "_PATIENCE", urllib3.Timeout(total=0.5))
    return Https(anywhere=True)


def test_a_form_is_posted_and_the_answer_read_whatever_its_status(server: Server, https: Https) -> None:
    error = json.dumps({"error": "invalid_grant"}).encode()
    server.answer = lambda handler: say(handler, 400, error)
    assert https.post(f"{server.url}/token", {"code": "a b&c", "grant_type": "x"}) == HttpAnswer(400, error)
    ((method, path, headers, body),) = server.requests
    assert (method, path) == ("POST", "/token")
    assert headers["content-type"] == "application/x-www-form-urlencoded"
    assert parse_qs(body) == {"code": ["a b&c"], "grant_type": ["x"]}


def test_who_asks_is_said_for_one_login_answers_nobody_without_a_name(server: Server, https: Https) -> None:
    https.get(f"{server.url}/userinfo", {"Authorization": "Bearer t"})
    ((_, _, headers, _),) = server.requests
    assert (headers["authorization"], headers["user-agent"]) == ("Bearer t", "harbour")


def test_no_redirect_is_followed(server: Server, https: Https) -> None:
    server.answer = lambda handler: say(handler, 302, b"", location=f"{server.url}/elsewhere")
    assert https.post(f"{server.url}/token", {"client_assertion": "secret"}).status == 302
    assert [path for _, path, _, _ in server.requests] == ["/token"]


def test_an_answer_that_does_not_come_is_none_and_is_not_asked_for_again(server: Server, https: Https) -> None:
    server.answer = lambda _handler: sleep(1)
    began = monotonic()
    assert https.get(server.url, {}) == HttpAnswer(0)
    assert monotonic() - began < 0.9
    assert len(server.requests) == 1


def test_nobody_there_is_none(server: Server, https: Https) -> None:
    server.close()
    assert https.get(server.url, {}) == HttpAnswer(0)


def test_an_answer_without_end_is_not_read_to_its_end(server: Server, https: Https) -> None:
    server.answer = lambda handler: say(handler, 200, b"x" * 1_000_000)
    assert len(https.get(server.url, {}).body) == 262_144
    server.answer = lambda handler: say(handler, 200, b"{}")
    assert https.get(server.url, {}) == HttpAnswer(200, b"{}"), "the next answer is another one"


@pytest.mark.parametrize("url", ["http://127.0.0.1:1/", "HTTP://oidc.account.gov.uk/", "file:///etc/passwd", ""])
def test_nothing_but_https_is_asked(url: str) -> None:
    assert Https().get(url, {}) == HttpAnswer(0)


def test_a_server_whose_certificate_nobody_vouches_for_is_none(server: Server) -> None:
    assert Https().get(server.url.replace("http://", "https://"), {}) == HttpAnswer(0)
    assert server.requests == []
