"""An update arrives: who sent it is proven, what it says is read, it is stored, and only then it is accepted."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any, Final

from harbour.crime.adapters import adapter, crime_of, time_field
from harbour.crime.link import Reason, TaskWanted, task
from harbour.crime.model import CrimeEvent, CrimeRef, EventId
from harbour.runtime.clock import Clock
from harbour.runtime.errors import Invalid
from harbour.webhook.errors import BadSignature, TooLarge
from harbour.webhook.model import LARGEST_BODY, Refused, same_certificate, same_header, verify
from harbour.webhook.payload import payload_of

if TYPE_CHECKING:
    from harbour.crime.ports import Inbox, KeyRing, LinkAsker, TaskMaker, UpdatesQueue

FUTURE: Final = timedelta(minutes=10)
"""A system's clock may be this far ahead; what happens later has not happened."""

_LONGEST_ID: Final = 100


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


class IntakeService:
    """Takes updates in."""

    def __init__(
        self, keys: KeyRing, inbox: Inbox, queue: UpdatesQueue, tasks: TaskMaker, links: LinkAsker, clock: Clock
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
