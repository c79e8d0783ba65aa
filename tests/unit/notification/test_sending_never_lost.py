"""A machine may stop at every call of a port: no message is lost, and none is doubled outside the one named moment.

The moment: the provider has taken the message, and nobody has written that down yet. It is bounded (one message more,
at the most, and only after the receipts have had their time), and everything here that is sent twice was sent twice
because of it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harbour.contact.model import Channel
from harbour.notification.model import Notification, State, look_at
from harbour.notification.ports import Moved
from harbour.notification.service import SETTLE
from harbour.runtime.errors import Unavailable
from tests.unit.notification.post_office import AMINA, CRIME, MONDAY, Does, PostOffice, Taken, message

ENDED = (State.SENT, State.DELIVERED, State.FAILED, State.CANCELLED)


class MachineStops(BaseException):
    """Not an Exception: nothing may catch it, as nothing catches a machine that is switched off."""


@dataclass
class StopsAt:
    """Stops the machine at the n-th call of a port, once."""

    number: int
    seen: int = 0
    at: str = ""

    def __call__(self, name: str) -> None:
        self.seen += 1
        if self.seen == self.number:
            self.at = name
            raise MachineStops


def once_each(*does: Does) -> Iterator[Does]:
    """What a provider does, call by call; in the end it takes everything."""
    yield from does
    while True:
        yield Does.TAKES


def recover(office: PostOffice, *, receipts: bool, hours: int = 6) -> None:
    """What happens by itself afterwards: the sweep of every minute, and receipts two minutes after the taking."""
    told: set[int] = set()
    for _ in range(hours * 60):
        office.wait(minutes=1)
        try:
            office.run_due()
        except Moved:
            continue
        if not receipts:
            continue
        for number, taken in enumerate(office.taken):
            if number not in told and (office.now() - taken.at).total_seconds() >= 120:
                try:
                    office.arrived(taken)
                except Unavailable:
                    continue  # the queue brings it again
                told.add(number)


def steps_of(channel: Channel, does: tuple[Does, ...], *, asked: bool) -> int:
    """How many calls of ports there are when nothing stops."""
    office = world(channel, does, asked=asked)
    counting = StopsAt(0)
    office.on_step = counting
    office.run_due()
    office.wait(seconds=31)
    office.run_due()
    return counting.seen


def world(channel: Channel, does: tuple[Does, ...], *, asked: bool) -> PostOffice:
    office = PostOffice(can_be_asked=asked)
    first = once_each(*does)
    office.providers[0].does = lambda: next(first)
    office.created(message(channel))
    office.wait(minutes=2)
    return office


SCENES = [
    (channel, does, asked, receipts)
    for channel, does, asked, receipts in product(
        Channel,
        ((), (Does.BUSY,), (Does.TAKES_SILENTLY,), (Does.SILENT,), (Does.REFUSES,)),
        (True, False),
        (True, False),
    )
]


@pytest.mark.parametrize(("channel", "does", "asked", "receipts"), SCENES, ids=str)
def test_wherever_a_machine_stops_a_message_is_neither_lost_nor_doubled(
    channel: Channel, does: tuple[Does, ...], asked: bool, receipts: bool
) -> None:
    for number in range(1, steps_of(channel, does, asked=asked) + 1):
        office = world(channel, does, asked=asked)
        stop = StopsAt(number)
        office.on_step = stop
        try:
            office.run_due()
            office.wait(seconds=31)
            office.run_due()
        except MachineStops:
            pass
        office.on_step = None
        recover(office, receipts=receipts)
        ((_, _), kept), *_ = office.store.kept.items()
        where = f"stopped at step {number}: {stop.at}"
        assert kept.state in ENDED, where
        if kept.state in (State.FAILED, State.CANCELLED):
            assert office.store.tasks, f"{where}: failed, and no officer knows"
        if Does.REFUSES not in does:
            assert office.taken, f"{where}: lost"
            assert kept.state in (State.SENT, State.DELIVERED), where
        hold_the_moment(office, known=asked or (receipts and channel is Channel.EMAIL), where=where)


def hold_the_moment(office: PostOffice, *, known: bool, where: str = "") -> None:
    """Sent once; twice only where nobody could know of the first, and not before its receipt has had its time."""
    more = office.taken[1:]
    assert len(more) <= (0 if known else 1), f"{where}: sent {len(office.taken)} times"
    for one in more:
        assert one.at - office.taken[0].at >= SETTLE, where


def test_in_the_named_moment_nothing_is_sent_again_before_the_receipts_have_had_their_time() -> None:
    office = world(Channel.EMAIL, (Does.TAKES_SILENTLY,), asked=False)
    office.run_due()
    first = office.taken[0].at
    recover(office, receipts=False)
    assert len(office.taken) == 2
    assert office.taken[1].at - first >= SETTLE


def test_a_receipt_settles_the_named_moment_and_nothing_is_sent_again() -> None:
    office = world(Channel.EMAIL, (Does.TAKES_SILENTLY,), asked=False)
    office.run_due()
    recover(office, receipts=True)
    assert len(office.taken) == 1
    ((_, _), kept), *_ = office.store.kept.items()
    assert kept.state is State.DELIVERED


def test_a_provider_that_can_be_asked_leaves_no_doubt() -> None:
    office = world(Channel.SMS, (Does.TAKES_SILENTLY,), asked=True)
    office.run_due()
    recover(office, receipts=False)
    assert len(office.taken) == 1


def test_while_it_is_not_known_no_other_provider_is_tried() -> None:
    office = world(Channel.SMS, (Does.SILENT,), asked=False)
    office.run_due()
    office.wait(minutes=5)
    office.run_due()
    assert office.taken == []
    recover(office, receipts=True)
    assert len(office.taken) == 1


def test_a_second_doubt_is_an_officers() -> None:
    office = world(Channel.SMS, (Does.SILENT, Does.SILENT, Does.SILENT), asked=False)
    office.providers[1].does = lambda: Does.SILENT
    recover(office, receipts=True, hours=24)
    assert office.taken == []
    assert office.reasons() == ["not_delivered"]


def test_a_certain_refusal_lets_the_next_provider_try_at_once() -> None:
    office = world(Channel.SMS, (Does.BUSY,), asked=False)
    office.run_due()
    assert [one.provider for one in office.taken] == ["notify"]


def test_when_all_refuse_it_is_tried_again_and_at_last_an_officer_is_told() -> None:
    office = PostOffice()
    for provider in office.providers:
        provider.does = lambda: Does.BUSY
    made = office.created()
    recover(office, receipts=False, hours=1)
    assert office.state(made).state is State.CREATED
    assert office.reasons() == []
    recover(office, receipts=False, hours=6)
    assert office.state(made).state is State.FAILED
    assert office.reasons() == ["not_delivered"]


@settings(max_examples=60, deadline=None)
@given(
    does=st.lists(st.sampled_from(list(Does)), max_size=4),
    stops=st.lists(st.integers(1, 25), max_size=4),
    again=st.lists(st.booleans(), min_size=4, max_size=4),
    receipts=st.booleans(),
    channel=st.sampled_from(list(Channel)),
)
def test_machines_that_stop_again_and_again_lose_nothing(
    does: list[Does], stops: list[int], again: list[bool], receipts: bool, channel: Channel
) -> None:
    office = PostOffice()
    behaviour = once_each(*does)
    for provider in office.providers:
        provider.does = lambda: next(behaviour)
    made = office.created(message(channel))
    for number, twice in zip(stops, again, strict=False):
        stop = StopsAt(number)
        office.on_step = stop
        for _ in range(2 if twice else 1):  # the queue may bring it twice
            try:
                office.send(made)
            except (MachineStops, Moved):
                continue
        office.on_step = None
        office.wait(minutes=20)
    recover(office, receipts=receipts, hours=30)
    kept = office.state(made)
    assert kept.state in ENDED
    if kept.state in (State.FAILED, State.CANCELLED):
        assert office.reasons()
    else:
        assert office.taken
    hold_the_moment(office, known=receipts and channel is Channel.EMAIL and not stops)


def test_two_workers_at_once_send_one() -> None:
    office = PostOffice()
    made = office.created()
    inner: list[State | None] = []

    def other_worker(name: str) -> None:
        if name == "put" and not inner:
            inner.append(None)
            inner[0] = office.send(made)

    office.on_step = other_worker
    office.send(made)
    assert len(office.taken) == 1
    assert office.state(made).state is State.SENT
    assert office.taken[0].to == office.people.known[AMINA].phone


def test_a_message_that_went_is_never_sent_again_however_often_it_is_asked_for() -> None:
    office = PostOffice()
    made = office.created()
    for _ in range(5):
        office.send(made)
        office.wait(hours=1)
        office.run_due()
    sent: list[Taken] = office.taken
    assert len(sent) == 1


def test_a_number_that_answered_stop_is_bad_data_and_somebodys_task() -> None:
    office = PostOffice()
    office.providers[0].does = lambda: Does.REFUSES
    sent = office.created()
    assert office.send(sent) is State.FAILED
    assert office.people.known[AMINA].blocked == "opted_out"
    (problem,) = office.store.problems.values()
    assert (problem.crime, problem.source_id, problem.field, problem.check) == (CRIME, "p-1", "phone", "opted_out")
    assert office.reasons() == ["not_delivered", "quality"]
    assert len(office.links.asked[CRIME]) == 2


@pytest.mark.parametrize(
    ("channel", "reason", "field"),
    [
        (Channel.EMAIL, "hard_bounce", "email"),
        (Channel.SMS, "dead_number", "phone"),
        (Channel.SMS, "opted_out", "phone"),
    ],
)
def test_an_address_that_turns_out_dead_is_bad_data_and_somebodys_task_once(
    channel: Channel, reason: str, field: str
) -> None:
    office = PostOffice()
    office.send(office.created(message(channel)))
    (taken,) = office.taken
    assert office.arrived(taken, reason=reason) == reason
    assert office.arrived(taken, reason=reason) == "late"
    (problem,) = office.store.problems.values()
    assert (problem.source_id, problem.field, problem.check, problem.blocks) == ("p-1", field, reason, True)
    assert office.reasons() == ["not_delivered", "quality"]
    assert office.state_of(taken).state is State.FAILED


def stop_while_sending(office: PostOffice, sent: Notification, at: str) -> None:
    def stop(name: str) -> None:
        if name == at:
            raise MachineStops

    office.on_step = stop
    with pytest.raises(MachineStops):
        office.send(sent)
    office.on_step = None


def test_a_crash_between_the_way_back_and_the_record_is_settled_by_the_receipt() -> None:
    office = PostOffice("aws")
    sent = office.created()
    stop_while_sending(office, sent, "way back done")
    recover(office, receipts=True)
    assert office.state(sent).state is State.DELIVERED
    assert len(office.taken) == 1, "the text was sent twice although its receipt came"


@pytest.mark.parametrize("waited", [timedelta(), timedelta(minutes=10)], ids=["at once", "after a wait"])
def test_a_claim_moves_nothing_in_the_index_and_is_found_when_its_machine_stopped(waited: timedelta) -> None:
    office = PostOffice("aws")
    sent = office.created(message(due_at=MONDAY + waited))
    office.time += waited
    stop_while_sending(office, sent, "aws called")
    claimed = office.state(sent)
    assert claimed.state is State.SENDING
    assert look_at(claimed) == look_at(sent)
    office.wait(seconds=60)
    office.run_due()
    assert office.state(sent) == claimed, "somebody took a claim away that was not over"
    office.wait(seconds=60)
    office.run_due()
    assert office.state(sent).state is State.UNKNOWN
