"""Translations that did not come in time: one queue message each, tried again until the queue gives up."""

from __future__ import annotations

import json
from typing import Any

from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord

from harbour import bootstrap
from harbour.conversation.model import ConversationId
from harbour.runtime.telemetry import log

_processor = BatchProcessor(EventType.SQS, raise_on_entire_batch_failure=False)


def handler(event: dict[str, Any], context: Any) -> Any:
    """What failed goes back to the queue, and after its last try to the dead-letter queue, which alarms."""
    return process_partial_response(event=event, record_handler=_record, processor=_processor, context=context)


def _record(record: SQSRecord) -> None:
    asked = json.loads(record.body)
    added = bootstrap.late_translations().translate(
        ConversationId(asked["conversation"]), int(asked["seq"]), str(asked["to"])
    )
    log("late translation", outcome="added" if added else "nothing to do", seq=asked["seq"])
