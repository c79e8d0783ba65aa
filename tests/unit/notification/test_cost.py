from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harbour.contact.model import Channel
from harbour.crime.model import CrimeRef, PersonId
from harbour.notification.cost import encoding, parts, price, prices
from harbour.notification.model import Notification, NotificationId, State


def sent(channel: Channel, at: datetime | None, sms_parts: int = 0, provider: str = "notify") -> Notification:
    when = at or datetime(2026, 11, 1, tzinfo=UTC)
    return Notification(
        id=NotificationId("n"),
        person=PersonId("p"),
        crime=CrimeRef("c"),
        causes=("e",),
        type="report_received",
        type_version=1,
        channel=channel,
        language="en",
        values={},
        state=State.FAILED if at else State.CREATED,
        created_at=when,
        due_at=when,
        provider=provider,
        sent_at=at,
        parts=sms_parts,
    )


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("a", 1),
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("a" * 306, 2),
        ("a" * 307, 3),
        ("€" * 80, 1),
        ("€" * 81, 2),
        ("a" * 152 + "^" + "a" * 152, 3),  # an escape does not straddle two parts, so the plain formula is wrong
        ("ŵ" * 70, 1),
        ("ŵ" * 71, 2),
        ("ŵ" * 134, 2),
        ("ŵ" * 135, 3),
        ("😔" * 35, 1),
        ("😔" * 36, 2),
        ("à" * 160, 1),
        ("â" * 71, 2),  # of the Welsh vowels with accents only some are in the GSM alphabet
    ],
)
def test_parts_are_counted_as_networks_do(text: str, count: int) -> None:
    assert parts(text) == count


def test_one_letter_decides_the_alphabet() -> None:
    assert encoding("Mae gennych ddiweddariad") == "gsm0338"
    assert encoding("Mae d\u0175r") == "utf_16_be"


@given(st.text(min_size=1, max_size=400), st.text(max_size=100))
def test_more_text_never_has_fewer_parts(text: str, more: str) -> None:
    assert parts(text) <= parts(text + more)


@pytest.mark.parametrize("provider", sorted(prices()))
def test_a_price_says_where_and_when_it_was_read(provider: str) -> None:
    known = prices()[provider]
    assert known["source"]
    assert date.fromisoformat(known["read_on"]) <= date(2026, 12, 31)
    assert isinstance(known["confirmed"], bool)


def test_a_text_costs_by_its_parts_and_a_mail_once() -> None:
    assert price(Channel.SMS, 2, "notify") == pytest.approx(4.8)
    assert price(Channel.EMAIL, 0, "notify") == 0
    with pytest.raises(LookupError):
        price(Channel.SMS, 1, "pigeon")
