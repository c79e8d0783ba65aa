"""What a person is told of other visits, and what is kept of a device: next to nothing."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from harbour.crime.model import CrimeRef, PersonId
from harbour.identity.victims.model import Visit, caller_address, counted, device_hash, device_label, network
from harbour.identity.victims.service import Caller
from harbour.runtime.clock import rfc3339
from harbour.runtime.errors import Forbidden, Unavailable
from tests.unit.identity.entry import AT_HOME, DANA, ELSEWHERE, LAPTOP, PHONE, REFERENCE, START, Entry, link

SAFARI = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/19.0 "
    "Mobile/15E148 Safari/604.1"
)


def come_in(entry: Entry, caller: Caller) -> Visit:
    entry.clock.after(minutes=30)
    handle, code = entry.code_sent(caller)
    return entry.service.finish(handle, code, caller).visit


@pytest.mark.parametrize(
    ("user_agent", "label"),
    [
        (PHONE, "Chrome on Android"),
        (LAPTOP, "Firefox on Windows"),
        (SAFARI, "Safari on iPhone"),
        (PHONE.replace("Chrome/", "SamsungBrowser/29 Chrome/"), "Samsung Internet on Android"),
        ("Mozilla/5.0 (X11; CrOS x86_64) Chrome/140 Safari/537 Edg/140", "Edge on Chromebook"),
        ("", "A browser on a device"),
        ("<script>alert(1)</script>", "A browser on a device"),
    ],
)
def test_a_device_is_named_in_words_that_a_person_knows(user_agent: str, label: str) -> None:
    assert device_label(user_agent) == label


def test_the_first_visit_is_no_surprise(entry: Entry) -> None:
    assert come_in(entry, AT_HOME) == Visit(new_device=False, last=None, since=())


def test_a_new_device_is_said_at_once_and_shown_at_the_next_visit(entry: Entry) -> None:
    come_in(entry, AT_HOME)
    theirs = come_in(entry, ELSEWHERE)
    assert theirs.new_device
    mine = come_in(entry, AT_HOME)
    assert not mine.new_device
    assert mine.last is not None
    assert mine.last.label == "Firefox on Windows"
    assert [one.label for one in mine.since] == ["Firefox on Windows"]
    again = come_in(entry, AT_HOME)
    assert again.since == (), "it was shown"
    assert again.last is not None
    assert again.last.label == "Chrome on Android"


def test_a_new_device_is_shown_however_often_it_came_since(entry: Entry) -> None:
    come_in(entry, AT_HOME)
    first = entry.clock.at + timedelta(minutes=30)
    for _ in range(3):
        come_in(entry, ELSEWHERE)
    mine = come_in(entry, AT_HOME)
    assert [(one.label, one.first_at) for one in mine.since] == [("Firefox on Windows", first)]


def test_who_comes_with_a_new_device_is_shown_those_of_the_last_month(entry: Entry) -> None:
    come_in(entry, AT_HOME)
    come_in(entry, ELSEWHERE)
    entry.clock.after(days=29)
    found = come_in(entry, replace(AT_HOME, user_agent=SAFARI))
    assert found.new_device
    assert [one.label for one in found.since] == ["Chrome on Android", "Firefox on Windows"]


def test_a_phone_that_gets_another_address_is_the_same_device(entry: Entry) -> None:
    come_in(entry, AT_HOME)
    assert not come_in(entry, replace(AT_HOME, address="203.0.200.77")).new_device


def test_the_same_browser_in_another_network_is_another_device(entry: Entry) -> None:
    come_in(entry, AT_HOME)
    assert come_in(entry, replace(AT_HOME, address="198.51.100.7")).new_device


def test_what_is_kept_of_a_device_holds_no_address_and_no_browser_version(entry: Entry) -> None:
    come_in(entry, AT_HOME)
    kept = str(entry.store.known)
    assert AT_HOME.address not in kept
    assert "203.0" not in kept
    assert "Pixel" not in kept
    assert "140" not in kept.replace(next(iter(entry.store.known[DANA.id])), "")


def test_the_same_device_has_another_mark_for_every_person() -> None:
    marks = {device_hash(PersonId(person), PHONE, AT_HOME.address) for person in (DANA.id, "ea" * 16)}
    assert len(marks) == 2


@pytest.mark.parametrize(
    ("address", "coarse", "one"),
    [
        ("203.0.113.9", "203.0.0.0/16", "203.0.113.9/32"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8::/32", "2001:db8:1:2::/64"),
        ("2001:db8::6", "2001:db8::/32", "2001:db8::/64"),
        ("unknown", "", ""),
        ("", "", ""),
    ],
)
def test_networks(address: str, coarse: str, one: str) -> None:
    assert network(address) == coarse
    assert counted(address) == one


@pytest.mark.parametrize(
    ("forwarded", "caller"),
    [
        ("203.0.113.9, 130.176.0.1", "203.0.113.9"),
        ("1.2.3.4, 203.0.113.9, 130.176.0.1", "203.0.113.9"),
        ("203.0.113.9", "203.0.113.9"),
        ("", "130.176.0.1"),
        (" , ,", "130.176.0.1"),
    ],
)
def test_the_caller_is_whom_cloudfront_saw_whatever_they_wrote_themselves(forwarded: str, caller: str) -> None:
    assert caller_address(forwarded, "130.176.0.1") == caller


# -- signing out -------------------------------------------------------------------------------------------------------


def test_signing_out_ends_every_session_of_this_person_only(entry: Entry) -> None:
    tokens = []
    for caller in (AT_HOME, ELSEWHERE):
        handle, code = entry.code_sent(caller)
        tokens.append(str(entry.service.finish(handle, code, caller).tokens["access_token"]))
    entry.cognito.tokens["somebody-else"] = "ff" * 16
    assert entry.sessions.good(DANA.id, START)
    entry.clock.after(seconds=5)
    entry.service.sign_out(tokens[0])
    assert entry.cognito.tokens == {"somebody-else": "ff" * 16}
    assert not entry.sessions.good(DANA.id, START)
    assert not entry.sessions.good(DANA.id, None)
    entry.clock.after(seconds=5)
    assert entry.sessions.good(DANA.id, entry.clock.at)


def test_a_token_of_nobody_ends_nothing(entry: Entry) -> None:
    entry.service.sign_out("invented")
    assert entry.store.ended == {}
    assert entry.cognito.calls == ["get_user"]


# -- somebody else -----------------------------------------------------------------------------------------------------

LATER = CrimeRef("42/777/26")


def token(entry: Entry, caller: Caller = AT_HOME) -> str:
    """Of somebody who has just come in."""
    handle, code = entry.code_sent(caller)
    return str(entry.service.finish(handle, code, caller).tokens["access_token"])


def seen_by(entry: Entry) -> list[str]:
    """The devices that the person is shown as new, by when they came first."""
    return [rfc3339(one.first_at) for one in come_in(entry, AT_HOME).since]


def stranger(entry: Entry) -> list[str]:
    """Somebody comes from elsewhere, and she is shown it."""
    come_in(entry, AT_HOME)
    come_in(entry, ELSEWHERE)
    return seen_by(entry)


def test_it_was_not_me_ends_every_session_and_is_a_task_of_every_officer_in_charge(entry: Entry) -> None:
    entry.people[DANA.id] = replace(DANA, links=(link(), link(LATER), replace(link("42/9/26"), role="witness")))
    shown = stranger(entry)
    mine = token(entry)
    token(entry, ELSEWHERE)
    assert entry.service.not_me(mine, shown)
    assert entry.cognito.tokens == {}
    assert not entry.sessions.good(DANA.id, entry.clock.at - timedelta(seconds=1))
    tasks = entry.store.tasks.values()
    assert {task.crime for task in tasks} == {REFERENCE, LATER}
    assert entry.desk.told == [(task.crime, task.id) for task in tasks]
    for task in tasks:
        body = json.loads(task.body)
        assert (body["type"], task.source) == ("harbour.task.created", DANA.source)
        data = body["data"]
        assert data["reason"] == "somebody_else_signed_in"
        assert "Somebody else may have signed in to the portal as the victim" in data["title"]
        for told in ("from 24 November 2026 at 13:01 to 24 November 2026 at 13:31", "All sessions were ended on"):
            assert told in data["detail"]
        assert "check the contact plan with them" in data["detail"]
        assert "before you know that it is safe" in data["detail"]
        for private in ("Firefox", "Windows", ELSEWHERE.address, "198.51", DANA.phone, DANA.given_name, DANA.id):
            assert private not in task.body


def test_however_often_it_is_said_there_is_one_task_for_each_device(entry: Entry) -> None:
    shown = stranger(entry)
    for _ in range(3):
        assert entry.service.not_me(token(entry), shown), "they are told, and she is not asked to call"
        entry.clock.after(minutes=20)
    assert len(entry.store.tasks) == 1
    assert len(entry.desk.told) == 1


def test_said_twice_at_once_it_is_one_task(entry: Entry) -> None:
    shown = stranger(entry)
    mine = token(entry)
    entry.store.between = lambda: entry.service.not_me(mine, shown)
    assert entry.service.not_me(mine, shown)
    assert len(entry.store.tasks) == 1


def test_two_devices_of_somebody_else_are_one_task_with_both_times(entry: Entry) -> None:
    come_in(entry, AT_HOME)
    come_in(entry, ELSEWHERE)
    come_in(entry, replace(ELSEWHERE, user_agent=SAFARI))
    shown = seen_by(entry)
    assert len(shown) == 2
    assert entry.service.not_me(token(entry), shown)
    (task,) = entry.store.tasks.values()
    assert "on 24 November 2026 at 13:01; on 24 November 2026 at 13:31" in json.loads(task.body)["data"]["detail"]


def test_whom_she_told_of_is_not_shown_again_before_they_come_again_and_then_it_is_another_task(entry: Entry) -> None:
    entry.service.not_me(token(entry), stranger(entry))
    entry.clock.after(days=1)
    assert seen_by(entry) == []
    assert [one.label for one in come_in(entry, replace(AT_HOME, user_agent=SAFARI)).since] == ["Chrome on Android"]
    assert come_in(entry, ELSEWHERE).new_device is False
    again = seen_by(entry)
    assert len(again) == 2, "her own second phone, and the stranger"
    assert entry.service.not_me(token(entry), again[1:])
    assert len(entry.store.tasks) == 2


def test_a_device_that_comes_again_while_she_says_so_is_told_as_it_is_now(entry: Entry) -> None:
    shown = stranger(entry)
    mine = token(entry)
    entry.store.between = lambda: come_in(entry, ELSEWHERE)
    assert entry.service.not_me(mine, shown)
    (task,) = entry.store.tasks.values()
    assert f"to 24 November 2026 at {entry.clock.at:%H:%M}" in json.loads(task.body)["data"]["detail"]


def test_devices_that_change_all_the_time_are_said_to_be_for_later(entry: Entry) -> None:
    shown = stranger(entry)
    mine = token(entry)

    def again() -> None:
        come_in(entry, ELSEWHERE)
        entry.store.between = again

    entry.store.between = again
    with pytest.raises(Unavailable):
        entry.service.not_me(mine, shown)
    assert entry.store.tasks == {}


def test_a_stop_after_it_was_stored_loses_neither_the_task_nor_the_end_of_the_sessions(
    entry: Entry, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown = stranger(entry)
    mine = token(entry)

    def stopped(*_: object) -> None:
        raise RuntimeError

    with monkeypatch.context() as broken:
        broken.setattr(entry.pool, "sign_out", stopped)
        with pytest.raises(RuntimeError):
            entry.service.not_me(mine, shown)
    assert len(entry.store.tasks) == 1
    assert not entry.sessions.good(DANA.id, entry.clock.at - timedelta(seconds=1))
    assert entry.service.not_me(mine, shown), "the page sends the same again"
    assert entry.cognito.tokens == {}
    assert len(entry.store.tasks) == 1


def test_a_queue_that_is_away_keeps_nobody_signed_in(entry: Entry) -> None:
    shown = stranger(entry)
    mine = token(entry)
    entry.desk.works = False
    assert entry.service.not_me(mine, shown)
    assert entry.cognito.tokens == {}
    (task,) = entry.store.tasks.values()
    assert task.next_at == entry.clock.at, "it is looked for by its time"


def test_where_nobody_is_in_charge_she_is_not_told_that_an_officer_knows(entry: Entry) -> None:
    shown = stranger(entry)
    mine = token(entry)
    entry.people[DANA.id] = replace(DANA, links=())
    assert not entry.service.not_me(mine, shown)
    assert entry.store.tasks == {}
    assert entry.cognito.tokens == {}


def test_a_device_that_nobody_knows_ends_the_sessions_and_tells_nobody(entry: Entry) -> None:
    stranger(entry)
    assert not entry.service.not_me(token(entry), ["2020-01-01T00:00:00.000Z"])
    assert entry.store.tasks == {}
    assert entry.cognito.tokens == {}


def test_who_is_signed_out_tells_of_nobody(entry: Entry) -> None:
    shown = stranger(entry)
    for wrong in ("", "invented"):
        with pytest.raises(Forbidden) as refused:
            entry.service.not_me(wrong, shown)
        assert refused.value.code == "signed_out"
    assert entry.store.tasks == {}
    assert entry.store.ended == {}
