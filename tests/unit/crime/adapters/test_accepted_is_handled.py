"""What an adapter lets in can be done: one update that cannot would hold up all later ones of its crime."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from harbour.crime.adapters import SYSTEMS, adapter
from harbour.crime.adapters.common import codes
from harbour.crime.record import event_from_json, event_to_json
from harbour.runtime.errors import Invalid
from tests.unit.crime.adapters.test_adapters import DETAILS, KIND, RECORDED, place
from tests.unit.crime.casebook import Casebook

DATES = ["2026-12-01T10:00:00Z", "2026-12-01T10:00:00", "2026-12-01", "0001-01-01T00:00:00+12:00",
         "9999-12-31T23:00:00-12:00", "9999-12-31", "0001-01-01T00:00:00", "soon", ""]  # fmt: skip
SAID = st.dictionaries(
    st.sampled_from(["appointment_id", "appointment_at", "hearing_at", "when", "at", "by", "until", "answer_by", "what",
                     "where", "court", "outcome", "text", "in_reply_to"]),
    st.sampled_from(DATES) | st.text(max_size=8),
    max_size=5,
)  # fmt: skip
WORDS = st.sampled_from(["", " ", "\x00", "2026-02-30", "07700 900123", "a@b", "xx", "cy", "\u202e"]) | st.text(
    max_size=20
)


def texts(value: Any, path: str = "") -> Iterator[str]:
    """Paths of all texts."""
    if isinstance(value, dict):
        for key, inner in value.items():
            if "." not in key:  # names of OData have full stops of their own
                yield from texts(inner, f"{path}.{key}" if path else key)
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from texts(inner, f"{path}.{number}")
    elif isinstance(value, str):
        yield path


@pytest.mark.parametrize("system", SYSTEMS)
@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(data=st.data())
def test_whatever_is_accepted_can_be_done(system: str, data: st.DataObject) -> None:
    book = Casebook()
    kinds = sorted(codes(system)["kinds"])
    for number in range(3):
        payload = copy.deepcopy(RECORDED[system][data.draw(st.sampled_from(list(RECORDED[system])))]["payload"])
        payload[DETAILS[system]] = data.draw(SAID)
        holder, key = place(payload, data.draw(st.sampled_from(list(texts(payload)))))
        holder[key] = data.draw(WORDS)
        code = data.draw(st.sampled_from(kinds))
        payload[KIND[system]] = int(code) if system == "dynamics" else code
        try:
            event = adapter(system)(payload, f"evt-{number}")
        except Invalid:
            continue
        book.take(event_from_json(event_to_json(event)))
        book.send_all()
    assert not [waiting for waiting in book.store.inbox.values() if not waiting.done]
