"""The numbers in the documents are those that the program prints, and the program counts as DynamoDB does."""

from __future__ import annotations

from pathlib import Path

import pytest

from docs import cost_model
from docs.cost_model import CHARACTER, SOCKET_MESSAGE, Assumed, conversation

DOCS = Path(__file__).parents[3] / "docs"


def test_the_costs_in_the_document_are_what_the_program_prints(capsys: pytest.CaptureFixture[str]) -> None:
    assert cost_model.main([]) == 0
    assert capsys.readouterr().out in (DOCS / "deploying.md").read_text("utf-8")


def test_the_sizes_in_the_document_are_what_the_program_prints(capsys: pytest.CaptureFixture[str]) -> None:
    assert cost_model.main(["--sizes"]) == 0
    assert capsys.readouterr().out in (DOCS / "data-model.md").read_text("utf-8")


def test_every_price_is_in_the_document_with_where_it_was_found() -> None:
    document = (DOCS / "deploying.md").read_text("utf-8")
    prices = [value for value in vars(cost_model).values() if isinstance(value, cost_model.Price)]
    assert len(prices) > 10
    for price in prices:
        assert f"| {price.name} | {price.dollars:.9f}".rstrip("0").rstrip(".") in document, price.name
        assert price.where in document


def test_a_message_that_is_translated_once_more_costs_its_characters() -> None:
    assert cost_model.write_units(cost_model.message_item(120)) == 1
    lines = {line.what: line for line in conversation(Assumed(messages=10, characters=50))}
    assert lines["Translate: each character once"].count == 500
    assert lines["Translate: each character once"].price is CHARACTER
    assert lines["socket: messages in, acknowledged, delivered"].count == 30
    assert lines["socket: messages in, acknowledged, delivered"].price is SOCKET_MESSAGE


def test_sizes_are_counted_by_dynamodbs_rules() -> None:
    assert cost_model.size({"pk": {"S": "añ"}, "n": {"N": "1234"}, "b": {"B": b"xyz"}, "on": {"BOOL": True}}) == (
        2 + 3 + 1 + 3 + 1 + 3 + 2 + 1
    )
    assert cost_model.size({"m": {"M": {"a": {"S": "xy"}}}}) == 1 + 3 + 1 + 1 + 2
    with pytest.raises(TypeError):
        cost_model.size({"l": {"L": []}})
