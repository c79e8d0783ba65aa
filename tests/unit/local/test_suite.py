"""The last lines of ``make test`` tell the truth."""

from __future__ import annotations

import pytest

from infra.local import suite
from infra.local.suite import Part, Result


@pytest.fixture(autouse=True)
def chromium(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(suite, "browser", lambda: "/usr/bin/chromium")


def result(name: str, status: int = 0, passed: int = 3, failed: int = 0, skipped: tuple[str, ...] = ()) -> Result:
    return Result(Part(name, ()), status, 1.5, passed, failed, skipped)


@pytest.mark.parametrize(
    ("output", "counts"),
    [
        ("\x1b[32m===== \x1b[1m812 passed\x1b[0m\x1b[32m in 93.20s (0:01:33) =====\x1b[0m\n", (812, 0)),
        ("== 2 failed, 810 passed, 1 skipped, 1 error in 93.20s ==\n", (810, 3)),
        ("== 3 errors in 0.20s ==\n", (0, 3)),
        (" Test Files  1 failed | 11 passed (12)\n      Tests  1 failed | 144 passed (145)\n", (144, 1)),
        ("no tests ran in 0.01s\n", (0, 0)),
        ("", (0, 0)),
    ],
)
def test_the_counts_are_those_of_the_runners_last_line(output: str, counts: tuple[int, int]) -> None:
    assert suite.read(output)[:2] == counts


def test_everything_that_passed_is_counted_once() -> None:
    last = suite.summary([result("unit"), result("web", passed=4)]).splitlines()[-1]
    assert last == "total: 7 passed, 0 failed"


def test_what_was_skipped_is_named_with_its_reason() -> None:
    told = suite.summary([result("unit", skipped=("tests/a.py:3: no printer here",))])
    assert "skipped: tests/a.py:3: no printer here" in told
    assert told.endswith("3 passed, 0 failed, 1 skipped")


def test_a_part_that_could_not_run_is_a_failure() -> None:
    told = suite.summary([result("unit"), result("browser", status=4, passed=0)])
    assert "could not run" in told
    assert told.endswith("3 passed, 1 failed")


def test_a_part_without_a_test_is_a_failure() -> None:
    assert not result("unit", status=5, passed=0).fine
    assert not result("unit", status=0, passed=0).fine


def test_a_missing_browser_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(suite, "browser", lambda: None)
    assert "apt-get install chromium" in suite.summary([result("unit")])
