"""Takes the measures: ``python -m tests.bench [MEASURE ...]``; without names, all of them.

Prints a table, writes ``.harbour/bench.json`` (only when all were taken), and ends with 1 if one does not hold.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Final

from infra.layers.target import TargetUnavailableError
from infra.local.bootstrap import CannotGoOn
from infra.local.instance import ROOT
from tests.bench import result
from tests.bench.bench import Bench, ready
from tests.bench.measures import (
    bytecode,
    cold_start,
    hops,
    isolation,
    logs,
    msg_cost,
    overhead,
    quality,
    resume,
    translation,
    updates,
    widget,
)
from tests.bench.result import Bound, Result, Target

OUTPUT: Final = ROOT / ".harbour" / "bench.json"

MEASURES: Final[Mapping[str, Callable[[Bench], Sequence[Result]]]] = {
    "cold-start": cold_start.measure,
    "bytecode": bytecode.measure,
    "msg-cost": msg_cost.measure,
    "isolation": isolation.measure,
    "hops": hops.measure,
    "translation": translation.measure,
    "resume": resume.measure,
    "logs": logs.measure,
    "quality": quality.measure,
    "updates": updates.measure,
    "widget": widget.measure,
    "overhead": overhead.measure,
}
"""In this order: what takes times comes while nothing else runs, what needs all of Harbour comes last."""


def main(arguments: Sequence[str]) -> int:
    """Take the measures.

    Returns
    -------
    int
        0 all hold, 1 one does not or could not be taken, 2 wrong arguments.
    """
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("measure", nargs="*", help=f"one of {', '.join(MEASURES)}")
    parser.add_argument("--seed", type=int, help="repeat a run's random choices")
    chosen = parser.parse_args(arguments)
    if unknown := set(chosen.measure) - MEASURES.keys():
        parser.error(f"no such measure: {', '.join(sorted(unknown))}")
    names = [name for name in MEASURES if name in chosen.measure or not chosen.measure]
    try:
        with ready(chosen.seed) as bench:
            results = [row for name in names for row in _taken(name, bench)]
    except (CannotGoOn, TargetUnavailableError) as stop:
        print(f"make bench stopped: {stop}", file=sys.stderr)
        return 1
    print(f"\n{result.table(results)}\n")
    if len(names) == len(MEASURES):
        OUTPUT.write_text(result.as_json(results), "utf-8")
        print(f"Written to {OUTPUT.relative_to(ROOT)}.")
    missed = [row.name for row in results if not row.holds]
    print(f"Does not hold: {', '.join(missed)}." if missed else f"All {len(results)} hold.")
    return 1 if missed else 0


def _taken(name: str, bench: Bench) -> Sequence[Result]:
    """The rows of one measure; a measure that breaks does not hold, and does not stop the others."""
    began = time.monotonic()
    print(f"{name} …", end=" ", flush=True)
    try:
        rows = MEASURES[name](bench)
    except Exception as broken:  # noqa: BLE001 - shown as a row that does not hold
        rows = [result.failed(name, broken, Target("value", Bound.EXACTLY, 0))]
    print(f"{'holds' if all(row.holds for row in rows) else 'DOES NOT HOLD'} ({time.monotonic() - began:.0f} s)")
    return rows


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
