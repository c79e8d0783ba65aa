"""Messages to people: one queue message each."""

from __future__ import annotations

import json
from typing import Any

from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord

from harbour import casework
from harbour.crime.model import PersonId
from harbour.notification.model import NotificationId
from harbour.notification.ports import Moved
from harbour.runtime.telemetry import log

_processor = BatchProcessor(EventType.SQS, raise_on_entire_batch_failure=False)


def handler(event: dict[str, Any], context: Any) -> Any:
    """Send each message of the batch; answer which are to be delivered again."""
    return process_partial_response(event=event, record_handler=_record, processor=_processor, context=context)


def _record(record: SQSRecord) -> None:
    asked = json.loads(record.body)
    try:
        state = casework.notifications().send(PersonId(asked["person"]), NotificationId(asked["notification"]))
    except Moved:
        # Another delivery of the same message is at it: it, or `deadlines`, brings it to its end.
        log("notify", outcome="moved")
        return
    log("notify", outcome=state.value if state else "gone")
