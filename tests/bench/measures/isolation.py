"""What other people's open connections add to a conversation: nothing, however many there are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from statistics import linear_regression
from typing import Final

from tests.bench import bystanders, oracle, peers
from tests.bench.bench import Bench
from tests.bench.people import Gateway, Officer, Visitor, meet
from tests.bench.result import Bound, Result, Target
from tests.bench.wire import posts

OPEN: Final = (2, 200, 2_000)
"""Open connections, those of the conversation itself among them."""


def measure(bench: Bench) -> Sequence[Result]:
    """The same script in a new conversation at each size."""
    outside: list[float] = []
    every: list[float] = []
    kinds: list[Counter[str]] = []
    void = ""
    with bench.harbour() as (functions, table):
        gateway = Gateway(functions, bench.recorder)
        others: set[str] = set()
        for connections in OPEN:
            missing = connections - bystanders.TWO - len(others)
            others |= bystanders.appear(table, bench.recorder.sockets, missing)
            visitor, officer = meet(gateway)
            with bench.recorder.recording() as operations:
                _script(visitor, officer)
            own = {socket.connection for person in (visitor, officer) for socket in person.sockets}
            outside.append(sum(post.connection not in own for post in posts(operations)))
            every.append(len(operations))
            kinds.append(Counter(operation.called for operation in operations))
            try:
                oracle.judge(oracle.record(table.partition(visitor.conversation)), visitor, officer)
                assert not others & bench.recorder.sockets.reached(), "a bystander was sent a frame"
            except AssertionError as wrong:
                void = void or f"at {connections} connections: {wrong}"
    peer = [peers.checked(bench, n, "the same to everybody").posts for n in (2, 20, 200)]
    return [
        Result(
            name="isolation",
            value=_slope(OPEN, outside),
            unit="posts/connection",
            reference=_slope((2, 20, 200), peer),
            target=Target("value", Bound.EXACTLY, 0),
            note=f"Slope of the posts to sockets outside the conversation over {', '.join(map(str, OPEN))} open "
            f"connections (messages both ways, a duplicate, typing, read, cover, a resume): {_listed(outside)}. "
            f"Reference: the scan-and-post peer's slope.",
            void=void,
        ),
        Result(
            name="isolation, everything",
            value=_slope(OPEN, every),
            unit="operations/connection",
            reference=None,
            target=Target("value", Bound.EXACTLY, 0),
            note=f"The same for all operations on the wire: {_listed(every)}. {_difference(kinds)}",
            void=void,
        ),
    ]


def _script(visitor: Visitor, officer: Officer) -> None:
    """A little of everything that reaches somebody's socket while a conversation goes on."""
    visitor.say("Can you see this?")
    officer.say("Yes. Are you safe now?")
    visitor.signal("typing")
    visitor.say("For an hour.")
    officer.signal("read", seq=officer.last)
    visitor.resend(2)
    visitor.signal("cover", on=True)
    visitor.signal("cover", on=False)
    officer.signal("resume", client=officer.client, last=2)
    officer.say("Then we talk now.")


def _slope(x: Sequence[float], y: Sequence[float]) -> float:
    return linear_regression(x, y).slope


def _listed(numbers: Sequence[float]) -> str:
    return ", ".join(f"{number:g}" for number in numbers)


def _difference(kinds: Sequence[Counter[str]]) -> str:
    """Which operations there are more of with more connections; empty if none."""
    more = kinds[-1] - kinds[0]
    return f"More with more connections: {dict(more)}." if more else ""
