"""The signed envelope: DSSE v1 (secure-systems-lab/dsse, protocol.md) around one in-toto statement.

What is signed is the *pre-authentication encoding* (PAE) of payload type and payload. The signature is ECDSA P-256
over SHA-256 in **DER** form, as KMS makes it and ``openssl dgst -verify`` reads it (the vector in the DSSE document
uses the raw ``r || s`` form: another encoding of the same kind of signature), with the smaller of its two ``s``.
``keyid`` is a hint that decides nothing.
"""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from typing import Final

from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature

from harbour.evidence.chain import canonical
from harbour.evidence.strict_json import NotCanonical, parse

PAYLOAD_TYPE = "application/vnd.in-toto+json"

_P256_ORDER: Final = 0xFFFFFFFF_00000000_FFFFFFFF_FFFFFFFF_BCE6FAAD_A7179E84_F3B9CAC2_FC632551


class Malformed(ValueError):
    """Not an envelope that Harbour writes."""


@dataclass(frozen=True, slots=True)
class Envelope:
    """A payload with the one signature over it."""

    payload: bytes
    signature: bytes
    keyid: str

    def signed_bytes(self) -> bytes:
        """What the signature is made over."""
        return pae(PAYLOAD_TYPE, self.payload)

    def as_bytes(self) -> bytes:
        """The file ``statement.dsse.json``: RFC 8785."""
        return canonical(
            {
                "payload": base64.b64encode(self.payload).decode("ascii"),
                "payloadType": PAYLOAD_TYPE,
                "signatures": [
                    {"keyid": self.keyid, "sig": base64.b64encode(self.signature).decode("ascii")},
                ],
            }
        )


def pae(payload_type: str, payload: bytes) -> bytes:
    """``"DSSEv1" SP len(type) SP type SP len(payload) SP payload``, lengths in bytes as decimal numbers."""
    kind = payload_type.encode("utf-8")
    return b"DSSEv1 %d %b %d %b" % (len(kind), kind, len(payload), payload)


def one_form(signature: bytes) -> bytes:
    """The one form of a P-256 signature (DER) that counts.

    With ``(r, s)`` anybody can compute ``(r, n - s)``, which the key did not make and which verifies too. KMS returns
    either. So the seal keeps the smaller ``s``, and a verifier refuses the other: else a package could be changed.

    Raises
    ------
    ValueError
        If these bytes are no signature.
    """
    r, s = decode_dss_signature(signature)
    return encode_dss_signature(r, min(s, _P256_ORDER - s))


def read(data: bytes) -> Envelope:
    """The envelope whose :meth:`Envelope.as_bytes` is exactly ``data``.

    Raises
    ------
    Malformed
        For any other bytes: more keys, another payload type, no or several signatures, base64 with slack bits.
    """
    try:
        match parse(data):
            case {
                "payload": str(payload),
                "payloadType": str(payload_type),
                "signatures": [{"keyid": str(keyid), "sig": str(signature)}],
            }:
                envelope = Envelope(_base64(payload), _base64(signature), keyid)
            case _:
                raise Malformed("not a DSSE envelope with one signature")
    except NotCanonical as error:
        raise Malformed(str(error)) from error
    if payload_type != PAYLOAD_TYPE:
        raise Malformed("an unknown payload type")
    if envelope.as_bytes() != data:
        raise Malformed("more in the envelope than payload and signature")
    return envelope


def _base64(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise Malformed("base64 that does not decode") from error
