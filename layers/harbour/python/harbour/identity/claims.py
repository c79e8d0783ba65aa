"""Who calls a door for officers, from the claims that API Gateway has verified."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from harbour.identity import permissions
from harbour.identity.model import Officer
from harbour.runtime.errors import Forbidden

_COLLAR: Final = re.compile(r"[A-Za-z0-9.-]{1,16}")
"""A collar number names its officer in the record (``officer:4417``), so it holds nothing that needs quoting there."""


@dataclass(frozen=True, slots=True)
class SignedIn:
    """An officer, and the groups that say what they may do."""

    officer: Officer
    groups: tuple[str, ...]

    def may(self, action: str) -> Officer:
        """The officer; raises ``Forbidden`` where no group allows the action."""
        permissions.require(self.groups, action)
        return self.officer


def officer_of(claims: Mapping[str, Any], force: str) -> SignedIn:
    """Who calls. Another force's officer is nobody here.

    Raises
    ------
    Forbidden
        ``forbidden``: of another force, or without a collar number that the record can hold.
    """
    collar = claims.get("custom:collar", "")
    if claims.get("custom:force") != force or not _COLLAR.fullmatch(collar):
        raise Forbidden("forbidden", "This account does not belong to this force.")
    groups = claims.get("cognito:groups", "")
    names = groups if isinstance(groups, list) else groups.strip("[]").replace(",", " ").split()
    return SignedIn(Officer(collar, claims.get("name", collar)), tuple(names))
