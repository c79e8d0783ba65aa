"""The functions under test: the built zips, unpacked as Lambda unpacks them, each in processes of its own."""

from __future__ import annotations

import json
import os
import shutil
import stat
import subprocess
import sys
import threading
import time
import zipfile
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any, Final, Self

from infra.layers.build import BuiltAssets
from infra.layers.target import Target
from tests.bench.wire import Operation, Recorder

HANDLERS: Final = {
    "authorizer": "app.handler",
    "chat": "app.handler",
    "visitor": "app.app",
    "console": "app.app",
    "timers": "app.handler",
}
_HOST: Final = Path(__file__).with_name("lambda_host.py")
_PLATFORM_LINES: Final = (
    "START RequestId: 8f5f1b1c-0000-4000-8000-000000000000 Version: $LATEST\n",
    "END RequestId: 8f5f1b1c-0000-4000-8000-000000000000\n",
    "REPORT RequestId: 8f5f1b1c-0000-4000-8000-000000000000\tDuration: 1234.56 ms\tBilled Duration: 1235 ms\t"
    "Memory Size: 512 MB\tMax Memory Used: 128 MB\t\n"
    "XRAY TraceId: 1-6921a5d2-000000000000000000000000\tSegmentId: 0000000000000000\tSampled: true\t\n",
)
PLATFORM_BYTES: Final = sum(map(len, _PLATFORM_LINES))
"""What Lambda itself writes for a warm invocation (AWS Lambda Developer Guide, "Lambda log formats", text)."""


@dataclass(frozen=True, slots=True)
class Code:
    """Zips unpacked into one folder: layers below ``opt``, each function below ``task``."""

    folder: Path

    @classmethod
    def built(cls, folder: Path, functions: Mapping[str, str] | None = None) -> Self:
        """Build what is not built, and unpack it with the dates that the zips hold, write-protected."""
        assets = BuiltAssets(Target.this_machine())
        code = cls(folder)
        remove(folder)
        for layer in ("harbour", "vendor"):
            unpack(assets.layer(layer), folder / "opt")
        for name in functions or HANDLERS:
            unpack(assets.function(name), folder / "task" / name)
        protect(folder)
        return code

    def path(self, function: str) -> tuple[Path, Path]:
        """What is on ``sys.path`` of a function: its own folder, then the layers'."""
        return self.folder / "task" / function, self.folder / "opt" / "python"


def unpack(archive: Path, folder: Path) -> None:
    """Unpack a zip with the dates in it: those decide whether ordinary bytecode would be accepted."""
    with zipfile.ZipFile(archive) as zipped:
        for info in zipped.infolist():
            path = Path(zipped.extract(info, folder))
            at = time.mktime((*info.date_time, 0, 0, -1))
            os.utime(path, (at, at))


def protect(folder: Path) -> None:
    """As on Lambda: code can be read and not written."""
    for path in folder.rglob("*"):
        if path.is_file():
            path.chmod(stat.S_IRUSR | stat.S_IRGRP | stat.S_IROTH)


def remove(folder: Path) -> None:
    """Delete an unpacked tree, if it is there."""
    shutil.rmtree(folder, ignore_errors=True)


def environment(recorder_address: str, code: Code, function: str, table: str) -> dict[str, str]:
    """All variables of a function: those of ``infra/stacks/chat.py``, and where AWS is. Nothing of the shell's."""
    return {
        "PATH": os.defpath,
        "LANG": "C.UTF-8",
        "TZ": "UTC",
        "PYTHONPATH": os.pathsep.join(map(str, code.path(function))),
        # Lambda's file system cannot be written: what has no bytecode is compiled at every cold start.
        "PYTHONDONTWRITEBYTECODE": "1",
        "AWS_ENDPOINT_URL": recorder_address,
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_REGION": "eu-west-2",
        "AWS_DEFAULT_REGION": "eu-west-2",
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "HARBOUR_ENVIRONMENT": "bench",
        "HARBOUR_FORCE": "eastshire",
        "HARBOUR_TABLE": table,
        "HARBOUR_EVENT_BUS": "harbour-bench",
        "HARBOUR_SOCKET_ENDPOINT": f"{recorder_address}/socket",
        "HARBOUR_TERMINOLOGY": "harbour-bench-glossary",
        "HARBOUR_LATE_TRANSLATION_QUEUE_URL": f"{recorder_address}/000000000000/late",
        "HARBOUR_EVIDENCE_BUCKET": "harbour-bench-evidence",
        "POWERTOOLS_SERVICE_NAME": function,
        "POWERTOOLS_METRICS_NAMESPACE": "Harbour",
        "POWERTOOLS_LOG_LEVEL": "INFO",
    }


class Environment:
    """One execution environment of a function: one process, one event at a time."""

    def __init__(self, function: str, variables: Mapping[str, str], log: Path) -> None:
        self._log = log
        read, write = os.pipe()
        with log.open("wb") as output:
            self._process = subprocess.Popen(
                [sys.executable, "-s", str(_HOST), HANDLERS[function], str(write)],
                env=dict(variables),
                stdin=subprocess.PIPE,
                stdout=output,
                stderr=subprocess.STDOUT,
                pass_fds=(write,),
                text=True,
            )
        os.close(write)
        self._answers = os.fdopen(read, encoding="utf-8")

    def invoke(self, event: object) -> tuple[Any, str]:
        """The function's answer, and what it wrote while it ran.

        Raises
        ------
        RuntimeError
            The function raised, or its process ended; with the end of its log.
        """
        start = self._log.stat().st_size
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(event) + "\n")
        self._process.stdin.flush()
        line = self._answers.readline()
        with self._log.open("rb") as log:
            log.seek(start)
            written = log.read().decode()
        if not line:
            raise RuntimeError(f"the function ended: {written[-2000:]}")
        return json.loads(line), written

    def close(self) -> None:
        """End the process."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        try:
            self._process.wait(5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._answers.close()


@dataclass(frozen=True, slots=True)
class Invocation:
    """What one invocation wrote into its log."""

    function: str
    written: str


class Functions:
    """All functions on one recorder and table. Invocations at the same time get environments of their own."""

    def __init__(self, code: Code, recorder: Recorder, table: str, scratch: Path) -> None:
        self._code = code
        self._recorder = recorder
        self._table = table
        self._scratch = scratch
        self._idle: dict[str, SimpleQueue[Environment]] = {name: SimpleQueue() for name in HANDLERS}
        self._all: list[Environment] = []
        self._lock = threading.Lock()
        self.invocations: list[Invocation] = []

    def invoke(self, function: str, event: object) -> Any:
        """Invoke on an idle environment, or on a new one when none is idle; counted as one billed request."""
        environment = self._take(function)
        began = time.monotonic()
        try:
            answer, written = environment.invoke(event)
        finally:
            self._idle[function].put(environment)
        self._recorder.note(
            Operation(
                service="lambda", name=function, began=began, ended=time.monotonic(), bill=Counter({"invocation": 1})
            )
        )
        with self._lock:
            self.invocations.append(Invocation(function, written))
        return answer

    def forget(self) -> None:
        """End all environments: the next invocation is a cold start."""
        for queue in self._idle.values():
            while not queue.empty():
                queue.get()
        with self._lock:
            ended, self._all = self._all, []
        for environment in ended:
            environment.close()

    def _take(self, function: str) -> Environment:
        try:
            return self._idle[function].get_nowait()
        except Empty:
            pass
        with self._lock:
            log = self._scratch / f"{function}-{len(self._all)}-{time.monotonic_ns()}.log"
            variables = environment(self._recorder.address, self._code, function, self._table)
            made = Environment(function, variables, log)
            self._all.append(made)
        return made
