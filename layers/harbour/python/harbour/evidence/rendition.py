"""What the readable transcript says, before it takes the form of a page: every event in plain words. Pure.

The original is the evidence and a translation an aid, so they stand side by side and a translation always says that a
machine made it, which one, and from what into what, or that people prepared and checked it. Nothing that was recorded
is left out: what this version has no words for is shown as it was recorded.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from harbour.evidence.chain import Body, Event, JsonValue, canonical, head_hash
from harbour.evidence.civil_time import london, utc
from harbour.evidence.model import ConversationRecord
from harbour.evidence.visible import Direction, direction, language_name
from harbour.runtime.clock import parse
from harbour.translation.model import PREPARED

TITLE: Final = "Transcript of a live chat"

NOTES: Final = (
    "This is a readable copy of the record in data/events.jsonl, made when the conversation was sealed. The record and "
    "this copy are both bound by the signature in seal/. Where they differ, the record counts.",
    "The original text, in the language in which it was written, is the evidence. A translation marked as machine "
    "translation was made by a computer and was not checked by a person: it is an aid to reading. A translation marked "
    "as prepared was written before, for an answer that officers send often, and had been checked by a native speaker. "
    "A statement that is to be relied on needs a qualified interpreter.",
    "Times are those of the server that stored each event, in UTC and as a clock in the United Kingdom showed them.",
    "Text is shown as it was typed. A character that cannot be seen, or that would change how others are read, is "
    "shown by its Unicode number in a box, like this: U+202E. So is a character for which no font was at hand.",
)

_ENGINES: Final = {"amazon-translate": "Amazon Translate", "apertium": "Apertium"}

_UNTRANSLATED: Final = {
    "no_engine": "there is no engine for this pair of languages",
    "timeout": "the translation service did not answer in time",
    "error": "the translation service failed",
}

_CLOSED_BY: Final = {
    "officer": "the officer",
    "visitor": "the visitor",
    "silence": "the system, after a long silence",
}

_LEFT: Final = {
    "quick_exit": "The visitor left by the quick exit.",
    "dropped": "The visitor's connection was lost.",
}

_REQUEUED: Final = {
    "unanswered": "it had not been answered in time",
    "released": "the officer gave it back",
    "officer_gone": "the officer's connection was lost",
}

_ATTENTION: Final = {
    "unanswered": "nobody had answered the visitor in time",
    "dropped": "the visitor's connection was lost",
    "left_message": "the visitor left a message",
}


@dataclass(frozen=True, slots=True)
class Cell:
    """A text with what a reader must know about it: ``language`` as it was recorded, ``direction`` of its lines."""

    heading: str
    text: str
    language: str
    direction: Direction
    note: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """One event. A message has an ``original``; every other event has a ``sentence`` about it.

    ``detail`` holds, as JSON, whatever was recorded beyond what the words say.
    """

    seq: int
    who: str
    utc: str
    london: str
    party: str
    sentence: str = ""
    detail: str = ""
    original: Cell | None = None
    translations: tuple[Cell, ...] = ()


@dataclass(frozen=True, slots=True)
class Transcript:
    """The document: facts as (label, value), one row for each event, and what a reader must know."""

    force_name: str
    conversation: str
    facts: tuple[tuple[str, str], ...]
    rows: tuple[Row, ...]
    head: str


def transcript(record: ConversationRecord) -> Transcript:
    """The readable transcript of a closed conversation."""
    officers = _officers(record.events)
    late = _late_translations(record.events)
    head = head_hash(record.events[-1].head)
    return Transcript(
        force_name=record.force_name,
        conversation=record.conversation,
        facts=tuple(_facts(record, officers, head)),
        rows=tuple(_row(event, officers, late.get(event.head.seq, ())) for event in record.events),
        head=head,
    )


def _facts(record: ConversationRecord, officers: Mapping[str, str], head: str) -> Iterable[tuple[str, str]]:
    yield "Police force", f"{record.force_name} ({record.force})"
    yield "Conversation", record.conversation
    yield "Visitor's language", language_name(record.language)
    yield "Officer's language", language_name(record.service_language)
    yield "Officers who took part", "; ".join(officers.values()) or "none"
    yield "Opened", f"{utc(record.opened_at)} ({london(record.opened_at)})"
    if record.closed_at is not None:
        yield "Closed", f"{utc(record.closed_at)} ({london(record.closed_at)})"
        yield "Closed by", _CLOSED_BY.get(record.closed_by or "", record.closed_by or "")
    yield "Outcome", _words(record.outcome) if record.outcome else "none recorded"
    yield "Events recorded", str(len(record.events))
    yield "Hash of the last event (SHA-256)", head


def _row(event: Event, officers: Mapping[str, str], late: tuple[Cell, ...]) -> Row:
    at = parse(event.head.ts)
    who = _who(event.head.actor, officers)
    party = event.head.actor.partition(":")[0]
    seq = event.head.seq
    if event.head.type == "message":
        original, translations, detail = _message(event.body)
        return Row(
            seq,
            who,
            utc(at),
            london(at),
            party,
            detail=detail,
            original=original,
            translations=translations + late,
        )
    sentence, said = _sentence(event, officers)
    return Row(seq, who, utc(at), london(at), party, sentence=sentence, detail=_rest(event.body, said))


def _message(body: Body) -> tuple[Cell, tuple[Cell, ...], str]:
    text, language = _text(body, "text"), _text(body, "language")
    original = Cell(f"Original, {language_name(language)}", text, language, direction(text, language))
    cells: list[Cell] = []
    unread: list[JsonValue] = []
    for translation in _objects(body, "translations"):
        cells.append(_translation(translation))
        if rest := _beyond(translation, {"to", "from", "text", "engine"}):
            unread.append(rest)
    for missing in _objects(body, "untranslated"):
        to, reason = _text(missing, "to"), _text(missing, "reason")
        cells.append(
            Cell(
                f"No machine translation into {language_name(to)}: {_UNTRANSLATED.get(reason, reason)}",
                "",
                "en",
                "ltr",
            )
        )
        if rest := _beyond(missing, {"to", "reason"}):
            unread.append(rest)
    beyond = _beyond(body, {"text", "language", "translations", "untranslated"})
    if unread:
        beyond["translations"] = unread
    return original, tuple(cells), _json(beyond)


def _translation(body: Body, note: str = "") -> Cell:
    text, to, engine = _text(body, "text"), _text(body, "to"), _text(body, "engine")
    way = f"{language_name(_text(body, 'from'))} to {language_name(to)}"
    if engine.startswith(PREPARED):
        heading = f"Prepared translation, {way}, of the force's own answer “{engine.removeprefix(PREPARED)}”"
    else:
        heading = f"Machine translation, {way}, by {_ENGINES.get(engine, engine or 'an engine that was not recorded')}"
    return Cell(heading, text, to, direction(text, to), note)


def _late_translations(events: Iterable[Event]) -> dict[int, tuple[Cell, ...]]:
    """Translations that came after their message, by the number of the message."""
    late: dict[int, tuple[Cell, ...]] = {}
    for event in events:
        of = event.body.get("of")
        if event.head.type == "translation" and isinstance(of, int):
            note = f"Added later, as event {event.head.seq}, at {utc(parse(event.head.ts))}"
            late[of] = (*late.get(of, ()), _translation(event.body, note))
    return late


def _sentence(event: Event, officers: Mapping[str, str]) -> tuple[str, set[str]]:
    """What happened, and the fields of the body that the sentence tells."""
    body = event.body
    match event.head.type:
        case "opened":
            return (
                "The visitor opened the conversation. Visitor's language: "
                f"{language_name(_text(body, 'language'))}. Officers' language: "
                f"{language_name(_text(body, 'service_language'))}.",
                {"force", "language", "service_language"},
            )
        case "joined":
            return (
                f"{officers.get(event.head.actor, 'An officer')} joined the conversation, reading and writing "
                f"{language_name(_text(body, 'language'))}.",
                {"name", "collar", "language"},
            )
        case "left":
            how = _text(body, "how")
            return _LEFT.get(how, f"The visitor left: {how}."), {"how"}
        case "returned":
            return "The visitor came back.", set()
        case "covered":
            on = body.get("on")
            said = "covered the chat on the screen" if on is True else "uncovered the chat on the screen"
            return f"The visitor {said}.", {"on"} if isinstance(on, bool) else set()
        case "requeued":
            reason = _text(body, "reason")
            return f"The conversation went back to the queue: {_REQUEUED.get(reason, reason)}.", {"reason"}
        case "attention":
            reason = _text(body, "reason")
            return f"A task for an officer was raised: {_ATTENTION.get(reason, reason)}.", {"reason"}
        case "language":
            how = "was recognised by a machine as" if body.get("detected") is True else "was set to"
            known = {"language", "detected"} if isinstance(body.get("detected"), bool) else {"language"}
            return f"The visitor's language {how} {language_name(_text(body, 'language'))}.", known
        case "translation":
            return (
                f"A machine translation of event {body.get('of')} was added; it is shown there.",
                {"of", "of_commit", "to", "from", "text", "engine"},
            )
        case "closed":
            by = _text(body, "by")
            outcome = _text(body, "outcome")
            return (
                f"The conversation was closed by {_CLOSED_BY.get(by, by)}."
                + (f" Outcome: {_words(outcome)}." if outcome else ""),
                {"by", "outcome"} if outcome or "outcome" not in body else {"by"},
            )
        case other:
            return f"An event of the type “{other}” was recorded.", set()


def _officers(events: Iterable[Event]) -> dict[str, str]:
    """How each officer is named, by actor: ``PC Asha Patel, collar number 4417``."""
    return {
        event.head.actor: f"{_text(event.body, 'name')}, collar number {_text(event.body, 'collar')}"
        for event in events
        if event.head.type == "joined"
    }


def _who(actor: str, officers: Mapping[str, str]) -> str:
    match actor.partition(":"):
        case "visitor", _, _:
            return "Visitor"
        case "officer", _, collar:
            return officers.get(actor, f"Officer, collar number {collar}")
        case _:
            return "System"


def _words(code: str) -> str:
    return code.replace("_", " ")


def _rest(body: Body, said: set[str]) -> str:
    return _json(_beyond(body, said))


def _beyond(body: Body, said: set[str]) -> dict[str, JsonValue]:
    """Fields of which nothing was said."""
    return {name: value for name, value in body.items() if name not in said}


def _json(value: dict[str, JsonValue]) -> str:
    return canonical(value).decode("utf-8") if value else ""


def _text(body: Body, name: str) -> str:
    value = body.get(name)
    return value if isinstance(value, str) else ""


def _objects(body: Body, name: str) -> Iterable[dict[str, JsonValue]]:
    value = body.get(name)
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []
