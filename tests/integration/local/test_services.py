"""Background services are ours to stop only while they are the processes that we started."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict, fields, replace
from pathlib import Path

import pytest

from infra.local import services
from infra.local.bootstrap import CannotGoOn
from infra.local.instance import Instance, Ports

SLEEP = [sys.executable, "-c", "import time; print('up', flush=True); time.sleep(60)"]
WITH_CHILD = [
    sys.executable,
    "-c",
    "import subprocess, sys, time; child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)']);"
    " print(child.pid, flush=True); time.sleep(60)",
]
DEAF = [
    sys.executable,
    "-c",
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up', flush=True); time.sleep(60)",
]


@pytest.fixture
def instance(tmp_path: Path) -> Iterator[Instance]:
    made = Instance(tmp_path, Ports.free())
    yield made
    for name in ("one", "other"):
        services.stop(made, name, patience_seconds=1)


def says(instance: Instance, name: str) -> str:
    """What the service has written, as soon as it has written anything."""
    for _ in range(200):
        text = instance.log(name).read_text("utf-8").strip()
        if text:
            return text
        time.sleep(0.05)
    raise AssertionError(f"{name} is silent")


def test_a_service_runs_in_a_session_of_its_own_until_it_is_stopped(instance: Instance) -> None:
    started = services.start(instance, "one", SLEEP, os.environ)
    assert services.running(instance, "one") == started
    assert os.getsid(started.pid) == started.pid
    assert services.stop(instance, "one") is True
    assert services.running(instance, "one") is None
    assert services.stop(instance, "one") is False


def test_a_process_that_only_has_the_same_number_is_left_alone(instance: Instance) -> None:
    with subprocess.Popen(SLEEP, stdout=subprocess.DEVNULL) as stranger:
        remembered = services.Running("one", stranger.pid, "another time")
        instance.run.mkdir(parents=True)
        (instance.run / "one.json").write_text(json.dumps(asdict(remembered)), "utf-8")
        assert services.running(instance, "one") is None
        assert services.stop(instance, "one") is False
        assert stranger.poll() is None
        stranger.kill()


def test_only_the_service_that_is_named_is_stopped(instance: Instance) -> None:
    services.start(instance, "one", SLEEP, os.environ)
    other = services.start(instance, "other", SLEEP, os.environ)
    services.stop(instance, "one")
    assert services.running(instance, "other") == other


def test_what_a_service_started_ends_with_it(instance: Instance) -> None:
    services.start(instance, "one", WITH_CHILD, os.environ)
    child = int(says(instance, "one"))
    assert services.started_at(child) is not None
    services.stop(instance, "one")
    assert services.started_at(child) is None


def test_a_service_that_does_not_listen_is_ended(instance: Instance) -> None:
    services.start(instance, "one", DEAF, os.environ)
    says(instance, "one")
    assert services.stop(instance, "one", patience_seconds=0.3) is True
    assert services.running(instance, "one") is None


def test_one_that_was_killed_is_known_to_have_been(instance: Instance) -> None:
    assert not services.was_killed(instance, "one")
    started = services.start(instance, "one", SLEEP, os.environ)
    assert not services.was_killed(instance, "one")
    os.kill(started.pid, 9)
    os.waitpid(started.pid, 0)
    assert services.was_killed(instance, "one")
    services.stop(instance, "one")
    assert not services.was_killed(instance, "one")


def test_one_that_another_process_ended_is_no_zombie_of_ours(instance: Instance) -> None:
    gone = services.start(instance, "gone", SLEEP, os.environ)
    services.start(instance, "one", SLEEP, os.environ)
    os.kill(gone.pid, signal.SIGKILL)
    until = time.monotonic() + 10
    while services.running(instance, "one") and time.monotonic() < until:
        try:
            os.kill(gone.pid, 0)
        except ProcessLookupError:
            return
        time.sleep(0.02)
    pytest.fail("it was not taken notice of")


def test_one_that_ends_at_once_is_told_with_its_last_word_and_its_log(instance: Instance) -> None:
    services.start(instance, "one", [sys.executable, "-c", "raise SystemExit('no such thing')"], os.environ)
    with pytest.raises(CannotGoOn, match=r"no such thing.*one\.log"):
        services.wait_until_ready(instance, "one", lambda: False, 30)


def test_one_that_does_not_answer_is_not_waited_for_without_end(instance: Instance) -> None:
    services.start(instance, "one", SLEEP, os.environ)
    with pytest.raises(CannotGoOn, match="did not answer"):
        services.wait_until_ready(instance, "one", lambda: False, 0.3)


def test_a_taken_port_is_told_with_its_owner_and_the_variable_that_chooses_another(instance: Instance) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        crowded = replace(instance, ports=replace(instance.ports, pages=port))
        with pytest.raises(CannotGoOn) as told:
            services.check_ports(crowded, ["cloud", "pages"])
        line = str(told.value)
        assert f"port {port} (pages)" in line
        assert f"process {os.getpid()}" in line
        assert "HARBOUR_PAGES_PORT=" in line
    services.check_ports(crowded, ["cloud", "pages"])


def test_free_ports_are_as_many_as_there_are_services(instance: Instance) -> None:
    assert len(set(instance.ports.by_name().values())) == len(fields(Ports))
    assert all(services.is_free(port) for port in instance.ports.by_name().values())
