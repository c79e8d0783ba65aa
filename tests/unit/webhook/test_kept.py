"""A secret that was changed is known to a warm function after a while, and not before it is asked for."""

from __future__ import annotations

import pytest

from harbour.runtime.kept import Kept


class Secret:
    def __init__(self) -> None:
        self.now = 0.0
        self.value = "old"
        self.reads = 0

    def read(self) -> str:
        self.reads += 1
        if not self.value:
            raise ConnectionError
        return self.value


def test_it_is_read_once_and_again_when_it_is_old() -> None:
    secret = Secret()
    kept = Kept(secret.read, 300, lambda: secret.now)
    assert secret.reads == 0
    assert (kept(), kept()) == ("old", "old")
    secret.value, secret.now = "new", 299.9
    assert (kept(), secret.reads) == ("old", 1)
    secret.now = 300
    assert (kept(), kept(), secret.reads) == ("new", "new", 2)


def test_an_old_value_is_not_used_because_there_is_no_new_one() -> None:
    secret = Secret()
    kept = Kept(secret.read, 300, lambda: secret.now)
    kept()
    secret.value, secret.now = "", 300
    for _ in range(2):
        with pytest.raises(ConnectionError):
            kept()
    secret.value = "new"
    assert kept() == "new"
