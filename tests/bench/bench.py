"""The place where measures run: an embedded cloud of their own, the recorder before it, the functions on both."""

from __future__ import annotations

import json
import random
import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import boto3

from infra.config.table import INDEXES, PARTITION_KEY, SORT_KEY
from infra.local import cloud
from infra.local.instance import ROOT, Instance, Ports
from infra.local.up import bring_up, take_down
from tests.bench.functions import Code, Functions, remove
from tests.bench.wire import Recorder

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

HOME: Final = ROOT / ".harbour" / "bench"

_BATCH: Final = 25
"""BatchWriteItem takes no more items at once."""


@dataclass(frozen=True, slots=True)
class Bench:
    """What a measure gets.

    Attributes
    ----------
    instance
        The local Harbour of this run. Only its embedded cloud runs, unless a measure brings up the rest.
    recorder, code
        The wire, and the unpacked zips.
    scratch
        For files that need not outlive the run.
    seed
        Drawn for this run; a measure derives its random numbers from it and prints it.
    """

    instance: Instance
    recorder: Recorder
    code: Code
    scratch: Path
    seed: int

    def random(self, purpose: str) -> random.Random:
        """Random numbers of one measure, the same for the same seed whatever other measures draw."""
        return random.Random(f"{self.seed} {purpose}")

    @property
    def database(self) -> DynamoDBClient:
        """DynamoDB past the recorder: to prepare a table and to read what is in it, uncounted."""
        return _database(self.instance.cloud_address)

    def wired_database(self) -> DynamoDBClient:
        """DynamoDB through the recorder, for peers: counted."""
        return _database(self.recorder.address)

    def running(self) -> dict[str, Any]:
        """Bring up the whole of Harbour, with its pages; the content of ``local.json``.

        Raises
        ------
        CannotGoOn
            It does not come up.
        """
        with self.instance.log("bench").open("w", encoding="utf-8") as steps:
            bring_up(self.instance, steps)
        document: dict[str, Any] = json.loads(self.instance.local_json.read_text("utf-8"))
        return document

    @contextmanager
    def harbour(self) -> Iterator[tuple[Functions, Table]]:
        """All functions on a table of their own."""
        table = Table.made(self.database)
        functions = Functions(self.code, self.recorder, table.name, self.scratch)
        try:
            yield functions, table
        finally:
            functions.forget()
            self.database.delete_table(TableName=table.name)


@dataclass(frozen=True, slots=True)
class Table:
    """A table with the keys and indexes that the CDK app deploys."""

    database: DynamoDBClient
    name: str

    @classmethod
    def made(cls, database: DynamoDBClient) -> Table:
        """Create one under a new name."""
        name = f"conversations-{secrets.token_hex(4)}"
        types = {PARTITION_KEY: "S", SORT_KEY: "S"}
        indexes: list[dict[str, Any]] = []
        for index in INDEXES:
            types |= {index.name: "S", index.sort_key: "N" if index.sort_by_number else "S"}
            indexes.append(
                {
                    "IndexName": index.name,
                    "KeySchema": _keys(index.name, index.sort_key),
                    "Projection": {"ProjectionType": "KEYS_ONLY" if index.keys_only else "ALL"},
                }
            )
        database.create_table(
            TableName=name,
            BillingMode="PAY_PER_REQUEST",
            KeySchema=_keys(PARTITION_KEY, SORT_KEY),  # type: ignore[arg-type]
            AttributeDefinitions=[{"AttributeName": n, "AttributeType": t} for n, t in types.items()],  # type: ignore[typeddict-item]
            GlobalSecondaryIndexes=indexes,  # type: ignore[arg-type]
        )
        return cls(database, name)

    def write(self, items: Sequence[dict[str, Any]]) -> None:
        """Put items, many at once."""
        for start in range(0, len(items), _BATCH):
            requests = [{"PutRequest": {"Item": item}} for item in items[start : start + _BATCH]]
            answer = self.database.batch_write_item(RequestItems={self.name: requests})  # type: ignore[dict-item]
            if answer.get("UnprocessedItems"):
                raise RuntimeError("the emulator did not take all items")

    def partition(self, pk: str) -> list[dict[str, Any]]:
        """All items of a partition, in the order of their sort keys."""
        pages = self.database.get_paginator("query").paginate(
            TableName=self.name,
            KeyConditionExpression="pk = :pk",
            ExpressionAttributeValues={":pk": {"S": pk}},
            ConsistentRead=True,
        )
        return [dict(item) for page in pages for item in page["Items"]]


@contextmanager
def ready(seed: int | None = None) -> Iterator[Bench]:
    """Bring up the place, and take it away.

    Raises
    ------
    CannotGoOn
        The embedded cloud does not start.
    TargetUnavailableError
        The zips cannot be built here.
    """
    instance, scratch = Instance(HOME, Ports.free()), HOME / "scratch"
    # An earlier run may have been killed: its services are on other ports, but in the same folder.
    take_down(instance)
    remove(HOME)
    for folder in (instance.logs, scratch):
        folder.mkdir(parents=True)
    code = Code.built(scratch / "code")
    try:
        cloud.start(instance, "apertium")
        recorder = Recorder(instance.cloud_address)
        try:
            yield Bench(instance, recorder, code, scratch, secrets.randbelow(10**9) if seed is None else seed)
        finally:
            recorder.close()
    finally:
        take_down(instance)
        remove(scratch)


def _database(address: str) -> DynamoDBClient:
    user, secret = cloud.ADMINISTRATOR
    return boto3.client(
        "dynamodb",
        endpoint_url=address,
        region_name=cloud.REGION,
        aws_access_key_id=user,
        aws_secret_access_key=secret,
    )


def _keys(partition: str, sort: str) -> list[dict[str, str]]:
    return [{"AttributeName": partition, "KeyType": "HASH"}, {"AttributeName": sort, "KeyType": "RANGE"}]
