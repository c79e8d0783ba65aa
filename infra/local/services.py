"""Background services: started in a session of their own, remembered in a file, and stopped only if they are ours.

A process id alone proves nothing: the system gives it to another program later. Each service is therefore remembered
with the time at which its process started, and nothing is signalled whose start time differs.
"""

from __future__ import annotations

import contextlib
import errno
import json
import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from infra.local.bootstrap import CannotGoOn
from infra.local.instance import LOOPBACK, ROOT, Instance, Ports

# Those that this very process started: kept, so that they can be told from processes that merely became zombies.
_CHILDREN: Final[dict[int, subprocess.Popen[bytes]]] = {}

_LARGEST_LOG: Final = 5 * 1024 * 1024
"""Bytes after which a log is set aside when its service starts again."""


@dataclass(frozen=True, slots=True)
class Running:
    """A process that we started.

    Attributes
    ----------
    started
        When the kernel says that it started, as an opaque string: the same for the whole life of the process.
    fingerprint
        Changes when the service would be started differently now, so that it must be started anew.
    """

    name: str
    pid: int
    started: str
    fingerprint: str = ""


def start(
    instance: Instance,
    name: str,
    command: Sequence[str],
    environ: Mapping[str, str],
    fingerprint: str = "",
) -> Running:
    """Start ``command`` in the background; its output goes to the log of that name."""
    instance.logs.mkdir(parents=True, exist_ok=True)
    instance.run.mkdir(parents=True, exist_ok=True)
    log = instance.log(name)
    if log.exists() and log.stat().st_size > _LARGEST_LOG:
        log.replace(log.with_suffix(".old.log"))
    with log.open("ab") as output:
        process = subprocess.Popen(
            list(command),
            cwd=ROOT,
            env=dict(environ),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    _CHILDREN[process.pid] = process
    running = Running(name, process.pid, started_at(process.pid) or "", fingerprint)
    _file(instance, name).write_text(json.dumps(asdict(running)) + "\n", "utf-8")
    return running


def running(instance: Instance, name: str) -> Running | None:
    """The service of that name, if the process that we started is still alive."""
    try:
        known = Running(**json.loads(_file(instance, name).read_text("utf-8")))
    except (OSError, ValueError, TypeError):
        return None
    return known if _is_alive(known) else None


def was_killed(instance: Instance, name: str) -> bool:
    """Whether we started that service, did not stop it, and it is gone."""
    return _file(instance, name).exists() and running(instance, name) is None


def stop(instance: Instance, name: str, patience_seconds: float = 30) -> bool:
    """Ask the service to end, and after ``patience_seconds`` end it; False when it was not running.

    Whatever it started and left behind in its session is ended with it.
    """
    known = running(instance, name)
    if known is None:
        _file(instance, name).unlink(missing_ok=True)
        return False
    os.kill(known.pid, signal.SIGTERM)
    if not _wait_until(lambda: not _is_alive(known), patience_seconds):
        os.kill(known.pid, signal.SIGKILL)
        _wait_until(lambda: not _is_alive(known), 5)
    _end_session(known.pid)
    _file(instance, name).unlink(missing_ok=True)
    return True


def check_ports(instance: Instance, names: Sequence[str]) -> None:
    """Make sure that nobody listens where these parts want to.

    Raises
    ------
    CannotGoOn
        Naming the port, who has it where the system tells, and the variable that chooses another.
    """
    for name in names:
        port = instance.ports.by_name()[name]
        if is_free(port):
            continue
        variable = Ports.VARIABLES[name]
        owner = owner_of(port)
        who = f"{owner} has it" if owner else "another program has it"
        raise CannotGoOn(
            f"port {port} ({name}) is taken: {who}. Stop that program, or choose another port:"
            f" {variable}={port + 1000} make up"
        )


def is_free(port: int) -> bool:
    """Whether we could listen on that port of the loopback address."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError as refused:
            if refused.errno in (errno.EADDRINUSE, errno.EACCES):
                return False
            raise
    return True


def owner_of(port: int) -> str:
    """Name and process id of who listens on that port, where the system tells it; else empty."""
    inodes = _listening_inodes(port)
    for process in sorted(Path("/proc").glob("[0-9]*")) if inodes else ():
        if inodes & _open_files(process):
            with contextlib.suppress(OSError):
                return f"{(process / 'comm').read_text('utf-8').strip()} (process {process.name})"
    if not inodes:
        return _owner_by_lsof(port)
    return ""


def started_at(pid: int) -> str | None:
    """When that process started, or None when there is none (a zombie counts as none)."""
    with contextlib.suppress(OSError):
        # The name, in parentheses, may hold spaces and parentheses itself.
        fields = Path(f"/proc/{pid}/stat").read_text("utf-8", "replace").rpartition(")")[2].split()
        return None if fields[0] == "Z" else fields[19]
    if Path("/proc/self/stat").exists():
        return None
    with contextlib.suppress(OSError):
        answer = subprocess.run(
            ["ps", "-o", "stat=,lstart=", "-p", str(pid)], capture_output=True, text=True, check=False
        ).stdout.strip()
        return None if not answer or answer.startswith("Z") else answer.partition(" ")[2].strip()
    return None


def wait_until_ready(instance: Instance, name: str, ready: Callable[[], bool], seconds: float) -> None:
    """Wait until ``ready`` says so.

    Raises
    ------
    CannotGoOn
        When the service ends before, or is not ready in time; with the last line of its log.
    """
    until = time.monotonic() + seconds
    while not ready():
        if running(instance, name) is None:
            raise CannotGoOn(f"{name} ended at once: {last_line(instance.log(name))}. {_see(instance, name)}")
        if time.monotonic() > until:
            raise CannotGoOn(f"{name} did not answer within {seconds:.0f} s. {_see(instance, name)}")
        time.sleep(0.1)


def last_line(log: Path) -> str:
    """The last line of a log that says something."""
    try:
        lines = log.read_text("utf-8", "replace").splitlines()
    except OSError:
        return "it wrote nothing"
    return next((line.strip() for line in reversed(lines) if line.strip()), "it wrote nothing")


def _see(instance: Instance, name: str) -> str:
    return f"Log: {instance.shown(instance.log(name))}"


def _file(instance: Instance, name: str) -> Path:
    return instance.run / f"{name}.json"


def _is_alive(known: Running) -> bool:
    # Of every child, since another process may have ended it: none is left a zombie.
    for child in [child for child in _CHILDREN.values() if child.poll() is not None]:
        del _CHILDREN[child.pid]
    return started_at(known.pid) == known.started


def _end_session(leader: int) -> None:
    """End what is left of the process group that the service led."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(leader, signal.SIGTERM)
        time.sleep(0.2)
        os.killpg(leader, signal.SIGKILL)


def _wait_until(condition: Callable[[], bool], seconds: float) -> bool:
    until = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > until:
            return False
        time.sleep(0.05)
    return True


def _listening_inodes(port: int) -> set[str]:
    """The kernel's names of the sockets that listen on ``port``, as ``/proc/<pid>/fd`` shows them."""
    listening = "0A"
    found: set[str] = set()
    for table in (Path("/proc/net/tcp"), Path("/proc/net/tcp6")):
        with contextlib.suppress(OSError):
            for line in table.read_text("ascii").splitlines()[1:]:
                fields = line.split()
                if fields[3] == listening and int(fields[1].rpartition(":")[2], 16) == port:
                    found.add(f"socket:[{fields[9]}]")
    return found


def _open_files(process: Path) -> set[str]:
    """What the file descriptors of a process point to; those of other users' processes cannot be read."""
    found: set[str] = set()
    with contextlib.suppress(OSError):
        for descriptor in (process / "fd").iterdir():
            # They come and go while we read.
            with contextlib.suppress(OSError):
                found.add(str(descriptor.readlink()))
    return found


def _owner_by_lsof(port: int) -> str:
    with contextlib.suppress(OSError):
        answer = subprocess.run(
            ["lsof", "-nP", f"-iTCP:{port}", "-sTCP:LISTEN", "-Fpc"],
            capture_output=True,
            text=True,
            check=False,
        ).stdout
        fields = {line[0]: line[1:] for line in answer.splitlines() if line}
        if {"p", "c"} <= fields.keys():
            return f"{fields['c']} (process {fields['p']})"
    return ""
