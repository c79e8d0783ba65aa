"""Judges what a run left behind, from the table and the inboxes. Knows the written formats, not the code that writes.

The rules are those of docs/data-model.md and of the evidence format: sequence numbers without gaps, each head linked to
the one before, each body committed to. The hashes are computed here anew, with nothing of ``harbour``.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from tests.bench.people import Person

_GENESIS: Final = bytes(32)


@dataclass(frozen=True, slots=True)
class Stored:
    """An event as it lies in the table."""

    seq: int
    kind: str
    actor: str
    body: Mapping[str, Any]
    commit: bytes


def record(items: Iterable[Mapping[str, Any]]) -> list[Stored]:
    """The events of a partition.

    Raises
    ------
    AssertionError
        There is a gap, a broken link, or a body that is not the one committed to.
    """
    events: list[Stored] = []
    before = _GENESIS
    for item in (i for i in items if i["sk"]["S"].startswith("M#")):
        seq = int(item["sk"]["S"].removeprefix("M#"))
        assert seq == len(events) + 1, f"event {seq} where {len(events) + 1} belongs"
        assert item["p"]["B"] == before, f"event {seq} is not linked to the one before"
        body = item["b"]["S"].encode()
        commit = hashlib.sha256(b"body\0" + item["s"]["B"] + body).digest()
        assert commit == item["c"]["B"], f"event {seq}: the body is not the one committed to"
        assert _canonical(json.loads(body)) == body, f"event {seq}: the body is not in canonical form"
        before = _head_hash(item, seq)
        assert before == item["h"]["B"], f"event {seq}: not the hash of its head"
        events.append(Stored(seq, item["t"]["S"], item["a"]["S"], json.loads(body), commit))
    return events


def judge(events: Sequence[Stored], visitor: Person, officer: Person) -> None:
    """Whether a conversation of two is as it must be.

    Raises
    ------
    AssertionError
        A message is lost, doubled, altered or out of order; somebody did not see an event or saw another text; an
        acknowledgement is missing or names the wrong event.
    """
    messages = [event for event in events if event.kind == "message"]
    for person, actor in ((visitor, "visitor"), (officer, "officer:")):
        stored = [event for event in messages if event.actor.startswith(actor)]
        assert [e.body["text"] for e in stored] == person.said, f"what {actor} said is not what is stored"
        acked = _acked(person)
        assert acked == {n: event.seq for n, event in enumerate(stored, 1)}, f"acknowledgements of {actor}"
    for person in (visitor, officer):
        seen = person.seen
        assert sorted(seen) == list(range(1, len(events) + 1)), "somebody has not seen every event"
        for event in messages:
            assert seen[event.seq]["body"] == dict(event.body), f"event {event.seq} was shown with another body"
        for socket in person.sockets:
            for frame in socket.frames:
                assert frame.get("conversation", visitor.conversation) == visitor.conversation, "a foreign frame"


def _acked(person: Person) -> dict[int, int]:
    found: dict[int, int] = {}
    for socket in person.sockets:
        for frame in socket.got("ack"):
            seq = frame["event"]["seq"]
            assert found.setdefault(frame["n"], seq) == seq, f"message {frame['n']} is acknowledged as two events"
    return found


def _head_hash(item: Mapping[str, Any], seq: int) -> bytes:
    head = {
        "v": 1,
        "conv": item["pk"]["S"],
        "seq": seq,
        "type": item["t"]["S"],
        "actor": item["a"]["S"],
        "ts": item["ts"]["S"],
        "prev": item["p"]["B"].hex(),
        "commit": item["c"]["B"].hex(),
    }
    return hashlib.sha256(_canonical(head)).digest()


def _canonical(value: object) -> bytes:
    """RFC 8785 for what bodies hold: text and whole numbers, with names in ASCII."""
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()
