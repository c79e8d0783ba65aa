"""What a person is told of other visits, and what is kept of a device: next to nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from harbour.crime.model import PersonId
from harbour.identity.victims.model import Visit, caller_address, counted, device_hash, device_label, network
from harbour.identity.victims.service import Caller
from tests.unit.identity.entry import AT_HOME, DANA, ELSEWHERE, LAPTOP, PHONE, START, Entry

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
