"""The fullest record that the chat can write is sealed: what ``FULL_AT`` promises, with the worst texts there are."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from datetime import timedelta
from itertools import count
from pathlib import Path

import pypdf
import pytest

from harbour.conversation.model import (
    ENTRY_WEIGHT,
    FULL_AT,
    MAX_TEXT,
    TRANSLATED_UNTIL,
    ClientId,
    Entry,
    Kind,
    next_entry,
)
from harbour.evidence import package
from harbour.evidence.chain import Body, head_hash
from harbour.evidence.model import ConversationRecord
from harbour.evidence.reading import MAX_FILE_BYTES, read_zip
from harbour.evidence.rendition import transcript
from harbour.evidence.rendition_html import render
from harbour.evidence.rendition_pdf import PdfPrinter
from harbour.evidence.verify import Verdict, verify
from harbour.identity.model import Role
from tests.unit.evidence.conversations import CLOSED, CONVERSATION, JOINED, OPENED, OPENED_AT, events_of, later, said
from tests.unit.evidence.world import World

BYTES_OF_A_CHARACTER = 106
AROUND_ALL = 20_000
"""Style and notes, whatever is said."""

MARKS = "a" + "\u1ded" * (MAX_TEXT - 1)
"""The longest that a character gets: a combining mark, of the longest name, piled too high to be printed."""

STEPS_AFTER = 2_000


def entries(body: Callable[[int], Body], until: int = FULL_AT, steps: int = 0) -> list[Entry]:
    """A record as the chat writes it: messages while there is room, translations of the last one, steps, the end."""
    event = events_of([OPENED])[0]
    record = [Entry(event, head_hash(event.head))]

    def add(kind: Kind, actor: str, body: Body, *, spoken: bool = False) -> None:
        by = (ClientId("page-one-1"), len(record), Role.VISITOR) if spoken else None
        now = OPENED_AT + timedelta(seconds=len(record))
        record.append(next_entry(record[-1], kind=kind, actor=actor, body=body, now=now, said_by=by))

    add(Kind.JOINED, JOINED[1], JOINED[2])  # type: ignore[arg-type]
    for n in count():
        if record[-1].weight >= FULL_AT:
            break
        add(Kind.MESSAGE, "visitor", body(n), spoken=True)
    of = len(record)
    while record[-1].weight < until:
        add(Kind.TRANSLATION, "system", later(of, "en", "es", MARKS)([entry.event for entry in record]))
    for _ in range(steps):
        add(Kind.ATTENTION, "system", {"reason": "left_message"})
    add(Kind.CLOSED, CLOSED[1], CLOSED[2])  # type: ignore[arg-type]
    return record


def record_of(record: Sequence[Entry]) -> ConversationRecord:
    return ConversationRecord.of([entry.event for entry in record], force_name="Eastshire Police")


def of_marks(_: int) -> Body:
    return said(MARKS, "es", "en", MARKS)


SHAPES: dict[str, Callable[[int], Body]] = {
    "marks that are shown in boxes": of_marks,
    "one letter": lambda _: said("a", "es", "en", "b"),
    "one letter that nobody could translate": lambda _: {
        "text": "a",
        "language": "es",
        "untranslated": [{"to": "en", "reason": "timeout"}],
    },
    "markup": lambda _: said('"' * MAX_TEXT, "es", "en", "'" * MAX_TEXT),
    "what cannot be seen": lambda _: {"text": "\u0001" * MAX_TEXT, "language": "es"},
    "emoji": lambda _: said("😀" * MAX_TEXT, "es", "en", "😀" * MAX_TEXT),
}


@pytest.mark.parametrize("body", SHAPES.values(), ids=SHAPES.keys())
def test_no_file_of_a_package_takes_more_bytes_than_its_record_weighs(body: Callable[[int], Body]) -> None:
    written = entries(body)
    record = record_of(written)
    most = BYTES_OF_A_CHARACTER * written[-1].weight + AROUND_ALL
    files = package.bound_files(record, render(transcript(record)), b"")
    assert {name for name, content in files.items() if len(content) > most} == set()


def test_the_fullest_record_is_sealed_and_verified(world: World) -> None:
    written = entries(of_marks, until=TRANSLATED_UNTIL, steps=STEPS_AFTER)
    assert written[-1].weight >= TRANSLATED_UNTIL + STEPS_AFTER * ENTRY_WEIGHT
    assert BYTES_OF_A_CHARACTER * (TRANSLATED_UNTIL + 5_000 * ENTRY_WEIGHT) + AROUND_ALL < MAX_FILE_BYTES
    world.add(record_of(written))
    sealed = world.service().seal(CONVERSATION)
    assert verify(read_zip(world.store.get(sealed.key)), world.trust(), CONVERSATION).verdict is Verdict.VERIFIED


@pytest.mark.parametrize("body", [of_marks, SHAPES["one letter"]], ids=["boxes", "events"])
def test_its_pdf_says_that_the_rest_of_the_package_shows_all_of_it(body: Callable[[int], Body], fonts: Path) -> None:
    """Set in full it would need more memory than the function has."""
    written = entries(body)
    pdf = PdfPrinter(fonts).render(transcript(record_of(written)), written[-1].at)
    (first, *_) = pypdf.PdfReader(io.BytesIO(pdf)).pages
    assert "too long to be printed" in " ".join(first.extract_text().split())
