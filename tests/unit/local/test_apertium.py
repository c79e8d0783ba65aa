"""Plain text goes through Apertium's stream format and comes back plain; a pipeline that fails is replaced."""

from __future__ import annotations

import stat
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from infra.local import apertium
from infra.local.apertium import Apertium, EngineFailed, NoSuchPair

# Speaks like one of Apertium's programs: a text ends with a zero byte, and so does the answer.
PROGRAM = """\
import sys
while True:
    text = b""
    while not text.endswith(b"\\0"):
        byte = sys.stdin.buffer.read(1)
        if not byte:
            sys.exit()
        text += byte
    text = text[:-1]
    if b"break" in text:
        sys.exit(1)
    if b"sleep" in text:
        continue
    if b"twice" in text:
        text += b"\\0" + text
    sys.stdout.buffer.write(text.replace(b"hola", b"hello") + b"\\0")
    sys.stdout.buffer.flush()
"""


@pytest.fixture
def engine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Apertium]:
    program = tmp_path / "translator"
    program.write_text(f"#!{sys.executable}\n{PROGRAM}", "utf-8")
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    modes = tmp_path / "modes"
    modes.mkdir()
    (modes / "spa-eng.mode").write_text(f"{program} $1 | {program} $2 '{tmp_path}'\n", "utf-8")
    monkeypatch.setattr("infra.local.apertium.shutil.which", lambda _: "/usr/bin/lt-proc")
    made = Apertium([modes], seconds=1)
    yield made
    made.close()


def test_each_program_of_a_mode_is_told_to_end_texts_at_a_zero_byte_and_to_mark_no_word() -> None:
    mode = "lt-proc '/a b.bin' | apertium-tagger -g $2 /p.prob | lt-proc $1 /g.bin\n"
    assert apertium._commands(mode) == [
        ["lt-proc", "-z", "/a b.bin"],
        ["apertium-tagger", "-z", "-g", "/p.prob"],
        ["lt-proc", "-z", "-n", "/g.bin"],
    ]


@given(st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"])))
def test_what_no_program_changes_comes_back_as_it_was(text: str) -> None:
    assert apertium._from_stream(apertium._to_stream(text), text) == text


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_nothing_in_a_text_can_pose_as_apertiums_own_marks(text: str) -> None:
    stream = apertium._to_stream(text)
    bare = stream.replace("[\n]", "").replace(".[]", "")
    assert "\0" not in stream
    assert all(bare[i - 1] == "\\" or bare[i] not in "[]{}^$@/<>" for i in range(len(bare)))


def test_a_text_keeps_its_lines_and_the_white_space_around_them(engine: Apertium) -> None:
    assert engine.translate("  hola [x]\n\nhola /  ", "es", "en") == "  hello [x]\n\nhello /  "


def test_a_pair_that_is_not_installed_has_no_engine(engine: Apertium) -> None:
    with pytest.raises(NoSuchPair):
        engine.translate("hello", "en", "es")
    with pytest.raises(NoSuchPair):
        engine.translate("witaj", "xx", "en")


@pytest.mark.parametrize("trouble", ["break", "twice", "sleep"])
def test_after_trouble_the_next_text_is_translated_by_a_new_pipeline(engine: Apertium, trouble: str) -> None:
    with pytest.raises(EngineFailed):
        engine.translate(trouble, "es", "en")
    assert engine.translate("hola", "es", "en") == "hello"


def test_the_directions_are_those_whose_modes_are_installed(engine: Apertium) -> None:
    assert engine.directions() == [("es", "en"), ("es-MX", "en")]
