"""Whether every module in every zip has bytecode that its interpreter accepts: without, a start is 2.5 times slower."""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from infra.layers.build import FUNCTIONS, LAYERS, BuiltAssets
from infra.layers.target import ROOT, Target, TargetUnavailableError
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
    """All zips of this machine's target, and those for AWS where this machine has built them."""
    assets = BuiltAssets(Target.this_machine())
    zips = [*map(assets.function, FUNCTIONS), *map(assets.layer, LAYERS)]
    modules, refused = _checked(zips, Target.this_machine(), bench.scratch)
    target = Target.aws()
    for_aws = sorted((ROOT / "build" / target.name).glob("*.zip"))
    try:
        target.interpreter()
    except TargetUnavailableError:
        said = f"The zips for AWS are not among them: no Python {target.python} here."
    else:
        more, worse = _checked(for_aws, target, bench.scratch)
        modules, refused = modules + more, refused + worse
        said = f"{more} of the modules are in zips for AWS." if for_aws else "No zips for AWS have been built here."
    return [
        Result(
            name="bytecode",
            value=100 * (modules - len(refused)) / modules,
            unit="% of modules",
            reference=None,
            target=Limit("value", Bound.EXACTLY, 100),
            note=f"{modules:,} modules in {len(zips) + len(for_aws)} zips, each unpacked with the zip's dates, its "
            f"source replaced by another, and loaded: only bytecode that is never compared with its source still "
            f"loads. {said}" + (f" Refused: {', '.join(refused[:5])}." if refused else ""),
        )
    ]


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
