"""The queue of receipts, for those that come by a door of ours."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient


class FateQueue:
    """Stores what a provider told of a message, until ``receipts`` takes it."""

    def __init__(self, client: SQSClient, queue_url: str) -> None:
        self._sqs = client
        self._queue_url = queue_url

    def put(self, text: str) -> None:
        """One message."""
        self._sqs.send_message(QueueUrl=self._queue_url, MessageBody=text)
