"""What became of what was sent: SES and GOV.UK Notify through a queue, and SNS's log of text messages."""

from __future__ import annotations

import base64
import gzip
import json
from typing import Any

from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord

from harbour import casework
from harbour.notification.callbacks import stored
from harbour.notification.receipts import read_mail_event, read_notify_callback, read_text_log
from harbour.runtime.errors import Unavailable
from harbour.runtime.telemetry import log

_processor = BatchProcessor(EventType.SQS, raise_on_entire_batch_failure=False)


def handler(event: dict[str, Any], context: Any) -> Any:
    """Take in each receipt of the batch."""
    if "awslogs" in event:
        return _lines(json.loads(gzip.decompress(base64.b64decode(event["awslogs"]["data"]))))
    return process_partial_response(event=event, record_handler=_record, processor=_processor, context=context)


def _record(record: SQSRecord) -> None:
    told = stored(record.body)
    if receipt := read_mail_event(record.body) if told is None else read_notify_callback(told):
        log("receipt", outcome=casework.receipts().take(receipt))


def _lines(document: dict[str, Any]) -> None:
    """All lines, whatever becomes of one. What came too early comes again: Lambda calls once more in a minute."""
    early: Unavailable | None = None
    for line in document.get("logEvents", ()):
        receipt = read_text_log(line["message"])
        if receipt is None:
            continue
        try:
            log("receipt", outcome=casework.receipts().take(receipt))
        except Unavailable as error:
            early = error
    if early is not None:
        raise early
