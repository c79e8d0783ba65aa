"""Builds every zip for one target: ``python -m infra.layers local|aws``."""

from __future__ import annotations

import sys
from typing import Final

from infra.layers.build import FUNCTIONS, LAYERS, BuiltAssets
from infra.layers.target import Target, TargetUnavailableError

TARGETS: Final = {"local": Target.this_machine, "aws": Target.aws}


def main(arguments: list[str]) -> int:
    """Build, and print each path with its size.

    Returns
    -------
    int
        0 built, 1 this machine cannot build for the target, 2 wrong arguments.
    """
    if len(arguments) != 1 or arguments[0] not in TARGETS:
        sys.stderr.write(f"usage: python -m infra.layers {'|'.join(TARGETS)}\n")
        return 2
    assets = BuiltAssets(TARGETS[arguments[0]]())
    try:
        for path in (*map(assets.layer, LAYERS), *map(assets.function, FUNCTIONS)):
            sys.stdout.write(f"{path.stat().st_size:>12,}  {path}\n")
    except TargetUnavailableError as problem:
        sys.stderr.write(f"{problem}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
