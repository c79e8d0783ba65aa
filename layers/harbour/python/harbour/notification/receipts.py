"""Receipts: what became of a message after a provider took it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from harbour.crime.link import Reason, TaskWanted, ident_of
from harbour.crime.model import PersonId
from harbour.notification.model import Notification, NotificationId, State
from harbour.notification.ports import LinkQueue, Moved, NotificationStore, People
from harbour.runtime.clock import Clock
from harbour.runtime.errors import Unavailable
from harbour.runtime.telemetry import count

FINAL: Final = (State.DELIVERED, State.FAILED, State.CANCELLED)

_DEAD: Final = ("hard_bounce", "dead_number", "complaint")
"""After these nothing more is sent to that number or address."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """What a provider tells of one message.

    Attributes
    ----------
    provider_id
        The provider's own id of it.
    reference
        Ours, where it comes back.
    delivered
        True: it arrived. False: it did not, or somebody complained.
    reason
        Why it did not: ``hard_bounce``, ``soft_bounce``, ``complaint``, ``dead_number``, ``rejected``, ….
    """

    provider: str
    provider_id: str
    reference: str
    delivered: bool
    reason: str = ""
    at: datetime | None = None


class ReceiptService:
    """Takes receipts in."""

    def __init__(self, store: NotificationStore, people: People, links: LinkQueue, clock: Clock) -> None:
        self._store = store
        self._people = people
        self._links = links
        self._clock = clock

    def take(self, receipt: Receipt) -> str:
        """Set the message's state; what was done, in a word. A late receipt never overwrites a final state.

        Raises
        ------
        Unavailable
            The message is just being recorded: the queue brings the receipt again.
        """
        message = self._store.by_receipt(receipt.provider, receipt.provider_id) or self._by_reference(receipt)
        if message is None:
            count("ReceiptUnmatched")
            return "unmatched"
        complaint = receipt.reason == "complaint"
        if message.state in FINAL and not (complaint and message.state is State.DELIVERED):
            return "late"
        now = self._clock.now()
        if receipt.delivered:
            after = replace(
                message,
                state=State.DELIVERED,
                delivered_at=receipt.at or now,
                provider_id=message.provider_id or receipt.provider_id,
                sent_at=message.sent_at or message.claimed_at,
            )
            tasks: tuple[TaskWanted, ...] = ()
        else:
            after = replace(message, state=State.FAILED, reason=receipt.reason)
            tasks = (_not_delivered(message, receipt.reason),)
        try:
            self._store.put(message, after, tasks)
        except Moved:
            raise Unavailable("try_again", "The message is just being recorded.") from None
        if receipt.reason in _DEAD:
            self._people.block(message.person, receipt.reason)
        for task in tasks:
            self._links.ask(message.crime, ident_of(message.crime, task.reason, task.key))
        return after.state.value

    def _by_reference(self, receipt: Receipt) -> Notification | None:
        person, _, ident = receipt.reference.partition(".")
        if not ident:
            return None
        found = self._store.get(PersonId(person), NotificationId(ident))
        return found if found and found.provider == receipt.provider else None


def read_mail_event(text: str) -> Receipt | None:
    """An event of SES as its topic sends it; none for one that says nothing of the message's fate."""
    event = _object(text)
    mail = event.get("mail") or {}
    reference = next(iter((mail.get("tags") or {}).get("notification", ())), "")
    fate = event.get("eventType") or event.get("notificationType")
    delivered, reason = False, ""
    match fate:
        case "Delivery":
            delivered = True
        case "Bounce":
            reason = "hard_bounce" if (event.get("bounce") or {}).get("bounceType") == "Permanent" else "soft_bounce"
        case "Complaint":
            reason = "complaint"
        case "Reject" | "Rendering Failure":
            reason = "rejected"
        case _:
            return None
    return Receipt(
        provider="aws",
        provider_id=str(mail.get("messageId", "")),
        reference=str(reference),
        delivered=delivered,
        reason=reason,
    )


def read_text_log(text: str) -> Receipt | None:
    """A line of SNS's log of text messages; none for anything else. It names the number, which is not read."""
    line = _object(text)
    ident, status = (line.get("notification") or {}).get("messageId"), line.get("status")
    if not ident or status not in ("SUCCESS", "FAILURE"):
        return None
    answer = str((line.get("delivery") or {}).get("providerResponse", "")).lower()
    gone = any(sign in answer for sign in ("unknown", "invalid", "unreachable", "blocked", "opted out"))
    reason = "" if status == "SUCCESS" else ("dead_number" if gone else "not_delivered")
    return Receipt(provider="aws", provider_id=str(ident), reference="", delivered=status == "SUCCESS", reason=reason)


def read_notify_callback(body: Mapping[str, Any]) -> Receipt | None:
    """GOV.UK Notify's callback; none for a status that is not final."""
    status = str(body.get("status", ""))
    reasons = {
        "permanent-failure": "dead_number",
        "temporary-failure": "not_delivered",
        "technical-failure": "rejected",
    }
    if status != "delivered" and status not in reasons:
        return None
    return Receipt(
        provider="notify",
        provider_id=str(body.get("id", "")),
        reference=str(body.get("reference", "")),
        delivered=status == "delivered",
        reason=reasons.get(status, ""),
    )


def _object(text: str) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _not_delivered(message: Notification, reason: str) -> TaskWanted:
    return TaskWanted(
        reason=Reason.NOT_DELIVERED,
        key=f"{message.person}-{message.id}",
        title="A message did not reach the victim",
        detail=f"By {message.channel.value} ({reason.replace('_', ' ')}). Check the contact details.",
        due_at=message.deadline_at,
    )
