"""What goes back to the crime system: tasks for officers, victims' messages, documents. Values and rules, pure."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from harbour.crime.model import CrimeRef
from harbour.runtime.clock import rfc3339

BACK_OFF: Final = (
    timedelta(seconds=5),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=5),
    timedelta(hours=10),
    timedelta(hours=24),
)
"""After so many failures so long until the next try; after the last, a person is told."""


class Reason(StrEnum):
    """Why an officer has a task."""

    MESSAGE = "message"
    UNSAFE_CONTACT = "unsafe_contact"
    NO_CONTACT_DETAILS = "no_contact_details"
    CONTRADICTION = "contradiction"
    QUALITY = "quality"
    BREACH_NEAR = "breach_near"
    NOT_DELIVERED = "not_delivered"
    APPOINTMENT_CHANGE = "appointment_change"
    CONTACT_PLAN_CHANGED = "contact_plan_changed"
    SOMEBODY_ELSE = "somebody_else_signed_in"
    REJECTED_UPDATE = "rejected_update"
    DOCUMENT = "document"


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskWanted:
    """A task that somebody should have. ``key`` makes it one: the same cause never makes a second."""

    reason: Reason
    key: str
    title: str
    detail: str
    due_at: datetime | None = None


class Progress(StrEnum):
    """How far something for the crime system has come."""

    WAITING = "waiting"
    DELIVERED = "delivered"
    STOPPED = "stopped"
    """The crime system wants no more (410), or refuses it for good."""
    DEAD = "dead"
    """It was tried for two days."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboundTask:
    """Something for the crime system.

    Attributes
    ----------
    body
        What is sent, byte for byte: the signature of each try covers the same.
    message
        Id of the victim's message that reaches the officer with it.
    """

    id: str
    crime: CrimeRef
    source: str
    body: str
    created_at: datetime
    progress: Progress = Progress.WAITING
    failures: int = 0
    next_at: datetime | None = None
    message: str = ""


def task(crime: CrimeRef, source: str, wanted: TaskWanted, at: datetime) -> OutboundTask:
    """A task for an officer as it is sent: type ``harbour.task.created``."""
    ident = ident_of(crime, wanted.reason, wanted.key)
    data: dict[str, str] = {
        "id": ident,
        "reason": wanted.reason.value,
        "title": wanted.title,
        "detail": wanted.detail,
    }
    if wanted.due_at:
        data["due_at"] = rfc3339(wanted.due_at)
    return _outbound("harbour.task.created", ident, crime, source, data, at)


def victims_message(
    crime: CrimeRef, source: str, message: str, text: str, person: str, answer_by: datetime, at: datetime
) -> OutboundTask:
    """A victim's message, to be stamped into the crime and put before the officer: ``harbour.message.created``."""
    ident = ident_of(crime, Reason.MESSAGE, message)
    data = {
        "id": message,
        "text": text,
        "from": "victim",
        "person": person,
        "task": {"title": "Answer the victim's message", "due_at": rfc3339(answer_by)},
    }
    made = _outbound("harbour.message.created", ident, crime, source, data, at)
    return OutboundTask(
        id=made.id, crime=crime, source=source, body=made.body, created_at=at, next_at=at, message=message
    )


def package(crime: CrimeRef, conversation: str, sha256: str, url: str, at: datetime, source: str = "") -> OutboundTask:
    """A conversation's sealed package, to attach to the crime report: ``harbour.document.created``. One for each.

    Parameters
    ----------
    url
        Where an officer who signs in gets it. The address alone opens nothing.
    source
        Empty: the crime's own.
    """
    ident = ident_of(crime, Reason.DOCUMENT, conversation)
    data = {
        "id": ident,
        "name": f"conversation-{conversation}.zip",
        "sha256": sha256,
        "url": url,
        "media_type": "application/zip",
    }
    return _outbound("harbour.document.created", ident, crime, source, data, at)


def next_try(failures: int, at: datetime, retry_after: timedelta | None) -> datetime | None:
    """When to try again after ``failures`` of them; none when it is enough. The receiver's own wish is obeyed."""
    if failures > len(BACK_OFF):
        return None
    return at + max(BACK_OFF[failures - 1], retry_after or timedelta())


def ident_of(crime: CrimeRef, reason: str, key: str) -> str:
    """Id of what goes out; also its ``webhook-id``, the same in every try."""
    return hashlib.sha256(f"{crime}#{reason}#{key}".encode()).hexdigest()[:32]


def _outbound(kind: str, ident: str, crime: CrimeRef, source: str, data: object, at: datetime) -> OutboundTask:
    body = json.dumps({"type": kind, "at": rfc3339(at), "crime": crime, "data": data}, ensure_ascii=False)
    return OutboundTask(id=ident, crime=crime, source=source, body=body, created_at=at, next_at=at)
