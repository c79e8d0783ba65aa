"""What a person sees while something long goes on: numbered steps with their time, and one line when it stops."""

from __future__ import annotations

import re
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final, TextIO

from infra.local.bootstrap import ROOT, CannotGoOn, explain

__all__ = ["CannotGoOn", "Steps", "run_program"]

_LONGEST_REASON: Final = 300


class Steps:
    """Counts steps: ``[3/9] Deploying…  12 s``.

    Parameters
    ----------
    total
        How many there will be.
    out
        Where to; standard output when not given.
    """

    def __init__(self, total: int, out: TextIO | None = None) -> None:
        self._total = total
        self._number = 0
        self._out = out or sys.stdout

    @contextmanager
    def step(self, title: str) -> Iterator[Step]:
        """Announce a step, and when it ends how long it took and what it found."""
        self._number += 1
        self._write(f"[{self._number}/{self._total}] {title}… ")
        begun = time.monotonic()
        current = Step()
        try:
            yield current
        except BaseException:
            self._write("failed\n")
            raise
        seconds = f"{time.monotonic() - begun:.0f} s"
        self._write(f"{current.found} ({seconds})\n" if current.found else f"{seconds}\n")

    def _write(self, text: str) -> None:
        self._out.write(text)
        self._out.flush()


class Step:
    """The step that is running; ``found`` is shown with its time."""

    def __init__(self) -> None:
        self.found = ""


def run_program(command: Sequence[str], log: Path, environ: Mapping[str, str], folder: Path = ROOT) -> None:
    """Run a program to its end, with its output in ``log``.

    Raises
    ------
    CannotGoOn
        When it fails: why, as far as it is known, and where the log is.
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    try:
        with log.open("wb") as output:
            answer = subprocess.run(
                list(command),
                cwd=folder,
                env=dict(environ),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                check=False,
            )
    except OSError as failed:
        raise CannotGoOn(f"{command[0]} cannot be started: {failed.strerror}") from None
    if answer.returncode:
        text = log.read_text("utf-8", "replace")
        shown = log.relative_to(ROOT) if log.is_relative_to(ROOT) else log
        raise CannotGoOn(f"{explain(text) or complaint(text)}. Log: {shown}")


def complaint(output: str) -> str:
    """The line that most likely says why a program failed: the first that names an error, else the last."""
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    named = [line for line in lines if re.search(r"(error|failed)[^:]*: +\S", line, re.IGNORECASE)]
    return (named[:1] or lines[-1:] or ["it said nothing"])[0][:_LONGEST_REASON].rstrip(".")
