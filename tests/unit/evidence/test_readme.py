"""The README's steps, run as they stand, by somebody who has bash, openssl and sha256sum and nothing of ours."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import pytest

from harbour.evidence import package
from tests.unit.evidence.attacker import Files, events_in, sealed_by, with_events, with_manifest, write
from tests.unit.evidence.conversations import CONVERSATION, FULL, OPENED, Step, chained_again, record_of, said
from tests.unit.evidence.world import LocalKey, World

STEPS = 7


def steps_of(readme: str) -> tuple[str, list[str]]:
    """The commands (indented by four spaces), in order, and what one must see."""
    lines = readme.splitlines()
    start, end = lines.index("How to check it"), lines.index("What this proves")
    commands = [line[4:] for line in lines[start:end] if line.startswith("    ")]
    expected = [line.split("You must see: ")[1] for line in lines if "You must see: " in line]
    return "\n".join(commands), expected


class Reader:
    """Follows the README in a folder, beside which lies the key that the force gave out."""

    def __init__(self, folder: Path, key: LocalKey, named: str = "../trusted.pem") -> None:
        self._folder = folder
        self._named = named
        (folder.parent / "trusted.pem").write_bytes(key.public_key())

    def follows(self) -> str:
        commands, _ = steps_of((self._folder / "README.txt").read_text("utf-8"))
        commands = commands.replace("TRUSTED=../trusted.pem", f"TRUSTED={self._named}")
        done = subprocess.run(
            ["bash", "-c", commands], cwd=self._folder, capture_output=True, text=True, check=False, timeout=30
        )
        return done.stdout

    def is_satisfied(self) -> bool:
        _, expected = steps_of(package.readme(CONVERSATION).decode())
        seen = self.follows().splitlines()
        return all(line in seen for line in expected)


@pytest.fixture
def genuine(world: World) -> Files:
    return world.files()


def reader(files: Files, world: World, folder: Path) -> Reader:
    return Reader(write(files, folder / "package"), world.key)


def test_the_readme_has_all_its_steps() -> None:
    readme = package.readme(CONVERSATION).decode("ascii")
    commands, expected = steps_of(readme)
    assert [line[0] for line in readme.splitlines() if re.match(r"\d\. ", line)] == list("1234567"[:STEPS])
    assert len(expected) == 9
    assert f"Conversation: {CONVERSATION}" in readme
    assert "@CONVERSATION@" not in readme
    used = set(re.findall(r"(?:^|[|(;{&]|do|\$\()\s*([a-z0-9]+)", commands))
    assert not used & {"python", "python3", "node", "curl", "jq", "perl", "awk"}


def test_a_genuine_package_satisfies_every_step(genuine: Files, world: World, tmp_path: Path) -> None:
    assert reader(genuine, world, tmp_path).is_satisfied()


def test_the_steps_print_the_fingerprint_and_the_conversation(genuine: Files, world: World, tmp_path: Path) -> None:
    printed = reader(genuine, world, tmp_path).follows()
    assert world.key.trusted().fingerprint in printed
    assert f'"conversation":"{CONVERSATION}"' in printed
    assert '"sealed_at":"2026-11-22T11:00:00.000Z"' in printed


def test_who_was_given_a_fingerprint_only_takes_the_key_of_the_package(
    genuine: Files, world: World, tmp_path: Path
) -> None:
    """All steps then succeed with a forgery too: the number that the first one prints is what tells it."""
    forged = sealed_by(attacker := LocalKey(), with_events(genuine, chained_again(events_in(edited(genuine)))))
    for name, files, key in (("genuine", genuine, world.key), ("forged", forged, attacker)):
        reads = Reader(write(files, tmp_path / name / "package"), world.key, "seal/public-key.pem")
        assert reads.is_satisfied()
        assert reads.follows().split()[0] == key.trusted().fingerprint


NASTY = [
    '"},"head":{"commit":"0"},"salt":"00"}',
    "\\n \\ \\\\ \\x41 %s %d $(id) `id` $HOME",
    "مرحبا \u202e 👍🏽 \x00\x07 é e\u0301",
    "'; exit 0; '",
    "a\nb\r\nc\t",
    '{"body":{},"head":{}}',
]


def test_the_steps_work_whatever_was_typed(world: World, tmp_path: Path) -> None:
    steps: list[Step] = [OPENED, *(("message", "visitor", said(t, "es", "en", t)) for t in NASTY), FULL[-1]]
    world.add(record_of(steps))
    assert reader(world.files(), world, tmp_path).is_satisfied()


def edited(files: Files) -> Files:
    events = events_in(files)
    return with_events(files, [*events[:1], replace(events[1], body={**events[1].body, "text": "No."}), *events[2:]])


TAMPERED = {
    "a text is edited": lambda f, _: edited(f),
    "a text is edited and all is recomputed": lambda f, _: with_events(f, chained_again(events_in(edited(f)))),
    "all is sealed with the attacker's key": lambda f, _: sealed_by(LocalKey(), edited(f)),
    "the end is cut off": lambda f, _: with_events(f, events_in(f)[:-2]),
    "a rendition is edited": lambda f, _: with_manifest({**f, package.HTML: f[package.HTML] + b" "}),
    "a file is added": lambda f, _: with_manifest({**f, "data/more.txt": b"x"}),
    "a file is added and not listed": lambda f, _: {**f, "data/more.txt": b"x"},
    "the statement that one reads is another": lambda f, _: with_manifest(
        {**f, package.STATEMENT: f[package.STATEMENT].replace(b"officer", b"visitor")}
    ),
    "a file is missing": lambda f, _: {n: d for n, d in f.items() if n != package.ENVELOPE},
    "the record is broken under the force's own signature": lambda f, key: sealed_by(key, edited(f)),
}


@pytest.mark.parametrize("tamper", TAMPERED.values(), ids=TAMPERED)
def test_a_tampered_package_fails_some_step(genuine: Files, world: World, tmp_path: Path, tamper: object) -> None:
    assert callable(tamper)
    assert not reader(tamper(genuine, world.key), world, tmp_path).is_satisfied()


def test_the_readme_fits_a_plain_screen() -> None:
    lines: Iterable[str] = package.readme(CONVERSATION).decode("ascii").splitlines()
    assert all(len(line) <= 80 for line in lines if not line.startswith("    "))


def test_the_readme_names_every_file() -> None:
    readme = package.readme(CONVERSATION).decode("ascii")
    assert all(name in readme for name in package.FILES)
