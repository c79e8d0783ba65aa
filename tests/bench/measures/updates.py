"""20,000 updates of crime systems in a burst: all done, none twice, each crime's in order, and how quickly told."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from statistics import quantiles
from typing import Final

from docs import cost_model
from harbour.notification.clock import on_time
from infra.config.settings import settings_for
from tests.bench import burst
from tests.bench.bench import Bench
from tests.bench.result import Bound, Result, Target
from tests.unit.crime.casebook import MONDAY

CRIMES: Final = 4_000
EACH: Final = 5
PROMISED_SECONDS: Final = 10
"""GOV.UK Notify's published promise: 95 % handed to the provider within 10 seconds."""


def measure(bench: Bench) -> Sequence[Result]:
    """One burst, in one process, over stores in memory; what is billed is counted from the items themselves."""
    logging.disable(logging.INFO)
    try:
        found = burst.run(CRIMES, EACH, bench.seed)
    finally:
        logging.disable(logging.NOTSET)
    cuts = quantiles(found.delays, n=100)
    quick = 100 * sum(1 for one in found.delays if one <= PROMISED_SECONDS) / len(found.delays)
    in_time = on_time(found.told, MONDAY)
    units = sum(number for _, number in cost_model.update_writes())
    about = (
        f"{found.updates:,} updates of {CRIMES:,} crimes, {found.messages:,} messages, one process, stores in memory "
        f"(AWS's own time is not in it); {100 * burst.REDELIVERED:.0f} % came twice; seed {bench.seed}."
    )
    return [
        Result(
            name="updates, burst",
            value=found.updates / found.seconds,
            unit="updates/s",
            reference=float(settings_for("prod").limits.hooks.rate),
            target=Target("ratio", Bound.AT_LEAST, 1),
            note=f"{about} Reference: what the webhooks' stage lets in, which one process alone keeps up with.",
            void=found.wrong,
        ),
        Result(
            name="updates, told within 10 s",
            value=quick,
            unit="%",
            reference=95.0,
            target=Target("value", Bound.AT_LEAST, 95),
            note=f"From when a message may go (merged ones half a minute later) to when the provider had it: p50 "
            f"{cuts[49] * 1_000:.1f} ms, p95 {cuts[94] * 1_000:.1f} ms. Reference: GOV.UK Notify's promise.",
            void=found.wrong,
        ),
        Result(
            name="updates, on time by law",
            value=in_time or 0.0,
            unit="%",
            reference=None,
            target=Target("value", Bound.AT_LEAST, 100),
            note=f"Of {len(found.told):,} messages with a time limit of the Victims' Code.",
            void=found.wrong,
        ),
        Result(
            name="updates, write units",
            value=units,
            unit="units/message",
            reference=_floor(),
            target=Target("ratio", Bound.AT_MOST, 2.5),
            note="Of one update that becomes one text message and its receipt, from the sizes of the items as they are "
            "written (docs/cost_model.py). Reference: the least that keeps nothing lost and nothing doubled: the "
            "update before it is accepted; crime, event and message in one transaction that ends the waiting; a claim "
            "before the provider is called, what it said, what became of it; none of it found again by an index or counted.",
        ),
    ]


def _floor() -> float:
    """Write units without indexes, counts and limits: 1 + 4 in a transaction at 2 each + claim + sent + delivered."""
    return 1 + 4 * 2 + 3
