"""What an invocation writes into the log: few bytes, and nothing of what people say or of what lets them in."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from statistics import mean
from typing import Any, Final

from tests.bench.bench import Bench
from tests.bench.functions import PLATFORM_BYTES, Invocation
from tests.bench.people import Gateway, Officer, Visitor, meet
from tests.bench.result import Bound, Result, Target

LIMIT: Final = 600
_LINE_BYTES: Final = 26
"""CloudWatch Logs bills each event with this on top (Amazon CloudWatch pricing, PutLogEvents)."""

SECRETS: Final = (
    "Él vuelve a las seis y los niños están conmigo.",
    "Calle de la Rosa 14, tercero",
    "My number is 07700 900123",
    "marisol.vidal@example.org",
)
_SHORTEST: Final = 5
"""Characters of a word that would not be in a log by chance."""


def measure(bench: Bench) -> Sequence[Result]:
    """Every command once, refused ones among them, and whatever the doors do for them."""
    with bench.harbour() as (functions, _):
        gateway = Gateway(functions, bench.recorder)
        visitor, officer = meet(gateway, "es")
        _everything(visitor, officer)
        invocations = list(functions.invocations)
    sizes = [_bytes(invocation) for invocation in invocations]
    worst = max(range(len(sizes)), key=sizes.__getitem__)
    found = _found(invocations, _private(gateway, visitor, officer))
    return [
        Result(
            name="log bytes",
            value=max(sizes),
            unit="bytes/invocation",
            reference=None,
            target=Target("value", Bound.AT_MOST, LIMIT),
            note=f"The most of {len(sizes)} invocations ({invocations[worst].function}: "
            f"{invocations[worst].written.count(chr(10))} lines), {_LINE_BYTES} billed bytes a line included; "
            f"{mean(sizes):.0f} on average. Lambda's own lines add about {PLATFORM_BYTES} to each.",
            void="" if any(sizes) else "nothing was written at all, so nothing was captured",
        ),
        Result(
            name="log content",
            value=len(found),
            unit="finds",
            reference=None,
            target=Target("value", Bound.EXACTLY, 0),
            note=f"Words of messages, names, tickets, tokens, addresses of callers in the same lines. "
            f"{'Found: ' + ', '.join(sorted(found)) if found else ''}".rstrip(),
        ),
    ]


def _everything(visitor: Visitor, officer: Officer) -> None:
    for person, other in ((visitor, officer), (officer, visitor)):
        for text in SECRETS:
            person.say(text)
        person.resend(1)
        person.signal("typing")
        person.signal("read", seq=3)
        person.signal("resume", client=person.client, last=2)
        for refused in (
            {"action": "send", "n": 99, "text": SECRETS[1], **person.named},
            {"action": "send", "n": 5, "text": "", **person.named},
            {"action": "send", "n": 5, "text": SECRETS[0] * 100, **person.named},
            {"action": SECRETS[2]},
            {"action": "hello", "client": SECRETS[3]},
        ):
            person.socket.send(refused)
        other.socket.die()
        person.say(SECRETS[0])
        other.connect()
    officer.join()
    visitor.signal("cover", on=True)
    visitor.signal("pause")
    visitor.socket.disconnect()
    visitor.connect()
    officer.signal("close", outcome="safety_plan")
    officer.socket.disconnect()


def _private(gateway: Gateway, visitor: Visitor, officer: Officer) -> set[str]:
    """What must be in no log."""
    words = {word for text in SECRETS for word in re.findall(r"\S+", text) if len(word) >= _SHORTEST}
    context: dict[str, Any] = dict(visitor.socket.context)
    return (
        words
        | set(officer.name.split())
        | set(gateway.tickets)
        | {visitor.resume, context["resume_hash"], "192.0.2.10", "Mozilla"}
    )


def _found(invocations: Iterable[Invocation], private: Iterable[str]) -> set[str]:
    """Those of the private words that some log has, also as JSON escapes."""
    written = "\n".join(invocation.written for invocation in invocations)
    return {word for word in private if word in written or json.dumps(word)[1:-1] in written}


def _bytes(invocation: Invocation) -> int:
    lines = invocation.written.splitlines()
    return sum(len(line.encode()) + _LINE_BYTES for line in lines)
