"""A burst of 20,000 crime updates through the queue: how fast, how soon told, how many billable operations.

4,000 crimes with five updates each, posted at once and in a random mixture; the code is the product's from the webhook
to the receipt (:mod:`tests.bench.burst`). Nothing counts unless every update was done once and in its crime's order,
and everybody was told of each once, whatever came again.

**What is told.** As in production: the first news comes at once with the way in, the second at once, and what follows
within 30 seconds waits and goes as one "several updates" after that (:mod:`harbour.notification.plan`). That wait is
wanted, so messages that wait by plan are a row of their own, from their creation on; they start with the next run of
``deadlines``, which comes every minute. All others are measured from the moment at which they are created.

**What any correct implementation must do**, by which operations are judged. For an update: one write that accepts it
before it is answered (the sender may never come again), one request to the queue that keeps order, a tenth of a receive
and of a delete; one read of what was accepted and one of the crime as it is; one write each for the crime, for the
timeline and for the end of the waiting. For a message to a person: one read of the person and one of the message; one
write each to create, claim, record and finish it (claimed before the provider is called, or a crash sends it twice);
one tenth each of a send, a receive and a delete; and one call of the provider. Not granted: that DynamoDB counts twice
what stands in a transaction, the index of what is due, invitations, limits, statistics, and that items may be larger
than one unit.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Final

from harbour.notification.clock import Told, on_time
from harbour.notification.model import Notification
from tests.bench.bench import Bench
from tests.bench.burst import STORY, Burst, Ran, again, wrong
from tests.bench.prices import price
from tests.bench.result import Bound, Result, Target

CRIMES: Final = 4_000
SAMPLE: Final = 20_000
PROMISE: Final = timedelta(seconds=10)
"""GOV.UK Notify promises that 95 % go to the provider in that time."""
WITHIN: Final = 95.0
GUARD: Final = 3.5
"""Nobody publishes how far from the floor is good: this only tells when it becomes more than it was at first (3.1)."""
_SWITCH: Final = 0.001
"""Seconds after which Python lets another worker go on: functions do not wait for each other at all."""


def measure(bench: Bench) -> Sequence[Result]:
    """One burst."""
    return rows(CRIMES, bench.seed)


def rows(crimes: int, seed: int) -> Sequence[Result]:
    """The rows of one burst of that size."""
    switch = sys.getswitchinterval()
    sys.setswitchinterval(_SWITCH)
    try:
        ran = Burst(crimes, f"{seed} updates", sample=SAMPLE).run()
    finally:
        sys.setswitchinterval(switch)
    void = wrong(ran, crimes)
    messages = ran.messages()
    updates = crimes * len(STORY)
    return [
        _pace(ran, updates, seed, void),
        *_soon(messages, void),
        *_operations(ran, updates, messages, void),
        _in_time(messages, ran, void),
    ]


def _pace(ran: Ran, updates: int, seed: int, void: str) -> Result:
    calls = sum(ran.cloud.table.calls.values())
    bare = again(ran) / (calls / updates)
    counts = ran.counts
    return Result(
        name="updates, pace",
        value=updates / ran.seconds if ran.seconds else float("nan"),
        unit="updates/s",
        reference=bare,
        target=Target("ratio", Bound.AT_LEAST, 0.25),
        note=f"{updates:,} updates from the first post to the last one done, with sending at the same time, on one "
        f"interpreter: all handled, none twice, order per crime kept. {counts['accepted again']} posted twice, "
        f"{counts['again updates.fifo']} updates, {counts['again notify']} messages and "
        f"{counts['again receipts'] + counts['again log']} receipts delivered again. Reference: the run's first "
        f"{len(ran.sample):,} calls of the table made once more, without our rules, at {calls / updates:.1f} calls for "
        f"an update. Functions run side by side: this is no limit of a force's. Seed {seed}.",
        void=void,
    )


def _soon(messages: Iterable[Notification], void: str) -> list[Result]:
    at_once: list[float] = []
    waited: list[float] = []
    for one in messages:
        if one.sent_at is not None:
            (waited if _waited(one) else at_once).append((one.sent_at - one.created_at).total_seconds())
    at_once.sort()
    waited.sort()
    within = 100 * sum(1 for seconds in at_once if seconds <= PROMISE.total_seconds()) / max(len(at_once), 1)
    of_all = 100 * sum(1 for seconds in at_once + waited if seconds <= PROMISE.total_seconds())
    return [
        Result(
            name="created→sent within 10 s",
            value=within,
            unit="%",
            reference=None,
            target=Target("value", Bound.AT_LEAST, WITHIN),
            note=f"{len(at_once):,} messages that were due when they were made, in the burst: from created to taken by "
            f"the provider. GOV.UK Notify publishes 95 % in 10 s. Of all messages, with the {len(waited):,} that wait "
            f"by plan: {of_all / max(len(at_once) + len(waited), 1):.1f} %.",
            void=void,
        ),
        *(
            Result(
                name=f"created→sent p{share}",
                value=_part(at_once, share),
                unit="s",
                reference=PROMISE.total_seconds(),
                target=Target("value", Bound.AT_MOST, PROMISE.total_seconds()),
                note="The same messages. Reference: 10 s.",
                void=void,
            )
            for share in (50, 95)
        ),
        Result(
            name="created→sent p95, merged",
            value=_part(waited, 95),
            unit="s",
            reference=90.0,
            target=Target("ratio", Bound.AT_MOST, 2.0),
            note=f"{len(waited):,} messages that wait by plan, half of them up to {_part(waited, 50):.0f} s: 30 s in "
            "which others join them, up to a minute until the next run of `deadlines`, which takes 2,000 at a time. "
            "Reference: the first two. Idle time between its runs is counted, and not waited for.",
            void=void,
        ),
    ]


def _waited(message: Notification) -> bool:
    """By plan: others could join it."""
    return message.due_at > message.created_at


def _part(ordered: Sequence[float], share: int) -> float:
    return ordered[min(len(ordered) - 1, len(ordered) * share // 100)] if ordered else float("nan")


def _operations(ran: Ran, updates: int, messages: Sequence[Notification], void: str) -> list[Result]:
    table, told = ran.cloud.table.bill, len(messages)
    paid = {
        "write units": table["write_unit"] + table["index_unit"],
        "read units": table["read_unit"],
        "SQS requests": ran.cloud.queues.bill["queue_request"],
        "provider calls": float(len(ran.cloud.posts.taken)),
    }
    floor = floor_of(updates, told)
    items = ", ".join(f"{name} {count / told:.2f} (floor {floor[name] / told:.2f})" for name, count in paid.items())
    return [
        Result(
            name="updates, cost of a message",
            value=_price(paid) / told,
            unit="µ$/message",
            reference=_price(floor) / told,
            target=Target("ratio", Bound.AT_MOST, GUARD),
            note=f"Table and queues for {updates:,} updates that became {told:,} messages, for each of these: {items}. "
            f"Of the write units {table['index_unit'] / told:.2f} keep the index of what is due. Transactions count "
            "twice. The limit is a guard: none is published. What a network or SES charges is not in it.",
            void=void,
        ),
        Result(
            name="updates, provider calls",
            value=paid["provider calls"],
            unit="calls",
            reference=floor["provider calls"],
            target=Target("ratio", Bound.EXACTLY, 1),
            note="One for each message, whatever came again.",
            void=void,
        ),
    ]


def floor_of(updates: int, messages: int) -> Mapping[str, float]:
    """What the docstring of this module grants."""
    return {
        "write units": 4.0 * updates + 4.0 * messages,
        "read units": 2.0 * updates + 2.0 * messages,
        "SQS requests": 1.2 * updates + 0.3 * messages,
        "provider calls": float(messages),
    }


def _price(operations: Mapping[str, float]) -> float:
    return price(
        {
            "write_unit": operations["write units"],
            "read_unit": operations["read units"],
            "queue_request": operations["SQS requests"],
        }
    )


def _in_time(messages: Iterable[Notification], ran: Ran, void: str) -> Result:
    told = [Told(deadline_at=one.deadline_at, sent_at=one.sent_at) for one in messages if one.deadline_at is not None]
    share = on_time(told, ran.clock.now())
    return Result(
        name="statutory, on time",
        value=float("nan") if share is None else share,
        unit="%",
        reference=None,
        target=Target("value", Bound.EXACTLY, 100),
        note=f"{len(told):,} messages of the burst that the Victims' Code wants told by a day, as the statutory clock "
        "counts them.",
        void=void,
    )
