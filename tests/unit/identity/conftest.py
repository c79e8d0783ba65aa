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
    monkeypatch.setattr(casework, "one_login", lambda: made.one_login)
    monkeypatch.setattr(casework, "one_login_offered", lambda: True)
    return made
