from __future__ import annotations

import pytest

from tests.unit.crime.casebook import Casebook


@pytest.fixture
def book() -> Casebook:
    return Casebook()
