"""What the fonts at hand can print, and how wide: read from their ``cmap`` (formats 4 and 12), ``hhea`` and ``hmtx``
tables as OpenType 1.9 describes them.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping
from pathlib import Path

_BMP, _FULL = 4, 12  # formats of a character map: the Basic Multilingual Plane, or all of Unicode


class Unreadable(ValueError):
    """Not a font that we can read."""


def widths(folder: Path) -> tuple[Mapping[int, float], ...]:
    """For each ``.ttf`` in ``folder``: its code points, and how far each moves the pen, in em.

    Raises
    ------
    Unreadable
        If the folder has no font, or one has no Unicode character map.
    """
    fonts = tuple(_widths(path) for path in sorted(folder.glob("*.ttf")))
    if not fonts:
        raise Unreadable(f"there are no .ttf files in {folder}")
    return fonts


def _widths(path: Path) -> Mapping[int, float]:
    font = path.read_bytes()
    try:
        tables = {font[at : at + 4]: _u32(font, at + 8) for at in (12 + 16 * i for i in range(_u16(font, 4)))}
        em = _u16(font, tables[b"head"] + 18)
        metrics = _u16(font, tables[b"hhea"] + 34)
        advances = [_u16(font, tables[b"hmtx"] + 4 * glyph) / em for glyph in range(metrics)]
        return {character: advances[min(glyph, metrics - 1)] for character, glyph in _glyphs(font, tables[b"cmap"])}
    except (KeyError, IndexError, struct.error) as error:
        raise Unreadable(f"{path.name} has no Unicode character map") from error


def _glyphs(font: bytes, cmap: int) -> Iterator[tuple[int, int]]:
    starts = (cmap + _u32(font, cmap + 8 + 8 * i) for i in range(_u16(font, cmap + 2)))
    maps = {_u16(font, at): at for at in starts}
    return _full(font, maps[_FULL]) if _FULL in maps else _bmp(font, maps[_BMP])


def _full(font: bytes, at: int) -> Iterator[tuple[int, int]]:
    for group in range(_u32(font, at + 12)):
        first, last, glyph = struct.unpack_from(">III", font, at + 16 + 12 * group)
        yield from ((c, glyph + c - first) for c in range(first, last + 1) if glyph + c - first)


def _bmp(font: bytes, at: int) -> Iterator[tuple[int, int]]:
    segments = _u16(font, at + 6) // 2
    ends, starts = at + 14, at + 16 + 2 * segments
    deltas, offsets = starts + 2 * segments, starts + 4 * segments
    for i in range(segments):
        start, end = _u16(font, starts + 2 * i), _u16(font, ends + 2 * i)
        delta, offset = _u16(font, deltas + 2 * i), _u16(font, offsets + 2 * i)
        for character in range(start, min(end, 0xFFFE) + 1):
            glyph = character
            if offset:
                glyph = _u16(font, offsets + 2 * i + offset + 2 * (character - start))
            if (offset == 0 or glyph) and (glyph + delta) & 0xFFFF:
                yield character, (glyph + delta) & 0xFFFF


def _u16(font: bytes, at: int) -> int:
    value: int = struct.unpack_from(">H", font, at)[0]
    return value


def _u32(font: bytes, at: int) -> int:
    value: int = struct.unpack_from(">I", font, at)[0]
    return value
