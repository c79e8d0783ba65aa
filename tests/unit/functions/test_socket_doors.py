"""The socket as API Gateway drives it: authorizer, ``$connect``, frames, ``$disconnect``."""

from __future__ import annotations

import json
import logging
from typing import Any

import pytest

from harbour.conversation.model import State
from harbour.conversation.pace import MOST
from tests.unit.conversation.world import AMELIA, World
from tests.unit.functions.doors import Socket, claims_of, officer_grant, rest

CLIENT = "page-one-1"


def visit(world: World, connection: str = "v=") -> tuple[Socket, dict[str, Any]]:
    status, admission, _ = rest("visitor", "POST", "/tickets", {"language": "es"})
    assert status == 201
    socket = Socket(world, connection)
    assert socket.connect(admission["ticket"]) == "Allow"
    socket.send({"action": "hello", "client": CLIENT, "language": "es", "last": 0})
    return socket, admission


def officer_on(world: World, conversation: str, connection: str = "o=") -> Socket:
    claims = claims_of(AMELIA)
    socket = Socket(world, connection)
    assert socket.connect(rest("console", "POST", "/ticket", {}, claims=claims)[1]["ticket"]) == "Allow"
    socket.send({"action": "hello", "client": "console-page-1"})
    rest("console", "PUT", "/duty", {"on_duty": True, "language": "en"}, claims=claims)
    path = "/conversations/{conversation}/accept"
    assert rest("console", "POST", path, {}, claims=claims, conversation=conversation)[0] == 200
    socket.send({"action": "resume", "client": "console-page-1", "conversation": conversation, "last": 0})
    return socket


def test_a_used_a_wrong_and_a_missing_ticket_are_refused_alike(world: World) -> None:
    ticket = world.entrance.admit().ticket
    assert Socket(world, "a=").connect(ticket) == "Allow"
    assert [Socket(world, "b=").connect(t) for t in (ticket, "nonsense", "", "\ud800")] == ["Deny"] * 4


def test_a_whole_conversation_goes_through_the_doors(world: World) -> None:
    visitor, admission = visit(world)
    officer = officer_on(world, admission["conversation"])
    visitor.send({"action": "send", "n": 1, "text": "Tengo miedo"})
    officer.send({"action": "send", "n": 1, "text": "You are safe here", "conversation": admission["conversation"]})
    assert [f["type"] for f in visitor.frames] == ["welcome", "events", "event", "presence", "ack", "event"]
    assert officer.frames[-1]["type"] == "ack"
    assert visitor.frames[-1]["event"]["body"]["translations"][0]["text"] == "[en>es] You are safe here"
    officer.send({"action": "close", "conversation": admission["conversation"], "outcome": "safety_plan"})
    assert world.state(admission["conversation"]).state is State.CLOSED


@pytest.mark.parametrize(
    ("frame", "code", "field"),
    [
        ("no json", "bad_frame", None),
        ({"action": "dance"}, "unknown_action", "action"),
        ({"action": "send", "n": 1}, "bad_field", "text"),
        ({"action": "send", "n": 1, "text": "x" * 4001}, "too_long", "text"),
        ({"action": "send", "n": 7, "text": "x"}, "counter_gap", "n"),
        ("x" * 40_000, "too_large", None),
    ],
)
def test_a_bad_frame_gets_a_typed_answer_and_the_socket_lives_on(
    world: World, frame: object, code: str, field: str | None
) -> None:
    visitor, _ = visit(world)
    visitor.send(frame)
    error = visitor.frames[-1]
    assert (error["type"], error["code"], error.get("field")) == ("error", code, field)
    visitor.send({"action": "send", "n": 1, "text": "still here"})
    assert visitor.frames[-1]["type"] == "ack"


def test_a_flood_is_hung_up_on_and_nobody_else_is_slowed(world: World) -> None:
    visitor, _ = visit(world)
    other, _ = visit(world, "w=")
    for _ in range(MOST - 1):  # hello was the first
        visitor.send({"action": "heartbeat"})
    assert visitor.connection not in world.sockets.dead
    world.sockets.sent.clear()
    reads = world.steps.count("tail")
    visitor.send({"action": "send", "n": 1, "text": "x"})
    assert [f["code"] for f in visitor.frames] == ["too_fast"]
    assert visitor.connection in world.sockets.dead
    assert world.steps.count("tail") == reads, "nothing more is done for it"
    other.send({"action": "send", "n": 1, "text": "hola"})
    assert other.frames[-1]["type"] == "ack"


def test_who_is_only_busy_for_long_is_no_flood(world: World) -> None:
    visitor, _ = visit(world)
    for _ in range(20):
        world.wait(seconds=10)
        for _ in range(MOST // 2):
            visitor.send({"action": "heartbeat"})
    assert visitor.connection not in world.sockets.dead


def test_an_officer_must_name_the_conversation(world: World) -> None:
    _, admission = visit(world)
    officer = officer_on(world, admission["conversation"])
    officer.send({"action": "send", "n": 1, "text": "hello"})
    assert (officer.frames[-1]["code"], officer.frames[-1]["field"]) == ("bad_field", "conversation")


def test_a_visitor_cannot_reach_another_conversation_by_naming_it(world: World) -> None:
    _, theirs = visit(world)
    intruder, own = visit(world, "w=")
    intruder.send({"action": "send", "n": 1, "text": "hi", "conversation": theirs["conversation"]})
    assert world.texts(theirs["conversation"]) == []
    assert world.texts(own["conversation"]) == ["hi"]


def test_only_a_visitor_can_leave_by_quick_exit(world: World) -> None:
    _, admission = visit(world)
    officer = officer_on(world, admission["conversation"])
    officer.send({"action": "pause"})
    assert officer.frames[-1]["code"] == "forbidden"


def test_a_crash_is_answered_alarmed_and_says_nothing_of_the_content(
    world: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    visitor, _ = visit(world)

    def broken(*_: object) -> None:
        raise RuntimeError("secret words of the message")

    monkeypatch.setattr(world.service, "send", broken)
    visitor.send({"action": "send", "n": 1, "text": "secret words"})
    assert visitor.frames[-1] == {
        "type": "error",
        "code": "internal",
        "message": "Something failed here. Send it again.",
        "n": 1,
    }
    assert "secret" not in capsys.readouterr().out


def test_a_disconnected_visitor_is_shown_as_gone(world: World) -> None:
    visitor, admission = visit(world)
    officer = officer_on(world, admission["conversation"])
    visitor.disconnect()
    assert officer.frames[-1]["state"] == "gone"


def test_a_socket_that_never_said_hello_may_close(world: World) -> None:
    socket = Socket(world, "x=")
    assert socket.connect(world.entrance.admit().ticket) == "Allow"
    socket.disconnect()


def test_nothing_private_reaches_a_log(world: World, caplog: pytest.LogCaptureFixture) -> None:
    """A whole conversation with all that people do; then every line that was logged is searched."""
    caplog.set_level(logging.DEBUG)
    from harbour.runtime import telemetry

    lines: list[str] = []
    handler = logging.Handler()
    logger = telemetry._logger()
    handler.emit = lambda record: lines.append(logger.registered_formatter.format(record))  # type: ignore[method-assign]
    logging.getLogger(logger.name).addHandler(handler)
    visitor, admission = visit(world)
    officer = officer_on(world, admission["conversation"])
    visitor.send({"action": "send", "n": 1, "text": "Calle Mayor 7, me llamo Lucía 07700900123"})
    officer.send({"action": "send", "n": 1, "text": "Thank you Lucía", "conversation": admission["conversation"]})
    note = {"text": "her name is Lucía"}
    path = "/conversations/{conversation}/notes"
    rest("console", "POST", path, note, claims=claims_of(AMELIA), conversation=admission["conversation"])
    visitor.send({"action": "send", "n": 9, "text": "Lucía"})
    visitor.send("Lucía, no JSON")
    rest("visitor", "POST", "/exit", {"conversation": admission["conversation"], "resume": admission["resume"]})
    visitor.disconnect()
    logging.getLogger(logger.name).removeHandler(handler)
    assert len(lines) > 8, "nothing was logged: the test would prove nothing"
    written = "\n".join(lines)
    for private in ("Luc", "Mayor", "0770", "Amelia", "Hart", admission["ticket"], admission["resume"], "192.0.2.10"):
        assert private not in written
        assert json.dumps(private).strip('"') not in written
    assert max(len(line.encode()) for line in lines) <= 600


def test_a_ticket_of_an_officer_carries_name_and_collar(world: World) -> None:
    context = officer_grant(AMELIA).as_context()
    assert (context["collar"], context["name"], context["role"]) == ("4417", "Amelia Hart", "officer")
    assert all(isinstance(value, str) for value in context.values())
    del world
