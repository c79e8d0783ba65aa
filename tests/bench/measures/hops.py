"""How many remote calls, one after the other, stand between a message and its recipient."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from tests.bench import oracle
from tests.bench.bench import Bench
from tests.bench.people import Gateway, Visitor, meet
from tests.bench.result import Bound, Result, Target
from tests.bench.wire import Operation, Recorder

DELAY_SECONDS: Final = 0.05
"""Each call is held up by this, so that calls that run side by side are seen to overlap."""


def measure(bench: Bench) -> Sequence[Result]:
    """A message from a cold and from a warm function, in one language and in two."""
    results = []
    for language, floor, needs in (("en", 2, "store, post"), ("es", 3, "translate, store, post")):
        with bench.harbour() as (functions, table):
            visitor, officer = meet(Gateway(functions, bench.recorder), language)
            functions.forget()
            cold, warm = (
                path_to(_slowly(bench.recorder, visitor, text), officer.socket.connection)
                for text in ("No puedo salir.", "Tengo miedo.")
            )
            void = _void(cold) or _void(warm)
            try:
                oracle.judge(oracle.record(table.partition(visitor.conversation)), visitor, officer)
            except AssertionError as wrong:
                void = str(wrong)
        results.append(
            Result(
                name=f"serial hops{', translated' if language != 'en' else ''}",
                value=max(len(cold), len(warm)),
                unit="calls",
                reference=floor,
                target=Target("value", Bound.AT_MOST, floor + 1),
                note=f"The longest chain of calls, each begun after the one before had ended, up to the recipient's "
                f"frame; the worse of cold ({len(cold)}) and warm ({len(warm)}): "
                f"{' → '.join(o.called for o in warm)}. Floor: {needs}.",
                void=void,
            )
        )
    return results


def _slowly(recorder: Recorder, visitor: Visitor, text: str) -> list[Operation]:
    with recorder.recording() as operations:
        recorder.delay = DELAY_SECONDS
        try:
            visitor.say(text)
        finally:
            recorder.delay = 0.0
    return operations


def path_to(operations: Sequence[Operation], connection: str) -> list[Operation]:
    """The longest chain of remote calls that ends with the first post to ``connection``."""
    calls = sorted((o for o in operations if o.service not in ("lambda", "socket")), key=lambda o: o.began)
    longest: list[list[Operation]] = []
    for call in calls:
        before = [chain for chain in longest if chain[-1].ended <= call.began]
        chain = [*max(before, key=len, default=[]), call]
        if call.called == "sockets.POST" and call.connection == connection:
            return chain
        longest.append(chain)
    return []


def _void(path: Sequence[Operation]) -> str:
    """The frame must come after the message is safe."""
    names = [operation.called for operation in path]
    if "sockets.POST" not in names:
        return "the recipient got no frame"
    return "" if "dynamodb.PutItem" in names else "the message was delivered before it was stored"
