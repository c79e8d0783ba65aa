"""Fakes of everything around the seal. The store keeps the rules of COMPLIANCE mode, which moto does not."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from harbour.evidence import container
from harbour.evidence.model import ConversationRecord, Sealed
from harbour.evidence.ports import AlreadyThere
from harbour.evidence.reading import read_zip
from harbour.evidence.rendition import Transcript
from harbour.evidence.service import SealService
from harbour.evidence.trust import Trust, TrustedKey
from harbour.runtime.errors import NotFound, Unavailable
from tests.unit.evidence.conversations import CONVERSATION

SEALED_AT = datetime(2026, 11, 22, 11, 0, 0, tzinfo=UTC)
BUCKET = "evidence-eastshire"


class Refused(Exception):
    """What S3 answers when a lock forbids it."""


@dataclass
class FixedClock:
    """A clock that stands where it is put."""

    at: datetime = SEALED_AT

    def now(self) -> datetime:
        return self.at


@dataclass
class LocalKey:
    """A P-256 key in memory that signs as KMS does."""

    private: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    down: bool = False
    signed: list[bytes] = field(default_factory=list)

    def public_key(self) -> bytes:
        self._answer()
        return self.private.public_key().public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )

    def sign(self, message: bytes) -> bytes:
        self._answer()
        if len(message) > 4_096:
            raise ValueError("KMS signs at most 4,096 bytes as they are")
        self.signed.append(message)
        return self.private.sign(message, ec.ECDSA(hashes.SHA256()))

    def trusted(self) -> TrustedKey:
        return TrustedKey.of(
            self.private.public_key().public_bytes(
                serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
            ),
            datetime(2026, 1, 1, tzinfo=UTC),
            datetime(2026, 12, 31, tzinfo=UTC),
        )

    def _answer(self) -> None:
        if self.down:
            raise Unavailable("signing_unavailable", "The signing key does not answer.")


@dataclass
class Version:
    """One version of an object under its lock."""

    data: bytes
    retain_until: datetime
    mode: str = "COMPLIANCE"


@dataclass
class WormStore:
    """A bucket under Object Lock: what is locked cannot be deleted, shortened or downgraded, whoever asks."""

    clock: FixedClock = field(default_factory=FixedClock)
    retention: timedelta = timedelta(days=1)
    down: bool = False
    versions: dict[str, list[Version]] = field(default_factory=dict)
    before_put: Callable[[], object] = lambda: None

    @property
    def bucket(self) -> str:
        return BUCKET

    def put_once(self, key: str, data: bytes) -> None:
        self._answer()
        self.before_put()
        if self.versions.get(key):
            raise AlreadyThere
        self.versions[key] = [Version(data, self.clock.now() + self.retention)]

    def get(self, key: str) -> bytes:
        self._answer()
        if not self.versions.get(key):
            raise NotFound("no_package", "There is no sealed package here.")
        return self.versions[key][-1].data

    def delete_version(self, key: str, number: int) -> None:
        if self.versions[key][number].retain_until > self.clock.now():
            raise Refused
        del self.versions[key][number]

    def retain(self, key: str, number: int, until: datetime, mode: str = "COMPLIANCE") -> None:
        version = self.versions[key][number]
        if version.retain_until > self.clock.now() and (until < version.retain_until or mode != version.mode):
            raise Refused
        version.retain_until, version.mode = until, mode

    def _answer(self) -> None:
        if self.down:
            raise Unavailable("store_unavailable", "The evidence store does not answer.")


@dataclass
class MemoryRecords:
    """Stored conversations."""

    records: dict[str, ConversationRecord] = field(default_factory=dict)
    sealed: dict[str, Sealed] = field(default_factory=dict)
    marks: int = 0

    def load(self, conversation: str) -> ConversationRecord:
        from dataclasses import replace

        if conversation not in self.records:
            raise NotFound("no_conversation", "There is no such conversation.")
        return replace(self.records[conversation], sealed=self.sealed.get(conversation))

    def mark_sealed(self, conversation: str, sealed: Sealed) -> None:
        self.marks += 1
        assert self.sealed.setdefault(conversation, sealed) == sealed, "a package does not change its place"


class PlainPrinter:
    """Stands for the typesetter where the look of the page does not matter."""

    def render(self, transcript: Transcript, closed_at: datetime) -> bytes:
        digest = hashlib.sha256(repr((transcript, closed_at)).encode()).hexdigest()
        return f"%PDF-1.7\n% {digest}\n%%EOF\n".encode()


@dataclass
class World:
    """A force with a key, a store and its records."""

    key: LocalKey = field(default_factory=LocalKey)
    store: WormStore = field(default_factory=WormStore)
    records: MemoryRecords = field(default_factory=MemoryRecords)
    clock: FixedClock = field(default_factory=FixedClock)
    printer: Any = field(default_factory=PlainPrinter)

    def __post_init__(self) -> None:
        self.store.clock = self.clock

    def add(self, record: ConversationRecord) -> None:
        self.records.records[record.conversation] = record

    def service(self, **instead: Any) -> SealService:
        ports = {
            "records": self.records,
            "signer": self.key,
            "store": self.store,
            "printer": self.printer,
            "clock": self.clock,
            "software": "harbour 0.1.0",
        }
        return SealService(**(ports | instead))

    def package(self, conversation: str = CONVERSATION) -> bytes:
        """The sealed package, as the store holds it."""
        return self.store.get(self.service().seal(conversation).key)

    def files(self, conversation: str = CONVERSATION) -> dict[str, bytes]:
        """The files of the sealed package."""
        return dict(read_zip(self.package(conversation)).files)

    def trust(self) -> Trust:
        return Trust("eastshire", (self.key.trusted(),))


def packed(files: dict[str, bytes]) -> bytes:
    """A ZIP as Harbour writes it, of whatever files."""
    return container.write(files)
