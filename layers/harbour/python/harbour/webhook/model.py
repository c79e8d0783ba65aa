"""Standard Webhooks 1.0: what is signed, and how a signature is checked. Pure.

Source: github.com/standard-webhooks, ``spec/standard-webhooks.md``. The published library is not used:
it answers several malformed headers with an exception of its own, takes timestamps that are no integers, and knows one
key and no ed25519. Here everything that is not exactly right is one refusal.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

TOLERANCE_SECONDS: Final = 300
"""A request may be this old, or this far ahead of our clock."""

LARGEST_BODY: Final = 20 * 1024
"""Bytes (the specification advises thin payloads)."""

_ID: Final = re.compile(r"[\x21-\x2d\x2f-\x7e]{1,100}")
"""Visible ASCII; never a full stop, which would move the border between what is signed as id and as time."""
_TIMESTAMP: Final = re.compile(r"[1-9][0-9]{0,11}")
_SHORTEST_SECRET: Final = 24
_MOST_SIGNATURES: Final = 16
"""Each is compared with each key: an endless header must not become endless work."""

HEADERS: Final = ("webhook-id", "webhook-timestamp", "webhook-signature")


class Refused(Exception):
    """The request does not prove who sent it. ``reason`` is for logs; the caller is told nothing."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Key:
    """One key of a source: ``whsec_…`` (HMAC-SHA256, shared) or ``whpk_…`` (ed25519, the sender's public half)."""

    id: str
    secret: str
    active: bool = True


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class SourceKeys:
    """What is known of a sender: keys, or for old systems a fixed header, or a client certificate."""

    keys: Sequence[Key] = ()
    header_name: str = ""
    header_value: str = ""
    certificate: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed:
    """A request that proved who sent it."""

    id: str
    at: int


def verify(headers: Mapping[str, str], body: bytes, keys: Sequence[Key], now: datetime) -> Signed:
    """Check a request against every active key.

    Parameters
    ----------
    headers
        Names in lower case.

    Raises
    ------
    Refused
        Whatever is wrong: a header is missing or malformed, the time is off, or no signature fits.
    """
    ident, timestamp, signatures = (headers.get(name, "") for name in HEADERS)
    if not _ID.fullmatch(ident):
        raise Refused("id")
    if not _TIMESTAMP.fullmatch(timestamp):
        raise Refused("timestamp")
    if abs(now.timestamp() - int(timestamp)) > TOLERANCE_SECONDS:
        raise Refused("clock")
    signed = _signed(ident, int(timestamp), body)
    fits = False
    # Every pair is tried, whether one has fitted or not: the time tells nothing of the keys.
    for version, signature in _signatures(signatures):
        for key in keys:
            fits |= key.active and _fits(key, version, signature, signed)
    if not fits:
        raise Refused("signature")
    return Signed(id=ident, at=int(timestamp))


def sign(secret: str, ident: str, timestamp: int, body: bytes) -> str:
    """One signature for the header ``webhook-signature``.

    Parameters
    ----------
    secret
        ``whsec_…`` for HMAC (``v1``), ``whsk_…`` for ed25519 (``v1a``).

    Raises
    ------
    ValueError
        The secret is neither, or the id has a full stop.
    """
    if not _ID.fullmatch(ident):
        raise ValueError("a webhook id is visible ASCII without a full stop")
    signed = _signed(ident, timestamp, body)
    if secret.startswith("whsk_"):
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

        seed = _decoded(secret.removeprefix("whsk_"))[:32]
        return "v1a," + base64.b64encode(Ed25519PrivateKey.from_private_bytes(seed).sign(signed)).decode()
    return "v1," + base64.b64encode(_mac(secret, signed)).decode()


def same_header(given: str, expected: str) -> bool:
    """Whether a fixed header is the one that was agreed, in constant time; never for an empty one."""
    return bool(expected) and hmac.compare_digest(given.encode("utf-8", "surrogatepass"), expected.encode())


def same_certificate(given: str, expected: str) -> bool:
    """Whether a client certificate's SHA-256 fingerprint is the one that was agreed, however it is written."""

    def bare(fingerprint: str) -> str:
        return fingerprint.replace(":", "").replace(" ", "").lower()

    return same_header(bare(given), bare(expected)) and len(bare(expected)) == hashlib.sha256().digest_size * 2


def _signed(ident: str, timestamp: int, body: bytes) -> bytes:
    return f"{ident}.{timestamp}.".encode() + body


def _signatures(header: str) -> list[tuple[str, bytes]]:
    found: list[tuple[str, bytes]] = []
    for part in header.split(" ")[:_MOST_SIGNATURES]:
        version, comma, text = part.partition(",")
        if not comma or version not in ("v1", "v1a"):
            continue
        try:
            found.append((version, base64.b64decode(text, validate=True)))
        except (binascii.Error, ValueError):
            continue
    return found


def _fits(key: Key, version: str, signature: bytes, signed: bytes) -> bool:
    try:
        if version == "v1" and not key.secret.startswith("whpk_"):
            return hmac.compare_digest(_mac(key.secret, signed), signature)
        if version == "v1a" and key.secret.startswith("whpk_"):
            return _verified(key.secret, signature, signed)
    except ValueError:
        # A key that somebody stored wrongly fits nothing; the others are tried all the same.
        return False
    return False


def _verified(public: str, signature: bytes, signed: bytes) -> bool:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    key = Ed25519PublicKey.from_public_bytes(_decoded(public.removeprefix("whpk_")))
    try:
        key.verify(signature, signed)
    except InvalidSignature:
        return False
    return True


def _mac(secret: str, signed: bytes) -> bytes:
    key = _decoded(secret.removeprefix("whsec_"))
    if len(key) < _SHORTEST_SECRET:
        raise ValueError("a webhook secret has at least 24 bytes")
    return hmac.new(key, signed, hashlib.sha256).digest()


def _decoded(text: str) -> bytes:
    """Base64, with or without its padding. Raises ``ValueError``."""
    return base64.b64decode(text + "=" * (-len(text) % 4), validate=True)
