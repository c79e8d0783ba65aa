"""A body is one JSON object that can be read in one way, or a refusal that says where it cannot."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from harbour.runtime.errors import Invalid
from harbour.webhook.payload import DEEPEST, payload_of

TEXT = st.text(st.characters(exclude_categories=()), max_size=12)
"""Half characters, too."""

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=20,
)


def outcome(body: bytes) -> dict[str, Any] | Invalid:
    try:
        return payload_of(body)
    except Invalid as error:
        return error


def refusal(body: bytes) -> tuple[str, str | None]:
    with pytest.raises(Invalid) as caught:
        payload_of(body)
    return caught.value.code, caught.value.field


@given(document=st.dictionaries(TEXT, JSON, max_size=4))
def test_it_is_read_as_every_reader_of_json_reads_it_or_its_place_is_named(document: dict[str, Any]) -> None:
    body = json.dumps(document).encode()
    found = outcome(body)
    if isinstance(found, Invalid):
        no_number = found.code == "bad_body" and (b"NaN" in body or b"Infinity" in body)
        assert no_number or (found.code == "lone_surrogate" and found.field)
        str(found.problem()).encode()
    else:
        assert found == json.loads(body) == document
        json.dumps(found, ensure_ascii=False, allow_nan=False).encode()


@given(body=st.binary(max_size=60))
@example(b"[" * 20_000)
@example(b'{"a":' * 4_000 + b"1" + b"}" * 4_000)
@example(b'{"a": ' + b"9" * 5_000 + b"}")
@example("{}".encode("utf-16"))
def test_whatever_comes_is_an_object_or_a_refusal(body: bytes) -> None:
    found = outcome(body)
    assert isinstance(found, dict) or found.code in ("bad_body", "bad_field", "lone_surrogate")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (b'{"a": 1, "a": 1}', "a"),
        (b'{"a": [0, {"b": {"c": 1, "c": 2}}]}', "a.1.b.c"),
        (b'{"\\u0061": 1, "a": 2}', "a"),
    ],
)
def test_a_name_that_stands_twice_is_refused_however_it_is_written(body: bytes, field: str) -> None:
    assert refusal(body) == ("bad_field", field)


@pytest.mark.parametrize("number", [b"1e999", b"-1e999", b"1" + b"0" * 400 + b".0"])
def test_a_number_without_end_is_refused(number: bytes) -> None:
    assert refusal(b'{"a": [' + number + b"]}") == ("bad_field", "a.0")


@pytest.mark.parametrize("body", [b'{"a": NaN}', b'{"a": Infinity}', b'{"a": -Infinity}', b"null", b'"x"', b"{} {}"])
def test_what_is_no_json_object_is_refused_as_a_whole(body: bytes) -> None:
    assert refusal(body) == ("bad_body", None)


def test_so_many_levels_and_no_more() -> None:
    def nested(levels: int) -> bytes:
        return b'{"a": ' * (levels - 1) + b"{}" + b"}" * (levels - 1)

    assert payload_of(nested(DEEPEST))
    assert refusal(nested(DEEPEST + 1)) == ("bad_field", ".".join("a" * DEEPEST))


def test_half_a_character_is_refused_where_it_stands_and_not_repeated() -> None:
    assert refusal(b'{"a": ["b", "\\ud83d"]}') == ("lone_surrogate", "a.1")
    assert refusal(b'{"a": {"x\\ud83d": 1}}') == ("lone_surrogate", "a.x?")
    assert refusal(b'{"a": "\xed\xa0\xbd"}') == ("bad_body", None)
    assert payload_of(b'{"a": "\\ud83d\\ude00"}') == {"a": "\U0001f600"}


def test_a_byte_order_mark_does_no_harm() -> None:
    assert payload_of(b"\xef\xbb\xbf{}") == {}
