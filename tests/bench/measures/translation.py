"""Characters sent to Amazon Translate, against those that anybody needs translated: the largest part of the bill."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import Final

from tests.bench import oracle
from tests.bench.bench import Bench
from tests.bench.people import Gateway, Officer, Person, Visitor, meet
from tests.bench.prices import price
from tests.bench.result import Bound, Result, Target
from tests.bench.wire import bill_of, tagged

OFFICER_READS: Final = "en"
LANGUAGES: Final = ("es", "pl", "ar", "en")
MESSAGES: Final = 50

_OWN: Final = {
    "es": ("él llega a las", "tengo miedo de", "los niños están en", "no puedo salir de", "mi hermana vive en"),
    "pl": ("on wraca o", "boję się", "dzieci są w", "nie mogę wyjść z", "moja siostra mieszka w"),
    "ar": ("هو يعود في", "أنا خائفة من", "الأطفال في", "لا أستطيع الخروج من", "أختي تسكن في"),
    "en": ("he comes back at", "I am afraid of", "the children are in", "I cannot leave", "my sister lives in"),
}
_OFFICERS: Final = ("Are you safe in", "Can you reach", "Is there somebody near", "We can send a car to", "Stay in")
_REPEATED: Final = {
    "es": ("sí", "no", "gracias", "no sé"),
    "pl": ("tak", "nie", "dziękuję", "nie wiem"),
    "ar": ("نعم", "لا", "شكرا", "لا أعرف"),
    "en": ("yes", "no", "thank you", "I do not know"),
}
_CANNED: Final = (
    "Thank you for telling me. You have done nothing wrong.",
    "If you are in danger now, call 999. If you cannot speak, press 55 when you are asked to.",
    "Is it safe for you to go on writing?",
)
_TRIVIAL: Final = ("😢", "👍🏽", "999", "…", "07:30", "https://www.gov.uk/report-domestic-abuse", "?!", "2 + 2")


@dataclass(frozen=True, slots=True)
class _Line:
    """What is said, and whether the other side needs a translation of it; known because this module wrote it."""

    by_visitor: bool
    text: str
    needed: bool


def measure(bench: Bench) -> Sequence[Result]:
    """Four conversations, one of them in the officer's own language."""
    random = bench.random("translation")
    needed: set[tuple[str, str, str]] = set()
    naive = 0
    void = ""
    with bench.harbour() as (functions, table):
        gateway = Gateway(functions, bench.recorder)
        with bench.recorder.recording() as operations:
            for language in LANGUAGES:
                visitor, officer = meet(gateway, language)
                lines = _script(random, language)
                for number, line in enumerate(lines):
                    speaker: Person = visitor if line.by_visitor else officer
                    speaker.say(line.text)
                    if number == MESSAGES // 2:
                        speaker.resend(len(speaker.said))
                    source, target = (language, OFFICER_READS) if line.by_visitor else (OFFICER_READS, language)
                    if line.needed:
                        needed.add((line.text, source, target))
                    naive += len(line.text)
                try:
                    oracle.judge(oracle.record(table.partition(visitor.conversation)), visitor, officer)
                    _check(lines, language, visitor, officer)
                except AssertionError as wrong:
                    void = void or f"{language}: {wrong}"
    characters = bill_of(operations)["translated_character"]
    unique = sum(len(text) for text, _, _ in needed)
    times = sum(operation.service == "translate" for operation in operations)
    return [
        Result(
            name="translated characters",
            value=characters,
            unit="characters",
            reference=unique,
            target=Target("ratio", Bound.AT_MOST, 1.02),
            note=f"{len(LANGUAGES)} conversations of {MESSAGES} messages ({', '.join(LANGUAGES)} with "
            f"{OFFICER_READS}), with repeats, canned answers, emoji, digits, addresses and a resend, through one warm "
            f"function; {times} requests. Reference: each needed text once for each direction. Translating all for "
            f"each recipient is {naive:,} characters. A message of 120 characters costs "
            f"{price({'translated_character': 120}):,.0f} µ$ to translate. Seed {bench.seed}.",
            void=void,
        )
    ]


def _script(random: Random, language: str) -> list[_Line]:
    lines = []
    for number in range(MESSAGES):
        by_visitor = random.random() < 0.5
        kind = random.random()
        foreign = language != OFFICER_READS
        if kind < 0.15:
            lines.append(_Line(by_visitor, random.choice(_TRIVIAL), needed=False))
        elif kind < 0.40:
            text = random.choice(_REPEATED[language] if by_visitor else _CANNED)
            lines.append(_Line(by_visitor, text, needed=foreign))
        else:
            start = random.choice(_OWN[language] if by_visitor else _OFFICERS)
            lines.append(_Line(by_visitor, f"{start} {number + 1} {random.randrange(1000)}", needed=foreign))
    return lines


def _check(lines: Sequence[_Line], language: str, visitor: Visitor, officer: Officer) -> None:
    """Each recipient sees the original, and the translation where one is needed and nowhere else."""
    for reader in (visitor, officer):
        shown = [event["body"] for _, event in sorted(reader.seen.items()) if event["type"] == "message"]
        assert len(shown) == len(lines), "not as many messages as were sent"
        for body, line in zip(shown, lines, strict=True):
            source, target = (language, OFFICER_READS) if line.by_visitor else (OFFICER_READS, language)
            assert body["text"] == line.text, "not the text that was sent"
            translated = [(t["to"], t["text"]) for t in body.get("translations", ())]
            wanted = [(target, tagged(line.text, source, target))] if line.needed else []
            assert translated == wanted, f"a translation is missing, wrong, or needless: {line.text!r}"
