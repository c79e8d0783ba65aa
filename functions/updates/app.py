"""Updates of crime systems, in order for each crime: one queue message each.

What failed goes back to the queue, and with it everything of the same crime that came after: a later update must not
overtake an earlier one.
"""

from __future__ import annotations

import json
from typing import Any

from aws_lambda_powertools.utilities.batch import SqsFifoPartialProcessor, process_partial_response
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord

from harbour import casework
from harbour.crime.model import EventId
from harbour.runtime.telemetry import alarm, failure


def handler(event: dict[str, Any], context: Any) -> Any:
    """Do each update of the batch; answer which are to be delivered again."""
    # One for each call: it remembers which groups failed.
    processor = SqsFifoPartialProcessor(skip_group_on_error=True)
    processor.raise_on_entire_batch_failure = False
    return process_partial_response(event=event, record_handler=_record, processor=processor, context=context)


def _record(record: SQSRecord) -> None:
    asked = json.loads(record.body)
    try:
        casework.updates().handle(str(asked["source"]), EventId(asked["id"]))
    except Exception as error:
        alarm("update failed", attempts=int(record.attributes.approximate_receive_count), **failure(error))
        raise
