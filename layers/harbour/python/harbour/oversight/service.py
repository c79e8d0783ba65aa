"""What officers, supervisors and analysts see of what a force sends to victims. It reads; only a mended problem is
written.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import asdict, replace
from datetime import date, timedelta
from typing import Any, Final

from harbour.contact.model import Channel
from harbour.crime.model import CrimeRef
from harbour.notification import cost
from harbour.notification.catalogue import EXAMPLES, LANGUAGES, message_types
from harbour.notification.clock import Waiting, forecast
from harbour.notification.model import MessageType, Notification
from harbour.notification.render import portal_text, render
from harbour.notification.statistics import DayCount, day_of
from harbour.oversight.ports import Listed, Problems, Statistics, Waits
from harbour.runtime.clock import Clock, rfc3339
from harbour.runtime.errors import Invalid, NotFound

AHEAD: Final = timedelta(days=1)
"""How far breaches are forecast."""

LOOK_BACK: Final = timedelta(days=30)
MOST: Final = 200
"""Items that a page shows; how many there are is said beside."""


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

    def quality(self) -> dict[str, Any]:
        """What is wrong with the data of crime systems, with the fix, and how often which check found it."""
        found = self._problems.open(MOST)
        refused = self._problems.refused(MOST)
        counts = Counter(one.problem.check for one in found)
        counts["refused_update"] += len(refused)
        return {
            "problems": [_problem(one) for one in found],
            "refused": [asdict(one) | {"since": rfc3339(one.since)} for one in refused],
            "counts": [{"check": check, "count": number} for check, number in counts.most_common() if number],
            "more": len(found) == MOST or len(refused) == MOST,
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
        """What will be late, and how much went in time in the last thirty days."""
        now = self._clock.now()
        waiting = [one for one in self._waits.waiting(MOST) if one.deadline_at is not None]
        by_id = {str(one.id): one for one in waiting}
        breaches = forecast((_waiting(one) for one in waiting), now, AHEAD)
        today = day_of(now)
        counts = self._statistics.days(today - LOOK_BACK, today)
        days = _days(counts)
        in_time = sum(day["on_time"] for day in days)
        late = sum(day["late"] for day in days)
        return {
            "forecast": [
                {
                    "crime": by_id[one.id].crime,
                    "type": by_id[one.id].type,
                    "deadline_at": rfc3339(one.deadline_at),
                    "due_at": rfc3339(by_id[one.id].due_at),
                    "certain": one.certain,
                }
                for one in breaches
            ],
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


def _waiting(one: Notification) -> Waiting:
    return Waiting(id=one.id, deadline_at=one.deadline_at or one.due_at, due_at=one.due_at)


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
