"""Translators that need no network: one that tags, one that fails, one that hangs until it is let go."""

from __future__ import annotations

import threading

from harbour.translation.model import AUTO, Reason
from harbour.translation.ports import Rendered, TranslationUnavailable

ENGINE = "tagging"


class TaggingTranslator:
    """Answers ``[es→en] text`` and keeps what it was asked; ``detects`` is what it takes an unnamed language
    for.
    """

    def __init__(self, detects: str = "es") -> None:
        self.detects = detects
        self.asked: list[tuple[str, str, str]] = []
        self._lock = threading.Lock()

    def translate(self, text: str, *, source: str, target: str) -> Rendered:
        with self._lock:
            self.asked.append((text, source, target))
        found = self.detects if source == AUTO else source
        return Rendered(f"[{found}→{target}] {text}", found, ENGINE)

    @property
    def characters(self) -> int:
        """What a service that bills by the character would bill."""
        return sum(len(text) for text, _, _ in self.asked)


class FailingTranslator:
    """Has the given reason for not translating into each language; tags for the others."""

    def __init__(self, **reasons: Reason) -> None:
        self._reasons = reasons
        self._tagging = TaggingTranslator()

    def translate(self, text: str, *, source: str, target: str) -> Rendered:
        if target in self._reasons:
            raise TranslationUnavailable(self._reasons[target])
        return self._tagging.translate(text, source=source, target=target)


class HangingTranslator:
    """Does not answer for the given languages until :meth:`let_go`; tags for the others."""

    def __init__(self, *languages: str) -> None:
        self._languages = languages
        self._go = threading.Event()
        self._tagging = TaggingTranslator()

    def translate(self, text: str, *, source: str, target: str) -> Rendered:
        if target in self._languages:
            self._go.wait(30)
        return self._tagging.translate(text, source=source, target=target)

    def let_go(self) -> None:
        self._go.set()


class MeetingTranslator:
    """Answers only when ``parties`` requests are under way at once; a lone one breaks after ten seconds."""

    def __init__(self, parties: int) -> None:
        self._meeting = threading.Barrier(parties)

    def translate(self, text: str, *, source: str, target: str) -> Rendered:
        self._meeting.wait(10)
        return Rendered(f"[{source}→{target}] {text}", source, ENGINE)
