from __future__ import annotations

import pytest

from harbour import bootstrap
from tests.unit.conversation.world import World


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> World:
    """The composition root of every function, on the in-memory world."""
    made = World()
    monkeypatch.setattr(bootstrap, "tickets", lambda: made.tickets)
    monkeypatch.setattr(bootstrap, "conversations", lambda: made.service)
    monkeypatch.setattr(bootstrap, "delivery", lambda: made.delivery)
    monkeypatch.setattr(bootstrap, "pace", lambda: made.pace)
    monkeypatch.setattr(bootstrap, "entrance", lambda: made.entrance)
    monkeypatch.setattr(bootstrap, "desk", lambda: made.desk)
    monkeypatch.setattr(bootstrap, "watch", lambda: made.watch)
    monkeypatch.setattr(bootstrap, "muster", lambda: made.muster)
    monkeypatch.setattr(bootstrap, "late_translations", lambda: made.later)
    for name, value in {
        "HARBOUR_TABLE": "t",
        "HARBOUR_FORCE": "eastshire",
        "HARBOUR_EVENT_BUS": "bus",
        "HARBOUR_SOCKET_ENDPOINT": "https://ab12cd34ef.execute-api.eu-west-2.amazonaws.com/socket",
    }.items():
        monkeypatch.setenv(name, value)
    return made
