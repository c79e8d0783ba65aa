"""A forward proxy between the browser and everything else: what a page loads is counted where it passes.

The browser's own tools do not see all of it: the first script of a sandboxed ``srcdoc`` frame is fetched before they
are attached. Only addresses of this machine are let through; anything else is noted and refused.
"""

from __future__ import annotations

import gzip
import http.client
import select
import socket
import sys
import threading
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Final
from urllib.parse import urlsplit

from tests.bench.wire import LOOPBACK

_HOP_BY_HOP: Final = frozenset({"connection", "keep-alive", "proxy-connection", "transfer-encoding", "accept-encoding"})


@dataclass(frozen=True, slots=True)
class Passed:
    """One response: from where, what for, and its size, as gzip -9 sends it."""

    host: str
    method: str
    path: str
    status: int
    size: int


class ForwardProxy:
    """Serves one address until closed.

    Attributes
    ----------
    passed
        Every response, in the order in which they ended.
    tunnels
        Bytes that came back through the tunnels to each host, as they were sent.
    """

    def __init__(self) -> None:
        self.passed: list[Passed] = []
        self.tunnels: dict[str, int] = {}
        self._server = _Server((LOOPBACK, 0), _handler(self))
        threading.Thread(target=self._server.serve_forever, name="forward", daemon=True).start()

    @property
    def address(self) -> str:
        """For the browser's proxy setting."""
        return f"http://{LOOPBACK}:{self._server.server_address[1]}"

    @property
    def hosts(self) -> set[str]:
        """Every host that was asked for anything."""
        return {response.host for response in self.passed} | self.tunnels.keys()

    def close(self) -> None:
        """Stop serving."""
        self._server.shutdown()
        self._server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """A browser that closes drops its connections; anything else is shown."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)  # type: ignore[arg-type]


def _handler(proxy: ForwardProxy) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self._forward()

        def do_POST(self) -> None:
            self._forward()

        def do_OPTIONS(self) -> None:
            self._forward()

        def do_CONNECT(self) -> None:
            """A tunnel: what a browser asks for when a page opens a socket."""
            proxy.tunnels.setdefault(self.path, 0)
            host, _, port = self.path.rpartition(":")
            if host != LOOPBACK:
                self._refuse()
                return
            with socket.create_connection((host, int(port))) as behind:
                self.send_response(200)
                self.end_headers()
                self.close_connection = True
                _pump(self.connection, behind, proxy, self.path)

        def _forward(self) -> None:
            url = urlsplit(self.path)
            body = self.rfile.read(int(self.headers.get("content-length", 0)))
            if url.hostname != LOOPBACK:
                proxy.passed.append(Passed(url.netloc, self.command, url.path, 502, 0))
                self._refuse()
                return
            # Asked for without compression, so that what passes is the content, whatever the server's own choice is.
            headers = {name: value for name, value in self.headers.items() if name.lower() not in _HOP_BY_HOP}
            behind = http.client.HTTPConnection(url.netloc, timeout=30)
            try:
                target = url.path + (f"?{url.query}" if url.query else "")
                behind.request(self.command, target, body or None, {**headers, "accept-encoding": "identity"})
                answer = behind.getresponse()
                content = answer.read()
            finally:
                behind.close()
            size = len(gzip.compress(content, 9)) if content else 0
            proxy.passed.append(Passed(url.netloc, self.command, url.path, answer.status, size))
            self.send_response_only(answer.status)
            for name, value in answer.getheaders():
                if name.lower() not in _HOP_BY_HOP | {"content-length"}:
                    self.send_header(name, value)
            self.send_header("content-length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def _refuse(self) -> None:
            self.send_response(502)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class names it so
            """The proxy keeps responses, not lines."""

    return Handler


def _pump(front: socket.socket, behind: socket.socket, proxy: ForwardProxy, host: str) -> None:
    """Hand bytes on both ways until one side ends; count those that go to the browser."""
    while True:
        for ready in select.select([front, behind], [], [])[0]:
            data = ready.recv(65536)
            if not data:
                return
            if ready is behind:
                proxy.tunnels[host] += len(data)
            (front if ready is behind else behind).sendall(data)
