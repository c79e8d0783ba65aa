"""The queue of updates, as moto plays SQS."""

from __future__ import annotations

import boto3

from harbour.aws.inbox import UpdatesFifo
from harbour.crime.model import EventId
from tests.unit.crime.casebook import CRIME, update


def test_the_queue_keeps_the_order_of_a_crime_and_takes_any_id(aws: None) -> None:
    """SQS refuses a blank in a deduplication id, and more than 128 characters: neither comes from a crime system."""
    client = boto3.client("sqs")
    url = client.create_queue(QueueName="updates.fifo", Attributes={"FifoQueue": "true"})["QueueUrl"]
    queue = UpdatesFifo(lambda: client, url)
    for ident in ("id with a blank", "x" * 100, "y"):
        queue.ask(update(ident))
        queue.ask(update(ident))
    queue.ask_again("athena", EventId("y"), CRIME, "202611231001")
    found = client.receive_message(
        QueueUrl=url, MaxNumberOfMessages=10, MessageSystemAttributeNames=["MessageGroupId"]
    )["Messages"]
    assert [one["Body"].partition('"id": "')[2].rstrip('"}') for one in found] == [
        "id with a blank",
        "x" * 100,
        "y",
        "y",
    ]
    assert len({one["Attributes"]["MessageGroupId"] for one in found}) == 1
    assert CRIME not in str(found)
