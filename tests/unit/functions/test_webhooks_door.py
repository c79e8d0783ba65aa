"""The webhooks' door: what is proven and read is stored and accepted, all else is answered with what is wrong."""

from __future__ import annotations

import base64
import hashlib
import json
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from harbour import casework
from harbour.crime.intake import IntakeService, SourceKeys, sources
from harbour.crime.model import CrimeEvent, EventId
from harbour.webhook.model import HEADERS, LARGEST_BODY, Key, sign
from tests.unit.crime.casebook import MemoryCases
from tests.unit.functions.doors import door, recorded

NOW = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
OTHER = "whsec_" + base64.b64encode(b"another-secret-of-32-bytes-long!").decode()
PRIVATE = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
SIGNING = "whsk_" + base64.b64encode(bytes(range(32))).decode()
PUBLIC = "whpk_" + base64.b64encode(PRIVATE.public_key().public_bytes_raw()).decode()
CERTIFICATE = b"as long as the fingerprint is right, what stands in it does not matter"
FIXTURES = Path(__file__).parents[2] / "fixtures" / "crime_systems"


def payload(system: str) -> dict[str, Any]:
    examples = json.loads((FIXTURES / f"{system}.json").read_text("utf-8"))
    found: dict[str, Any] = next(iter(examples.values()))["payload"]
    return found


@dataclass
class Harbour:
    """The door over stores in memory."""

    cases: MemoryCases = field(default_factory=MemoryCases)
    asked: list[EventId] = field(default_factory=list)
    keys: dict[str, SourceKeys] = field(default_factory=dict)
    store_fails: bool = False

    def now(self) -> datetime:
        return NOW

    def of(self, source: str) -> SourceKeys:
        return self.keys.get(source, SourceKeys())

    def ask(self, event: CrimeEvent) -> None:
        self.asked.append(event.id)

    def put(self, event: CrimeEvent, at: datetime) -> bool:
        if self.store_fails:
            raise ConnectionError("the table does not answer, and 07700 900123 must not be logged")
        return self.cases.put(event, at)

    def put_refused(self, source: str, ident: EventId, problem: Mapping[str, object], at: datetime) -> None:
        self.cases.put_refused(source, ident, problem, at)

    def post(
        self, source: str, body: bytes, headers: Mapping[str, str], *, certificate: bytes = b"", encoded: bool = False
    ) -> tuple[int, dict[str, Any]]:
        """As API Gateway calls."""
        event = recorded("rest")
        event["requestContext"] |= {"resourcePath": "/{source}", "httpMethod": "POST"}
        if certificate:
            pem = ssl.DER_cert_to_PEM_cert(certificate)
            event["requestContext"]["identity"]["clientCert"] = {"clientCertPem": pem, "subjectDN": "CN=custody"}
        event |= {"pathParameters": {"source": source}, "httpMethod": "POST", "resource": "/{source}"}
        event["headers"] = {"Content-Type": "application/json", **headers}
        event["multiValueHeaders"] = {name: [value] for name, value in event["headers"].items()}
        event["body"] = base64.b64encode(body).decode() if encoded else body.decode()
        event["isBase64Encoded"] = encoded
        answer = door("webhooks").app(event, None)
        assert answer["headers"]["Cache-Control"] == "no-store"
        if answer["statusCode"] >= 400:
            assert answer["headers"]["Content-Type"] == "application/problem+json"
        return answer["statusCode"], json.loads(answer["body"])

    def post_signed(
        self, body: object, *, source: str = "athena", ident: str = "evt-1", secret: str = SECRET, at: datetime = NOW
    ) -> tuple[int, dict[str, Any]]:
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        return self.post(source, raw, signed(raw, ident, secret, at), encoded=not raw.isascii())


def signed(body: bytes, ident: str = "evt-1", secret: str = SECRET, at: datetime = NOW) -> dict[str, str]:
    seconds = int(at.timestamp())
    return dict(zip(HEADERS, (ident, str(seconds), sign(secret, ident, seconds, body)), strict=True))


@pytest.fixture
def harbour(monkeypatch: pytest.MonkeyPatch) -> Harbour:
    made = Harbour(
        keys={
            "athena": SourceKeys(keys=(Key(id="a", secret=SECRET), Key(id="old", secret=OTHER, active=False))),
            "niche": SourceKeys(keys=(Key(id="n", secret=OTHER),)),
            "dynamics": SourceKeys(keys=(Key(id="d", secret=PUBLIC),)),
            "storm": SourceKeys(header_name="X-Harbour-Key", header_value="open sesame"),
            "custody": SourceKeys(certificate=hashlib.sha256(CERTIFICATE).hexdigest()),
        }
    )
    service = IntakeService(made, made, made, made)
    monkeypatch.setattr(casework, "intake", lambda: service)
    return made


def test_what_is_proven_is_stored_asked_for_and_accepted(harbour: Harbour) -> None:
    assert harbour.post_signed(payload("athena")) == (202, {"id": "evt-1", "status": "accepted"})
    assert harbour.cases.waiting("athena", EventId("evt-1")) is not None
    assert harbour.asked == ["evt-1"]


def test_the_same_again_changes_nothing_and_is_accepted_again(harbour: Harbour) -> None:
    harbour.post_signed(payload("athena"))
    other = payload("athena") | {"EventType": "SUSPECT_ARRESTED"}
    assert harbour.post_signed(other) == (202, {"id": "evt-1", "status": "already accepted"})
    stored = harbour.cases.waiting("athena", EventId("evt-1"))
    assert stored is not None
    assert stored.kind == "crime_recorded"
    assert harbour.asked == ["evt-1", "evt-1"], "the first asking may have been lost"


def test_a_body_may_come_as_base64(harbour: Harbour) -> None:
    raw = json.dumps(payload("athena"), ensure_ascii=False).encode()
    assert harbour.post("athena", raw, signed(raw), encoded=True)[0] == 202


def test_each_way_to_prove_oneself_is_taken_from_its_own_source_only(harbour: Harbour) -> None:
    bodies = {source: json.dumps(payload(str(rule["system"]))).encode() for source, rule in sources().items()}
    proofs: dict[str, dict[str, Any]] = {
        "athena": {"headers": signed(bodies["athena"])},
        "niche": {"headers": signed(bodies["niche"], secret=OTHER)},
        "dynamics": {"headers": signed(bodies["dynamics"], secret=SIGNING)},
        "storm": {"headers": {"X-Harbour-Key": "open sesame"}},
        "custody": {"headers": {}, "certificate": CERTIFICATE},
    }
    for source, body in bodies.items():
        for owner, proof in proofs.items():
            made = proof if owner == source else {**proof, "headers": _again(proof["headers"], body, owner)}
            status, _ = harbour.post(source, body, made["headers"], certificate=made.get("certificate", b""))
            assert status == (202 if owner == source else 401), (source, owner)


def _again(headers: dict[str, str], body: bytes, owner: str) -> dict[str, str]:
    """The proof of ``owner`` for another body."""
    secrets = {"athena": SECRET, "niche": OTHER, "dynamics": SIGNING}
    return signed(body, secret=secrets[owner]) if owner in secrets else headers


@pytest.mark.parametrize(
    "change",
    [
        {"webhook-signature": ""},
        {"webhook-signature": "v1,AAAA"},
        {"webhook-timestamp": "NaN"},
        {"webhook-timestamp": str(int((NOW - timedelta(minutes=6)).timestamp()))},
        {"webhook-id": "a.b"},
        {"webhook-id": "evt-2"},
        {"webhook-signature": "\x00", "webhook-id": "\ud83d"},
    ],
    ids=str,
)
def test_what_is_not_proven_is_answered_alike_and_leaves_nothing(harbour: Harbour, change: dict[str, str]) -> None:
    raw = json.dumps(payload("athena")).encode()
    status, problem = harbour.post("athena", raw, signed(raw) | change)
    assert (status, problem["code"]) == (401, "bad_signature")
    assert problem["detail"] == "The request is not signed by a known sender."
    assert (harbour.cases.inbox, harbour.cases.refused, harbour.asked) == ({}, [], [])


def test_a_retired_key_an_unknown_source_and_one_without_keys_are_refused_alike(harbour: Harbour) -> None:
    harbour.keys.pop("niche")
    answers = {
        json.dumps(harbour.post_signed(payload("athena"), source=source, secret=secret))
        for source, secret in (("athena", OTHER), ("socrates", SECRET), ("niche", OTHER), ("../athena", SECRET))
    }
    assert len(answers) == 1
    assert '"bad_signature"' in answers.pop()


def test_a_body_of_20_kb_is_taken_and_a_byte_more_is_not(harbour: Harbour) -> None:
    document = payload("athena")
    document["Padding"] = ""
    document["Padding"] = "x" * (LARGEST_BODY - len(json.dumps(document).encode()))
    assert harbour.post_signed(document)[0] == 202
    document["Padding"] += "x"
    status, problem = harbour.post_signed(document, ident="evt-2")
    assert (status, problem["code"]) == (413, "too_large")


@pytest.mark.parametrize(
    ("body", "code", "named"),
    [
        (b"", "bad_body", None),
        (b"[]", "bad_body", None),
        (b"{", "bad_body", None),
        (b"\xff", "bad_body", None),
        (b"[" * 9_000, "bad_body", None),
        (b"{}", "bad_field", "EventType"),
        ({"EventType": "NEWS"}, "unknown_kind", "EventType"),
        ({"Investigation": {"URN": "42/104417/26", "Persons": [{"PersonId": "1", "Role": "DOG"}]}}, "bad_field",
         "Investigation.Persons.0.Role"),
        ({"EventDateTime": "2026-11-24T10:11:00Z"}, "in_the_future", None),
        (b'{"RecordVersion": NaN}', "bad_body", None),
        ({"MessageText": "\ud83d"}, "bad_field", "MessageText"),
        ({"Tenant": "\ud83d"}, "lone_surrogate", None),
    ],
    ids=str,
)  # fmt: skip
def test_what_is_proven_but_wrong_is_named_and_kept_for_a_person(
    harbour: Harbour, body: Any, code: str, named: str | None
) -> None:
    whole = body if isinstance(body, bytes) else payload("athena") | body
    status, problem = harbour.post_signed(whole)
    assert (status, problem["code"], problem.get("field")) == (400, code, named)
    assert set(problem) >= {"type", "title", "status", "detail"}
    assert harbour.cases.refused == [("athena", "evt-1")]
    assert (harbour.cases.inbox, harbour.asked) == ({}, [])


def test_ten_minutes_of_a_fast_clock_are_forgiven(harbour: Harbour) -> None:
    assert harbour.post_signed(payload("athena") | {"EventDateTime": "2026-11-24T10:10:00Z"})[0] == 202


def test_without_the_store_nothing_is_accepted_and_nothing_is_said(
    harbour: Harbour, caplog: pytest.LogCaptureFixture
) -> None:
    harbour.store_fails = True
    status, problem = harbour.post_signed(payload("athena"))
    assert (status, problem["code"]) == (500, "internal")
    assert harbour.asked == []
    assert "07700" not in str([vars(record) for record in caplog.records])


def test_nothing_private_is_logged_of_an_update(harbour: Harbour, caplog: pytest.LogCaptureFixture) -> None:
    harbour.post_signed(payload("athena"))
    harbour.post_signed(payload("athena") | {"EventType": "O'Neill 07700"}, ident="evt-2")
    harbour.post_signed(payload("athena"), ident="evt-3", secret=OTHER)
    written = str([vars(record) for record in caplog.records])
    assert "POST /{source}" in written
    for private in ("Niamh", "O'Neill", "07700", "mail.example", "104417", "evt-", SECRET, OTHER):
        assert private not in written


def test_an_old_system_that_names_no_id_is_recognised_by_what_it_says(harbour: Harbour) -> None:
    raw = json.dumps(payload("storm")).encode()
    key = {"X-Harbour-Key": "open sesame"}
    first, again = harbour.post("storm", raw, key), harbour.post("storm", raw, key)
    assert first[1] == {"id": hashlib.sha256(raw).hexdigest(), "status": "accepted"}
    assert again[1] == {"id": first[1]["id"], "status": "already accepted"}
    other = json.dumps(payload("storm") | {"LOG_SEQ": 2}).encode()
    assert harbour.post("storm", other, key)[1]["status"] == "accepted"
