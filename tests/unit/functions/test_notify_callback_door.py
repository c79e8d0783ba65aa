"""GOV.UK Notify's callbacks: proven by a token, without the number, and understood by who takes receipts."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from harbour import casework
from harbour.notification.callbacks import NotifyCallbacks
from harbour.notification.receipts import Receipt
from harbour.webhook.model import LARGEST_BODY
from tests.unit.functions.doors import door, recorded

TOKEN = "agreed-with-notify"
CALLBACK = {
    "id": "740e5834-3a29-46b4-9a6f-16142fde533a",
    "reference": "n" * 32,
    "to": "07700900123",
    "status": "delivered",
    "created_at": "2026-11-24T10:00:00.000000Z",
    "completed_at": "2026-11-24T10:00:04.000000Z",
    "sent_at": "2026-11-24T10:00:01.000000Z",
    "notification_type": "sms",
    "template_id": "f33517ff-2a88-4f6e-b855-c550268ce08a",
    "template_version": 1,
}
"""As GOV.UK Notify documents it (docs.notifications.service.gov.uk, callbacks)."""


@pytest.fixture
def queue(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    put: list[str] = []
    monkeypatch.setattr(casework, "notify_callbacks", lambda: NotifyCallbacks(lambda: TOKEN, put.append))
    return put


def post(body: object, *, token: str | None = f"Bearer {TOKEN}") -> tuple[int, Any]:
    event = recorded("rest")
    event["requestContext"] |= {"resourcePath": "/notify", "httpMethod": "POST"}
    event |= {"httpMethod": "POST", "resource": "/notify", "body": body if isinstance(body, str) else json.dumps(body)}
    event["headers"] = {"content-type": "application/json"} | ({"authorization": token} if token is not None else {})
    answer = door("webhooks").app(event, None)
    return answer["statusCode"], json.loads(answer["body"]) if answer["body"] else None


class Receipts:
    def __init__(self) -> None:
        self.taken: list[Receipt] = []

    def take(self, receipt: Receipt) -> str:
        self.taken.append(receipt)
        return "delivered"


def received(queue: list[str], monkeypatch: pytest.MonkeyPatch) -> list[Receipt]:
    """What the function behind the queue makes of it."""
    receipts = Receipts()
    monkeypatch.setattr(casework, "receipts", lambda: receipts)
    records = [{"messageId": str(number), "eventSource": "aws:sqs", "body": text} for number, text in enumerate(queue)]
    assert door("receipts").handler({"Records": records}, None) == {"batchItemFailures": []}
    return receipts.taken


def test_a_callback_is_stored_without_the_number_and_becomes_a_receipt(
    queue: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert post(CALLBACK) == (204, None)
    assert "07700" not in queue[0]
    (receipt,) = received(queue, monkeypatch)
    assert (receipt.provider, receipt.provider_id, receipt.reference) == ("notify", CALLBACK["id"], "n" * 32)
    assert receipt.delivered is True
    assert receipt.at == datetime(2026, 11, 24, 10, 0, 4, tzinfo=UTC)


@pytest.mark.parametrize(
    ("kind", "status", "reason"),
    [
        ("sms", "permanent-failure", "dead_number"),
        ("email", "permanent-failure", "hard_bounce"),
        ("sms", "temporary-failure", "not_delivered"),
        ("sms", "technical-failure", "rejected"),
    ],
)
def test_a_failure_says_which(
    queue: list[str], monkeypatch: pytest.MonkeyPatch, kind: str, status: str, reason: str
) -> None:
    post(CALLBACK | {"status": status, "notification_type": kind})
    (receipt,) = received(queue, monkeypatch)
    assert (receipt.delivered, receipt.reason) == (False, reason)


def test_a_status_that_is_not_final_is_no_receipt(queue: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    assert post(CALLBACK | {"status": "sending"}) == (204, None)
    assert received(queue, monkeypatch) == []


@pytest.mark.parametrize(
    "token", [None, "", "Bearer", "Bearer ", f"bearer {TOKEN}", TOKEN, f"Bearer {TOKEN}x", "é", "\ud83d"]
)
def test_without_the_agreed_token_nothing_is_stored(queue: list[str], token: str | None) -> None:
    status, problem = post(CALLBACK, token=token)
    assert (status, problem["code"]) == (401, "bad_signature")
    assert queue == []


def test_where_no_token_was_agreed_nobody_is_let_in(monkeypatch: pytest.MonkeyPatch) -> None:
    put: list[str] = []
    monkeypatch.setattr(casework, "notify_callbacks", lambda: NotifyCallbacks(lambda: "", put.append))
    for token in ("", "Bearer ", "Bearer"):
        assert post(CALLBACK, token=token)[0] == 401
    assert put == []


@pytest.mark.parametrize(
    ("body", "code", "field"),
    [
        ("", "bad_body", None),
        ("[]", "bad_body", None),
        ("{", "bad_body", None),
        ({}, "bad_field", "id"),
        ({"id": 7, "status": "delivered"}, "bad_field", "id"),
        ({"id": "a"}, "bad_field", "status"),
        ({"id": "", "status": "delivered"}, "bad_field", "id"),
        (CALLBACK | {"id": "x" * 201}, "bad_field", "id"),
        (CALLBACK | {"reference": "x" * 9_000}, "bad_field", "reference"),
        (CALLBACK | {"id": "\ud83d"}, "lone_surrogate", "id"),
        ('{"id": "a", "id": "b", "status": "delivered"}', "bad_field", "id"),
    ],
    ids=str,
)
def test_what_cannot_be_read_is_named(queue: list[str], body: object, code: str, field: str | None) -> None:
    status, problem = post(body)
    assert (status, problem["code"], problem.get("field")) == (400, code, field)
    assert queue == []


def test_what_is_null_or_unknown_is_left_out(queue: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    assert post(CALLBACK | {"reference": None, "completed_at": None, "more": {"a": [1]}}) == (204, None)
    (receipt,) = received(queue, monkeypatch)
    assert (receipt.reference, receipt.at, "more" in queue[0]) == ("", None, False)


def test_a_queue_that_fails_makes_notify_try_again(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_text: str) -> None:
        raise ConnectionError

    monkeypatch.setattr(casework, "notify_callbacks", lambda: NotifyCallbacks(lambda: TOKEN, fail))
    assert post(CALLBACK)[0] == 500


def test_more_than_20_kb_is_refused(queue: list[str]) -> None:
    assert post(CALLBACK | {"padding": "x" * LARGEST_BODY})[0] == 413
    assert queue == []
