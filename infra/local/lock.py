"""``make lock``: the newest versions that the requirements allow, with the hash of every file.

python -m infra.local.lock
"""

from __future__ import annotations

import subprocess
import sys
from typing import Final

from infra.local.bootstrap import LOCKS, NPM_PROJECTS, TOOLS, VENV, node_environment
from infra.local.instance import ROOT

_COMPILE: Final = (
    str(TOOLS / "bin" / "uv"), "pip", "compile", "--quiet", "--universal", "--generate-hashes", "--upgrade",
    "--python-version", "3.11", "--custom-compile-command", "make lock",
)  # fmt: skip


def main() -> int:
    """Write every lock file anew.

    Returns
    -------
    int
        0, or the status of the first program that failed.
    """
    commands = [[*_COMPILE, "pyproject.toml", "--extra", "dev", "--output-file", "requirements.lock"]]
    commands += [
        [*_COMPILE, str(source.relative_to(ROOT)), "--output-file", str(source.with_suffix(".lock").relative_to(ROOT))]
        for source in sorted(LOCKS.glob("*.in"))
    ]
    # The layers follow the project's own lock file, so they come after it.
    commands.append([str(VENV / "bin" / "python"), "-m", "infra.layers.lock"])
    commands += [
        [
            str(ROOT / ".tools" / "node" / "npm"),
            "install",
            "--package-lock-only",
            "--ignore-scripts",
            "--prefix",
            project,
        ]
        for project in NPM_PROJECTS
        if (ROOT / project / "package.json").exists()
    ]
    for command in commands:
        print(" ".join(command).replace(f"{ROOT}/", ""), flush=True)
        done = subprocess.run(command, cwd=ROOT, env=node_environment(), check=False)
        if done.returncode:
            return done.returncode
    return 0


if __name__ == "__main__":
    sys.exit(main())
