"""What an event does to its crime, whatever the order in which events arrive. Pure.

Time is the crime system's: an event counts by when it happened (``occurred_at``), and of two about the same moment by
the source's own version. So a late one is *stale*: it belongs into the timeline at its place, and nobody is told of it
as if it were news. One that says the opposite of what is known (released after charged) is *held*: a person decides.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from harbour.contact.model import Link
from harbour.crime.kinds import kind_of, offence
from harbour.crime.model import (
    CrimeEvent,
    CrimeRef,
    Effect,
    EventId,
    Kind,
    OfficerInCharge,
    Party,
    PartyRole,
    PersonId,
    crime_id,
)


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
    tracks
        The furthest event of each track.
    newest
        When each kind last happened: of two of one kind the later counts.
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
    newest: Mapping[Kind, Mark] = field(default_factory=dict)
    suspects: tuple[Party, ...] = ()
    victims: tuple[PersonId, ...] = ()
    closed: bool = False
    version: int = 0


def apply(state: CrimeState | None, event: CrimeEvent) -> tuple[CrimeState, Effect]:
    """The crime after ``event``, and what the event did.

    An event that was taken in before must not be given again (the inbox sees to that).
    """
    known = state or CrimeState(
        ref=event.crime, source=event.source, opened_at=event.occurred_at, last_at=event.occurred_at
    )
    if event.withdraws:
        return _without(known, event), Effect.WITHDRAWN
    effect = _effect(known, event)
    later = event.occurred_at >= known.last_at
    known = replace(
        known,
        opened_at=min(known.opened_at, event.occurred_at),
        last_at=max(known.last_at, event.occurred_at),
        # Details that describe the crime now come from its latest event.
        offence=event.offence if event.offence and (later or not known.offence) else known.offence,
        area=event.area if event.area and (later or not known.area) else known.area,
        officer=event.officer if event.officer and (later or not known.officer) else known.officer,
        suspects=_suspects(known, event),
    )
    if effect in (Effect.APPLIED, Effect.CORRECTED):
        known = _marked(known, event)
    return known, effect


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


def _effect(state: CrimeState, event: CrimeEvent) -> Effect:
    rule = kind_of(event.kind)
    if rule.repeats:
        return Effect.CORRECTED if event.corrects else Effect.APPLIED
    mark = _mark(event, rule.rank)
    same = state.newest.get(event.kind)
    if event.corrects:
        return Effect.STALE if same and _newer(same, mark) else Effect.CORRECTED
    if same and _newer(same, mark):
        return Effect.STALE
    furthest = state.tracks.get(rule.track) if rule.track else None
    if furthest is None or mark.rank >= furthest.rank:
        return Effect.APPLIED
    # Of a lower rank than what is known: an old story that comes late, or a contradiction.
    return Effect.STALE if _newer(furthest, mark) else Effect.HELD


def _marked(state: CrimeState, event: CrimeEvent) -> CrimeState:
    rule = kind_of(event.kind)
    mark = _mark(event, rule.rank)
    tracks = dict(state.tracks)
    furthest = tracks.get(rule.track)
    if rule.track and (furthest is None or (mark.rank, mark.at) >= (furthest.rank, furthest.at)):
        tracks[rule.track] = mark
    reopened = event.kind in ("investigation_reopened", "reopened_after_review")
    return replace(
        state,
        tracks=tracks,
        newest={**state.newest, event.kind: mark},
        closed=rule.closes or (state.closed and not reopened),
    )


def _without(state: CrimeState, event: CrimeEvent) -> CrimeState:
    """The state as if the withdrawn event had not marked anything. What it told of parties stays: they are real."""
    taken = event.withdraws
    return replace(
        state,
        tracks={track: mark for track, mark in state.tracks.items() if mark.event != taken},
        newest={kind: mark for kind, mark in state.newest.items() if mark.event != taken},
        last_at=max(state.last_at, event.occurred_at),
    )


def _suspects(state: CrimeState, event: CrimeEvent) -> tuple[Party, ...]:
    """All that were ever named: somebody who is no suspect any more may still be dangerous."""
    by_id = {party.source_id: party for party in state.suspects}
    for party in event.parties:
        if party.role is PartyRole.SUSPECT:
            before = by_id.get(party.source_id)
            by_id[party.source_id] = party if before is None else _joined(before, party)
    return tuple(by_id[ident] for ident in sorted(by_id))


def _joined(before: Party, now: Party) -> Party:
    """A suspect's contacts, old and new: an old number may still be theirs."""

    def both(one: str, other: str) -> str:
        return one if other in ("", one) or other in one else (f"{one} ; {other}" if one else other)

    return replace(now, phone=both(before.phone, now.phone), email=both(before.email, now.email))


def _mark(event: CrimeEvent, rank: int) -> Mark:
    return Mark(rank=rank, at=event.occurred_at, version=event.version, event=event.id)


def _newer(one: Mark, other: Mark) -> bool:
    """Whether ``one`` happened after ``other``, or at the same moment by a later version."""
    return (one.at, one.version) > (other.at, other.version)
