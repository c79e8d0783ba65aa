"""Receipts: what became of a message after a provider took it."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from harbour.contact.gate import DEAD
from harbour.crime.link import Reason, TaskWanted, ident_of
from harbour.crime.model import PersonId
from harbour.notification.dead import mend, problems_of
from harbour.notification.model import Notification, NotificationId, State, crimes_of, kept
from harbour.notification.ports import LinkQueue, Moved, NotificationStore, People
from harbour.runtime.clock import Clock
from harbour.runtime.errors import Unavailable
from harbour.runtime.telemetry import count

FINAL: Final = (State.DELIVERED, State.FAILED, State.CANCELLED)

FRESH: Final = timedelta(minutes=2)
"""A receipt can be quicker than the record that its message was sent: one so young comes again."""

_REFERENCE: Final = re.compile(r"([0-9a-f]{32})_([0-9a-f]{32})")


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
    at
        When it arrived or failed.
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

        May be called with the same receipt any number of times.

        Raises
        ------
        Unavailable
            The message is just being recorded: the queue brings the receipt again.
        """
        now = self._clock.now()
        message = self._by_reference(receipt) or self._by_provider(receipt)
        if message is None:
            return self._unmatched(receipt, now)
        if receipt.reason in DEAD and receipt.provider == message.provider:
            # First, so that a crash after it is mended when the receipt comes again.
            self._people.block(message.person, receipt.reason)
        after = _after(message, receipt, now)
        if after is None:
            return "late"
        dead = receipt.reason in DEAD
        problems = problems_of(message, self._people.person(message.person), receipt.reason) if dead else ()
        tasks = _tasks(message, receipt, bool(problems))
        try:
            self._store.put(message, after, tasks, problems)
        except Moved:
            raise Unavailable("try_again", "The message is just being recorded.") from None
        if problems:
            count("HardBounce")
        for crime in crimes_of(message):
            for task in tasks:
                self._links.ask(crime, ident_of(crime, task.reason, task.key))
        return receipt.reason or after.state.value

    def _unmatched(self, receipt: Receipt, now: datetime) -> str:
        if receipt.reference and not _REFERENCE.fullmatch(receipt.reference):
            # Of something that is no message about a crime: a code for signing in.
            return "other"
        if receipt.at is not None and receipt.at + FRESH > now:
            raise Unavailable("try_again", "The message may not be recorded yet.")
        count("ReceiptUnmatched")
        return "unmatched"

    def _by_reference(self, receipt: Receipt) -> Notification | None:
        ours = _REFERENCE.fullmatch(receipt.reference)
        found = self._store.get(PersonId(ours[1]), NotificationId(ours[2])) if ours else None
        return found if found and found.attempt else None

    def _by_provider(self, receipt: Receipt) -> Notification | None:
        return self._store.by_receipt(receipt.provider, receipt.provider_id) if receipt.provider_id else None


# -- what providers say ----------------------------------------------------------------------------------------------


def read_mail_event(text: str) -> Receipt | None:
    """An event of SES as its topic sends it; none for one that says nothing of the message's fate."""
    event = _object(text)
    if event.get("Type") == "Notification":
        # As a topic wraps it for a subscriber that does not ask for it raw.
        event = _object(str(event.get("Message", "")))
    mail = _part(event, "mail")
    tagged = _part(mail, "tags").get("notification")
    reference = str(tagged[0]) if isinstance(tagged, list) and tagged else ""
    fate = event.get("eventType") or event.get("notificationType")
    delivered, reason = False, ""
    match fate:
        case "Delivery":
            delivered = True
        case "Bounce":
            reason = "hard_bounce" if _part(event, "bounce").get("bounceType") == "Permanent" else "soft_bounce"
        case "Complaint":
            reason = "complaint"
        case "Reject" | "Rendering Failure":
            reason = "rejected"
        case _:
            return None
    return Receipt(
        provider="aws",
        provider_id=str(mail.get("messageId", "")),
        reference=reference,
        delivered=delivered,
        reason=reason,
        at=_instant(_part(event, str(fate).lower()).get("timestamp")) or _instant(mail.get("timestamp")),
    )


def read_text_log(text: str) -> Receipt | None:
    """A line of SNS's log of text messages; none for anything else. It names the number, which is not read."""
    line = _object(text)
    sent, delivery = _part(line, "notification"), _part(line, "delivery")
    ident, status = sent.get("messageId"), line.get("status")
    if not ident or status not in ("SUCCESS", "FAILURE"):
        return None
    at, took = _instant(sent.get("timestamp")), delivery.get("dwellTimeMsUntilDeviceAck", delivery.get("dwellTimeMs"))
    if at is not None and isinstance(took, int):
        at += timedelta(milliseconds=took)
    return Receipt(
        provider="aws",
        provider_id=str(ident),
        reference="",
        delivered=status == "SUCCESS",
        reason="" if status == "SUCCESS" else _why(str(delivery.get("providerResponse", ""))),
        at=at,
    )


def read_notify_callback(body: Mapping[str, Any]) -> Receipt | None:
    """GOV.UK Notify's callback; none for a status that is not final."""
    status = str(body.get("status", ""))
    permanent = "dead_number" if body.get("notification_type") == "sms" else "hard_bounce"
    reasons = {
        "permanent-failure": permanent,
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
        at=_instant(body.get("completed_at")),
    )


_ANSWERS: Final = (
    ("invalid phone number", "dead_number"),
    ("opted out", "opted_out"),
    ("unreachable", "unreachable"),
    ("spam", "taken_for_spam"),
    ("max price", "too_expensive"),
    ("block", "blocked_by_phone"),
)
"""What SNS's answers say, of those that Amazon lists. "Unknown error" and a phone that is off say nothing of the
number: whoever is unreachable today is not struck off."""


def _why(answer: str) -> str:
    return next((reason for sign, reason in _ANSWERS if sign in answer.lower()), "not_delivered")


def _object(text: str) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _part(of: Mapping[str, Any], name: str) -> dict[str, Any]:
    found = of.get(name)
    return found if isinstance(found, dict) else {}


def _instant(written: object) -> datetime | None:
    if not isinstance(written, str):
        return None
    try:
        at = datetime.fromisoformat(written)
    except ValueError:
        return None
    return at if at.tzinfo else at.replace(tzinfo=UTC)


# -- what follows ----------------------------------------------------------------------------------------------------


def _after(message: Notification, receipt: Receipt, now: datetime) -> Notification | None:
    """The message with what the receipt says; none when it says nothing new."""
    if message.state in FINAL:
        # It stays what it was. But an address that turns out dead, or a complaint, is noted, once.
        news = message.state is State.DELIVERED and receipt.reason in DEAD and message.reason != receipt.reason
        return replace(message, reason=receipt.reason) if news else None
    if receipt.delivered or (receipt.reason == "complaint" and receipt.provider == message.provider):
        # Whoever delivered it: it is ours, and it arrived; who complains has it, too.
        return replace(
            message,
            state=State.DELIVERED,
            delivered_at=receipt.at or now,
            provider=receipt.provider,
            provider_id=receipt.provider_id or message.provider_id,
            sent_at=message.sent_at or message.claimed_at or now,
            reason=receipt.reason,
            values=kept(message),
        )
    if receipt.provider != message.provider:
        # Another provider has it since.
        return None
    return replace(
        message,
        state=State.FAILED,
        reason=receipt.reason,
        sent_at=message.sent_at or message.claimed_at,
        values=kept(message),
    )


def _tasks(message: Notification, receipt: Receipt, dead: bool) -> tuple[TaskWanted, ...]:
    if receipt.delivered:
        return ()
    by = f"{message.channel.value} ({receipt.reason.replace('_', ' ')})"
    told = TaskWanted(
        reason=Reason.NOT_DELIVERED,
        key=f"{message.person}-{message.id}",
        title="A message did not reach the victim",
        detail=f"By {by}. Check the contact details. Update: {message.type.replace('_', ' ')}.",
        due_at=message.deadline_at,
    )
    arrived = receipt.reason == "complaint" or (message.state is State.DELIVERED and receipt.reason != "hard_bounce")
    return (*(() if arrived else (told,)), *((mend(message, receipt.reason),) if dead else ()))
