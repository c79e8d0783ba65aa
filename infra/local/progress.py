"""What a person sees while Harbour is coming up: numbered steps with their time, and one line when it stops."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO

from infra.local.bootstrap import CannotGoOn

__all__ = ["CannotGoOn", "Steps"]


class Steps:
    """Counts steps: ``[3/9] Deploying…  12 s``.

    Parameters
    ----------
    total
        How many there will be.
    out
        Where to; standard output when not given.
    """

    def __init__(self, total: int, out: TextIO | None = None) -> None:
        self._total = total
        self._number = 0
        self._out = out or sys.stdout

    @contextmanager
    def step(self, title: str) -> Iterator[Step]:
        """Announce a step, and when it ends how long it took and what it found."""
        self._number += 1
        self._write(f"[{self._number}/{self._total}] {title}… ")
        begun = time.monotonic()
        current = Step()
        try:
            yield current
        except BaseException:
            self._write("failed\n")
            raise
        seconds = f"{time.monotonic() - begun:.0f} s"
        self._write(f"{current.found} ({seconds})\n" if current.found else f"{seconds}\n")

    def _write(self, text: str) -> None:
        self._out.write(text)
        self._out.flush()


class Step:
    """The step that is running; ``found`` is shown with its time."""

    def __init__(self) -> None:
        self.found = ""
