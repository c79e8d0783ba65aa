"""What each role of the officer pool may do: a table in ``data/permissions.json``, and nothing beside it."""

from __future__ import annotations

import json
from collections.abc import Iterable
from functools import cache
from importlib.resources import files

from harbour.runtime.errors import Forbidden


@cache
def _table() -> dict[str, frozenset[str]]:
    written = json.loads((files(__package__) / "data" / "permissions.json").read_text("utf-8"))
    return {role: frozenset(actions) for role, actions in written["roles"].items()}


def roles() -> frozenset[str]:
    """All roles, which are the groups of the officer pool."""
    return frozenset(_table())


def may(groups: Iterable[str], action: str) -> bool:
    """Whether any of a person's groups allows an action. An unknown group allows nothing."""
    return any(action in _table().get(group, ()) for group in groups)


def require(groups: Iterable[str], action: str) -> None:
    """Raise ``Forbidden`` ``forbidden`` unless a group allows the action."""
    if not may(groups, action):
        raise Forbidden("forbidden", "Your role may not do this.")
