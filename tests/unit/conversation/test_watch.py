"""The timers: no conversation is lost, whoever goes away and however."""

from __future__ import annotations

from datetime import timedelta

from harbour.conversation.model import Attention, Left, State
from harbour.runtime.errors import Unavailable
from tests.unit.conversation.world import World


def tick(world: World, minutes: int) -> None:
    for _ in range(minutes):
        world.wait(minutes=1)
        world.watch.run()


def test_an_accepted_conversation_that_is_not_answered_goes_back_to_the_queue(world: World) -> None:
    officer, visitor = world.officer(), world.visitor()
    officer.take(visitor.conversation)
    visitor.say("¿hola?")
    tick(world, 2)
    assert world.state(visitor.conversation).state is State.ACTIVE, "not before the time"
    tick(world, 3)
    state = world.state(visitor.conversation)
    assert (state.state, state.owner) == (State.WAITING, None)
    assert visitor.got("event")[-1]["event"]["body"] == {"reason": "unanswered"}


def test_an_answered_conversation_stays_with_its_officer(world: World) -> None:
    officer, visitor = world.officer(), world.visitor()
    officer.take(visitor.conversation)
    for _ in range(10):
        visitor.say("sí")
        tick(world, 1)
        officer.say("I am reading.")
        tick(world, 1)
    assert world.state(visitor.conversation).owner is not None


def test_a_silent_drop_becomes_a_task_for_an_officer(world: World) -> None:
    officer, visitor = world.officer(), world.visitor()
    officer.take(visitor.conversation)
    visitor.say("espera")
    visitor.lose_socket()
    tick(world, 3)
    state = world.state(visitor.conversation)
    assert (state.state, state.left, state.attention) == (State.PAUSED, Left.DROPPED, Attention.DROPPED)
    assert officer.got("event")[-1]["event"]["body"] == {"how": "dropped"}


def test_a_drop_that_nobody_was_told_of_is_noticed_too(world: World) -> None:
    officer, visitor = world.officer(), world.visitor()
    officer.take(visitor.conversation)
    visitor.lose_socket(noticed=False)
    officer.say("Are you there?")
    tick(world, 5)
    assert world.state(visitor.conversation).left is Left.DROPPED


def test_a_visitor_who_reconnects_in_time_was_never_away(world: World) -> None:
    officer, visitor = world.officer(), world.visitor()
    officer.take(visitor.conversation)
    visitor.lose_socket()
    world.wait(seconds=60)
    visitor.connect()
    officer.say("Still here.")
    tick(world, 1)
    assert world.state(visitor.conversation).state is State.ACTIVE


def test_a_message_left_when_nobody_is_on_duty_is_a_task(world: World) -> None:
    visitor = world.visitor()
    visitor.say("llámenme mañana")
    visitor.lose_socket()
    tick(world, 3)
    assert world.state(visitor.conversation).attention is Attention.LEFT_MESSAGE
    officer = world.officer()
    assert [c.id for c in world.desk.queue(officer.officer).attention] == [visitor.conversation]  # type: ignore[arg-type]


def test_a_conversation_nobody_takes_asks_for_attention(world: World) -> None:
    visitor = world.visitor()
    tick(world, 5)
    assert world.state(visitor.conversation).attention is Attention.UNANSWERED
    assert ("AttentionNeeded", visitor.conversation) in world.bus.published


def test_an_officer_who_vanishes_gives_the_conversation_back(world: World) -> None:
    officer, visitor = world.officer(), world.visitor()
    officer.take(visitor.conversation)
    officer.say("One moment.")
    officer.lose_socket()
    tick(world, 3)
    assert world.state(visitor.conversation).state is State.WAITING
    assert visitor.got("event")[-1]["event"]["body"] == {"reason": "officer_gone"}


def test_an_officer_who_reconnects_keeps_it(world: World) -> None:
    officer, visitor = world.officer(), world.visitor()
    officer.take(visitor.conversation)
    officer.lose_socket()
    world.wait(seconds=30)
    officer.connect()
    officer.join(visitor.conversation)
    tick(world, 4)
    assert world.state(visitor.conversation).owner is not None


def test_a_paused_conversation_is_closed_and_sealed_after_a_day_of_silence(world: World) -> None:
    visitor = world.visitor()
    world.service.pause(visitor.conversation, visitor.connection)
    world.wait(hours=25)
    world.watch.run()
    state = world.state(visitor.conversation)
    assert (state.state, state.closed_by) == (State.CLOSED, "silence")
    assert ("ConversationClosed", visitor.conversation) in world.bus.published


def test_a_lost_closing_event_is_published_again_until_it_is_sealed(world: World) -> None:
    visitor = world.visitor()
    world.service.close(visitor.caller, visitor.conversation, "")
    world.bus.published.clear()
    tick(world, 12)
    assert world.bus.published == [("ConversationClosed", visitor.conversation)] * 2


def test_one_conversation_that_fails_does_not_stop_the_others(world: World) -> None:
    first, second = world.visitor(), world.visitor()
    world.wait(minutes=5)
    failed = False

    def fail_once(step: str) -> None:
        nonlocal failed
        if step == "change" and not failed:
            failed = True
            raise Unavailable("try_again", "not now")

    world.on_step = fail_once
    world.watch.run()
    attentions = [world.state(v.conversation).attention for v in (first, second)]
    assert attentions.count(Attention.UNANSWERED) == 1
    world.watch.run()
    assert world.state(first.conversation).attention is world.state(second.conversation).attention


def test_a_task_that_nobody_has_taken_never_closes_by_itself(world: World) -> None:
    """A message left on Friday night is still there on Monday."""
    visitor = world.visitor()
    visitor.say("llámenme el lunes")
    visitor.lose_socket()
    tick(world, 5)
    for _ in range(4):
        world.wait(days=1)
        world.watch.run()
    state = world.state(visitor.conversation)
    assert (state.state, state.attention) == (State.PAUSED, Attention.LEFT_MESSAGE)


def test_one_run_takes_all_that_is_due_however_many(world: World) -> None:
    visitors = [world.visitor() for _ in range(130)]
    world.wait(minutes=5)
    assert world.watch.run() == 130
    assert {world.state(v.conversation).attention for v in visitors} == {Attention.UNANSWERED}


def test_a_conversation_that_always_fails_keeps_none_of_the_others_waiting(world: World) -> None:
    visitors = [world.visitor() for _ in range(60)]
    broken = visitors[0].conversation
    del world.store.records[broken][:]
    world.wait(minutes=5)
    for _ in range(2):
        world.watch.run()
    assert {world.state(v.conversation).attention for v in visitors[1:]} == {Attention.UNANSWERED}


def test_an_unanswered_message_goes_back_within_two_sweeps_of_its_time(world: World) -> None:
    """Written just after a look, it is not left until the next but one."""
    officer, visitor = world.officer(), world.visitor()
    officer.take(visitor.conversation)
    officer.say("I am reading.")
    tick(world, 3)
    visitor.say("¿sigue ahí?")
    written = world.now
    while world.state(visitor.conversation).state is State.ACTIVE:
        tick(world, 1)
        assert world.now - written <= world.timing.unanswered + timedelta(minutes=2)
