"""The hash chain of a conversation: what is written once and can be checked by anyone.

An event is a *head* (public, chained), a random *salt* and a *body* (the content). The head carries a salted
commitment to the body, and the hash of the head before it, so a disclosure copy may drop body and salt while
every link still verifies (CPIA 1996 disclosure edits; MoPI disposal). Bytes are RFC 8785 (JCS); text is never
normalised or trimmed.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

import rfc8785

JsonValue: TypeAlias = "str | int | bool | list[JsonValue] | dict[str, JsonValue] | None"
Body: TypeAlias = Mapping[str, JsonValue]

GENESIS = "0" * 64
"""``prev`` of the first event."""

VERSION = 1
SALT_BYTES = 16


@dataclass(frozen=True, slots=True)
class Head:
    """The chained part of an event. Hashes are lower-case hex SHA-256; ``ts`` is RFC 3339 UTC, milliseconds."""

    v: int
    conv: str
    seq: int
    type: str
    actor: str
    ts: str
    prev: str
    commit: str

    def as_json(self) -> dict[str, JsonValue]:
        """The JSON object whose RFC 8785 bytes are hashed."""
        return {
            "v": self.v,
            "conv": self.conv,
            "seq": self.seq,
            "type": self.type,
            "actor": self.actor,
            "ts": self.ts,
            "prev": self.prev,
            "commit": self.commit,
        }


@dataclass(frozen=True, slots=True)
class Event:
    """One entry of the record: head, salt (32 hex digits) and body."""

    head: Head
    salt: str
    body: Body

    def as_json(self) -> dict[str, JsonValue]:
        """The JSON object of one line of ``events.jsonl``."""
        return {"head": self.head.as_json(), "salt": self.salt, "body": dict(self.body)}


def canonical(value: JsonValue) -> bytes:
    """RFC 8785 bytes of ``value``.

    Raises
    ------
    rfc8785.CanonicalizationError
        For what has no canonical form: a lone surrogate, an integer beyond 2**53 - 1.
    """
    return rfc8785.dumps(value)


def commitment(salt: str, body: Body) -> str:
    """Salted commitment to a body: SHA-256("body\\0" || salt || JCS(body)), hex."""
    return hashlib.sha256(b"body\0" + bytes.fromhex(salt) + canonical(dict(body))).hexdigest()


def head_hash(head: Head) -> str:
    """SHA-256 of the RFC 8785 bytes of a head, hex: the ``prev`` of the next event."""
    return hashlib.sha256(canonical(head.as_json())).hexdigest()


def link(
    *, conversation: str, seq: int, kind: str, actor: str, ts: str, prev: str, body: Body, salt: str | None = None
) -> Event:
    """Make event ``seq`` that follows the head with hash ``prev`` (:data:`GENESIS` for the first).

    A fresh random salt is drawn unless one is given (only tests and verifiers give one).
    """
    salt = salt or secrets.token_hex(SALT_BYTES)
    head = Head(VERSION, conversation, seq, kind, actor, ts, prev, commitment(salt, body))
    return Event(head, salt, body)
