"""Closed conversations become sealed packages: one queue message each, tried again until the queue gives up.

The message is the ``ConversationClosed`` event as the bus delivers it; only its conversation id is read. What failed
goes back to the queue, and after its last try to the dead-letter queue, which alarms.
"""

from __future__ import annotations

from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from pydantic import BaseModel, Field

from harbour.runtime.errors import Conflict
from harbour.runtime.settings import Settings, load
from harbour.runtime.telemetry import alarm, count, failure, log

if TYPE_CHECKING:
    from harbour.evidence.ports import Attach
    from harbour.evidence.service import SealService

_processor = BatchProcessor(EventType.SQS, raise_on_entire_batch_failure=False)


class SealSettings(Settings):
    """What sealing needs.

    ``fonts`` is the folder that the font layer unpacks to. ``cases`` and ``officers_url``: the citizens' portal's table
    and the officers' API, where a package is attached to the report of its crime; without them none is.
    """

    evidence_bucket: str
    signing_key: str
    seal_retention_days: int = Field(ge=1)
    version: str
    fonts: Path = Path("/opt/fonts")
    cases: str = ""
    officers_url: str = ""


class Closed(BaseModel):
    """The part of the ``ConversationClosed`` event that counts."""

    conversation: str = Field(pattern="^[0-9a-f]{32}$")


class Message(BaseModel):
    """An event of the bus, as the queue carries it."""

    detail: Closed


def handler(event: dict[str, Any], context: Any) -> Any:
    """Seal each conversation of the batch; answer which messages are to be delivered again."""
    return process_partial_response(event=event, record_handler=_record, processor=_processor, context=context)


@cache
def service() -> SealService:
    """The composition root of this function, built at its first message."""
    from harbour import bootstrap
    from harbour.aws import clients
    from harbour.aws.evidence_store import S3EvidenceStore
    from harbour.aws.records import ConversationRecords
    from harbour.aws.signing import KmsSigner
    from harbour.directory.service import force_profile
    from harbour.evidence.rendition_pdf import PdfPrinter
    from harbour.evidence.service import SealService

    settings = load(SealSettings)
    return SealService(
        records=ConversationRecords(bootstrap.table(), lambda force: force_profile(force).name),
        signer=KmsSigner(clients.kms(), settings.signing_key),
        store=S3EvidenceStore(
            clients.s3(),
            settings.evidence_bucket,
            timedelta(days=settings.seal_retention_days),
            bootstrap.CLOCK,
        ),
        printer=PdfPrinter(settings.fonts),
        clock=bootstrap.CLOCK,
        software=settings.version,
        attach=_crime_reports(settings),
    )


def _crime_reports(settings: SealSettings) -> Attach | None:
    if not (settings.cases and settings.officers_url):
        return None
    from harbour import bootstrap
    from harbour.aws import clients
    from harbour.aws.attachments import CrimeReports
    from harbour.aws.tasks import TaskTable

    return CrimeReports(TaskTable(clients.dynamodb(), settings.cases), settings.officers_url, bootstrap.CLOCK)


def _record(record: SQSRecord) -> None:
    conversation = Message.model_validate_json(record.body).detail.conversation
    try:
        service().seal(conversation)
    except Conflict as error:
        # Trying again does not help, except where the record was read before its end: a person must look.
        alarm("not sealed", conversation=conversation, code=error.code)
        count("SealRefused")
        raise
    except Exception as error:
        log("seal will be tried again", conversation=conversation, **failure(error))
        raise
    log("sealed", conversation=conversation)
