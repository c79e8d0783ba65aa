"""The commands around a running instance: ``python -m infra.local down|reset|status|logs|code``."""

from __future__ import annotations

import argparse
import contextlib
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from typing import Final

from infra.local import officers, services
from infra.local.instance import Instance
from infra.local.up import SERVICES, take_down

_SHOWN_LINES: Final = 15


def down(instance: Instance, _: argparse.Namespace) -> int:
    """Stop what `make up` started, and nothing else. The state is kept."""
    stopped = take_down(instance)
    print(f"Stopped: {', '.join(stopped)}." if stopped else "Nothing was running.")
    return 0


def reset(instance: Instance, _: argparse.Namespace) -> int:
    """Stop, then forget conversations, officers, keys and logs: the next `make up` starts from nothing."""
    stopped = take_down(instance)
    if instance.home.is_dir():
        for entry in sorted(instance.home.iterdir()):
            # Another instance may live in a folder of this one's home.
            if any(services.running(replace(instance, home=entry), name) for name in SERVICES):
                print(f"{instance.shown(entry)} is another instance, and it runs: left alone.")
                continue
            if entry.is_dir() and not entry.is_symlink():
                shutil.rmtree(entry)
            else:
                entry.unlink()
    print(f"Stopped: {', '.join(stopped)}. Forgotten." if stopped else "Forgotten.")
    return 0


def status(instance: Instance, _: argparse.Namespace) -> int:
    """What runs, and where it answers; 0 when all of it does."""
    addresses = {
        "pages": f"{instance.pages_address}/console/ and {instance.force_address}/",
        "cloud": instance.cloud_address,
        "translate": instance.translate_address,
    }
    missing = 0
    for name in SERVICES:
        known = services.running(instance, name)
        missing += known is None
        state = f"runs (process {known.pid})" if known else "is down"
        print(f"{name:<10} {state:<22} {addresses[name] if known else ''}".rstrip())
    return 1 if missing else 0


def logs(instance: Instance, _: argparse.Namespace) -> int:
    """Show what the parts write: the last lines, and on a terminal what follows."""
    files = [str(file) for file in sorted(instance.logs.glob("*.log"))] if instance.logs.is_dir() else []
    if not files:
        print("There are no logs yet: run `make up`.")
        return 1
    command = ["tail", "-n", str(_SHOWN_LINES), *(["-F"] if sys.stdout.isatty() else []), *files]
    sys.stdout.flush()
    with contextlib.suppress(KeyboardInterrupt):
        subprocess.run(command, check=False)
    return 0


def code(instance: Instance, chosen: argparse.Namespace) -> int:
    """The authenticator's code of this moment: one officer's, or everybody's."""
    known = officers.read(instance)
    wanted = [one for one in known if chosen.user in (None, "", one.username)]
    if not wanted:
        names = ", ".join(one.username for one in known)
        print(f"There is no officer {chosen.user}: {names}." if known else "Nobody is enrolled: run `make up`.")
        return 1
    for one in wanted:
        print(one.code() if chosen.user else f"{one.username:<14} {one.code()}")
    print(f"valid for another {officers.seconds_left()} s", file=sys.stderr)
    return 0


COMMANDS: Final[dict[str, Callable[[Instance, argparse.Namespace], int]]] = {
    "down": down,
    "reset": reset,
    "status": status,
    "logs": logs,
    "code": code,
}


def main() -> int:
    """Run one command."""
    parser = argparse.ArgumentParser(prog="python -m infra.local")
    parser.add_argument("command", choices=COMMANDS)
    parser.add_argument("--user", help="for code: whose")
    chosen = parser.parse_args()
    try:
        instance = Instance.of_this_checkout()
    except ValueError as wrong:
        print(wrong, file=sys.stderr)
        return 1
    return COMMANDS[chosen.command](instance, chosen)


if __name__ == "__main__":
    sys.exit(main())
