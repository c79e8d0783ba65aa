"""The one byte form of a package as a single file: a ZIP of stored entries, in the order of their names.

Written out here, field by field (PKWARE APPNOTE 6.3, sections 4.3.7, 4.3.12 and 4.3.16), because the bytes must be the
same with every version of every library, now and when a verifier builds them again years later: any other byte in a
sealed ZIP is then a change. Nothing is compressed, so nothing can blow up on reading.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Mapping
from typing import Final

_VERSION: Final = 20
_MADE_ON_UNIX: Final = 3 << 8 | _VERSION
_MIDNIGHT, _FIRST_OF_1980 = 0, 1 << 5 | 1  # no clock in the container: the statement tells the time
_REGULAR_FILE: Final = 0o100644 << 16
_MAX: Final = 0xFFFFFFFF


def write(files: Mapping[str, bytes]) -> bytes:
    """The ZIP of these files. Names are ASCII paths with ``/``.

    Raises
    ------
    ValueError
        If they exceed what the format holds without its extensions (4 GiB).
    """
    if sum(map(len, files.values())) > _MAX // 2:
        raise ValueError("too large for one package")
    body, directory = bytearray(), bytearray()
    for name, data in sorted(files.items()):
        path = name.encode("ascii")
        common = struct.pack(
            "<HHHHHIIIHH",
            _VERSION, 0, 0, _MIDNIGHT, _FIRST_OF_1980, zlib.crc32(data), len(data), len(data), len(path), 0,
        )  # fmt: skip
        directory += b"PK\x01\x02" + struct.pack("<H", _MADE_ON_UNIX) + common
        directory += struct.pack("<HHHII", 0, 0, 0, _REGULAR_FILE, len(body)) + path
        body += b"PK\x03\x04" + common + path + data
    end = struct.pack("<HHHHIIH", 0, 0, len(files), len(files), len(directory), len(body), 0)
    return bytes(body + directory + b"PK\x05\x06" + end)
