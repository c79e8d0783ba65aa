"""The queue's door: seals each conversation, gives back what failed, and says nothing of what was written."""

from __future__ import annotations

import importlib.util
import json
import sys
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from pydantic import ValidationError

from harbour.evidence.model import ConversationRecord
from harbour.runtime.settings import load
from tests.unit.evidence.conversations import ANOTHER, CONVERSATION, FULL, record_of
from tests.unit.evidence.world import World

APP = Path(__file__).parents[3] / "functions" / "transcripts" / "app.py"


@pytest.fixture
def app(world: World, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    spec = importlib.util.spec_from_file_location("transcripts_app", APP)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, spec.name, module)
    spec.loader.exec_module(module)
    monkeypatch.setattr(module, "service", world.service)
    return module


def batch(*bodies: str) -> dict[str, Any]:
    """SQS messages as Lambda receives them."""
    return {
        "Records": [
            {
                "messageId": f"message-{number}",
                "receiptHandle": "handle",
                "body": body,
                "attributes": {"ApproximateReceiveCount": "1", "SentTimestamp": "1795341600000"},
                "messageAttributes": {},
                "md5OfBody": "",
                "eventSource": "aws:sqs",
                "eventSourceARN": "arn:aws:sqs:eu-west-2:123456789012:seal",
                "awsRegion": "eu-west-2",
            }
            for number, body in enumerate(bodies)
        ]
    }


def closed(conversation: str) -> str:
    """The event as a rule of the bus puts it into the queue."""
    return json.dumps(
        {
            "version": "0",
            "id": "6a7e8feb-b491-4cf7-a9f1-bf3703467718",
            "detail-type": "ConversationClosed",
            "source": "harbour",
            "account": "123456789012",
            "time": "2026-11-22T10:03:00Z",
            "region": "eu-west-2",
            "resources": [],
            "detail": {"conversation": conversation, "force": "eastshire", "at": "2026-11-22T10:02:50.123Z"},
        }
    )


def failed(answer: dict[str, Any]) -> list[str]:
    return [item["itemIdentifier"] for item in answer["batchItemFailures"]]


def test_a_closed_conversation_is_sealed(app: ModuleType, world: World) -> None:
    assert failed(app.handler(batch(closed(CONVERSATION)), None)) == []
    assert world.records.sealed.keys() == {CONVERSATION}


def test_the_same_event_again_changes_nothing(app: ModuleType, world: World) -> None:
    app.handler(batch(closed(CONVERSATION), closed(CONVERSATION)), None)
    assert failed(app.handler(batch(closed(CONVERSATION)), None)) == []
    assert world.records.marks == 1


def test_only_what_failed_goes_back_to_the_queue(app: ModuleType, world: World) -> None:
    world.add(record_of(FULL[:-1], ANOTHER))
    answer = app.handler(batch(closed(ANOTHER), closed(CONVERSATION), "not JSON", closed("../../x")), None)
    assert failed(answer) == ["message-0", "message-2", "message-3"]
    assert world.records.sealed.keys() == {CONVERSATION}


def test_all_of_a_batch_goes_back_while_kms_is_down(app: ModuleType, world: World) -> None:
    world.key.down = True
    assert failed(app.handler(batch(closed(CONVERSATION)), None)) == ["message-0"]
    world.key.down = False
    assert failed(app.handler(batch(closed(CONVERSATION)), None)) == []


@pytest.fixture
def said(app: ModuleType, monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str, str]]:
    """What the door logs, alarms and counts: (which, constant text, fields)."""
    lines: list[tuple[str, str, str]] = []
    for name in ("log", "alarm", "count"):

        def note(text: str, *_: object, which: str = name, **fields: object) -> None:
            lines.append((which, text, json.dumps(fields)))

        monkeypatch.setattr(app, name, note)
    return lines


def damaged() -> ConversationRecord:
    record = record_of(FULL)
    event = replace(record.events[1], body={**record.events[1].body, "text": "secreto"})
    return replace(record, events=(record.events[0], event, *record.events[2:]))


def test_a_record_that_cannot_be_sealed_raises_the_alarm(
    app: ModuleType, world: World, said: list[tuple[str, str, str]]
) -> None:
    world.add(damaged())
    assert failed(app.handler(batch(closed(CONVERSATION)), None)) == ["message-0"]
    assert [(which, text) for which, text, _ in said] == [("alarm", "not sealed"), ("count", "SealRefused")]
    assert "record_damaged" in said[0][2]


def test_a_service_that_is_down_is_no_alarm_yet(
    app: ModuleType, world: World, said: list[tuple[str, str, str]]
) -> None:
    world.store.down = True
    app.handler(batch(closed(CONVERSATION)), None)
    assert [which for which, _, _ in said] == ["log"]


def test_no_line_of_the_log_holds_a_word_of_the_conversation(
    app: ModuleType, world: World, said: list[tuple[str, str, str]]
) -> None:
    world.add(record_of(FULL, ANOTHER))
    app.handler(batch(closed(ANOTHER)), None)
    world.add(damaged())
    app.handler(batch(closed(CONVERSATION)), None)
    world.add(record_of(FULL[:-1]))
    app.handler(batch(closed(CONVERSATION)), None)
    assert len(said) >= 5
    for word in ("secreto", "marido", "husband", "Asha", "Sí"):
        assert all(word not in "".join(line) for line in said)


def test_a_wrong_deployment_fails_at_once_and_names_the_variable(app: ModuleType) -> None:
    right = {
        "HARBOUR_EVIDENCE_BUCKET": "b",
        "HARBOUR_SIGNING_KEY": "k",
        "HARBOUR_SEAL_RETENTION_DAYS": "365",
        "HARBOUR_VERSION": "0.1.0",
    }
    settings = load(app.SealSettings, right)
    assert (settings.seal_retention_days, settings.fonts) == (365, Path("/opt/fonts"))
    assert load(app.SealSettings, right | {"HARBOUR_FONTS": "/fonts"}).fonts == Path("/fonts")
    for name in right:
        with pytest.raises(ValidationError, match=name.removeprefix("HARBOUR_").lower()):
            load(app.SealSettings, {n: v for n, v in right.items() if n != name})
    with pytest.raises(ValidationError, match="seal_retention_days"):
        load(app.SealSettings, right | {"HARBOUR_SEAL_RETENTION_DAYS": "0"})
