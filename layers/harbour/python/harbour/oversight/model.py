"""How problems are named and paged. Pure."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from typing import Final

_WRITTEN: Final = re.compile(r"([0-9]{1,12})-([0-9a-f]{16})")
_PERSON: Final = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page of a list ended. It stands in addresses, which are logged: so it names no crime.

    Attributes
    ----------
    at
        Since when the last item was known, in seconds.
    mark
        Which of that second it was.
    """

    at: int
    mark: str

    @classmethod
    def of(cls, pk: str, sk: str, at: int) -> Place:
        """The place of one item."""
        return cls(at, hashlib.sha256(f"{pk} {sk}".encode()).hexdigest()[:16])

    @classmethod
    def read(cls, written: str) -> Place:
        """The other way round. Raises ``ValueError`` for what was never written.

        Example
        -------
        >>> place = Place.of("crime#42/1/26", "Q#1-phone-phone_unusable", 1_790_000_000)
        >>> Place.read(str(place)) == place
        True
        """
        found = _WRITTEN.fullmatch(written)
        if found is None:
            raise ValueError("no place of a list")
        return cls(int(found[1]), found[2])

    def __str__(self) -> str:
        return f"{self.at}-{self.mark}"


def check_of(ident: str) -> str:
    """Which check found a problem, by the problem's id alone: so that counting reads nothing but keys.

    Example
    -------
    What a check of details found, and what a receipt of a provider did:

    >>> check_of("N88/120-phone-phone_unusable"), check_of(f"hard_bounce-{'0' * 32}")
    ('phone_unusable', 'hard_bounce')
    """
    start, _, end = ident.rpartition("-")
    return start if _PERSON.fullmatch(end) else end
