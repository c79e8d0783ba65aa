"""The door of the sign-in: what the page sends and gets, what Cognito asks, and what stays out of the log."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError
from jsonschema import Draft202012Validator

from docs.reference import portal_sign_in
from harbour import casework
from tests.unit.functions.doors import door, recorded
from tests.unit.identity.entry import AT_HOME, BORN, DANA, ELSEWHERE, PHONE, REFERENCE, Entry

ADDRESS = "203.0.113.9"
DOCUMENT = portal_sign_in.sign_in()


@pytest.fixture
def entry(monkeypatch: pytest.MonkeyPatch) -> Entry:
    made = Entry()
    monkeypatch.setattr(casework, "sign_in", lambda: made.service)
    monkeypatch.setattr(casework, "proofs", lambda: made.proofs)
    monkeypatch.setattr(casework, "one_login", lambda: made.one_login)
    monkeypatch.setattr(casework, "one_login_offered", lambda: True)
    return made


def post(path: str, body: object = None, **headers: str) -> tuple[int, Any]:
    return call("POST", path, body, **headers)


def call(method: str, path: str, body: object = None, **headers: str) -> tuple[int, Any]:
    """Status and body of a call as it comes through CloudFront."""
    event = recorded("rest")
    event["requestContext"] |= {
        "resourcePath": path,
        "httpMethod": method,
        "identity": {"sourceIp": "130.176.0.1", "userAgent": "Amazon CloudFront"},
    }
    event |= {"httpMethod": method, "resource": path, "body": json.dumps(body) if body is not None else None}
    event["headers"] = {
        "content-type": "application/json",
        "user-agent": PHONE,
        "x-forwarded-for": f"10.9.8.7, {ADDRESS}, 130.176.0.1",
        **headers,
    }
    answer = door("sign_in").app(event, None)
    assert answer["headers"]["Cache-Control"] == "no-store"
    body = json.loads(answer["body"]) if answer["body"] else None
    documented(method, path, answer["statusCode"], body)
    return answer["statusCode"], body


def documented(method: str, path: str, status: int, body: Any) -> None:
    """Every answer is one that the API's document knows."""
    response = DOCUMENT["paths"][path][method.lower()]["responses"][str(status)]
    if "content" not in response:
        assert body is None
        return
    ((kind, content),) = response["content"].items()
    schema = content["schema"] | {"components": DOCUMENT["components"]}
    Draft202012Validator(schema).validate(body)
    if kind == "application/problem+json":
        assert f"`{body['code']}`" in response["description"]


def signed_in(entry: Entry) -> dict[str, Any]:
    _, begun = post("/start", {})
    post("/prove", {"handle": begun["handle"], "reference": REFERENCE, "date_of_birth": BORN})
    status, done = post("/code", {"handle": begun["handle"], "code": entry.phone.code})
    assert status == 200
    assert isinstance(done, dict)
    return done


def test_the_whole_way_in_and_out(entry: Entry) -> None:
    token = entry.invitations.invite(DANA.id).partition("#i=")[2]
    status, begun = post("/start", {"invitation": token})
    assert (status, begun["asks"]) == (201, ["reference", "date_of_birth"])
    handle = {"handle": begun["handle"]}
    assert post("/prove", handle | {"reference": "42 12345 26", "date_of_birth": BORN}) == (
        200,
        {"code_expires_in": 600, "resends": 2},
    )
    assert post("/resend", handle) == (200, {"code_expires_in": 600, "resends": 1})
    code = entry.phone.code
    status, done = post("/code", handle | {"code": f"{code[:3]} {code[3:]}"})
    assert status == 200
    assert done.keys() == {"id_token", "access_token", "expires_in", "new_device", "last_visit"}
    assert (done["expires_in"], done["new_device"], done["last_visit"]) == (3600, False, None)
    assert post("/sign-out", authorization=f"Bearer {done['access_token']}") == (204, None)
    assert entry.cognito.tokens == {}


def test_who_is_signed_in_gets_a_code_that_signs_nobody_in(entry: Entry) -> None:
    access = signed_in(entry)["access_token"]
    status, confirming = post("/confirm", authorization=f"Bearer {access}")
    assert (status, confirming["resends"]) == (201, 2)
    assert len(entry.phone.got) == 2
    handle = {"handle": confirming["handle"]}
    status, problem = post("/code", handle | {"code": entry.phone.code})
    assert (status, problem["code"]) == (403, "expired")
    assert post("/resend", handle) == (200, {"code_expires_in": 600, "resends": 1})
    for headers in ({}, {"authorization": "Bearer none"}, {"authorization": access}):
        status, problem = post("/confirm", **headers)
        assert (status, problem["code"]) == (403, "signed_out")
    post("/sign-out", authorization=f"Bearer {access}")
    status, problem = post("/confirm", authorization=f"Bearer {access}")
    assert (status, problem["code"]) == (403, "signed_out")


def test_a_visit_from_elsewhere_is_told_at_the_next(entry: Entry) -> None:
    signed_in(entry)
    entry.clock.after(days=1)
    handle, code = entry.code_sent()
    entry.service.finish(handle, code, ELSEWHERE)
    entry.clock.after(days=1)
    assert signed_in(entry)["last_visit"] == {
        "label": "Firefox on Windows",
        "at": "2026-11-25T12:01:00.000Z",
        "new_devices": [{"label": "Firefox on Windows", "at": "2026-11-25T12:01:00.000Z"}],
    }


def test_a_visit_that_was_not_hers_ends_all_and_tells_the_officer(entry: Entry) -> None:
    signed_in(entry)
    entry.clock.after(days=1)
    handle, code = entry.code_sent()
    entry.service.finish(handle, code, ELSEWHERE)
    entry.clock.after(days=1)
    done = signed_in(entry)
    body = {"devices": [one["at"] for one in done["last_visit"]["new_devices"]]}
    assert body == {"devices": ["2026-11-25T12:01:00.000Z"]}
    access = {"authorization": f"Bearer {done['access_token']}"}
    for wrong in (None, [], ["yesterday"], body["devices"] * 51):
        status, problem = post("/not-me", {"devices": wrong}, **access)
        assert (status, problem["code"]) == (400, "bad_field")
    assert post("/not-me", body, **access) == (200, {"officer_told": True})
    assert entry.cognito.tokens == {}
    status, problem = post("/not-me", body, **access)
    assert (status, problem["code"]) == (403, "signed_out")
    assert len(entry.store.tasks) == 1


def test_a_wrong_code_says_how_many_are_left(entry: Entry) -> None:
    _, begun = post("/start", {})
    post("/prove", {"handle": begun["handle"], "reference": REFERENCE, "date_of_birth": BORN})
    status, problem = post("/code", {"handle": begun["handle"], "code": entry.wrong(entry.phone.code)})
    assert (status, problem["code"], problem["left"]) == (403, "wrong_code", 4)


def test_what_has_expired_says_so(entry: Entry) -> None:
    _, begun = post("/start", {})
    entry.clock.after(minutes=15)
    for path, more in (
        ("/prove", {"reference": REFERENCE, "date_of_birth": BORN}),
        ("/resend", {}),
        ("/code", {"code": "123456"}),
    ):
        status, problem = post(path, {"handle": begun["handle"], **more})
        assert (status, problem["code"]) == (403, "expired")


def test_too_many_from_one_address_are_stopped_whatever_they_write_themselves(entry: Entry) -> None:
    statuses = [post("/start", {}, **{"x-forwarded-for": f"10.0.0.{n}, {ADDRESS}, 130.176.0.1"})[0] for n in range(61)]
    assert statuses == [201] * 60 + [429]


@pytest.mark.parametrize(
    ("path", "body", "field"),
    [
        ("/start", {"invitation": 7}, "invitation"),
        ("/start", {"invitation": "x" * 101}, "invitation"),
        ("/start", {"email": "a@b.example"}, "email"),
        ("/prove", {"handle": "x" * 43, "reference": "", "date_of_birth": BORN}, "reference"),
        ("/prove", {"handle": "x" * 43, "reference": "r", "date_of_birth": "7 March"}, "date_of_birth"),
        ("/prove", {"handle": "x" * 43, "reference": "r", "date_of_birth": "٢٠٠٠-٠١-٠١"}, "date_of_birth"),
        ("/prove", {"handle": "../..", "reference": "r", "date_of_birth": BORN}, "handle"),
        ("/resend", {}, "handle"),
        ("/code", {"handle": "x" * 43, "code": "12345"}, "code"),
        ("/code", {"handle": "x" * 43, "code": "１２３４５６"}, "code"),
        ("/code", {"handle": "x" * 43, "code": 123456}, "code"),
    ],
)
def test_what_has_the_wrong_form_is_named(entry: Entry, path: str, body: object, field: str) -> None:
    status, problem = post(path, body)
    assert (status, problem["code"], problem["field"]) == (400, "bad_field", field)


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer ", "Basic abc", "Bearer invented"])
def test_signing_out_without_a_good_token_is_answered_like_with_one(entry: Entry, header: str) -> None:
    assert post("/sign-out", authorization=header) == (204, None)
    assert entry.store.ended == {}


def test_nothing_private_is_logged(entry: Entry, caplog: pytest.LogCaptureFixture) -> None:
    token = entry.invitations.invite(DANA.id).partition("#i=")[2]
    _, begun = post("/start", {"invitation": token})
    post("/prove", {"handle": begun["handle"], "reference": REFERENCE, "date_of_birth": BORN})
    codes = [entry.phone.code]
    post("/code", {"handle": begun["handle"], "code": entry.wrong(codes[0])})
    post("/resend", {"handle": begun["handle"]})
    codes.append(entry.phone.code)
    _, done = post("/code", {"handle": begun["handle"], "code": codes[1]})
    post("/sign-out", authorization=f"Bearer {done['access_token']}")
    post("/prove", {"handle": begun["handle"], "reference": REFERENCE, "date_of_birth": 7})
    said = str([vars(record) for record in caplog.records])
    assert "wrong_code" in said
    private = (
        token, begun["handle"], *codes, REFERENCE, BORN, DANA.id, DANA.phone, DANA.email, DANA.given_name,
        DANA.family_name, done["access_token"], done["id_token"], ADDRESS, PHONE, "Chrome",
    )  # fmt: skip
    assert [one for one in private if one in said] == []


# -- Cognito -----------------------------------------------------------------------------------------------------------


def ask(entry: Entry, **parameters: str) -> dict[str, Any]:
    return entry.cognito.initiate_auth(ClientId="client", AuthFlow="CUSTOM_AUTH", AuthParameters=parameters)


def answer(entry: Entry, asked: dict[str, Any], user: str, text: str) -> dict[str, Any]:
    return entry.cognito.respond_to_auth_challenge(
        ClientId="client",
        ChallengeName="CUSTOM_CHALLENGE",
        ChallengeResponses={"USERNAME": user, "ANSWER": text},
        Session=asked["Session"],
    )


def proof_of(entry: Entry, monkeypatch: pytest.MonkeyPatch) -> str:
    """What our function would answer Cognito with, after the right code."""
    given: list[str] = []

    def taken_down(_person: str, handle: str, proof: str) -> dict[str, str | int]:
        given.append(f"{handle}.{proof}")
        return {}

    monkeypatch.setattr(entry.pool, "sign_in", taken_down)
    handle, code = entry.code_sent()
    entry.service.finish(handle, code, AT_HOME)
    return given[0]


def test_who_knows_the_client_cannot_answer_cognitos_question(entry: Entry) -> None:
    signed_in(entry)
    for text in ("", ".", "x.y", "482913", f"{'0' * 64}.{'x' * 43}"):
        with pytest.raises(ClientError, match="NotAuthorized"):
            answer(entry, ask(entry, USERNAME=DANA.id), DANA.id, text)
    assert len(entry.cognito.tokens) == 1


def test_beginning_with_srp_is_no_way_in(entry: Entry) -> None:
    """Cognito takes ``SRP_A`` as a passed round: a trigger that looks only at the last result would let anybody in."""
    signed_in(entry)
    with pytest.raises(ClientError, match="NotAuthorized"):
        ask(entry, USERNAME=DANA.id, CHALLENGE_NAME="SRP_A", SRP_A="ab" * 64)
    assert len(entry.cognito.tokens) == 1


def test_a_proof_answers_once_and_only_for_its_person(entry: Entry, monkeypatch: pytest.MonkeyPatch) -> None:
    entry.cognito.users |= {DANA.id: "CONFIRMED", "ff" * 16: "CONFIRMED"}
    proof = proof_of(entry, monkeypatch)
    other = "ff" * 16
    with pytest.raises(ClientError, match="NotAuthorized"):
        answer(entry, ask(entry, USERNAME=other), other, proof)
    assert answer(entry, ask(entry, USERNAME=DANA.id), DANA.id, proof)["AuthenticationResult"]
    with pytest.raises(ClientError, match="NotAuthorized"):
        answer(entry, ask(entry, USERNAME=DANA.id), DANA.id, proof)


def test_a_proof_is_good_for_a_minute(entry: Entry, monkeypatch: pytest.MonkeyPatch) -> None:
    entry.cognito.users[DANA.id] = "CONFIRMED"
    proof = proof_of(entry, monkeypatch)
    entry.clock.after(minutes=1)
    with pytest.raises(ClientError, match="NotAuthorized"):
        answer(entry, ask(entry, USERNAME=DANA.id), DANA.id, proof)


def test_cognito_is_answered_the_same_for_users_that_do_not_exist(entry: Entry) -> None:
    entry.cognito.users[DANA.id] = "CONFIRMED"

    def exchange(user: str) -> list[Any]:
        entry.cognito.seen.clear()
        entry.store.asked.clear()
        asked = ask(entry, USERNAME=user)
        with pytest.raises(ClientError) as refusal:
            answer(entry, asked, user, f"{'a' * 64}.{'x' * 43}")
        answers = [event["response"] for event in entry.cognito.seen]
        return [asked["ChallengeParameters"], str(refusal.value), answers, dict(entry.store.asked)]

    assert exchange("00" * 16) == exchange(DANA.id)
    assert any(event["request"]["userNotFound"] for event in entry.cognito.seen) is False


def test_a_user_who_does_not_exist_never_gets_in_even_with_a_proof(entry: Entry) -> None:
    event = {
        "triggerSource": "DefineAuthChallenge_Authentication",
        "userName": DANA.id,
        "request": {"session": [{"challengeName": "CUSTOM_CHALLENGE", "challengeResult": True}], "userNotFound": True},
        "response": {},
    }
    assert door("sign_in").trigger(event, None)["response"] == {"issueTokens": False, "failAuthentication": True}


def test_a_user_half_made_by_a_crash_is_finished_at_the_next_sign_in(entry: Entry) -> None:
    entry.cognito.users[DANA.id] = "FORCE_CHANGE_PASSWORD"
    assert signed_in(entry)["access_token"]
    assert entry.cognito.users[DANA.id] == "CONFIRMED"


def test_a_user_is_made_once(entry: Entry) -> None:
    signed_in(entry)
    entry.clock.after(minutes=20)
    signed_in(entry)
    assert entry.cognito.calls.count("admin_create_user") == 1


@pytest.mark.parametrize(
    "failing", ["admin_get_user", "admin_create_user", "admin_set_user_password", "admin_respond_to_auth_challenge"]
)
def test_cognito_that_does_not_answer_is_said_and_can_be_tried_again(entry: Entry, failing: str) -> None:
    _, begun = post("/start", {})
    post("/prove", {"handle": begun["handle"], "reference": REFERENCE, "date_of_birth": BORN})
    entry.cognito.failing = {failing}
    status, problem = post("/code", {"handle": begun["handle"], "code": entry.phone.code})
    assert (status, problem["code"]) == (503, "sign_in_failed")
    entry.cognito.failing = set()
    assert post("/code", {"handle": begun["handle"], "code": entry.phone.code})[0] == 200
