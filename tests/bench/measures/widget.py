"""All that a visitor's browser loads until she can type, and from whom."""

from __future__ import annotations

import gzip
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

from playwright.sync_api import Browser, Request, Response, WebSocket

from tests.bench.bench import Bench
from tests.bench.browser import begin, chromium
from tests.bench.peers import published
from tests.bench.result import Bound, Result, Target

LANGUAGES: Final = ("en", "ar")
LIMIT: Final = 12 * 1024


@dataclass(frozen=True, slots=True)
class _Load:
    """What one visit loaded: bytes by path, as gzip -9 sends them, and the hosts that were asked."""

    sizes: dict[str, int]
    hosts: set[str]

    @property
    def total(self) -> int:
        return sum(self.sizes.values())


def measure(bench: Bench) -> Sequence[Result]:
    """A visit in each language, each with an empty cache."""
    addresses = bench.running()
    ours = {urlsplit(addresses[name]).netloc for name in ("widget_page", "chat_api")}
    with chromium() as browser:
        loads = {language: _visit(browser, addresses, language) for language in LANGUAGES}
    worst = max(loads, key=lambda language: loads[language].total)
    peer = min(published()["widgets"], key=lambda widget: int(widget["bytes"]))
    foreign = set().union(*(load.hosts for load in loads.values())) - ours
    return [
        Result(
            name="widget",
            value=loads[worst].total,
            unit="bytes, gzip -9",
            reference=float(peer["bytes"]),
            target=Target("value", Bound.AT_MOST, LIMIT),
            note=f"embed.js, and everything from the click on the launcher until the box takes text, in Chromium; the "
            f"larger of {', '.join(f'{name} {load.total:,}' for name, load in loads.items())}. {_listed(loads[worst])}. "
            f"Reference, published: {peer['name']}, {peer['what']}.",
        ),
        Result(
            name="widget, third parties",
            value=len(foreign),
            unit="hosts",
            reference=None,
            target=Target("value", Bound.EXACTLY, 0),
            note=f"Hosts other than the force's and Harbour's that the same visits asked. {', '.join(sorted(foreign))}".rstrip(),
        ),
    ]


def _visit(browser: Browser, addresses: dict[str, Any], language: str) -> _Load:
    context = browser.new_context()
    page = context.new_page()
    responses: list[Response] = []
    requests: list[Request] = []
    frames: list[str | bytes] = []

    def socket(opened: WebSocket) -> None:
        opened.on("framereceived", lambda frame: frames.append(frame))

    page.on("request", lambda request: requests.append(request))
    page.on("response", lambda response: responses.append(response))
    page.on("websocket", socket)
    page.goto(addresses["widget_page"], wait_until="networkidle")
    script = [response for response in responses if urlsplit(response.url).path == "/embed.js"]
    before = len(responses)
    begin(page, language)
    sizes = {urlsplit(r.url).path: len(gzip.compress(r.body(), 9)) for r in [*script, *responses[before:]] if _counts(r)}
    sizes["/socket"] = sum(len(f.encode() if isinstance(f, str) else f) for f in frames)
    hosts = {urlsplit(request.url).netloc for request in requests}
    context.close()
    return _Load(sizes, hosts - {""})


def _counts(response: Response) -> bool:
    """A preflight has no body, and the browser does not hand it out."""
    return response.request.method != "OPTIONS" and response.status not in (101, 204, 304)


def _listed(load: _Load) -> str:
    return ", ".join(f"{path} {size:,}" for path, size in load.sizes.items())
