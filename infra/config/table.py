"""Shape of the tables: keys, indexes, expiry. The items are described in docs/data-model.md."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

PARTITION_KEY: Final = "pk"
SORT_KEY: Final = "sk"
TIME_TO_LIVE: Final = "expires"


@dataclass(frozen=True, slots=True, kw_only=True)
class Index:
    """A sparse global index: only items that have both attributes are in it.

    Attributes
    ----------
    name
        Of the index and of its partition key.
    sort_key
        Attribute; a string unless ``sort_by_number``.
    keys_only
        True: only keys are copied, the cheapest write.
    """

    name: str
    sort_key: str
    sort_by_number: bool = False
    keys_only: bool = False


INDEXES: Final = (
    Index(name="work", sort_key="since"),
    Index(name="due", sort_key="due_at", sort_by_number=True, keys_only=True),
)
"""Of `conversations`. `work`: what officers have to do. `due`: which timers run out."""

CASES_INDEXES: Final = (Index(name="due", sort_key="due_at", sort_by_number=True, keys_only=True),)
"""Of `cases`. `due`: what is to be done, by list and time."""
