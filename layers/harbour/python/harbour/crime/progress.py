"""What an event does to its crime, whatever the order in which events arrive. Pure.

Time is the crime system's: events count in the order in which they happened (`key`: ``occurred_at``, then the source's
own version, then the rank of the kind, then the id). What does **not** depend on the order of arrival, once the same
events have come:

- the state: what is known of the crime, whether it is closed, and who was ever named as a suspect;
- which events stand in the timeline, and which are held (of a lower rank than one of the same track that happened
  before: released after charged) or gone (corrected or withdrawn, even before they came). What was corrected or
  withdrawn never comes back, whatever becomes of the one that did it: the source sends it anew. Of several corrections
  of one event the latest stands.

What does depend on it is only who was told when: an event is news if nothing later of the same matter is known when it
arrives. A late one is *stale*: it goes to its place in the timeline, and nobody is sent a message. If what was later is
taken back, the stale one is the newest that is known, and is told then. A held one is told when the one that it
contradicts is taken back.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final

from harbour.contact.model import Link
from harbour.crime.kinds import kind_of, offence
from harbour.crime.model import (
    CrimeEvent,
    CrimeRef,
    Effect,
    Entry,
    EventId,
    OfficerInCharge,
    Party,
    PartyRole,
    PersonId,
    crime_id,
)

APPOINTMENTS: Final[Mapping[str, str]] = {
    "appointment_made": "booked",
    "video_appointment_made": "booked",
    "appointment_changed": "changed",
    "attendance_rescheduled": "changed",
    "appointment_cancelled": "cancelled",
    "appointment_change_refused": "booked",
}
"""What an appointment is after an event of the kind."""

REOPENS: Final = frozenset({"investigation_reopened", "reopened_after_review"})

STANDS: Final = frozenset({Effect.APPLIED, Effect.CORRECTED, Effect.STALE})
"""Part of the timeline."""

_NEWS: Final = frozenset({Effect.APPLIED, Effect.CORRECTED})
_BETWEEN: Final = " ; "
"""Between several contacts of a suspect: `harbour.crime.quality.contacts` reads each."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """The furthest that one track has come."""

    rank: int
    at: datetime
    version: int
    event: EventId


@dataclass(frozen=True, slots=True, kw_only=True)
class CrimeState:
    """What is known of a crime.

    Attributes
    ----------
    last_at
        Of everything that ever came, gone or not: what happened after it is in order.
    tracks
        The furthest event of each track, apart for each suspect where the events name one.
    revised
        Something was corrected or withdrawn: what stands is worked out from the timeline from then on.
    suspects
        As the crime system names them: their contacts are compared with the victims', and never used.
    victims
        Who may be told.
    version
        Rises with each change; a write names the one it read.
    """

    ref: CrimeRef
    source: str
    offence: str = ""
    area: str = ""
    officer: OfficerInCharge | None = None
    opened_at: datetime
    last_at: datetime
    tracks: Mapping[str, Mark] = field(default_factory=dict)
    revised: bool = False
    suspects: tuple[Party, ...] = ()
    victims: tuple[PersonId, ...] = ()
    closed: bool = False
    version: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What an event did.

    Attributes
    ----------
    state
        The crime after it; ``victims`` and ``version`` are as before.
    effect
        What became of the event itself.
    changed
        Earlier entries that are something else now, as they are now.
    tell
        Of what the victims should be told now: the event, if it is news, and what became news by it.
    held
        What contradicts since now: for a person to decide.
    """

    state: CrimeState
    effect: Effect
    changed: tuple[Entry, ...] = ()
    tell: tuple[CrimeEvent, ...] = ()
    held: tuple[CrimeEvent, ...] = ()


def follows(state: CrimeState | None, event: CrimeEvent) -> bool:
    """Whether ``event`` comes after all that is known and changes nothing of it: `apply` needs no timeline then."""
    if event.corrects or event.withdraws:
        return False
    return state is None or (not state.revised and event.occurred_at > state.last_at)


def apply(state: CrimeState | None, event: CrimeEvent, earlier: Sequence[Entry] = ()) -> Step:
    """The crime after ``event``, and what the event did.

    Parameters
    ----------
    earlier
        The whole timeline, gone and held entries among it, in any order; not needed if the event `follows`. An event
        that is in it already changes nothing and tells nobody.
    """
    if follows(state, event):
        after, held = _after(state or _begun(event), event)
        return Step(
            state=after,
            effect=Effect.HELD if held else Effect.APPLIED,
            tell=() if held else (event,),
            held=(event,) if held else (),
        )
    known = next((entry for entry in earlier if entry.event.id == event.id), None)
    if known is not None and state is not None:
        return Step(state=state, effect=known.effect)
    return _reviewed(state, event, earlier)


def link_of(state: CrimeState, party: Party) -> Link:
    """A victim's part in the crime: what their rights are, and whether silence is the default."""
    rule = offence(state.offence)
    return Link(
        crime=state.ref,
        id=crime_id(state.ref),
        role=party.role.value,
        enhanced=rule.enhanced or party.vulnerable,
        sensitive=rule.sensitive,
        offence=state.offence,
    )


def key(event: CrimeEvent) -> tuple[datetime, int, int, str]:
    """The order in which events happened. At one moment a higher rank comes later: dates without a time are common."""
    return event.occurred_at, event.version, kind_of(event.kind).rank, event.id


def alike(one: CrimeEvent, other: CrimeEvent) -> bool:
    """Whether two events are about the same matter, so that only the later is news."""
    rule, rule_of_other = kind_of(one.kind), kind_of(other.kind)
    if rule.track or rule_of_other.track:
        lanes = {_lane(one), _lane(other)}
        return rule.track == rule_of_other.track and (len(lanes) == 1 or "" in lanes)
    topics = _topic(one), _topic(other)
    return topics[0] == topics[1] != ""


def appointment_of(event: CrimeEvent) -> str:
    """Id of the appointment that an event makes or changes; empty: none."""
    return event.details.get("appointment_id", event.id) if event.kind in APPOINTMENTS else ""


# -- from the whole timeline ---------------------------------------------------------------------------------------


def _reviewed(state: CrimeState | None, event: CrimeEvent, earlier: Sequence[Entry]) -> Step:
    """What stands is worked out anew, in the order in which it happened."""
    events = [*(entry.event for entry in earlier), event]
    gone = _gone(events)
    standing = [one for one in sorted(events, key=key) if one.id not in gone and not one.withdraws]
    after, held = _folded(events, standing)
    if state is not None:
        after = replace(after, victims=state.victims, version=state.version)

    def effect_of(one: CrimeEvent, before: Effect | None) -> Effect:
        if one.id in gone or one.withdraws:
            return Effect.WITHDRAWN
        if one.id in held:
            return Effect.HELD
        if not _last(one, [other for other in standing if other.id not in held]):
            return before if before in STANDS else Effect.STALE
        return Effect.CORRECTED if one.corrects else Effect.APPLIED

    effect = effect_of(event, None)
    changed = tuple(
        replace(entry, effect=now) for entry in earlier if (now := effect_of(entry.event, entry.effect)) != entry.effect
    )
    before = {entry.event.id: entry.effect for entry in earlier}
    # Who was in doubt, and is no more: also what stood beside something that was held.
    settled = [one.event for one in changed if one.effect in _NEWS] + [
        entry.event
        for entry in earlier
        if entry.event.id not in held | gone
        and not entry.event.withdraws
        and any(
            one.effect is Effect.WITHDRAWN and before[one.event.id] is Effect.HELD and alike(one.event, entry.event)
            for one in changed
        )
    ]
    news = {one.id: one for one in ([event] if effect in _NEWS else []) + settled}
    return Step(
        state=after,
        effect=effect,
        changed=changed,
        tell=tuple(one for one in sorted(news.values(), key=key) if _last(one, standing)),
        held=tuple(
            one for one in standing if one.id in held and (one is event or before.get(one.id) is not Effect.HELD)
        ),
    )


def _gone(events: Iterable[CrimeEvent]) -> frozenset[EventId]:
    """What was corrected or withdrawn; of several corrections of one event all but the latest."""
    gone: set[EventId] = set()
    latest: dict[EventId, CrimeEvent] = {}
    for event in events:
        gone |= {taken for taken in (event.corrects, event.withdraws) if taken and taken != event.id}
        if event.corrects and event.corrects != event.id and not event.withdraws:
            rival = latest.setdefault(event.corrects, event)
            if rival is not event:
                older, newer = sorted((rival, event), key=_version_first)
                latest[event.corrects] = newer
                gone.add(older.id)
    return frozenset(gone)


def _version_first(event: CrimeEvent) -> tuple[int, datetime, str]:
    """Of corrections the source's version says which is the later: they are about one moment, and may move it."""
    return event.version, event.occurred_at, event.id


def _folded(events: Sequence[CrimeEvent], standing: Sequence[CrimeEvent]) -> tuple[CrimeState, frozenset[EventId]]:
    """The state after events that stand, in order, and which of them are held."""
    in_order = sorted(events, key=key)
    state = replace(_begun((standing or in_order)[0]), source=in_order[0].source)
    held: set[EventId] = set()
    for event in standing:
        state, is_held = _after(state, event)
        held |= {event.id} if is_held else set()
    suspects: tuple[Party, ...] = ()
    for event in in_order:
        # Also what is gone told of them: they are real.
        suspects = _suspects(suspects, event)
    revised = any(event.corrects or event.withdraws for event in events)
    return replace(state, suspects=suspects, revised=revised, last_at=in_order[-1].occurred_at), frozenset(held)


def _last(event: CrimeEvent, others: Iterable[CrimeEvent]) -> bool:
    """Whether nothing of the same matter came later."""
    return not any(other.id != event.id and alike(event, other) and key(other) > key(event) for other in others)


# -- one after the other -------------------------------------------------------------------------------------------


def _begun(event: CrimeEvent) -> CrimeState:
    return CrimeState(ref=event.crime, source=event.source, opened_at=event.occurred_at, last_at=event.occurred_at)


def _after(state: CrimeState, event: CrimeEvent) -> tuple[CrimeState, bool]:
    """The state after an event that happened after all others, and whether it contradicts them."""
    rule = kind_of(event.kind)
    state = replace(
        state,
        last_at=event.occurred_at,
        offence=event.offence or state.offence,
        area=event.area or state.area,
        officer=event.officer or state.officer,
        suspects=_suspects(state.suspects, event),
    )
    if rule.track:
        if any(mark.rank > rule.rank for mark in _rivals(state, rule.track, _lane(event))):
            return state, True
        mark = Mark(rank=rule.rank, at=event.occurred_at, version=event.version, event=event.id)
        state = replace(state, tracks={**state.tracks, _name(rule.track, _lane(event)): mark})
    return replace(state, closed=rule.closes or (state.closed and event.kind not in REOPENS)), False


def _rivals(state: CrimeState, track: str, lane: str) -> list[Mark]:
    """Marks that an event may contradict: of the same suspect, or where one of the two names nobody."""
    if not lane:
        return [mark for name, mark in state.tracks.items() if name.partition("#")[0] == track]
    return [mark for name, mark in state.tracks.items() if name in (track, _name(track, lane))]


def _name(track: str, lane: str) -> str:
    return f"{track}#{lane}" if lane else track


def _lane(event: CrimeEvent) -> str:
    """The suspect whom an event is about, if it names exactly one: what happens to two does not contradict."""
    named = {party.source_id for party in event.parties if party.role is PartyRole.SUSPECT}
    return named.pop() if len(named) == 1 else ""


def _topic(event: CrimeEvent) -> str:
    """What an event without a track is about; empty: each one counts, however late it comes."""
    rule = kind_of(event.kind)
    if event.kind in APPOINTMENTS and "appointment_id" in event.details:
        return f"appointment#{event.details['appointment_id']}"
    return "" if rule.repeats else rule.topic or rule.key


def _suspects(known: tuple[Party, ...], event: CrimeEvent) -> tuple[Party, ...]:
    """All that were ever named: somebody who is no suspect any more may still be dangerous."""
    by_id = {party.source_id: party for party in known}
    for party in event.parties:
        if party.role is PartyRole.SUSPECT:
            before = by_id.get(party.source_id)
            by_id[party.source_id] = party if before is None else _joined(before, party)
    return tuple(by_id[ident] for ident in sorted(by_id))


def _joined(before: Party, now: Party) -> Party:
    """A suspect's contacts, old and new: an old number may still be theirs."""

    def both(one: str, other: str) -> str:
        return _BETWEEN.join(dict.fromkeys(text for text in (*one.split(_BETWEEN), other) if text))

    return replace(now, phone=both(before.phone, now.phone), email=both(before.email, now.email))
