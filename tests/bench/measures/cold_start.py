"""How long the chat function takes to start, against a DynamoDB client of an untrimmed boto3."""

from __future__ import annotations

import compileall
import importlib.metadata
import json
import py_compile
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Final

from tests.bench.bench import Bench
from tests.bench.functions import environment, protect, remove
from tests.bench.result import Bound, Result, Target
from tests.bench.wire import LOOPBACK

ROUNDS: Final = 21
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
class _Run:
    """Seconds of each start, by round."""

    client: list[float]
    again: list[float]
    function: list[float]

    @property
    def same(self) -> float:
        """The client against itself: 1, if nothing disturbed the run."""
        return median(a / b for a, b in zip(self.client, self.again, strict=True))

    @property
    def ratio(self) -> float:
        """The function against the mean of the two clients beside it, so that a slow machine slows both."""
        return median(2 * f / (a + b) for f, a, b in zip(self.function, self.client, self.again, strict=True))


def measure(bench: Bench) -> Sequence[Result]:
    """Interleaved starts; a disturbed run is thrown away."""
    scratch = bench.scratch
    reference = scratch / "untrimmed"
    _install_untrimmed(reference)
    event = scratch / "event.json"
    event.write_text(json.dumps(_first_event()), "utf-8")
    try:
        with socket.create_server((LOOPBACK, 0)) as aws:
            aws.settimeout(1)
            address = f"http://{LOOPBACK}:{aws.getsockname()[1]}"
            variables = environment(address, bench.code, "chat", "conversations")
            run, thrown = _interleaved(aws, variables, reference, event), 0
            while abs(run.same - 1) > CALM and thrown + 1 < ATTEMPTS:
                run, thrown = _interleaved(aws, variables, reference, event), thrown + 1
            modules = _modules(variables)
    finally:
        remove(reference)
    return [
        Result(
            name="cold start, chat",
            value=run.ratio,
            unit="× client",
            reference=1.0,
            target=TARGET,
            note=f"From `import app` to the first request to AWS of the first message, from the built zip and layers "
            f"in a fresh interpreter ({sys.version.split()[0]}); reference: `boto3.client('dynamodb')` of the "
            f"untrimmed packages with valid bytecode. {ROUNDS} rounds, interleaved, median of the rounds' ratios; A/A "
            f"{run.same:.3f}, {thrown} runs thrown away; {modules} modules.",
            void="" if abs(run.same - 1) <= CALM else f"the machine was busy: A/A {run.same:.3f} in {ATTEMPTS} runs",
        )
    ]


def _interleaved(aws: socket.socket, variables: Mapping[str, str], reference: Path, event: Path) -> _Run:
    run = _Run([], [], [])
    _client(variables, reference)  # the files are in the cache from here on, for both
    _function(aws, variables, event)
    for number in range(ROUNDS):
        first, second = (run.client, run.again) if number % 2 else (run.again, run.client)
        first.append(_client(variables, reference))
        run.function.append(_function(aws, variables, event))
        second.append(_client(variables, reference))
    return run


def _client(variables: Mapping[str, str], reference: Path) -> float:
    done = subprocess.run(
        [sys.executable, "-s", str(_CHILD), "client"],
        env={**variables, "PYTHONPATH": str(reference)},
        capture_output=True,
        text=True,
        check=True,
    )
    return float(done.stdout)


def _function(aws: socket.socket, variables: Mapping[str, str], event: Path) -> float:
    with subprocess.Popen(
        [sys.executable, "-s", str(_CHILD), "function", str(event)],
        env=dict(variables),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        asked = _asked(aws, process)
        process.kill()
        written, failed = process.communicate()
    if asked is None:
        raise RuntimeError(f"the function asked nothing of AWS: {failed[-2000:]}")
    return asked - float(written.split()[0])


def _asked(aws: socket.socket, process: subprocess.Popen[str]) -> float | None:
    """When the first request came; ``None`` if the process ended without one."""
    until = time.monotonic() + _PATIENCE_SECONDS
    while process.poll() is None and time.monotonic() < until:
        try:
            request, _ = aws.accept()
        except TimeoutError:
            continue
        asked = time.monotonic()
        request.close()
        return asked
    return None


def _modules(variables: Mapping[str, str]) -> int:
    """How many modules are loaded once the function could make its first request."""
    script = "import sys, app; app.bootstrap.conversations(); print(len(sys.modules), file=sys.stderr)"
    done = subprocess.run(
        [sys.executable, "-s", "-c", script], env=dict(variables), capture_output=True, text=True, check=True
    )
    return int(done.stderr.split()[-1])


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
    compiled = compileall.compile_dir(folder, quiet=2, invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH)
    if not compiled:
        raise RuntimeError("the reference cannot be compiled")
    protect(folder)
