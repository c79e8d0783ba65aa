"""Nothing is sent that the person's plan does not allow; and for domestic abuse silence is the default."""

from __future__ import annotations

from datetime import UTC, datetime, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harbour.contact.gate import allowed, blocked, next_allowed
from harbour.contact.model import Channel, Consent, Hours
from harbour.runtime.london import LONDON
from tests.unit.notification.post_office import OTHER_CRIME, link, person

SMS, EMAIL = frozenset({Channel.SMS}), frozenset({Channel.EMAIL})
BOTH, NONE = SMS | EMAIL, frozenset[Channel]()


@pytest.mark.parametrize("sensitive", [False, True])
def test_do_not_contact_is_the_last_word(sensitive: bool) -> None:
    verdict = allowed(person(consent=Consent.DO_NOT_CONTACT), link(sensitive=sensitive))
    assert (verdict.channels, verdict.reason) == (NONE, "do_not_contact")


def test_in_a_sensitive_case_nobody_is_written_to_before_they_were_asked() -> None:
    verdict = allowed(person(consent=Consent.UNKNOWN), link(sensitive=True))
    assert (verdict.channels, verdict.reason) == (NONE, "not_agreed")


def test_one_sensitive_case_silences_the_others_too() -> None:
    both = (link(sensitive=False), link(OTHER_CRIME, sensitive=True))
    assert allowed(person(consent=Consent.UNKNOWN, links=both), both[0]).reason == "not_agreed"


@pytest.mark.parametrize(
    ("phone", "email", "channels"),
    [("+447700900123", "a@example.org", BOTH), ("+447700900123", "", SMS), ("", "a@example.org", EMAIL)],
)
def test_in_an_ordinary_case_what_is_known_is_used(phone: str, email: str, channels: frozenset[Channel]) -> None:
    assert allowed(person(consent=Consent.UNKNOWN, phone=phone, email=email), link()).channels == channels


@pytest.mark.parametrize("channels", [SMS, EMAIL, BOTH])
def test_what_was_agreed_is_used_and_nothing_else(channels: frozenset[Channel]) -> None:
    assert allowed(person(channels=channels), link(sensitive=True)).channels == channels


def test_neither_was_agreed() -> None:
    assert allowed(person(channels=NONE), link()).reason == "do_not_contact"


@pytest.mark.parametrize("consent", [Consent.AGREED, Consent.UNKNOWN])
def test_there_is_nothing_to_send_to(consent: Consent) -> None:
    assert allowed(person(consent=consent, phone="", email=""), link()).reason == "no_details"


def test_the_agreed_channel_has_nothing_to_send_to_and_the_other_is_not_taken_instead() -> None:
    verdict = allowed(person(channels=SMS, phone=""), link())
    assert (verdict.channels, verdict.reason) == (NONE, "no_details")


def test_a_contact_that_the_suspect_has_too_closes_everything() -> None:
    verdict = allowed(person(blocked="same_as_suspect"), link())
    assert (verdict.channels, verdict.reason) == (NONE, "blocked")


def test_a_dead_number_does_not_close_the_e_mail() -> None:
    assert allowed(person(blocked="dead_number"), link()).channels == EMAIL
    assert allowed(person(blocked="hard_bounce"), link()).channels == SMS
    assert allowed(person(blocked="dead_number", channels=SMS), link()).reason == "blocked"
    assert allowed(person(blocked="dead_number hard_bounce"), link()).reason == "blocked"


def test_a_reason_that_nobody_knows_closes_everything() -> None:
    assert blocked(person(blocked="something new")) == BOTH


@given(
    st.sampled_from(Consent),
    st.frozensets(st.sampled_from(Channel)),
    st.booleans(),
    st.booleans(),
    st.booleans(),
    st.sampled_from(["", "dead_number", "complaint", "same_as_suspect", "dead_number complaint"]),
)
def test_a_verdict_is_channels_or_a_reason_and_never_more_than_was_agreed(
    consent: Consent, channels: frozenset[Channel], sensitive: bool, phone: bool, email: bool, closed: str
) -> None:
    someone = person(
        consent=consent,
        channels=channels,
        phone="+447700900123" if phone else "",
        email="a@example.org" if email else "",
        blocked=closed,
    )
    verdict = allowed(someone, link(sensitive=sensitive))
    assert bool(verdict.channels) != bool(verdict.reason)
    assert consent is not Consent.AGREED or verdict.channels <= channels
    assert consent is not Consent.UNKNOWN or not sensitive or not verdict.channels
    assert not verdict.channels & blocked(someone)
    assert Channel.SMS not in verdict.channels or phone
    assert Channel.EMAIL not in verdict.channels or email


# -- hours -----------------------------------------------------------------------------------------------------------


def at(text: str) -> datetime:
    """London's clock."""
    return datetime.fromisoformat(text).replace(tzinfo=LONDON).astimezone(UTC)


@pytest.mark.parametrize(
    ("hours", "now", "then"),
    [
        (Hours(), "2026-11-23T10:00", "2026-11-23T10:00"),
        (Hours(), "2026-11-23T07:59", "2026-11-23T08:00"),
        (Hours(), "2026-11-23T20:00", "2026-11-24T08:00"),
        (Hours(days=frozenset({3})), "2026-11-23T10:00", "2026-11-25T08:00"),
        (Hours(days=frozenset({1})), "2026-11-23T21:00", "2026-11-30T08:00"),
        # The clocks go forward in the night before, and back.
        (Hours(), "2026-03-28T22:00", "2026-03-29T08:00"),
        (Hours(), "2026-10-24T22:00", "2026-10-25T08:00"),
        # In summer London's eight is seven in UTC.
        (Hours(), "2026-07-01T07:30", "2026-07-01T08:00"),
        # Without sense: the day's.
        (Hours(days=frozenset()), "2026-11-23T21:00", "2026-11-24T08:00"),
        (Hours(start=time(20), end=time(8)), "2026-11-23T21:00", "2026-11-24T08:00"),
    ],
)
def test_the_next_moment_in_the_persons_hours(hours: Hours, now: str, then: str) -> None:
    assert next_allowed(hours, at(now)) == at(then)


@given(
    st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1), timezones=st.just(UTC)),
    st.frozensets(st.integers(1, 7), min_size=1),
    st.integers(0, 22),
    st.integers(1, 23),
)
def test_it_lies_in_the_hours_and_never_before_now(
    now: datetime, days: frozenset[int], start: int, length: int
) -> None:
    hours = Hours(start=time(start), end=time(min(start + length, 23)), days=days)
    found = next_allowed(hours, now)
    local = found.astimezone(LONDON)
    assert found >= now
    assert local.isoweekday() in days
    # The hour that does not exist on one night of the year is the one after it.
    assert hours.start <= local.time() < hours.end or local.time() == time(2)
