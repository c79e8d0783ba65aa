"""Copies what a function writes into one file, so that ``make logs`` shows it.

The embedded cloud keeps what functions write only where a caller asks for it, and drops it for sockets. It hands its
own environment on to every function's process; there this module is found on ``PYTHONPATH`` and imported by Python
itself before anything else. The function does not notice.
"""

from __future__ import annotations

import os
import sys
from typing import TextIO


class _Copied:
    """Standard error that also goes to a file, each line with the function's name."""

    def __init__(self, stream: TextIO, copy: TextIO, name: str) -> None:
        self._stream = stream
        self._copy = copy
        self._name = name

    def write(self, text: str) -> int:
        if text.strip():
            self._copy.write(f"{self._name}: {text.rstrip()}\n")
        return self._stream.write(text)

    def __getattr__(self, name: str) -> object:
        return getattr(self._stream, name)


_file = os.environ.get("HARBOUR_FUNCTION_LOG")
_function = os.environ.get("POWERTOOLS_SERVICE_NAME")
if _file and _function:
    _log = open(_file, "a", buffering=1, encoding="utf-8")  # noqa: SIM115, PTH123 - open for the process's whole life
    sys.stderr = _Copied(sys.stderr, _log, _function)
