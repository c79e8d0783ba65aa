"""Who is told of what, when: never too much, never at night, never against the plan, and never silently nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harbour.contact.gate import allowed
from harbour.contact.model import Channel, Consent, Hours, Link, Person
from harbour.crime.link import Reason, TaskWanted
from harbour.crime.model import CrimeEvent, EventId, Kind
from harbour.notification.catalogue import message_types
from harbour.notification.clock import deadline
from harbour.notification.model import Notification, State
from harbour.notification.plan import SEVERAL, Occasion, Planned, PlanRules, cancelled, plan
from harbour.runtime.london import LONDON
from tests.unit.notification.post_office import CRIME, MONDAY, OTHER_CRIME, link, message, person

SMS = frozenset({Channel.SMS})
RULES = PlanRules(merge=timedelta(minutes=15), per_day=6)
NIGHT = MONDAY.replace(hour=23)
ORDINARY, STATUTORY, PIERCING, INVITATION = (
    "crime_allocated",
    "suspect_arrested",
    "officer_deployed",
    "portal_invitation",
)


def told(limit: str, happened_at: datetime, enhanced: bool) -> datetime | None:
    return deadline(limit, happened_at, enhanced=enhanced)


@dataclass
class Story:
    """One person, and what comes for them, one thing after the other."""

    who: Person
    now: datetime = MONDAY
    rules: PlanRules = RULES
    messages: dict[str, Notification] = field(default_factory=dict)
    tasks: list[TaskWanted] = field(default_factory=list)
    events: int = 0

    def happens(
        self, kind: str = ORDINARY, *, part: Link | None = None, ago: timedelta = timedelta(), ident: str = ""
    ) -> Planned:
        self.events += 1
        event = CrimeEvent(
            source="athena",
            id=EventId(ident or f"msg_{self.events}"),
            crime=(part or self.who.links[0]).crime,
            kind=Kind(kind),
            occurred_at=self.now - ago,
        )
        occasion = Occasion(
            person=self.who,
            link=part or self.who.links[0],
            event=event,
            type=message_types("")[kind],
            values={"name": "Amina"},
            recent=tuple(self.messages.values()),
        )
        planned = plan(occasion, self.now, self.rules, told)
        assert not {one.id for one in planned.create} & self.messages.keys()
        assert {one.id for one in planned.change} <= self.messages.keys()
        for one in (*planned.create, *planned.change):
            self.messages[one.id] = one
        self.tasks += planned.tasks
        return planned

    def wait(self, length: timedelta) -> None:
        """Time goes by; what is due is sent on time."""
        self.now += length
        for ident, one in self.messages.items():
            if one.state is State.CREATED and one.due_at <= self.now:
                self.messages[ident] = replace(
                    one, state=State.SENT, sent_at=max(one.due_at, one.created_at), attempt=1
                )

    def by(self, channel: Channel) -> list[Notification]:
        return sorted((one for one in self.messages.values() if one.channel is channel), key=lambda one: one.due_at)


def story(who: Person | None = None, now: datetime = MONDAY) -> Story:
    return Story(who or person(channels=SMS), now)


def only(found: Sequence[Notification]) -> Notification:
    assert len(found) == 1
    return found[0]


# -- one event -------------------------------------------------------------------------------------------------------


def test_by_day_a_message_goes_at_once() -> None:
    made = only(story().happens().create)
    assert (made.type, made.due_at, made.causes, made.state) == (ORDINARY, MONDAY, ("msg_1",), State.CREATED)


def test_both_channels_are_two_messages_with_two_ids() -> None:
    planned = story(person()).happens()
    assert {one.channel for one in planned.create} == set(Channel)
    assert len({one.id for one in planned.create}) == 2


def test_at_night_it_waits_for_the_morning() -> None:
    assert only(story(now=NIGHT).happens().create).due_at == NIGHT.replace(hour=8) + timedelta(days=1)


def test_only_what_a_rule_says_comes_at_night() -> None:
    assert only(story(now=NIGHT).happens(PIERCING).create).due_at == NIGHT


def test_the_same_event_again_makes_nothing_new() -> None:
    them = story()
    them.happens(ident="msg_x")
    assert them.happens(ident="msg_x") == Planned()


def test_an_event_that_has_joined_another_message_makes_nothing_new() -> None:
    them = story(now=NIGHT)
    them.happens()
    them.happens(ident="msg_x")
    assert them.happens(ident="msg_x") == Planned()


# -- what may not be sent --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("who", "reason"),
    [
        (person(consent=Consent.DO_NOT_CONTACT), Reason.UNSAFE_CONTACT),
        (person(consent=Consent.UNKNOWN, links=(link(sensitive=True),)), Reason.UNSAFE_CONTACT),
        (person(blocked="same_as_suspect"), Reason.UNSAFE_CONTACT),
        (person(phone="", email=""), Reason.NO_CONTACT_DETAILS),
        (person(channels=SMS, phone=""), Reason.NO_CONTACT_DETAILS),
    ],
)
def test_what_may_not_be_sent_is_an_officers_task_with_the_laws_date(who: Person, reason: Reason) -> None:
    planned = story(who).happens(STATUTORY)
    assert not planned.create
    task = planned.tasks[0]
    assert task.reason is reason
    assert task.due_at == deadline("suspect_arrested", MONDAY, enhanced=False)
    assert "suspect arrested" in task.detail


def test_the_laws_date_is_the_events_own_when_the_invitation_stands_in_for_it() -> None:
    who = person(channels=SMS)
    event = CrimeEvent(source="a", id=EventId("e"), crime=CRIME, kind=Kind(STATUTORY), occurred_at=MONDAY)
    occasion = Occasion(
        person=who,
        link=who.links[0],
        event=event,
        type=message_types("")[INVITATION],
        values={},
        limit="suspect_arrested",
    )
    made = only(plan(occasion, MONDAY, RULES, told).create)
    assert made.deadline_at == deadline("suspect_arrested", MONDAY, enhanced=False)


# -- merging ---------------------------------------------------------------------------------------------------------


def test_what_follows_within_minutes_waits_and_what_comes_meanwhile_joins_it() -> None:
    them = story()
    them.happens()
    them.wait(timedelta(minutes=1))
    second = only(them.happens().create)
    assert (second.type, second.due_at) == (ORDINARY, MONDAY + timedelta(minutes=15))
    them.wait(timedelta(minutes=5))
    third = only(them.happens().change)
    assert (third.id, third.type, third.due_at) == (second.id, SEVERAL, second.due_at)
    assert third.causes == ("msg_2", "msg_3")
    assert third.values["count"] == "2"


def test_a_night_of_news_is_one_message_in_the_morning() -> None:
    them = story(now=NIGHT)
    for _ in range(5):
        them.happens()
        them.wait(timedelta(minutes=40))
    assert only(them.by(Channel.SMS)).values["count"] == "5"


def test_what_comes_at_night_keeps_its_own_words_also_when_it_must_wait() -> None:
    """Found by the property below: an ordinary event joined it, and both went at night as "several updates"."""
    them = Story(person(channels=SMS), NIGHT, PlanRules(any_per_hour=1))
    them.happens(PIERCING)
    second = only(them.happens(PIERCING).create)
    assert second.due_at > them.now
    third = only(them.happens().create)
    assert third.id != second.id
    assert them.messages[second.id].type == PIERCING


def test_the_invitation_keeps_its_link_when_others_join_it() -> None:
    them = story(now=NIGHT)
    them.happens(INVITATION)
    joined = only(them.happens().change)
    assert (joined.type, joined.causes) == (INVITATION, ("msg_1", "msg_2"))


def test_the_invitation_joins_none() -> None:
    them = story(now=NIGHT)
    them.happens()
    assert only(them.happens(INVITATION).create).type == INVITATION


def test_an_answer_waits_for_no_other_message() -> None:
    them = story()
    them.happens()
    assert only(them.happens("officer_message").create).due_at == MONDAY


def test_nothing_joins_a_message_that_may_have_gone_already() -> None:
    them = story()
    tried = replace(message(due_at=MONDAY + timedelta(minutes=5)), attempt=1)
    them.messages[tried.id] = tried
    assert only(them.happens().create).causes == ("msg_1",)


def test_a_message_of_two_crimes_names_both() -> None:
    who = person(channels=SMS, links=(link(), link(OTHER_CRIME)))
    them = story(who, NIGHT)
    them.happens()
    joined = only(them.happens(part=who.links[1]).change)
    assert (joined.crime, joined.also) == (CRIME, (OTHER_CRIME,))
    assert only(them.happens(part=who.links[1]).change).also == (OTHER_CRIME,)


def test_the_earliest_date_of_the_law_counts() -> None:
    them = story(now=NIGHT)
    them.happens()
    joined = only(them.happens(STATUTORY).change)
    assert joined.deadline_at == deadline("suspect_arrested", NIGHT, enhanced=False)


def test_the_law_does_not_wait_for_others_to_join() -> None:
    them = story()
    them.happens()
    them.wait(timedelta(minutes=1))
    late = only(them.happens(STATUTORY, ago=timedelta(days=30)).create)
    assert (late.type, late.due_at) == (STATUTORY, them.now)


def test_a_time_limit_that_ends_in_the_night_is_an_officers_task_as_well() -> None:
    # One working day for Enhanced Rights, and the only day that the person allows is after it.
    who = person(channels=SMS, hours=Hours(days=frozenset({5})), links=(link(enhanced=True),))
    planned = story(who).happens(STATUTORY)
    assert planned.create
    assert [task.reason for task in planned.tasks] == [Reason.BREACH_NEAR]
    assert planned.tasks[0].due_at == planned.create[0].deadline_at


# -- caps ------------------------------------------------------------------------------------------------------------


def test_a_seventh_message_in_a_day_waits_for_the_next_and_others_join_it() -> None:
    them = story()
    for _ in range(6):
        them.happens()
        them.wait(timedelta(minutes=16))
    seventh = only(them.happens().create)
    assert seventh.due_at == MONDAY + timedelta(days=1)
    assert only(them.happens().change).id == seventh.id


def test_what_was_cancelled_or_refused_does_not_count_and_what_may_have_arrived_does() -> None:
    for state, unsure, waits in ((State.CANCELLED, 0, False), (State.FAILED, 0, False), (State.FAILED, 1, True)):
        them = story()
        earlier = replace(message(), state=state, unsure=unsure)
        them.messages[earlier.id] = earlier
        assert (only(them.happens().create).due_at > MONDAY) == waits


def test_even_what_comes_at_night_keeps_to_the_networks_limits() -> None:
    them = story()
    for _ in range(40):
        them.happens(PIERCING)
    inside = [one for one in them.by(Channel.SMS) if one.due_at < MONDAY + timedelta(hours=1)]
    assert len(inside) == RULES.same_per_hour


# -- taken back ------------------------------------------------------------------------------------------------------


def test_what_was_taken_back_is_not_sent() -> None:
    gone = only(cancelled([message()], "msg_0"))
    assert (gone.state, gone.reason) == (State.CANCELLED, "withdrawn")


def test_a_message_of_several_keeps_telling_of_the_others() -> None:
    several = replace(message(), causes=("msg_0", "msg_2"), values={"count": "2"})
    left = only(cancelled([several], "msg_0"))
    assert (left.state, left.causes, left.values["count"]) == (State.CREATED, ("msg_2",), "1")


@pytest.mark.parametrize("state", [state for state in State if state is not State.CREATED])
def test_what_has_gone_is_not_taken_back(state: State) -> None:
    assert not cancelled([replace(message(), state=state)], "msg_0")


# -- whatever comes --------------------------------------------------------------------------------------------------

KINDS = st.sampled_from([ORDINARY, ORDINARY, "officer_message", STATUTORY, "hearing_listed", PIERCING, INVITATION])
HOURS = st.builds(
    lambda start, length, days: Hours(start=time(start), end=time(min(start + length, 23)), days=days),
    st.integers(0, 20),
    st.integers(1, 23),
    st.frozensets(st.integers(1, 7), min_size=1),
)
PEOPLE = st.builds(
    lambda consent, channels, hours, phone, sensitive, enhanced, blocked: person(
        consent=consent,
        channels=channels,
        hours=hours,
        phone=phone,
        blocked=blocked,
        links=(link(sensitive=sensitive, enhanced=enhanced), link(OTHER_CRIME)),
    ),
    st.sampled_from([Consent.AGREED, Consent.AGREED, Consent.UNKNOWN, Consent.DO_NOT_CONTACT]),
    st.frozensets(st.sampled_from(Channel)),
    HOURS,
    st.sampled_from(["+447700900123", ""]),
    st.booleans(),
    st.booleans(),
    st.sampled_from(["", "", "", "dead_number", "same_as_suspect"]),
)
STEPS = st.lists(
    st.tuples(KINDS, st.integers(0, 1), st.integers(0, 20), st.sampled_from([0, 0, 1, 5, 20, 60, 300, 1500])),
    min_size=1,
    max_size=40,
)
RULE_SETS = st.builds(
    PlanRules,
    merge=st.sampled_from([timedelta(), timedelta(minutes=15), timedelta(hours=2)]),
    per_day=st.integers(1, 6),
    same_per_hour=st.integers(1, 15),
    any_per_hour=st.integers(1, 60),
)
NOWS = st.datetimes(datetime(2026, 1, 5), datetime(2026, 12, 20), timezones=st.just(UTC))


@settings(max_examples=300, deadline=None)
@given(PEOPLE, RULE_SETS, NOWS, STEPS)
def test_whatever_comes_the_rules_hold(
    who: Person, rules: PlanRules, now: datetime, steps: Sequence[tuple[str, int, int, int]]
) -> None:
    them = Story(who, now.replace(microsecond=0), rules)
    for kind, crime, days_ago, minutes in steps:
        part = who.links[crime]
        planned = them.happens(kind, part=part, ago=timedelta(days=days_ago))
        event = f"msg_{them.events}"
        can = allowed(who, part).channels & message_types("")[kind].channels
        carrying = [one for one in them.messages.values() if event in one.causes]
        # Against the plan never; and what is not said by message is said by somebody.
        assert {one.channel for one in carrying} == can
        assert bool(can) != any(task.reason is not Reason.BREACH_NEAR for task in planned.tasks)
        # What the law wants in time goes in time, or an officer knows now that it will not.
        for one in carrying:
            if one.deadline_at is not None and one.due_at > max(one.deadline_at, them.now):
                assert any(task.reason is Reason.BREACH_NEAR for task in them.tasks)
            assert part.crime in (one.crime, *one.also)
        them.wait(timedelta(minutes=minutes))
    for channel in Channel:
        holds(them, channel)


def holds(them: Story, channel: Channel) -> None:
    """Hours and caps, over everything that was ever planned."""
    hours, rules, found = them.who.plan.hours, them.rules, them.by(channel)
    for one in found:
        local = one.due_at.astimezone(LONDON)
        if not message_types("")[one.type].pierces_quiet_hours:
            assert local.isoweekday() in hours.days
            assert hours.start <= local.time() < hours.end or local.time() == time(2)
    times = sorted(one.due_at for one in found)
    within(times, timedelta(hours=1), rules.any_per_hour)
    for kind in {one.type for one in found} - {SEVERAL}:
        within(sorted(one.due_at for one in found if one.type == kind), timedelta(hours=1), rules.same_per_hour)
    if not any(one.type == PIERCING for one in found):
        within(times, timedelta(days=1), rules.per_day)


def within(times: Sequence[datetime], window: timedelta, most: int) -> None:
    for index in range(len(times) - most):
        assert times[index + most] - times[index] >= window
