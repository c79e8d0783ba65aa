"""What a person reads while Harbour comes up, and when it does not."""

from __future__ import annotations

import io
import os
import sys
from pathlib import Path

import pytest

from infra.delivery.steps import CannotGoOn, Steps, complaint, run_program


def test_steps_are_numbered_and_say_what_they_found() -> None:
    out = io.StringIO()
    steps = Steps(2, out)
    with steps.step("Deploying"):
        pass
    with steps.step("Publishing") as step:
        step.found = "53 files"
    assert out.getvalue() == "[1/2] Deploying… 0 s\n[2/2] Publishing… 53 files (0 s)\n"


def test_a_step_that_fails_says_so_and_lets_the_reason_through() -> None:
    out = io.StringIO()
    with pytest.raises(CannotGoOn, match="no"), Steps(1, out).step("Deploying"):
        raise CannotGoOn("no")
    assert out.getvalue() == "[1/1] Deploying… failed\n"


def test_a_program_that_fails_is_told_with_its_reason_and_its_log(tmp_path: Path) -> None:
    log = tmp_path / "logs" / "build.log"
    program = [
        sys.executable,
        "-c",
        "print('one'); print('Error: two is missing'); print('three'); raise SystemExit(3)",
    ]
    with pytest.raises(CannotGoOn, match=r"Error: two is missing\. Log: .*build\.log"):
        run_program(program, log, os.environ, tmp_path)
    assert log.read_text("utf-8").splitlines() == ["one", "Error: two is missing", "three"]


def test_a_program_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(CannotGoOn, match="no-such-program"):
        run_program(["no-such-program"], tmp_path / "x.log", os.environ, tmp_path)


@pytest.mark.parametrize(
    ("output", "line"),
    [
        ("error during build:\nRolldownError: chat.js is too large\n  at x", "RolldownError: chat.js is too large"),
        (
            "HarbourChat: building\n❌  HarbourChat failed: Quota exceeded.\nbye",
            "❌  HarbourChat failed: Quota exceeded",
        ),
        ("one\ntwo\n\n", "two"),
        ("", "it said nothing"),
    ],
)
def test_the_line_that_says_why_is_found(output: str, line: str) -> None:
    assert complaint(output) == line
