"""DynamoDB's units, against the examples of its developer guide and sizes counted by hand."""

from __future__ import annotations

import pytest

from tests.bench.capacity import item_size, read_units, write_units


@pytest.mark.parametrize(
    ("item", "size"),
    [
        ({"a": {"S": "abc"}}, 4),
        ({"ñ": {"S": "é"}}, 4),
        ({"a": {"B": b"12345678"}}, 9),
        ({"a": {"B": "MTIzNDU2Nzg="}}, 9),
        ({"a": {"BOOL": True}}, 2),
        ({"a": {"N": "1700000000000"}}, 3),
        ({"a": {"N": "1234567"}}, 6),
        ({"a": {"M": {"b": {"S": "cd"}}}}, 1 + 3 + 1 + 2 + 1),
        ({"a": {"L": [{"S": "bc"}]}}, 1 + 3 + 2 + 1),
    ],
)
def test_names_and_values_count_in_bytes(item: dict[str, dict[str, object]], size: int) -> None:
    assert item_size(item) == size


@pytest.mark.parametrize(("length", "units"), [(0, 1), (1023, 1), (1024, 2), (2047, 2)])
def test_a_write_costs_a_unit_for_each_started_kilobyte(length: int, units: int) -> None:
    assert write_units({"a": {"S": "x" * length}}) == units


def test_a_read_adds_up_its_items_before_it_rounds() -> None:
    items = [{"a": {"S": "x" * 1023}}] * 5
    assert read_units(items, consistent=True) == 2
    assert read_units(items, consistent=False) == 1


def test_a_read_that_finds_nothing_costs_the_least() -> None:
    assert read_units([], consistent=True) == 1
    assert read_units([], consistent=False) == 0.5


def test_an_unknown_type_is_not_free() -> None:
    with pytest.raises(ValueError, match="NS"):
        item_size({"a": {"NS": ["1"]}})
