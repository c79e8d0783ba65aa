"""The record of one conversation, and the statement that seals it. Pure values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from harbour.evidence.chain import Event, JsonValue, canonical
from harbour.evidence.strict_json import NotCanonical, parse
from harbour.runtime.clock import parse as instant

FORMAT: Final = 1
"""Version of the package's layout and of the statement. A verifier refuses what it does not know."""

STATEMENT_TYPE: Final = "https://in-toto.io/Statement/v1"
PREDICATE_TYPE: Final = "https://harbour.example/seal/v1"


class UnknownFormat(ValueError):
    """A statement of a version that this program does not know: no finding about the package."""


@dataclass(frozen=True, slots=True)
class Sealed:
    """Where the sealed package is: object key, SHA-256 of its bytes (hex), and when it was sealed (UTC)."""

    key: str
    sha256: str
    sealed_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ConversationRecord:
    """All that the record says about one conversation. Times are UTC.

    ``language`` is the visitor's and ``service_language`` the officer's, as the record names them last. ``closed_at``
    and ``closed_by`` (``officer``, ``visitor`` or ``silence``) are ``None`` while it is open; ``outcome`` is the code
    that the officer gave. ``sealed`` is what :meth:`Records.mark_sealed` stored earlier. ``crime`` is the reference of
    the crime that it is about, where the visitor came from the portal; otherwise empty.
    """

    conversation: str
    force: str
    force_name: str
    language: str
    service_language: str
    opened_at: datetime
    closed_at: datetime | None
    closed_by: str | None
    outcome: str | None
    events: tuple[Event, ...]
    sealed: Sealed | None = None
    crime: str = ""

    @classmethod
    def of(cls, events: Sequence[Event], *, force_name: str, sealed: Sealed | None = None) -> ConversationRecord:
        """The record that ``events`` tell, in their order; nothing is taken from anywhere else.

        Raises
        ------
        ValueError
            If there is no event, or the first is not ``opened`` with a force and languages.
        """
        if not events:
            raise ValueError("a record has at least one event")
        first, last = events[0], events[-1]
        closed = last if last.head.type == "closed" else None
        return cls(
            conversation=first.head.conv,
            force=_text(first.body, "force"),
            force_name=force_name,
            language=_latest(events, "language", _text(first.body, "language")),
            service_language=_latest(events, "joined", _text(first.body, "service_language")),
            opened_at=instant(first.head.ts),
            closed_at=instant(closed.head.ts) if closed else None,
            closed_by=_text(closed.body, "by") if closed else None,
            outcome=_text(closed.body, "outcome") if closed and "outcome" in closed.body else None,
            events=tuple(events),
            sealed=sealed,
            crime=_text(first.body, "crime") if "crime" in first.body else "",
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """What is signed: an in-toto Statement v1 whose predicate says what was sealed, when, how and where to.

    ``size`` counts the events and ``head`` is the hash of the last head, so nothing can be cut off. ``first``, ``last``
    and ``sealed_at`` are RFC 3339 by the server's clock. ``fingerprint`` is the SHA-256 of the signing key's
    SubjectPublicKeyInfo (DER), ``bucket`` and ``key`` the place the package was made for: a package that is moved to
    another place, or to another conversation, contradicts itself. ``subjects`` maps each bound file to its SHA-256.
    """

    conversation: str
    force: str
    size: int
    head: str
    first: str
    last: str
    closed_by: str
    outcome: str | None
    sealed_at: str
    software: str
    fingerprint: str
    bucket: str
    key: str
    subjects: Mapping[str, str]

    def payload(self) -> bytes:
        """The RFC 8785 bytes of the statement."""
        predicate: dict[str, JsonValue] = {
            "format": FORMAT,
            "conversation": self.conversation,
            "force": self.force,
            "size": self.size,
            "head": self.head,
            "first": self.first,
            "last": self.last,
            "closed_by": self.closed_by,
            "sealed_at": self.sealed_at,
            "software": self.software,
            "signing_key": {"sha256": self.fingerprint},
            "target": {"bucket": self.bucket, "key": self.key},
        }
        if self.outcome is not None:
            predicate["outcome"] = self.outcome
        return canonical(
            {
                "_type": STATEMENT_TYPE,
                "subject": [
                    {"name": name, "digest": {"sha256": digest}} for name, digest in sorted(self.subjects.items())
                ],
                "predicateType": PREDICATE_TYPE,
                "predicate": predicate,
            }
        )

    @classmethod
    def read(cls, payload: bytes) -> Statement:
        """The statement whose :meth:`payload` is exactly ``payload``.

        Raises
        ------
        UnknownFormat
            If it says that it is of another type or format.
        ValueError
            For any other bytes: a missing or an extra field, another order.
        """
        try:
            value = parse(payload)
        except NotCanonical as error:
            raise ValueError(f"the statement is {error}") from error
        match value:
            case {"_type": str(kind), "predicateType": str(predicate_type), "predicate": {"format": int(number)}} if (
                kind,
                predicate_type,
                number,
            ) != (STATEMENT_TYPE, PREDICATE_TYPE, FORMAT):
                raise UnknownFormat(f"the statement is of format {number}, this program knows format {FORMAT}")
            case _:
                pass
        match value:
            case {
                "subject": [*subjects],
                "predicate": {
                    "conversation": str(conversation),
                    "force": str(force),
                    "size": int(size),
                    "head": str(head),
                    "first": str(first),
                    "last": str(last),
                    "closed_by": str(closed_by),
                    "sealed_at": str(sealed_at),
                    "software": str(software),
                    "signing_key": {"sha256": str(fingerprint)},
                    "target": {"bucket": str(bucket), "key": str(key)},
                    **optional,
                },
            } if not isinstance(size, bool):
                outcome = optional.get("outcome")
                statement = cls(
                    conversation=conversation,
                    force=force,
                    size=size,
                    head=head,
                    first=first,
                    last=last,
                    closed_by=closed_by,
                    outcome=outcome if isinstance(outcome, str) else None,
                    sealed_at=sealed_at,
                    software=software,
                    fingerprint=fingerprint,
                    bucket=bucket,
                    key=key,
                    subjects=dict(map(_subject, subjects)),
                )
            case _:
                raise ValueError("the statement lacks a field")
        if statement.payload() != payload:
            raise ValueError("the statement holds what this format does not have")
        return statement


def package_key(force: str, closed_at: datetime, conversation: str) -> str:
    """The object key of a package: ``packages/<force>/<year of closing, UTC>/<conversation>.zip``."""
    return f"packages/{force}/{closed_at:%Y}/{conversation}.zip"


def _text(body: Mapping[str, JsonValue], name: str) -> str:
    value = body.get(name)
    if not isinstance(value, str):
        raise ValueError(f"the event has no text {name}")
    return value


def _latest(events: Sequence[Event], kind: str, otherwise: str) -> str:
    """The language that the last event of this kind names."""
    for event in reversed(events):
        value = event.body.get("language")
        if event.head.type == kind and isinstance(value, str):
            return value
    return otherwise


def _subject(value: JsonValue) -> tuple[str, str]:
    match value:
        case {"name": str(name), "digest": {"sha256": str(digest)}}:
            return name, digest
        case _:
            raise ValueError("a subject of the statement is malformed")
