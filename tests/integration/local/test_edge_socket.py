"""The edge joins a browser's socket to the WebSocket API behind it: frames, close codes, refusals, limits."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field

import pytest
from aiohttp import ClientSession, TCPConnector, WSMsgType, WSServerHandshakeError, web
from aiohttp.test_utils import TestServer

from infra.config.web import Origin
from infra.local import edge
from infra.local.edge import EdgeSettings


@dataclass
class Api:
    """Stands for the WebSocket API: says back what it hears, and does what it is told."""

    requests: list[web.Request] = field(default_factory=list)
    at_once: int = 0
    most_at_once: int = 0
    closed_with: asyncio.Queue[int | None] = field(default_factory=asyncio.Queue)

    async def answer(self, request: web.Request) -> web.StreamResponse:
        self.requests.append(request)
        if request.query.get("ticket") == "spent":
            return web.Response(status=403)
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        async for frame in socket:
            if frame.data == "close me":
                await socket.close(code=4001)
            elif frame.data == "many":
                for number in range(100):
                    await socket.send_str(str(number))
            else:
                await socket.send_str(frame.data)
        await self.closed_with.put(socket.close_code)
        return socket

    async def slowly(self, _: web.Request) -> web.Response:
        """A REST API that takes its time, and counts how many wait for it."""
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        await asyncio.sleep(0.01)
        self.at_once -= 1
        return web.json_response({})


Address = Callable[[str], str]


@pytest.fixture
async def api() -> AsyncIterator[tuple[Api, str]]:
    made = Api()
    app = web.Application()
    app.router.add_get("/_aws/execute-api/s1/socket", made.answer)
    app.router.add_post("/_aws/execute-api/c1/chat/tickets", made.slowly)
    async with TestServer(app) as server:
        yield made, str(server.make_url("")).rstrip("/")


@pytest.fixture
async def address(api: tuple[Api, str]) -> AsyncIterator[Address]:
    settings = EdgeSettings(
        port=0, force_port=0, cloud=api[1], region="eu-west-2", bucket="pages",
        apis={Origin.CHAT_API: "c1", Origin.SOCKET: "s1"}, force_files=".",
    )  # fmt: skip
    async with TestServer(edge.application(settings)) as server:
        yield lambda ticket: str(server.make_url(f"/socket?ticket={ticket}"))


@pytest.fixture
async def browser() -> AsyncIterator[ClientSession]:
    async with ClientSession(connector=TCPConnector(limit=0)) as session:
        yield session


async def test_frames_go_both_ways_in_order(browser: ClientSession, address: Address) -> None:
    async with browser.ws_connect(address("t")) as socket:
        await socket.send_str('{"text":"né 😀"}')
        assert await socket.receive_str(timeout=5) == '{"text":"né 😀"}'
        await socket.send_str("many")
        assert [await socket.receive_str(timeout=5) for _ in range(100)] == [str(number) for number in range(100)]


async def test_the_api_gets_ticket_and_origin(browser: ClientSession, address: Address, api: tuple[Api, str]) -> None:
    async with browser.ws_connect(address("a%2Bb"), headers={"Origin": "null", "Cookie": "a=b"}):
        [request] = api[0].requests
        assert request.query["ticket"] == "a+b"
        assert request.headers["Origin"] == "null"
        assert "Cookie" not in request.headers


async def test_a_refused_handshake_keeps_its_status(browser: ClientSession, address: Address) -> None:
    with pytest.raises(WSServerHandshakeError) as refused:
        await browser.ws_connect(address("spent"))
    assert refused.value.status == 403


async def test_each_sides_close_code_reaches_the_other(
    browser: ClientSession, address: Address, api: tuple[Api, str]
) -> None:
    async with browser.ws_connect(address("t")) as socket:
        await socket.close(code=1001)
    assert await asyncio.wait_for(api[0].closed_with.get(), 5) == 1001
    async with browser.ws_connect(address("t")) as socket:
        await socket.send_str("close me")
        assert (await socket.receive(timeout=5)).type is WSMsgType.CLOSE
        assert socket.close_code == 4001


@pytest.mark.parametrize(("sent", "code"), [(b"bytes", 1003), ("x" * (edge.LARGEST_MESSAGE + 1), 1009)])
async def test_what_api_gateway_does_not_take_ends_the_connection_as_there(
    browser: ClientSession, address: Address, api: tuple[Api, str], sent: str | bytes, code: int
) -> None:
    async with browser.ws_connect(address("t")) as socket:
        await (socket.send_bytes(sent) if isinstance(sent, bytes) else socket.send_str(sent))
        await socket.receive(timeout=5)
        assert socket.close_code == code
    await asyncio.wait_for(api[0].closed_with.get(), 5)


async def test_a_silent_connection_is_ended(
    browser: ClientSession, address: Address, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(edge, "IDLE_SECONDS", 0.1)
    async with browser.ws_connect(address("t")) as socket:
        assert (await socket.receive(timeout=5)).type is WSMsgType.CLOSE
        assert socket.close_code == 1001


async def test_a_request_that_is_no_handshake_is_told_so(browser: ClientSession, address: Address) -> None:
    async with browser.get(address("t")) as answered:
        assert answered.status == 426


async def test_four_hundred_sockets_at_once_lose_nothing(browser: ClientSession, address: Address) -> None:
    async def talk(number: int) -> list[str]:
        async with browser.ws_connect(address(str(number))) as socket:
            for turn in range(5):
                await socket.send_str(f"{number}.{turn}")
            return [await socket.receive_str(timeout=30) for _ in range(5)]

    heard = await asyncio.gather(*(talk(number) for number in range(400)))
    assert heard == [[f"{number}.{turn}" for turn in range(5)] for number in range(400)]


async def test_a_burst_of_requests_waits_its_turn_instead_of_drowning_the_embedded_cloud(
    browser: ClientSession, address: Address, api: tuple[Api, str]
) -> None:
    tickets = address("").replace("/socket?ticket=", "/chat/tickets")

    async def ask() -> int:
        async with browser.post(tickets, json={}) as answered:
            return answered.status

    assert await asyncio.gather(*(ask() for _ in range(60))) == [200] * 60
    assert api[0].most_at_once <= edge.AT_ONCE
