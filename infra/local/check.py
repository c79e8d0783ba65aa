"""``make check``: everything that can be said of the sources without running them, all of it, in one go.

python -m infra.local.check
"""

from __future__ import annotations

import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from infra.local.bootstrap import VENV, node_environment
from infra.local.instance import ROOT

TYPED: Final = ("infra", "functions", "layers/harbour/python/harbour", "layers/fonts", "docs", "tests")


@dataclass(frozen=True, slots=True)
class Check:
    """One program that complains, or does not."""

    name: str
    command: tuple[str, ...]
    folder: Path = ROOT


CHECKS: Final = (
    Check("style", ("ruff", "check", "--quiet", ".")),
    Check("formatting", ("ruff", "format", "--check", "--quiet", ".")),
    Check("import rules", ("lint-imports", "--no-cache")),
    Check("types", ("mypy", *TYPED)),
    Check("web", ("npm", "run", "--silent", "check"), ROOT / "web_widget"),
    Check("cdk-nag", (str(VENV / "bin" / "python"), "-m", "pytest", "-q", "tests/infra", "-k", "nag")),
)


def main() -> int:
    """Run all checks; show the output of those that complain.

    Returns
    -------
    int
        0 when none does.
    """
    complaining = [check.name for check in CHECKS if not _passes(check)]
    print(f"\nComplaints: {', '.join(complaining)}." if complaining else "\nNo complaint.")
    return 1 if complaining else 0


def _passes(check: Check) -> bool:
    print(f"{check.name:<14}", end="", flush=True)
    begun = time.monotonic()
    answer = subprocess.run(
        list(check.command),
        cwd=check.folder,
        env=node_environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    fine = answer.returncode == 0
    print(f"{'ok' if fine else 'complains'} ({time.monotonic() - begun:.0f} s)", flush=True)
    if not fine:
        print(answer.stdout.rstrip(), flush=True)
    return fine


if __name__ == "__main__":
    sys.exit(main())
