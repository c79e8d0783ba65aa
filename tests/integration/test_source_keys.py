"""The keys of crime systems, as Secrets Manager answers."""

from __future__ import annotations

import json

import boto3
import pytest
from botocore.exceptions import ClientError
from botocore.stub import Stubber

from harbour.aws import inbox
from harbour.aws.inbox import SecretKeyRing
from harbour.webhook.model import SourceKeys
from tests.integration.test_bus import KEYS

ASKED = {"SecretId": "harbour/test/source/athena"}


def ring() -> tuple[SecretKeyRing, Stubber]:
    client = boto3.client("secretsmanager", **KEYS)  # type: ignore[call-overload]
    stub = Stubber(client)
    stub.activate()
    return SecretKeyRing(lambda: client, "harbour/test/source/", lambda: 0.0), stub


@pytest.fixture
def alarms(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    heard: list[str] = []
    monkeypatch.setattr(inbox, "alarm", lambda message, **_: heard.append(message))
    return heard


def test_keys_are_read_once_in_a_while(alarms: list[str]) -> None:
    keys, stub = ring()
    document = {"keys": [{"id": "k1", "secret": "whsec_x"}, {"id": "k0", "secret": "whsec_y", "active": False}]}
    stub.add_response("get_secret_value", {"SecretString": json.dumps(document)}, ASKED)
    assert [(key.id, key.active) for key in keys.of("athena").keys] == [("k1", True), ("k0", False)]
    assert keys.of("athena").keys
    stub.assert_no_pending_responses()
    assert not alarms


def test_a_source_without_a_secret_has_no_keys(alarms: list[str]) -> None:
    keys, stub = ring()
    stub.add_client_error("get_secret_value", "ResourceNotFoundException", expected_params=ASKED)
    assert keys.of("athena") == SourceKeys()
    assert not alarms


def test_a_secret_that_may_not_be_read_is_somebodys_mistake_and_alarmed(alarms: list[str]) -> None:
    keys, stub = ring()
    stub.add_client_error("get_secret_value", "AccessDeniedException", expected_params=ASKED)
    assert keys.of("athena") == SourceKeys()
    assert len(alarms) == 1


def test_a_service_that_does_not_answer_is_no_missing_key() -> None:
    keys, stub = ring()
    stub.add_client_error("get_secret_value", "InternalServiceError", http_status_code=500, expected_params=ASKED)
    with pytest.raises(ClientError):
        keys.of("athena")
