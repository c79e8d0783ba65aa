"""Search everything that a browser left on a disk: plain, as UTF-16, and inside what is compressed."""

from __future__ import annotations

import sqlite3
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path

import cramjam

GZIP, ZLIB, ZSTD = b"\x1f\x8b\x08", (b"\x78\x01", b"\x78\x5e", b"\x78\x9c", b"\x78\xda"), b"\x28\xb5\x2f\xfd"
TABLE_MAGIC = b"\x57\xfb\x80\x8b\x24\x75\x47\xdb"
"""The last bytes of a LevelDB table (Local Storage, Session Storage, IndexedDB)."""


def traces(profile: Path, needles: Iterable[str]) -> list[str]:
    """Where any needle stands in any file of the profile: ``file: needle (how it is written)``."""
    encoded = [(n, how, n.encode(how)) for n in needles for how in ("utf-8", "utf-16-le", "utf-16-be")]
    found: list[str] = []
    for path in sorted(p for p in profile.rglob("*") if p.is_file() and not p.is_symlink()):
        for form, content in forms(path.read_bytes()):
            lowered = content.lower()
            found += [
                f"{path.relative_to(profile)}: {needle} ({how}{form})"
                for needle, how, wanted in encoded
                if wanted.lower() in lowered
            ]
    return found


def forms(content: bytes) -> Iterator[tuple[str, bytes]]:
    """The bytes as they are, and every compressed stream in them that can be opened."""
    yield "", content
    for start in _all(content, GZIP):
        yield from _opened(", gzip", content[start:], 31)
    for magic in ZLIB:
        for start in _all(content, magic):
            yield from _opened(", zlib", content[start:], 15)
    for start in _all(content, ZSTD):
        try:
            yield ", zstd", bytes(cramjam.zstd.decompress(content[start:]))
        except cramjam.DecompressionError:
            continue
    if content.endswith(TABLE_MAGIC):
        yield from ((", LevelDB", block) for block in table_blocks(content))


def table_blocks(table: bytes) -> Iterator[bytes]:
    """The data blocks of a LevelDB table, uncompressed: footer → index block → blocks (its file format document)."""
    footer = table[-48:]
    _, at = _varint(footer, 0)
    _, at = _varint(footer, at)
    index_at, at = _varint(footer, at)
    index_size, _ = _varint(footer, at)
    index = _block(table, index_at, index_size)
    at, end = 0, len(index) - 4 - 4 * int.from_bytes(index[-4:], "little")
    while at < end:
        _, at = _varint(index, at)
        unshared, at = _varint(index, at)
        size, at = _varint(index, at)
        handle = index[at + unshared : at + unshared + size]
        at += unshared + size
        block_at, next_ = _varint(handle, 0)
        block_size, _ = _varint(handle, next_)
        yield _block(table, block_at, block_size)


def _block(table: bytes, at: int, size: int) -> bytes:
    raw, compression = table[at : at + size], table[at + size]
    return bytes(cramjam.snappy.decompress_raw(raw)) if compression == 1 else raw


def _varint(data: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            return value, at


def _opened(how: str, stream: bytes, window: int) -> Iterator[tuple[str, bytes]]:
    try:
        content = zlib.decompressobj(window).decompress(stream, 50_000_000)
    except zlib.error:
        return
    if content:
        yield how, content


def _all(content: bytes, magic: bytes) -> Iterator[int]:
    at = content.find(magic)
    while at >= 0:
        yield at
        at = content.find(magic, at + 1)


def visited(profile: Path) -> list[str]:
    """The addresses in the browser's history, as its own database has them."""
    database = next(profile.rglob("History"))
    with sqlite3.connect(f"file:{database}?mode=ro&immutable=1", uri=True) as history:
        return [row[0] for row in history.execute("select url from urls order by id")]
