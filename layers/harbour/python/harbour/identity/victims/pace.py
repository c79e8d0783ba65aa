"""The same time for everybody: sending a code takes a while, and nobody may see from outside whether one was sent."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from typing import Final

from harbour.runtime.telemetry import alarm, failure

SECONDS: Final = 1.5
"""Above what reading, writing and a provider take together. When they take longer, the answer waits for the next
multiple, so that a slow provider tells as little as can be."""


class EvenPace:
    """See :class:`harbour.identity.victims.ports.Pace`."""

    def __init__(
        self,
        seconds: float = SECONDS,
        now: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._seconds = seconds
        self._now = now
        self._sleep = sleep

    def begin(self) -> float:
        """Now, by a clock that never goes back."""
        return self._now()

    def finish(self, began: float, work: Callable[[], None] | None) -> None:
        """Work that fails is alarmed, and answered like all the rest."""
        if work is not None:
            try:
                work()
            except Exception as error:  # noqa: BLE001 - an error would say that there was somebody to send to
                alarm("code not sent", **failure(error))
        gone = self._now() - began
        steps = max(1, math.ceil(gone / self._seconds))
        self._sleep(steps * self._seconds - gone)
