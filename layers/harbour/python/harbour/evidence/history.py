"""The rules that the events of one conversation obey. The seal asks before it signs, the verifier asks again.

Each rule takes the events in their order and yields one sentence per fault. Sentences name places, never content.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import TypeAlias

from harbour.evidence.chain import (
    GENESIS,
    SALT_BYTES,
    VERSION,
    Event,
    Head,
    JsonValue,
    canonical,
    commitment,
    head_hash,
)
from harbour.evidence.strict_json import NotCanonical, parse

Events: TypeAlias = Sequence[Event]
Rule: TypeAlias = Callable[[Events], Iterator[str]]

_CONVERSATION = re.compile(r"[0-9a-f]{32}", re.ASCII)
_HASH = re.compile(r"[0-9a-f]{64}", re.ASCII)
_SALT = re.compile(rf"[0-9a-f]{{{2 * SALT_BYTES}}}", re.ASCII)
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", re.ASCII)
_ACTOR = re.compile(r"visitor|system|officer:[^\s:{}\"\\]{1,32}")
_TYPE = re.compile(r"[a-z_]{1,32}", re.ASCII)

_REQUIRED: dict[str, dict[str, type]] = {
    "opened": {"force": str, "language": str, "service_language": str},
    "joined": {"name": str, "collar": str, "language": str},
    "message": {"text": str, "language": str},
    "translation": {"of": int, "of_commit": str, "to": str, "from": str, "text": str, "engine": str},
    "left": {"how": str},
    "requeued": {"reason": str},
    "attention": {"reason": str},
    "language": {"language": str},
    "closed": {"by": str},
}
"""Fields without which an event of that type says nothing. Unknown types and further fields are allowed: the record
may learn new ones, and the rendition shows them as they are."""


class Damaged(ValueError):
    """A line of ``events.jsonl`` is not an event. Names the line, never what it says."""


def write(events: Events) -> bytes:
    """``events.jsonl``: one RFC 8785 line per event, each ended by one line feed."""
    return b"".join(canonical(event.as_json()) + b"\n" for event in events)


def read(data: bytes) -> tuple[Event, ...]:
    """The events of which :func:`write` makes exactly ``data``.

    Raises
    ------
    Damaged
        For white space, another order of keys, a missing or extra key, a byte order mark, CR LF, an empty line, a
        last line without its line feed.
    """
    *lines, rest = data.split(b"\n")
    if rest:
        raise Damaged("the last line does not end with a line feed")
    return tuple(_event(line, number) for number, line in enumerate(lines, start=1))


def _event(line: bytes, number: int) -> Event:
    try:
        value = parse(line)
    except NotCanonical as error:
        raise Damaged(f"line {number} is {error}") from error
    match value:
        case {
            "head": {
                "v": int(v),
                "conv": str(conv),
                "seq": int(seq),
                "type": str(kind),
                "actor": str(actor),
                "ts": str(ts),
                "prev": str(prev),
                "commit": str(commit),
                **more_head,
            },
            "salt": str(salt),
            "body": dict(body),
            **more,
        } if not more and not more_head and not isinstance(v, bool) and not isinstance(seq, bool):
            return Event(Head(v, conv, seq, kind, actor, ts, prev, commit), salt, body)
        case _:
            raise Damaged(f"line {number} is not an event")


def one_conversation(events: Events) -> Iterator[str]:
    """Every event names the same conversation (a splice from another genuine one does not)."""
    for event in events:
        if not _CONVERSATION.fullmatch(event.head.conv):
            yield f"event {event.head.seq} names no conversation"
        elif event.head.conv != events[0].head.conv:
            yield f"event {event.head.seq} belongs to another conversation"


def numbered_without_gap(events: Events) -> Iterator[str]:
    """Events are numbered 1, 2, 3 and so on, in the version of the format that we know."""
    for place, event in enumerate(events, start=1):
        if event.head.seq != place:
            yield f"event {place} is numbered {event.head.seq}"
        if event.head.v != VERSION:
            yield f"event {place} is of an unknown version"


def chained(events: Events) -> Iterator[str]:
    """Every head holds the hash of the head before it."""
    expected = GENESIS
    for event in events:
        if event.head.prev != expected:
            yield f"event {event.head.seq} does not follow the event before it"
        expected = head_hash(event.head)


def committed(events: Events) -> Iterator[str]:
    """Every body is the one to which its head is committed."""
    for event in events:
        if not _SALT.fullmatch(event.salt) or not _HASH.fullmatch(event.head.commit):
            yield f"event {event.head.seq} has a malformed salt or commitment"
        elif event.head.commit != commitment(event.salt, event.body):
            yield f"the content of event {event.head.seq} is not what was recorded"


def in_order_of_time(events: Events) -> Iterator[str]:
    """Times are RFC 3339, UTC, milliseconds, and never run backwards."""
    before = ""
    for event in events:
        if not is_time(event.head.ts):
            yield f"event {event.head.seq} has a malformed time"
        elif event.head.ts < before:
            yield f"event {event.head.seq} is earlier than the event before it"
        else:
            before = event.head.ts


def opened_and_closed(events: Events) -> Iterator[str]:
    """The first event opens the conversation, the last closes it, and no other does either."""
    if not events:
        yield "there are no events"
        return
    if events[0].head.type != "opened":
        yield "the first event does not open the conversation"
    if events[-1].head.type != "closed":
        yield "the last event does not close the conversation"
    for event in events[1:]:
        if event.head.type == "opened":
            yield f"event {event.head.seq} opens the conversation again"
    for event in events[:-1]:
        if event.head.type == "closed":
            yield f"event {event.head.seq} closes the conversation, but it goes on"


def well_formed(events: Events) -> Iterator[str]:
    """Every event of a known type says what that type says."""
    for event in events:
        if not _ACTOR.fullmatch(event.head.actor):
            yield f"event {event.head.seq} names nobody who takes part"
        if not _TYPE.fullmatch(event.head.type):
            yield f"event {event.head.seq} has a malformed type"
        for name, kind in _REQUIRED.get(event.head.type, {}).items():
            value = event.body.get(name)
            if not isinstance(value, kind) or isinstance(value, bool):
                yield f"event {event.head.seq} lacks what its type says"


def translations_belong(events: Events) -> Iterator[str]:
    """A late translation names an earlier message by number *and* by commitment."""
    messages: set[tuple[JsonValue, JsonValue]] = set()
    for event in events:
        if event.head.type == "message":
            messages.add((event.head.seq, event.head.commit))
        elif event.head.type == "translation":
            match dict(event.body):
                case {"of": int(of), "of_commit": str(commit)} if (of, commit) in messages:
                    pass
                case _:
                    yield f"event {event.head.seq} translates a message that is not there"


RULES: tuple[Rule, ...] = (
    one_conversation,
    numbered_without_gap,
    chained,
    committed,
    in_order_of_time,
    opened_and_closed,
    well_formed,
    translations_belong,
)


def faults(events: Events) -> Iterator[str]:
    """Every fault of every rule."""
    for rule in RULES:
        yield from rule(events)


def is_time(text: str) -> bool:
    """Whether ``text`` is a time as the record writes it."""
    if not _TIME.fullmatch(text):
        return False
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return True
