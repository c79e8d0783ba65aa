from __future__ import annotations

from tests.infra.conftest import prod, synthesised
from tests.unit.functions.conftest import world

__all__ = ["prod", "synthesised", "world"]
