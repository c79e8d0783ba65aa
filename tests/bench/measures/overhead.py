"""What a conversation in which nobody says anything costs: frames that keep the line open, and invocations for them."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Sequence
from typing import Any, Final

from playwright.sync_api import Browser, WebSocket

from infra.local.client import Harbour
from tests.bench.bench import Bench
from tests.bench.browser import begin, chromium
from tests.bench.result import Bound, Result, Target

MINUTES: Final = 40
IDLE_MINUTES: Final = 10
"""API Gateway closes a socket that is silent for this long."""
EVERY_MINUTES: Final = 5
"""How often the protocol has a client send its heartbeat."""

_BEATS: Final = 20
_SETTLE_SECONDS: Final = 2.0


def measure(bench: Bench) -> Sequence[Result]:
    """The visitor's page on a virtual clock, and heartbeats at the deployed socket."""
    addresses = bench.running()
    with chromium() as browser:
        sent = _silent(browser, addresses)
    invoked, control = asyncio.run(_beats(bench, addresses))
    return [
        Result(
            name="overhead",
            value=len(sent),
            unit="frames/party",
            reference=MINUTES / IDLE_MINUTES,
            target=Target("value", Bound.AT_MOST, MINUTES / EVERY_MINUTES),
            note=f"Frames that the visitor's page sends in {MINUTES} silent minutes of the browser's clock: "
            f"{', '.join(sent) or 'none'}. Floor: one in each {IDLE_MINUTES} minutes, API Gateway's idle limit; the "
            f"protocol says one in {EVERY_MINUTES}.",
            void="" if sent else "the page sent nothing, so the line would have been closed",
        ),
        Result(
            name="overhead, invocations",
            value=invoked / _BEATS,
            unit="invocations/heartbeat",
            reference=None,
            target=Target("value", Bound.EXACTLY, 0),
            note=f"Lines of the chat function's log after {_BEATS} heartbeats at the deployed socket; after one typing "
            f"signal: {control}.",
            void="" if control else "the log shows no invocation at all",
        ),
    ]


def _silent(browser: Browser, addresses: dict[str, Any]) -> list[str]:
    """The actions that the page sends while nobody does anything."""
    context = browser.new_context()
    page = context.new_page()
    sent: list[str] = []
    received: list[str] = []

    def socket(opened: WebSocket) -> None:
        opened.on("framesent", lambda frame: sent.append(json.loads(frame)["action"]))
        opened.on("framereceived", lambda frame: received.append(json.loads(frame)["type"]))

    page.on("websocket", socket)
    page.clock.install()
    page.goto(addresses["widget_page"])
    begin(page, "en")
    for _ in range(150):
        if "events" in received:
            break
        page.wait_for_timeout(200)
    assert "events" in received, "the page was not welcomed"
    sent.clear()
    for _ in range(MINUTES):
        page.clock.run_for(60_000)
    page.wait_for_timeout(1_000)
    context.close()
    return sent


async def _beats(bench: Bench, addresses: dict[str, Any]) -> tuple[int, int]:
    """Invocations of the chat function that heartbeats caused, and that a typing signal caused."""
    async with Harbour(addresses) as harbour:
        visitor = await harbour.visitor("en")
        await asyncio.sleep(_SETTLE_SECONDS)
        before = _lines(bench)
        for _ in range(_BEATS):
            await visitor.online.send({"action": "heartbeat"})
        await asyncio.sleep(_SETTLE_SECONDS)
        quiet = _lines(bench)
        await visitor.online.send({"action": "typing"})
        until = time.monotonic() + 10
        while _lines(bench) == quiet and time.monotonic() < until:
            await asyncio.sleep(0.2)
        after = _lines(bench)
        await visitor.leave()
    return quiet - before, after - quiet


def _lines(bench: Bench) -> int:
    """Lines that the chat function has written; it writes one for each frame that reaches it."""
    log = bench.instance.log("functions")
    text = log.read_text("utf-8", "replace") if log.exists() else ""
    return sum(line.startswith("chat:") for line in text.splitlines())
