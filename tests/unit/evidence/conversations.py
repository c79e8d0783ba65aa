"""Conversations for the tests of evidence: written as steps, chained as the chat chains them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime, timedelta

from harbour.evidence.chain import GENESIS, Body, Event, JsonValue, commitment, head_hash, link
from harbour.evidence.model import ConversationRecord
from harbour.runtime.clock import rfc3339

CONVERSATION = "5f" * 16
ANOTHER = "a0" * 16
OFFICER = "officer:4417"
OPENED_AT = datetime(2026, 11, 22, 10, 0, 0, 123_000, tzinfo=UTC)

Step = tuple[str, str, Body | Callable[[Sequence[Event]], Body]]


def said(text: str, language: str, to: str, translation: str, engine: str = "apertium") -> dict[str, JsonValue]:
    """The body of a message that was translated at once."""
    return {
        "text": text,
        "language": language,
        "translations": [{"to": to, "from": language, "text": translation, "engine": engine}],
    }


def later(of: int, to: str, from_: str, text: str) -> Callable[[Sequence[Event]], Body]:
    """The body of a translation that comes after its message."""
    return lambda events: {
        "of": of,
        "of_commit": events[of - 1].head.commit,
        "to": to,
        "from": from_,
        "text": text,
        "engine": "amazon-translate",
    }


OPENED: Step = ("opened", "system", {"force": "eastshire", "language": "es", "service_language": "en"})
JOINED: Step = ("joined", OFFICER, {"name": "PC Asha Patel", "collar": "4417", "language": "en"})
CLOSED: Step = ("closed", OFFICER, {"by": "officer", "outcome": "safety_plan"})

SHORT: tuple[Step, ...] = (
    OPENED,
    ("message", "visitor", said("Tengo miedo.", "es", "en", "I am afraid.")),
    CLOSED,
)

FULL: tuple[Step, ...] = (
    OPENED,
    ("message", "visitor", said("Mi marido me pegó. ¿Está ahí, señora?", "es", "en", "My husband hit me.")),
    JOINED,
    ("message", OFFICER, said("Is it safe to chat now?", "en", "es", "¿Es seguro chatear ahora?")),
    ("message", "visitor", {"text": "Sí.", "language": "es", "untranslated": [{"to": "en", "reason": "timeout"}]}),
    ("message", "visitor", {"text": "No.", "language": "es", "untranslated": [{"to": "en", "reason": "timeout"}]}),
    ("translation", "system", later(5, "en", "es", "Yes.")),
    ("translation", "system", later(6, "en", "es", "No.")),
    ("left", "visitor", {"how": "quick_exit"}),
    ("returned", "visitor", {}),
    CLOSED,
)


def events_of(steps: Iterable[Step], conversation: str = CONVERSATION, opened_at: datetime = OPENED_AT) -> list[Event]:
    """The chained events, 17 seconds apart. Salts are fixed, so the same steps give the same bytes."""
    events: list[Event] = []
    prev = GENESIS
    for seq, (kind, actor, body) in enumerate(steps, start=1):
        event = link(
            conversation=conversation,
            seq=seq,
            kind=kind,
            actor=actor,
            ts=rfc3339(opened_at + timedelta(seconds=17 * (seq - 1))),
            prev=prev,
            body=body(events) if callable(body) else body,
            salt=f"{seq:032x}",
        )
        events.append(event)
        prev = head_hash(event.head)
    return events


def record_of(steps: Iterable[Step], conversation: str = CONVERSATION) -> ConversationRecord:
    """The record of a conversation with the demonstration force."""
    return ConversationRecord.of(events_of(steps, conversation), force_name="Eastshire Police")


def chained_again(events: Iterable[Event]) -> list[Event]:
    """Events after an attacker recomputed every commitment and every link."""
    from dataclasses import replace

    prev = GENESIS
    again: list[Event] = []
    for event in events:
        head = replace(event.head, prev=prev, commit=commitment(event.salt, event.body))
        again.append(replace(event, head=head))
        prev = head_hash(head)
    return again
