"""The browser tests' own Harbour, and their browser.

They bring up an instance on free ports, in a folder of its own, so that a ``make up`` that is running is not disturbed.
``HARBOUR_HOME=.harbour`` takes the running one instead, which is quicker while writing a test.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Playwright, sync_playwright

from infra.local import bootstrap
from infra.local.bootstrap import CannotGoOn
from infra.local.instance import ROOT, Instance, Ports
from infra.local.up import bring_up, take_down


@pytest.fixture(scope="session")
def instance(pytestconfig: pytest.Config) -> Iterator[Instance]:
    """A Harbour that is up."""
    running = os.environ.get("HARBOUR_HOME")
    if running:
        yield Instance.running_in(Path(running))
        return
    own = Instance(ROOT / ".harbour" / "test", Ports.free())
    # An earlier run may have been killed: its services are on other ports, but in the same folder.
    take_down(own)
    shutil.rmtree(own.home, ignore_errors=True)
    try:
        capture = pytestconfig.pluginmanager.getplugin("capturemanager")
        with capture.global_and_fixture_disabled():
            sys.stdout.write("\n")
            try:
                bring_up(own, sys.stdout)
            except CannotGoOn as stop:
                pytest.exit(f"Harbour did not come up for the browser tests: {stop}", returncode=1)
        yield own
    finally:
        take_down(own)


@pytest.fixture(scope="session")
def harbour(instance: Instance) -> dict[str, Any]:
    """Content of ``local.json``, and ``home``: the instance's folder."""
    document: dict[str, Any] = json.loads(instance.local_json.read_text("utf-8"))
    return {**document, "home": str(instance.home)}


# For one module at a time: as long as Playwright runs, no other test can run an event loop of its own.
@pytest.fixture(scope="module")
def playwright() -> Iterator[Playwright]:
    """Playwright itself, for tests that need a browser profile on the disk."""
    with sync_playwright() as started:
        yield started


@pytest.fixture(scope="module")
def browser(playwright: Playwright) -> Iterator[Browser]:
    """The system's Chromium, without a window."""
    path = bootstrap.browser()
    if path is None:
        pytest.fail("no Chromium on this machine: `apt-get install chromium`, or HARBOUR_CHROMIUM=<path of one>")
    # Connections that a new browser makes by itself would only be refused, many at a time, on a closed network.
    made = playwright.chromium.launch(
        executable_path=path,
        args=[
            *(["--no-sandbox"] if os.geteuid() == 0 else []),
            "--disable-quic",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--no-first-run",
        ],
    )
    yield made
    made.close()
