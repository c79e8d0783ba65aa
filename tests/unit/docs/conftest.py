from __future__ import annotations

from tests.infra.conftest import prod, synthesised
from tests.unit.functions.conftest import world
from tests.unit.functions.test_oversight_door import records
from tests.unit.functions.test_portal_door import cases, sign_ins
from tests.unit.functions.test_sign_in_door import entry
from tests.unit.functions.test_webhooks_door import harbour

__all__ = ["cases", "entry", "harbour", "prod", "records", "sign_ins", "synthesised", "world"]
