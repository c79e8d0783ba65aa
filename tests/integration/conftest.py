"""AWS as moto plays it, for as long as a test runs; its tables have the keys and indexes that the CDK app deploys."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import boto3
import pytest
from moto import mock_aws

from infra.config.table import CASES_INDEXES, INDEXES, PARTITION_KEY, SORT_KEY, Index


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """No test reaches AWS, whatever the machine is told of it."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-2")
    for name in ("AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL_KMS", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    with mock_aws():
        yield


@pytest.fixture
def dynamodb_cases(aws: None) -> Any:
    """A client of DynamoDB, with an empty table `cases`."""
    return _with_table("cases", CASES_INDEXES)


@pytest.fixture
def dynamodb_conversations(aws: None) -> Any:
    """A client of DynamoDB, with an empty table `conversations`."""
    return _with_table("conversations", INDEXES)


@pytest.fixture
def cognito(aws: None) -> Any:
    """A client of Cognito."""
    return boto3.client("cognito-idp")


def _with_table(name: str, indexes: Iterable[Index]) -> Any:
    types = {PARTITION_KEY: "S", SORT_KEY: "S"}
    for index in indexes:
        types |= {index.name: "S", index.sort_key: "N" if index.sort_by_number else "S"}
    client: Any = boto3.client("dynamodb")
    client.create_table(
        TableName=name,
        BillingMode="PAY_PER_REQUEST",
        KeySchema=_keys(PARTITION_KEY, SORT_KEY),
        AttributeDefinitions=[{"AttributeName": n, "AttributeType": t} for n, t in types.items()],
        GlobalSecondaryIndexes=[
            {
                "IndexName": index.name,
                "KeySchema": _keys(index.name, index.sort_key),
                "Projection": {"ProjectionType": "KEYS_ONLY" if index.keys_only else "ALL"},
            }
            for index in indexes
        ],
    )
    return client


def _keys(partition: str, sort: str) -> Any:
    return [{"AttributeName": partition, "KeyType": "HASH"}, {"AttributeName": sort, "KeyType": "RANGE"}]
