"""Many short texts at once into the reader's language, within one deadline. Whatever is late stays English."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor, wait
from typing import Final

from harbour.translation.service import TranslationService

AT_ONCE: Final = 8
DEADLINE_SECONDS: Final = 4.0
"""A page must come on a slow line, too: what was not translated by then is shown in English, and said to be so."""


class PageTranslator:
    """See :class:`harbour.portal.ports.Translate`."""

    def __init__(self, service: Callable[[], TranslationService], deadline_seconds: float = DEADLINE_SECONDS) -> None:
        self._service = service
        self._deadline_seconds = deadline_seconds

    def into(self, language: str, texts: Iterable[str]) -> Mapping[str, str]:
        """Each distinct text once, in the order given, so that what stands first is translated first."""
        wanted = [text for text in dict.fromkeys(texts) if text]
        if not wanted:
            return {}
        give_up_at = time.monotonic() + self._deadline_seconds
        service = self._service()

        def one(text: str) -> str | None:
            if time.monotonic() >= give_up_at:
                return None
            made = service.translate_message(text, "en", [language]).translations
            return made[0].text if made else None

        pool = ThreadPoolExecutor(max_workers=AT_ONCE, thread_name_prefix="portal-translate")
        asked = {text: pool.submit(one, text) for text in wanted}
        done = wait(asked.values(), timeout=self._deadline_seconds).done
        pool.shutdown(wait=False, cancel_futures=True)
        return {
            text: put
            for text, future in asked.items()
            if future in done and not future.cancelled() and (put := future.result())
        }
