"""A machine that lacks something is told so in one line that says what to do."""

from __future__ import annotations

import ast
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from infra.local import bootstrap

SOURCE = Path(bootstrap.__file__)


def test_an_old_python_can_parse_it_to_say_that_it_is_too_old() -> None:
    ast.parse(SOURCE.read_text("utf-8"), feature_version=(3, 8))


def test_it_needs_nothing_but_the_standard_library() -> None:
    imported = {
        name.split(".")[0]
        for node in ast.walk(ast.parse(SOURCE.read_text("utf-8")))
        for name in (
            [alias.name for alias in node.names]
            if isinstance(node, ast.Import)
            else [node.module or ""]
            if isinstance(node, ast.ImportFrom)
            else []
        )
    }
    assert imported <= {
        "__future__", "collections", "contextlib", "fcntl", "hashlib", "json", "os", "pathlib", "platform", "shutil",
        "subprocess", "sys", "time",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("output", "advice"),
    [
        ("error: Failed to fetch: `x`\n  Caused by: dns error: failed to lookup address information", "network"),
        ("npm error code ENOTFOUND", "network"),
        ("ERROR: Could not find a version that satisfies the requirement uv (from versions: none)", "network"),
        ("OSError: [Errno 28] No space left on device", "disk is full"),
        ("error: command 'gcc' failed: No such file or directory", "compiler"),
        ("THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE: hash mismatch", "not the one"),
        ("npm error code EINTEGRITY", "not the one"),
    ],
)
def test_the_usual_reasons_are_told_with_what_to_do(output: str, advice: str) -> None:
    assert advice in (bootstrap.explain(output) or "")


def test_what_nobody_foresaw_is_not_explained_away() -> None:
    assert bootstrap.explain("a new kind of trouble") is None


def test_a_python_that_does_not_fit_is_named_with_those_that_do(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setattr(bootstrap, "VENV", tmp_path / "none")
    monkeypatch.setattr(bootstrap, "TOOLS", tmp_path / "tools")
    monkeypatch.setattr(shutil, "which", lambda _: None)
    monkeypatch.setattr(sys, "version_info", (3, 9, 2))
    monkeypatch.delenv("HARBOUR_PYTHON", raising=False)
    assert bootstrap.main(["python"]) == 1
    told = capsys.readouterr().err.strip().splitlines()
    assert len(told) == 1
    assert "3.11, 3.12 or 3.13" in told[0]
    assert "3.9" in told[0]


def test_what_has_not_changed_is_not_installed_again(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    installed: list[Sequence[str]] = []
    lock = tmp_path / "audit.lock"
    lock.write_text("one==1\n", "utf-8")
    program = tmp_path / "tools" / "audit" / "bin" / "pip-audit"
    program.parent.mkdir(parents=True)
    program.touch()
    monkeypatch.setattr(bootstrap, "TOOLS", tmp_path / "tools")
    monkeypatch.setattr(bootstrap, "LOCKS", tmp_path)
    monkeypatch.setattr(bootstrap, "prepare_python", lambda: None)
    monkeypatch.setattr(bootstrap, "_uv", lambda *arguments: installed.append(arguments))
    bootstrap.prepare_audit()
    first = len(installed)
    bootstrap.prepare_audit()
    assert len(installed) == first > 0
    lock.write_text("one==2\n", "utf-8")
    bootstrap.prepare_audit()
    assert len(installed) == 2 * first
