"""GOV.UK One Login, against the contract of its official simulator."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jwt
import pytest

from harbour.identity.one_login import HttpAnswer, Identity, OneLogin, OneLoginSettings
from harbour.runtime.errors import Forbidden, Unavailable
from tests.unit.identity.one_login.simulator import (
    AFTER_LOGOUT,
    BASE,
    CLIENT,
    REDIRECT,
    SESSION,
    SUBJECT,
    Clock,
    Simulator,
    pem,
    rsa_key,
)

START = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
SETTINGS = OneLoginSettings(
    discovery=BASE,
    client_id=CLIENT,
    redirect_uri=REDIRECT,
    post_logout_uri=AFTER_LOGOUT,
    private_key=pem(rsa_key("ours")),
    scopes=("openid", "email"),
)


@pytest.fixture
def simulator() -> Simulator:
    return Simulator(Clock(START))


def client(simulator: Simulator, **changes: Any) -> OneLogin:
    return OneLogin(replace(SETTINGS, **changes), simulator, simulator.clock)


def come_back(simulator: Simulator, one_login: OneLogin) -> Identity:
    begun = one_login.begin()
    status, query = simulator.authorize(begun.url)
    assert status == 302
    return one_login.finish(begun, query)


@pytest.mark.parametrize("algorithm", ["ES256", "RS256"])
@pytest.mark.parametrize("named", [True, False])
def test_somebody_signs_in_there(simulator: Simulator, algorithm: str, named: bool) -> None:
    simulator.algorithm, simulator.keys_name_algorithms = algorithm, named
    one_login = client(simulator)
    identity = come_back(simulator, one_login)
    assert (identity.subject, identity.session) == (SUBJECT, SESSION)
    assert one_login.attributes(identity)["email_verified"] is True


def test_what_is_asked_for_is_the_least(simulator: Simulator) -> None:
    begun = client(simulator, scopes=("openid",)).begin("cy")
    asked = parse_qs(urlsplit(begun.url).query)
    assert asked["scope"] == ["openid"]
    assert asked["vtr"] == ['["Cl.Cm"]']
    assert asked["ui_locales"] == ["cy"]
    assert "claims" not in asked
    assert begun.verifier not in begun.url


def test_every_beginning_is_another(simulator: Simulator) -> None:
    one_login = client(simulator)
    made = [one_login.begin() for _ in range(2)]
    assert len({secret for begun in made for secret in (begun.state, begun.nonce, begun.verifier)}) == 6


@pytest.mark.parametrize(
    "error",
    [
        "INVALID_ISS",
        "INVALID_AUD",
        "INVALID_ALG_HEADER",
        "INVALID_SIGNATURE",
        "TOKEN_EXPIRED",
        "TOKEN_NOT_VALID_YET",
        "NONCE_NOT_MATCHING",
        "INCORRECT_VOT",
    ],
)
def test_every_wrong_id_token_of_the_simulator_is_refused(simulator: Simulator, error: str) -> None:
    simulator.id_token_errors = {error}
    with pytest.raises(Forbidden, match="did not work"):
        come_back(simulator, client(simulator))


@pytest.mark.parametrize(("error", "refusal"), [("ACCESS_DENIED", Forbidden), ("TEMPORARILY_UNAVAILABLE", Unavailable)])
def test_every_error_of_authorize_is_answered(simulator: Simulator, error: str, refusal: type[Exception]) -> None:
    simulator.authorise_errors = {error}
    with pytest.raises(refusal):
        come_back(simulator, client(simulator))


def test_what_somebody_else_began_is_not_finished(simulator: Simulator) -> None:
    one_login = client(simulator)
    mine, theirs = one_login.begin(), one_login.begin()
    _, query = simulator.authorize(theirs.url)
    with pytest.raises(Forbidden):
        one_login.finish(mine, query)
    with pytest.raises(Forbidden):
        one_login.finish(mine, query | {"state": mine.state})


@pytest.mark.parametrize("query", [{}, {"code": "x"}, {"state": ""}, {"state": "\ud800", "code": "x"}])
def test_a_query_that_somebody_made_up_is_refused(simulator: Simulator, query: dict[str, str]) -> None:
    one_login = client(simulator)
    with pytest.raises(Forbidden):
        one_login.finish(one_login.begin(), query)
    begun = one_login.begin()
    with pytest.raises(Forbidden):
        one_login.finish(begun, {"state": begun.state})


def test_a_code_is_good_once(simulator: Simulator) -> None:
    one_login = client(simulator)
    begun = one_login.begin()
    _, query = simulator.authorize(begun.url)
    one_login.finish(begun, query)
    with pytest.raises(Forbidden):
        one_login.finish(begun, query)


def test_an_intercepted_code_is_worth_nothing_without_the_verifier(simulator: Simulator) -> None:
    one_login = client(simulator)
    begun = one_login.begin()
    _, query = simulator.authorize(begun.url)
    with pytest.raises(Forbidden):
        one_login.finish(replace(begun, verifier="another" * 8), query)


def test_another_access_token_than_the_one_that_was_issued_is_refused(simulator: Simulator) -> None:
    class Swapped(Simulator):
        def _answer(self, status: int, body: Any) -> HttpAnswer:
            changed = body | {"access_token": "stolen"} if "access_token" in body else body
            return super()._answer(status, changed)

    swapped = Swapped(simulator.clock)
    with pytest.raises(Forbidden):
        come_back(swapped, client(swapped))


def test_attributes_of_somebody_else_are_refused(simulator: Simulator) -> None:
    one_login = client(simulator)
    identity = come_back(simulator, one_login)
    simulator.sub_at_userinfo = "urn:fdc:gov.uk:2022:somebody-else"
    with pytest.raises(Forbidden):
        one_login.attributes(identity)


def test_an_access_token_is_good_for_three_minutes(simulator: Simulator) -> None:
    one_login = client(simulator)
    identity = come_back(simulator, one_login)
    simulator.clock.at += timedelta(minutes=4)
    with pytest.raises(Forbidden):
        one_login.attributes(identity)


def test_another_key_of_ours_is_refused_there(simulator: Simulator) -> None:
    with pytest.raises(Forbidden):
        come_back(simulator, client(simulator, private_key=pem(rsa_key("not registered"))))


def test_a_key_id_is_sent_where_the_force_publishes_its_keys(simulator: Simulator) -> None:
    one_login = client(simulator, key_id="2026-11")
    assert jwt.get_unverified_header(one_login._assertion(f"{BASE}/token"))["kid"] == "2026-11"


@pytest.mark.parametrize("path", ["/.well-known/openid-configuration", "/.well-known/jwks.json", "/token", "/userinfo"])
def test_what_does_not_answer_is_said(simulator: Simulator, path: str) -> None:
    simulator.down = {path}
    one_login = client(simulator)

    def everything() -> None:
        one_login.attributes(come_back(simulator, one_login))

    with pytest.raises(Unavailable):
        everything()


def test_a_discovery_document_that_leads_elsewhere_is_not_followed(simulator: Simulator) -> None:
    class Elsewhere(Simulator):
        def discovery(self) -> dict[str, Any]:
            return super().discovery() | {"token_endpoint": "https://attacker.example/token"}

    elsewhere = Elsewhere(simulator.clock)
    with pytest.raises(Unavailable):
        come_back(elsewhere, client(elsewhere))


# -- keys --------------------------------------------------------------------------------------------------------------


def fetched(simulator: Simulator) -> int:
    return simulator.calls.count("GET /.well-known/jwks.json")


def test_keys_are_fetched_once_a_day(simulator: Simulator) -> None:
    one_login = client(simulator)
    for _ in range(3):
        come_back(simulator, one_login)
    assert fetched(simulator) == 1
    simulator.clock.at += timedelta(hours=25)
    come_back(simulator, one_login)
    assert fetched(simulator) == 2


def test_a_new_key_is_found_when_it_is_first_used(simulator: Simulator) -> None:
    one_login = client(simulator)
    come_back(simulator, one_login)
    simulator.clock.at += timedelta(hours=1)
    simulator.key_name = "second"
    assert come_back(simulator, one_login).subject == SUBJECT


def test_invented_key_ids_do_not_make_us_ask_all_the_time(simulator: Simulator) -> None:
    one_login = client(simulator)
    come_back(simulator, one_login)
    for n in range(20):
        forged = jwt.encode({"sub": "x"}, rsa_key("not registered"), algorithm="RS256", headers={"kid": f"k{n}"})
        with pytest.raises(Forbidden):
            one_login.logged_out(forged)
    assert fetched(simulator) == 1


def test_known_keys_stay_good_while_new_ones_cannot_be_fetched(simulator: Simulator) -> None:
    one_login = client(simulator)
    come_back(simulator, one_login)
    simulator.down = {"/.well-known/jwks.json"}
    simulator.clock.at += timedelta(hours=25)
    for _ in range(3):
        come_back(simulator, one_login)
    assert fetched(simulator) == 2
    simulator.clock.at += timedelta(minutes=2)
    come_back(simulator, one_login)
    assert fetched(simulator) == 3


# -- signing out -------------------------------------------------------------------------------------------------------


def test_signing_out_there_comes_back_here(simulator: Simulator) -> None:
    one_login = client(simulator)
    identity = come_back(simulator, one_login)
    assert simulator.logout(one_login.logout_url(identity.id_token)) == AFTER_LOGOUT


def test_signing_out_elsewhere_is_heard(simulator: Simulator) -> None:
    heard = client(simulator).logged_out(simulator.logout_token(jti="30642c87"))
    assert (heard.subject, heard.ident) == (SUBJECT, "30642c87")


@pytest.mark.parametrize(
    "changes",
    [
        {"iss": "https://example.com/"},
        {"aud": "another-client"},
        {"sub": None},
        {"sub": ""},
        {"jti": None},
        {"exp": None},
        {"iat": None},
        {"iat": START.timestamp() + 600},
        {"exp": START.timestamp() - 31},
        {"exp": "soon"},
        {"events": None},
        {"events": {}},
        {"events": {"http://schemas.openid.net/event/backchannel-logout": {}, "another": {}}},
        {"events": {"http://schemas.openid.net/event/backchannel-logout": {"x": 1}}},
        {"events": "http://schemas.openid.net/event/backchannel-logout"},
        {"nonce": "n"},
    ],
)
def test_every_faulty_log_out_token_is_refused(simulator: Simulator, changes: dict[str, Any]) -> None:
    with pytest.raises(Forbidden):
        client(simulator).logged_out(simulator.logout_token(**changes))


def test_an_id_token_is_no_log_out_token(simulator: Simulator) -> None:
    one_login = client(simulator)
    with pytest.raises(Forbidden):
        one_login.logged_out(come_back(simulator, one_login).id_token)


def test_a_log_out_token_signed_by_somebody_else_is_refused(simulator: Simulator) -> None:
    one_login = client(simulator)
    claims = jwt.decode(simulator.logout_token(), options={"verify_signature": False})
    for forged in (
        simulator.signed(claims, key_name="attacker"),
        jwt.encode(claims, "x" * 32, algorithm="HS256", headers={"kid": "first-ES256"}),
        jwt.encode(claims, None, algorithm="none", headers={"kid": "first-ES256"}),  # type: ignore[arg-type]
        "not.a.token",
        "",
    ):
        with pytest.raises(Forbidden):
            one_login.logged_out(forged)


@pytest.mark.parametrize("seconds", [-29, 29])
def test_clocks_may_differ_a_little(simulator: Simulator, seconds: int) -> None:
    made = simulator.logout_token()
    simulator.clock.at += timedelta(seconds=seconds)
    assert client(simulator).logged_out(made).subject == SUBJECT
