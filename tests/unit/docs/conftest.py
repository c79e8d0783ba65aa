from __future__ import annotations

from tests.unit.functions.conftest import world

__all__ = ["world"]
