"""How much work the chat function's start is, against a DynamoDB client of an untrimmed boto3.

Work is CPU time of a fresh process, less that of an interpreter that does nothing: everything lies in the file cache,
so nothing else is waited for, and other programs disturb it less than they disturb a clock on the wall.
"""

from __future__ import annotations

import compileall
import importlib.metadata
import json
import os
import py_compile
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Final

from tests.bench.bench import Bench
from tests.bench.functions import environment, protect, remove
from tests.bench.result import Bound, Result, Target
from tests.bench.wire import LOOPBACK

ROUNDS: Final = 31
ATTEMPTS: Final = 4
"""Runs until one is calm enough: each says itself whether it was."""
CALM: Final = 0.05
"""How far the two equal halves of a round may lie apart at the median (A/A)."""
TARGET: Final = Target("ratio", Bound.AT_MOST, 1.3)

_CHILD: Final = Path(__file__).parents[1] / "cold_start_child.py"
_EVENT: Final = Path(__file__).parents[2] / "fixtures" / "events" / "socket_message.json"
_BOTO3: Final = ("boto3", "botocore", "s3transfer", "jmespath", "python-dateutil", "urllib3", "six")
_PATIENCE_SECONDS: Final = 30


@dataclass(frozen=True, slots=True)
class _Starts:
    """CPU seconds of each start, by round."""

    nothing: list[float] = field(default_factory=list)
    client: list[float] = field(default_factory=list)
    again: list[float] = field(default_factory=list)
    function: list[float] = field(default_factory=list)

    @property
    def same(self) -> float:
        """The client against itself: 1, if nothing disturbed the run."""
        idle = median(self.nothing)
        return median((a - idle) / (b - idle) for a, b in zip(self.client, self.again, strict=True))

    @property
    def calm(self) -> bool:
        """Whether the run counts."""
        return abs(self.same - 1) <= CALM

    @property
    def ratio(self) -> float:
        """The function against the mean of the two clients beside it, so that a slow moment slows both."""
        idle = median(self.nothing)
        rounds = zip(self.function, self.client, self.again, strict=True)
        return median((f - idle) / ((a + b) / 2 - idle) for f, a, b in rounds)


@dataclass(frozen=True, slots=True)
class _Laboratory:
    """Starts processes, with an address where AWS seems to be, and which answers nothing."""

    aws: socket.socket
    variables: Mapping[str, str]
    untrimmed: Path
    event: Path

    def run(self) -> _Starts:
        """Interleaved; which of the two clients comes first changes from round to round."""
        starts = _Starts()
        self._client(), self._function()  # from here on the files are in the cache, for both
        for number in range(ROUNDS):
            first, second = (starts.client, starts.again) if number % 2 else (starts.again, starts.client)
            starts.nothing.append(self._ended("nothing"))
            first.append(self._client())
            starts.function.append(self._function())
            second.append(self._client())
        return starts

    def modules(self) -> int:
        """How many are loaded once the function could make its first request."""
        script = "import sys, app; app.bootstrap.conversations(); print(len(sys.modules), file=sys.stderr)"
        command = [sys.executable, "-s", "-c", script]
        done = subprocess.run(command, env=dict(self.variables), capture_output=True, text=True, check=True)
        return int(done.stderr.split()[-1])

    def _client(self) -> float:
        return self._ended("client", PYTHONPATH=str(self.untrimmed))

    def _ended(self, kind: str, **variables: str) -> float:
        """CPU seconds of a process that ends by itself."""
        process = self._start([kind], **variables)
        return self._spent(process)

    def _function(self) -> float:
        """CPU seconds of the function's process until it asks AWS for something."""
        process = self._start(["function", str(self.event)])
        until = time.monotonic() + _PATIENCE_SECONDS
        while time.monotonic() < until:
            try:
                request, _ = self.aws.accept()
            except TimeoutError:
                continue
            request.close()
            process.kill()
            return self._spent(process)
        process.kill()
        raise RuntimeError("the function asked nothing of AWS")

    def _start(self, arguments: Sequence[str], **variables: str) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [sys.executable, "-s", str(_CHILD), *arguments],
            env={**self.variables, **variables},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    @staticmethod
    def _spent(process: subprocess.Popen[bytes]) -> float:
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode > 0:
            raise RuntimeError(f"{process.args!r} failed")
        return used.ru_utime + used.ru_stime


def measure(bench: Bench) -> Sequence[Result]:
    """Runs until one is calm; the others are thrown away."""
    untrimmed, event = bench.scratch / "untrimmed", bench.scratch / "event.json"
    _install_untrimmed(untrimmed)
    event.write_text(json.dumps(_first_event()), "utf-8")
    with socket.create_server((LOOPBACK, 0)) as aws:
        aws.settimeout(1)
        address = f"http://{LOOPBACK}:{aws.getsockname()[1]}"
        laboratory = _Laboratory(aws, environment(address, bench.code, "chat", "conversations"), untrimmed, event)
        starts, thrown = laboratory.run(), 0
        while not starts.calm and thrown + 1 < ATTEMPTS:
            starts, thrown = laboratory.run(), thrown + 1
        modules = laboratory.modules()
    remove(untrimmed)
    return [
        Result(
            name="cold start, chat",
            value=starts.ratio,
            unit="× client",
            reference=1.0,
            target=TARGET,
            note=f"CPU time from `import app` to the first request to AWS of the first message, from the built zip and "
            f"layers in a fresh interpreter ({sys.version.split()[0]}); reference: `boto3.client('dynamodb')` of the "
            f"untrimmed packages with valid bytecode. {ROUNDS} rounds, interleaved, median of the rounds' ratios; A/A "
            f"{starts.same:.3f}, {thrown} runs thrown away; {modules} modules.",
            void="" if starts.calm else f"the machine was too busy to measure anything: A/A {starts.same:.3f}",
        )
    ]


def _first_event() -> dict[str, object]:
    """A visitor's message, as API Gateway hands it over."""
    event: dict[str, object] = json.loads(_EVENT.read_text("utf-8"))
    event["body"] = json.dumps({"action": "send", "n": 1, "text": "Hola"})
    context = event["requestContext"]
    assert isinstance(context, dict)
    context["authorizer"] |= {"conversation": "a" * 32, "resume_hash": "0" * 64}
    return event


def _install_untrimmed(folder: Path) -> None:
    """The packages as they come, with valid bytecode: without it they would be 2.5 times slower, and we the better."""
    remove(folder)
    for package in _BOTO3:
        for file in importlib.metadata.files(package) or ():
            if ".." in file.parts or file.suffix == ".pyc":
                continue
            target = folder / file
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(str(file.locate()), target)
    unchecked = py_compile.PycInvalidationMode.UNCHECKED_HASH
    if not compileall.compile_dir(folder, quiet=2, invalidation_mode=unchecked):
        raise RuntimeError("the reference cannot be compiled")
    protect(folder)
