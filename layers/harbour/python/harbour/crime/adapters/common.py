"""What all adapters need: strict models, vendors' codes, times, and refusals that name the field."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from functools import cache
from importlib import resources
from typing import Annotated, Any, Final, NoReturn, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, TypeAdapter, ValidationError

from harbour.crime.model import EventId, Kind
from harbour.runtime.errors import Invalid
from harbour.runtime.london import LONDON
from harbour.webhook.payload import shown

M = TypeVar("M", bound=BaseModel)


class Payload(BaseModel):
    """Base of the vendors' models: fields that it does not know are kept apart, in ``model_extra``."""

    model_config = ConfigDict(extra="allow", frozen=True, populate_by_name=False, str_strip_whitespace=True)


def _unicode(text: str) -> str:
    text.encode("utf-8")
    return text


Text = Annotated[str, StringConstraints(max_length=4_000), AfterValidator(_unicode)]
Short = Annotated[str, StringConstraints(max_length=200), AfterValidator(_unicode)]
Reference = Annotated[str, StringConstraints(min_length=3, max_length=40, pattern=r"^[A-Za-z0-9][A-Za-z0-9/ .\-]*$")]
Identifier = Annotated[str, StringConstraints(min_length=1, max_length=80, pattern=r"^[\x21-\x7e]+$")]
Version = Annotated[int, Field(ge=0, le=2**53)]
Details = dict[Short, Text]

_MOMENTS: Final = ("when", "at", "hearing_at", "appointment_at")
_DAYS: Final = ("by", "until", "answer_by")
"""Details that are dates."""

_REFERENCE: Final = TypeAdapter[str](Reference, config=ConfigDict(str_strip_whitespace=True))


def parsed(model: type[M], payload: Mapping[str, object]) -> M:
    """``payload`` as ``model``.

    Raises
    ------
    Invalid
        ``bad_field``, with the path of the first field that is missing or wrong, never with its value.
    """
    try:
        return model.model_validate(payload)
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
        path = shown(".".join(str(part) for part in first["loc"])) or "body"
        missing = first["type"] == "missing"
        refuse(path, "This field is missing." if missing else "This field does not have the right form.")


def refuse(path: str, message: str) -> NoReturn:
    """Raise ``Invalid`` for the field at ``path``."""
    raise Invalid("bad_field", message, field=path) from None


def reference_in(payload: Mapping[str, object], path: str) -> str:
    """The crime's reference at ``path``; empty when there is none that could be one."""
    found: object = payload
    for name in path.split("."):
        found = found.get(name) if isinstance(found, Mapping) else None
    try:
        return str(_REFERENCE.validate_python(found))
    except ValidationError:
        return ""


def unknown(model: BaseModel, path: str = "") -> dict[str, object]:
    """Everything that the sender wrote and no model knows, by path."""
    return dict(_unknown(model, path))


def _unknown(model: BaseModel, path: str) -> Iterator[tuple[str, object]]:
    for name, value in (model.model_extra or {}).items():
        yield f"{path}{name}", value
    for name, field in type(model).model_fields.items():
        value = getattr(model, name)
        place = f"{path}{field.alias or name}"
        if isinstance(value, BaseModel):
            yield from _unknown(value, f"{place}.")
        elif isinstance(value, tuple):
            for number, one in enumerate(value):
                if isinstance(one, BaseModel):
                    yield from _unknown(one, f"{place}.{number}.")


def kind_for(system: str, code: str, path: str) -> Kind:
    """Our kind for the vendor's ``code``. Raises ``Invalid`` ``unknown_kind`` with the field."""
    found = _codes()[system]["kinds"].get(code)
    if found is None:
        raise Invalid("unknown_kind", "This kind of event is not known here.", field=path)
    return Kind(found)


def offence_for(system: str, code: str) -> str:
    """Our offence for the vendor's ``code``; one that nobody knows keeps its name and is treated with most care."""
    return str(_codes()[system]["offences"].get(code, code.lower()[:40])) if code else ""


def codes(system: str) -> Mapping[str, Mapping[str, str]]:
    """``kinds`` and ``offences`` of a system: its code → ours."""
    found: Mapping[str, Mapping[str, str]] = _codes()[system]
    return found


def instant(text: str, path: str) -> datetime:
    """An ISO 8601 time with an offset, as UTC. Raises ``Invalid``."""
    at = _time(text, path)
    if at.tzinfo is None:
        refuse(path, "This time does not say its offset from UTC.")
    return _utc(at, path)


def london(text: str, path: str) -> datetime:
    """A local time of England without an offset, as UTC; of an hour that comes twice, the first. ``Invalid``."""
    at = _time(text, path)
    return _utc(at if at.tzinfo else at.replace(tzinfo=LONDON), path)


def _day(text: str, path: str) -> None:
    try:
        date.fromisoformat(text[:10])
    except ValueError:
        refuse(path, "This is no ISO 8601 date.")


def _time(text: str, path: str) -> datetime:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        refuse(path, "This is no ISO 8601 time.")


def _utc(at: datetime, path: str) -> datetime:
    try:
        return at.astimezone(UTC)
    except OverflowError:
        # the first or the last day that there is, on the other side of midnight
        refuse(path, "This is no ISO 8601 time.")


def told(given: Mapping[str, str], path: str, text: str) -> dict[str, str]:
    """Details as an event has them: dates that can be read, and the words of a message. Raises ``Invalid``.

    A date that nobody can read would leave a victim with an appointment and no day.
    """
    for name in _MOMENTS:
        if given.get(name):
            london(given[name], f"{path}.{name}")
    for name in _DAYS:
        if given.get(name):
            _day(given[name], f"{path}.{name}")
    return {**given, **({"text": text} if text else {})}


def event_ids(corrects: str, withdraws: str) -> tuple[EventId | None, EventId | None]:
    """Ids of earlier events, where there are any."""
    return EventId(corrects) if corrects else None, EventId(withdraws) if withdraws else None


@cache
def _codes() -> dict[str, Any]:
    document: dict[str, Any] = json.loads(
        resources.files("harbour.crime.adapters").joinpath("data", "codes.json").read_text("utf-8")
    )
    return document
