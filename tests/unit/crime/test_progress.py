"""What events do to their crime. Examples first, then whatever order they come in."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harbour.crime.kinds import kind_of, kinds
from harbour.crime.model import CrimeEvent, CrimeRef, Effect, Entry, EventId, Kind, OfficerInCharge, Party, PartyRole
from harbour.crime.progress import STANDS, CrimeState, Step, alike, apply, follows, key

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
REF = CrimeRef("42/123456/26")
APPLIED, STALE, HELD = Effect.APPLIED, Effect.STALE, Effect.HELD
CORRECTED, WITHDRAWN = Effect.CORRECTED, Effect.WITHDRAWN


def event(
    ident: str,
    kind: str = "withdrawn",
    day: float = 0,
    *,
    version: int = 0,
    corrects: str = "",
    withdraws: str = "",
    suspects: Sequence[str] = (),
    offence: str = "",
    officer: str = "",
    area: str = "",
    **details: str,
) -> CrimeEvent:
    return CrimeEvent(
        source="athena",
        id=EventId(ident),
        crime=REF,
        kind=Kind(kind),
        occurred_at=NOW + timedelta(days=day),
        version=version,
        corrects=EventId(corrects) if corrects else None,
        withdraws=EventId(withdraws) if withdraws else None,
        offence=offence,
        area=area,
        officer=OfficerInCharge(name=officer, collar=officer) if officer else None,
        parties=tuple(
            Party(source_id=one, role=PartyRole.SUSPECT, phone=f"0770090{day_of(day)}{one[-1]}") for one in suspects
        ),
        details=details,
    )


def day_of(day: float) -> str:
    return f"{int(day):03}"


@dataclass
class Crime:
    """A crime with its timeline, as the service keeps them; and everything that victims were told."""

    state: CrimeState | None = None
    entries: dict[str, Entry] = field(default_factory=dict)
    told: list[CrimeEvent] = field(default_factory=list)
    held: list[str] = field(default_factory=list)

    def take(self, what: CrimeEvent) -> Step:
        step = apply(self.state, what, tuple(self.entries.values()))
        for entry in step.changed:
            assert self.entries[entry.event.id].effect is not entry.effect
            self.entries[entry.event.id] = entry
        self.state = step.state
        self.entries[what.id] = Entry(event=what, effect=step.effect, received_at=NOW)
        self.told += step.tell
        self.held += [one.id for one in step.held]
        return step

    def all(self, events: Iterable[CrimeEvent]) -> list[Effect]:
        return [self.take(one).effect for one in events]

    @property
    def timeline(self) -> dict[str, str]:
        """What stands, what is held, and what is gone."""
        return {
            ident: "stands" if entry.effect in STANDS else entry.effect.value for ident, entry in self.entries.items()
        }

    def told_of(self) -> list[str]:
        return [one.id for one in self.told]


def after(*events: CrimeEvent) -> Crime:
    crime = Crime()
    crime.all(events)
    return crime


ARRESTED = event("arrested", "suspect_arrested", 1)
RELEASED = event("released", "released_without_charge", 3)
CHARGED = event("charged", "charged", 2)


# -- in the order in which they happened ---------------------------------------------------------------------------


def test_what_comes_in_order_is_applied_and_told() -> None:
    crime = after(ARRESTED, CHARGED)
    assert crime.timeline == {"arrested": "stands", "charged": "stands"}
    assert crime.told_of() == ["arrested", "charged"]
    assert crime.state is not None
    assert (crime.state.opened_at, crime.state.last_at) == (ARRESTED.occurred_at, CHARGED.occurred_at)


def test_released_after_charged_is_held_and_nobody_is_told() -> None:
    crime = after(ARRESTED, CHARGED, RELEASED)
    assert crime.entries["released"].effect is HELD
    assert crime.told_of() == ["arrested", "charged"]
    assert crime.held == ["released"]


def test_what_happens_to_two_suspects_does_not_contradict() -> None:
    charged = event("charged", "charged", 2, suspects=["S1"])
    released = event("released", "released_without_charge", 3, suspects=["S2"])
    crime = after(charged, released)
    assert crime.held == []
    assert crime.told_of() == ["charged", "released"]


def test_an_event_that_names_no_suspect_may_contradict_any() -> None:
    assert after(event("c", "charged", 2, suspects=["S1"]), RELEASED).held == ["released"]
    assert after(CHARGED, event("r", "released_without_charge", 3, suspects=["S1"])).held == ["r"]


def test_two_steps_of_one_date_are_in_the_order_of_their_ranks() -> None:
    """Some systems know dates only: charged on the day of the arrest is no contradiction, whichever id is smaller."""
    for one, other in (("a", "b"), ("b", "a")):
        arrest, charge = event(one, "suspect_arrested"), event(other, "charged")
        for order in ((arrest, charge), (charge, arrest)):
            assert after(*order).held == []


def test_details_that_describe_the_crime_come_from_what_happened_last() -> None:
    first = event("a", "crime_recorded", 1, offence="burglary", officer="4417", area="E1")
    last = event("b", "crime_allocated", 3, officer="2093")
    late = event("c", "crime_reclassified", 2, offence="robbery", officer="1111", area="W1")
    state = after(first, last, late).state
    assert state is not None
    assert state.officer is not None
    assert (state.offence, state.officer.collar, state.area) == ("robbery", "2093", "W1")


def test_a_case_is_open_again_after_it_was_reopened_and_closed_if_that_came_later() -> None:
    closed, reopened = event("c", "closed_no_suspect", 1), event("r", "investigation_reopened", 2)
    for order in ((closed, reopened), (reopened, closed)):
        state = after(*order).state
        assert state is not None
        assert not state.closed
    assert after(reopened, closed, event("d", "closed_resolved", 3)).state.closed  # type: ignore[union-attr]


def test_a_suspects_old_contacts_stay_known_also_where_one_is_part_of_another() -> None:
    def named(ident: str, day: float, email: str) -> CrimeEvent:
        party = Party(source_id="S1", role=PartyRole.SUSPECT, email=email)
        return replace(event(ident, "crime_recorded", day), parties=(party,))

    crime = after(named("a", 1, "joann@example.org"), named("b", 2, "ann@example.org"), named("c", 3, ""))
    assert crime.state is not None
    (suspect,) = crime.state.suspects
    assert suspect.email.split(" ; ") == ["joann@example.org", "ann@example.org"]


# -- late, twice, corrected, withdrawn -----------------------------------------------------------------------------


def test_a_late_one_takes_its_place_and_nobody_is_told() -> None:
    crime = after(CHARGED)
    assert crime.take(ARRESTED).effect is STALE
    assert crime.timeline["arrested"] == "stands"
    assert crime.told_of() == ["charged"]


@pytest.mark.parametrize(
    ("earlier", "later"),
    [
        ("hearing_listed", "hearing_changed"),
        ("closed_no_suspect", "investigation_reopened"),
        ("crime_allocated", "officer_changed"),
        ("property_ready", "property_returned"),
        ("witness_required", "witness_not_required"),
        ("hearing_result", "hearing_result"),
    ],
)
def test_of_one_topic_only_the_latest_is_news(earlier: str, later: str) -> None:
    crime = after(event("later", later, 2))
    assert crime.take(event("earlier", earlier, 1)).effect is STALE
    assert crime.told_of() == ["later"]


def test_what_came_late_is_news_if_it_is_about_something_else() -> None:
    crime = after(event("hearing", "hearing_listed", 2))
    assert crime.take(event("plan", "safety_plan_made", 1)).effect is APPLIED
    assert crime.told_of() == ["hearing", "plan"]


def test_each_of_an_officers_messages_counts_however_late() -> None:
    crime = after(event("b", "officer_message", 2, text="2"), event("a", "officer_message", 1, text="1"))
    assert crime.told_of() == ["b", "a"]


def test_a_late_booking_does_not_bring_back_an_appointment_that_was_cancelled() -> None:
    made = event("made", "appointment_made", 1, appointment_id="A1")
    crime = after(event("cancelled", "appointment_cancelled", 2, appointment_id="A1"))
    assert crime.take(made).effect is STALE
    assert crime.take(event("other", "appointment_made", 1, appointment_id="A2")).effect is APPLIED
    assert crime.told_of() == ["cancelled", "other"]


def test_the_same_event_again_changes_nothing_and_tells_nobody() -> None:
    crime = after(ARRESTED, CHARGED)
    before = crime.state
    for _ in range(2):
        step = crime.take(ARRESTED)
        assert (step.state, step.effect, step.tell, step.changed) == (before, APPLIED, (), ())


def test_a_correction_replaces_what_it_corrects_and_is_told() -> None:
    crime = after(event("a", "hearing_listed", 1), event("b", "hearing_listed", 1, version=2, corrects="a"))
    assert crime.timeline == {"a": "withdrawn", "b": "stands"}
    assert crime.entries["b"].effect is CORRECTED
    assert crime.told_of() == ["a", "b"]


def test_a_correction_of_what_is_old_news_is_not_told() -> None:
    crime = after(ARRESTED, CHARGED, event("b", "suspect_arrested", 1.5, version=2, corrects="arrested"))
    assert crime.timeline == {"arrested": "withdrawn", "charged": "stands", "b": "stands"}
    assert crime.entries["b"].effect is STALE
    assert crime.told_of() == ["arrested", "charged"]


def test_a_correction_that_comes_before_what_it_corrects_stands_for_it() -> None:
    crime = after(event("b", "hearing_listed", 1, version=2, corrects="a"))
    assert crime.take(event("a", "hearing_listed", 1)).effect is WITHDRAWN
    assert crime.told_of() == ["b"]


@pytest.mark.parametrize("order", [(0, 1, 2), (0, 2, 1), (2, 1, 0), (1, 2, 0)])
def test_of_several_corrections_the_latest_version_stands(order: tuple[int, ...]) -> None:
    events = [
        event("a", "hearing_listed", 1),
        event("b", "hearing_listed", 5, version=2, corrects="a"),
        event("c", "hearing_listed", 1, version=3, corrects="a"),
    ]
    crime = after(*(events[index] for index in order))
    assert crime.timeline == {"a": "withdrawn", "b": "withdrawn", "c": "stands"}


def test_a_withdrawn_event_is_as_if_it_had_not_been() -> None:
    crime = after(ARRESTED, CHARGED, event("w", day=4, withdraws="charged"), RELEASED)
    assert crime.timeline == {"arrested": "stands", "charged": "withdrawn", "w": "withdrawn", "released": "stands"}
    assert crime.held == []
    assert crime.told_of() == ["arrested", "charged", "released"]


def test_a_withdrawal_that_comes_first_keeps_the_event_away() -> None:
    crime = after(event("w", day=4, withdraws="charged"))
    assert crime.take(CHARGED).effect is WITHDRAWN
    assert crime.told_of() == []
    assert crime.state is not None
    assert crime.state.tracks == {}


def test_an_event_that_withdraws_itself_withdraws_nothing() -> None:
    crime = after(event("a", "hearing_listed", 1, corrects="a"))
    assert crime.timeline == {"a": "stands"}


def test_a_date_that_was_wrong_does_not_stay_the_day_of_the_report() -> None:
    wrong = event("a", "crime_recorded", -30_000)
    crime = after(wrong, event("b", "crime_recorded", 1, version=2, corrects="a"))
    assert crime.state is not None
    assert crime.state.opened_at == NOW + timedelta(days=1)


# -- contradictions, and their end ---------------------------------------------------------------------------------


def test_a_late_event_may_put_in_doubt_what_was_told() -> None:
    """Released was told; then it turns out that somebody had been charged before: a person decides, nobody is told."""
    crime = after(ARRESTED, RELEASED)
    step = crime.take(CHARGED)
    assert [(one.event.id, one.effect) for one in step.changed] == [("released", HELD)]
    assert [one.id for one in step.held] == ["released"]
    assert step.tell == ()
    assert crime.timeline == after(ARRESTED, CHARGED, RELEASED).timeline


def test_what_was_held_is_told_when_the_other_was_withdrawn() -> None:
    crime = after(ARRESTED, CHARGED, RELEASED)
    step = crime.take(event("w", day=4, withdraws="charged"))
    assert [one.id for one in step.tell] == ["released"]
    assert crime.timeline["released"] == "stands"


def test_what_stood_in_doubt_is_told_when_the_held_one_was_withdrawn() -> None:
    """Charged was never told, because released was known; now released never was."""
    crime = after(ARRESTED, RELEASED, CHARGED)
    step = crime.take(event("w", day=4, withdraws="released"))
    assert [one.id for one in step.tell] == ["charged"]


def test_what_was_stale_is_told_when_what_was_newer_was_withdrawn() -> None:
    crime = after(event("new", "hearing_changed", 2), event("old", "hearing_listed", 1))
    step = crime.take(event("w", day=4, withdraws="new"))
    assert [one.id for one in step.tell] == ["old"]
    assert crime.entries["old"].effect is APPLIED


def test_what_is_held_is_held_once_however_much_follows() -> None:
    crime = after(ARRESTED, CHARGED, RELEASED, event("guilty", "found_guilty", 9), event("x", "hearing_result", 1))
    assert crime.held == ["released"]


# -- whatever order they come in -----------------------------------------------------------------------------------

_CHOSEN = [
    *sorted(kind for kind, rule in kinds().items() if rule.track),
    "hearing_listed",
    "hearing_changed",
    "closed_no_suspect",
    "investigation_reopened",
    "officer_message",
    "appointment_made",
    "appointment_cancelled",
    "crime_recorded",
]


@st.composite
def stories(draw: st.DrawFn) -> list[CrimeEvent]:
    """Events of one crime, in the order in which they happened: some at one moment, some corrected, some withdrawn."""
    made: list[CrimeEvent] = []
    for number in range(draw(st.integers(1, 7))):
        corrects = withdraws = ""
        if made and (takes := draw(st.sampled_from(["", "", "", "corrects", "withdraws"]))):
            taken = draw(st.sampled_from(made)).id
            corrects, withdraws = (taken, "") if takes == "corrects" else ("", taken)
        kind = "withdrawn" if withdraws else draw(st.sampled_from(_CHOSEN))
        made.append(
            event(
                f"e{number}",
                kind,
                draw(st.integers(0, 5)),
                version=draw(st.integers(0, 3)),
                corrects=corrects,
                withdraws=withdraws,
                suspects=draw(st.sampled_from([(), ("S1",), ("S2",), ("S1", "S2")])),
                offence=draw(st.sampled_from(["", "burglary", "domestic_abuse"])),
                officer=draw(st.sampled_from(["", "4417", "2093"])),
                area=draw(st.sampled_from(["", "E1", "W1"])),
                **({"appointment_id": "A1"} if kind.startswith("appointment") else {}),
            )
        )
    return made


STORY = stories()


@settings(max_examples=400, deadline=None)
@given(STORY, st.randoms(use_true_random=False))
def test_state_and_timeline_are_the_same_whatever_the_order_of_arrival(story: list[CrimeEvent], random: object) -> None:
    arrivals = story + story[:2]  # some come twice
    random.shuffle(arrivals)  # type: ignore[attr-defined]
    as_it_happened, as_it_came = after(*sorted(story, key=key)), after(*arrivals)
    assert as_it_came.state == as_it_happened.state
    assert as_it_came.timeline == as_it_happened.timeline


@settings(max_examples=400, deadline=None)
@given(STORY, st.randoms(use_true_random=False))
def test_nothing_is_told_that_is_older_than_what_is_known(story: list[CrimeEvent], random: object) -> None:
    arrivals = list(story)
    random.shuffle(arrivals)  # type: ignore[attr-defined]
    crime = Crime()
    for one in arrivals:
        step = crime.take(one)
        known = [entry.event for entry in crime.entries.values() if crime.timeline[entry.event.id] != "withdrawn"]
        for told in step.tell:
            assert crime.timeline[told.id] == "stands"
            assert not any(alike(told, other) and key(other) > key(told) for other in known), "outdated"


@settings(max_examples=400, deadline=None)
@given(STORY, st.randoms(use_true_random=False))
def test_the_last_word_of_every_matter_is_told_unless_something_newer_contradicts_it(
    story: list[CrimeEvent], random: object
) -> None:
    arrivals = list(story)
    random.shuffle(arrivals)  # type: ignore[attr-defined]
    crime = after(*arrivals)
    remaining = [entry.event for entry in crime.entries.values() if crime.timeline[entry.event.id] != "withdrawn"]
    for one in remaining:
        newer = any(alike(one, other) and key(other) > key(one) for other in remaining)
        if crime.timeline[one.id] == "stands" and not newer:
            assert one.id in crime.told_of(), "never told"
        if crime.timeline[one.id] == "held":
            assert one.id in crime.held, "no person knows of it"


@settings(max_examples=200, deadline=None)
@given(STORY)
def test_one_after_the_other_is_the_same_as_all_anew(story: list[CrimeEvent]) -> None:
    """What comes in order needs no timeline: it must not make a difference."""
    crime = Crime()
    for one in sorted(story, key=key):
        if follows(crime.state, one) and crime.state:
            quick = apply(crime.state, one)
            anew = apply(replace(crime.state, revised=True), one, tuple(crime.entries.values()))
            assert replace(anew.state, revised=False) == quick.state
            assert (anew.effect, anew.tell, anew.held, anew.changed) == (quick.effect, quick.tell, quick.held, ())
        crime.take(one)


@given(STORY)
def test_what_is_held_contradicts_something_that_happened_before(story: list[CrimeEvent]) -> None:
    crime = after(*story)
    for ident, place in crime.timeline.items():
        if place == "held":
            held = crime.entries[ident].event
            assert any(
                crime.timeline[other.event.id] == "stands"
                and alike(held, other.event)
                and key(other.event) < key(held)
                and kind_of(other.event.kind).rank > kind_of(held.kind).rank
                for other in crime.entries.values()
            )
