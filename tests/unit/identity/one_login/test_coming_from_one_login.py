"""Into the portal from GOV.UK One Login, over the doors, with its simulator's contract in place of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from harbour import casework
from harbour.aws import clients, one_login
from harbour.contact.model import Consent, ContactPlan
from harbour.crime.model import CrimeRef, PersonId
from harbour.identity.victims.model import CODE_ATTEMPTS, LINK_LIFETIME, PER_ADDRESS_AND_HOUR, Linked, token_hash
from tests.unit.functions.test_sign_in_door import ADDRESS, call, post
from tests.unit.identity.entry import BORN, DANA, REFERENCE, Entry, link
from tests.unit.identity.one_login.simulator import BASE, CLIENT, REDIRECT, SUBJECT, pem, rsa_key

EVE = replace(DANA, id=PersonId("ee" * 16), source_id="P2", given_name="Eve")
ACCOUNT = token_hash(SUBJECT)
KNOWN = Linked(person=DANA.id, crime=CrimeRef(REFERENCE))

Query = dict[str, str]


def away(entry: Entry, **body: str) -> Query:
    """Goes to One Login, signs in there; the query with which the browser comes back."""
    status, answer = post("/one-login", body)
    assert (status, answer.keys()) == (200, {"address"})
    status, query = entry.away.authorize(answer["address"])
    assert status == 302
    return query


def back(entry: Entry, **body: str) -> dict[str, Any]:
    """There and back."""
    status, answer = post("/one-login/return", away(entry, **body))
    assert status == 201
    assert isinstance(answer, dict)
    return answer


def prove(handle: str, reference: str = REFERENCE, born: str = BORN) -> None:
    assert post("/prove", {"handle": handle, "reference": reference, "date_of_birth": born})[0] == 200


def enter(entry: Entry, handle: str) -> str:
    """The code that came; who is in."""
    status, done = post("/code", {"handle": handle, "code": entry.phone.code})
    assert status == 200
    return entry.cognito.tokens[done["access_token"]]


def linked(entry: Entry, to: Linked = KNOWN) -> None:
    entry.store.link(ACCOUNT, to, entry.clock.now())


# -- the way in --------------------------------------------------------------------------------------------------------


def test_the_first_time_what_only_they_know_is_asked_and_then_remembered(entry: Entry) -> None:
    assert call("GET", "/options") == (200, {"one_login": True})
    answer = back(entry)
    assert answer.keys() == {"handle", "asks", "code_expires_in", "resends"}
    assert answer["asks"] == ["reference", "date_of_birth"]
    assert entry.phone.got == []
    prove(answer["handle"])
    assert enter(entry, answer["handle"]) == DANA.id
    assert entry.store.accounts[ACCOUNT][0] == KNOWN


def test_the_next_time_the_code_alone_is_asked(entry: Entry) -> None:
    linked(entry)
    answer = back(entry)
    assert [person for person, _, _ in entry.phone.got] == [DANA.id]
    assert enter(entry, answer["handle"]) == DANA.id


def test_an_account_at_one_login_is_never_enough(entry: Entry) -> None:
    linked(entry)
    handle = back(entry)["handle"]
    for left in reversed(range(CODE_ATTEMPTS)):
        status, problem = post("/code", {"handle": handle, "code": entry.wrong(entry.phone.code)})
        assert (status, problem["code"], problem["left"]) == (403, "wrong_code", left)
    assert post("/code", {"handle": handle, "code": entry.phone.code})[1]["code"] == "expired"
    assert entry.cognito.tokens == {}


def test_one_login_is_asked_for_no_more_than_an_account_and_told_nothing(entry: Entry) -> None:
    address = post("/one-login", {"language": "cy"})[1]["address"]
    asked = parse_qs(urlsplit(address).query)
    assert address.startswith(f"{BASE}/authorize?")
    assert (asked["redirect_uri"], asked["scope"], asked["ui_locales"]) == ([REDIRECT], ["openid"], ["cy"])
    (kept,) = entry.store.away.values()
    assert kept.verifier not in address
    assert kept.hash == token_hash(asked["state"][0])
    assert asked["state"][0] not in str(entry.store.away)


@pytest.mark.parametrize("code", ["wrong", "none"])
def test_nothing_is_remembered_before_the_right_code(entry: Entry, code: str) -> None:
    handle = back(entry)["handle"]
    prove(handle)
    if code == "wrong":
        post("/code", {"handle": handle, "code": entry.wrong(entry.phone.code)})
    assert entry.store.accounts == {}


def test_who_does_not_come_from_one_login_is_not_remembered(entry: Entry) -> None:
    handle = post("/start", {})[1]["handle"]
    prove(handle)
    enter(entry, handle)
    assert entry.store.accounts == {}
    assert entry.store.asked["link"] == 0


def test_an_account_is_kept_as_a_hash(entry: Entry) -> None:
    handle = back(entry)["handle"]
    prove(handle)
    enter(entry, handle)
    assert SUBJECT not in str(vars(entry.store))


def test_an_account_leads_to_whoever_proved_it_last(entry: Entry) -> None:
    entry.add(replace(EVE, date_of_birth="1971-12-30", links=(link("42/77/26"),)))
    linked(entry)
    handle = back(entry)["handle"]
    prove(handle, "42/77/26", "1971-12-30")
    assert enter(entry, handle) == EVE.id
    assert entry.store.accounts[ACCOUNT][0] == Linked(person=EVE.id, crime=CrimeRef("42/77/26"))


def test_an_account_that_is_used_stays_and_one_that_is_not_is_forgotten(entry: Entry) -> None:
    linked(entry)
    for _ in range(3):
        entry.clock.after(days=LINK_LIFETIME.days - 1)
        sent = len(entry.phone.got)
        enter(entry, back(entry)["handle"])
        assert len(entry.phone.got) == sent + 1
    entry.clock.after(days=LINK_LIFETIME.days)
    sent = len(entry.phone.got)
    back(entry)
    assert len(entry.phone.got) == sent


# -- invitations -------------------------------------------------------------------------------------------------------


def test_an_invitation_goes_there_and_back_and_tells_twins_apart() -> None:
    entry = Entry(DANA, EVE)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(casework, "sign_in", lambda: entry.service)
        patch.setattr(casework, "proofs", lambda: entry.proofs)
        patch.setattr(casework, "one_login", lambda: entry.one_login)
        patch.setattr(casework, "one_login_offered", lambda: True)
        token = entry.invitations.invite(EVE.id).partition("#i=")[2]
        handle = back(entry, invitation=token)["handle"]
        prove(handle)
        assert enter(entry, handle) == EVE.id
        assert entry.store.invitations == {}


def test_an_invitation_for_somebody_else_than_the_account_leads_to_sends_nothing(entry: Entry) -> None:
    linked(entry)
    entry.people[EVE.id] = EVE
    back(entry, invitation=entry.invitations.invite(EVE.id).partition("#i=")[2])
    assert entry.phone.got == []


# -- nobody learns who has an account here -----------------------------------------------------------------------------


def gone(entry: Entry) -> None:
    linked(entry)
    del entry.people[DANA.id]


def no_longer_in_that_crime(entry: Entry) -> None:
    linked(entry)
    entry.people[DANA.id] = replace(DANA, links=(link("42/99999/26"),))


def careful(entry: Entry) -> None:
    linked(entry)
    entry.people[DANA.id] = replace(DANA, plan=ContactPlan(consent=Consent.DO_NOT_CONTACT))


def unused(entry: Entry) -> None:
    entry.store.link(ACCOUNT, KNOWN, entry.clock.now() - LINK_LIFETIME)


def unknown(_entry: Entry) -> None:
    """Nobody came from this account before."""


def seen(entry: Entry, before: Callable[[Entry], None]) -> list[object]:
    """All that can be seen from outside and from the store when somebody comes back and has no code."""
    before(entry)
    query = away(entry)
    entry.store.asked.clear()
    entry.reads = entry.pace.waited = 0
    status, answer = post("/one-login/return", query)
    handle = answer.pop("handle")
    told: list[object] = [status, len(handle), answer, post("/resend", {"handle": handle})]
    code = entry.wrong(entry.phone.code) if entry.phone.got else "000000"
    told += [post("/code", {"handle": handle, "code": code}) for _ in range(2)]
    told.append(post("/prove", {"handle": handle, "reference": "42/1/26", "date_of_birth": BORN}))
    return [*told, dict(entry.store.asked), entry.reads, entry.pace.waited]


@pytest.mark.parametrize("other", [unknown, gone, no_longer_in_that_crime, careful, unused])
def test_an_account_that_leads_to_somebody_is_answered_like_one_that_does_not(
    entry: Entry, monkeypatch: pytest.MonkeyPatch, other: Callable[[Entry], None]
) -> None:
    known = seen(entry, linked)
    assert entry.phone.got
    another = Entry()
    monkeypatch.setattr(casework, "sign_in", lambda: another.service)
    monkeypatch.setattr(casework, "one_login", lambda: another.one_login)
    assert seen(another, other) == known
    assert another.phone.got == []


@pytest.mark.parametrize("removed", [gone, no_longer_in_that_crime])
def test_somebody_whose_access_was_removed_does_not_come_in(entry: Entry, removed: Callable[[Entry], None]) -> None:
    removed(entry)
    handle = back(entry)["handle"]
    assert (entry.phone.got, entry.desk.tasks) == ([], [])
    assert post("/code", {"handle": handle, "code": "482913"})[1]["code"] == "wrong_code"
    assert entry.cognito.tokens == {}


def test_somebody_who_left_one_crime_proves_another(entry: Entry) -> None:
    no_longer_in_that_crime(entry)
    entry.store.put_lookup("42/99999/26", BORN, DANA.id)
    handle = back(entry)["handle"]
    prove(handle, "42/99999/26")
    assert enter(entry, handle) == DANA.id
    assert entry.store.accounts[ACCOUNT][0].crime == "42/99999/26"


def test_a_plan_that_allows_no_channel_is_for_an_officer(entry: Entry) -> None:
    careful(entry)
    back(entry)
    assert entry.phone.got == []
    assert entry.desk.tasks == [(DANA.id, REFERENCE, "no_channel")]


# -- what is wrong -----------------------------------------------------------------------------------------------------


def refusal(query: Query) -> tuple[int, str]:
    status, problem = post("/one-login/return", query)
    return status, problem["code"]


def test_a_state_that_nobody_began_with_is_refused(entry: Entry) -> None:
    query = away(entry)
    assert refusal(query | {"state": "x" * 43}) == (403, "expired")
    # and uses nothing up
    assert post("/one-login/return", query)[0] == 201


def test_what_came_back_once_is_used_up(entry: Entry) -> None:
    linked(entry)
    query = away(entry)
    assert post("/one-login/return", query)[0] == 201
    assert refusal(query) == (403, "expired")
    assert len(entry.phone.got) == 1


def test_a_code_of_somebody_else_does_not_fit(entry: Entry) -> None:
    mine, theirs = away(entry), away(entry)
    assert refusal({"code": theirs["code"], "state": mine["state"]}) == (403, "one_login_refused")
    assert refusal({"code": theirs["code"], "state": theirs["state"]}) == (403, "one_login_refused"), (
        "a code works once"
    )


@pytest.mark.parametrize(("minutes", "status"), [(9.99, 201), (10, 403)])
def test_somebody_may_be_away_for_ten_minutes(entry: Entry, minutes: float, status: int) -> None:
    query = away(entry)
    entry.clock.after(minutes=minutes)
    assert post("/one-login/return", query)[0] == status


@pytest.mark.parametrize(
    "error", ["NONCE_NOT_MATCHING", "INVALID_ISS", "INVALID_AUD", "INVALID_SIGNATURE", "TOKEN_EXPIRED", "INCORRECT_VOT"]
)
def test_a_token_that_does_not_fit_begins_nothing(entry: Entry, error: str) -> None:
    linked(entry)
    entry.away.id_token_errors = {error}
    query = away(entry)
    assert refusal(query) == (403, "one_login_refused")
    entry.away.id_token_errors = set()
    assert refusal(query) == (403, "expired"), "there is no second try with the same"
    assert (entry.store.sign_ins, entry.phone.got) == ({}, [])


@pytest.mark.parametrize("path", ["/token", "/.well-known/jwks.json"])
def test_one_login_that_fails_on_the_way_back_is_said(entry: Entry, path: str) -> None:
    query = away(entry)
    entry.away.down = {path}
    assert refusal(query) == (503, "one_login_unavailable")
    entry.away.down = set()
    assert back(entry)["handle"]


def test_one_login_that_cannot_be_reached_is_said_and_the_other_way_stays_open(entry: Entry) -> None:
    entry.away.down = {"/.well-known/openid-configuration"}
    token = entry.invitations.invite(DANA.id).partition("#i=")[2]
    status, problem = post("/one-login", {"invitation": token})
    assert (status, problem["code"]) == (503, "one_login_unavailable")
    handle = post("/start", {"invitation": token})[1]["handle"]
    assert [one.invited for one in entry.store.sign_ins.values()] == [DANA.id], "the invitation is not used up"
    prove(handle)
    assert enter(entry, handle) == DANA.id


def test_going_there_counts_as_a_sign_in(entry: Entry) -> None:
    statuses = [post(("/one-login", "/start")[n % 2], {})[0] for n in range(PER_ADDRESS_AND_HOUR.most + 2)]
    assert statuses[-2:] == [429, 429]
    assert set(statuses[:-2]) == {200, 201}
    assert len(entry.store.away) == PER_ADDRESS_AND_HOUR.most // 2


def test_codes_for_an_account_count_with_all_others_of_the_person(entry: Entry) -> None:
    linked(entry)
    for _ in range(6):
        back(entry)
    assert len(entry.phone.got) == 4


@pytest.mark.parametrize(
    ("path", "body", "field"),
    [
        ("/one-login", {"language": "es"}, "language"),
        ("/one-login", {"invitation": 7}, "invitation"),
        ("/one-login", {"redirect_uri": "https://attacker.example/"}, "redirect_uri"),
        ("/one-login/return", {"state": "x" * 43}, "code"),
        ("/one-login/return", {"code": "", "state": "x" * 43}, "code"),
        ("/one-login/return", {"code": "c", "state": "x"}, "state"),
        ("/one-login/return", {"code": "c" * 1_001, "state": "x" * 43}, "code"),
    ],
)
def test_what_has_the_wrong_form_is_named(entry: Entry, path: str, body: object, field: str) -> None:
    status, problem = post(path, body)
    assert (status, problem["code"], problem["field"]) == (400, "bad_field", field)


def test_nothing_private_is_logged(entry: Entry, caplog: pytest.LogCaptureFixture) -> None:
    query = away(entry)
    (kept,) = entry.store.away.values()
    answer = post("/one-login/return", query)[1]
    prove(answer["handle"])
    enter(entry, answer["handle"])
    post("/one-login/return", query)
    entry.away.id_token_errors = {"NONCE_NOT_MATCHING"}
    wrong = away(entry)
    post("/one-login/return", wrong)
    entry.away.down = {"/token"}
    failed = away(entry)
    post("/one-login/return", failed)
    said = str([vars(record) for record in caplog.records])
    for outcome in ("expired", "one_login_refused", "one_login_unavailable", "done"):
        assert outcome in said
    private = (
        SUBJECT, ACCOUNT, kept.nonce, kept.verifier, kept.hash, answer["handle"], entry.phone.code, DANA.id, REFERENCE,
        *query.values(), *wrong.values(), *failed.values(), ADDRESS, *entry.cognito.tokens,
    )  # fmt: skip
    assert [one for one in private if one in said] == []


# -- off, and on -------------------------------------------------------------------------------------------------------


def test_where_it_is_off_it_is_not_offered_and_not_there(entry: Entry, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    for name in ("CLIENT", "ISSUER", "SECRET"):
        monkeypatch.delenv(f"HARBOUR_ONE_LOGIN_{name}", raising=False)
    monkeypatch.setenv("HARBOUR_PORTAL_URL", REDIRECT)
    assert call("GET", "/options") == (200, {"one_login": False})
    for path, body in (("/one-login", {}), ("/one-login/return", {"code": "c", "state": "x" * 43})):
        status, problem = post(path, body)
        assert (status, problem["code"]) == (404, "no_one_login")
    del entry


def test_where_it_is_on_it_is_as_the_settings_say(entry: Entry, monkeypatch: pytest.MonkeyPatch) -> None:
    """The composition root: the registered client, its key from Secrets Manager, and back to the portal's address."""
    asked: list[str] = []

    class Secrets:
        def get_secret_value(self, *, SecretId: str) -> dict[str, str]:  # noqa: N803 - botocore's
            asked.append(SecretId)
            return {"SecretString": pem(rsa_key("ours"))}

    environment = {
        "HARBOUR_ONE_LOGIN_CLIENT": CLIENT,
        "HARBOUR_ONE_LOGIN_ISSUER": BASE,
        "HARBOUR_ONE_LOGIN_SECRET": "eastshire-one-login",
        "HARBOUR_PORTAL_URL": REDIRECT,
    }
    monkeypatch.undo()
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(clients, "secrets", Secrets)
    monkeypatch.setattr(one_login, "Https", lambda: entry.away)
    monkeypatch.setattr(casework, "CLOCK", entry.clock)
    monkeypatch.setattr(casework, "sign_in", lambda: entry.service)
    monkeypatch.setattr(casework, "sign_in_store", lambda: entry.store)
    casework.one_login.cache_clear()
    try:
        assert call("GET", "/options") == (200, {"one_login": True})
        assert asked == [], "whoever opens the page does not fetch the key"
        linked(entry)
        handle = back(entry)["handle"]
        assert asked == ["eastshire-one-login"]
    finally:
        casework.one_login.cache_clear()
    assert handle
    assert len(entry.phone.got) == 1
