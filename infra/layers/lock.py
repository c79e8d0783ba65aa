"""Locks the third-party packages of the layers: ``python -m infra.layers.lock``.

Versions follow the project's own lock file, so that what the tests import is what Lambda imports.
"""

from __future__ import annotations

import subprocess
import sys
from typing import Final

from infra.layers.build import REQUIREMENTS
from infra.layers.target import ROOT

_OPTIONS: Final[dict[str, tuple[str, ...]]] = {
    "vendor": (),
    "chalice": ("--no-deps",),
    "render": (),
    "casework": (),
    "notify": ("--no-deps",),
}
"""Per list. Dependencies that belong to a command line are left out."""


def main() -> int:
    """Write ``layers/vendor/requirements-*.txt``.

    Returns
    -------
    int
        0, or the status of the first call that failed.
    """
    for name, options in _OPTIONS.items():
        done = subprocess.run(
            [
                ROOT / ".tools" / "bin" / "uv", "pip", "compile", "--quiet", "--universal",
                "--python-version", "3.11", "--generate-hashes", "--no-header", "--no-annotate",
                "--no-emit-index-url", "--no-emit-find-links", *options,
                "--constraint", ROOT / "requirements.lock",
                f"requirements-{name}.in", "--output-file", f"requirements-{name}.txt",
            ],
            cwd=REQUIREMENTS,
            check=False,
        )  # fmt: skip
        if done.returncode != 0:
            return done.returncode
    return 0


if __name__ == "__main__":
    sys.exit(main())
