"""A package that was made to attack the reader: paths, links, bombs and lies in the ZIP."""

from __future__ import annotations

import io
import os
import stat
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from harbour.evidence import container, history, package, reading
from harbour.evidence import verify as verifier
from harbour.evidence.reading import Contents, Unreadable, read, read_zip
from harbour.evidence.verify import Verdict, main, verify
from tests.unit.evidence.attacker import Files, write
from tests.unit.evidence.world import World


@pytest.fixture
def genuine(world: World) -> Files:
    return world.files()


@pytest.fixture
def folder(genuine: Files, tmp_path: Path) -> Path:
    return write(genuine, tmp_path / "package")


def status(path: Path, trust_file: Path) -> int:
    return main([str(path), "--trust", str(trust_file)])


def zipped(files: Files, change: Callable[[zipfile.ZipFile], None] = lambda _: None, **options: int) -> bytes:
    """A ZIP as another program writes it."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", **options) as archive:  # type: ignore[call-overload]
        for name, data in files.items():
            archive.writestr(name, data)
        change(archive)
    return out.getvalue()


def entry(name: str, mode: int = 0o100644) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name)
    info.external_attr = mode << 16
    return info


# -- folders ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", [package.EVENTS, package.ENVELOPE, package.README])
def test_a_link_in_place_of_a_file_is_not_followed(folder: Path, trust_file: Path, name: str) -> None:
    elsewhere = folder.parent / "elsewhere"
    (folder / name).rename(elsewhere)
    (folder / name).symlink_to(elsewhere)
    assert status(folder, trust_file) == 1
    assert name not in read(folder).files


def test_a_link_in_place_of_a_folder_is_not_followed(folder: Path, trust_file: Path) -> None:
    (folder / "data").rename(folder.parent / "data")
    (folder / "data").symlink_to(folder.parent / "data", target_is_directory=True)
    assert status(folder, trust_file) == 1
    assert package.EVENTS not in read(folder).files


def test_a_pipe_in_place_of_a_file_does_not_block(folder: Path, trust_file: Path) -> None:
    (folder / package.EVENTS).unlink()
    os.mkfifo(folder / package.EVENTS)
    assert status(folder, trust_file) == 1


def test_a_folder_in_place_of_a_file(folder: Path, trust_file: Path) -> None:
    (folder / package.EVENTS).unlink()
    (folder / package.EVENTS).mkdir()
    assert status(folder, trust_file) == 1


def test_a_file_in_place_of_a_folder(folder: Path, trust_file: Path) -> None:
    for file in (folder / "seal").iterdir():
        file.unlink()
    (folder / "seal").rmdir()
    (folder / "seal").write_bytes(b"")
    assert status(folder, trust_file) == 1


@pytest.mark.parametrize("name", ["more", "data/more", "seal/tsa/deep"])
def test_an_extra_folder(folder: Path, trust_file: Path, name: str) -> None:
    (folder / name).mkdir(parents=True)
    assert status(folder, trust_file) == 1


def test_a_name_that_would_play_with_the_terminal_is_printed_harmlessly(
    folder: Path, trust_file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "\x1b[2J\u202egpj.exe").write_bytes(b"")
    (folder / os.fsdecode(b"\xff\xfe")).write_bytes(b"")
    assert status(folder, trust_file) == 1
    printed = capsys.readouterr().out
    assert printed.isascii()
    assert "\x1b" not in printed


def test_a_file_in_another_case(folder: Path, trust_file: Path) -> None:
    (folder / "README.txt").rename(folder / "readme.TXT")
    assert status(folder, trust_file) == 1


def test_a_name_composed_in_another_way_is_another_name(folder: Path, trust_file: Path) -> None:
    (folder / "README.txt").rename(folder / "R\u0301EADME.txt")
    assert status(folder, trust_file) == 1


def test_a_file_beyond_the_bound_is_not_read(folder: Path, trust_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "MAX_FILE_BYTES", 100)
    assert package.EVENTS not in read(folder).files
    assert status(folder, trust_file) == 1


def test_a_sparse_file_of_a_terabyte_is_not_read(folder: Path, trust_file: Path) -> None:
    with (folder / package.PDF).open("wb") as file:
        os.truncate(file.fileno(), 2**40)
    assert status(folder, trust_file) == 1


def test_a_folder_with_far_too_many_files_cannot_be_verified(folder: Path, trust_file: Path) -> None:
    for number in range(reading.MAX_ENTRIES + 1):
        (folder / f"{number}").touch()
    assert status(folder, trust_file) == 2


def test_nothing_there(tmp_path: Path, trust_file: Path) -> None:
    assert status(tmp_path / "nothing", trust_file) == 2


def test_an_empty_folder_is_no_package(tmp_path: Path, trust_file: Path) -> None:
    (tmp_path / "empty").mkdir()
    assert status(tmp_path / "empty", trust_file) == 1


def test_a_device_is_no_package(trust_file: Path) -> None:
    assert status(Path("/dev/zero"), trust_file) == 2


# -- ZIPs ------------------------------------------------------------------------------------------------------------


def test_a_genuine_package_that_was_packed_again_says_how_to_check_it(
    genuine: Files, tmp_path: Path, trust_file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "again.zip"
    path.write_bytes(zipped(genuine, compression=zipfile.ZIP_DEFLATED))
    assert status(path, trust_file) == 1
    failed = [line for line in capsys.readouterr().out.splitlines() if line.startswith("FAIL")]
    assert len(failed) == 1
    assert "unpack it and check the folder" in failed[0]


EXTRA = ["../evil.txt", "/etc/passwd", "C:\\evil.txt", "data/../../evil", "data\\events.jsonl", "data/Events.jsonl"]
EXTRA += [
    "./README.txt",
    "data//events.jsonl",
    "README.txt/",
    "README.txt\x00.exe",
    "evil/",
    "\u202e.txt",
    "x" * 60_000,
]


@pytest.mark.parametrize("name", EXTRA, ids=ascii)
def test_an_entry_with_another_name(genuine: Files, tmp_path: Path, trust_file: Path, name: str) -> None:
    info = zipfile.ZipInfo("placeholder")
    info.filename = name
    data = zipped(genuine, lambda archive: archive.writestr(info, b"x"))
    path = tmp_path / "p.zip"
    path.write_bytes(data)
    assert status(path, trust_file) == 1
    assert any("does not belong" in fault for fault in read_zip(data).faults)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["p.zip", "trust.json"], "nothing is ever unpacked"


def test_the_same_entry_twice_with_the_genuine_one_last_or_first(
    genuine: Files, tmp_path: Path, trust_file: Path
) -> None:
    forged = genuine[package.EVENTS].replace(b"miedo", b"prisa")
    for first, second in ((forged, genuine[package.EVENTS]), (genuine[package.EVENTS], forged)):
        rest = {n: d for n, d in genuine.items() if n != package.EVENTS}

        def both(archive: zipfile.ZipFile, one: bytes = first, two: bytes = second) -> None:
            archive.writestr(package.EVENTS, one)
            with pytest.warns(UserWarning, match="Duplicate"):
                archive.writestr(package.EVENTS, two)

        path = tmp_path / "p.zip"
        path.write_bytes(zipped(rest, both))
        assert status(path, trust_file) == 1
        assert f"{package.EVENTS} is there twice" in read(path).faults


def test_an_entry_that_is_a_link(genuine: Files, tmp_path: Path, trust_file: Path) -> None:
    rest = {n: d for n, d in genuine.items() if n != package.EVENTS}
    link = entry(package.EVENTS, stat.S_IFLNK | 0o777)
    path = tmp_path / "p.zip"
    path.write_bytes(zipped(rest, lambda archive: archive.writestr(link, b"/etc/passwd")))
    assert status(path, trust_file) == 1
    assert f"{package.EVENTS} is not a regular file" in read(path).faults


def test_a_bomb_is_not_unpacked_beyond_the_bound(
    genuine: Files, tmp_path: Path, trust_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "MAX_FILE_BYTES", 1024 * 1024)
    bomb = {**genuine, package.PDF: b"\0" * (32 * 1024 * 1024)}
    data = zipped(bomb, compression=zipfile.ZIP_DEFLATED)
    path = tmp_path / "p.zip"
    path.write_bytes(data)
    assert status(path, trust_file) == 1
    assert read_zip(data).files[package.PDF] == b""


def test_files_that_are_large_together_are_not_all_unpacked(genuine: Files, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "MAX_ZIP_BYTES", 1024 * 1024)
    data = zipped(dict.fromkeys(genuine, b"\0" * 300 * 1024), compression=zipfile.ZIP_DEFLATED)
    monkeypatch.setattr(container, "write", lambda _: pytest.fail("what is compressed is none of ours"))
    contents = read_zip(data)
    assert sum(map(len, contents.files.values())) <= 1024 * 1024
    assert sum("is too large" in fault for fault in contents.faults) == len(genuine) - 3
    assert contents.exact is False


@pytest.mark.parametrize("record", [b"\n", b"[{}]\n", b"{}\n"])
def test_a_large_record_that_nobody_signed_is_not_taken_apart(
    genuine: Files, world: World, record: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A few kilobytes of ZIP would otherwise become gigabytes of values."""
    monkeypatch.setattr(history, "read", lambda _: pytest.fail("it was taken apart"))
    report = verify(Contents({**genuine, package.EVENTS: record * (9 * 1024 * 1024 // len(record))}, ()), world.trust())
    assert report.verdict is Verdict.TAMPERED
    assert any("was not looked at" in check.detail for check in report.checks)


def test_a_large_record_that_was_sealed_is_checked_as_any_other(
    genuine: Files, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(verifier, "_LARGEST_UNSEALED", len(genuine[package.EVENTS]) - 1)
    assert verify(Contents(genuine, ()), world.trust()).verdict is Verdict.VERIFIED
    other = verify(Contents({**genuine, package.EVENTS: genuine[package.EVENTS] + b"\n"}, ()), world.trust())
    assert "was not looked at" in next(check.detail for check in other.checks if check.passed is None)


def test_a_bomb_among_the_extra_entries_is_not_even_opened(genuine: Files, monkeypatch: pytest.MonkeyPatch) -> None:
    data = zipped({**genuine, "bomb": b"\0" * 1024}, compression=zipfile.ZIP_DEFLATED)
    opened: list[str] = []
    original = zipfile.ZipFile.open

    def watched(self: zipfile.ZipFile, name: zipfile.ZipInfo, *rest: object) -> object:
        opened.append(name.filename)
        return original(self, name, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(zipfile.ZipFile, "open", watched)
    read_zip(data)
    assert opened
    assert "bomb" not in opened


def test_an_encrypted_entry(genuine: Files, tmp_path: Path, trust_file: Path) -> None:
    data = bytearray(zipped(genuine))
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(signature) + offset] |= 1
    path = tmp_path / "p.zip"
    path.write_bytes(bytes(data))
    assert status(path, trust_file) == 1


def test_a_zip_with_far_too_many_entries(genuine: Files, tmp_path: Path, trust_file: Path) -> None:
    many = {**genuine, **{f"{n}": b"" for n in range(reading.MAX_ENTRIES)}}
    path = tmp_path / "p.zip"
    path.write_bytes(zipped(many))
    assert status(path, trust_file) == 2


def test_a_zip_beyond_the_bound(
    genuine: Files, tmp_path: Path, trust_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "MAX_ZIP_BYTES", 1_000)
    path = tmp_path / "p.zip"
    path.write_bytes(zipped(genuine))
    assert status(path, trust_file) == 2


@pytest.mark.parametrize("data", [b"", b"PK", b"not a zip at all", b"PK\x05\x06" + b"\0" * 18, b"\0" * 10_000])
def test_what_is_no_zip_or_holds_nothing_is_never_verified(tmp_path: Path, trust_file: Path, data: bytes) -> None:
    path = tmp_path / "p.zip"
    path.write_bytes(data)
    assert status(path, trust_file) in (1, 2)


def test_a_file_that_is_no_zip_cannot_be_opened() -> None:
    with pytest.raises(Unreadable):
        read_zip(b"%PDF-1.7")
