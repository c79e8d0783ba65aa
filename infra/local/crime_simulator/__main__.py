"""``python -m infra.local.crime_simulator --settings .harbour/crime.json``."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import logging
import secrets
import signal
import sys
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from aiohttp import ClientError, ClientSession, ClientTimeout, web

from harbour.webhook.model import Key, Refused, sign, verify
from infra.delivery.sources import first_active
from infra.local.crime_simulator import page
from infra.local.crime_simulator.outbox import Outbox
from infra.local.crime_simulator.payloads import Update, kinds, payload
from infra.local.instance import LOOPBACK, ROOT

SYSTEMS: Final = ("athena", "niche", "dynamics", "storm")
OFFICER: Final = {"name": "Amelia Hart", "collar": "4417", "station": "Northgate"}
DETAILS: Final = ("by", "where", "court", "what", "outcome")

_KINDS: Final = ROOT / "layers" / "harbour" / "python" / "harbour" / "crime" / "data" / "kinds.json"
_ACCEPTED: Final = 202
_BOXES: Final = {"harbour.message.created": "messages", "harbour.document.created": "documents"}


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulatorSettings:
    """What the simulator must know; written by ``make up``.

    Attributes
    ----------
    webhook_url
        Where updates go; the source's name follows.
    cloud
        Address of the embedded cloud, for the outbox.
    sources
        Secrets by source.
    state
        Folder in which crimes are kept.
    """

    port: int
    webhook_url: str
    cloud: str
    sources: dict[str, dict[str, Any]]
    state: str

    @classmethod
    def read(cls, file: Path) -> SimulatorSettings:
        """From the file that ``make up`` wrote."""
        return cls(**json.loads(file.read_text("utf-8")))


class Simulator:
    """A crime system for several sources at once."""

    def __init__(self, settings: SimulatorSettings, session: ClientSession) -> None:
        self._settings = settings
        self._session = session
        self._file = Path(settings.state) / "crimes.json"
        self._crimes: dict[str, dict[str, Any]] = (
            json.loads(self._file.read_text("utf-8")) if self._file.exists() else {}
        )
        self._outbox = Outbox(settings.cloud, session)
        self._offences = list(json.loads(_KINDS.read_text("utf-8"))["offences"])

    # -- pages -----------------------------------------------------------------------------------------------------

    async def list(self, _request: web.Request) -> web.Response:
        """All crimes."""
        known = sorted(self._crimes.values(), key=lambda one: one["recorded"], reverse=True)
        return _html(page.crimes(known, SYSTEMS, self._offences))

    async def one(self, request: web.Request) -> web.Response:
        """One crime."""
        found = self._found(request)
        posted = found["updates"][-1] if found["updates"] and "posted" in request.query else None
        now = datetime.now(UTC).isoformat(timespec="seconds")
        return _html(page.crime(found, kinds(found["source"]), now, posted))

    async def outbox(self, _request: web.Request) -> web.Response:
        """What was sent, for people."""
        return _html(page.outbox(await self._outbox.items()))

    async def outbox_json(self, _request: web.Request) -> web.Response:
        """What was sent, for programs."""
        return web.json_response([item.shown() for item in await self._outbox.items()])

    # -- what an officer does --------------------------------------------------------------------------------------

    async def record(self, request: web.Request) -> web.Response:
        """A new crime, which Harbour is told of at once."""
        form = await request.post()
        ident = secrets.token_hex(8)
        source = str(form["source"])
        victim = {
            "id": f"P{secrets.token_hex(4)}",
            "role": "victim",
            **{name: str(form.get(name, "")) for name in ("given", "family", "born", "phone", "email", "contact")},
            "language": str(form.get("language", "en")),
        }
        persons = [victim]
        if form.get("suspect_phone"):
            persons.append(
                dict.fromkeys(victim, "")
                | {"id": f"P{secrets.token_hex(4)}", "role": "suspect", "phone": str(form["suspect_phone"])}
            )
        self._crimes[ident] = {
            "id": ident,
            "reference": f"37/{secrets.randbelow(90_000) + 10_000}/26",
            "source": source,
            "offence": str(form["offence"]),
            "area": str(form.get("area", "")),
            "recorded": datetime.now(UTC).isoformat(),
            "persons": persons,
            "updates": [],
            "tasks": [],
            "messages": [],
            "documents": [],
        }
        first = "crime_recorded" if source != "storm" else "report_received"
        await self._post(ident, first, datetime.now(UTC).isoformat(timespec="seconds"), {}, "")
        raise web.HTTPSeeOther(f"/crimes/{ident}?posted")

    async def update(self, request: web.Request) -> web.Response:
        """Something happened."""
        found = self._found(request)
        form = await request.post()
        details = {name: str(form[name]) for name in DETAILS if form.get(name)}
        if form.get("when"):
            details |= dict.fromkeys(("hearing_at", "appointment_at"), str(form["when"]))
        if form.get("contact") is not None:
            found["persons"][0]["contact"] = str(form["contact"])
        await self._post(found["id"], str(form["kind"]), str(form["at"]), details, "")
        raise web.HTTPSeeOther(f"/crimes/{found['id']}?posted")

    async def answer(self, request: web.Request) -> web.Response:
        """The officer answers the victim."""
        found = self._found(request)
        text = str((await request.post())["text"])
        message = next((one for one in found["messages"] if one["id"] == request.match_info["message"]), None)
        if message is None:
            raise web.HTTPNotFound
        at = datetime.now(UTC).isoformat(timespec="milliseconds")
        if await self._post(found["id"], "officer_message", at, {"in_reply_to": message["id"]}, text) == _ACCEPTED:
            message["answer"] = text
            self._keep()
        raise web.HTTPSeeOther(f"/crimes/{found['id']}?posted")

    # -- the contract ----------------------------------------------------------------------------------------------

    async def take(self, request: web.Request) -> web.Response:
        """What Harbour sends: tasks, messages, documents. Taken once for each ``webhook-id``."""
        source = request.match_info["source"]
        body = await request.read()
        keys = [Key(id=one["id"], secret=one["secret"]) for one in self._settings.sources[source]["keys"]]
        try:
            signed = verify(
                {name.lower(): value for name, value in request.headers.items()}, body, keys, datetime.now(UTC)
            )
        except Refused as refused:
            return web.json_response({"refused": refused.reason}, status=401)
        event = json.loads(body)
        found = next((one for one in self._crimes.values() if one["reference"] == event["crime"]), None)
        if found is None:
            return web.json_response({"unknown": "crime"}, status=404)
        box = {"harbour.message.created": "messages", "harbour.document.created": "documents"}.get(
            event["type"], "tasks"
        )
        if all(one["webhook"] != signed.id for one in found[box]):
            found[box].append({"webhook": signed.id, "at": event["at"], **event["data"]})
            self._keep()
        return web.Response(status=204)

    async def _post(self, ident: str, kind: str, at: str, details: Mapping[str, str], text: str) -> int:
        found = self._crimes[ident]
        update = Update(
            reference=found["reference"],
            kind=kind,
            at=at,
            version=len(found["updates"]) + 1,
            offence=found["offence"],
            area=found["area"],
            officer=OFFICER,
            persons=tuple(found["persons"]),
            details=details,
            text=text,
        )
        try:
            body = json.dumps(payload(found["source"], update)).encode()
            status, answer = await self._send(found["source"], body)
        except LookupError:
            status, answer = 0, "This system has no word for that."
        found["updates"].append({"at": at, "kind": kind, "status": status, "answer": answer})
        self._keep()
        return status

    async def _send(self, source: str, body: bytes) -> tuple[int, str]:
        ident, at = f"msg_{secrets.token_hex(12)}", int(datetime.now(UTC).timestamp())
        secret = self._settings.sources[source]
        if source == "storm":
            headers = {secret["header"]["name"]: secret["header"]["value"], "webhook-id": ident}
        else:
            _, key = first_active(secret)
            headers = {
                "webhook-id": ident,
                "webhook-timestamp": str(at),
                "webhook-signature": sign(key, ident, at, body),
            }
        headers["content-type"] = "application/json"
        try:
            async with self._session.post(self._settings.webhook_url + source, data=body, headers=headers) as answered:
                return answered.status, (await answered.text())[:500]
        except (ClientError, TimeoutError) as failed:
            return 0, type(failed).__name__

    def _found(self, request: web.Request) -> dict[str, Any]:
        found = self._crimes.get(request.match_info["crime"])
        if found is None:
            raise web.HTTPNotFound
        return found

    def _keep(self) -> None:
        self._file.parent.mkdir(parents=True, exist_ok=True)
        unfinished = self._file.with_suffix(".new")
        unfinished.write_text(json.dumps(self._crimes, indent=1), "utf-8")
        unfinished.replace(self._file)


def application(settings: SimulatorSettings) -> web.Application:
    """The simulator as a web application."""
    app = web.Application()

    async def connections(app: web.Application) -> AsyncIterator[None]:
        async with ClientSession(timeout=ClientTimeout(total=20)) as session:
            made = Simulator(settings, session)
            app[_SIMULATOR] = made
            yield

    def to(name: str) -> Any:
        async def handle(request: web.Request) -> web.StreamResponse:
            answer: web.StreamResponse = await getattr(request.app[_SIMULATOR], name)(request)
            return answer

        return handle

    app.cleanup_ctx.append(connections)
    app.router.add_get("/", to("list"))
    app.router.add_get("/crimes", to("list"))
    app.router.add_post("/crimes", to("record"))
    app.router.add_get("/crimes/{crime}", to("one"))
    app.router.add_post("/crimes/{crime}/updates", to("update"))
    app.router.add_post("/crimes/{crime}/messages/{message}/answer", to("answer"))
    app.router.add_post("/harbour/{source}", to("take"))
    app.router.add_get("/outbox", to("outbox"))
    app.router.add_get("/outbox.json", to("outbox_json"))
    return app


_SIMULATOR: Final = web.AppKey("simulator", Simulator)


def _html(text: str) -> web.Response:
    headers = {
        "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'",
        "Cache-Control": "no-store",
    }
    return web.Response(text=text, content_type="text/html", headers=headers)


async def _serve(settings: SimulatorSettings) -> None:
    runner = web.AppRunner(application(settings), access_log=None)
    await runner.setup()
    await web.TCPSite(runner, LOOPBACK, settings.port).start()
    try:
        await asyncio.Event().wait()
    finally:
        await runner.cleanup()


async def _serve_until_told(settings: SimulatorSettings) -> None:
    serving = asyncio.create_task(_serve(settings))
    for sign_ in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(sign_, serving.cancel)
    with contextlib.suppress(asyncio.CancelledError):
        await serving


def main(arguments: list[str]) -> None:
    """Serve until told to stop."""
    parser = argparse.ArgumentParser(prog="python -m infra.local.crime_simulator")
    parser.add_argument("--settings", type=Path, required=True)
    chosen = parser.parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(levelname)s %(message)s")
    asyncio.run(_serve_until_told(SimulatorSettings.read(chosen.settings)))


if __name__ == "__main__":
    main(sys.argv[1:])
