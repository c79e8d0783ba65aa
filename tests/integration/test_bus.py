"""The event bus: ids only, and a bus that fails fails nothing that is stored already."""

from __future__ import annotations

import json
from typing import Any

import boto3
import pytest
from botocore.stub import ANY, Stubber

from harbour.aws.bus import EventBus, LateTranslationQueue
from harbour.conversation.model import ConversationId
from harbour.runtime.clock import SystemClock
from tests.integration.test_store_contract import conversation

KEYS = {"region_name": "eu-west-2", "aws_access_key_id": "x", "aws_secret_access_key": "x"}


def bus_with(answer: dict[str, Any] | None) -> tuple[EventBus, Stubber]:
    client = boto3.client("events", **KEYS)  # type: ignore[call-overload]
    stub = Stubber(client)
    if answer is None:
        stub.add_client_error("put_events", "InternalException", http_status_code=500)
    else:
        stub.add_response("put_events", answer, {"Entries": ANY})
    stub.activate()
    return EventBus(lambda: client, "bus", SystemClock()), stub


def test_an_event_names_the_conversation_and_nothing_of_its_content() -> None:
    sent: list[dict[str, Any]] = []
    client = boto3.client("events", **KEYS)  # type: ignore[call-overload]
    client.meta.events.register("provide-client-params.*", lambda params, **_: sent.append(params))
    with Stubber(client) as stub:
        stub.add_response("put_events", {"FailedEntryCount": 0, "Entries": [{"EventId": "1"}]})
        EventBus(lambda: client, "bus", SystemClock()).publish("TranscriptRead", conversation(), by="4417")
    detail = json.loads(sent[0]["Entries"][0]["Detail"])
    assert detail.keys() == {"conversation", "force", "at", "by"}


@pytest.mark.parametrize("answer", [None, {"FailedEntryCount": 1, "Entries": [{"ErrorCode": "Throttled"}]}])
def test_a_bus_that_fails_is_alarmed_and_fails_nothing(
    answer: dict[str, Any] | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    from harbour.aws import bus

    counted: list[str] = []
    monkeypatch.setattr(bus, "count", counted.append)
    made, stub = bus_with(answer)
    made.publish("ConversationClosed", conversation())
    assert counted == ["EventLost"]
    stub.assert_no_pending_responses()


def test_a_late_translation_is_asked_for_once_a_language() -> None:
    client = boto3.client("sqs", **KEYS)  # type: ignore[call-overload]
    with Stubber(client) as stub:
        for language in ("en", "cy"):
            body = json.dumps({"conversation": "a" * 32, "seq": 7, "to": language})
            stub.add_response(
                "send_message", {"MessageId": "1"}, {"QueueUrl": "https://q", "MessageBody": body, "DelaySeconds": 5}
            )
        LateTranslationQueue(lambda: client, lambda: "https://q").ask(ConversationId("a" * 32), 7, ["en", "cy"])
        stub.assert_no_pending_responses()
