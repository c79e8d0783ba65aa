"""What goes back to a crime system: one queue message each."""

from __future__ import annotations

import json
from typing import Any

from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord

from harbour import casework
from harbour.crime.model import CrimeRef

_processor = BatchProcessor(EventType.SQS, raise_on_entire_batch_failure=False)


def handler(event: dict[str, Any], context: Any) -> Any:
    """Deliver each task of the batch. One that the crime system did not take is tried again by `deadlines`."""
    return process_partial_response(event=event, record_handler=_record, processor=_processor, context=context)


def _record(record: SQSRecord) -> None:
    asked = json.loads(record.body)
    casework.link().deliver(CrimeRef(asked["crime"]), str(asked["task"]))
