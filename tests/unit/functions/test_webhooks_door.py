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
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from harbour import casework
from harbour.crime.adapters import time_field
from harbour.crime.intake import IntakeService, sources
from harbour.crime.link import Progress
from harbour.crime.model import CrimeEvent, CrimeRef, EventId
from harbour.crime.record import event_from_json, event_to_json
from harbour.webhook.model import HEADERS, LARGEST_BODY, Key, SourceKeys, sign
from tests.unit.crime.casebook import MemoryCases
from tests.unit.functions.doors import door, recorded

NOW = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
OTHER = "whsec_" + base64.b64encode(b"another-secret-of-32-bytes-long!").decode()
LEARNED = "whsec_" + base64.b64encode(b"the-key-of-one-that-learned-it!!").decode()
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
class Links:
    """The queue of what goes back to crime systems."""

    told: list[tuple[str, str]]

    def ask(self, crime: CrimeRef, task: str) -> None:
        self.told.append((crime, task))


@dataclass
class Harbour:
    """The door over stores in memory."""

    cases: MemoryCases = field(default_factory=MemoryCases)
    asked: list[EventId] = field(default_factory=list)
    told: list[tuple[str, str]] = field(default_factory=list)
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

    def put_refused(
        self, source: str, ident: EventId, crime: CrimeRef | None, problem: Mapping[str, object], at: datetime
    ) -> None:
        if self.store_fails:
            raise ConnectionError("the table does not answer")
        self.cases.put_refused(source, ident, crime, problem, at)

    @property
    def links(self) -> Links:
        return Links(self.told)

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
            "storm": SourceKeys(
                keys=(Key(id="s", secret=LEARNED),), header_name="X-Harbour-Key", header_value="open sesame"
            ),
            "custody": SourceKeys(certificate=hashlib.sha256(CERTIFICATE).hexdigest()),
        }
    )
    service = IntakeService(made, made, made, made.cases, made.links, made)
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


def test_an_old_system_that_has_learned_to_sign_is_believed_by_its_signature_and_by_nothing_beside_it(
    harbour: Harbour,
) -> None:
    raw = json.dumps(payload("storm")).encode()
    assert harbour.post("storm", raw, signed(raw, secret=LEARNED))[0] == 202
    wrong = signed(raw, secret=OTHER) | {"X-Harbour-Key": "open sesame"}
    assert harbour.post("storm", raw, wrong)[0] == 401


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
    assert (harbour.cases.inbox, harbour.cases.refused, harbour.cases.tasks, harbour.asked) == ({}, {}, {}, [])


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
        ({"EventDateTime": "2026-11-24T10:11:00Z"}, "in_the_future", "EventDateTime"),
        ({"EventDateTime": "0001-01-01T00:00:00+12:00"}, "bad_field", "EventDateTime"),
        (b'{"RecordVersion": NaN}', "bad_body", None),
        (b'{"Tenant": 1e999}', "bad_field", "Tenant"),
        (b'{"Investigation": {"Persons": [{"SafeContact": "NONE", "SafeContact": "SMS"}]}}', "bad_field",
         "Investigation.Persons.0.SafeContact"),
        ({"MessageText": "\ud83d"}, "lone_surrogate", "MessageText"),
        ({"Tenant": {"\ud83d": 1}}, "lone_surrogate", "Tenant.?"),
        (b'{"Tenant": ' + b"[" * 40 + b"]" * 40 + b"}", "bad_field", "Tenant" + ".0" * 31),
        ({"Details": {"x" * 500: "too long a name"}}, "bad_field", "Details." + "x" * 192),
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
    ((crime, kept),) = harbour.cases.refused.values()
    assert list(harbour.cases.refused) == [("athena", "evt-1")]
    assert kept == problem
    assert (harbour.cases.inbox, harbour.asked) == ({}, [])
    # the officer is told where it is known of which crime
    assert [ref for ref, _ in harbour.cases.tasks] == ([crime] if crime else []) == [ref for ref, _ in harbour.told]


def test_an_update_that_cannot_be_read_is_a_task_of_the_crime_that_it_names_once(harbour: Harbour) -> None:
    wrong = payload("athena") | {"EventType": "NEWS"}
    for _ in range(3):
        assert harbour.post_signed(wrong)[0] == 400
    ((ref, ident),) = harbour.cases.tasks
    made = harbour.cases.tasks[(ref, ident)]
    assert (ref, made.source, made.progress) == ("42/104417/26", "athena", Progress.WAITING)
    told = json.loads(made.body)
    assert (told["type"], told["crime"]) == ("harbour.task.created", "42/104417/26")
    assert told["data"]["reason"] == "rejected_update"
    assert told["data"]["detail"].startswith("EventType: This kind of event is not known here.")
    assert told["data"]["detail"].endswith("Update: evt-1.")
    assert set(harbour.told) == {(ref, ident)}
    assert harbour.post_signed(wrong, ident="evt-2")[0] == 400
    assert len(harbour.cases.tasks) == 2
    assert harbour.post_signed(payload("athena"))[0] == 202, "once it is mended it may come by the same id"


@pytest.mark.parametrize("step", ["refuse", "refuse done", "create", "create done"])
def test_a_refusal_that_could_not_be_kept_is_no_answer_and_the_next_try_mends_it(harbour: Harbour, step: str) -> None:
    def fail(name: str) -> None:
        if name == step:
            raise ConnectionError("the table does not answer")

    wrong = payload("niche") | {"updateType": "News"}
    harbour.cases._step = fail
    assert harbour.post_signed(wrong, source="niche", secret=OTHER)[0] == 500
    harbour.cases._step = lambda _: None
    assert harbour.post_signed(wrong, source="niche", secret=OTHER)[0] == 400
    assert (len(harbour.cases.refused), len(harbour.cases.tasks), len(harbour.told)) == (1, 1, 1)


@pytest.mark.parametrize("source", ["athena", "niche", "dynamics", "storm", "custody"])
def test_whatever_is_wrong_the_crime_is_found_in_every_systems_words(harbour: Harbour, source: str) -> None:
    system = sources()[source]["system"]
    whole = payload(system) | {"EventDateTime": 1, "updateTime": 1, "cm_updatedon": 1, "LOG_TIME": 1}
    raw = json.dumps(whole).encode()
    proofs: dict[str, dict[str, Any]] = {
        "athena": {"headers": signed(raw)},
        "niche": {"headers": signed(raw, secret=OTHER)},
        "dynamics": {"headers": signed(raw, secret=SIGNING)},
        "storm": {"headers": {"X-Harbour-Key": "open sesame"}},
        "custody": {"headers": {}, "certificate": CERTIFICATE},
    }
    status, problem = harbour.post(source, raw, **proofs[source])
    assert (status, problem["field"]) == (400, time_field(system))
    ((ref, _),) = harbour.cases.tasks
    assert ref in json.dumps(whole)
    assert [task.source for task in harbour.cases.tasks.values()] == [source]


@pytest.mark.parametrize("pem", ["\ud83d", "CERT_CONTENT", "-----BEGIN CERTIFICATE-----\n?\n-----END CERTIFICATE-----"])
def test_what_is_no_certificate_proves_nothing(harbour: Harbour, pem: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ssl, "DER_cert_to_PEM_cert", lambda _: pem)
    raw = json.dumps(payload("niche")).encode()
    assert harbour.post("custody", raw, {}, certificate=CERTIFICATE)[0] == 401


@pytest.mark.parametrize("value", ["", "\ud83d", "open sesam", "open sesame ", "OPEN SESAME", "\x00", "é" * 5_000])
def test_a_fixed_header_that_is_not_exactly_right_is_refused(harbour: Harbour, value: str) -> None:
    raw = json.dumps(payload("storm")).encode()
    assert harbour.post("storm", raw, {"X-Harbour-Key": value})[0] == 401


ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(exclude_categories=()), max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=3),
    max_leaves=9,
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(body=st.binary(max_size=40) | ANY | st.dictionaries(st.sampled_from(sorted(payload("athena"))), ANY))
def test_whatever_is_signed_is_accepted_or_refused_by_a_code(harbour: Harbour, body: object) -> None:
    kept = len(harbour.cases.refused) + len(harbour.cases.inbox)
    whole = payload("athena") | body if isinstance(body, dict) else body
    raw = whole if isinstance(whole, bytes) else json.dumps(whole).encode()
    status, answer = harbour.post("athena", raw, signed(raw, f"evt-{kept}"), encoded=True)
    assert status == 202 or (status == 400 and answer["code"])
    assert len(harbour.cases.refused) + len(harbour.cases.inbox) == kept + 1
    stored = harbour.cases.waiting("athena", EventId(f"evt-{kept}"))
    assert stored is None or event_from_json(event_to_json(stored)) == stored


def test_ten_minutes_of_a_fast_clock_are_forgiven(harbour: Harbour) -> None:
    assert harbour.post_signed(payload("athena") | {"EventDateTime": "2026-11-24T10:10:00Z"})[0] == 202


def test_without_the_store_nothing_is_accepted_and_nothing_is_said(
    harbour: Harbour, caplog: pytest.LogCaptureFixture
) -> None:
    harbour.store_fails = True
    for body in (payload("athena"), {}):
        status, problem = harbour.post_signed(body)
        assert (status, problem["code"]) == (500, "internal")
    assert (harbour.asked, harbour.told) == ([], [])
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
