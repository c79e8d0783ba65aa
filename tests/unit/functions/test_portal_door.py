"""REST for victims: who may ask, that each answer and refusal is the documented one, and that nothing is logged."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from docs.reference.portal import PORTAL, portal
from harbour import casework
from harbour.crime.model import Appointment, PersonId
from harbour.identity.victims.model import Device
from harbour.identity.victims.service import SessionService
from harbour.portal.model import opaque
from harbour.runtime import telemetry
from tests.unit.conversation.world import World
from tests.unit.functions.doors import Socket, rest
from tests.unit.identity.entry import MemorySignIns
from tests.unit.portal.cases import AMINA, BEN, ID, NOW, OTHER_ID, REF, Cases, event, small_catalogue

DOCUMENT = portal()
CRIME = "/crimes/{crime}"
CLIENT = "0b6f5a52-1111-4222-8333-444455556666"
PLAN: dict[str, Any] = {
    "channel": "both",
    "hours": {"from": "09:00", "to": "20:00", "days": [1, 2, 3]},
    "language": "cy",
    "code_word": "blue teapot",
    "safe": True,
}

CONFIRMED: dict[str, Any] = {"confirmation": {"handle": "h" * 43, "code": "482913"}}


def claims(who: str = AMINA) -> dict[str, str]:
    signed_in = str(int(NOW.timestamp()))
    return {"sub": "d2f1a7f0-0000-4000-8000-000000000000", "cognito:username": who, "auth_time": signed_in}


@pytest.fixture
def sign_ins() -> MemorySignIns:
    return MemorySignIns()


@pytest.fixture
def cases(monkeypatch: pytest.MonkeyPatch, sign_ins: MemorySignIns) -> Cases:
    """The door, on crimes in memory."""
    small_catalogue(monkeypatch)
    made = Cases()
    made.happened(event("crime_allocated", days=1, until="2026-12-08"))
    made.happened(event("officer_message", "m1", days=2, text="We will call you."))
    made.store.meetings[REF].append(
        Appointment(id="a1", at=NOW + timedelta(days=3), what="A statement", where="Northgate", state="booked")
    )
    made.store.known[AMINA] = [Device(hash="h", label="Chrome on Android", first_at=NOW, last_at=NOW)]
    monkeypatch.setattr(casework, "portal", lambda: made.service)
    monkeypatch.setattr(casework, "contact_plans", lambda: made.plans)
    monkeypatch.setattr(casework, "sessions", lambda: SessionService(sign_ins))
    for name, value in {"HARBOUR_CASES": "c", "HARBOUR_FORCE": "eastshire"}.items():
        monkeypatch.setenv(name, value)
    return made


def call(
    method: str,
    path: str,
    body: object = None,
    *,
    expect: int,
    who: str = AMINA,
    code: str = "",
    field: str = "",
    **more: Any,
) -> Any:
    """Call the door and hold its answer against the document."""
    status, answer, headers = rest("portal", method, path, body, claims=claims(who), **more)
    assert status == expect, answer
    assert headers["Cache-Control"] == "no-store"
    assert headers["Referrer-Policy"] == "no-referrer"
    response = DOCUMENT["paths"][path][method.lower()]["responses"][str(status)]
    (kind, content), *_ = response["content"].items()
    assert headers["Content-Type"] == kind
    Draft202012Validator(content["schema"] | {"components": DOCUMENT["components"]}).validate(answer)
    if kind == "application/problem+json":
        assert f"`{answer['code']}`" in response["description"], f"{answer['code']} is not documented here"
        assert answer["code"] == code
        assert answer.get("field", "") == field
    return answer


def test_me_names_the_person_their_crimes_and_the_force(cases: Cases) -> None:
    me = call("GET", "/me", expect=200)
    assert (me["name"], me["force"]["name"], me["force"]["emergency"]) == ("Amina", "Eastshire Police", "999")
    assert [(one["id"], one["reference"], one["unread"]) for one in me["crimes"]] == [(ID, REF, 3)]
    assert {"code": "cy", "name": "Welsh", "endonym": "Cymraeg"} in me["languages"]
    assert me["chat"] == {"available": True}
    del cases


def test_one_crime_is_as_documented_in_every_language(cases: Cases) -> None:
    for language in ("en", "cy", "pl", ""):
        query = {"language": language} if language else None
        shown = call("GET", CRIME, expect=200, crime=ID, query=query)
        assert shown["next"]["by"] == "2026-12-08"
        assert [one["from"] for one in shown["messages"]] == ["officer"]
        assert shown["translated_by_machine"] is (language == "pl")
    del cases


def test_a_question_is_written_and_seen_again(cases: Cases) -> None:
    body = {"text": "When will I hear?", "client": CLIENT}
    first = call("POST", f"{CRIME}/messages", body, expect=201, crime=ID)
    assert (first["from"], first["state"]) == ("you", "sent")
    again = call("POST", f"{CRIME}/messages", body | {"client": CLIENT.upper()}, expect=201, crime=ID)
    assert again == first
    assert call("GET", CRIME, expect=200, crime=ID)["messages"][-1] == first
    assert call("GET", f"{CRIME}/messages", expect=200, crime=ID)["messages"][-1] == first
    assert len(cases.store.tasks) == 1


def test_another_time_is_asked_for(cases: Cases) -> None:
    this = {"crime": ID, "appointment": opaque("appointment", REF, "a1")}
    path = f"{CRIME}/appointments/{{appointment}}/change"
    asked = call("POST", path, {"reason": "work", "wishes": "evening"}, expect=202, **this)
    assert asked["state"] == "change_requested"
    assert len(cases.store.asked) == 1


def test_support_record_rights_advice_and_visits_are_as_documented(cases: Cases) -> None:
    assert call("GET", f"{CRIME}/support", expect=200, crime=ID)["services"][0]["invented"] is True
    record = call("GET", f"{CRIME}/record", expect=200, crime=ID, query={"language": "cy"})
    assert '<html lang="cy"' in record["html"]
    rights = call("GET", "/rights", expect=200, query={"language": "cy"})
    assert rights["rights"][0]["name"] == "Deall, a chael eich deall"
    assert len(call("GET", "/advice", expect=200)["topics"]) > 5
    devices = call("GET", "/visits", expect=200)["devices"]
    assert [(one["label"], one["this"]) for one in devices] == [("Chrome on Android", False)]
    del cases


def test_compensation_comes_with_the_offences_that_the_scheme_is_for(cases: Cases) -> None:
    from dataclasses import replace

    cases.store.states[REF] = replace(cases.store.states[REF], offence="violence")
    found = call("GET", f"{CRIME}/support", expect=200, crime=ID)
    assert found["compensation"]["phone"] == "0300 003 3601"


def test_the_contact_plan_is_read_changed_and_never_gives_the_code_word_back(cases: Cases) -> None:
    before = call("GET", "/contact", expect=200)
    assert (before["channel"], before["phone_hint"], before["code_word"]) == ("sms", "07•• ••• •123", False)
    call("PUT", "/contact", PLAN, expect=409, code="code_needed")
    wrong = {"confirmation": {"handle": "h" * 43, "code": "000000"}}
    assert call("PUT", "/contact", PLAN | wrong, expect=403, code="wrong_code")["left"] == 4
    after = call("PUT", "/contact", PLAN | CONFIRMED, expect=200)
    assert after["code_word"] is True
    assert (after["changed_by"], after["changed_at"]) == ("person", "2026-11-24T10:00:00.000Z")
    assert "teapot" not in json.dumps(after)
    echoed = call("PUT", "/contact", after | {"code_word": None}, expect=200)
    assert echoed == after == call("GET", "/contact", expect=200)
    other = call("PUT", "/contact", {"language": "pl"}, expect=200)
    assert other | {"changed_at": after["changed_at"]} == after | {"language": "pl"}
    assert call("PUT", "/contact", {}, expect=200) == other
    del cases


def body_for(method: str, path: str) -> object:
    """A body that the route takes."""
    if method == "GET":
        return None
    return (
        {"text": "x", "client": CLIENT} if path.endswith("messages") else PLAN if method == "PUT" else {"reason": "x"}
    )


@pytest.mark.parametrize(("method", "path"), [route for route in PORTAL if "{crime}" in route[1]])
def test_another_persons_crime_is_refused_like_one_that_does_not_exist(cases: Cases, method: str, path: str) -> None:
    body = (
        {"text": "x", "client": CLIENT} if path.endswith("messages") else {"reason": "x"} if method == "POST" else None
    )
    more = {"appointment": "a" * 32} if "{appointment}" in path else {}
    answers = [
        call(method, path, body, expect=404, code="no_crime", crime=crime, **more)
        for crime in (OTHER_ID, "f" * 32, "F" * 32, "../../etc/passwd", "37/4821/26", "")
    ]
    assert all(one == answers[0] for one in answers)
    assert cases.store.reads == []


@pytest.mark.parametrize(("method", "path"), [route for route in PORTAL if route[1] not in ("/rights", "/advice")])
@pytest.mark.parametrize("who", ["", "amelia", "f" * 32, "F" * 32, AMINA + "\n", f"{AMINA}{BEN}"])
def test_an_account_of_nobody_is_refused_on_every_route(cases: Cases, method: str, path: str, who: str) -> None:
    if path == "/visits" and who == "f" * 32:
        return
    more = {"crime": ID} | ({"appointment": "a" * 32} if "{appointment}" in path else {})
    body = (
        {"text": "x", "client": CLIENT} if path.endswith("messages") else PLAN if method == "PUT" else {"reason": "x"}
    )
    asked = body if method != "GET" else None
    call(method, path, asked, expect=403, code="forbidden", who=who, **(more if "{crime}" in path else {}))
    assert cases.store.reads == []


@pytest.mark.parametrize(("method", "path"), [route for route in PORTAL if route[1] not in ("/rights", "/advice")])
def test_a_token_from_before_somebody_signed_out_everywhere_is_refused_on_every_route(
    cases: Cases, sign_ins: MemorySignIns, method: str, path: str
) -> None:
    more = {"crime": ID} | ({"appointment": "a" * 32} if "{appointment}" in path else {})
    body = (
        {"text": "x", "client": CLIENT} if path.endswith("messages") else PLAN if method == "PUT" else {"reason": "x"}
    )
    asked = body if method != "GET" else None
    sign_ins.end_sessions(PersonId(AMINA), NOW + timedelta(seconds=1))
    call(method, path, asked, expect=403, code="signed_out", **(more if "{crime}" in path else {}))
    assert cases.store.reads == []


def test_a_token_from_after_it_is_good(cases: Cases, sign_ins: MemorySignIns) -> None:
    sign_ins.end_sessions(PersonId(AMINA), NOW - timedelta(seconds=1))
    call("GET", CRIME, expect=200, crime=ID)
    del cases


def test_without_a_token_nothing_is_answered(cases: Cases) -> None:
    assert rest("portal", "GET", "/me")[0] == 403
    del cases


@pytest.mark.parametrize(
    ("path", "body", "code", "field"),
    [
        ("messages", "{", "bad_body", ""),
        ("messages", "[]", "bad_body", ""),
        ("messages", {"client": CLIENT}, "bad_field", "text"),
        ("messages", {"text": "Hello"}, "bad_field", "client"),
        ("messages", {"text": "Hello", "client": "x"}, "bad_field", "client"),
        ("messages", {"text": 7, "client": CLIENT}, "bad_field", "text"),
        ("messages", {"text": " ", "client": CLIENT}, "empty_text", "text"),
        ("messages", {"text": "x" * 4_001, "client": CLIENT}, "too_long", "text"),
        ("messages", {"text": "\ud800", "client": CLIENT}, "lone_surrogate", "text"),
        ("messages", {"text": "x", "client": CLIENT, "more": 1}, "bad_field", "more"),
        ("messages", "x" * 40_000, "too_large", ""),
        ("change", {"reason": "x" * 501}, "too_long", "reason"),
        ("change", {"reason": ""}, "empty_text", "wishes"),
        ("change", {"wishes": 1}, "bad_field", "wishes"),
    ],
)
def test_a_bad_body_is_refused_by_its_field(cases: Cases, path: str, body: object, code: str, field: str) -> None:
    this: dict[str, str] = {"crime": ID}
    route = f"{CRIME}/messages"
    if path == "change":
        route = f"{CRIME}/appointments/{{appointment}}/change"
        this["appointment"] = opaque("appointment", REF, "a1")
    call("POST", route, body, expect=400, code=code, field=field, **this)
    assert cases.store.tasks == {}


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"channel": "letter"}, "channel"),
        ({"channel": None}, "channel"),
        ({"hours": {"from": "9", "to": "20:00", "days": [1]}}, "hours.from"),
        ({"hours": {"from": "09:00", "to": "24:00", "days": [1]}}, "hours.to"),
        ({"hours": {"from": "09:00", "to": "20:00", "days": []}}, "hours.days"),
        ({"hours": {"from": "09:00", "to": "20:00", "days": [8]}}, "hours.days.0"),
        ({"hours": {"from": "20:00", "to": "09:00", "days": [1]}}, "hours"),
        ({"language": "tlh"}, "language"),
        ({"language": "english"}, "language"),
        ({"code_word": "x" * 41}, "code_word"),
        ({"safe": "yes"}, "safe"),
        ({"more": 1}, "more"),
    ],
)
def test_a_plan_of_the_wrong_form_is_refused_by_its_field(cases: Cases, change: dict[str, Any], field: str) -> None:
    status, problem, _ = rest("portal", "PUT", "/contact", PLAN | change, claims=claims())
    assert status == 400
    assert problem["code"] in ("bad_field", "too_long")
    assert problem["field"].startswith(field.split(".", maxsplit=1)[0])
    assert cases.store.tasks == {}


@pytest.mark.parametrize("language", ["tlh", "x", "en;drop", "en-GB-oed-x", "../en"])
@pytest.mark.parametrize("path", ["/me", CRIME, f"{CRIME}/record", f"{CRIME}/support"])
def test_a_language_that_nobody_knows_is_refused(cases: Cases, path: str, language: str) -> None:
    more = {"crime": ID} if "{crime}" in path else {}
    call("GET", path, expect=400, code="bad_field", field="language", query={"language": language}, **more)
    del cases


def test_an_appointment_of_a_wrong_form_is_not_there(cases: Cases) -> None:
    path = f"{CRIME}/appointments/{{appointment}}/change"
    for ident in ("a1", "A" * 32, "f" * 32):
        call("POST", path, {"reason": "x"}, expect=404, code="no_appointment", crime=ID, appointment=ident)
    del cases


def test_a_crash_is_a_500_that_tells_nothing(cases: Cases, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("private")

    monkeypatch.setattr(cases.service, "case", broken)
    assert "private" not in str(call("GET", CRIME, expect=500, code="internal", crime=ID))


def test_no_line_of_the_log_holds_what_somebody_wrote_or_whose_crime_it_is(
    cases: Cases, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines: list[str] = []
    monkeypatch.setattr(telemetry, "_logger", lambda: _Lines(lines))
    secret = "The blue door on Mill Lane"
    call("POST", f"{CRIME}/messages", {"text": secret, "client": CLIENT}, expect=201, crime=ID)
    call("GET", CRIME, expect=200, crime=ID)
    call("GET", f"{CRIME}/record", expect=200, crime=ID)
    call("PUT", "/contact", PLAN | CONFIRMED, expect=200)
    call("PUT", "/contact", PLAN | {"language": "tlh"}, expect=400, code="bad_field", field="language")
    assert len(lines) == 5
    for line in lines:
        for private in (secret, REF, ID, AMINA, "Amina", "teapot", "700900", "example.org"):
            assert private not in line
    del cases


class _Lines:
    def __init__(self, lines: list[str]) -> None:
        self._lines = lines

    def info(self, message: str, extra: object) -> None:
        self._lines.append(f"{message} {extra}")

    error = info


# -- the chat that knows the crime -----------------------------------------------------------------------------------


def test_a_chat_from_the_portal_knows_the_crime(cases: Cases, world: World) -> None:
    admission = call("POST", f"{CRIME}/chat", {}, expect=201, crime=ID)
    socket = Socket(world, "c1")
    assert socket.connect(admission["ticket"]) == "Allow"
    socket.send({"action": "hello", "client": "page-0001", "language": "en", "last": 0})
    conversation = admission["conversation"]
    assert cases.store.reads == [(AMINA, "chat", ID)]
    assert world.state(conversation).crime == REF
    first = world.record(conversation)[0]
    assert first.event.body["crime"] == REF
    officer = {"name": "Amelia Hart", "custom:collar": "4417", "custom:force": "eastshire", "cognito:groups": "officer"}
    queue = rest("console", "GET", "/queue", claims=officer)[1]
    assert [one.get("crime") for one in queue["waiting"]] == [REF]


def test_a_chat_from_the_forces_page_knows_of_no_crime(world: World) -> None:
    visitor = world.visitor()
    assert world.state(visitor.conversation).crime == ""
    assert "crime" not in world.record(visitor.conversation)[0].event.body
    officer = {"name": "Amelia Hart", "custom:collar": "4417", "custom:force": "eastshire", "cognito:groups": "officer"}
    assert "crime" not in rest("console", "GET", "/queue", claims=officer)[1]["waiting"][0]


def test_nobody_starts_a_chat_about_another_persons_crime(cases: Cases, world: World) -> None:
    call("POST", f"{CRIME}/chat", {}, expect=404, code="no_crime", crime=OTHER_ID)
    assert world.store.states == {}
    assert cases.store.reads == []
