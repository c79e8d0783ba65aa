"""A conversation holds as much as can surely be sealed, and no more: refused, kept, left and closed as any other."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from harbour.aws import items
from harbour.conversation.model import ENTRY_WEIGHT, FULL_AT, MAX_TEXT, TRANSLATED_UNTIL, Kind, Left, State, Timing
from harbour.conversation.service import Unsent
from harbour.runtime.errors import Conflict
from tests.unit.conversation.world import AMELIA, Person, World

TWO_MESSAGES = 300
"""Full after: opened, joined, and two of the messages of these tests."""


@pytest.fixture
def world() -> World:
    return World(timing=Timing(full_at=TWO_MESSAGES))


def filled(world: World) -> tuple[Person, Person]:
    """An officer and a visitor in a conversation that takes no more."""
    officer, visitor = world.officer(), world.visitor()
    officer.take(visitor.conversation)
    visitor.say("a" * 60)
    officer.say("b" * 60)
    return officer, visitor


def refuses(does: Callable[[], object]) -> None:
    with pytest.raises(Conflict) as refused:
        does()
    assert refused.value.code == "conversation_full"


def test_every_text_and_translation_and_every_entry_weighs(world: World) -> None:
    visitor = world.visitor()
    visitor.say("uno")
    translated = "[es>en] uno"
    opened, said = world.record(visitor.conversation)
    assert opened.weight == ENTRY_WEIGHT
    assert said.weight == 2 * ENTRY_WEIGHT + len("uno") + len(translated)
    world.later.translate(visitor.conversation, said.seq, "pl")
    last = world.record(visitor.conversation)[-1]
    assert last.kind == Kind.TRANSLATION
    assert last.weight == said.weight + ENTRY_WEIGHT + len("[es>pl] uno")


def test_what_is_full_takes_no_message_of_anybody_and_keeps_what_it_has(world: World) -> None:
    officer, visitor = filled(world)
    asked = len(world.translation.calls)
    refuses(lambda: visitor.say("c"))
    refuses(lambda: officer.say("d"))
    assert world.texts(visitor.conversation) == ["a" * 60, "b" * 60]
    assert len(world.translation.calls) == asked, "what is refused is not translated"


def test_a_message_that_is_stored_is_acknowledged_again_when_the_conversation_is_full(world: World) -> None:
    _, visitor = filled(world)
    visitor.say("a" * 60, n=1)
    assert visitor.got("ack")[-1]["duplicate"] is True


def test_it_is_counted_once(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    _, visitor = filled(world)
    refuses(lambda: visitor.say("c"))
    assert capsys.readouterr().out.count('"ConversationFull":[1.0]') == 1


def test_it_is_left_and_closed_as_any_other(world: World) -> None:
    officer, visitor = filled(world)
    world.service.pause(visitor.conversation, visitor.connection)
    assert world.state(visitor.conversation).left is Left.QUICK_EXIT
    world.service.close(officer.caller, visitor.conversation, "safety_plan")
    assert world.state(visitor.conversation).state is State.CLOSED


def test_an_exit_keeps_what_it_cannot_take_in_one_of_its_own(world: World) -> None:
    visitor = world.visitor()
    texts = ("a" * 200, "b" * 200, "c")
    world.entrance.exit(visitor.conversation, visitor.resume, Unsent(visitor.client, "es", 1, texts))
    assert world.texts(visitor.conversation) == ["a" * 200, "b" * 200]
    (other,) = (c for c in world.store.states if c != visitor.conversation)
    assert world.texts(other) == ["c"]
    assert [c.id for c in world.desk.queue(AMELIA).attention] == [visitor.conversation, other]


def test_to_come_and_go_does_not_fill_it_further(world: World) -> None:
    _, visitor = filled(world)
    visitor.lose_socket()
    visitor.connect()
    world.service.pause(visitor.conversation, visitor.connection)
    before = len(world.record(visitor.conversation))
    refuses(visitor.connect)
    assert len(world.record(visitor.conversation)) == before


def test_a_late_translation_is_added_only_while_there_is_room() -> None:
    world = World()
    visitor = world.visitor()
    while world.record(visitor.conversation)[-1].weight < FULL_AT:
        visitor.say("x" * MAX_TEXT)
    assert world.later.translate(visitor.conversation, 2, "pl")
    languages = iter(f"x{i}" for i in range(1000))
    while world.later.translate(visitor.conversation, 2, next(languages)):
        pass
    last = world.record(visitor.conversation)[-1].weight
    assert TRANSLATED_UNTIL <= last < TRANSLATED_UNTIL + 2 * MAX_TEXT


def test_a_record_that_was_begun_before_records_were_weighed_can_be_read(world: World) -> None:
    visitor = world.visitor()
    visitor.say("uno")
    said = world.record(visitor.conversation)[-1]
    item = dict(items.entry_item(said))
    assert items.entry_of(item) == said
    del item["w"]
    assert items.entry_of(item) == replace(said, weight=ENTRY_WEIGHT)
