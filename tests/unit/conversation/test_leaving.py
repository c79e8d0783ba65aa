"""What she had sent and the police had not stored when she left: kept once, in its order, whatever happens with it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from harbour.conversation.model import Attention, ConversationId, Left, State
from harbour.conversation.ports import Moved
from harbour.conversation.service import Unsent
from harbour.conversation.transition import ATTEMPTS
from harbour.identity.model import Role
from harbour.runtime.errors import Forbidden, Invalid, Unavailable
from tests.unit.conversation.world import AMELIA, Crash, Person, World


def unsent(visitor: Person, *texts: str) -> Unsent:
    """What the page holds: it counts on from what was acknowledged."""
    return Unsent(visitor.client, visitor.language, visitor.n + 1, texts)


def leaves(world: World, visitor: Person, *texts: str) -> None:
    world.entrance.exit(visitor.conversation, visitor.resume, unsent(visitor, *texts))


def kinds(world: World, visitor: Person) -> list[str]:
    return [e.kind for e in world.record(visitor.conversation)]


def elsewhere(world: World, visitor: Person) -> ConversationId:
    """The one other conversation that there is."""
    (other,) = (c for c in world.store.states if c != visitor.conversation)
    return other


def test_what_was_not_sent_stands_in_the_record_before_her_leaving(world: World) -> None:
    officer, visitor = world.officer(), world.visitor()
    officer.take(visitor.conversation)
    visitor.say("uno")
    leaves(world, visitor, "dos", "tres")
    assert world.texts(visitor.conversation) == ["uno", "dos", "tres"]
    assert kinds(world, visitor) == ["opened", "joined", "message", "message", "message", "left"]
    state = world.state(visitor.conversation)
    assert (state.state, state.left) == (State.PAUSED, Left.QUICK_EXIT), "and nobody may contact her"
    assert officer.seen_texts() == ["uno", "dos", "tres"]


def test_the_police_know_that_she_has_left_before_anything_is_shown_or_translated(world: World) -> None:
    officer, visitor = world.officer(), world.visitor()
    officer.take(visitor.conversation)
    before = len(world.translation.calls)
    leaves(world, visitor, "uno", "dos")
    shown = [f["event"]["type"] for f in officer.got("event")]
    assert shown[-3:] == ["left", "message", "message"]
    assert len(world.translation.calls) == before
    assert [(seq, to) for _, seq, to in world.late.asked] == [(3, ("en",)), (4, ("en",))]
    for conversation, seq, (to,) in world.late.asked:
        assert world.later.translate(conversation, seq, to)


def test_nothing_of_it_is_shown_to_the_page_that_has_gone(world: World) -> None:
    visitor = world.visitor()
    leaves(world, visitor, "uno")
    assert visitor.seen_texts() == []


def test_it_is_a_task_where_nobody_owns_the_conversation(world: World) -> None:
    visitor = world.visitor()
    world.service.pause(visitor.conversation, visitor.connection)
    leaves(world, visitor, "ayuda")
    assert world.state(visitor.conversation).attention is Attention.LEFT_MESSAGE
    assert [c.id for c in world.desk.queue(AMELIA).attention] == [visitor.conversation]


def test_the_same_exit_twice_keeps_everything_once(world: World) -> None:
    visitor = world.visitor()
    leaves(world, visitor, "uno", "dos")
    leaves(world, visitor, "uno", "dos")
    assert world.texts(visitor.conversation) == ["uno", "dos"]
    assert kinds(world, visitor).count("left") == 1


@pytest.mark.parametrize("step", ["tail", "append", "append done", "post"])
def test_the_message_that_is_under_way_on_the_socket_is_not_stored_twice(world: World, step: str) -> None:
    """The page sends one at a time: the first of those that the exit carries may be on its way as well."""
    officer, visitor = world.officer(), world.visitor()
    officer.take(visitor.conversation)

    def exits(at: str) -> None:
        if at == step:
            world.on_step = None
            leaves(world, replace(visitor, n=0), "uno", "dos")

    world.on_step = exits
    visitor.say("uno")
    assert world.texts(visitor.conversation) == ["uno", "dos"]
    assert officer.seen_texts() == ["uno", "dos"]


@pytest.mark.parametrize("count", [1, 2])
def test_the_socket_may_be_quicker_at_every_message(world: World, count: int) -> None:
    visitor = world.visitor()
    carried = unsent(visitor, "uno", "dos", "tres")
    left = count

    def says(at: str) -> None:
        nonlocal left
        if at == "append" and left:
            left -= 1
            world.on_step = None
            visitor.say(carried.texts[visitor.n])
            world.on_step = says

    world.on_step = says
    world.entrance.exit(visitor.conversation, visitor.resume, carried)
    world.on_step = None
    assert visitor.n == count
    assert world.texts(visitor.conversation) == ["uno", "dos", "tres"]
    assert world.state(visitor.conversation).left is Left.QUICK_EXIT


def test_a_machine_that_stops_leaves_no_gap_and_what_it_stored_is_found(world: World) -> None:
    visitor = world.visitor()
    appended = 0

    def stop(at: str) -> None:
        nonlocal appended
        appended += at == "append done"
        if appended == 2:
            raise Crash

    world.on_step = stop
    with pytest.raises(Crash):
        leaves(world, visitor, "uno", "dos", "tres")
    world.on_step = None
    visitor.lose_socket()
    world.wait(minutes=3)
    world.watch.run()
    assert world.texts(visitor.conversation) == ["uno", "dos"]
    assert world.state(visitor.conversation).attention is not None
    officer = world.officer()
    officer.take(visitor.conversation)
    assert officer.seen_texts() == ["uno", "dos"]
    assert [seq for _, seq, _ in world.late.asked] == [2, 3], "what lacks its translation is asked for"


def test_she_has_left_even_if_the_store_takes_nothing_more(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    visitor = world.visitor()

    def moved(_: object) -> None:
        raise Moved

    monkeypatch.setattr(world.store, "append", moved)
    with pytest.raises(Unavailable):
        leaves(world, visitor, "uno")
    assert world.state(visitor.conversation).left is Left.QUICK_EXIT
    assert world.steps.count("tail") > ATTEMPTS


def test_a_gap_is_refused_and_she_has_left(world: World) -> None:
    visitor = world.visitor()
    with pytest.raises(Invalid) as refused:
        world.entrance.exit(visitor.conversation, visitor.resume, Unsent(visitor.client, "es", 3, ("tres",)))
    assert (refused.value.code, refused.value.field, refused.value.extra) == ("counter_gap", "n", {"expected": 1})
    assert world.texts(visitor.conversation) == []
    assert world.state(visitor.conversation).left is Left.QUICK_EXIT


def test_what_was_written_before_the_first_hello_arrived_opens_the_conversation(world: World) -> None:
    admission = world.entrance.admit("CR/1")
    page = Person(world, Role.VISITOR, conversation=admission.conversation, resume=admission.resume, language="pl")
    leaves(world, page, "pomocy")
    state = world.state(admission.conversation)
    assert (state.language, state.crime, state.left) == ("pl", "CR/1", Left.QUICK_EXIT)
    assert world.texts(admission.conversation) == ["pomocy"]
    assert state.attention is Attention.LEFT_MESSAGE
    assert world.entrance.readmit(admission.conversation, admission.resume).ticket


def test_an_exit_without_a_word_opens_nothing(world: World) -> None:
    admission = world.entrance.admit()
    world.entrance.exit(admission.conversation, admission.resume)
    world.entrance.exit(None, "", Unsent(Person(world, Role.VISITOR).client, "es", 1, ()))
    assert world.store.states == {}


def test_what_was_written_before_any_ticket_came_is_kept_too_and_once(world: World) -> None:
    page = Person(world, Role.VISITOR, language="es")
    for _ in range(2):
        world.entrance.exit(None, "", unsent(page, "uno", "dos"))
    other = elsewhere(world, page)
    assert world.texts(other) == ["uno", "dos"]
    assert [c.id for c in world.desk.queue(AMELIA).attention] == [other]


@pytest.mark.parametrize("hours", [0, 2])
def test_what_an_ended_conversation_cannot_take_becomes_one_of_its_own(world: World, hours: int) -> None:
    officer, visitor = world.officer(), world.visitor()
    officer.take(visitor.conversation)
    visitor.say("uno")
    world.service.close(officer.caller, visitor.conversation, "safety_plan")
    world.wait(hours=hours)
    for _ in range(2):
        world.entrance.exit(
            visitor.conversation, visitor.resume, Unsent(visitor.client, "es", 1, ("uno", "dos", "tres"))
        )
    assert world.texts(visitor.conversation) == ["uno"], "nothing follows the end of a record"
    other = elsewhere(world, visitor)
    assert world.texts(other) == ["dos", "tres"]
    assert world.state(other).attention is Attention.LEFT_MESSAGE


def test_what_belongs_to_a_conversation_that_cannot_be_continued_is_kept_apart(world: World) -> None:
    visitor = world.visitor()
    with pytest.raises(Forbidden) as refused:
        world.entrance.exit(visitor.conversation, "x" * 43, unsent(visitor, "dos"))
    assert refused.value.code == "resume_refused"
    assert world.texts(visitor.conversation) == []
    assert world.state(visitor.conversation).left is None, "a stranger cannot pause it"
    assert world.texts(elsewhere(world, visitor)) == ["dos"]
