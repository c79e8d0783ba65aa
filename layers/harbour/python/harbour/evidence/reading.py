"""Opens a package that somebody hands over: folder or ZIP. Trusts nothing in it.

Only the files that a package has are read, each once, into memory, within bounds. Links are not followed, nothing is
written, and a path in the package is never used as a path of this machine.
"""

from __future__ import annotations

import hashlib
import io
import os
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from harbour.evidence import container
from harbour.evidence.package import FILES

MAX_FILE_BYTES: Final = 64 * 1024 * 1024
MAX_ZIP_BYTES: Final = 256 * 1024 * 1024
MAX_ENTRIES: Final = 1_000

_FOLDERS: Final = frozenset(name.rpartition("/")[0] for name in FILES) - {""}

_BROKEN_ENTRY: Final = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    OSError,
    ValueError,
    RuntimeError,
    OverflowError,
    MemoryError,
)
"""What the standard library raises for an entry that lies about itself."""


class Unreadable(Exception):
    """There is no package to look at."""


@dataclass(frozen=True, slots=True)
class Contents:
    """What was found: the files by name, what should not be as it is, and for a ZIP its SHA-256.

    ``exact`` tells of a ZIP whether its bytes are the ones that Harbour writes for these files; ``None`` for a folder.
    """

    files: Mapping[str, bytes]
    faults: tuple[str, ...]
    sha256: str | None = None
    exact: bool | None = None


def read(path: Path) -> Contents:
    """Read the package at ``path``.

    Raises
    ------
    Unreadable
        If there is nothing, or it is neither a folder nor a ZIP, or it is too large to look at.
    """
    try:
        if path.is_dir():
            return read_folder(path)
        if not path.is_file():
            raise Unreadable("there is no such file or folder")
        with path.open("rb") as file:
            data = file.read(MAX_ZIP_BYTES + 1)
    except OSError as error:
        raise Unreadable(f"cannot be read: {error.strerror}") from error
    return read_zip(data)


def read_folder(folder: Path) -> Contents:
    """Read a package that was unpacked.

    Raises
    ------
    Unreadable
        If there are far more entries than a package has.
    """
    files: dict[str, bytes] = {}
    faults: list[str] = []
    for number, (name, entry) in enumerate(_walk(folder, ""), start=1):
        if number > MAX_ENTRIES:
            raise Unreadable("far more files than a package has")
        kind = entry.lstat().st_mode
        if stat.S_ISDIR(kind) and name in _FOLDERS:
            continue
        if name not in FILES:
            faults.append(f"{_shown(name)} does not belong to the package")
        elif not stat.S_ISREG(kind):
            faults.append(f"{name} is not a regular file")
        else:
            data = _bounded(entry)
            if data is None:
                faults.append(f"{name} is too large, or changed while it was read")
            else:
                files[name] = data
    return Contents(files, (*faults, *_missing(files)))


def read_zip(data: bytes) -> Contents:
    """Read a package that is one file.

    Raises
    ------
    Unreadable
        If this is not a ZIP, or too large, or has far more entries than a package.
    """
    if len(data) > MAX_ZIP_BYTES:
        raise Unreadable("too large to look at")
    files: dict[str, bytes] = {}
    faults: list[str] = []
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = archive.infolist()
            if len(entries) > MAX_ENTRIES:
                raise Unreadable("far more entries than a package has")
            for entry in entries:
                name = entry.orig_filename
                if name.rstrip("/") in _FOLDERS and entry.is_dir():
                    continue
                if name not in FILES:
                    faults.append(f"{_shown(name)} does not belong to the package")
                elif name in files:
                    faults.append(f"{name} is there twice")
                elif stat.S_IFMT(entry.external_attr >> 16) not in (0, stat.S_IFREG):
                    faults.append(f"{name} is not a regular file")
                else:
                    left = MAX_ZIP_BYTES - sum(map(len, files.values()))
                    files[name] = _entry(archive, entry, faults, min(MAX_FILE_BYTES, left))
    except _BROKEN_ENTRY as error:
        raise Unreadable("not a ZIP file that can be opened") from error
    # Nothing is compressed in a ZIP of ours: one that holds more than its own length need not be built to be compared.
    exact = not faults and sum(map(len, files.values())) < len(data) and container.write(files) == data
    return Contents(files, (*faults, *_missing(files)), hashlib.sha256(data).hexdigest(), exact)


def _entry(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, faults: list[str], most: int) -> bytes:
    try:
        with archive.open(entry) as file:
            content = file.read(most + 1)
    except _BROKEN_ENTRY:
        faults.append(f"{entry.orig_filename} is damaged")
        return b""
    if len(content) > most:
        faults.append(f"{entry.orig_filename} is too large")
        return b""
    return content


def _walk(folder: Path, prefix: str) -> Iterator[tuple[str, Path]]:
    """Entries with their path inside the package; only the package's own folders are entered."""
    for entry in sorted(os.scandir(folder), key=lambda e: e.name):
        name = prefix + entry.name
        yield name, folder / entry.name
        if name in _FOLDERS and entry.is_dir(follow_symlinks=False):
            yield from _walk(folder / entry.name, f"{name}/")


def _bounded(path: Path) -> bytes | None:
    """The bytes of a regular file, opened without following a link that has just taken its place."""
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0))
    with os.fdopen(descriptor, "rb") as file:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            return None
        data = file.read(MAX_FILE_BYTES + 1)
    return data if len(data) <= MAX_FILE_BYTES else None


def _missing(files: Mapping[str, bytes]) -> Iterator[str]:
    return (f"{name} is missing" for name in sorted(FILES - files.keys()))


def _shown(name: str) -> str:
    """A name that somebody else chose, fit for a terminal."""
    return ascii(name if len(name) <= 80 else name[:80] + "…")  # noqa: PLR2004 - a line
