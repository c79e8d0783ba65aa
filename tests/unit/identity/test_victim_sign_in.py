"""Coming into the portal: an invitation or what only the person knows, then a code to their safe channel."""

from __future__ import annotations

from dataclasses import replace

import pytest

from harbour.contact.model import Channel, Consent, ContactPlan
from harbour.crime.model import PersonId
from harbour.identity.victims.model import (
    CODE_ATTEMPTS,
    PER_ADDRESS_AND_HOUR,
    PER_PERSON_AND_DAY,
    PER_SOURCE_AND_HOUR,
    RESENDS,
)
from harbour.identity.victims.service import Caller
from harbour.runtime.errors import Conflict, Forbidden, HarbourError, TooMany, Unavailable
from tests.unit.identity.entry import AT_HOME, BORN, DANA, ELSEWHERE, REFERENCE, Entry, link

EVE = replace(DANA, id=PersonId("ee" * 16), source_id="P2", given_name="Eve")


def token_of(url: str) -> str:
    return url.partition("#i=")[2]


def test_somebody_comes_in(entry: Entry) -> None:
    handle, code = entry.code_sent()
    done = entry.service.finish(handle, code, AT_HOME)
    assert entry.cognito.tokens[str(done.tokens["access_token"])] == DANA.id
    assert set(done.tokens) == {"id_token", "access_token", "expires_in"}, "the refresh token stays with us"
    assert not done.visit.new_device
    assert done.visit.last is None


@pytest.mark.parametrize("written", ["42/12345/26", " 42 / 12345 / 26 ", "42-12345-26", "421234526"])
def test_a_reference_may_be_written_as_on_any_letter(entry: Entry, written: str) -> None:
    entry.service.prove(entry.begin(), written, BORN)
    assert len(entry.phone.got) == 1


@pytest.mark.parametrize(
    ("reference", "born"), [(REFERENCE, "1990-03-08"), ("42/12345/27", BORN), ("", ""), ("\ud800", BORN)]
)
def test_what_is_wrong_sends_nothing(entry: Entry, reference: str, born: str) -> None:
    handle = entry.begin()
    assert entry.service.prove(handle, reference, born) == RESENDS
    assert entry.phone.got == []
    assert entry.desk.tasks == []


def test_a_date_of_birth_that_was_corrected_no_longer_lets_in(entry: Entry) -> None:
    entry.people[DANA.id] = replace(DANA, date_of_birth="1990-03-09")
    entry.service.prove(entry.begin(), REFERENCE, BORN)
    assert entry.phone.got == []


def test_somebody_who_is_no_longer_in_the_crime_does_not_come_in(entry: Entry) -> None:
    entry.people[DANA.id] = replace(DANA, links=(link("42/99999/26"),))
    entry.service.prove(entry.begin(), REFERENCE, BORN)
    assert entry.phone.got == []


# -- invitations -----------------------------------------------------------------------------------------------------


def test_an_invitation_is_an_address_whose_secret_no_server_sees(entry: Entry) -> None:
    url = entry.invitations.invite(DANA.id)
    address, _, token = url.partition("#i=")
    assert address == "https://portal.example/portal/"
    assert len(token) == 43
    assert token not in str(entry.store.invitations)


def test_an_invitation_tells_twins_apart() -> None:
    entry = Entry(DANA, EVE)
    entry.service.prove(entry.begin(), REFERENCE, BORN)
    assert entry.phone.got == []
    assert entry.desk.tasks == [(DANA.id, REFERENCE, "several")]
    handle = entry.service.start(token_of(entry.invitations.invite(EVE.id)), AT_HOME)
    entry.service.prove(handle, REFERENCE, BORN)
    assert [person for person, _, _ in entry.phone.got] == [EVE.id]


def test_an_invitation_is_no_proof(entry: Entry) -> None:
    handle = entry.service.start(token_of(entry.invitations.invite(DANA.id)), AT_HOME)
    entry.service.prove(handle, REFERENCE, "1990-01-01")
    assert entry.phone.got == []


def test_an_invitation_for_somebody_else_brings_nobody_in(entry: Entry) -> None:
    entry.people[EVE.id] = EVE
    handle = entry.service.start(token_of(entry.invitations.invite(EVE.id)), AT_HOME)
    entry.service.prove(handle, REFERENCE, BORN)
    assert entry.phone.got == []


def test_an_invitation_works_once(entry: Entry) -> None:
    token = token_of(entry.invitations.invite(DANA.id))
    first, second = (entry.service.start(token, AT_HOME) for _ in range(2))
    invited = [entry.store.sign_ins[key].invited for key in entry.store.sign_ins]
    assert invited == [DANA.id, None]
    assert len(first) == len(second)


def test_an_invitation_ends_after_two_days(entry: Entry) -> None:
    token = token_of(entry.invitations.invite(DANA.id))
    entry.clock.after(hours=48)
    entry.service.start(token, AT_HOME)
    assert [one.invited for one in entry.store.sign_ins.values()] == [None]


# -- nobody learns who has an account ----------------------------------------------------------------------------------


def operations(entry: Entry, reference: str, born: str, invitation: str | None) -> list[object]:
    """All that happens, seen from outside and from the store, when somebody tries and gives three wrong codes."""
    entry.store.asked.clear()
    entry.reads = entry.pace.waited = 0
    seen: list[object] = []
    handle = entry.service.start(invitation, AT_HOME)
    seen.append(len(handle))
    seen.append(entry.service.prove(handle, reference, born))
    seen.append(entry.service.resend(handle))
    right = entry.phone.code if entry.phone.got else "000000"
    for _ in range(3):
        with pytest.raises(Forbidden) as refusal:
            entry.service.finish(handle, entry.wrong(right), ELSEWHERE)
        seen.append(refusal.value.problem())
    return [*seen, dict(entry.store.asked), entry.reads, entry.pace.waited]


def test_with_and_without_an_account_everything_is_the_same() -> None:
    known = operations(Entry(), REFERENCE, BORN, None)
    assert operations(Entry(), REFERENCE, "1990-01-01", None) == known
    assert operations(Entry(), "42/1/26", BORN, "no such invitation") == known
    careful = replace(DANA, plan=ContactPlan(consent=Consent.DO_NOT_CONTACT))
    assert operations(Entry(careful), REFERENCE, BORN, None) == known
    assert operations(Entry(DANA, EVE), REFERENCE, BORN, None) == known


def test_with_and_without_a_limit_everything_is_the_same(entry: Entry) -> None:
    known = operations(Entry(), REFERENCE, BORN, None)
    for _ in range(PER_PERSON_AND_DAY.most):
        entry.service.prove(entry.begin(), REFERENCE, BORN)
    assert operations(entry, REFERENCE, BORN, None) == known


def test_the_code_that_nobody_got_is_not_in_the_store_either(entry: Entry) -> None:
    handle = entry.begin()
    entry.service.prove(handle, REFERENCE, "1990-01-01")
    (kept,) = entry.store.sign_ins.values()
    assert kept.code_hash
    with pytest.raises(Forbidden, match="not right"):
        entry.service.finish(handle, "000000", AT_HOME)


def test_a_code_that_was_not_sent_lets_nobody_in_even_by_luck(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("harbour.identity.victims.service.new_code", lambda: "482913")
    entry = Entry(replace(DANA, plan=ContactPlan(consent=Consent.DO_NOT_CONTACT)))
    handle = entry.begin()
    entry.service.prove(handle, REFERENCE, BORN)
    with pytest.raises(Forbidden, match="not right"):
        entry.service.finish(handle, "482913", AT_HOME)


def test_an_answer_waits_also_when_sending_fails(entry: Entry) -> None:
    entry.phone.works = False
    assert entry.service.prove(entry.begin(), REFERENCE, BORN) == RESENDS
    assert entry.pace.waited == 1
    assert entry.desk.tasks == [(DANA.id, REFERENCE, "not_sent")]


# -- where a code may go -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("plan", "sensitive", "channel"),
    [
        (ContactPlan(consent=Consent.AGREED, channels=frozenset({Channel.EMAIL})), True, Channel.EMAIL),
        (ContactPlan(consent=Consent.AGREED, channels=frozenset({Channel.SMS, Channel.EMAIL})), True, Channel.SMS),
        (ContactPlan(consent=Consent.AGREED), False, None),
        (ContactPlan(consent=Consent.UNKNOWN), False, Channel.SMS),
        (ContactPlan(consent=Consent.UNKNOWN), True, None),
        (ContactPlan(consent=Consent.DO_NOT_CONTACT, channels=frozenset({Channel.SMS})), False, None),
    ],
)
def test_a_code_goes_where_the_plan_allows_or_an_officer_helps(
    plan: ContactPlan, sensitive: bool, channel: Channel | None
) -> None:
    entry = Entry(replace(DANA, plan=plan, links=(link(sensitive=sensitive),)))
    entry.service.prove(entry.begin(), REFERENCE, BORN)
    assert [where for _, where, _ in entry.phone.got] == ([channel] if channel else [])
    assert entry.desk.tasks == ([] if channel else [(DANA.id, REFERENCE, "no_channel")])


def test_nothing_goes_to_a_number_that_is_blocked() -> None:
    entry = Entry(replace(DANA, blocked="same_as_suspect"))
    entry.service.prove(entry.begin(), REFERENCE, BORN)
    assert entry.phone.got == []


# -- codes -------------------------------------------------------------------------------------------------------------


def test_five_wrong_codes_end_it(entry: Entry) -> None:
    handle, code = entry.code_sent()
    left = []
    for _ in range(CODE_ATTEMPTS):
        with pytest.raises(Forbidden) as refusal:
            entry.service.finish(handle, entry.wrong(code), AT_HOME)
        left.append(refusal.value.extra["left"])
    assert left == [4, 3, 2, 1, 0]
    for request in (
        lambda: entry.service.finish(handle, code, AT_HOME),
        lambda: entry.service.resend(handle),
        lambda: entry.service.prove(handle, REFERENCE, BORN),
    ):
        with pytest.raises(Forbidden, match="Begin again"):
            request()


def test_another_code_gives_no_more_attempts(entry: Entry) -> None:
    handle, code = entry.code_sent()
    for _ in range(CODE_ATTEMPTS - 1):
        with pytest.raises(Forbidden):
            entry.service.finish(handle, entry.wrong(code), AT_HOME)
    entry.service.resend(handle)
    with pytest.raises(Forbidden):
        entry.service.finish(handle, entry.wrong(entry.phone.code), AT_HOME)
    with pytest.raises(Forbidden, match="Begin again"):
        entry.service.finish(handle, entry.phone.code, AT_HOME)


def test_the_code_before_stops_working(entry: Entry) -> None:
    handle, first = entry.code_sent()
    while entry.phone.code == first:
        entry.service.resend(handle)
    with pytest.raises(Forbidden, match="not right"):
        entry.service.finish(handle, first, AT_HOME)
    assert entry.service.finish(handle, entry.phone.code, AT_HOME).tokens


def test_only_so_many_codes_are_sent_for_one_sign_in(entry: Entry) -> None:
    handle, _ = entry.code_sent()
    assert [entry.service.resend(handle) for _ in range(RESENDS)] == [1, 0]
    with pytest.raises(Forbidden, match="Begin again"):
        entry.service.resend(handle)
    assert len(entry.phone.got) == 1 + RESENDS


def test_a_mistyped_date_can_be_said_again(entry: Entry) -> None:
    handle = entry.begin()
    entry.service.prove(handle, REFERENCE, "1990-07-03")
    assert entry.service.prove(handle, REFERENCE, BORN) == RESENDS - 1
    assert entry.service.finish(handle, entry.phone.code, AT_HOME).tokens


def test_saying_something_else_afterwards_makes_the_code_useless(entry: Entry) -> None:
    handle, code = entry.code_sent()
    entry.service.prove(handle, REFERENCE, "1990-01-01")
    with pytest.raises(Forbidden, match="not right"):
        entry.service.finish(handle, code, AT_HOME)


@pytest.mark.parametrize(("minutes", "works"), [(9.99, True), (10, False)])
def test_a_code_is_good_for_ten_minutes(entry: Entry, minutes: float, works: bool) -> None:
    handle, code = entry.code_sent()
    entry.clock.after(minutes=minutes)
    if works:
        assert entry.service.finish(handle, code, AT_HOME).tokens
    else:
        with pytest.raises(Forbidden, match="too old"):
            entry.service.finish(handle, code, AT_HOME)


def test_a_sign_in_ends_after_a_quarter_of_an_hour_even_if_nothing_was_deleted(entry: Entry) -> None:
    handle, _ = entry.code_sent()
    entry.clock.after(minutes=14)
    entry.service.resend(handle)
    entry.clock.after(minutes=1)
    with pytest.raises(Forbidden, match="Begin again"):
        entry.service.finish(handle, entry.phone.code, AT_HOME)


@pytest.mark.parametrize("seconds", [-90, 90])
def test_clocks_of_two_functions_may_differ(entry: Entry, seconds: int) -> None:
    """A function whose clock is wrong by a minute and a half neither locks anybody out nor opens anything twice."""
    handle, code = entry.code_sent()
    entry.clock.after(seconds=seconds)
    assert entry.service.finish(handle, code, AT_HOME).tokens
    with pytest.raises(Forbidden):
        entry.service.finish(handle, code, AT_HOME)


def test_a_code_is_stored_so_that_who_reads_the_table_cannot_try_them_all(entry: Entry) -> None:
    handle, code = entry.code_sent()
    stored = str(entry.store.sign_ins)
    assert handle not in stored
    assert f"'{code}'" not in stored


def test_a_code_is_good_only_for_its_own_sign_in(entry: Entry) -> None:
    _, code = entry.code_sent()
    other, second = entry.code_sent(ELSEWHERE)
    if code != second:
        with pytest.raises(Forbidden, match="not right"):
            entry.service.finish(other, code, ELSEWHERE)


def test_no_step_can_be_left_out(entry: Entry) -> None:
    handle = entry.begin()
    for request in (lambda: entry.service.resend(handle), lambda: entry.service.finish(handle, "000000", AT_HOME)):
        with pytest.raises(Forbidden, match="Begin again"):
            request()


def test_a_handle_that_was_invented_is_like_one_that_has_expired(entry: Entry) -> None:
    with pytest.raises(Forbidden, match="Begin again"):
        entry.service.prove("x" * 43, REFERENCE, BORN)


# -- replay and races --------------------------------------------------------------------------------------------------


def test_a_code_brings_in_once(entry: Entry) -> None:
    handle, code = entry.code_sent()
    entry.service.finish(handle, code, AT_HOME)
    with pytest.raises(Forbidden, match="Begin again"):
        entry.service.finish(handle, code, AT_HOME)
    assert len(entry.cognito.tokens) == 1


def test_of_two_right_codes_at_once_one_brings_in(entry: Entry) -> None:
    handle, code = entry.code_sent()
    other = entry.serve()
    entry.store.between = lambda: other.finish(handle, code, AT_HOME)
    with pytest.raises(Forbidden, match="Begin again"):
        entry.service.finish(handle, code, AT_HOME)
    assert len(entry.cognito.tokens) == 1


def test_wrong_codes_at_once_are_all_counted(entry: Entry) -> None:
    handle, code = entry.code_sent()
    other = entry.serve()

    def meanwhile() -> None:
        with pytest.raises(Forbidden):
            other.finish(handle, entry.wrong(code), AT_HOME)

    entry.store.between = meanwhile
    with pytest.raises(Forbidden) as refusal:
        entry.service.finish(handle, entry.wrong(code), AT_HOME)
    assert refusal.value.extra["left"] == CODE_ATTEMPTS - 2


def test_a_page_that_asks_twice_at_once_gets_one_code(entry: Entry) -> None:
    handle = entry.begin()
    other = entry.serve()
    entry.store.between = lambda: other.prove(handle, REFERENCE, BORN)
    assert entry.service.prove(handle, REFERENCE, BORN) == RESENDS
    assert len(entry.phone.got) == 1
    assert entry.pace.waited == 2
    assert entry.service.finish(handle, entry.phone.code, AT_HOME).tokens


def test_a_code_may_be_sent_again_when_cognito_did_not_answer(entry: Entry) -> None:
    handle, code = entry.code_sent()
    entry.cognito.failing = {"admin_initiate_auth"}
    with pytest.raises(Unavailable):
        entry.service.finish(handle, code, AT_HOME)
    entry.cognito.failing = set()
    assert entry.service.finish(handle, code, AT_HOME).tokens


def test_a_right_code_stays_right_however_often_cognito_fails(entry: Entry) -> None:
    handle, code = entry.code_sent()
    for _ in range(CODE_ATTEMPTS - 1):
        with pytest.raises(Forbidden):
            entry.service.finish(handle, entry.wrong(code), AT_HOME)
    entry.cognito.failing = {"admin_initiate_auth"}
    for _ in range(CODE_ATTEMPTS):
        with pytest.raises(Unavailable):
            entry.service.finish(handle, code, AT_HOME)
    entry.cognito.failing = set()
    assert entry.service.finish(handle, code, AT_HOME).tokens


def test_a_proof_that_cognito_has_taken_is_gone_though_its_answer_was_lost(
    entry: Entry, monkeypatch: pytest.MonkeyPatch
) -> None:
    handle, code = entry.code_sent()

    def lost(person: PersonId, handle_hash: str, proof: str) -> dict[str, str | int]:
        assert entry.proofs.accepts(person, f"{handle_hash}.{proof}")
        raise Unavailable("sign_in_failed", "")

    with monkeypatch.context() as patched:
        patched.setattr(entry.pool, "sign_in", lost)
        with pytest.raises(Unavailable):
            entry.service.finish(handle, code, AT_HOME)
    with pytest.raises(Forbidden, match="Begin again"):
        entry.service.finish(handle, code, AT_HOME)


# -- limits ------------------------------------------------------------------------------------------------------------


def test_one_address_may_begin_only_so_often(entry: Entry) -> None:
    for _ in range(PER_ADDRESS_AND_HOUR.most):
        entry.begin()
    with pytest.raises(TooMany) as refusal:
        entry.begin()
    assert refusal.value.status == 429
    entry.begin(ELSEWHERE)
    entry.clock.after(hours=1)
    entry.begin()


def test_an_ipv6_subscriber_has_one_limit_for_all_their_addresses(entry: Entry) -> None:
    def caller(n: int) -> Caller:
        return replace(AT_HOME, address=f"2001:db8:1:2::{n:x}")

    for n in range(PER_ADDRESS_AND_HOUR.most):
        entry.begin(caller(n))
    with pytest.raises(TooMany):
        entry.begin(caller(9_999))


def test_who_invents_addresses_is_stopped_by_their_own(entry: Entry, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("harbour.identity.victims.service.PER_SOURCE_AND_HOUR", replace(PER_SOURCE_AND_HOUR, most=5))
    for n in range(5):
        entry.begin(replace(AT_HOME, address=f"10.0.0.{n}"))
    with pytest.raises(TooMany):
        entry.begin(replace(AT_HOME, address="10.0.0.99"))


def test_one_person_gets_only_so_many_codes_a_day(entry: Entry) -> None:
    for _ in range(3 * PER_PERSON_AND_DAY.most):
        entry.service.prove(entry.begin(), REFERENCE, BORN)
        entry.clock.after(minutes=20)
    assert len(entry.phone.got) == PER_PERSON_AND_DAY.most
    entry.clock.after(days=1)
    entry.service.prove(entry.begin(), REFERENCE, BORN)
    assert len(entry.phone.got) == PER_PERSON_AND_DAY.most + 1


def test_only_so_many_sign_ins_of_one_person_are_under_way_at_once(entry: Entry) -> None:
    for _ in range(10):
        entry.service.prove(entry.begin(), REFERENCE, BORN)
    assert len(entry.phone.got) == 4


def test_a_guesser_gets_no_further_than_the_limits_say(entry: Entry) -> None:
    """Somebody who knows reference and date of birth, and tries codes all day from everywhere."""
    tries = 0
    for n in range(200):
        try:
            handle = entry.begin(replace(ELSEWHERE, address=f"198.51.{n}.1"))
            sent = len(entry.phone.got)
            entry.service.prove(handle, REFERENCE, BORN)
            live = len(entry.phone.got) > sent
            for guess in range(CODE_ATTEMPTS + 2):
                code = f"{guess:06}"
                if live and code == entry.phone.code:
                    continue
                tries += live
                entry.service.finish(handle, code, ELSEWHERE)
        except HarbourError:
            entry.clock.after(minutes=5)
            continue
    # 200 sign-ins, 5 minutes apart, are less than 17 hours over two days
    assert tries <= 2 * PER_PERSON_AND_DAY.most * CODE_ATTEMPTS
    assert entry.cognito.tokens == {}


def test_counters_say_neither_who_nor_where(entry: Entry) -> None:
    entry.code_sent()
    stored = str(entry.store.counters)
    assert AT_HOME.address not in stored
    assert DANA.id not in stored


# -- showing once more that it is them ---------------------------------------------------------------------------------


def confirming(entry: Entry) -> tuple[str, str]:
    """Handle and code of a confirmation by somebody who is signed in."""
    tokens = entry.service.finish(*entry.code_sent(), AT_HOME).tokens
    handle, _ = entry.service.confirm(str(tokens["access_token"]))
    return handle, entry.phone.code


def test_a_confirmation_is_accepted_once_from_its_own_person(entry: Entry) -> None:
    handle, code = confirming(entry)
    for person, given in ((EVE.id, code), (DANA.id, entry.wrong(code))):
        with pytest.raises(Forbidden):
            entry.confirmations.accept(person, handle, given)
    entry.confirmations.accept(DANA.id, handle, code)
    with pytest.raises(Forbidden, match="too long"):
        entry.confirmations.accept(DANA.id, handle, code)


def test_a_confirmation_is_no_sign_in_and_a_sign_in_no_confirmation(entry: Entry) -> None:
    handle, code = confirming(entry)
    with pytest.raises(Forbidden, match="too long"):
        entry.service.finish(handle, code, AT_HOME)
    with pytest.raises(Forbidden, match="too long"):
        entry.service.prove(handle, REFERENCE, BORN)
    signing, code = entry.code_sent()
    with pytest.raises(Forbidden, match="too long"):
        entry.confirmations.accept(DANA.id, signing, code)
    entry.service.finish(signing, code, AT_HOME)


def test_a_confirmation_ends_with_five_wrong_codes_and_with_its_time(entry: Entry) -> None:
    handle, code = confirming(entry)
    for _ in range(CODE_ATTEMPTS):
        with pytest.raises(Forbidden, match="not right"):
            entry.confirmations.accept(DANA.id, handle, entry.wrong(code))
    with pytest.raises(Forbidden, match="too long"):
        entry.confirmations.accept(DANA.id, handle, code)
    handle, code = confirming(entry)
    entry.clock.after(minutes=10)
    with pytest.raises(Forbidden, match="not right"):
        entry.confirmations.accept(DANA.id, handle, code)


def test_a_confirmation_goes_where_the_plan_allows_and_else_nowhere(entry: Entry) -> None:
    tokens = entry.service.finish(*entry.code_sent(), AT_HOME).tokens
    entry.people[DANA.id] = replace(DANA, plan=ContactPlan(consent=Consent.DO_NOT_CONTACT))
    sent = len(entry.phone.got)
    with pytest.raises(Conflict) as refusal:
        entry.service.confirm(str(tokens["access_token"]))
    assert refusal.value.code == "no_channel"
    assert len(entry.phone.got) == sent
