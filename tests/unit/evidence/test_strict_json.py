"""One byte form per value: what a lenient reader would accept is refused."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harbour.evidence.chain import canonical
from harbour.evidence.strict_json import NotCanonical, parse

values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@given(values)
def test_what_was_written_is_read_back(value: object) -> None:
    assert parse(canonical(value)) == value  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("bytes_", "why"),
    [
        (b'{"a":1,"a":1}', "the same key twice"),
        (b'{"b":{"a":1,"a":2}}', "the same key twice, deeper"),
        (b'{"a": 1}', "a space"),
        (b'{"a":1}\n', "a line feed"),
        (b'\xef\xbb\xbf{"a":1}', "a byte order mark"),
        (b'{"b":1,"a":2}', "keys in another order"),
        (b'{"a":1.0}', "a number with a point"),
        (b'{"a":1e0}', "a number with an exponent"),
        (b'{"a":-0}', "minus zero"),
        (b'{"a":01}', "a leading zero"),
        (b'{"a":9007199254740992}', "2**53"),
        (b'{"a":' + b"9" * 100_000 + b"}", "a huge number"),
        (b'{"a":NaN}', "not a number"),
        (b'{"a":Infinity}', "infinity"),
        (b'{"a":"\\u0041"}', "an escape that needs none"),
        (b'{"a":"\\/"}', "another"),
        (b'{"a":"\\ud800"}', "half a character"),
        (b'{"a":"\xff"}', "not UTF-8"),
        ('{"a":1}'.encode("utf-16"), "UTF-16"),
        (b"[" * 100_000 + b"]" * 100_000, "deep nesting"),
        (b'{"a":' * 40 + b"1" + b"}" * 40, "nesting beyond the bound"),
        (b"", "nothing"),
        (b"{}{}", "two values"),
        (b"// {}", "a comment"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_another_form_is_refused(bytes_: bytes, why: str) -> None:
    with pytest.raises(NotCanonical):
        parse(bytes_)


def test_brackets_inside_text_are_no_nesting() -> None:
    assert parse(canonical("[" * 200 + '"\\' + "{" * 200)) == "[" * 200 + '"\\' + "{" * 200
