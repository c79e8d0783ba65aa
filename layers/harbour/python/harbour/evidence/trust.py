"""Whose signature counts: the trust file, which comes from the force and **never** with the package.

``{"version": 1, "force": "…", "keys": [{"fingerprint": "<SHA-256 of the SPKI DER, hex>", "pem": "…",
"not_before": "<RFC 3339>", "not_after": "<RFC 3339>"}]}``
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Final

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from harbour.evidence.dsse import one_form
from harbour.runtime.clock import rfc3339

VERSION: Final = 1
MAX_BYTES: Final = 1024 * 1024

ALWAYS: Final = (datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC))
"""The window of a key whose use nobody limited."""


class Untrustworthy(ValueError):
    """Not a trust file; the message says why."""


@dataclass(frozen=True, slots=True)
class TrustedKey:
    """A P-256 key of the force and the time in which it signed (both ends included, UTC)."""

    public_key: ec.EllipticCurvePublicKey
    pem: bytes
    """The one PEM form of the key."""
    fingerprint: str
    """SHA-256 of the SubjectPublicKeyInfo in DER, hex."""
    not_before: datetime
    not_after: datetime

    @classmethod
    def of(cls, pem: bytes, not_before: datetime = ALWAYS[0], not_after: datetime = ALWAYS[1]) -> TrustedKey:
        """The key in ``pem``.

        Raises
        ------
        Untrustworthy
            If it is not a public key on P-256.
        """
        try:
            key = serialization.load_pem_public_key(pem)
        except (ValueError, UnsupportedAlgorithm) as error:
            raise Untrustworthy("a key is not a public key in PEM form") from error
        if not isinstance(key, ec.EllipticCurvePublicKey) or not isinstance(key.curve, ec.SECP256R1):
            raise Untrustworthy("a key is not on the curve P-256")
        info = serialization.PublicFormat.SubjectPublicKeyInfo
        der = key.public_bytes(serialization.Encoding.DER, info)
        return cls(
            public_key=key,
            pem=key.public_bytes(serialization.Encoding.PEM, info),
            fingerprint=hashlib.sha256(der).hexdigest(),
            not_before=not_before,
            not_after=not_after,
        )

    def made(self, signature: bytes, message: bytes) -> bool:
        """Whether this key made ``signature`` (in its one form, :func:`~harbour.evidence.dsse.one_form`)."""
        try:
            self.public_key.verify(signature, message, ec.ECDSA(hashes.SHA256()))
            return one_form(signature) == signature
        except (InvalidSignature, ValueError):
            return False

    def signed_at(self, instant: datetime) -> bool:
        """Whether the key was in use at that time."""
        return self.not_before <= instant <= self.not_after


@dataclass(frozen=True, slots=True)
class Trust:
    """The keys of one force."""

    force: str
    keys: tuple[TrustedKey, ...]


def read(data: bytes) -> Trust:
    """The trust file in ``data``.

    Raises
    ------
    Untrustworthy
        If it is not one, or a fingerprint is not that of its key, or it names no key, or one twice.
    """
    if len(data) > MAX_BYTES:
        raise Untrustworthy("too large")
    try:
        document = json.loads(data, object_pairs_hook=_no_duplicates)
    except (ValueError, RecursionError) as error:
        raise Untrustworthy("not a JSON document without duplicate keys") from error
    match document:
        case {"version": int(version), "force": str(force), "keys": [_, *_] as entries} if (
            version == VERSION and not isinstance(version, bool)
        ):
            keys = tuple(map(_key, entries))
        case _:
            raise Untrustworthy("not a trust file of version 1 with a force and at least one key")
    if len({key.fingerprint for key in keys}) != len(keys):
        raise Untrustworthy("it names a key twice: nobody could say when that key was in use")
    return Trust(force, keys)


def joined(older: Trust, newer: Trust, changed: datetime) -> Trust:
    """All keys of two trust files, when the key that signs was changed.

    A key that only ``older`` names signed no longer than until ``changed``. What ``older`` says of a key otherwise
    stands: a time that was published is never made longer, whoever writes a file with the same key anew.

    Raises
    ------
    Untrustworthy
        If the files are of two forces.
    """
    if older.force != newer.force:
        raise Untrustworthy("the two files are of different forces")
    in_use = {key.fingerprint for key in newer.keys}
    known = {key.fingerprint for key in older.keys}
    kept = (
        key if key.fingerprint in in_use else replace(key, not_after=max(key.not_before, min(key.not_after, changed)))
        for key in older.keys
    )
    return Trust(older.force, (*kept, *(key for key in newer.keys if key.fingerprint not in known)))


def document(force: str, keys: Iterable[TrustedKey]) -> bytes:
    """The trust file that :func:`read` reads."""
    entries = [
        {
            "fingerprint": key.fingerprint,
            "pem": key.pem.decode("ascii"),
            "not_before": rfc3339(key.not_before),
            "not_after": rfc3339(key.not_after),
        }
        for key in keys
    ]
    return (json.dumps({"version": VERSION, "force": force, "keys": entries}, indent=2) + "\n").encode("utf-8")


def _key(entry: object) -> TrustedKey:
    match entry:
        case {
            "fingerprint": str(fingerprint),
            "pem": str(pem),
            "not_before": str(not_before),
            "not_after": str(not_after),
        }:
            if not pem.isascii():
                raise Untrustworthy("a key is not a public key in PEM form")
            key = TrustedKey.of(pem.encode("ascii"), _instant(not_before), _instant(not_after))
        case _:
            raise Untrustworthy("a key lacks fingerprint, pem, not_before or not_after")
    if key.fingerprint != fingerprint.lower():
        raise Untrustworthy("a fingerprint is not that of its key")
    if key.not_after < key.not_before:
        raise Untrustworthy("the time of a key ends before it begins")
    return key


def _instant(text: str) -> datetime:
    try:
        instant = datetime.fromisoformat(text)
    except ValueError as error:
        raise Untrustworthy("a time is not RFC 3339") from error
    if instant.tzinfo is None:
        raise Untrustworthy("a time says no offset from UTC")
    return instant


def _no_duplicates(pairs: list[tuple[str, object]]) -> dict[str, object]:
    value = dict(pairs)
    if len(value) != len(pairs):
        raise ValueError("the same key twice")
    return value
