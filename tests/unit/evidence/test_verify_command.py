"""``harbour-verify``: what it prints, in words and as JSON, and that it needs nothing of ours but itself."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from harbour.evidence import package, verify
from harbour.evidence.package import write_folder
from harbour.evidence.verify import NOT_PROVED, main
from tests.unit.evidence.conversations import CONVERSATION
from tests.unit.evidence.world import World

SOURCES = Path(__file__).parents[3] / "layers" / "harbour" / "python"


@pytest.fixture
def folder(world: World, tmp_path: Path) -> Path:
    write_folder(world.files(), tmp_path / "package")
    return tmp_path / "package"


def test_it_prints_every_check_what_was_sealed_and_what_is_not_proved(
    folder: Path, trust_file: Path, world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([str(folder), "--trust", str(trust_file), "--conversation", CONVERSATION]) == 0
    printed = capsys.readouterr().out
    assert printed.rstrip().endswith("VERIFIED")
    assert f"Conversation:        {CONVERSATION}" in printed
    assert world.key.trusted().fingerprint in printed
    assert "11, from 2026-11-22T10:00:00.123Z to 2026-11-22T10:02:50.123Z" in printed
    assert printed.count("\nok    ") == 22
    assert "FAIL" not in printed
    for item in NOT_PROVED:
        assert f"  - {item}" in printed


def test_it_tells_the_check_sum_of_a_zip_to_compare_with_the_stores(
    world: World, tmp_path: Path, trust_file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "package.zip").write_bytes(world.package())
    assert main([str(tmp_path / "package.zip"), "--trust", str(trust_file)]) == 0
    assert f"SHA-256 of the file: {world.records.sealed[CONVERSATION].sha256}\n" in capsys.readouterr().out


def test_it_says_so_if_nobody_told_which_conversation_this_should_be(
    folder: Path, trust_file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([str(folder), "--trust", str(trust_file)]) == 0
    assert "Note: Nobody said which conversation this should be" in capsys.readouterr().out


def test_it_names_the_check_that_failed(folder: Path, trust_file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / package.PDF).write_bytes(b"%PDF-1.7 another")
    assert main([str(folder), "--trust", str(trust_file)]) == 1
    printed = capsys.readouterr().out
    assert "FAIL  every bound file is the one that was sealed: data/transcript.pdf is another" in printed
    assert printed.rstrip().endswith("TAMPERED")


def test_what_a_file_manager_left_behind_is_told_from_what_was_sealed(
    folder: Path, world: World, trust_file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Who only looked into the folder must learn how to go on. The folder is not the one that was sealed."""
    (folder / ".DS_Store").write_bytes(b"Bud1")
    assert main([str(folder), "--trust", str(trust_file)]) == 1
    printed = capsys.readouterr().out
    assert "'.DS_Store' does not belong to the package" in printed
    assert "check the ZIP file as it was downloaded" in printed
    (folder.parent / "package.zip").write_bytes(world.package())
    assert main([str(folder.parent / "package.zip"), "--trust", str(trust_file)]) == 0
    assert "file managers" not in capsys.readouterr().out.lower()


def test_nothing_that_was_not_signed_is_shown_as_if_it_were(
    folder: Path, trust_file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / package.ENVELOPE).write_bytes((folder / package.ENVELOPE).read_bytes().replace(b"a", b"b", 1))
    assert main([str(folder), "--trust", str(trust_file)]) == 1
    printed = capsys.readouterr().out
    assert "Conversation:" not in printed
    assert "--    every bound file is the one that was sealed: there is no statement to rely on" in printed


def test_the_same_as_json(folder: Path, trust_file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(folder), "--trust", str(trust_file), "--conversation", CONVERSATION, "--json"]) == 0
    report = json.loads(capsys.readouterr().out)
    assert (report["verdict"], report["exit_status"], report["conversation"]) == ("verified", 0, CONVERSATION)
    assert all(check["passed"] for check in report["checks"])
    assert report["not_proved"] == list(NOT_PROVED)
    (folder / package.MANIFEST).unlink()
    assert main([str(folder), "--trust", str(trust_file), "--json"]) == 1
    report = json.loads(capsys.readouterr().out)
    assert report["verdict"] == "tampered"
    assert [c["name"] for c in report["checks"] if c["passed"] is False] == [
        "it has the files of a package and no others",
        "the manifest lists the files as they are",
    ]


def test_the_reason_why_it_cannot_verify(tmp_path: Path, trust_file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(tmp_path / "nothing"), "--trust", str(trust_file), "--json"]) == 2
    report = json.loads(capsys.readouterr().out)
    assert report["verdict"] == "cannot verify"
    assert report["reason"] == "the package: there is no such file or folder"


def test_a_fault_of_the_program_is_no_finding_about_the_package(
    folder: Path, trust_file: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(*_: object) -> None:
        raise KeyError

    monkeypatch.setattr(verify, "verify", broken)
    assert main([str(folder), "--trust", str(trust_file)]) == 2
    assert "this program failed (KeyError)" in capsys.readouterr().out


def test_without_a_trust_file_it_asks_for_one(folder: Path) -> None:
    with pytest.raises(SystemExit) as stopped:
        main([str(folder)])
    assert stopped.value.code == 2


@pytest.mark.parametrize("number", ["", "5f", CONVERSATION + "0", CONVERSATION[:-1] + "g", "٥" * 32])
def test_a_number_that_is_no_conversations_is_a_wrong_call_and_no_finding(
    folder: Path, trust_file: Path, number: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as stopped:
        main([str(folder), "--trust", str(trust_file), "--conversation", number])
    assert stopped.value.code == 2
    assert "has 32 digits" in capsys.readouterr().err


def test_a_number_may_be_in_capitals_and_have_blanks_around_it(folder: Path, trust_file: Path) -> None:
    assert main([str(folder), "--trust", str(trust_file), "--conversation", f" {CONVERSATION.upper()}\n"]) == 0


@pytest.mark.parametrize(("redirection", "status"), [(">/dev/full", 2), (">&-", 0), ("| true", 2)])
def test_a_report_that_nobody_can_read_is_no_finding(
    folder: Path, trust_file: Path, redirection: str, status: int
) -> None:
    """Python ends with 1 after any fault, and here 1 says: tampered. Asked for its status alone, it gives that."""
    line = f'sleep 1 | "$0" -m harbour.evidence.verify "$1" --trust "$2" {redirection}; echo "${{PIPESTATUS[1]}}" >&2'
    done = subprocess.run(
        ["bash", "-c", line, sys.executable, str(folder), str(trust_file)],
        env={"PYTHONPATH": str(SOURCES)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stderr.splitlines()[-1] == str(status)
    assert "Traceback" not in done.stderr
    assert "Exception" not in done.stderr


def test_it_runs_with_the_standard_library_cryptography_and_rfc8785_alone(folder: Path, trust_file: Path) -> None:
    """No AWS, no typesetter, no web: what a court's expert must install stays small."""
    script = (
        "import sys\n"
        "from harbour.evidence.verify import main\n"
        "status = main(sys.argv[1:])\n"
        "outside = {name.partition('.')[0] for name in sys.modules} - set(sys.stdlib_module_names)\n"
        "outside -= {'harbour', '__main__', 'rfc8785', 'cryptography', '_cffi_backend'}\n"
        "outside = {m for m in outside if getattr(sys.modules.get(m), '__file__', None)}\n"
        "outside = {m for m in outside if not m.startswith(('_', 'sitecustomize', 'usercustomize'))}\n"
        "assert not outside, outside\n"
        "assert 'socket' not in sys.modules and 'ssl' not in sys.modules\n"
        "sys.exit(status)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(folder), "--trust", str(trust_file)],
        env={"PYTHONPATH": str(SOURCES)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def test_writing_a_folder_never_mixes_two_packages(world: World, folder: Path) -> None:
    with pytest.raises(FileExistsError):
        write_folder(world.files(), folder)
