from __future__ import annotations

import pytest

from tests.unit.portal.cases import Cases, small_catalogue


@pytest.fixture
def cases(monkeypatch: pytest.MonkeyPatch) -> Cases:
    """The portal in memory, with a small catalogue."""
    small_catalogue(monkeypatch)
    return Cases()
