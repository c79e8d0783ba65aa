"""Who may do what, as a table: a change of the data file shows up here."""

from __future__ import annotations

import pytest

from harbour.identity.permissions import may, require, roles
from harbour.runtime.errors import Forbidden

CASES = {
    "officer": {
        "duty", "queue", "accept", "release", "converse", "note", "read_own", "read_closed", "package", "catalogue",
        "quality",
    },
    "supervisor": {
        "duty", "queue", "accept", "release", "converse", "note", "read_own", "read_any", "read_closed", "package",
        "catalogue", "quality", "deadlines", "costs",
    },
    "advocate": set(),
    "analyst": {"catalogue", "deadlines", "costs"},
    "admin": set(),
}  # fmt: skip
ACTIONS = sorted(set().union(*CASES.values()))


@pytest.mark.parametrize("role", CASES)
@pytest.mark.parametrize("action", ACTIONS)
def test_a_role_may_do_what_the_table_says_and_nothing_else(role: str, action: str) -> None:
    assert may([role], action) is (action in CASES[role])


def test_the_roles_are_the_groups_of_the_pool() -> None:
    assert roles() == set(CASES)


def test_an_unknown_group_allows_nothing() -> None:
    with pytest.raises(Forbidden):
        require(["everybody", ""], "queue")
