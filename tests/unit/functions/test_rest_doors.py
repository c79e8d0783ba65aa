"""REST for visitors and officers: who may ask, what is answered, and errors that name the field."""

from __future__ import annotations

from typing import Any

import pytest

from harbour.evidence.model import Sealed
from harbour.identity.model import Officer
from tests.unit.conversation.world import AMELIA, TOM, World
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
