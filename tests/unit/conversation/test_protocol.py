"""Bad frames are answered with a typed error that names the field, and never repeat what was in them."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harbour.conversation.model import MAX_TEXT
from harbour.conversation.protocol import COMMANDS, Command, Send, parse
from harbour.runtime.errors import Invalid

SEND: dict[str, Any] = {"action": "send", "n": 1, "text": "hola"}


def refused(frame: object) -> tuple[str, str | None]:
    with pytest.raises(Invalid) as error:
        parse(frame if isinstance(frame, str) else json.dumps(frame))
    return error.value.code, error.value.field


@pytest.mark.parametrize("text", ["", "{", "[]", "null", "3", '"send"', "[" * 9_000, "\ud800"])
def test_what_is_no_json_object_is_a_bad_frame(text: str) -> None:
    assert refused(text)[0] == "bad_frame"


@pytest.mark.parametrize("action", [None, 3, "shout", ["send"], {"a": 1}])
def test_an_unknown_action_is_named_as_such(action: object) -> None:
    assert refused({"action": action}) == ("unknown_action", "action")


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"text": "x" * (MAX_TEXT + 1)}, ("too_long", "text")),
        ({"text": ""}, ("empty_text", "text")),
        ({"text": 3}, ("bad_field", "text")),
        ({"text": None}, ("bad_field", "text")),
        ({"n": 0}, ("bad_field", "n")),
        ({"n": "1"}, ("bad_field", "n")),
        ({"n": True}, ("bad_field", "n")),
        ({"n": 1.5}, ("bad_field", "n")),
        ({"n": 2**70}, ("bad_field", "n")),
        ({"conversation": "../../etc"}, ("bad_field", "conversation")),
        ({"surprise": 1}, ("bad_field", "surprise")),
    ],
)
def test_a_wrong_field_is_named(change: dict[str, Any], expected: tuple[str, str]) -> None:
    assert refused(SEND | change) == expected


def test_a_missing_field_is_named() -> None:
    assert refused({"action": "send", "n": 1}) == ("bad_field", "text")


def test_half_a_character_is_refused_at_the_door() -> None:
    assert refused('{"action":"send","n":1,"text":"\\ud83d"}') == ("lone_surrogate", "text")


def test_a_frame_that_is_too_large_is_refused_before_it_is_read() -> None:
    assert refused(json.dumps(SEND | {"text": "ä" * 20_000}, ensure_ascii=False))[0] == "too_large"


def test_four_thousand_characters_are_four_thousand_of_any_script() -> None:
    command = parse(json.dumps(SEND | {"text": "😀" * MAX_TEXT}, ensure_ascii=False))
    assert isinstance(command, Send)
    assert len(command.text) == MAX_TEXT


@given(st.text(min_size=1, max_size=200))
def test_text_arrives_as_it_was_sent(text: str) -> None:
    command = parse(json.dumps(SEND | {"text": text}))
    assert isinstance(command, Send)
    assert command.text == text


ANY_JSON: st.SearchStrategy[object] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=9),
    lambda x: st.lists(x) | st.dictionaries(st.text(max_size=9), x),
    max_leaves=9,
)


@given(ANY_JSON, st.sampled_from(sorted(COMMANDS)))
def test_any_json_is_a_command_or_a_typed_refusal(value: object, action: str) -> None:
    frame = {"action": action, **value} if isinstance(value, dict) else {"action": action, "text": value, "n": value}
    try:
        answer: object = parse(json.dumps(frame))
    except Invalid as error:
        answer = error
    assert isinstance(answer, Command | Invalid)


def test_an_error_never_repeats_the_text() -> None:
    secret = "he is outside the door " * 300
    with pytest.raises(Invalid) as error:
        parse(json.dumps(SEND | {"text": secret}))
    assert "door" not in error.value.message
