"""What crime systems are promised: recorded payloads, the door's answers, and what really goes out to them."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from docs.reference.crime_systems import PAYLOADS, crime_systems, recorded
from harbour.crime.adapters import SYSTEMS
from harbour.crime.intake import sources
from harbour.crime.link import OutboundTask, Reason, TaskWanted, package, task, victims_message
from harbour.crime.model import CrimeRef
from harbour.webhook.model import LARGEST_BODY
from tests.unit.functions.test_webhooks_door import OTHER, SECRET, SIGNING, Harbour, signed

DOCUMENT = crime_systems()
NOW = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)
CRIME = CrimeRef("42/104417/26")


def validator(name: str) -> Draft202012Validator:
    schema = {"$ref": f"#/components/schemas/{name}", "components": DOCUMENT["components"]}
    return Draft202012Validator(schema)


def test_every_system_and_every_source_is_described() -> None:
    assert tuple(PAYLOADS) == SYSTEMS
    (parameter,) = [p for p in DOCUMENT["paths"]["/{source}"]["post"]["parameters"] if p["in"] == "path"]
    assert parameter["schema"]["enum"] == list(sources())
    assert {rule["system"] for rule in sources().values()} == set(SYSTEMS)


@pytest.mark.parametrize(("system", "name"), [(system, name) for system in SYSTEMS for name in recorded(system)])
def test_a_recorded_payload_is_as_described_and_an_example(system: str, name: str) -> None:
    payload = recorded(system)[name]["payload"]
    validator(PAYLOADS[system].__name__).validate(payload)
    examples = DOCUMENT["paths"]["/{source}"]["post"]["requestBody"]["content"]["application/json"]["examples"]
    assert examples[f"{system}: {name}"] == {"value": payload}


def answered(status: int, body: object) -> None:
    """The answer of a door is one that the document describes for this status."""
    response = DOCUMENT["paths"]["/{source}"]["post"]["responses"][str(status)]
    ((_, content),) = response["content"].items()
    schema = content["schema"] | {"components": DOCUMENT["components"]}
    Draft202012Validator(schema).validate(body)
    if isinstance(body, dict) and status >= 400:
        assert f"`{body['code']}`" in response["description"]


@pytest.mark.parametrize(("system", "name"), [(system, name) for system in SYSTEMS for name in recorded(system)])
def test_the_door_takes_every_example_and_answers_as_described(harbour: Harbour, system: str, name: str) -> None:
    raw = json.dumps(recorded(system)[name]["payload"]).encode()
    secret = {"niche": OTHER, "dynamics": SIGNING}.get(system, SECRET)
    proof = {"X-Harbour-Key": "open sesame"} if system == "storm" else signed(raw, name.encode().hex()[:90], secret)
    status, body = harbour.post(system, raw, proof)
    assert (status, body["status"]) == (202, "accepted")
    answered(status, body)


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"[]", "bad_body"),
        (b'{"EventType": 1}', "bad_field"),
        ({"EventType": "NEWS"}, "unknown_kind"),
        ({"EventDateTime": "2030-01-01T00:00:00Z"}, "in_the_future"),
        ({"MessageText": "\ud83d"}, "lone_surrogate"),
        ({"Padding": "x" * LARGEST_BODY}, "too_large"),
    ],
)
def test_the_door_refuses_as_described(harbour: Harbour, body: Any, code: str) -> None:
    report = next(iter(recorded("athena").values()))["payload"]
    raw = body if isinstance(body, bytes) else json.dumps(report | body).encode()
    status, problem = harbour.post("athena", raw, signed(raw))
    assert problem["code"] == code
    answered(status, problem)
    answered(*harbour.post("athena", raw[:99], signed(raw)))


def test_a_failure_of_ours_is_answered_as_described(harbour: Harbour) -> None:
    harbour.store_fails = True
    report = next(iter(recorded("athena").values()))["payload"]
    status, problem = harbour.post_signed(report)
    assert problem["code"] == "internal"
    answered(status, problem)


SENT: list[OutboundTask] = [
    victims_message(CRIME, "athena", "m" * 32, "When will\nsomebody come? 🙂", "P-1", NOW, NOW),
    package(CRIME, "c" * 32, "0" * 64, "https://chat.example/officers/conversations/x/package", NOW),
    *(
        task(CRIME, "athena", TaskWanted(reason=reason, key="k", title="t", detail="d", due_at=due), NOW)
        for reason in Reason
        if reason not in (Reason.MESSAGE, Reason.DOCUMENT)
        for due in (None, NOW)
    ),
]


@pytest.mark.parametrize("sent", SENT, ids=lambda sent: sent.id)
def test_what_goes_out_is_as_described(sent: OutboundTask) -> None:
    body: dict[str, Any] = json.loads(sent.body)
    operation = DOCUMENT["webhooks"][body["type"]]["post"]
    (name,) = operation["requestBody"]["content"]["application/json"]["schema"]["$ref"].split("/")[-1:]
    validator(name).validate(body)


@pytest.mark.parametrize("kind", DOCUMENT["webhooks"])
def test_every_webhook_has_an_example_that_is_as_described(kind: str) -> None:
    content = DOCUMENT["webhooks"][kind]["post"]["requestBody"]["content"]["application/json"]
    assert content["examples"]
    for example in content["examples"].values():
        assert example["value"]["type"] == kind
        Draft202012Validator(content["schema"] | {"components": DOCUMENT["components"]}).validate(example["value"])


def test_every_webhook_that_is_described_is_sent() -> None:
    assert {json.loads(sent.body)["type"] for sent in SENT} == set(DOCUMENT["webhooks"])
