"""What a conversation and an update cost on AWS, and a month in which nothing happens: ``python -m docs.cost_model``.

Counts follow from the code (each says from where), prices from AWS's lists. Nothing here was measured on AWS. The
output stands in ``docs/deploying.md``, that of ``--sizes`` in ``docs/data-model.md``, and a test compares them.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from math import ceil
from typing import Final

from harbour.aws import cases, items
from harbour.aws.crimes import entry_item
from harbour.aws.notifications import notification_item
from harbour.contact.model import Channel
from harbour.conversation import model
from harbour.conversation.model import ClientId, ConnectionId, ConversationId, Kind, Presence, Timing
from harbour.conversation.ports import Note
from harbour.crime.model import CrimeEvent, CrimeRef, Effect, Entry, EventId, OfficerInCharge, PersonId
from harbour.crime.model import Kind as CrimeKind
from harbour.crime.record import event_to_json
from harbour.evidence.chain import JsonValue
from harbour.identity.model import Grant, Officer, Role, Ticket
from harbour.notification import cost
from harbour.notification.model import Notification, NotificationId
from harbour.notification.model import State as Sending

_NOW: Final = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
_ID: Final = ConversationId("0" * 32)
_MILLION: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class Price:
    """US dollars for one unit. ``where`` is the region that the price was found for."""

    name: str
    dollars: float
    where: str


SOCKET_MESSAGE: Final = Price("API Gateway WebSocket, message of up to 32 KB", 1.00 / _MILLION, "us-east-1")
SOCKET_MINUTE: Final = Price("API Gateway WebSocket, minute of a connection", 0.25 / _MILLION, "us-east-1")
REST_REQUEST: Final = Price("API Gateway REST, request", 3.50 / _MILLION, "us-east-1")
INVOCATION: Final = Price("Lambda, invocation", 0.20 / _MILLION, "London")
GB_SECOND: Final = Price("Lambda arm64, GB-second", 1.33334e-5, "London")
WRITE: Final = Price("DynamoDB on demand, write unit", 0.625 / _MILLION, "us-east-1")
READ: Final = Price("DynamoDB on demand, read unit", 0.125 / _MILLION, "us-east-1")
CHARACTER: Final = Price("Translate, character", 15.0 / _MILLION, "all regions")
LOG_GB: Final = Price("CloudWatch Logs, GB taken in", 0.5985, "London")
S3_PUT: Final = Price("S3, PUT", 5.3e-6, "London")
KMS_REQUEST: Final = Price("KMS, request", 3e-6, "London")
KMS_KEY: Final = Price("KMS, key and month", 1.0, "London")
QUEUE_REQUEST: Final = Price("SQS standard queue, request", 0.40 / _MILLION, "us-east-1")
FIFO_REQUEST: Final = Price("SQS FIFO queue, request", 0.50 / _MILLION, "us-east-1")
SECRET: Final = Price("Secrets Manager, secret and month", 0.40, "all regions")
FIREWALL: Final = Price("WAF, web ACL and month", 5.0, "all regions")
FIREWALL_RULE: Final = Price("WAF, rule and month", 1.0, "all regions")
ALARM: Final = Price("CloudWatch, alarm and month", 0.10, "all regions")


@dataclass(frozen=True, slots=True, kw_only=True)
class Assumed:
    """What the model takes for granted. Change it on the command line.

    Attributes
    ----------
    minutes, messages, characters
        Length of a conversation, messages of both sides together, characters of each (Suffolk's pilot: 40 minutes).
    typing_per_message
        Signals "is writing" per message: a page sends one in 4 seconds at most.
    milliseconds
        Of Lambda for a frame that asks nothing of another service but the table and the sockets.
    milliseconds_translating
        Of Lambda for a message that waits for Translate.
    milliseconds_updating
        Of Lambda for each of the four functions that an update with a text message passes.
    """

    minutes: int = 40
    messages: int = 60
    characters: int = 120
    typing_per_message: int = 2
    milliseconds: int = 25
    milliseconds_translating: int = 250
    milliseconds_updating: int = 60


CHAT_MB: Final = 512
TRANSCRIPTS_MB: Final = 1_769
LOG_BYTES: Final = 600
"""A line of the log at most (``test_nothing_private_reaches_a_log``), and API Gateway's access log beside it."""

LOOK_EVERY_MINUTES: Final = 3
"""Due after 180 s, looked at by a sweep that runs each minute: the third or the fourth; this counts the dearer."""

HEARTBEAT_MINUTES: Final = 5
SEAL_SECONDS: Final = 5
MINUTES_OF_A_MONTH: Final = 30 * 24 * 60
FIREWALLS: Final = 3
FIREWALL_RULES: Final = 14
SECRETS: Final = 4
"""One for each crime system of the demonstration force."""

MINUTE_FUNCTIONS: Final = 2
"""``timers`` and ``deadlines``."""

ALARMS: Final = 81


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a bill: ``count`` units at a price."""

    what: str
    count: float
    price: Price

    @property
    def dollars(self) -> float:
        """What it costs."""
        return self.count * self.price.dollars


def size(item: Mapping[str, object]) -> int:
    """Bytes of an item as DynamoDB counts them: names and values (numbers: about a byte for two digits, and one)."""
    return sum(len(name.encode()) + _size_of(value) for name, value in item.items())


def _size_of(value: object) -> int:
    match value:
        case {"S": str(text)}:
            return len(text.encode())
        case {"B": bytes(data)}:
            return len(data)
        case {"N": str(number)}:
            return ceil(len(number) / 2) + 1
        case {"BOOL": bool()}:
            return 1
        case {"M": Mapping() as fields}:
            return 3 + sum(1 + len(name.encode()) + _size_of(part) for name, part in fields.items())
        case _:
            raise TypeError(type(value))


def write_units(item: Mapping[str, object]) -> int:
    """Units of one plain write of an item."""
    return ceil(size(item) / 1_024)


def message_item(characters: int) -> Mapping[str, object]:
    """A message of that many letters with its translation, as it is stored."""
    text = "x" * characters
    opened = model.first_entry(_conversation())
    translation: JsonValue = {"to": "en", "from": "es", "text": text, "engine": "amazon-translate"}
    entry = model.next_entry(
        opened,
        kind=Kind.MESSAGE,
        actor=model.actor_of(Role.VISITOR),
        body={"text": text, "language": "es", "translations": [translation]},
        now=_NOW,
        said_by=(ClientId("page-one-1"), 1, Role.VISITOR),
    )
    return items.entry_item(entry)


def _conversation() -> model.Conversation:
    opened = model.opened(
        id=_ID,
        force="eastshire",
        language="es",
        service_language="en",
        resume_hash="0" * 64,
        now=_NOW,
        timing=Timing(),
    )
    tail = model.Tail(opened, (), model.first_entry(opened))
    return model.accepted(tail, Officer("4417", "PC Amelia Hart"), "en", _NOW, Timing()).conversation


def writes(assumed: Assumed) -> Iterator[tuple[str, int]]:
    """(what, write units) of one conversation."""
    state = write_units(items.conversation_item(_conversation()))
    presence = Presence(connection=ConnectionId("BFaT_fALIAMCKug="), role=Role.VISITOR, client=ClientId("page-one-1"))
    here = write_units(items.presence_item(_ID, presence, _NOW))
    yield "messages", assumed.messages * write_units(message_item(assumed.characters))
    # Each look moves the timer: the state, its copy in `work`, and in `due` one entry away and one in.
    yield "timers", assumed.minutes // LOOK_EVERY_MINUTES * (2 * state + 2)
    # Opened, joined and closed are transactions of state and entry (twice the units) and move both indexes.
    yield "opened, joined, closed", 3 * (2 * (state + 1) + 2 * state + 2)
    # Sealed: the state, its copy in `work`, out of `due`.
    yield "sealed", 2 * state + 1
    # Two tickets, put and burnt; two sockets, come and gone.
    yield "tickets and sockets", 2 * 2 + 2 * 2 * here


def conversation(assumed: Assumed) -> list[Line]:
    """The bill of one conversation of a visitor and an officer, sealed, every message translated once."""
    signals = assumed.messages * (assumed.typing_per_message + 1)
    heartbeats = 2 * (assumed.minutes // HEARTBEAT_MINUTES)
    looks = assumed.minutes // LOOK_EVERY_MINUTES
    coming = 2 * 6  # hello, resume, welcome, events, presence, joined or closed
    frames_in = assumed.messages + signals + 4
    rest = 10  # force, ticket, preflight; ticket, queue three times, accept, closed, package
    invocations = frames_in + 2 * 3 + rest + 1  # each socket: authorizer, $connect, $disconnect; one seal
    seconds = (
        (frames_in - assumed.messages + rest + 6) * assumed.milliseconds
        + assumed.messages * assumed.milliseconds_translating
    ) / 1_000
    return [
        Line("socket: messages in, acknowledged, delivered", 3 * assumed.messages, SOCKET_MESSAGE),
        Line("socket: typing and read, in and out", 2 * signals, SOCKET_MESSAGE),
        Line("socket: heartbeats (nothing runs)", heartbeats, SOCKET_MESSAGE),
        Line("socket: coming and going", coming, SOCKET_MESSAGE),
        Line("socket: minutes of two connections", 2 * assumed.minutes, SOCKET_MINUTE),
        Line("REST: requests", rest, REST_REQUEST),
        Line("Lambda: invocations", invocations, INVOCATION),
        Line("Lambda: chat and doors", seconds * CHAT_MB / 1_024, GB_SECOND),
        Line("Lambda: sealing", SEAL_SECONDS * TRANSCRIPTS_MB / 1_024, GB_SECOND),
        *(Line(f"DynamoDB: writes, {what}", units, WRITE) for what, units in writes(assumed)),
        Line("DynamoDB: reads", frames_in + 2 * looks + 20, READ),
        Line("logs", 2 * invocations * LOG_BYTES / 1e9, LOG_GB),
        Line("S3: the package", 1, S3_PUT),
        Line("KMS: public key and signature", 2, KMS_REQUEST),
        Line("Translate: each character once", assumed.messages * assumed.characters, CHARACTER),
    ]


def update_writes() -> Iterator[tuple[str, int]]:
    """(what, write units) of one update that becomes one text message to one victim, and its receipt.

    A write in a transaction costs twice; each change of what the index `due` holds costs a unit more, a move two.
    """
    event, message = _update()
    inbox = write_units(
        {**cases.key(cases.inbox(event.source, event.id)), "body": {"S": event_to_json(event)}, "state": {"S": "new"}}
    )
    told = write_units(notification_item(message))
    yield "accepted", inbox + 1
    entry = write_units(entry_item(Entry(event=event, effect=Effect.APPLIED, received_at=_NOW)))
    yield "applied: inbox, crime, event, message", 2 * inbox + 1 + 2 * 2 + 2 * entry + 2 * told + 1
    yield "claimed, counted against the networks' limits", told + 1
    yield "the way back from its receipt; sent, counted", 1 + told + 1 + 1
    yield "delivered, counted", told + 1


def update(assumed: Assumed) -> list[Line]:
    """The bill of one update that becomes one text message, without the text message itself."""
    functions = 4  # webhooks, updates, notifier, receipts
    return [
        Line("REST: the webhook", 1, REST_REQUEST),
        Line("SQS: sent, received, deleted; updates in order", 3, FIFO_REQUEST),
        Line("SQS: sent, received, deleted; messages", 3, QUEUE_REQUEST),
        Line("Lambda: invocations", functions, INVOCATION),
        Line("Lambda: functions", functions * assumed.milliseconds_updating / 1_000 * CHAT_MB / 1_024, GB_SECOND),
        *(Line(f"DynamoDB: writes, {what}", units, WRITE) for what, units in update_writes()),
        Line("DynamoDB: reads", 12, READ),
        Line("logs", functions * LOG_BYTES / 1e9, LOG_GB),
    ]


def _update() -> tuple[CrimeEvent, Notification]:
    event = CrimeEvent(
        source="athena",
        id=EventId("msg_" + "0" * 26),
        crime=CrimeRef("42/104417/26"),
        kind=CrimeKind("suspect_arrested"),
        occurred_at=_NOW,
        version=7,
        offence="burglary",
        area="Northgate",
        officer=OfficerInCharge(name="Amelia Hart", collar="4417", station="Northgate"),
    )
    message = Notification(
        id=NotificationId("0" * 32),
        person=PersonId("0" * 32),
        crime=event.crime,
        causes=(event.id,),
        type=event.kind,
        type_version=1,
        channel=Channel.SMS,
        language="en",
        values={"name": "Alex", "officer": "Amelia Hart"},
        state=Sending.SENT,
        created_at=_NOW,
        due_at=_NOW,
        deadline_at=_NOW,
        attempt=1,
        claimed_at=_NOW,
        provider="aws",
        provider_id="0" * 36,
        sent_at=_NOW,
        sha256="0" * 64,
        parts=1,
    )
    return event, message


def month() -> list[Line]:
    """The bill of a month in which nobody writes."""
    runs = MINUTE_FUNCTIONS * MINUTES_OF_A_MONTH
    timer_seconds = runs * 0.05
    return [
        Line("KMS: the signing key", 1, KMS_KEY),
        Line("WAF: web ACLs", FIREWALLS, FIREWALL),
        Line("WAF: rules", FIREWALL_RULES, FIREWALL_RULE),
        Line("CloudWatch: alarms", ALARMS, ALARM),
        Line("Secrets Manager: keys of crime systems", SECRETS, SECRET),
        Line("Lambda: timers and deadlines, once a minute", runs, INVOCATION),
        Line("Lambda: timers and deadlines, 50 ms each", timer_seconds * CHAT_MB / 1_024, GB_SECOND),
        Line("DynamoDB: reads of the timers and of what is due", MINUTES_OF_A_MONTH * (0.5 + 4 * 0.5), READ),
    ]


def report(assumed: Assumed) -> Iterator[str]:
    """Both bills as Markdown."""
    bill = conversation(assumed)
    total = sum(line.dollars for line in bill)
    translated = next(line.dollars for line in bill if line.price is CHARACTER)
    length = timedelta(minutes=assumed.minutes).seconds // 60
    yield (
        f"One conversation: {length} minutes, {assumed.messages} messages of {assumed.characters} characters, "
        f"each translated once. Dollars for a thousand such conversations:"
    )
    yield ""
    yield from _table(bill, 1_000)
    yield f"| **a thousand conversations** | | **{total * 1_000:.2f}** |"
    yield f"| without translation | | {(total - translated) * 1_000:.2f} |"
    yield ""
    yield (
        "One update of a crime system that becomes a text message of one part. Dollars for a thousand such updates, "
        "without the text messages:"
    )
    yield ""
    passed = update(assumed)
    yield from _table(passed, 1_000)
    yield f"| **a thousand updates** | | **{sum(line.dollars for line in passed) * 1_000:.3f}** |"
    pence = cost.price(Channel.SMS, 1, "aws")
    yield f"| a thousand text messages of one part, pounds | | {pence * 10:.2f} |"
    yield ""
    yield "A month in which nobody writes, dollars:"
    yield ""
    fixed = month()
    yield from _table(fixed, 1)
    yield f"| **a month** | | **{sum(line.dollars for line in fixed):.2f}** |"


def sizes() -> Iterator[str]:
    """How large the items of the table are, as Markdown."""
    presence = Presence(connection=ConnectionId("BFaT_fALIAMCKug="), role=Role.VISITOR, client=ClientId("page-one-1"))
    officer = Officer("4417", "PC Amelia Hart")
    grant = Grant(role=Role.VISITOR, conversation=_ID, resume_hash="0" * 64)
    described: dict[str, Mapping[str, object]] = {
        "state `S#`, active": items.conversation_item(_conversation()),
        "entry `M#`, a message of 120 letters with its translation": message_item(120),
        "entry `M#`, a message of 4,000 letters with its translation": message_item(4_000),
        "socket `P#`": items.presence_item(_ID, presence, _NOW),
        "note `I#` of 120 letters": items.note_item(_ID, Note(id="n" * 32, at=_NOW, by=officer, text="x" * 120)),
        "ticket `T#`": items.ticket_item(Ticket("0" * 64, grant, _NOW)),
        "session `D#`": items.key("duty", "D#4417")
        | items.session_always(officer, _NOW)
        | items.session_duty("en", on_duty=True)
        | items.session_socket(ConnectionId("BFaT_fALIAMCKug=")),
    }
    yield "| item | bytes | write units |"
    yield "|---|---:|---:|"
    for name, item in described.items():
        yield f"| {name} | {size(item):,} | {write_units(item)} |"


def _table(lines: Sequence[Line], times: int) -> Iterator[str]:
    yield "| what | units | dollars |"
    yield "|---|---:|---:|"
    for line in lines:
        units = f"{line.count:,.0f}" if line.count >= 1 else f"{line.count:.6f}"
        yield f"| {line.what} | {units} | {line.dollars * times:.3f} |"


def main(arguments: Sequence[str]) -> int:
    """Print the model; returns 0."""
    parser = argparse.ArgumentParser(prog="python -m docs.cost_model", description="What a conversation costs on AWS.")
    for name in Assumed.__slots__:
        default = getattr(Assumed(), name)
        parser.add_argument(f"--{name.replace('_', '-')}", type=int, default=default, help=f"{default} unless given")
    parser.add_argument("--sizes", action="store_true", help="only how large the items of the table are")
    chosen = vars(parser.parse_args(arguments))
    only_sizes = chosen.pop("sizes")
    for line in sizes() if only_sizes else report(Assumed(**chosen)):
        sys.stdout.write(line + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
