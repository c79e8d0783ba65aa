"""One flipped bit anywhere is never overlooked: every bit of the record and of the seal, and of the ZIP around them.

Of the files that are only hashed (README and renditions) one bit of every byte is flipped. Nor is a byte that was taken
out or put in.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache, partial
from typing import Any

import pytest

from harbour.evidence import dsse, history, package
from harbour.evidence import verify as verifier
from harbour.evidence.model import Statement
from harbour.evidence.reading import Contents, Unreadable, read_zip
from harbour.evidence.trust import TrustedKey
from harbour.evidence.verify import Verdict, verify
from tests.unit.evidence.conversations import SHORT, record_of
from tests.unit.evidence.world import World

HASHED_ONLY = frozenset({package.README, package.HTML, package.PDF})


@pytest.fixture(scope="module")
def small() -> World:
    world = World()
    world.add(record_of(SHORT))
    return world


@pytest.fixture
def quick(small: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Reads the same bytes, and judges the same events, once: tens of thousands of packages differ in one bit each."""

    def once(rule: history.Rule) -> history.Rule:
        judged: dict[int, list[str]] = {}
        return lambda events: iter(judged.setdefault(id(events), list(rule(events))))

    (key,) = small.trust().keys
    made = cache(partial(TrustedKey.made, key))
    read_statement: Callable[[bytes], Any] = cache(Statement.read)
    monkeypatch.setattr(history, "read", cache(history.read))
    monkeypatch.setattr(dsse, "read", cache(dsse.read))
    monkeypatch.setattr(Statement, "read", staticmethod(read_statement))
    monkeypatch.setattr(TrustedKey, "made", lambda key, signature, message: made(signature, message))
    monkeypatch.setattr(verifier, "_HISTORY", tuple((name, once(rule)) for name, rule in verifier._HISTORY))


def flipped(data: bytes, byte: int, bit: int) -> bytes:
    return data[:byte] + bytes([data[byte] ^ (1 << bit)]) + data[byte + 1 :]


def bits_of(name: str, data: bytes) -> Iterator[tuple[int, int]]:
    for byte in range(len(data)):
        if name in HASHED_ONLY:
            yield byte, byte % 8
        else:
            yield from ((byte, bit) for bit in range(8))


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize("name", sorted(package.FILES))
def test_every_bit_of_the_folder(small: World, name: str) -> None:
    files = small.files()
    trusted = small.trust()
    overlooked = [
        (byte, bit)
        for byte, bit in bits_of(name, files[name])
        if verify(Contents({**files, name: flipped(files[name], byte, bit)}, ()), trusted).verdict is Verdict.VERIFIED
    ]
    assert overlooked == []


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize("name", sorted(package.FILES - HASHED_ONLY))
def test_every_byte_taken_out_or_put_in_twice(small: World, name: str) -> None:
    files = small.files()
    trusted = small.trust()
    data = files[name]
    others = {data[:byte] + data[byte + size :] for byte in range(len(data)) for size in (1, 2)}
    others |= {
        data[:byte] + put + data[byte:] for byte in range(len(data) + 1) for put in (data[byte : byte + 1], b" ")
    }
    overlooked = [
        other
        for other in sorted(others - {data})
        if verify(Contents({**files, name: other}, ()), trusted).verdict is not Verdict.TAMPERED
    ]
    assert overlooked == []


@pytest.mark.usefixtures("quick")
def test_every_bit_of_the_zip_around_the_files(small: World) -> None:
    data = small.package()
    trusted = small.trust()
    inside = set[int]()
    for content in small.files().values():
        start = data.index(content)
        inside |= set(range(start, start + len(content)))
    overlooked = []
    for byte in sorted(set(range(len(data))) - inside):
        for bit in range(8):
            try:
                verdict = verify(read_zip(flipped(data, byte, bit)), trusted).verdict
            except Unreadable:
                continue
            if verdict is Verdict.VERIFIED:
                overlooked.append((byte, bit))
    assert overlooked == []


@pytest.mark.usefixtures("quick")
def test_a_zip_cut_short_or_made_longer_anywhere(small: World) -> None:
    data = small.package()
    trusted = small.trust()
    for other in (*(data[:end] for end in range(0, len(data), 37)), data + b"\0", b"\0" + data, data + data):
        try:
            assert verify(read_zip(other), trusted).verdict is not Verdict.VERIFIED
        except Unreadable:
            continue
