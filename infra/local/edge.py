"""Stands in for CloudFront on a developer's machine: Harbour's one web address.

It serves the pages bucket and hands the paths of the APIs and the socket on to the APIs of the embedded
cloud, with the headers of `infra.config.web`, from which CloudFront itself is configured. It also keeps those limits
of API Gateway's sockets that the embedded cloud does not: text frames only, 128 KB a message, ten minutes of silence,
two hours in all.

No query string and no address of a caller is logged: a ticket is in the one, a victim behind the other.

    python -m infra.local.edge --settings .harbour/edge.json
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import logging
import mimetypes
import os
import resource
import signal
import sys
import time
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final
from urllib.parse import quote

from aiohttp import ClientError, ClientSession, ClientTimeout, ClientWebSocketResponse, TCPConnector, web
from aiohttp import WSMsgType as Frame
from aiohttp import WSServerHandshakeError as HandshakeRefused
from botocore.auth import S3SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from yarl import URL

from infra.config.web import (
    DROPPED_REQUEST_HEADERS,
    REDIRECTS,
    Behaviour,
    Origin,
    behaviour_for,
    behaviours,
    file_for,
)
from infra.local import force_page
from infra.local.instance import LOOPBACK

_LOG: Final = logging.getLogger("edge")

LARGEST_MESSAGE: Final = 128 * 1024
"""Bytes (API Gateway, WebSocket quotas); a larger message ends the connection with 1009."""
IDLE_SECONDS: Final = 600
LONGEST_SECONDS: Final = 7200
"""API Gateway ends a socket after ten minutes without a frame, and any socket after two hours."""

AT_ONCE: Final = 2 * (os.cpu_count() or 1)
"""Requests and handshakes that are let through at the same time; more of them wait their turn. The embedded cloud
starts a new process for each call of a function that finds none idle, so that a burst which AWS would not notice
starts so many on this machine that none of them answers in time."""

_GOING_AWAY: Final = 1001
_UNSUPPORTED_DATA: Final = 1003
_INTERNAL_ERROR: Final = 1011

_HOP_BY_HOP: Final = frozenset(
    {
        "connection",
        "keep-alive",
        "proxy-authenticate",
        "proxy-authorization",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
    }
)
"""RFC 9110 section 7.6.1: for one connection only, so never handed on."""

_COMPRESSED: Final = ("text/", "application/javascript", "application/json", "image/svg+xml")
"""What CloudFront compresses when the browser takes it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EdgeSettings:
    """What the edge must know; written by ``make up`` after the deployment.

    Attributes
    ----------
    port, force_port
        Where Harbour and the demonstration page of the force answer.
    cloud
        Address of the embedded cloud.
    region, bucket
        Where the pages are.
    apis
        Ids of the APIs, by origin.
    force_files
        Folder with the demonstration page.
    """

    port: int
    force_port: int
    cloud: str
    region: str
    bucket: str
    apis: dict[Origin, str]
    force_files: str

    @classmethod
    def read(cls, file: Path) -> EdgeSettings:
        """What `write` wrote."""
        document = json.loads(file.read_text("utf-8"))
        return cls(**document | {"apis": {Origin(name): api for name, api in document["apis"].items()}})

    def write(self, file: Path) -> None:
        """Keep it in a file."""
        file.write_text(json.dumps(asdict(self), indent=1) + "\n", "utf-8")

    def api(self, origin: Origin) -> str:
        """Address of an API without its stage, which is the first part of every path."""
        return f"{self.cloud}/_aws/execute-api/{self.apis[origin]}"


class Edge:
    """Answers requests as CloudFront would.

    Parameters
    ----------
    settings
        Where things are.
    session
        For requests to the embedded cloud.
    """

    def __init__(self, settings: EdgeSettings, session: ClientSession) -> None:
        self._settings = settings
        self._session = session
        self._behaviours = behaviours(connect=(settings.cloud,))
        self._credentials = Credentials("test", "test")
        self._turn = asyncio.Semaphore(AT_ONCE)
        self._handlers: dict[Origin, Callable[[web.Request, Behaviour], Awaitable[web.StreamResponse]]] = {
            **dict.fromkeys(Origin, self._api),
            Origin.PAGES: self._page,
            Origin.SOCKET: self._socket,
        }

    async def answer(self, request: web.Request) -> web.StreamResponse:
        """The answer to one request, with the headers of the behaviour that its path falls under."""
        begun = time.monotonic()
        behaviour = behaviour_for(request.path, self._behaviours)
        if request.method not in behaviour.methods:
            response: web.StreamResponse = _error(403, "this method is not let through")
        elif request.path in REDIRECTS:
            response = web.Response(status=301, headers={"Location": REDIRECTS[request.path]})
        else:
            try:
                response = await self._handlers[behaviour.origin](request, behaviour)
            except (ClientError, TimeoutError) as failed:
                _LOG.warning("%s: %s", behaviour.name, type(failed).__name__)
                response = _error(504, "the origin did not answer")
        if not response.prepared:
            response.headers.update(behaviour.headers)
            if behaviour.cors:
                response.headers["Access-Control-Allow-Origin"] = "*"
        _LOG.info("%s %s %s %.0f ms", request.method, request.path, response.status, (time.monotonic() - begun) * 1000)
        return response

    async def _page(self, request: web.Request, _: Behaviour) -> web.StreamResponse:
        """A file of the pages bucket."""
        if request.method == "OPTIONS":
            return web.Response(status=200)
        key = file_for(request.path)
        url = f"{self._settings.cloud}/{self._settings.bucket}/{quote(key)}"
        signed = AWSRequest("GET", url)
        S3SigV4Auth(self._credentials, "s3", self._settings.region).add_auth(signed)
        # CloudFront fetches over TLS, and the bucket refuses anything else.
        headers = {**dict(signed.headers.items()), "X-Forwarded-Proto": "https"}
        async with self._session.get(URL(url, encoded=True), headers=headers) as found:
            body = await found.read()
            if not found.ok:
                # As from a bucket that its reader may not list: a missing file and a forbidden one look the same.
                return _error(403 if found.status in (403, 404) else found.status, "there is no such page")
            kind = found.headers.get("Content-Type", mimetypes.guess_type(key)[0] or "application/octet-stream")
        response = web.Response(body=body, headers={"Content-Type": kind})
        if kind.startswith(_COMPRESSED):
            response.enable_compression()
        return response

    async def _api(self, request: web.Request, behaviour: Behaviour) -> web.StreamResponse:
        """What a REST API answers."""
        url = URL(self._settings.api(behaviour.origin) + request.raw_path, encoded=True)
        given = await request.read()
        async with (
            self._turn,
            self._session.request(
                request.method,
                url,
                headers=_handed_on(request),
                skip_auto_headers=("Accept", "Accept-Encoding", "Content-Type", "User-Agent"),
                data=given or None,
                allow_redirects=False,
            ) as answered,
        ):
            headers = [
                (name, value)
                for name, value in answered.headers.items()
                if name.lower() not in _HOP_BY_HOP | {"content-length", "date", "server"}
            ]
            body = await answered.read()
        response = web.Response(status=answered.status, body=body)
        response.headers.clear()
        response.headers.extend(headers)
        return response

    async def _socket(self, request: web.Request, behaviour: Behaviour) -> web.StreamResponse:
        """The socket, joined to the WebSocket API's: frames both ways, and each side's close code to the other."""
        if request.headers.get("Upgrade", "").lower() != "websocket":
            return _error(426, "this address speaks WebSocket only")
        url = URL(self._settings.api(behaviour.origin) + request.raw_path, encoded=True)
        try:
            async with self._turn:
                behind = await self._session.ws_connect(url, headers=_handed_on(request), max_msg_size=0)
        except HandshakeRefused as refused:
            return _error(refused.status, "the connection was refused")
        front = web.WebSocketResponse(max_msg_size=LARGEST_MESSAGE, compress=False)
        try:
            await front.prepare(request)
            await _join(front, behind)
        finally:
            await behind.close()
        return front


async def _join(front: web.WebSocketResponse, behind: ClientWebSocketResponse) -> None:
    """Hand frames on until one side closes, then close the other in the same way."""
    from_front = asyncio.create_task(_from_front(front, behind))
    from_behind = asyncio.create_task(_from_behind(front, behind))
    try:
        async with asyncio.timeout(LONGEST_SECONDS):
            await asyncio.wait({from_front, from_behind}, return_when=asyncio.FIRST_COMPLETED)
    except TimeoutError:
        await front.close(code=_GOING_AWAY)
    finally:
        # Also when the server cancels this because the browser is gone: the API behind must learn how it went.
        for task in (from_front, from_behind):
            task.cancel()
        for result in await asyncio.gather(from_front, from_behind, return_exceptions=True):
            if isinstance(result, Exception):
                _LOG.warning("socket: %s", type(result).__name__)
        await behind.close(code=_code(front.close_code))
        await front.close(code=_code(behind.close_code))


async def _from_front(front: web.WebSocketResponse, behind: ClientWebSocketResponse) -> None:
    while True:
        try:
            frame = await front.receive(timeout=IDLE_SECONDS)
        except TimeoutError:
            await front.close(code=_GOING_AWAY)
            return
        if frame.type is Frame.TEXT:
            await behind.send_str(frame.data)
        elif frame.type is Frame.BINARY:
            await front.close(code=_UNSUPPORTED_DATA)
            return
        else:
            return


async def _from_behind(front: web.WebSocketResponse, behind: ClientWebSocketResponse) -> None:
    async for frame in behind:
        if frame.type is Frame.TEXT:
            with contextlib.suppress(ConnectionResetError):
                await front.send_str(frame.data)


def _code(code: int | None) -> int:
    """A close code that may be sent: those that only describe a missing one become a normal end."""
    return 1000 if code in (None, 1005, 1006, 1015) else code


def _handed_on(request: web.Request) -> dict[str, str]:
    """Request headers for an API: without what CloudFront keeps to itself, with what it adds."""
    dropped = _HOP_BY_HOP | {name.lower() for name in DROPPED_REQUEST_HEADERS} | {"content-length"}
    forwarded = (request.headers.get("X-Forwarded-For"), request.remote)
    return {
        **{
            name: value
            for name, value in request.headers.items()
            # The handshake with the API behind is one of its own.
            if name.lower() not in dropped and not name.lower().startswith("sec-websocket-")
        },
        "X-Forwarded-For": ", ".join(part for part in forwarded if part),
        "Via": "1.1 harbour-edge",
        "X-Amz-Cf-Id": uuid.uuid4().hex,
    }


def _error(status: int, text: str) -> web.Response:
    return web.Response(status=status, text=text + "\n")


def application(settings: EdgeSettings) -> web.Application:
    """The edge as a web application with its own connections to the embedded cloud."""

    async def connections(app: web.Application) -> AsyncIterator[None]:
        patience = ClientTimeout(total=None, sock_connect=5)
        async with ClientSession(connector=TCPConnector(limit=0), auto_decompress=False, timeout=patience) as session:
            app[_EDGE] = Edge(settings, session)
            yield

    async def answer(request: web.Request) -> web.StreamResponse:
        return await request.app[_EDGE].answer(request)

    app = web.Application(client_max_size=10 * 1024 * 1024)
    app.cleanup_ctx.append(connections)
    app.router.add_route("*", "/{path:.*}", answer)
    return app


_EDGE: Final = web.AppKey("edge", Edge)


async def serve(settings: EdgeSettings) -> None:
    """Serve both addresses until cancelled."""
    runners = [
        (web.AppRunner(application(settings), access_log=None), settings.port),
        (web.AppRunner(force_page.application(settings), access_log=None), settings.force_port),
    ]
    try:
        for runner, port in runners:
            await runner.setup()
            await web.TCPSite(runner, LOOPBACK, port, backlog=1024).start()
        await asyncio.Event().wait()
    finally:
        for runner, _ in runners:
            await runner.cleanup()


def main(arguments: list[str]) -> None:
    """Serve until told to stop."""
    parser = argparse.ArgumentParser(prog="python -m infra.local.edge")
    parser.add_argument("--settings", type=Path, required=True)
    chosen = parser.parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(levelname)s %(message)s")
    allow_many_connections()
    asyncio.run(_serve_until_told(EdgeSettings.read(chosen.settings)))


async def _serve_until_told(settings: EdgeSettings) -> None:
    serving = asyncio.create_task(serve(settings))
    for sign in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(sign, serving.cancel)
    with contextlib.suppress(asyncio.CancelledError):
        await serving


def allow_many_connections() -> None:
    """Raise this process's limit of open files: each visitor's socket takes two."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 10_240 if hard == resource.RLIM_INFINITY else min(10_240, hard)
    if soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


if __name__ == "__main__":
    main(sys.argv[1:])
