"""A burst of updates: none lost, none done or told twice, each crime's in order. The bench takes ten times as many."""

from __future__ import annotations

from tests.bench import burst


def test_two_thousand_updates_at_once_are_all_done_once_in_order_and_told_once() -> None:
    found = burst.run(400, 5, seed=20_261_124)
    assert found.wrong == ""
    assert found.updates == 2_000
    assert found.messages == 3 * 400  # the invitation, the first news, and what followed within half a minute
