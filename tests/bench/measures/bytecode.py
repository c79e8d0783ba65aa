"""Whether every module in every zip has bytecode that its interpreter accepts: without, a start is 2.5 times slower."""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from infra.layers.build import FUNCTIONS, LAYERS, BuiltAssets
from infra.layers.target import Target, TargetUnavailableError
from tests.bench.bench import Bench
from tests.bench.functions import unpack
from tests.bench.result import Bound, Result
from tests.bench.result import Target as Limit

_MARK: Final = "compiled from the poisoned source"
_LOADS: Final = f"""
import sys
from importlib.machinery import SourceFileLoader
sys.dont_write_bytecode = True
for path in sys.stdin.read().splitlines():
    try:
        code = SourceFileLoader("module", path).get_code("module")
        refused = {_MARK!r} in code.co_consts
    except Exception:
        refused = True
    if refused:
        print(path)
"""


def measure(bench: Bench) -> Sequence[Result]:
    """All zips of this machine's target, and those for AWS where there is a Python that can make them."""
    zips, modules, refused = _built(Target.this_machine(), bench.scratch)
    target = Target.aws()
    try:
        more_zips, more, worse = _built(target, bench.scratch)
    except TargetUnavailableError:
        said = f"The zips for AWS are not among them: no Python {target.python} here."
    else:
        zips, modules, refused = zips + more_zips, modules + more, refused + worse
        said = f"{more:,} of the modules are in the {more_zips} zips for AWS."
    return [
        Result(
            name="bytecode",
            value=100 * (modules - len(refused)) / modules,
            unit="% of modules",
            reference=None,
            target=Limit("value", Bound.EXACTLY, 100),
            note=f"{modules:,} modules in {zips} zips, each unpacked with the zip's dates, its "
            f"source replaced by another, and loaded: only bytecode that is never compared with its source still "
            f"loads. {said}" + (f" Refused: {', '.join(refused[:5])}." if refused else ""),
        )
    ]


def _built(target: Target, scratch: Path) -> tuple[int, int, list[str]]:
    """How many zips there are, the modules in them, and those whose bytecode is refused."""
    assets = BuiltAssets(target)
    zips = [*map(assets.function, FUNCTIONS), *map(assets.layer, LAYERS)]
    return len(zips), *_checked(zips, target, scratch)


def _checked(zips: Sequence[Path], target: Target, scratch: Path) -> tuple[int, list[str]]:
    """How many modules there are, and those whose bytecode the target's interpreter does not take."""
    modules = 0
    refused: list[str] = []
    for archive in zips:
        with tempfile.TemporaryDirectory(dir=scratch) as folder:
            unpack(archive, Path(folder))
            sources = sorted(Path(folder).rglob("*.py"))
            for source in sources:
                source.write_text(f"x = {_MARK!r}\n", "utf-8")
            done = subprocess.run(
                [target.interpreter(), "-I", "-c", _LOADS],
                input="\n".join(map(str, sources)),
                capture_output=True,
                text=True,
                check=True,
            )
            modules += len(sources)
            refused += [f"{archive.name}: {Path(line).relative_to(folder)}" for line in done.stdout.splitlines()]
    return modules, refused
