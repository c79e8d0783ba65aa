"""REST for visitors and officers: who may ask, what is answered, and errors that name the field."""

from __future__ import annotations

from typing import Any

import pytest

from harbour.evidence.model import Sealed
from harbour.identity.model import Officer
from tests.unit.conversation.world import AMELIA, TOM, Person, World
from tests.unit.functions.doors import claims_of, rest

CLAIMS = claims_of(AMELIA)
ACCEPT = "/conversations/{conversation}/accept"
NOTES = "/conversations/{conversation}/notes"
EVENTS = "/conversations/{conversation}/events"
PACKAGE = "/conversations/{conversation}/package"


def test_the_force_says_who_answers_and_that_nobody_is_there(world: World) -> None:
    status, body, headers = rest("visitor", "GET", "/force")
    assert status == 200
    assert body["on_duty"] is False
    assert body["opens"]["from"] < body["opens"]["to"]
    assert body["emergency"] == "999"
    assert headers["Access-Control-Allow-Origin"] == "*"
    assert headers["Cache-Control"] == "no-store"
    del world


@pytest.mark.parametrize(
    ("body", "code", "field"),
    [
        ("{", "bad_body", None),
        ("[]", "bad_body", None),
        ({"conversation": "x", "resume": "y" * 43}, "bad_field", "conversation"),
        ({"conversation": "a" * 32, "resume": "short"}, "bad_field", "resume"),
        ("x" * 40_000, "too_large", None),
    ],
)
def test_a_bad_request_is_a_problem_document_that_names_the_field(
    world: World, body: object, code: str, field: str | None
) -> None:
    status, problem, headers = rest("visitor", "POST", "/tickets", body)
    assert (status, problem["code"], problem.get("field")) == (400, code, field)
    assert headers["Content-Type"] == "application/problem+json"
    assert problem["type"].endswith(code)
    del world


def test_exit_takes_plain_text_and_answers_nothing(world: World) -> None:
    visitor = world.visitor()
    import json

    text = json.dumps({"conversation": visitor.conversation, "resume": visitor.resume})
    assert rest("visitor", "POST", "/exit", text, content_type="text/plain")[0] == 204
    assert world.state(visitor.conversation).left is not None


def leaving(visitor: Person, **more: object) -> dict[str, Any]:
    """The body of an exit with two messages that were not sent yet."""
    return {
        "conversation": visitor.conversation,
        "resume": visitor.resume,
        "client": visitor.client,
        "language": "es",
        "n": 1,
        "texts": ["uno", "dos"],
        **more,
    }


def test_exit_keeps_what_was_not_sent(world: World) -> None:
    visitor = world.visitor()
    assert rest("visitor", "POST", "/exit", leaving(visitor), content_type="text/plain")[0] == 204
    assert world.texts(visitor.conversation) == ["uno", "dos"]


@pytest.mark.parametrize(
    ("wrong", "code", "field"),
    [
        ({"surprise": 1}, "bad_field", "surprise"),
        ({"n": 0}, "bad_field", "n"),
        ({"n": 7}, "counter_gap", "n"),
        ({"client": "?"}, "bad_field", "client"),
        ({"client": None}, "bad_field", "client"),
        ({"language": "klingon!"}, "bad_field", "language"),
        ({"texts": "uno"}, "bad_field", "texts"),
        ({"texts": [1]}, "bad_field", "texts.0"),
        ({"texts": ["x" * 70_000]}, "too_large", None),
    ],
)
def test_whatever_is_wrong_with_an_exit_she_has_left(
    world: World, wrong: dict[str, object], code: str, field: str | None
) -> None:
    visitor = world.visitor()
    status, problem, _ = rest("visitor", "POST", "/exit", leaving(visitor, **wrong))
    assert (status, problem["code"], problem.get("field")) == (400, code, field)
    assert world.state(visitor.conversation).left is not None
    assert world.texts(visitor.conversation) == []


@pytest.mark.parametrize(
    ("text", "code"), [("", "empty_text"), ("x" * 4001, "too_long"), ("half \ud83d", "lone_surrogate")]
)
def test_one_message_that_cannot_be_kept_costs_the_others_nothing(world: World, text: str, code: str) -> None:
    visitor = world.visitor()
    status, problem, _ = rest("visitor", "POST", "/exit", leaving(visitor, texts=["uno", text, "dos"]))
    assert (status, problem["code"], problem["field"]) == (400, code, "texts.1")
    assert world.texts(visitor.conversation) == ["uno", "dos"]
    assert world.state(visitor.conversation).left is not None


def test_of_more_messages_than_a_person_writes_the_first_are_kept(world: World) -> None:
    visitor = world.visitor()
    many = [f"{i}" for i in range(101)]
    status, problem, _ = rest("visitor", "POST", "/exit", leaving(visitor, texts=many))
    assert (status, problem["field"]) == (400, "texts.100")
    assert world.texts(visitor.conversation) == many[:100]


@pytest.mark.parametrize("wrong", [{"resume": "y" * 43}, {"resume": "y" * 43, "surprise": 1}])
def test_a_stranger_cannot_have_her_leave(world: World, wrong: dict[str, object]) -> None:
    visitor = world.visitor()
    status, problem, _ = rest("visitor", "POST", "/exit", leaving(visitor, **wrong))
    assert (status, problem["code"]) == (403, "resume_refused")
    assert world.state(visitor.conversation).left is None
    assert world.texts(visitor.conversation) == []


def test_an_exit_before_any_ticket_came_keeps_what_was_written(world: World) -> None:
    page = {"client": "a" * 22, "language": "es", "n": 1, "texts": ["uno"]}
    assert rest("visitor", "POST", "/exit", page)[0] == 204
    assert [world.texts(conversation) for conversation in world.store.states] == [["uno"]]
    assert rest("visitor", "POST", "/exit", {"client": "b" * 22, "language": "es", "texts": []})[0] == 204


def test_nothing_that_an_exit_carries_is_in_a_log(world: World, caplog: pytest.LogCaptureFixture) -> None:
    visitor = world.visitor()
    for wrong in ({}, {"surprise": "a secret"}, {"texts": ["a secret", ""]}):
        rest("visitor", "POST", "/exit", leaving(visitor, texts=["a secret"]) | wrong)
    said = str([vars(record) for record in caplog.records])
    assert "POST /exit" in said
    assert "secret" not in said
    assert visitor.client not in said


def test_an_officer_of_another_force_is_nobody_here(world: World) -> None:
    status, problem, _ = rest("console", "GET", "/queue", claims=claims_of(AMELIA, force="westshire"))
    assert (status, problem["code"]) == (403, "forbidden")
    del world


@pytest.mark.parametrize("collar", ["", "44 17", "44:17", 'x"', "4" * 17])
def test_a_collar_number_that_the_record_cannot_hold_is_refused(world: World, collar: str) -> None:
    assert rest("console", "GET", "/queue", claims=claims_of(Officer(collar, "Nobody")))[0] == 403
    del world


@pytest.mark.parametrize("group", ["advocate", "analyst", "", "[]"])
def test_other_roles_may_not_see_the_queue(world: World, group: str) -> None:
    assert rest("console", "GET", "/queue", claims=claims_of(AMELIA, group))[0] == 403
    del world


def test_me_says_what_the_console_needs(world: World) -> None:
    status, me, _ = rest("console", "GET", "/me", claims=CLAIMS)
    assert (status, me["name"], me["collar"], me["on_duty"]) == (200, "Amelia Hart", "4417", False)
    assert {"code", "label"} <= me["outcomes"][0].keys()
    assert {"code", "name", "endonym"} <= me["languages"][0].keys()
    del world


def test_the_queue_shows_what_waits_and_how_long(world: World) -> None:
    world.officer()
    visitor = world.visitor(language="ar")
    queue = rest("console", "GET", "/queue", claims=CLAIMS)[1]
    assert [(i["conversation"], i["language"], i["state"]) for i in queue["waiting"]] == [
        (visitor.conversation, "ar", "waiting")
    ]
    assert queue["on_duty"] == [{"name": "Amelia Hart", "collar": "4417"}]


def test_accepting_twice_is_a_conflict(world: World) -> None:
    visitor = world.visitor()
    assert rest("console", "POST", ACCEPT, {}, claims=CLAIMS, conversation=visitor.conversation)[0] == 200
    status, problem, _ = rest("console", "POST", ACCEPT, {}, claims=claims_of(TOM), conversation=visitor.conversation)
    assert (status, problem["code"]) == (409, "already_accepted")


@pytest.mark.parametrize("conversation", ["", "../../../etc/passwd", "A" * 32, "a" * 31])
def test_a_wrong_id_is_not_found(world: World, conversation: str) -> None:
    assert rest("console", "POST", ACCEPT, {}, claims=CLAIMS, conversation=conversation)[0] == 404
    del world


def test_notes_are_written_and_read_by_colleagues(world: World) -> None:
    visitor = world.visitor()
    note = {"text": "Speaks quietly."}
    assert rest("console", "POST", NOTES, note, claims=CLAIMS, conversation=visitor.conversation)[0] == 201
    notes: list[dict[str, Any]] = rest("console", "GET", NOTES, claims=CLAIMS, conversation=visitor.conversation)[1][
        "notes"
    ]
    assert [(n["text"], n["by"]["collar"]) for n in notes] == [("Speaks quietly.", "4417")]


def test_only_a_supervisor_reads_a_colleagues_open_conversation_and_it_is_audited(world: World) -> None:
    officer, visitor = world.officer(), world.visitor()
    officer.take(visitor.conversation)

    def ask(claims: dict[str, str]) -> int:
        return rest("console", "GET", EVENTS, claims=claims, conversation=visitor.conversation)[0]

    world.bus.reads.clear()
    assert ask(claims_of(TOM)) == 403
    assert world.bus.reads == []
    assert ask(claims_of(TOM, "supervisor")) == 200
    assert world.bus.reads == [{"what": "TranscriptRead", "by": "2093", "why": "supervision"}]


def test_a_closed_conversation_of_a_colleague_is_read_for_a_reason_that_the_audit_holds(world: World) -> None:
    officer, visitor = world.officer(), world.visitor()
    officer.take(visitor.conversation)
    world.service.close(officer.caller, visitor.conversation, "safety_plan")
    world.store.mark_sealed(visitor.conversation, Sealed("packages/x.zip", "0" * 64, world.now))
    world.bus.reads.clear()

    def ask(path: str, who: Officer, why: str = "") -> tuple[int, str]:
        status, answer, _ = rest(
            "console", "GET", path, claims=claims_of(who), query={"why": why}, conversation=visitor.conversation
        )
        return status, answer.get("code", "")

    for path in (EVENTS, NOTES, PACKAGE):
        for why in ("", "because", "own", "supervision"):
            assert ask(path, TOM, why) == (400, "reason_needed")
    assert world.bus.reads == []
    assert ask(EVENTS, TOM, "complaint")[0] == 200
    assert ask(NOTES, TOM, "handover")[0] == 200
    assert ask(EVENTS, AMELIA)[0] == 200
    assert world.bus.reads == [
        {"what": "TranscriptRead", "by": "2093", "why": "complaint"},
        {"what": "NotesRead", "by": "2093", "why": "handover"},
        {"what": "TranscriptRead", "by": "4417", "why": "own"},
    ]


def test_what_nobody_has_taken_may_be_read_before_it_is_and_is_audited(world: World) -> None:
    visitor = world.visitor()
    assert rest("console", "GET", EVENTS, claims=CLAIMS, conversation=visitor.conversation)[0] == 200
    assert world.bus.reads == [{"what": "TranscriptRead", "by": "4417", "why": "waiting"}]


def test_a_wrong_page_is_named(world: World) -> None:
    visitor = world.visitor()
    status, problem, _ = rest(
        "console", "GET", EVENTS, claims=CLAIMS, query={"after": "-1"}, conversation=visitor.conversation
    )
    assert (status, problem["field"]) == (400, "after")


def test_there_is_no_package_before_the_seal(world: World) -> None:
    visitor = world.visitor()
    status, problem, _ = rest("console", "GET", PACKAGE, claims=CLAIMS, conversation=visitor.conversation)
    assert (status, problem["code"]) == (404, "not_sealed")


def test_a_crash_is_a_500_that_tells_nothing(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("private")

    monkeypatch.setattr(world.desk, "queue", broken)
    status, problem, _ = rest("console", "GET", "/queue", claims=CLAIMS)
    assert (status, problem["code"]) == (500, "internal")
    assert "private" not in str(problem)
