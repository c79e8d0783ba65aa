"""Translate a message for everyone in the conversation, and never hold it up for longer than the deadline."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache
from queue import Empty, SimpleQueue

from harbour.translation.model import (
    AUTO,
    MAX_REQUEST_BYTES,
    Outcome,
    Piece,
    Reason,
    Translation,
    Untranslated,
    canonical,
    needs_translation,
    pieces,
    same_language,
)
from harbour.translation.model import targets as other_languages
from harbour.translation.ports import Rendered, TranslationUnavailable, Translator

REMEMBERED = 256
"""How many translations a warm function remembers: people say *yes*, *no* and *thank you*, officers their prepared
sentences, and each character that is sent again is billed again.
"""

REMEMBERED_CHARACTERS = 300
"""Longer texts are not remembered: they do not come twice, and a victim's story is not to stay in memory."""

_logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Answer:
    target: str
    index: int
    result: Rendered | Reason


class TranslationService:
    """Puts one message into the languages of those who are present.

    What is said often is translated once for as long as the function is warm (:data:`REMEMBERED`), in memory only.

    Parameters
    ----------
    translator
        the engine; called from several threads at once.
    deadline_seconds
        after this long whatever has not come is given up, and :meth:`translate_message` returns.
    request_bytes
        the longest text that one request to the engine may carry.
    """

    def __init__(
        self,
        translator: Translator,
        deadline_seconds: float = 1.5,
        *,
        request_bytes: int = MAX_REQUEST_BYTES,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._translator = translator
        # Only what an engine made is remembered, never a refusal: that may be another one next time.
        self._remembering = lru_cache(REMEMBERED)(translator.translate)
        self._deadline_seconds = deadline_seconds
        self._request_bytes = request_bytes
        self._monotonic = monotonic

    def translate_message(self, text: str, source: str, targets: Iterable[str]) -> Outcome:
        """``text``, written in ``source`` (or ``auto``), in every distinct language of ``targets`` but its
        own.

        Each language is asked for once; all run at the same time. A text too long for one request goes in
        pieces, and counts as translated only when all of them are: half a message is worse than none. Never
        raises for what an engine does; returns within the deadline.
        """
        languages = other_languages(source, targets)
        if not languages or not needs_translation(text):
            return Outcome()
        given = source if source == AUTO else canonical(source)
        parts = pieces(text, self._request_bytes)
        return _outcome(parts, languages, given, self._answers(parts, languages, given))

    def _answers(
        self, parts: tuple[Piece, ...], languages: frozenset[str], source: str
    ) -> dict[tuple[str, int], Rendered | Reason]:
        """What came within the deadline, by language and number of the piece."""
        give_up_at = self._monotonic() + self._deadline_seconds
        arrived: SimpleQueue[_Answer] = SimpleQueue()
        asked = [(target, index) for target in sorted(languages) for index in _asked(parts)]
        for target, index in asked:
            # Daemon threads, not an executor: an executor's threads are joined when the interpreter ends, so
            # one hanging engine would hold the process for as long as it hangs.
            threading.Thread(
                target=self._ask,
                args=(parts[index].text, source, target, index, arrived),
                name=f"translate-{target}-{index}",
                daemon=True,
            ).start()
        answers: dict[tuple[str, int], Rendered | Reason] = {}
        while len(answers) < len(asked):
            left = give_up_at - self._monotonic()
            if left <= 0:
                break
            try:
                answer = arrived.get(timeout=left)
            except Empty:
                break
            answers[answer.target, answer.index] = answer.result
        return answers

    def _ask(self, text: str, source: str, target: str, index: int, arrived: SimpleQueue[_Answer]) -> None:
        result: Rendered | Reason
        try:
            translate = self._remembering if len(text) <= REMEMBERED_CHARACTERS else self._translator.translate
            result = translate(text, source=source, target=target)
        except TranslationUnavailable as unavailable:
            result = unavailable.reason
        except Exception as unexpected:  # noqa: BLE001 - a fault of an engine must not cost a victim her message
            # The type only: the words of an exception may quote the message.
            _logger.error("translation failed with %s", type(unexpected).__name__)
            result = "error"
        arrived.put(_Answer(target, index, result))


def _outcome(
    parts: tuple[Piece, ...],
    languages: frozenset[str],
    given: str,
    answers: dict[tuple[str, int], Rendered | Reason],
) -> Outcome:
    translations: list[Translation] = []
    untranslated: list[Untranslated] = []
    detected: str | None = None
    for target in sorted(languages):
        results = [answers.get((target, index), "timeout") for index in _asked(parts)]
        rendered = [result for result in results if isinstance(result, Rendered)]
        if given == AUTO and rendered:
            detected = detected or canonical(rendered[0].source)
        if len(rendered) < len(results):
            untranslated.append(Untranslated(target, _worst(results)))
            continue
        source = rendered[0].source if given == AUTO else given
        if same_language(source, target):
            continue
        translations.append(Translation(target, canonical(source), _joined(parts, rendered), rendered[0].engine))
    return Outcome(tuple(translations), tuple(untranslated), detected)


def _joined(parts: tuple[Piece, ...], rendered: list[Rendered]) -> str:
    by_index = dict(zip(_asked(parts), rendered, strict=True))
    return "".join(
        (by_index[index].text if index in by_index else part.text) + part.separator for index, part in enumerate(parts)
    )


def _asked(parts: tuple[Piece, ...]) -> list[int]:
    """The numbers of the pieces that an engine gets to see; the others stay as they are."""
    return [index for index, part in enumerate(parts) if needs_translation(part.text)]


def _worst(results: list[Rendered | Reason]) -> Reason:
    """The reason that decides what may be done: without an engine for the pair, no later attempt can help."""
    order: tuple[Reason, ...] = ("no_engine", "error", "timeout")
    return next(reason for reason in order if reason in results)
