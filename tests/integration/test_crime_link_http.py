"""The one request to a crime system, over a real socket; and where it never goes."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest
import urllib3

from harbour.aws import http
from harbour.aws.http import HttpPost, outside, wish
from harbour.crime.ports import Answer

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)


class Server:
    """Answers as it is told, and remembers what it was asked."""

    def __init__(self) -> None:
        self.requests: list[tuple[str, str, bytes, dict[str, str]]] = []
        self.answer: Callable[[BaseHTTPRequestHandler], None] = lambda handler: plain(handler, 200)
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                server.requests.append((self.command, self.path, body, dict(self.headers.items())))
                with contextlib.suppress(OSError):
                    server.answer(self)

            def log_message(self, *_: Any) -> None:
                pass

        self._server = HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}/hooks/harbour?v=1"
        threading.Thread(target=lambda: self._server.serve_forever(0.01), daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


def plain(handler: BaseHTTPRequestHandler, status: int, **headers: str) -> None:
    handler.send_response(status)
    for name, value in headers.items():
        handler.send_header(name.replace("_", "-"), value)
    handler.send_header("content-length", "0")
    handler.end_headers()


@pytest.fixture
def server() -> Iterator[Server]:
    made = Server()
    yield made
    made.close()


@pytest.fixture
def post(monkeypatch: pytest.MonkeyPatch) -> HttpPost:
    monkeypatch.setattr(http, "_PATIENCE", urllib3.Timeout(connect=0.5, read=0.5))
    return HttpPost(anywhere=True)


def send(post: HttpPost, url: str) -> Answer:
    return post(url, b'{"a":1}', {"content-type": "application/json", "webhook-id": "t1"})


def test_the_body_goes_as_it_is_to_the_whole_address(server: Server, post: HttpPost) -> None:
    assert send(post, server.url) == Answer(status=200)
    ((method, path, body, headers),) = server.requests
    assert (method, path, body) == ("POST", "/hooks/harbour?v=1", b'{"a":1}')
    assert headers["webhook-id"] == "t1"
    assert headers["content-type"] == "application/json"
    assert headers["host"] == server.url.split("/")[2]


@pytest.mark.parametrize("status", [200, 204, 301, 302, 307, 308, 400, 410, 429, 500, 503])
def test_a_status_is_handed_on_and_no_redirect_is_followed(server: Server, post: HttpPost, status: int) -> None:
    server.answer = lambda handler: plain(handler, status, location=server.url + "&again=1")
    assert send(post, server.url).status == status
    assert len(server.requests) == 1


def test_a_wish_to_wait_is_read_in_seconds_and_as_a_date(server: Server, post: HttpPost) -> None:
    server.answer = lambda handler: plain(handler, 503, retry_after="120")
    assert send(post, server.url).retry_after == timedelta(minutes=2)
    server.answer = lambda handler: plain(handler, 503, retry_after="Fri, 31 Dec 2399 23:59:59 GMT")
    assert send(post, server.url).retry_after is not None


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("0", timedelta(0)),
        ("90", timedelta(seconds=90)),
        (" 90 ", timedelta(seconds=90)),
        ("Mon, 23 Nov 2026 10:05:00 GMT", timedelta(minutes=5)),
        ("Monday, 23-Nov-26 10:05:00 GMT", timedelta(minutes=5)),
        ("Mon, 23 Nov 2026 09:00:00 GMT", None),
        ("", None),
        ("soon", None),
        ("-5", None),
        ("1.5", None),
        ("٣", None),
        ("9" * 400, timedelta(days=366)),
    ],
)
def test_a_wish_is_what_the_standard_says_or_nothing(header: str, expected: timedelta | None) -> None:
    assert wish(header, NOW) == expected


def test_of_an_endless_answer_nothing_is_read(server: Server, post: HttpPost) -> None:
    sent = 0

    def endless(handler: BaseHTTPRequestHandler) -> None:
        nonlocal sent
        handler.send_response(200)
        handler.end_headers()
        for _ in range(4_096):
            handler.wfile.write(b"x" * 65_536)
            sent += 65_536

    server.answer = endless
    assert send(post, server.url) == Answer(status=200)
    assert sent < 64 * 2**20
    server.answer = lambda handler: plain(handler, 204)
    assert send(post, server.url) == Answer(status=204), "the next request is not disturbed"


def test_who_does_not_answer_in_time_has_not_answered(server: Server, post: HttpPost) -> None:
    wait = threading.Event()
    server.answer = lambda _handler: void(wait.wait(3))
    assert send(post, server.url) == Answer(status=0)
    wait.set()


def test_what_is_no_http_is_no_answer(server: Server, post: HttpPost) -> None:
    server.answer = lambda handler: void(handler.wfile.write(b"220 smtp.example ESMTP\r\n"))
    assert send(post, server.url) == Answer(status=0)


def test_where_nobody_listens_there_is_no_answer(post: HttpPost) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        assert send(post, f"http://127.0.0.1:{taken.getsockname()[1]}/") == Answer(status=0)


def void(_: object) -> None:
    """A value that nobody needs."""


# -- where it never goes -------------------------------------------------------------------------------------------


def leads_to(*addresses: str) -> Callable[..., list[Any]]:
    return lambda *_args, **_more: [(0, 0, 0, "", (one, 443)) for one in addresses]


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.0.0.7",
        "172.16.3.4",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",  # noqa: S104 - refused
        "::1",
        "fd00:ec2::254",
        "fe80::1",
        "::ffff:10.0.0.7",
    ],
)
def test_no_address_inside_is_ever_asked(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    """Nor one of several: whoever sets the name's records could choose which is used."""
    monkeypatch.setattr(socket, "getaddrinfo", leads_to("93.184.215.14", address))
    assert outside("https://crimes.example/") is None
    assert HttpPost()("https://crimes.example/", b"", {}) == Answer(status=0)


@pytest.mark.parametrize(
    "url", ["http://crimes.example/", "ftp://crimes.example/", "https://", "//crimes.example/", "https://a:99999/", ""]
)
def test_only_https_is_asked(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", leads_to("93.184.215.14"))
    assert outside(url) is None
    assert HttpPost()(url, b"", {}) == Answer(status=0)


def test_this_machine_is_asked_only_where_that_is_allowed(server: Server) -> None:
    assert HttpPost()(server.url, b"", {}) == Answer(status=0)
    assert server.requests == []


def test_a_name_is_looked_up_once_and_its_certificate_must_be_the_names(monkeypatch: pytest.MonkeyPatch) -> None:
    """A name that leads elsewhere a moment later (DNS rebinding) leads nobody there."""
    looked_up: list[str] = []
    connected: list[tuple[str, Any]] = []

    def look_up(host: str, *_args: Any, **_more: Any) -> list[Any]:
        looked_up.append(host)
        return leads_to("93.184.215.14")() if len(looked_up) == 1 else leads_to("127.0.0.1")()

    def connect(address: tuple[str, int], *_args: Any, **_more: Any) -> socket.socket:
        connected.append((address[0], address[1]))
        raise OSError("no network here")

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    monkeypatch.setattr("urllib3.util.connection.create_connection", connect)
    assert HttpPost()("https://crimes.example:8443/x", b"", {}) == Answer(status=0)
    assert looked_up == ["crimes.example"]
    assert connected == [("93.184.215.14", 8443)]
    pool = HttpPost()._pool("https://crimes.example/x")
    assert pool is None, "the second look-up leads inside"
