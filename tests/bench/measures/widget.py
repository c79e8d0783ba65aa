"""All that a visitor's browser loads until she can type, and from whom."""

from __future__ import annotations

import asyncio
import gzip
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from playwright.sync_api import Request

from infra.local.client import Harbour
from infra.local.instance import ROOT
from tests.bench.bench import Bench
from tests.bench.browser import begin, chromium
from tests.bench.forward import ForwardProxy
from tests.bench.peers import published
from tests.bench.result import Bound, Result, Target

LIMIT: Final = 12 * 1024
OFFICER: Final = "amelia.hart"
LOCALES: Final = ROOT / "web_widget" / "dist" / "assets" / "locales"

AFTER: Final = frozenset({"/chat/tickets", "/socket"})
"""What the page asks for when the box is there already: the line to the police, for what is written into it."""

_CHROMIUMS_OWN: Final = frozenset({"accounts.google.com", "android.clients.google.com", "update.googleapis.com"})
"""What the browser asks for by itself whatever its flags say. A page that asks for them is seen by other means."""


@dataclass(frozen=True, slots=True)
class _Load:
    """What one visit loaded: bytes by path, as gzip -9 sends them (a socket: as they are), and the hosts asked."""

    sizes: dict[str, int]
    hosts: set[str]

    @property
    def total(self) -> int:
        return sum(size for path, size in self.sizes.items() if path not in AFTER)


def measure(bench: Bench) -> Sequence[Result]:
    """A visit in English, in Arabic, and in the language with the longest texts, each with an empty cache.

    An officer is on duty. When nobody is, three helplines come before one can write, too.
    """
    addresses = bench.running()
    ours = {urlsplit(addresses[name]).netloc for name in ("widget_page", "chat_api")}
    asyncio.run(_go_on_duty(bench.instance.local_json))
    loads = {language: _visit(addresses, language) for language in ("en", "ar", _longest())}
    each = ", ".join(f"{name} {load.total:,}" for name, load in loads.items())
    worst = max(loads, key=lambda language: loads[language].total)
    peer = min(published()["widgets"], key=lambda widget: int(widget["bytes"]))
    foreign = sorted(set().union(*(load.hosts for load in loads.values())) - ours)
    return [
        Result(
            name="widget",
            value=loads[worst].total,
            unit="bytes, gzip -9",
            reference=float(peer["bytes"]),
            target=Target("value", Bound.AT_MOST, LIMIT),
            note=f"Everything that Harbour's host sends from the opening of the force's page until the box takes text, "
            f"in Chromium (its ticket for the socket comes after); the largest of {each}: "
            f"{_listed(loads[worst])}. Reference, published: {peer['name']}, {peer['what']}.",
            void="" if all(map(_whole, loads.values())) else "a part of the chat was not seen",
        ),
        Result(
            name="widget, third parties",
            value=len(foreign),
            unit="hosts",
            reference=None,
            target=Target("value", Bound.EXACTLY, 0),
            note=" ".join(["Hosts other than the force's and Harbour's that the same visits asked.", *foreign]),
        ),
    ]


async def _go_on_duty(local_json: Path) -> None:
    """An officer counts as there for two minutes after her socket went: long enough for the visits."""
    async with Harbour.of(local_json) as harbour:
        officer = await harbour.officer(OFFICER)
        await officer.go_on_duty()


def _longest() -> str:
    """The language whose texts are the largest as gzip sends them."""
    first = (path for path in LOCALES.glob("*.json") if "-2-" not in path.name)
    return max(first, key=lambda path: len(gzip.compress(path.read_bytes(), 9))).name.partition("-")[0]


def _visit(addresses: dict[str, Any], language: str) -> _Load:
    """What a page load with an empty cache brings, until the box takes text."""
    harbour = urlsplit(addresses["chat_api"]).netloc
    proxy = ForwardProxy()
    try:
        with chromium(proxy.address) as browser:
            page = browser.new_page()
            by_page: set[str] = set()

            def asked(request: Request) -> None:
                by_page.add(urlsplit(request.url).netloc)

            page.on("request", asked)
            page.goto(addresses["widget_page"])
            with page.expect_response("**/chat/tickets"):  # or a busy machine would not have answered it yet
                begin(page, language)
            sizes = {r.path: r.size for r in proxy.passed if r.host == harbour and r.method != "OPTIONS"}
            if harbour in proxy.tunnels:
                sizes["/socket"] = proxy.tunnels[harbour]
            hosts = by_page | {host for host in proxy.hosts if host.partition(":")[0] not in _CHROMIUMS_OWN}
    finally:
        proxy.close()
    return _Load(sizes, hosts - {""})


def _whole(load: _Load) -> bool:
    """Whether the visit was seen in full: the chat's script, its words, and the ticket for its socket."""
    return all(any(part in path for path in load.sizes) for part in ("/embed.js", "chat-", "locales", "/chat/tickets"))


def _listed(load: _Load) -> str:
    return ", ".join(f"{path} {size:,}" for path, size in load.sizes.items())
