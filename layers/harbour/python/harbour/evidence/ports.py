"""What sealing needs from outside. Fakes and adapters obey one contract suite (``tests/integration/evidence``)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:  # the adapters are imported where a cold start counts
    from datetime import datetime

    from harbour.evidence.model import ConversationRecord, Sealed
    from harbour.evidence.rendition import Transcript


class AlreadyThere(Exception):
    """The key holds an object. Nothing was written."""


class Records(Protocol):
    """The stored conversations."""

    def load(self, conversation: str) -> ConversationRecord:
        """The whole record, strongly consistent.

        Raises
        ------
        NotFound
            If there is no such conversation.
        """
        ...

    def mark_sealed(self, conversation: str, sealed: Sealed) -> None:
        """Remember where the package is. Saying the same again changes nothing."""
        ...


class Signer(Protocol):
    """A P-256 key that signs and never leaves its place."""

    def public_key(self) -> bytes:
        """The public key, PEM. Raises :class:`~harbour.runtime.errors.Unavailable`."""
        ...

    def sign(self, message: bytes) -> bytes:
        """ECDSA signature over SHA-256 of ``message`` (at most 4,096 bytes), DER. Raises ``Unavailable``."""
        ...


class EvidenceStore(Protocol):
    """Where packages are kept: written once, and not to be changed or deleted while the retention runs."""

    @property
    def bucket(self) -> str:
        """Its name, which the statement binds."""
        ...

    def put_once(self, key: str, data: bytes) -> None:
        """Store ``data`` under ``key`` unless something is there.

        Raises
        ------
        AlreadyThere
            If the key holds an object.
        Unavailable
            If it is not known whether the object was stored; the same call may be made again.
        """
        ...

    def get(self, key: str) -> bytes:
        """The object. Raises ``NotFound`` or ``Unavailable``."""
        ...


class Printer(Protocol):
    """Sets a transcript for paper."""

    def render(self, transcript: Transcript, closed_at: datetime) -> bytes:
        """A PDF; the same transcript and time give the same bytes."""
        ...


class Attach(Protocol):
    """Crime reports, to which packages are attached."""

    def attach(self, crime: str, conversation: str, sealed: Sealed) -> None:
        """Have a package attached to a crime's report. Saying the same again changes nothing."""
        ...
