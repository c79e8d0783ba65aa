"""What is asked for rarely: a warm function lives for hours, and a secret may be changed while it does."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")


class Kept(Generic[T]):
    """A value that is read at the first call, and again once it is so many seconds old.

    When reading fails, the caller is told, and the next call reads again: an old value is never used for longer.
    """

    def __init__(self, read: Callable[[], T], seconds: float, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._read = read
        self._seconds = seconds
        self._monotonic = monotonic
        self._known: tuple[float, T] | None = None

    def __call__(self) -> T:
        """The value."""
        now = self._monotonic()
        if self._known is None or now - self._known[0] >= self._seconds:
            self._known = (now, self._read())
        return self._known[1]
