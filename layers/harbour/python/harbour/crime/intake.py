"""An update arrives: who sent it is proven, what it says is read, it is stored, and only then it is accepted."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any, Final, Protocol

from harbour.crime.adapters import adapter, crime_of, time_field
from harbour.crime.link import OutboundTask, Reason, TaskWanted, task
from harbour.crime.model import CrimeEvent, CrimeRef, EventId, Kind, OfficerInCharge, Party, PartyRole
from harbour.runtime.clock import Clock, parse, rfc3339
from harbour.runtime.errors import HarbourError, Invalid
from harbour.webhook.model import LARGEST_BODY, Key, Refused, same_certificate, same_header, verify
from harbour.webhook.payload import payload_of

if TYPE_CHECKING:
    from harbour.crime.ports import LinkAsker

FUTURE: Final = timedelta(minutes=10)
"""A system's clock may be this far ahead; what happens later has not happened."""

_LONGEST_ID: Final = 100


class BadSignature(HarbourError):
    """The request does not prove who sent it. It says no more, whatever was wrong."""

    status = 401

    def __init__(self) -> None:
        super().__init__("bad_signature", "The request is not signed by a known sender.")


class TooLarge(HarbourError):
    """A body above the limit."""

    status = 413

    def __init__(self) -> None:
        super().__init__("too_large", f"An update holds at most {LARGEST_BODY} bytes.")


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class SourceKeys:
    """What is known of a sender: keys, or for old systems a fixed header, or a client certificate."""

    keys: Sequence[Key] = ()
    header_name: str = ""
    header_value: str = ""
    certificate: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrived:
    """An update as it came.

    Attributes
    ----------
    headers
        Names in lower case.
    certificate
        SHA-256 fingerprint of the client certificate, where there is one.
    """

    source: str
    headers: Mapping[str, str]
    body: bytes
    certificate: str = ""


@dataclass(frozen=True, slots=True)
class Accepted:
    """The update is stored. ``again``: it was before."""

    id: EventId
    again: bool


class KeyRing(Protocol):
    """Keys of the senders."""

    def of(self, source: str) -> SourceKeys:
        """The keys of ``source``; an empty `SourceKeys` when there are none."""
        ...


class Inbox(Protocol):
    """Accepted updates, before anything is done with them. It is the replay store, too."""

    def put(self, event: CrimeEvent, at: datetime) -> bool:
        """Store an update that is to be done. False: it is there already, and nothing changed."""
        ...

    def put_refused(
        self, source: str, ident: EventId, crime: CrimeRef | None, problem: Mapping[str, object], at: datetime
    ) -> None:
        """Keep that an authentic update could not be read, so that a person sees it; once for each update.

        Parameters
        ----------
        crime
            What it is about, where that much could be read.
        """
        ...


class UpdatesQueue(Protocol):
    """Updates to do, in order for each crime."""

    def ask(self, event: CrimeEvent) -> None:
        """Have the update done. Asking twice does no harm."""
        ...


class Tasks(Protocol):
    """Tasks for officers."""

    def create(self, made: OutboundTask) -> None:
        """Store it once: the same task again changes nothing."""
        ...


class IntakeService:
    """Takes updates in."""

    def __init__(
        self, keys: KeyRing, inbox: Inbox, queue: UpdatesQueue, tasks: Tasks, links: LinkAsker, clock: Clock
    ) -> None:
        self._keys = keys
        self._inbox = inbox
        self._queue = queue
        self._tasks = tasks
        self._links = links
        self._clock = clock

    def accept(self, arrived: Arrived) -> Accepted:
        """Store an update and ask for it to be done.

        The same id may come again (the sender saw no answer): it is accepted again, and asked for again, which does no
        harm. A crash after it was stored loses nothing: what is stored and not done is found by ``deadlines``.

        Raises
        ------
        TooLarge, BadSignature, Invalid
            Nothing was stored; but an authentic update that cannot be read is kept for a person at the force, and is
            a task for the officer, where it says of which crime.
        """
        if len(arrived.body) > LARGEST_BODY:
            raise TooLarge
        now = self._clock.now()
        ident = self._proven(arrived, now)
        event = self._read(arrived, ident, now)
        new = self._inbox.put(event, now)
        self._queue.ask(event)
        return Accepted(ident, again=not new)

    def _proven(self, arrived: Arrived, now: datetime) -> EventId:
        rule = sources().get(arrived.source)
        if rule is None:
            raise BadSignature
        known = self._keys.of(arrived.source)
        try:
            match rule["verifier"]:
                case "standard_webhooks":
                    return EventId(verify(arrived.headers, arrived.body, known.keys, now).id)
                case "static_header":
                    if "webhook-signature" in arrived.headers:
                        # It has learned to sign, which proves more: nothing has to change here on that day.
                        return EventId(verify(arrived.headers, arrived.body, known.keys, now).id)
                    given = arrived.headers.get(known.header_name.lower(), "")
                    if known.header_name and same_header(given, known.header_value):
                        return _plain_id(arrived)
                case "mtls":
                    if same_certificate(arrived.certificate, known.certificate):
                        return _plain_id(arrived)
        except Refused:
            raise BadSignature from None
        raise BadSignature

    def _read(self, arrived: Arrived, ident: EventId, now: datetime) -> CrimeEvent:
        system = sources()[arrived.source]["system"]
        crime: CrimeRef | None = None
        try:
            payload = payload_of(arrived.body)
            crime = crime_of(system, payload)
            event = adapter(system)(payload, ident)
            if event.occurred_at > now + FUTURE:
                ahead = "This has not happened yet: look at the sender's clock."
                raise Invalid("in_the_future", ahead, field=time_field(system))
        except Invalid as problem:
            self._inbox.put_refused(arrived.source, ident, crime, problem.problem(), now)
            if crime is not None:
                self._tell(arrived.source, ident, crime, problem, now)
            raise
        # Several sources may share an adapter.
        return replace(event, source=arrived.source)

    def _tell(self, source: str, ident: EventId, crime: CrimeRef, problem: Invalid, now: datetime) -> None:
        """The officer would otherwise believe that the victim was told."""
        place = f"{problem.field}: " if problem.field else ""
        wanted = TaskWanted(
            reason=Reason.REJECTED_UPDATE,
            key=f"{source}#{ident}",
            title="An update could not be read",
            detail=f"{place}{problem.message} Nobody was told of it. Mend it and send it again. Update: {ident}.",
        )
        made = task(crime, source, wanted, now)
        self._tasks.create(made)
        self._links.ask(crime, made.id)


def sources() -> Mapping[str, Mapping[str, str]]:
    """The senders: ``{source: {system, verifier}}``."""
    found: Mapping[str, Mapping[str, str]] = _document()["sources"]
    return found


def event_to_json(event: CrimeEvent) -> str:
    """The event as it waits in the inbox."""
    document = asdict(event) | {"occurred_at": rfc3339(event.occurred_at), "details": dict(event.details)}
    return json.dumps(document, ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def event_from_json(text: str) -> CrimeEvent:
    """What :func:`event_to_json` wrote."""
    document = json.loads(text)
    officer = document["officer"]
    corrects, withdraws = document["corrects"], document["withdraws"]
    return CrimeEvent(
        source=document["source"],
        id=EventId(document["id"]),
        crime=CrimeRef(document["crime"]),
        kind=Kind(document["kind"]),
        occurred_at=parse(document["occurred_at"]),
        version=document["version"],
        corrects=EventId(corrects) if corrects else None,
        withdraws=EventId(withdraws) if withdraws else None,
        offence=document["offence"],
        area=document["area"],
        details=document["details"],
        parties=tuple(Party(**party | {"role": PartyRole(party["role"])}) for party in document["parties"]),
        officer=OfficerInCharge(**officer) if officer else None,
        unknown=document["unknown"],
    )


def _plain_id(arrived: Arrived) -> EventId:
    """The id of an update whose sender does not sign: its header, or else the hash of what it says."""
    given = arrived.headers.get("webhook-id", "")
    usable = given.isascii() and given.isprintable() and "." not in given and 0 < len(given) <= _LONGEST_ID
    return EventId(given if usable else hashlib.sha256(arrived.body).hexdigest())


@cache
def _document() -> dict[str, Any]:
    document: dict[str, Any] = json.loads(
        resources.files("harbour.crime").joinpath("data", "sources.json").read_text("utf-8")
    )
    return document
