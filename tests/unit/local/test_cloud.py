"""What the embedded cloud kept, under another port."""

from __future__ import annotations

from pathlib import Path

import pytest

from infra.local.cloud import readdress


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    (tmp_path / "sqs.json").write_text('{"http://localhost:4566/000000000000/seals": {"port": 45660}}', "utf-8")
    (tmp_path / "lambda.json").write_text('["http://localhost:4566/000000000000/seals", "localhost:45661"]', "utf-8")
    (tmp_path / "kms.json").write_text('["a key"]', "utf-8")
    return tmp_path


def test_it_says_the_port_that_is_used_now(kept: Path) -> None:
    readdress(kept, 7000)
    assert (kept / "sqs.json").read_text("utf-8") == '{"http://localhost:7000/000000000000/seals": {"port": 45660}}'
    assert (kept / "lambda.json").read_text("utf-8") == (
        '["http://localhost:7000/000000000000/seals", "localhost:45661"]'
    )
    assert sorted(file.name for file in kept.iterdir()) == ["kms.json", "lambda.json", "sqs.json"]


def test_one_that_was_cut_short_is_done_by_the_next(kept: Path) -> None:
    (kept / "lambda.json").write_text('["http://localhost:7000/000000000000/seals"]', "utf-8")
    readdress(kept, 7000)
    assert "localhost:7000" in (kept / "sqs.json").read_text("utf-8")
    assert "localhost:7000" in (kept / "lambda.json").read_text("utf-8")


def test_nothing_is_written_under_the_same_port_or_where_nothing_was_kept(kept: Path, tmp_path: Path) -> None:
    before = {file: file.stat().st_ino for file in kept.iterdir()}
    readdress(kept, 4566)
    assert {file: file.stat().st_ino for file in kept.iterdir()} == before
    readdress(tmp_path / "nothing", 4566)
