"""The platform that code is built for: AWS Lambda, or the interpreter of this machine."""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

ROOT: Final = Path(__file__).resolve().parents[2]

LAMBDA_PYTHON: Final = "3.13"

_INTERPRETER_CHECK: Final = "import sys; print('%d.%d' % sys.version_info[:2], sys.implementation.name)"


class TargetUnavailableError(Exception):
    """This machine cannot build for the target; the message says what to install."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """What the packages and the bytecode in a zip must fit.

    Attributes
    ----------
    name
        Folder below ``build/``.
    python
        Minor version, e.g. ``3.13``: the number in the bytecode's header must be that interpreter's.
    architecture
        ``arm64`` or ``x86_64``, in Lambda's words.
    pip_platforms
        Platform tags whose wheels fit; empty means "those of this machine".
    """

    name: str
    python: str
    architecture: str
    pip_platforms: tuple[str, ...] = ()

    @classmethod
    def aws(cls) -> Self:
        """Lambda on arm64 (Amazon Linux 2023, glibc 2.34)."""
        return cls(
            name=f"aws-arm64-python{LAMBDA_PYTHON}",
            python=LAMBDA_PYTHON,
            architecture="arm64",
            pip_platforms=("manylinux2014_aarch64", "manylinux_2_28_aarch64"),
        )

    @classmethod
    def this_machine(cls) -> Self:
        """The interpreter that runs this: the embedded cloud runs functions on the same one."""
        version = f"{sys.version_info.major}.{sys.version_info.minor}"
        architecture = "arm64" if platform.machine().lower() in {"arm64", "aarch64"} else "x86_64"
        return cls(name=f"local-{architecture}-python{version}", python=version, architecture=architecture)

    def interpreter(self) -> Path:
        """An interpreter on this machine that writes bytecode which the target accepts.

        Bytecode does not depend on the architecture, only on Python's minor version.

        Raises
        ------
        TargetUnavailableError
            There is none.
        """
        for candidate in self._candidates():
            if _answers(candidate) == f"{self.python} cpython":
                return candidate
        message = (
            f"Python {self.python} is not on this machine, so bytecode for the target '{self.name}' cannot be "
            f"compiled, and a function without bytecode starts about 2.5 times slower. "
            f"Install it with '.tools/bin/uv python install {self.python}' (needs the Internet), or from the system's "
            f"packages, or build on a machine that has it."
        )
        raise TargetUnavailableError(message)

    def _candidates(self) -> list[Path]:
        candidates = [Path(sys.executable)]
        if on_path := shutil.which(f"python{self.python}"):
            candidates.append(Path(on_path))
        # pyenv's shim on the path runs a version only where it is switched on; the version itself always runs.
        pyenv = Path(os.environ.get("PYENV_ROOT", "~/.pyenv")).expanduser()
        candidates += sorted((pyenv / "versions").glob(f"{self.python}.*/bin/python"))
        uv = ROOT / ".tools" / "bin" / "uv"
        if uv.exists():
            found = subprocess.run(
                [uv, "python", "find", "--no-python-downloads", self.python],
                capture_output=True,
                text=True,
                check=False,
            )
            if found.returncode == 0:
                candidates.append(Path(found.stdout.strip()))
        return candidates


def _answers(interpreter: Path) -> str:
    """Version and implementation of an interpreter; empty when it does not run (a shim without its version)."""
    answer = subprocess.run([interpreter, "-I", "-c", _INTERPRETER_CHECK], capture_output=True, text=True, check=False)
    return answer.stdout.strip() if answer.returncode == 0 else ""
