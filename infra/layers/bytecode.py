"""Bytecode that is accepted whatever happens to the files' dates.

The CDK command line, and zips in general, change the dates of files; Python rejects ordinary bytecode whose
source has another date than it remembers, and a function then starts 2.5 times slower. *Unchecked-hash* bytecode
(PEP 552) is never compared with its source.
"""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Final

from infra.layers.target import Target

UNCHECKED_HASH: Final = 0b01
"""Second word of a .pyc: bit 0 = hash-based, bit 1 = check the source (PEP 552)."""


def compile_tree(tree: Path, target: Target, *, seen_as: str) -> None:
    """Compile each module below ``tree`` for the target, as ``__pycache__/*.pyc`` beside it.

    Parameters
    ----------
    tree
        Folder that holds the modules.
    target
        Whose Python reads the bytecode.
    seen_as
        Where the tree lies in Lambda (``/opt/python``, ``/var/task``): tracebacks name that path, and the
        bytecode does not depend on the folder of this build.

    Raises
    ------
    subprocess.CalledProcessError
        A module does not compile.
    TargetUnavailableError
        No interpreter of that version is here.
    """
    subprocess.run(
        [
            # What others' sources are warned of is theirs to mend.
            target.interpreter(), "-I", "-W", "ignore::SyntaxWarning", "-m", "compileall", "-q", "-f", "-j", "0",
            "--invalidation-mode", "unchecked-hash", "-s", str(tree), "-p", seen_as, str(tree),
        ],
        check=True,
    )  # fmt: skip


def is_unchecked_hash(bytecode: bytes) -> bool:
    """Whether a .pyc's header says hash-based and unchecked."""
    return int.from_bytes(bytecode[4:8], "little") == UNCHECKED_HASH
