"""The envelope against the specification's own vector, and against every other form of it."""

from __future__ import annotations

import base64
import json

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from harbour.evidence import dsse
from harbour.evidence.chain import canonical

# secure-systems-lab/dsse, protocol.md, "Test Vectors" (P-256, SHA-256; there the signature is raw r || s).
SIGNER = ec.EllipticCurvePublicNumbers(
    x=46950820868899156662930047687818585632848591499744589407958293238635476079160,
    y=5640078356564379163099075877009565129882514886557779369047442380624545832820,
    curve=ec.SECP256R1(),
).public_key()
VECTOR = {
    "payload": "aGVsbG8gd29ybGQ=",
    "payloadType": "http://example.com/HelloWorld",
    "sig": "A3JqsQGtVsJ2O2xqrI5IcnXip5GToJ3F+FnZ+O88SjtR6rDAajabZKciJTfUiHqJPcIAriEGAHTVeCUjW2JIZA==",
}


def test_the_signed_bytes_of_the_vector() -> None:
    expected = b"DSSEv1 29 http://example.com/HelloWorld 11 hello world"
    assert dsse.pae(VECTOR["payloadType"], base64.b64decode(VECTOR["payload"])) == expected


def test_the_signature_of_the_vector_verifies_over_our_signed_bytes() -> None:
    raw = base64.b64decode(VECTOR["sig"])
    der = encode_dss_signature(int.from_bytes(raw[:32]), int.from_bytes(raw[32:]))
    message = dsse.pae(VECTOR["payloadType"], base64.b64decode(VECTOR["payload"]))
    SIGNER.verify(der, message, ec.ECDSA(hashes.SHA256()))


def test_of_the_two_signatures_that_verify_one_counts() -> None:
    """KMS returns either; the vector's own ``s`` is the smaller one."""
    raw = base64.b64decode(VECTOR["sig"])
    r, s = int.from_bytes(raw[:32]), int.from_bytes(raw[32:])
    order = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
    one = encode_dss_signature(r, min(s, order - s))
    assert {dsse.one_form(encode_dss_signature(r, each)) for each in (s, order - s)} == {one}
    for twin in (s, order - s):
        message = dsse.pae(VECTOR["payloadType"], base64.b64decode(VECTOR["payload"]))
        SIGNER.verify(encode_dss_signature(r, twin), message, ec.ECDSA(hashes.SHA256()))


def test_lengths_count_bytes_not_characters() -> None:
    assert dsse.pae("é", "ñ€".encode()) == b"DSSEv1 2 \xc3\xa9 5 \xc3\xb1\xe2\x82\xac"


ENVELOPE = dsse.Envelope(b'{"a":1}', b"\x30\x06\x02\x01\x01\x02\x01\x01", "ab" * 32)


def test_what_was_written_is_read_back() -> None:
    assert dsse.read(ENVELOPE.as_bytes()) == ENVELOPE


def _changed(**changes: object) -> bytes:
    return canonical(json.loads(ENVELOPE.as_bytes()) | changes)


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(_changed(payloadType="application/json"), id="another payload type"),
        pytest.param(_changed(signatures=[]), id="no signature"),
        pytest.param(_changed(signatures=json.loads(ENVELOPE.as_bytes())["signatures"] * 2), id="two signatures"),
        pytest.param(_changed(signatures=[{"sig": "AA=="}]), id="a signature without key id"),
        pytest.param(_changed(more=1), id="one more field"),
        pytest.param(_changed(payload="eyJhIjoxfQ"), id="base64 without padding"),
        pytest.param(_changed(payload="eyJhIjoxfR=="), id="base64 with slack bits"),
        pytest.param(_changed(payload="eyJhIjox\nfQ=="), id="base64 with a line break"),
        pytest.param(_changed(payload="eyJhIjoxf_=="), id="base64 for addresses"),
        pytest.param(_changed(payload=1), id="a payload that is no text"),
        pytest.param(b"[]", id="no object"),
        pytest.param(ENVELOPE.as_bytes() + b"\n", id="a line feed at the end"),
        pytest.param(json.dumps(json.loads(ENVELOPE.as_bytes())).encode(), id="white space"),
    ],
)
def test_another_envelope_is_refused(data: bytes) -> None:
    with pytest.raises(dsse.Malformed):
        dsse.read(data)
