"""What officers, supervisors and analysts see of what a force sends to victims. It reads; only a mended problem is
written.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import asdict, replace
from datetime import date, datetime, timedelta
from typing import Any, Final

from harbour.contact.model import Channel
from harbour.crime.model import CrimeRef
from harbour.notification import cost
from harbour.notification.catalogue import EXAMPLES, LANGUAGES, message_types
from harbour.notification.clock import Breach, Waiting, forecast
from harbour.notification.model import MessageType, Notification, crimes_of
from harbour.notification.render import portal_text, render
from harbour.notification.statistics import DayCount, day_of
from harbour.oversight.model import Place
from harbour.oversight.ports import Listed, Problems, Statistics, Waits
from harbour.runtime.clock import Clock, rfc3339
from harbour.runtime.errors import Invalid, NotFound

AHEAD: Final = timedelta(days=1)
"""How far breaches are forecast."""

LOOK_BACK: Final = timedelta(days=30)
PAGE: Final = 50
"""Problems that are shown at a time."""

COUNTED: Final = 5_000
"""Problems that are counted; a force with more of them needs no exact number."""

LOOKED_AT: Final = 1_000
"""Messages that wait, of which those with a time limit are sought: the ones that go soonest."""


class OversightService:
    """See the module.

    Parameters
    ----------
    force
        Whose catalogue, and whose name stands in the previews.
    """

    def __init__(
        self, problems: Problems, waits: Waits, statistics: Statistics, clock: Clock, *, force: str, name: str
    ) -> None:
        self._problems = problems
        self._waits = waits
        self._statistics = statistics
        self._clock = clock
        self._force = force
        self._values = {**EXAMPLES, "force": name}

    # -- the catalogue -------------------------------------------------------------------------------------------------

    def messages(self) -> list[dict[str, Any]]:
        """Every type, also those that this force has switched off."""
        used = message_types(self._force)
        return [self._line(used.get(key, one), on=key in used) for key, one in message_types().items()]

    def preview(self, key: str, language: str, *, enhanced: bool) -> dict[str, Any]:
        """One type as it would be sent, with example values.

        Raises
        ------
        NotFound, Invalid
            ``no_message``; ``bad_field`` for a language in which nobody wrote.
        """
        known = message_types(self._force)
        found = known.get(key) or message_types().get(key)
        if found is None:
            raise NotFound("no_message", "There is no such type of message.")
        if language not in LANGUAGES:
            raise Invalid("bad_field", "Texts are written in English and Welsh.", field="language")
        title, happened, then = portal_text(found, language, self._values, enhanced=enhanced)
        shown: dict[str, Any] = self._line(found, on=key in known)
        shown |= {"language": language, "portal": {"title": title, "text": happened, "next": then}}
        if Channel.SMS in found.channels:
            shown["sms"] = self._sms(found, language, enhanced=enhanced)
        if Channel.EMAIL in found.channels:
            mail = render(found, Channel.EMAIL, language, self._values, enhanced=enhanced)
            shown["email"] = {"subject": mail.subject, "text": mail.text, "html": mail.html, "sha256": mail.sha256}
        return shown

    def _sms(self, found: MessageType, language: str, *, enhanced: bool) -> dict[str, Any]:
        made = render(found, Channel.SMS, language, self._values, enhanced=enhanced)
        parts = cost.parts(made.text)
        return {
            "text": made.text,
            "parts": parts,
            "encoding": "GSM-7" if cost.encoding(made.text) == "gsm0338" else "UCS-2",
            "pence": round(cost.price(Channel.SMS, parts, "aws"), 2),
            "sha256": made.sha256,
        }

    def _line(self, found: MessageType, *, on: bool) -> dict[str, Any]:
        return {
            "key": found.key,
            "stage": found.stage,
            "title": found.texts["en"].portal_title,
            "channels": sorted(channel.value for channel in found.channels),
            "statutory": found.statutory,
            "right": found.right,
            "enhanced": bool(found.enhanced),
            "pierces_quiet_hours": found.pierces_quiet_hours,
            "languages": sorted(found.texts),
            "version": found.version,
            "on": on,
        }

    # -- data quality --------------------------------------------------------------------------------------------------

    def quality(self, after: str = "") -> dict[str, Any]:
        """A page of what is wrong with the data of crime systems, with the fix, and how often which check found it.

        Updates that could not be read stand on the first page.

        Raises
        ------
        Invalid
            ``bad_field``: ``after`` was never answered as ``next``.
        """
        found, more = self._problems.open(PAGE, _place(after))
        refused = self._problems.refused(PAGE) if not after else ()
        tally = self._problems.tally(COUNTED)
        counts = Counter(tally.checks)
        counts["refused_update"] += tally.refused
        return {
            "problems": [_problem(one) for one in found],
            "refused": [asdict(one) | {"since": rfc3339(one.since)} for one in refused],
            "counts": [
                {"check": check, "count": number}
                for check, number in sorted(counts.items(), key=lambda one: (-one[1], one[0]))
                if number
            ],
            "complete": tally.complete,
            "next": "" if more is None else str(more),
        }

    def mended(self, crime: str, ident: str) -> None:
        """Somebody has mended it, or it was none. The next update checks again.

        Raises
        ------
        NotFound
            ``no_problem``.
        """
        if not self._problems.mended(CrimeRef(crime), ident):
            raise NotFound("no_problem", "There is no such problem any more.")

    # -- the statutory clock -------------------------------------------------------------------------------------------

    def deadlines(self) -> dict[str, Any]:
        """What is late, what will be, and how much went in time in the last thirty days.

        What still waits after its time limit counts as late before it is sent.
        """
        now = self._clock.now()
        looked_at = self._waits.waiting(LOOKED_AT)
        by_id = {str(one.id): one for one in looked_at if one.deadline_at is not None}
        breaches = forecast((_waiting(one) for one in by_id.values()), now, AHEAD)
        today = day_of(now)
        days = _days(self._statistics.days(today - LOOK_BACK, today))
        in_time = sum(day["on_time"] for day in days)
        late = sum(day["late"] for day in days) + sum(1 for one in breaches if one.deadline_at <= now)
        return {
            "forecast": [line for one in breaches for line in _breach(one, by_id[one.id], now)],
            "complete": len(looked_at) < LOOKED_AT,
            "on_time": in_time,
            "late": late,
            "on_time_percent": round(100 * in_time / (in_time + late), 1) if in_time + late else None,
            "days": days,
        }

    # -- costs ---------------------------------------------------------------------------------------------------------

    def costs(self, month: str) -> dict[str, Any]:
        """What a month's messages cost, by channel, provider and type; also those that did not arrive.

        Raises
        ------
        Invalid
            ``bad_field``: no month.
        """
        first, last = _month(month)
        totals: dict[tuple[str, str, str], DayCount] = {}
        for one in self._statistics.days(first, last):
            place = (one.channel.value, one.provider, one.type)
            so_far = totals.get(place)
            totals[place] = one if so_far is None else _sum(so_far, one)
        lines = [_cost(one) for one in totals.values()]
        return {
            "month": month,
            "pence": round(sum(line["pence"] for line in lines), 2),
            "messages": sum(line["sent"] for line in lines),
            "lines": sorted(lines, key=lambda line: (-line["pence"], line["type"])),
            "prices": {name: dict(found) for name, found in cost.prices().items()},
        }


def _problem(one: Listed) -> dict[str, Any]:
    found = one.problem
    return {
        "id": found.id,
        "crime": found.crime,
        "role": found.role.value,
        "field": found.field,
        "check": found.check,
        "fix": found.fix,
        "blocks": found.blocks,
        "since": rfc3339(one.since),
    }


def _place(after: str) -> Place | None:
    try:
        return Place.read(after) if after else None
    except ValueError:
        raise Invalid("bad_field", "Ask with what the page before answered as next.", field="after") from None


def _waiting(one: Notification) -> Waiting:
    return Waiting(id=one.id, deadline_at=one.deadline_at or one.due_at, due_at=one.due_at)


def _breach(breach: Breach, message: Notification, now: datetime) -> list[dict[str, Any]]:
    """One line for each crime that the message tells of."""
    return [
        {
            "crime": crime,
            "type": message.type,
            "deadline_at": rfc3339(breach.deadline_at),
            "due_at": rfc3339(message.due_at),
            "certain": breach.certain,
            "late": breach.deadline_at <= now,
        }
        for crime in crimes_of(message)
    ]


def _days(counts: Iterable[DayCount]) -> list[dict[str, Any]]:
    days: dict[date, Counter[str]] = {}
    for one in counts:
        days.setdefault(one.day, Counter()).update(sent=one.sent, failed=one.failed, on_time=one.on_time, late=one.late)
    return [
        {"day": day.isoformat(), **{name: found[name] for name in ("sent", "failed", "on_time", "late")}}
        for day, found in sorted(days.items())
    ]


def _month(month: str) -> tuple[date, date]:
    try:
        first = date.fromisoformat(f"{month}-01")
    except ValueError:
        raise Invalid("bad_field", "Say the month as 2026-11.", field="month") from None
    return first, (first + timedelta(days=32)).replace(day=1) - timedelta(days=1)


def _sum(one: DayCount, other: DayCount) -> DayCount:
    return replace(
        one,
        sent=one.sent + other.sent,
        parts=one.parts + other.parts,
        delivered=one.delivered + other.delivered,
        failed=one.failed + other.failed,
    )


def _cost(one: DayCount) -> Mapping[str, Any]:
    units = one.parts if one.channel is Channel.SMS else one.sent
    each = cost.price(one.channel, 1, one.provider)
    return {
        "type": one.type,
        "channel": one.channel.value,
        "provider": one.provider,
        "sent": one.sent,
        "parts": one.parts,
        "delivered": one.delivered,
        "failed": one.failed,
        "pence": round(each * units, 2),
    }
