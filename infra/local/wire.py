"""AWS's two RPC protocols from the server's side: JSON 1.1, and Smithy RPC v2 with CBOR.

A stand-in must speak what the clients speak, and newer clients prefer CBOR. What comes in and what goes out is
checked against botocore's model of the service, so that neither a request that AWS would refuse nor an answer
that AWS would never give passes here.

Sources: https://smithy.io/2.0/aws/protocols/aws-json-1_1-protocol.html,
https://smithy.io/2.0/additional-specs/protocols/smithy-rpc-v2.html and RFC 8949 (CBOR).
"""

from __future__ import annotations

import base64
import json
import math
import re
import struct
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final, TypeAlias

import botocore.session
from botocore.model import ListShape, MapShape, ServiceModel, Shape, StringShape, StructureShape

JSON: Final = "application/x-amz-json-1.1"
CBOR: Final = "application/cbor"
_RPC_PATH: Final = re.compile(r"/service/(?P<service>[^/]+)/operation/(?P<operation>[^/]+)")

# What a model describes is known only at run time: the values of a request or an answer, by member.
Values: TypeAlias = dict[str, Any]


class Refused(Exception):
    """An answer that is an error, as the service gives it.

    Parameters
    ----------
    code
        ``__type`` of the answer: the name of an exception in the service's model, or one of all services.
    message
        For people.
    status
        Of HTTP; 4xx is the caller's mistake.
    members
        What else the model gives this exception.
    """

    def __init__(self, code: str, message: str, status: int = 400, **members: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.status = status
        self.members = members


@dataclass(frozen=True, slots=True)
class Call:
    """A request that has been read: the operation, its input, and the form in which the answer must go back."""

    operation: str
    values: Values
    form: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What goes back over HTTP."""

    status: int
    headers: dict[str, str]
    body: bytes


class Service:
    """One AWS service as botocore's model describes it.

    Parameters
    ----------
    name
        As in ``boto3.client(name)``.
    operations
        Those that are answered; every other one is refused as AWS refuses unknown operations.
    own_limits
        Members whose greatest length the service refuses with an exception of its own, so not here.
    """

    def __init__(self, name: str, operations: frozenset[str], own_limits: frozenset[str] = frozenset()) -> None:
        self.model: ServiceModel = botocore.session.get_session().get_service_model(name)
        self._operations = operations
        self._own_limits = own_limits

    def read(self, path: str, headers: Mapping[str, str], body: bytes) -> Call:
        """The call that an HTTP request makes; ``headers`` have lower-case names.

        Raises
        ------
        Refused
            For an unknown operation, a body that cannot be read, and input that the model does not allow.
        """
        form, target, operation = _addressed(path, headers)
        if target != self.model.metadata["targetPrefix"] or operation not in self._operations:
            raise Refused("UnknownOperationException", f"{operation} is not answered here", form_of_answer=form)
        shape = self.model.operation_model(operation).input_shape
        values = _decode(form, body)
        values = _typed(shape, values, form) if shape else {}
        if shape and (faults := violations(shape, self._shortened(shape, values))):
            raise Refused("ValidationException", _counted(faults), form_of_answer=form)
        return Call(operation, values, form)

    def answer(self, call: Call, values: Values, **headers: str) -> Answer:
        """A successful answer.

        Raises
        ------
        AssertionError
            When the model does not allow ``values``: a fault of the stand-in.
        """
        shape = self.model.operation_model(call.operation).output_shape
        faults = violations(shape, values) if shape else []
        if faults:
            raise AssertionError(_counted(faults))
        return _packed(200, _encode(call.form, _plain(values, call.form)), call.form, headers)

    def refusal(self, refused: Refused, form: str = JSON) -> Answer:
        """The answer for an error, in its protocol's form."""
        members = dict(refused.members)
        form = members.pop("form_of_answer", form)
        kind = refused.code if form == JSON else f"com.amazonaws.{self.model.service_name}#{refused.code}"
        body = {"__type": kind, self._message_member(refused.code): refused.message, **members}
        return _packed(refused.status, _encode(form, body), form, {"x-amzn-errortype": refused.code})

    def _shortened(self, shape: StructureShape, values: Values) -> Values:
        """``values`` as they would be within the limits that the operation itself watches."""
        watched = {name: shape.members[name].metadata.get("max") for name in self._own_limits & values.keys()}
        return values | {name: values[name][:most] for name, most in watched.items() if isinstance(values[name], str)}

    def _message_member(self, code: str) -> str:
        """``Message`` or ``message``, as this exception is spelt in the model."""
        shape = next((shape for shape in self.model.error_shapes if shape.name == code), None)
        members = shape.members if isinstance(shape, StructureShape) else {}
        return next((name for name in members if name.lower() == "message"), "message")


def violations(shape: Shape, value: object, path: str = "") -> list[str]:
    """What the model does not allow in ``value``: wrong types, missing or unknown members, lengths, patterns."""
    if isinstance(shape, StructureShape):
        return _structure_violations(shape, value, path)
    if isinstance(shape, ListShape):
        if not isinstance(value, list):
            return [f"Value at '{path}' must be a list"]
        faults = [
            fault for index, item in enumerate(value) for fault in violations(shape.member, item, f"{path}.{index + 1}")
        ]
        return faults + _length_violations(shape, len(value), path)
    if isinstance(shape, MapShape):
        if not isinstance(value, dict):
            return [f"Value at '{path}' must be a map"]
        return [fault for name, item in value.items() for fault in violations(shape.value, item, f"{path}.{name}")]
    return _scalar_violations(shape, value, path)


def _structure_violations(shape: StructureShape, value: object, path: str) -> list[str]:
    if not isinstance(value, dict):
        return [f"Value at '{path}' must be a structure"]
    faults = [
        f"Value null at '{_member(path, name)}' failed to satisfy constraint: Member must not be null"
        for name in shape.required_members
        if value.get(name) is None
    ]
    for name, item in value.items():
        member = shape.members.get(name)
        if member is None:
            faults.append(f"'{_member(path, name)}' is not a member")
        elif item is not None:
            faults += violations(member, item, _member(path, name))
    return faults


_PYTHON_TYPES: Final[dict[str, tuple[type, ...]]] = {
    "string": (str,),
    "blob": (bytes,),
    "boolean": (bool,),
    "integer": (int,),
    "long": (int,),
    "float": (float, int),
    "double": (float, int),
    "timestamp": (datetime,),
}


def _scalar_violations(shape: Shape, value: object, path: str) -> list[str]:
    allowed = _PYTHON_TYPES[shape.type_name]
    if not isinstance(value, allowed) or (isinstance(value, bool) and bool not in allowed):
        return [f"Value at '{path}' must be of type {shape.type_name}"]
    if isinstance(shape, StringShape) and isinstance(value, str):
        if shape.enum and value not in shape.enum:
            return [
                f"Value '{value}' at '{path}' failed to satisfy constraint: Member must satisfy enum value set:"
                f" [{', '.join(shape.enum)}]"
            ]
        faults = _length_violations(shape, len(value), path)
        return faults or _pattern_violations(shape, value, path)
    if isinstance(value, bytes):
        return _length_violations(shape, len(value), path)
    if isinstance(value, int | float):
        return _range_violations(shape, value, path)
    return []


def _length_violations(shape: Shape, length: int, path: str) -> list[str]:
    return [
        f"Value at '{path}' failed to satisfy constraint: Member must have length {fault}"
        for fault in _outside(shape, length)
    ]


def _range_violations(shape: Shape, value: float, path: str) -> list[str]:
    return [
        f"Value '{value}' at '{path}' failed to satisfy constraint: Member must have value {fault}"
        for fault in _outside(shape, value)
    ]


def _outside(shape: Shape, size: float) -> list[str]:
    least, most = shape.metadata.get("min"), shape.metadata.get("max")
    faults = []
    if least is not None and size < least:
        faults.append(f"greater than or equal to {least}")
    if most is not None and size > most:
        faults.append(f"less than or equal to {most}")
    return faults


def _pattern_violations(shape: Shape, value: str, path: str) -> list[str]:
    pattern = shape.metadata.get("pattern")
    # Python's expressions have no Unicode classes; where AWS uses them here ("any character") the length decides.
    if not pattern or "\\p{" in pattern or "\\P{" in pattern or re.search(pattern, value):
        return []
    return [
        f"Value '{value}' at '{path}' failed to satisfy constraint: Member must satisfy regular expression"
        f" pattern: {pattern}"
    ]


def _member(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


def _counted(faults: list[str]) -> str:
    return f"{len(faults)} validation error{'s' * (len(faults) > 1)} detected: {'; '.join(faults)}"


# --- protocols


def _addressed(path: str, headers: Mapping[str, str]) -> tuple[str, str, str]:
    """The protocol's content type, the service's name and the operation's, as this request addresses them."""
    if headers.get("smithy-protocol") == "rpc-v2-cbor" and (match := _RPC_PATH.fullmatch(path)):
        return CBOR, match["service"], match["operation"]
    target, _, operation = headers.get("x-amz-target", "").partition(".")
    return JSON, target, operation


def _decode(form: str, body: bytes) -> object:
    try:
        if form == CBOR:
            return _CborReader(body).whole() if body else {}
        return json.loads(body or b"{}")
    except (ValueError, struct.error, IndexError, RecursionError):
        raise Refused("SerializationException", "the body cannot be read", form_of_answer=form) from None


def _encode(form: str, value: object) -> bytes:
    return _cbor(value) if form == CBOR else json.dumps(value, ensure_ascii=False).encode()


def _typed(shape: Shape, value: object, form: str) -> Values:
    """The decoded body with JSON's base64 as bytes and its numbers as times, where the model says so."""
    converted = _convert(shape, value) if form == JSON else value
    if not isinstance(converted, dict):
        raise Refused("SerializationException", "the body must be an object", form_of_answer=form)
    return {name: item for name, item in converted.items() if item is not None}


def _convert(shape: Shape, value: object) -> object:
    if isinstance(shape, StructureShape) and isinstance(value, dict):
        return {
            name: _convert(shape.members[name], item) if name in shape.members else item for name, item in value.items()
        }
    if isinstance(shape, ListShape) and isinstance(value, list):
        return [_convert(shape.member, item) for item in value]
    if shape.type_name == "blob" and isinstance(value, str):
        try:
            return base64.b64decode(value, validate=True)
        except ValueError:
            return value
    if shape.type_name == "timestamp" and isinstance(value, int | float):
        return datetime.fromtimestamp(value, UTC)
    return value


def _plain(value: object, form: str) -> object:
    """The answer in what the protocol can write."""
    if isinstance(value, dict):
        return {name: _plain(item, form) for name, item in value.items() if item is not None}
    if isinstance(value, list):
        return [_plain(item, form) for item in value]
    if form == JSON and isinstance(value, bytes):
        return base64.b64encode(value).decode()
    if form == JSON and isinstance(value, datetime):
        return value.timestamp()
    return value


def _packed(status: int, body: bytes, form: str, headers: Mapping[str, str]) -> Answer:
    fixed = {"content-type": form, "x-amzn-requestid": str(uuid.uuid4())}
    if form == CBOR:
        fixed["smithy-protocol"] = "rpc-v2-cbor"
    return Answer(status, {**fixed, **headers}, body)


# --- CBOR: of RFC 8949 what Smithy's protocol uses

_UNSIGNED, _NEGATIVE, _BYTES, _TEXT, _ARRAY, _MAP, _TAG, _SIMPLE = range(8)
_EPOCH_TIME: Final = 1
_INDEFINITE: Final = 31
_BREAK: Final = object()
_DEEPEST: Final = 64


def _cbor(value: object) -> bytes:
    if value is None:
        return b"\xf6"
    if isinstance(value, bool):
        return b"\xf5" if value else b"\xf4"
    if isinstance(value, int):
        return _head(_UNSIGNED, value) if value >= 0 else _head(_NEGATIVE, -1 - value)
    if isinstance(value, float):
        return b"\xfb" + struct.pack(">d", value)
    if isinstance(value, bytes):
        return _head(_BYTES, len(value)) + value
    if isinstance(value, str):
        text = value.encode()
        return _head(_TEXT, len(text)) + text
    if isinstance(value, datetime):
        return _head(_TAG, _EPOCH_TIME) + _cbor(value.timestamp())
    if isinstance(value, list):
        return _head(_ARRAY, len(value)) + b"".join(map(_cbor, value))
    if isinstance(value, dict):
        return _head(_MAP, len(value)) + b"".join(_cbor(name) + _cbor(item) for name, item in value.items())
    raise TypeError(f"no CBOR for {type(value).__name__}")


def _head(major: int, number: int) -> bytes:
    first = major << 5
    for limit, more, layout in ((24, number, ""), (1 << 8, 24, "B"), (1 << 16, 25, "H"), (1 << 32, 26, "I")):
        if number < limit:
            return bytes([first | more]) + (struct.pack(">" + layout, number) if layout else b"")
    return bytes([first | 27]) + struct.pack(">Q", number)


class _CborReader:
    """Reads one value; ValueError, struct.error or IndexError for anything that is not one."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    def whole(self) -> object:
        value = self._value(0)
        if value is _BREAK or self._at != len(self._data):
            raise ValueError("not one value")
        return value

    def _take(self, count: int) -> bytes:
        taken = self._data[self._at : self._at + count]
        if len(taken) < count:
            raise ValueError("cut short")
        self._at += count
        return taken

    def _value(self, depth: int) -> object:
        if depth > _DEEPEST:
            raise ValueError("nested too deeply")
        first = self._take(1)[0]
        major, more = first >> 5, first & 31
        if major == _SIMPLE:
            return self._simple(more)
        number = None if more == _INDEFINITE else self._number(more)
        match major:
            case 0:  # unsigned
                return self._definite(number)
            case 1:  # negative
                return -1 - self._definite(number)
            case 2:  # bytes
                return self._take(number) if number is not None else self._joined_bytes(depth)
            case 3:  # text
                return self._take(number).decode() if number is not None else self._joined_text(depth)
            case 4:  # array
                return list(self._items(number, depth))
            case 5:  # map
                return self._map(number, depth)
            case _:  # tag
                return self._tagged(self._definite(number), depth)

    def _number(self, more: int) -> int:
        if more < 24:  # noqa: PLR2004 - RFC 8949 section 3
            return more
        layout = {24: ">B", 25: ">H", 26: ">I", 27: ">Q"}.get(more)
        if layout is None:
            raise ValueError("reserved length")
        return int(struct.unpack(layout, self._take(struct.calcsize(layout)))[0])

    def _definite(self, number: int | None) -> int:
        if number is None:
            raise ValueError("a length is missing")
        return number

    def _simple(self, more: int) -> object:
        if more == _INDEFINITE:
            return _BREAK
        if more in (25, 26, 27):
            layout = {25: ">e", 26: ">f", 27: ">d"}[more]
            return float(struct.unpack(layout, self._take(struct.calcsize(layout)))[0])
        simple: dict[int, bool | None] = {20: False, 21: True, 22: None, 23: None}
        if more not in simple:
            raise ValueError("unknown simple value")
        return simple[more]

    def _items(self, number: int | None, depth: int) -> list[object]:
        items: list[object] = []
        while number is None or len(items) < number:
            item = self._value(depth + 1)
            if item is _BREAK:
                if number is not None:
                    raise ValueError("unexpected end")
                break
            items.append(item)
        return items

    def _joined_bytes(self, depth: int) -> bytes:
        parts = self._items(None, depth)
        if not all(isinstance(part, bytes) for part in parts):
            raise ValueError("mixed byte string")
        return b"".join(part for part in parts if isinstance(part, bytes))

    def _joined_text(self, depth: int) -> str:
        parts = self._items(None, depth)
        if not all(isinstance(part, str) for part in parts):
            raise ValueError("mixed text string")
        return "".join(part for part in parts if isinstance(part, str))

    def _map(self, number: int | None, depth: int) -> dict[str, object]:
        items = self._items(None if number is None else 2 * number, depth)
        names = items[::2]
        if len(items) % 2 or not all(isinstance(name, str) for name in names):
            raise ValueError("not a map of names")
        return dict(zip(map(str, names), items[1::2], strict=True))

    def _tagged(self, tag: int, depth: int) -> object:
        value = self._value(depth + 1)
        if tag == _EPOCH_TIME and isinstance(value, int | float) and math.isfinite(value):
            return datetime.fromtimestamp(value, UTC)
        return value
