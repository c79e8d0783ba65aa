"""``make test``: every test that there is, one part after the other, and what came of them in the last lines.

    python -m infra.local.suite [part…]

Nothing is skipped silently: a part that cannot run counts as failed, and each test that was skipped is named at the end
with its reason.
"""

from __future__ import annotations

import re
import subprocess
import sys
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from infra.local.bootstrap import VENV, browser, node_environment
from infra.local.instance import ROOT

_PYTEST: Final = (str(VENV / "bin" / "python"), "-m", "pytest")
_ON_ALL_CORES: Final = ("-n", "auto", "--dist", "loadgroup")
_COLOURS: Final = re.compile(r"\x1b\[[0-9;]*m")
_NO_TEST: Final = 5
"""Exit status of pytest when it found none."""


@dataclass(frozen=True, slots=True)
class Part:
    """Tests of one kind."""

    name: str
    command: tuple[str, ...]
    folder: Path = ROOT


PARTS: Final = (
    Part("unit", (*_PYTEST, *_ON_ALL_CORES, "tests/unit")),
    Part("integration", (*_PYTEST, *_ON_ALL_CORES, "tests/integration")),
    Part("infra", (*_PYTEST, "tests/infra")),
    Part("web", (str(ROOT / ".tools" / "node" / "npm"), "test"), ROOT / "web_widget"),
    Part("browser", (*_PYTEST, "tests/e2e")),
)


@dataclass(frozen=True, slots=True)
class Result:
    """What came of one part."""

    part: Part
    status: int
    seconds: float
    passed: int
    failed: int
    skipped: tuple[str, ...]

    @property
    def fine(self) -> bool:
        """It ran, and nothing failed."""
        return self.status == 0 and self.passed > 0


def main(names: list[str]) -> int:
    """Run the parts that are named, all when none is.

    Returns
    -------
    int
        0 when everything ran and nothing failed.
    """
    unknown = set(names) - {part.name for part in PARTS}
    if unknown:
        print(f"No such part: {', '.join(sorted(unknown))}. There are: {', '.join(p.name for p in PARTS)}")
        return 2
    results = [_run(part) for part in PARTS if not names or part.name in names]
    print(summary(results), flush=True)
    return 0 if all(result.fine for result in results) else 1


def summary(results: Iterable[Result]) -> str:
    """The last lines: a table, what was skipped and why, and the totals."""
    results = tuple(results)
    lines = ["", f"{'part':<12} {'passed':>7} {'failed':>7} {'skipped':>8} {'time':>7}"]
    for one in results:
        note = "" if one.fine else "   ← could not run" if not one.failed else "   ← failed"
        counts = f"{one.passed:>7} {one.failed:>7} {len(one.skipped):>8} {one.seconds:>5.0f} s"
        lines.append(f"{one.part.name:<12} {counts}{note}")
    lines += [f"skipped: {reason}" for one in results for reason in one.skipped]
    if browser() is None:
        lines.append("There is no Chromium here; to run the browser tests: apt-get install chromium")
    # A part that broke down without a failed test is a failure, too.
    failed = sum(max(one.failed, 0 if one.fine else 1) for one in results)
    skipped = sum(len(one.skipped) for one in results)
    passed = sum(one.passed for one in results)
    lines += ["", f"total: {passed} passed, {failed} failed" + (f", {skipped} skipped" if skipped else "")]
    return "\n".join(lines)


def read(output: str) -> tuple[int, int, tuple[str, ...]]:
    """How many passed and failed, and what was skipped and why, from the output of pytest or vitest.

    >>> read("SKIPPED [1] tests/a.py:3: no printer\\n= 1 failed, 12 passed, 1 skipped, 2 errors in 3.2s =")
    (12, 3, ('tests/a.py:3: no printer',))
    >>> read(" Test Files  2 passed (2)\\n      Tests  1 failed | 9 passed (10)")
    (9, 1, ())
    """
    plain = _COLOURS.sub("", output)
    skipped = tuple(match[1] for match in re.finditer(r"^(?:SKIPPED \[\d+\]|XFAIL) (.+)$", plain, re.MULTILINE))
    closing = [
        line
        for line in plain.splitlines()
        if re.match(r"\s*Tests\s", line) or re.search(r"\d+ (passed|failed|error|skipped).* in [\d.]+s", line)
    ]
    last = closing[-1] if closing else ""

    def count(word: str) -> int:
        return sum(int(match[1]) for match in re.finditer(rf"(\d+) {word}", last))

    return count("passed"), count("failed") + count("errors?"), skipped


def _run(part: Part) -> Result:
    """Run one part; what it prints is seen as it comes."""
    print(f"\n━━━ {part.name}", flush=True)
    begun = time.monotonic()
    kept: list[str] = []
    try:
        with subprocess.Popen(
            list(part.command),
            cwd=part.folder,
            env=node_environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
            errors="replace",
        ) as process:
            for line in process.stdout or ():
                sys.stdout.write(line)
                sys.stdout.flush()
                kept.append(line)
        status = process.returncode
    except OSError as failed:
        print(f"{part.command[0]} cannot be started: {failed.strerror}")
        status = 1
    passed, failed_tests, skipped = read("".join(kept))
    if status == _NO_TEST:
        print(f"There are no tests in this part: {part.name}")
    return Result(part, status, time.monotonic() - begun, passed, failed_tests, skipped)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
