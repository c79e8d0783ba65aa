"""The simulator's web application: pages for an officer, the address to which Harbour posts, and the outbox."""

from __future__ import annotations

import asyncio
import contextlib
import json
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from aiohttp import ClientError, ClientSession, ClientTimeout, web

from harbour.webhook.model import LARGEST_BODY, Key, Refused, Signed, sign, verify
from infra.delivery.sources import first_active
from infra.local.crime_simulator import page
from infra.local.crime_simulator.outbox import Outbox, stamp
from infra.local.crime_simulator.payloads import CONTACTS, LONDON, Update, can_correct, kinds, offences, payload
from infra.local.crime_simulator.records import Crime, Document, Meeting, Person, Posted, Records, Stamped, Task
from infra.local.crime_simulator.settings import SimulatorSettings
from infra.local.crime_simulator.wanted import APPOINTMENTS, details_of, grouped, wanted
from infra.local.instance import LOOPBACK, ROOT

SYSTEMS: Final = ("athena", "niche", "dynamics", "storm")
UNSIGNED: Final = frozenset({"storm"})
"""Systems that can sign nothing and send a fixed header."""

FIRST: Final = {
    "athena": "crime_recorded",
    "niche": "crime_recorded",
    "dynamics": "crime_recorded",
    "storm": "report_received",
}
"""With what a record begins: command and control knows incidents, not crimes."""

OFFICERS: Final[Mapping[str, Mapping[str, str]]] = {
    "4417": {"name": "Amelia Hart", "collar": "4417", "station": "Northgate"},
    "2093": {"name": "Tom Okafor", "collar": "2093", "station": "Harbourside"},
}
RETRY_AFTER_SECONDS: Final = 5

_HERE: Final = Path(__file__).parent
_KINDS: Final = ROOT / "layers" / "harbour" / "python" / "harbour" / "crime" / "data" / "kinds.json"
_ANSWER: Final = "officer_message"

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Simulator:
    """Crime systems of several makes.

    Parameters
    ----------
    settings
        Where things are, and the keys.
    session
        For requests to Harbour and to the embedded cloud.
    """

    def __init__(self, settings: SimulatorSettings, session: ClientSession) -> None:
        self._settings = settings
        self._session = session
        self._records = Records(Path(settings.state))
        self._systems = [name for name in SYSTEMS if name in settings.sources]
        self._stages = {kind: rule["stage"] for kind, rule in json.loads(_KINDS.read_text("utf-8"))["kinds"].items()}
        self._down = False
        self.outbox = Outbox(settings.cloud, session, Path(settings.state))

    # -- pages -----------------------------------------------------------------------------------------------------

    async def list(self, _request: web.Request) -> web.Response:
        """All crimes, and the form for a new one."""
        known = sorted(self._records.crimes.values(), key=lambda one: one.recorded, reverse=True)
        every = list(dict.fromkeys(name for system in self._systems for name in offences(system)))
        return _html(page.crimes(known, self._systems, every, number=len(known), down=self._down))

    async def one(self, request: web.Request) -> web.Response:
        """One crime: what was posted, what came back, and forms for more."""
        found = self._found(request)
        shown = next((one for one in found.posted if one.id == request.query.get("posted")), None)
        choices = grouped(kinds(found.source), self._stages)
        officer = OFFICERS[found.officer]
        now = datetime.now(LONDON)
        return _html(
            page.crime(found, officer, choices, now, shown, corrects=can_correct(found.source), down=self._down)
        )

    async def sent(self, _request: web.Request) -> web.Response:
        """What was sent, for people."""
        try:
            return _html(page.outbox(await self.outbox.items()))
        except (ClientError, TimeoutError):
            return _html(page.outbox(None), status=502)

    async def sent_json(self, _request: web.Request) -> web.Response:
        """What was sent, for programs."""
        try:
            items = await self.outbox.items()
        except (ClientError, TimeoutError):
            return web.json_response({"error": "the embedded cloud does not answer"}, status=502)
        return web.json_response([item.shown() for item in items], headers={"Cache-Control": "no-store"})

    async def mail(self, request: web.Request) -> web.Response:
        """An e-mail as its reader's program would show it: nothing in it runs, and nothing is fetched."""
        try:
            items = await self.outbox.items()
        except (ClientError, TimeoutError):
            raise web.HTTPBadGateway from None
        found = next((item for item in items if item.id == request.match_info["mail"] and item.html), None)
        if found is None:
            raise web.HTTPNotFound
        policy = "sandbox; default-src 'none'; style-src 'unsafe-inline'"
        return web.Response(
            text=found.html, content_type="text/html", headers={**_HEADERS, "Content-Security-Policy": policy}
        )

    # -- what an officer does --------------------------------------------------------------------------------------

    async def record(self, request: web.Request) -> web.Response:
        """A new crime, which Harbour is told of at once."""
        form = await _form(request)
        source = form.get("source", "")
        if source not in self._systems or form.get("contact", "") not in CONTACTS:
            raise web.HTTPBadRequest(text="There is no such system, or no such way to contact somebody.\n")
        offence = form.get("offence", "")
        found = Crime(
            id=secrets.token_hex(8),
            reference=self._new_reference(source),
            source=source,
            offence=offence if offence in offences(source) else "",
            area=form.get("area", ""),
            recorded=stamp(datetime.now(UTC)),
            officer=next(iter(OFFICERS)),
            persons=[_person("victim", form)],
        )
        if form.get("suspect_phone") or form.get("suspect_email"):
            found.persons.append(
                Person(
                    id=_new_person(),
                    role="suspect",
                    given="Sam",
                    family="Doe",
                    phone=form.get("suspect_phone", ""),
                    email=form.get("suspect_email", ""),
                )
            )
        self._records.crimes[found.id] = found
        raise web.HTTPSeeOther(_place(found, await self._post(found, FIRST[source], {})))

    async def change_victim(self, request: web.Request) -> web.Response:
        """Other details of the victim; Harbour hears of them with the next update."""
        found = self._found(request)
        form = await _form(request)
        if form.get("contact", "") not in CONTACTS:
            raise web.HTTPBadRequest(text="There is no such way to contact somebody.\n")
        for name in ("given", "family", "born", "phone", "email", "language", "contact"):
            setattr(found.victim, name, form.get(name, getattr(found.victim, name)))
        self._records.keep()
        raise web.HTTPSeeOther(_place(found))

    async def update(self, request: web.Request) -> web.Response:
        """Something happened."""
        found = self._found(request)
        form = await _form(request)
        kind = form.get("kind", "")
        if kind not in kinds(found.source):
            raise web.HTTPBadRequest(text="This system has no word for that.\n")
        corrects = form.get("corrects", "")
        if corrects and not (can_correct(found.source) and any(one.id == corrects for one in found.posted)):
            raise web.HTTPBadRequest(text="There is no such update to correct.\n")
        if kind == "officer_changed":
            found.officer = next(collar for collar in OFFICERS if collar != found.officer)
        text = form.get("text", "") if "text" in wanted(kind) else ""
        posted = await self._post(
            found, kind, details_of(kind, form), text=text, at=_when(form.get("at", "")), corrects=corrects
        )
        raise web.HTTPSeeOther(_place(found, posted))

    async def withdraw(self, request: web.Request) -> web.Response:
        """An earlier update never happened."""
        found = self._found(request)
        earlier = self._posted(found, request)
        posted = await self._post(found, earlier.kind, {}, withdraws=earlier.id)
        earlier.withdrawn = posted.accepted
        self._records.keep()
        raise web.HTTPSeeOther(_place(found, posted))

    async def send_again(self, request: web.Request) -> web.Response:
        """The very same update once more, as a system does that saw no answer."""
        found = self._found(request)
        earlier = self._posted(found, request)
        await self._send(found.source, earlier)
        self._records.keep()
        raise web.HTTPSeeOther(_place(found, earlier))

    async def answer(self, request: web.Request) -> web.Response:
        """The officer answers the victim."""
        found = self._found(request)
        text = (await _form(request)).get("text", "")
        message = next((one for one in found.messages if one.id == request.match_info["message"]), None)
        if message is None or not text.strip():
            raise web.HTTPNotFound
        posted = await self._post(found, _ANSWER, {"in_reply_to": message.id}, text=text)
        if posted.accepted:
            message.answer = text
            self._records.keep()
        raise web.HTTPSeeOther(_place(found, posted))

    async def finish(self, request: web.Request) -> web.Response:
        """A task is done, or is not after all."""
        found = self._found(request)
        task = next((one for one in found.tasks if one.id == request.match_info["task"]), None)
        if task is None:
            raise web.HTTPNotFound
        task.done = not task.done
        self._records.keep()
        raise web.HTTPSeeOther(_place(found))

    async def outage(self, request: web.Request) -> web.Response:
        """Play a system that does not answer for a while: Harbour has to try again."""
        self._down = (await _form(request)).get("down") == "yes"
        raise web.HTTPSeeOther("/")

    # -- the contract ----------------------------------------------------------------------------------------------

    async def take(self, request: web.Request) -> web.Response:
        """What Harbour sends: tasks, messages, documents. Taken once for each ``webhook-id``."""
        source = request.match_info["source"]
        if source not in self._settings.sources:
            return web.json_response({"refused": "source"}, status=404)
        if self._down:
            return web.json_response({"refused": "down"}, status=503, headers={"Retry-After": str(RETRY_AFTER_SECONDS)})
        body = await request.read()
        try:
            signed = self._proven(source, request.headers, body)
        except Refused as refused:
            return web.json_response({"refused": refused.reason}, status=401)
        try:
            event = json.loads(body)
            found = self._records.by_reference(source, event["crime"])
            if found is None:
                return web.json_response({"refused": "crime"}, status=404)
            if _take(found, signed, event):
                self._records.keep()
        except (ValueError, KeyError, TypeError):
            return web.json_response({"refused": "body"}, status=400)
        return web.Response(status=204)

    def _proven(self, source: str, headers: Mapping[str, str], body: bytes) -> Signed:
        keys = [
            Key(id=one["id"], secret=one["secret"], active=one.get("active", True))
            for one in self._settings.sources[source]["keys"]
            if "secret" in one
        ]
        return verify({name.lower(): value for name, value in headers.items()}, body, keys, datetime.now(UTC))

    async def _post(
        self,
        found: Crime,
        kind: str,
        details: Mapping[str, str],
        *,
        text: str = "",
        at: datetime | None = None,
        corrects: str = "",
        withdraws: str = "",
    ) -> Posted:
        ident = f"msg_{secrets.token_hex(12)}"
        happened = (at or datetime.now(UTC)).astimezone(UTC)
        update = Update(
            reference=found.reference,
            kind=kind,
            at=happened.isoformat(timespec="milliseconds"),
            version=len(found.posted) + 1,
            offence=found.offence,
            area=found.area,
            officer=OFFICERS[found.officer],
            persons=tuple(found.persons),
            details=dict(details) | ({} if withdraws else _appointment(found, kind, details, ident)),
            text=text,
            corrects=corrects,
            withdraws=withdraws,
        )
        posted = Posted(
            id=ident,
            kind=kind,
            at=stamp(happened),
            body=json.dumps(payload(found.source, update), ensure_ascii=False),
            sent_at=stamp(datetime.now(UTC)),
            corrects=corrects,
            withdraws=withdraws,
        )
        found.posted.append(posted)
        self._records.keep()
        await self._send(found.source, posted)
        self._records.keep()
        return posted

    async def _send(self, source: str, posted: Posted) -> None:
        body = posted.body.encode()
        headers = {"content-type": "application/json", "webhook-id": posted.id, **self._proof(source, posted.id, body)}
        try:
            async with self._session.post(self._settings.webhook_url + source, data=body, headers=headers) as answered:
                posted.status, posted.answer = answered.status, (await answered.text())[:500]
        except (ClientError, TimeoutError) as failed:
            posted.status, posted.answer = 0, f"nobody answered ({type(failed).__name__})"

    def _proof(self, source: str, ident: str, body: bytes) -> dict[str, str]:
        secret = self._settings.sources[source]
        if source in UNSIGNED:
            return {secret["header"]["name"]: secret["header"]["value"]}
        _, key = first_active(secret)
        at = int(datetime.now(UTC).timestamp())
        return {"webhook-timestamp": str(at), "webhook-signature": sign(key, ident, at, body)}

    def _found(self, request: web.Request) -> Crime:
        found = self._records.crimes.get(request.match_info["crime"])
        if found is None:
            raise web.HTTPNotFound
        return found

    @staticmethod
    def _posted(found: Crime, request: web.Request) -> Posted:
        posted = next((one for one in found.posted if one.id == request.match_info["update"]), None)
        if posted is None:
            raise web.HTTPNotFound
        return posted

    def _new_reference(self, source: str) -> str:
        """As each system writes its references; never one that is taken."""
        year = f"{datetime.now(LONDON):%y}"
        while True:
            number = secrets.randbelow(90_000) + 10_000
            reference = {
                "athena": f"37/{number}/{year}",
                "niche": f"44{year}0{number}",
                "dynamics": f"CR-{number}-{year}",
                "storm": f"ES-20{year}-{number}",
            }[source]
            if self._records.by_reference(source, reference) is None:
                return reference


def application(settings: SimulatorSettings) -> web.Application:
    """The simulator with its own connections."""
    app = web.Application(client_max_size=2 * LARGEST_BODY, middlewares=[_own_forms_only])
    app.cleanup_ctx.append(lambda app: _connections(app, settings))
    for method, path, name in (
        ("GET", "/", "list"),
        ("GET", "/crimes", "list"),
        ("POST", "/crimes", "record"),
        ("GET", "/crimes/{crime}", "one"),
        ("POST", "/crimes/{crime}/victim", "change_victim"),
        ("POST", "/crimes/{crime}/updates", "update"),
        ("POST", "/crimes/{crime}/updates/{update}/withdraw", "withdraw"),
        ("POST", "/crimes/{crime}/updates/{update}/again", "send_again"),
        ("POST", "/crimes/{crime}/messages/{message}/answer", "answer"),
        ("POST", "/crimes/{crime}/tasks/{task}/done", "finish"),
        ("POST", "/outage", "outage"),
        ("POST", "/harbour/{source}", "take"),
        ("GET", "/outbox", "sent"),
        ("GET", "/outbox.json", "sent_json"),
        ("GET", "/outbox/{mail}", "mail"),
    ):
        app.router.add_route(method, path, _to(name))
    app.router.add_get("/favicon.ico", _no_icon)
    for name, kind in (("style.css", "text/css"), ("live.js", "text/javascript")):
        app.router.add_get(f"/{name}", _file(name, kind))
    return app


async def serve(settings: SimulatorSettings) -> None:
    """Serve until cancelled."""
    runner = web.AppRunner(application(settings), access_log=None)
    await runner.setup()
    try:
        await web.TCPSite(runner, LOOPBACK, settings.port).start()
        await asyncio.Event().wait()
    finally:
        await runner.cleanup()


_SIMULATOR: Final = web.AppKey("simulator", Simulator)

_HEADERS: Final = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
_POLICY: Final = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)


async def _connections(app: web.Application, settings: SimulatorSettings) -> AsyncIterator[None]:
    async with ClientSession(timeout=ClientTimeout(total=20)) as session:
        app[_SIMULATOR] = Simulator(settings, session)
        watching = asyncio.create_task(app[_SIMULATOR].outbox.watch())
        yield
        watching.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await watching


@web.middleware
async def _own_forms_only(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Another page in the same browser may neither press these buttons nor read the outbox: it holds codes."""
    if request.headers.get("Sec-Fetch-Site") in ("cross-site", "same-site") and (
        request.method != "GET" or request.headers.get("Sec-Fetch-Mode") != "navigate"
    ):
        raise web.HTTPForbidden(text="This comes from another page.\n")
    return await handler(request)


def _to(name: str) -> Handler:
    async def handle(request: web.Request) -> web.StreamResponse:
        answer: web.StreamResponse = await getattr(request.app[_SIMULATOR], name)(request)
        return answer

    return handle


def _file(name: str, kind: str) -> Handler:
    text = (_HERE / name).read_text("utf-8")

    async def handle(_request: web.Request) -> web.Response:
        return web.Response(text=text, content_type=kind, headers=_HEADERS)

    return handle


async def _no_icon(_request: web.Request) -> web.Response:
    return web.Response(status=204)


def _html(text: str, status: int = 200) -> web.Response:
    headers = {**_HEADERS, "Content-Security-Policy": _POLICY}
    return web.Response(text=text, content_type="text/html", headers=headers, status=status)


async def _form(request: web.Request) -> dict[str, str]:
    return {name: value for name, value in (await request.post()).items() if isinstance(value, str)}


def _place(found: Crime, posted: Posted | None = None) -> str:
    return f"/crimes/{found.id}" + (f"?posted={posted.id}" if posted else "")


def _person(role: str, form: Mapping[str, str]) -> Person:
    names = ("given", "family", "born", "phone", "email", "language", "contact")
    return Person(id=_new_person(), role=role, **{name: form.get(name, "").strip() for name in names})


def _new_person() -> str:
    return f"P{secrets.token_hex(5)}"


def _when(written: str) -> datetime | None:
    """What the form's field for date and time says, by the clock of London; none for an empty one."""
    if not written:
        return None
    try:
        at = datetime.fromisoformat(written)
    except ValueError:
        raise web.HTTPBadRequest(text="This is no date and time.\n") from None
    return at if at.tzinfo else at.replace(tzinfo=LONDON)


def _appointment(found: Crime, kind: str, details: Mapping[str, str], ident: str) -> dict[str, str]:
    """The appointment's id, so that a change and a cancellation are about the one that was made."""
    which = APPOINTMENTS.get(kind)
    if which is None:
        return {}
    last = found.meetings[-1] if found.meetings else None
    if which == "new" or last is None:
        last = Meeting(id=f"A{ident[-10:]}", when="", what="", where="")
        found.meetings.append(last)
    last.when = details.get("appointment_at", last.when)
    last.what = details.get("what", last.what)
    last.where = details.get("where", last.where)
    last.cancelled = kind == "appointment_cancelled"
    said = {"appointment_at": last.when, "what": last.what, "where": last.where}
    return {"appointment_id": last.id} | {name: value for name, value in said.items() if value}


def _take(found: Crime, signed: Signed, event: Mapping[str, Any]) -> bool:
    """Put it where an officer finds it. False when it was there."""
    data, at = event["data"], event["at"]
    match event["type"]:
        case "harbour.message.created":
            if any(one.id == data["id"] for one in found.messages):
                return False
            found.messages.append(
                Stamped(
                    id=data["id"],
                    at=at,
                    text=data["text"],
                    person=data.get("person", ""),
                    due_at=data.get("task", {}).get("due_at", ""),
                )
            )
        case "harbour.document.created":
            if any(one.id == data["id"] for one in found.documents):
                return False
            found.documents.append(
                Document(at=at, **{name: str(data[name]) for name in ("id", "name", "sha256", "url", "media_type")})
            )
        case "harbour.task.created":
            if any(one.id == signed.id for one in found.tasks):
                return False
            found.tasks.append(
                Task(
                    id=signed.id,
                    at=at,
                    reason=data["reason"],
                    title=data["title"],
                    detail=data.get("detail", ""),
                    due_at=data.get("due_at", ""),
                )
            )
        case _:
            raise ValueError("unknown type")
    return True
