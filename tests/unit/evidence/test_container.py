"""The ZIP: one byte form, and any program can open it."""

from __future__ import annotations

import io
import zipfile

from harbour.evidence import container

FILES = {"seal/b.txt": b"two", "a.txt": b"one\n", "empty": b""}


def test_the_standard_library_opens_it_and_finds_no_damage() -> None:
    with zipfile.ZipFile(io.BytesIO(container.write(FILES))) as archive:
        assert archive.testzip() is None
        assert {name: archive.read(name) for name in archive.namelist()} == FILES
        assert all(entry.compress_type == zipfile.ZIP_STORED for entry in archive.infolist())


def test_the_same_files_give_the_same_bytes_in_whatever_order() -> None:
    assert container.write(FILES) == container.write(dict(reversed(FILES.items())))


def test_files_come_out_as_ordinary_readable_files() -> None:
    with zipfile.ZipFile(io.BytesIO(container.write(FILES))) as archive:
        assert {entry.external_attr >> 16 for entry in archive.infolist()} == {0o100644}
