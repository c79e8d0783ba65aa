"""What translation needs from the world."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from harbour.runtime.errors import Unavailable
from harbour.translation.model import Reason


@dataclass(frozen=True, slots=True)
class Rendered:
    """What an engine made of a text. ``source`` is the language given, or the one detected when :data:`AUTO`
    was.
    """

    text: str
    source: str
    engine: str


class TranslationUnavailable(Unavailable):
    """No translation now. ``reason`` says whether asking again can help (``no_engine``: it cannot)."""

    def __init__(self, reason: Reason) -> None:
        super().__init__("translation_unavailable", f"no translation: {reason}")
        self.reason: Reason = reason


class Translator(Protocol):
    """Puts one text of at most ``MAX_REQUEST_BYTES`` into one language."""

    def translate(self, text: str, *, source: str, target: str) -> Rendered:
        """``text`` in ``target``. ``source`` and ``target`` are our tags; ``source`` may be ``auto``.

        Raises
        ------
        TranslationUnavailable
            with the reason. Nothing else is expected of an engine.
        """
        ...
