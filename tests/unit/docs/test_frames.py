"""The frames that the server really sends are the ones that are documented."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from pydantic import TypeAdapter, ValidationError

from docs.reference import asyncapi
from docs.reference.frames import CODES, FRAME, FRAMES, Document, Event
from harbour.conversation import frames
from harbour.conversation.model import FULL_AT, Kind
from harbour.conversation.protocol import COMMANDS, parse
from harbour.identity.model import Role
from harbour.runtime.errors import HarbourError
from harbour.translation.model import AUTO
from tests.unit.conversation.world import AMELIA, TOM, Person, World
from tests.unit.functions.doors import Socket

EVENT: TypeAdapter[Any] = TypeAdapter(Event)
DOCUMENT = asyncapi.document()


def schema(name: str) -> Draft202012Validator:
    """The schema of that name, as it is written in the document."""
    return Draft202012Validator({"$ref": f"#/components/schemas/{name}", "components": DOCUMENT["components"]})


def documented(frame: dict[str, Any]) -> str:
    """The model that a frame was read as. Raises if it is not documented."""
    model: Document = FRAME.validate_json(json.dumps(frame))
    schema(type(model).__name__).validate(frame)
    return type(model).__name__


def all_frames(world: World) -> Iterator[dict[str, Any]]:
    for sent in world.sockets.sent.values():
        yield from sent


def a_story_with_everything(world: World) -> Person:
    """Every kind of event and every kind of frame, in one evening."""
    amelia, tom = world.officer(AMELIA), world.officer(TOM)
    world.translation.detects = "es"
    visitor = world.visitor(language=AUTO)
    world.service.cover(visitor.caller, on=True)
    amelia.take(visitor.conversation)
    visitor.say("Tengo miedo")
    visitor.say("Tengo miedo", n=1)
    world.translation.fail = "timeout"
    amelia.say("You are safe here.")
    world.translation.fail = None
    asked, seq, (language,) = world.late.asked[-1]
    world.later.translate(asked, seq, language)
    world.service.typing(visitor.caller, visitor.conversation)
    world.service.read(amelia.caller, visitor.conversation, 3)
    world.service.cover(visitor.caller, on=True)
    visitor.lose_socket()
    visitor.connect(last=1)
    world.service.pause(visitor.conversation, visitor.connection)
    visitor.connect()
    world.desk.release(AMELIA, visitor.conversation)
    world.wait(minutes=5)
    world.watch.run()
    tom.take(visitor.conversation)
    world.service.close(tom.caller, visitor.conversation, "safety_plan")
    return visitor


def test_every_frame_of_a_whole_story_is_documented(world: World) -> None:
    visitor = a_story_with_everything(world)
    seen = {documented(frame) for frame in all_frames(world)}
    assert {kind.value for kind in Kind} == {entry.kind for entry in world.record(visitor.conversation)}
    assert seen == {model.__name__ for model in FRAMES.values()} - {"ErrorFrame"}


@pytest.mark.parametrize("role", Role)
def test_every_event_is_documented_as_either_side_sees_it(world: World, role: Role) -> None:
    visitor = a_story_with_everything(world)
    for entry in world.record(visitor.conversation):
        EVENT.validate_json(json.dumps(frames.event(entry, role)))


def test_the_endings_by_silence_and_by_the_visitor_are_documented(world: World) -> None:
    left, closed = world.visitor(), world.visitor()
    world.service.close(closed.caller, closed.conversation, "")
    world.service.pause(left.conversation, left.connection)
    world.wait(days=2)
    world.watch.run()
    for visitor in (left, closed):
        last = world.record(visitor.conversation)[-1]
        assert last.kind == Kind.CLOSED
        EVENT.validate_json(json.dumps(frames.event(last, Role.VISITOR)))


def test_a_message_that_fits_no_frame_is_shown_without_its_translation_as_documented(world: World) -> None:
    officer, visitor = world.officer(), world.visitor()
    officer.take(visitor.conversation)
    visitor.say("\x01" * 4_000)  # six bytes each in JSON
    shown = officer.frames[-1]
    assert documented(shown) == "EventFrame"
    assert shown["event"]["body"]["untranslated"] == [{"to": "en", "reason": "too_large"}]


def test_what_the_socket_refuses_is_documented(world: World) -> None:
    admission = world.entrance.admit()
    visitor = Socket(world, "v=")
    assert visitor.connect(admission.ticket) == "Allow"
    client = {"client": "page-one-1"}
    for frame in (
        "no json",
        {"action": "dance"},
        {"action": "send", "n": 1, "text": "before hello"},
        {"action": "hello", **client, "language": "es"},
        {"action": "send", "n": 9, "text": "x"},
        {"action": "send", "n": 1, "text": ""},
        {"action": "send", "n": 1, "text": "x" * 4_001},
        {"action": "send", "n": 1, "text": "\ud800"},
        {"action": "send", "n": 1, "text": "x", "more": True},
        "x" * 40_000,
        {"action": "close"},
        {"action": "send", "n": 1, "text": "after the end"},
        {"action": "hello", **client},
    ):
        visitor.send(frame)
    refused = [frame for frame in visitor.frames if frame["type"] == "error"]
    for frame in refused:
        assert documented(frame) == "ErrorFrame"
    assert {frame["code"] for frame in refused} == {
        "bad_frame",
        "unknown_action",
        "not_joined",
        "counter_gap",
        "empty_text",
        "too_long",
        "lone_surrogate",
        "bad_field",
        "too_large",
        "closed",
    }


def test_what_is_said_of_a_full_conversation_is_documented(world: World) -> None:
    admission = world.entrance.admit()
    visitor = Socket(world, "v=")
    visitor.connect(admission.ticket)
    visitor.send({"action": "hello", "client": "page-one-1"})
    record = world.record(admission.conversation)
    record[-1] = replace(record[-1], weight=FULL_AT)
    visitor.send({"action": "send", "n": 1, "text": "x"})
    told = visitor.frames[-1]
    assert (documented(told), told["code"], told["n"]) == ("ErrorFrame", "conversation_full", 1)


def test_what_an_older_console_is_told_is_documented(world: World) -> None:
    officer = world.officer(AMELIA)
    older = officer.connection
    officer.connect()
    told = world.sockets.sent[older][-1]
    assert (documented(told), told["code"]) == ("ErrorFrame", "replaced")


def test_a_visitor_is_not_told_the_outcome_and_an_officer_is(world: World) -> None:
    visitor = a_story_with_everything(world)
    closed = world.record(visitor.conversation)[-1]
    assert "outcome" not in frames.event(closed, Role.VISITOR)["body"]
    assert frames.event(closed, Role.OFFICER)["body"]["outcome"] == "safety_plan"


GOOD: dict[str, dict[str, Any]] = {
    "hello": {"client": "page-one-1", "language": "es", "last": 3},
    "resume": {"client": "page-one-1", "last": 3, "conversation": "a" * 32},
    "send": {"n": 1, "text": "x", "conversation": "a" * 32},
    "typing": {"conversation": "a" * 32},
    "read": {"seq": 1, "conversation": "a" * 32},
    "cover": {"on": True},
    "pause": {},
    "close": {"conversation": "a" * 32, "outcome": "safety_plan"},
    "heartbeat": {},
}
ODD: tuple[Any, ...] = (
    None, True, -1, 0, 1, 2**31, 2**31 + 1, "", "x", "page-one-1", "a" * 23, "a" * 32, "A" * 32, "auto", "zh-TW",
    "x" * 65, "x" * 4_000, "x" * 4_001, [], {},
)  # fmt: skip


def variations(command: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The command, and it with one field absent, odd or too many."""
    yield command
    yield command | {"more": 1}
    for name in command:
        yield {key: value for key, value in command.items() if key != name}
        for odd in ODD:
            yield command | {name: odd}


@pytest.mark.parametrize("action", COMMANDS)
def test_the_parser_and_the_document_agree_on_what_a_command_is(action: str) -> None:
    schemas = {model.__name__: schema(model.__name__) for model in COMMANDS.values()}
    accepted = 0
    for frame in variations({"action": action, **GOOD[action]}):
        fitting = [name for name, model in schemas.items() if model.is_valid(frame)]
        try:
            parsed = [type(parse(json.dumps(frame))).__name__]
        except HarbourError:
            parsed = []
        assert parsed == fitting, frame
        accepted += len(parsed)
    assert accepted


@pytest.mark.parametrize(
    "frame",
    [
        {"type": "queue", "more": 1},
        {"type": "typing", "conversation": "a" * 32, "party": "system"},
        {"type": "error", "code": "made_up", "message": "x"},
        {"type": "ack", "conversation": "a" * 32, "n": 1, "duplicate": False},
        {"type": "shout"},
    ],
)
def test_another_frame_is_not_documented(frame: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        FRAME.validate_json(json.dumps(frame))


def test_the_codes_of_the_document_are_those_of_the_table() -> None:
    code = DOCUMENT["components"]["schemas"]["ErrorFrame"]["properties"]["code"]
    assert tuple(code["enum"]) == CODES
    description = DOCUMENT["components"]["messages"]["frame_error"]["description"]
    assert all(f"| `{code}` |" in description for code in CODES)
