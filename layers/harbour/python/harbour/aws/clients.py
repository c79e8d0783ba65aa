"""One botocore session for a function, and its clients: made when first used, shared by all threads."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, cast

from botocore.config import Config
from botocore.exceptions import ClientError
from botocore.session import Session

if TYPE_CHECKING:
    from mypy_boto3_apigatewaymanagementapi import ApiGatewayManagementApiClient
    from mypy_boto3_cognito_idp import CognitoIdentityProviderClient
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_events import EventBridgeClient
    from mypy_boto3_kms import KMSClient
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_secretsmanager import SecretsManagerClient
    from mypy_boto3_sesv2 import SESV2Client
    from mypy_boto3_sns import SNSClient
    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_translate import TranslateClient

_PATIENT = Config(connect_timeout=2, read_timeout=5, retries={"mode": "standard", "total_max_attempts": 3})
_SOCKET = Config(
    connect_timeout=1,
    read_timeout=2,
    retries={"mode": "standard", "total_max_attempts": 1},
    max_pool_connections=32,
)
"""Posts to sockets are retried by the gateway adapter, which knows what a lost frame means."""

_ONCE = Config(connect_timeout=2, read_timeout=10, retries={"mode": "standard", "total_max_attempts": 1})
"""What must not happen twice is tried again only by who knows whether it happened."""


@cache
def _session() -> Session:
    """botocore's own: the clients are the same as boto3's, without its resources and transfer manager to load."""
    return Session()


def _client(service: str, config: Config, endpoint_url: str | None = None) -> Any:
    return _session().create_client(service, config=config, endpoint_url=endpoint_url)


@cache
def dynamodb() -> DynamoDBClient:
    """Amazon DynamoDB."""
    return cast("DynamoDBClient", _client("dynamodb", _PATIENT))


@cache
def connections(endpoint: str) -> ApiGatewayManagementApiClient:
    """The ``@connections`` API of one socket stage."""
    return cast("ApiGatewayManagementApiClient", _client("apigatewaymanagementapi", _SOCKET, endpoint_url=endpoint))


@cache
def events() -> EventBridgeClient:
    """Amazon EventBridge."""
    return cast("EventBridgeClient", _client("events", _PATIENT))


@cache
def sqs() -> SQSClient:
    """Amazon SQS."""
    return cast("SQSClient", _client("sqs", _PATIENT))


@cache
def translate(config: Config) -> TranslateClient:
    """Amazon Translate, with time-outs as the translator needs them."""
    return cast("TranslateClient", _client("translate", config))


@cache
def kms() -> KMSClient:
    """AWS KMS."""
    return cast("KMSClient", _client("kms", _PATIENT))


@cache
def s3() -> S3Client:
    """Amazon S3, with signature version 4 in presigned addresses."""
    return cast("S3Client", _client("s3", _PATIENT.merge(Config(signature_version="s3v4"))))


@cache
def secrets() -> SecretsManagerClient:
    """AWS Secrets Manager."""
    return cast("SecretsManagerClient", _client("secretsmanager", _PATIENT))


@cache
def sns() -> SNSClient:
    """Amazon SNS, never tried again by itself: a text message that was accepted must not be sent twice."""
    return cast("SNSClient", _client("sns", _ONCE))


@cache
def ses() -> SESV2Client:
    """Amazon SES, never tried again by itself."""
    return cast("SESV2Client", _client("sesv2", _ONCE))


@cache
def cognito() -> CognitoIdentityProviderClient:
    """Amazon Cognito."""
    return cast("CognitoIdentityProviderClient", _client("cognito-idp", _PATIENT))


def code_of(error: ClientError) -> str:
    """The code of an AWS error."""
    return str(error.response.get("Error", {}).get("Code", ""))
