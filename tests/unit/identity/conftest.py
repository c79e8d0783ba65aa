from __future__ import annotations

import pytest

from harbour import casework
from tests.unit.identity.entry import Entry


@pytest.fixture
def entry(monkeypatch: pytest.MonkeyPatch) -> Entry:
    """Dana can sign in; the composition root leads to this world."""
    made = Entry()
    monkeypatch.setattr(casework, "sign_in", lambda: made.service)
    monkeypatch.setattr(casework, "proofs", lambda: made.proofs)
    return made
