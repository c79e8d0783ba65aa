"""The price arithmetic, against sums done by hand from AWS's price list."""

from __future__ import annotations

import pytest

from tests.bench.prices import FRAME_BYTES, floor_of, per_million, price, socket_messages


def test_the_floor_of_a_message_is_three_frames_an_invocation_and_a_write() -> None:
    assert floor_of(1) == pytest.approx(3 * 1.0 + 0.2 + 0.625)
    assert floor_of(60) == pytest.approx(229.5)


def test_a_bill_is_the_sum_of_its_items() -> None:
    assert price({"socket_message": 2, "read_unit": 0.5}) == pytest.approx(2.0625)
    assert price({}) == 0


def test_what_has_no_price_is_not_free() -> None:
    with pytest.raises(KeyError):
        price({"sms": 1})


@pytest.mark.parametrize(("size", "messages"), [(0, 1), (FRAME_BYTES, 1), (FRAME_BYTES + 1, 2), (3 * FRAME_BYTES, 3)])
def test_a_frame_is_billed_in_parts_of_32_kilobytes(size: int, messages: int) -> None:
    assert socket_messages(size) == messages


def test_translation_is_the_dearest_item() -> None:
    assert max(per_million(), key=lambda item: per_million()[item]) == "translated_character"
