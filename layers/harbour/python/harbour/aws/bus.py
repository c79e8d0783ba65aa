"""Domain events to EventBridge, and messages that wait for their translation to SQS. Ids only."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from harbour.conversation.model import Conversation, ConversationId
from harbour.runtime.clock import Clock, rfc3339
from harbour.runtime.telemetry import alarm, count, failure

if TYPE_CHECKING:
    from mypy_boto3_events import EventBridgeClient
    from mypy_boto3_events.type_defs import PutEventsRequestEntryTypeDef
    from mypy_boto3_sqs import SQSClient

SOURCE = "harbour"
LATE_DELAY_SECONDS = 5


class EventBus:
    """The force's bus."""

    def __init__(self, client: Callable[[], EventBridgeClient], bus: str, clock: Clock) -> None:
        self._client = client
        self._bus = bus
        self._clock = clock

    def publish(self, detail_type: str, conversation: Conversation, **ids: str) -> None:
        """Put one event. See :class:`harbour.conversation.ports.DomainEvents`."""
        detail = {"conversation": conversation.id, "force": conversation.force, "at": rfc3339(self._clock.now())}
        entry: PutEventsRequestEntryTypeDef = {
            "Source": SOURCE,
            "DetailType": detail_type,
            "Detail": json.dumps(detail | ids),
            "EventBusName": self._bus,
        }
        try:
            failed = self._client().put_events(Entries=[entry]).get("FailedEntryCount", 0)
        except (ClientError, BotoCoreError) as error:
            alarm("event lost", detail_type=detail_type, conversation=conversation.id, **failure(error))
            count("EventLost")
            return
        if failed:
            alarm("event lost", detail_type=detail_type, conversation=conversation.id, failed=failed)
            count("EventLost")


class LateTranslationQueue:
    """Asks for translations that did not come in time. The address is read when it is needed: few functions have it."""

    def __init__(self, client: Callable[[], SQSClient], queue_url: Callable[[], str]) -> None:
        self._client = client
        self._queue_url = queue_url

    def ask(self, conversation: ConversationId, seq: int, languages: Iterable[str]) -> None:
        """One message for each language, after a few seconds."""
        for language in languages:
            body = {"conversation": conversation, "seq": seq, "to": language}
            self._client().send_message(
                QueueUrl=self._queue_url(), MessageBody=json.dumps(body), DelaySeconds=LATE_DELAY_SECONDS
            )
