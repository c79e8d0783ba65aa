"""``python -m infra.local.crime_simulator --settings .harbour/crime.json``."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import logging
import signal
import sys
from pathlib import Path

from infra.local.crime_simulator.server import serve
from infra.local.crime_simulator.settings import SimulatorSettings


def main(arguments: list[str]) -> None:
    """Serve until told to stop."""
    parser = argparse.ArgumentParser(prog="python -m infra.local.crime_simulator")
    parser.add_argument("--settings", type=Path, required=True)
    chosen = parser.parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(levelname)s %(message)s")
    asyncio.run(_serve_until_told(SimulatorSettings.read(chosen.settings)))


async def _serve_until_told(settings: SimulatorSettings) -> None:
    serving = asyncio.create_task(serve(settings))
    for told in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(told, serving.cancel)
    with contextlib.suppress(asyncio.CancelledError):
        await serving


if __name__ == "__main__":
    main(sys.argv[1:])
