"""One contract for the adapters of all crime systems, over recorded payloads (tests/fixtures/crime_systems)."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harbour.crime.adapters import SYSTEMS, adapter
from harbour.crime.adapters.common import codes
from harbour.crime.kinds import kinds
from harbour.crime.model import CrimeEvent
from harbour.crime.record import event_from_json, event_to_json
from harbour.runtime.clock import rfc3339
from harbour.runtime.errors import Invalid, NotFound

FIXTURES = Path(__file__).parents[3] / "fixtures" / "crime_systems"
RECORDED: dict[str, dict[str, Any]] = {
    system: json.loads((FIXTURES / f"{system}.json").read_text("utf-8")) for system in SYSTEMS
}
EXAMPLES = [(system, name) for system in SYSTEMS for name in RECORDED[system]]

REQUIRED = {
    "athena": ("EventType", "EventDateTime", "Investigation", "Investigation.URN", "Investigation.Persons.0.PersonId",
               "Investigation.Persons.0.Role", "Investigation.OfficerInCase.Name",
               "Investigation.OfficerInCase.CollarNumber"),
    "niche": ("occurrenceNumber", "updateType", "updateTime", "involvements.0.nominalId", "involvements.0.type"),
    "dynamics": ("cm_crimenumber", "cm_updatereason", "cm_updatedon", "cm_contacts.0.contactid",
                 "cm_contacts.0.cm_role", "cm_officer.fullname", "cm_officer.cm_collarnumber"),
    "storm": ("INC_NO", "LOG_CODE", "LOG_TIME", "CALLER.CALLER_ID"),
}  # fmt: skip
TIME = {"athena": "EventDateTime", "niche": "updateTime", "dynamics": "cm_updatedon", "storm": "LOG_TIME"}
KIND = {"athena": "EventType", "niche": "updateType", "dynamics": "cm_updatereason", "storm": "LOG_CODE"}
CRIME = {"athena": "Investigation.URN", "niche": "occurrenceNumber", "dynamics": "cm_crimenumber", "storm": "INC_NO"}
DETAILS = {"athena": "Details", "niche": "attributes", "dynamics": "cm_details", "storm": "DETAILS"}
REPORT = {system: next(iter(RECORDED[system])) for system in SYSTEMS}


def read(system: str, payload: Mapping[str, object]) -> CrimeEvent:
    return adapter(system)(payload, "evt-1")


def report(system: str) -> dict[str, Any]:
    payload: dict[str, Any] = copy.deepcopy(RECORDED[system][REPORT[system]]["payload"])
    return payload


def place(payload: Any, path: str) -> tuple[Any, Any]:
    """Where the field at a path stands: (holder, key)."""
    *outer, last = [int(part) if part.isdigit() else part for part in path.split(".")]
    for part in outer:
        payload = payload[part]
    return payload, last


def refusal(system: str, payload: Mapping[str, object]) -> Invalid:
    with pytest.raises(Invalid) as caught:
        read(system, payload)
    return caught.value


def shown(event: CrimeEvent) -> dict[str, object]:
    """What of an event differs from an empty one, as the fixtures write it."""
    found: dict[str, object] = {
        "crime": event.crime,
        "kind": event.kind,
        "occurred_at": rfc3339(event.occurred_at),
        "version": event.version,
        "corrects": event.corrects,
        "withdraws": event.withdraws,
        "offence": event.offence,
        "area": event.area,
        "details": dict(event.details),
        "officer": [event.officer.name, event.officer.collar, event.officer.station] if event.officer else None,
        "parties": [
            [p.source_id, p.role.value, p.given_name, p.family_name, p.date_of_birth, p.phone, p.contact]
            for p in event.parties
        ],
        "vulnerable": [p.source_id for p in event.parties if p.vulnerable],
        "unknown": dict(event.unknown),
    }
    return {name: value for name, value in found.items() if value}


@pytest.mark.parametrize(("system", "name"), EXAMPLES)
def test_a_recorded_payload_is_the_event_that_is_written_beside_it(system: str, name: str) -> None:
    example = RECORDED[system][name]
    event = read(system, example["payload"])
    assert shown(event) == example["event"]
    assert (event.source, event.id) == (system, "evt-1")


@pytest.mark.parametrize(("system", "name"), EXAMPLES)
def test_an_event_waits_in_the_inbox_as_it_is(system: str, name: str) -> None:
    event = read(system, RECORDED[system][name]["payload"])
    assert event_from_json(event_to_json(event)) == event


@pytest.mark.parametrize(("system", "path"), [(system, path) for system in SYSTEMS for path in REQUIRED[system]])
def test_a_field_that_is_missing_is_named_as_the_system_names_it(system: str, path: str) -> None:
    payload = report(system)
    holder, key = place(payload, path)
    del holder[key]
    error = refusal(system, payload)
    assert (error.code, error.field) == ("bad_field", path)


@pytest.mark.parametrize("wrong", [None, [], {}, 1.5, True, "x" * 5_000], ids=repr)
@pytest.mark.parametrize(("system", "path"), [(system, path) for system in SYSTEMS for path in REQUIRED[system]])
def test_a_field_that_is_wrong_is_named_and_its_value_is_not(system: str, path: str, wrong: object) -> None:
    payload = report(system)
    holder, key = place(payload, path)
    holder[key] = wrong
    error = refusal(system, payload)
    assert error.field is not None
    assert error.field.startswith(path)
    assert "xxxx" not in str(error.problem())


@pytest.mark.parametrize("system", SYSTEMS)
def test_a_kind_that_nobody_knows_is_refused_by_its_field(system: str) -> None:
    payload = report(system)
    payload[KIND[system]] = 999 if system == "dynamics" else "SOMETHING_NEW"
    error = refusal(system, payload)
    assert (error.code, error.field) == ("unknown_kind", KIND[system])


@pytest.mark.parametrize("system", SYSTEMS)
@pytest.mark.parametrize(
    "text",
    [
        "",
        "yesterday",
        "2026-13-01T00:00:00Z",
        "20.11.2026 09:12",
        "1763629964",
        "0001-01-01T00:00:00+12:00",
        "9999-12-31T23:59:59-12:00",
        "2026-11-24T24:00:01Z",
    ],
)
def test_a_time_that_is_none_is_refused_by_its_field(system: str, text: str) -> None:
    payload = report(system)
    payload[TIME[system]] = text
    assert refusal(system, payload).field == TIME[system]


@pytest.mark.parametrize("system", ["athena", "niche", "dynamics"])
def test_a_time_without_its_offset_is_refused_where_the_system_knows_it(system: str) -> None:
    """An hour wrong could make news of an event that was overtaken."""
    payload = report(system)
    payload[TIME[system]] = "2026-07-01T15:00:00"
    assert refusal(system, payload).field == TIME[system]


@pytest.mark.parametrize("system", SYSTEMS)
@pytest.mark.parametrize("reference", ["", "ab", "x" * 41, "<b>1</b>", "../etc", "42\n43", "é123", " 12"])
def test_a_reference_that_is_none_is_refused(system: str, reference: str) -> None:
    payload = report(system)
    holder, key = place(payload, CRIME[system])
    holder[key] = reference
    if reference == " 12":  # white space around it is the form's, not the reference's, and what is left is too short
        reference = reference.strip()
    assert refusal(system, payload).field == CRIME[system]


@pytest.mark.parametrize("system", SYSTEMS)
@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("appointment_at", "Tuesday at three"),
        ("appointment_at", "0001-01-01T00:00:00+12:00"),
        ("hearing_at", "01/12/2026"),
        ("when", "soon"),
        ("by", "Amelia Hart"),
        ("until", "2026-02-30"),
    ],
)
def test_a_date_in_the_details_that_nobody_can_read_is_refused_by_its_name(system: str, name: str, text: str) -> None:
    payload = report(system) | {DETAILS[system]: {name: text}}
    assert refusal(system, payload).field == f"{DETAILS[system]}.{name}"


@pytest.mark.parametrize("system", SYSTEMS)
@pytest.mark.parametrize("text", ["", "2026-12-01", "2026-12-01T10:30", "2026-12-01T10:30:00Z"])
def test_a_date_in_the_details_may_be_a_day_or_an_instant_or_london_time(system: str, text: str) -> None:
    payload = report(system) | {DETAILS[system]: {"when": text, "by": text}}
    assert read(system, payload).details == {"when": text, "by": text}


@pytest.mark.parametrize("system", SYSTEMS)
def test_half_a_character_is_refused(system: str) -> None:
    payload = report(system)
    payload[
        {"athena": "MessageText", "niche": "message", "dynamics": "cm_message", "storm": "REMARKS_TO_CALLER"}[system]
    ] = "\ud83d"
    with pytest.raises((Invalid, UnicodeEncodeError)):
        read(system, payload)


@pytest.mark.parametrize("system", SYSTEMS)
def test_every_code_of_a_system_is_one_of_our_kinds(system: str) -> None:
    assert set(codes(system)["kinds"].values()) <= set(kinds())


def test_a_system_that_nobody_knows_has_no_adapter() -> None:
    with pytest.raises(NotFound, match="no adapter"):
        adapter("socrates")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=12), inner, max_size=3),
    max_leaves=12,
)


def fields(system: str) -> list[str]:
    """Every path in the payloads that were recorded."""

    def walk(value: Any, path: str) -> Iterator[str]:
        if path:
            yield path
        if isinstance(value, dict):
            for key, inner in value.items():
                yield from walk(inner, f"{path}.{key}" if path else key)
        elif isinstance(value, list):
            for number, inner in enumerate(value):
                yield from walk(inner, f"{path}.{number}")

    # Names of OData have full stops of their own.
    return [path for path in walk(report(system), "") if "@" not in path]


@pytest.mark.parametrize("system", SYSTEMS)
@settings(max_examples=120)
@given(data=st.data())
def test_whatever_stands_in_a_field_there_is_an_event_or_a_typed_refusal(system: str, data: st.DataObject) -> None:
    payload = report(system)
    holder, key = place(payload, data.draw(st.sampled_from(fields(system))))
    holder[key] = data.draw(JSON)
    try:
        event = read(system, payload)
    except (Invalid, UnicodeEncodeError) as error:  # the second `IntakeService` answers: lone_surrogate
        refused = error
    else:
        assert event_from_json(event_to_json(event)) == event
        return
    assert isinstance(refused, UnicodeEncodeError) or refused.field
