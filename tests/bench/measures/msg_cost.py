"""What a message costs on the wire, against the least that any design can pay, and against scan-and-post."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from random import Random
from typing import Final

from tests.bench import bystanders, oracle, peers
from tests.bench.bench import Bench, Table
from tests.bench.people import Gateway, Person, meet
from tests.bench.prices import Bill, floor_of, price
from tests.bench.result import Bound, Result, Target
from tests.bench.wire import Operation, bill_of, posts

MESSAGES: Final = 60
BYSTANDERS: Final = 200
PAIRS: Final = 4
"""How often both write at the same moment."""
WORDS: Final = (
    "I", "am", "safe", "now", "but", "he", "comes", "home", "at", "six", "and", "the", "children", "are", "with", "me",
    "what", "can", "do", "tonight", "please", "tell", "my", "sister", "knows", "nothing", "yet", "😀", "it’s", "OK",
)  # fmt: skip


def measure(bench: Bench) -> Sequence[Result]:
    """Run the conversation once, and the peer at three sizes."""
    random = bench.random("msg-cost")
    with bench.harbour() as (functions, table):
        gateway = Gateway(functions, bench.recorder)
        others = bystanders.appear(table, bench.recorder.sockets, BYSTANDERS)
        visitor, officer = meet(gateway)
        bench.recorder.doubts.clear()
        with bench.recorder.recording() as operations:
            happened = _converse(random, visitor, officer)
        void = _void(bench, table, visitor, officer, operations, others)
    bill = bill_of(operations)
    paid, floor = price(bill), floor_of(MESSAGES)
    refused = sum(o.called == "dynamodb.PutItem" and o.status >= 400 for o in operations)
    message = Result(
        name="msg-cost",
        value=paid / MESSAGES,
        unit="µ$/message",
        reference=floor / MESSAGES,
        target=Target("ratio", Bound.AT_MOST, 1.2),
        note=f"Everything from the first message to the last acknowledgement of {MESSAGES}: {happened}, {refused} lost "
        f"races, {BYSTANDERS} bystanders. Floor: 3 socket messages, 1 invocation, 1 write unit and no read for each. "
        f"{_itemised(bill)}. Seed {bench.seed}.",
        void=void,
    )
    text = " ".join(random.choices(WORDS, k=20))
    sent = {n: peers.checked(bench, n, text) for n in (2, 20, 200)}
    peer = price(sent[200].bill)
    return [
        message,
        Result(
            name="msg-cost, dynamodb",
            value=price(_only(bill, "write_unit", "read_unit")) / MESSAGES,
            unit="µ$/message",
            reference=price({"write_unit": 1}),
            target=Target("ratio", Bound.AT_MOST, 1.5),
            note="The same run, DynamoDB alone. Floor: one write unit for each message. A strongly consistent read for "
            "each makes 1.2; the rest is the reconnection, the duplicate and the lost races.",
            void=void,
        ),
        Result(
            name="scan-and-post at 200",
            value=peer,
            unit="µ$/message",
            reference=paid / MESSAGES,
            target=Target("ratio", Bound.AT_LEAST, 40),
            note=f"A peer that scans its connections and posts to all, at 200 open ones; reference: msg-cost. It posts "
            f"{', '.join(str(s.posts) for s in sent.values())} times at 2, 20, 200, as published, and stores nothing.",
            void=void,
        ),
    ]


def _converse(random: Random, visitor: Person, officer: Person) -> str:
    """60 messages with everything that goes wrong once; what happened, in words."""
    both = (visitor, officer)
    dies, resent = random.randrange(10, 25), random.randrange(30, 50)
    pairs = sorted(random.sample(range(2, MESSAGES - 2), PAIRS))
    with ThreadPoolExecutor(len(both)) as pool:
        while (said := len(visitor.said) + len(officer.said)) < MESSAGES:
            if visitor.sockets[1:] == [] and said >= dies:
                _reconnection(random, visitor, officer)
            elif pairs and said >= pairs[0] and said < MESSAGES - 1:
                pairs.pop(0)
                list(pool.map(lambda person: person.say(_text(random)), both))
            else:
                random.choice(both).say(_text(random))
            if said < resent <= len(visitor.said) + len(officer.said):
                resent = 0
                person = max(both, key=lambda p: len(p.said))
                person.resend(len(person.said))
    return (
        f"1 socket lost without a word (410) and reconnected, 1 duplicate, {PAIRS - len(pairs)} pairs at the same time"
    )


def _reconnection(random: Random, visitor: Person, officer: Person) -> None:
    """The visitor's line breaks unnoticed; the officer writes into it; the visitor comes back for what was missed."""
    visitor.socket.die()
    officer.say(_text(random))
    visitor.connect()


def _text(random: Random) -> str:
    """A message of 4 to 36 words, some 100 characters in the middle."""
    return " ".join(random.choices(WORDS, k=random.randint(4, 36)))


def _void(
    bench: Bench,
    table: Table,
    visitor: Person,
    officer: Person,
    operations: Sequence[Operation],
    others: set[str],
) -> str:
    """Why the count means nothing; empty if it does."""
    if bench.recorder.doubts:
        return bench.recorder.doubts[0]
    try:
        events = oracle.record(table.partition(visitor.conversation))
        oracle.judge(events, visitor, officer)
        assert sum(event.kind == "message" for event in events) == MESSAGES, "not as many stored as sent"
        duplicates = [f for p in (visitor, officer) for s in p.sockets for f in s.got("ack") if f["duplicate"]]
        assert len(duplicates) == 1, "the duplicate was not recognised"
        assert sum(o.status == 410 for o in posts(operations)) == 1, "no post met the dead socket"
        assert not others & bench.recorder.sockets.reached(), "a bystander was sent a frame"
    except AssertionError as wrong:
        return str(wrong)
    return ""


def _only(bill: Bill, *items: str) -> dict[str, float]:
    return {item: bill[item] for item in items}


def _itemised(bill: Bill) -> str:
    return ", ".join(f"{count:g} {item.replace('_', ' ')}s" for item, count in sorted(bill.items()))
