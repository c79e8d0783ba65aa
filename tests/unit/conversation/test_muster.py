"""An account that was disabled, or lost its group: its sockets end, and nobody who wrote to that officer is lost."""

from __future__ import annotations

import pytest

from harbour.conversation.model import Attention, State
from harbour.runtime.errors import Forbidden, Unavailable
from tests.unit.conversation.world import AMELIA, TOM, Crash, World


def test_whose_account_was_disabled_loses_socket_duty_and_conversations(world: World) -> None:
    amelia, tom, visitor = world.officer(), world.officer(TOM), world.visitor()
    amelia.take(visitor.conversation)
    world.accounts.enabled.remove(AMELIA.collar)
    assert world.muster.run() == 1
    assert amelia.connection in world.sockets.dead
    assert world.roster.sessions[AMELIA.collar].on_duty is False
    state = world.state(visitor.conversation)
    assert (state.state, state.owner) == (State.WAITING, None)
    assert visitor.got("event")[-1]["event"]["body"] == {"reason": "officer_gone"}
    assert tom.got("queue"), "whoever is there is told at once"
    with pytest.raises(Forbidden):
        amelia.say("Still here.")
    visitor.say("¿hola?")
    assert "¿hola?" not in str(amelia.frames)


def test_the_others_are_left_alone(world: World) -> None:
    tom, visitor = world.officer(TOM), world.visitor()
    tom.take(visitor.conversation)
    world.accounts.enabled.remove(AMELIA.collar)
    assert world.muster.run() == 0
    assert world.state(visitor.conversation).owner == TOM
    assert not world.sockets.dead


def test_a_console_that_was_replaced_ends_too_if_it_takes_part_in_a_conversation(world: World) -> None:
    older, visitor = world.officer(), world.visitor()
    older.take(visitor.conversation)
    newer = world.officer()
    world.accounts.enabled.remove(AMELIA.collar)
    world.muster.run()
    assert {older.connection, newer.connection} <= world.sockets.dead


def test_who_left_by_quick_exit_is_a_task_again(world: World) -> None:
    amelia, visitor = world.officer(), world.visitor()
    amelia.take(visitor.conversation)
    world.service.pause(visitor.conversation, visitor.connection)
    amelia.lose_socket()
    world.desk.set_duty(AMELIA, "en", on_duty=False)
    world.accounts.enabled.remove(AMELIA.collar)
    assert world.muster.run() == 1, "found as the owner, though nothing else of hers is left"
    state = world.state(visitor.conversation)
    assert (state.state, state.owner, state.attention) == (State.PAUSED, None, Attention.DROPPED)


def test_nobody_is_put_out_where_no_account_at_all_would_be_left(world: World) -> None:
    amelia, visitor = world.officer(), world.visitor()
    amelia.take(visitor.conversation)
    world.accounts.enabled.clear()
    with pytest.raises(Unavailable):
        world.muster.run()
    assert world.state(visitor.conversation).owner == AMELIA
    assert not world.sockets.dead


def test_the_accounts_are_not_read_while_nobody_is_there(world: World) -> None:
    world.accounts.enabled.clear()
    world.visitor().say("hola")
    assert world.muster.run() == 0


@pytest.mark.parametrize("at", ["roster put", "change done", "post", "publish", "leave", "hang up"])
def test_what_a_crash_left_undone_is_done_by_the_next_run(world: World, at: str) -> None:
    amelia, visitor = world.officer(), world.visitor()
    amelia.take(visitor.conversation)
    world.accounts.enabled.remove(AMELIA.collar)

    def stop(step: str) -> None:
        if step == at:
            raise Crash

    world.on_step = stop
    with pytest.raises(Crash):
        world.muster.run()
    world.on_step = None
    world.muster.run()
    assert world.state(visitor.conversation).owner is None
    assert amelia.connection in world.sockets.dead
    assert world.roster.sessions[AMELIA.collar].on_duty is False
