"""The signing key is changed: what the old one sealed verifies for good, and neither seals out of its time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from harbour.evidence import package, trust
from harbour.evidence.verify import main
from infra.delivery import trust as delivery
from infra.delivery.steps import CannotGoOn
from tests.unit.evidence.attacker import Files, sealed_by
from tests.unit.evidence.conversations import CONVERSATION, FULL, record_of
from tests.unit.evidence.world import LocalKey, World, packed

BEFORE = datetime(2026, 11, 22, 11, 0, tzinfo=UTC)
CHANGED = datetime(2027, 1, 4, 9, 30, tzinfo=UTC)
AFTER = CHANGED + timedelta(hours=1)


class Force:
    """Has published one key and then deployed another."""

    def __init__(self, folder: Path) -> None:
        self.old, self.new = LocalKey(), LocalKey()
        self.published = self._file(folder / "published.json", self.old, BEFORE - timedelta(days=300))
        self.deployed = self._file(folder / "deployed.json", self.new, CHANGED - timedelta(minutes=10))
        self.joined = folder / "joined.json"
        self._folder = folder

    def sealed(self, key: LocalKey, at: datetime) -> Files:
        """A package that says that it was sealed then."""
        world = World(key=key)
        world.add(record_of(FULL))
        world.clock.at = at
        return world.files()

    def judges(self, files: Files) -> int:
        path = self._folder / "package.zip"
        path.write_bytes(packed(files))
        return main([str(path), "--trust", str(self.joined), "--conversation", CONVERSATION])

    @staticmethod
    def _file(path: Path, key: LocalKey, since: datetime) -> Path:
        trusted = replace(key.trusted(), not_before=since, not_after=since + delivery.IN_USE)
        path.write_bytes(trust.document("eastshire", [trusted]))
        return path


@pytest.fixture
def force(tmp_path: Path) -> Force:
    return Force(tmp_path)


def join(force: Force, capfdbinary: pytest.CaptureFixture[bytes], *more: str, old: Path | None = None) -> int:
    status = delivery.main([str(old or force.published), str(force.deployed), *more])
    force.joined.write_bytes(capfdbinary.readouterr().out)
    return status


@pytest.fixture
def joined(force: Force, capfdbinary: pytest.CaptureFixture[bytes]) -> Force:
    assert join(force, capfdbinary, "--changed", CHANGED.isoformat()) == 0
    return force


def test_each_key_verifies_what_it_sealed_in_its_time(joined: Force) -> None:
    assert joined.judges(joined.sealed(joined.old, BEFORE)) == 0
    assert joined.judges(joined.sealed(joined.old, CHANGED)) == 0
    assert joined.judges(joined.sealed(joined.new, AFTER)) == 0


def test_no_key_verifies_what_it_sealed_out_of_its_time(joined: Force) -> None:
    assert joined.judges(joined.sealed(joined.old, AFTER)) == 1
    assert joined.judges(joined.sealed(joined.new, BEFORE)) == 1


def test_the_time_of_one_key_is_not_lent_to_the_other(joined: Force) -> None:
    """The statement names the key, and the copies must be that key's."""
    files = joined.sealed(joined.old, BEFORE)
    named = joined.new.trusted().fingerprint
    assert joined.judges(sealed_by(joined.old, files, fingerprint=named)) == 1
    assert joined.judges({**files, package.PUBLIC_KEY: joined.new.public_key()}) == 1


def test_a_stolen_key_counts_until_the_last_moment_that_is_sure(
    force: Force, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    assert join(force, capfdbinary, "--changed", (BEFORE - timedelta(days=1)).isoformat()) == 0
    assert force.judges(force.sealed(force.old, BEFORE)) == 1
    assert force.judges(force.sealed(force.new, AFTER)) == 0


def test_a_time_that_was_published_is_never_made_longer(
    joined: Force, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    first = joined.joined.read_bytes()
    assert join(joined, capfdbinary, "--changed", (AFTER + timedelta(days=9)).isoformat(), old=joined.joined) == 0
    assert joined.joined.read_bytes() == first


def test_unless_told_otherwise_the_old_key_ends_when_the_last_seals_are_done(
    force: Force, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    assert join(force, capfdbinary) == 0
    old, new = trust.read(force.joined.read_bytes()).keys
    assert abs(old.not_after - datetime.now(UTC) - delivery.LAST_SEALS) < timedelta(minutes=1)
    assert new.fingerprint == force.new.trusted().fingerprint


@pytest.mark.parametrize(
    ("other", "why"),
    [
        (trust.document("westshire", [LocalKey().trusted()]), "different forces"),
        (b"{}", "not a trust file"),
        (None, "No such file"),
    ],
)
def test_what_cannot_be_joined_is_said(
    force: Force, capfd: pytest.CaptureFixture[str], other: bytes | None, why: str
) -> None:
    force.published.unlink()
    if other is not None:
        force.published.write_bytes(other)
    assert delivery.main([str(force.published), str(force.deployed)]) == 1
    printed = capfd.readouterr()
    assert why in printed.err
    assert printed.out == ""


def test_a_time_without_its_offset_is_a_wrong_call(force: Force) -> None:
    with pytest.raises(SystemExit) as stopped:
        delivery.main([str(force.published), str(force.deployed), "--changed", "2027-01-04T09:30:00"])
    assert stopped.value.code == 2


class TestADeployment:
    def test_without_an_earlier_file_writes_its_own(self, force: Force, tmp_path: Path) -> None:
        newer = force.deployed.read_bytes()
        assert delivery.renewed(tmp_path / "nothing.json", newer, CHANGED) == newer

    def test_with_the_same_key_changes_nothing(self, force: Force) -> None:
        assert delivery.renewed(force.deployed, force.deployed.read_bytes(), AFTER) == force.deployed.read_bytes()

    def test_with_another_key_keeps_the_one_before(self, force: Force) -> None:
        keys = self._keys(delivery.renewed(force.published, force.deployed.read_bytes(), CHANGED))
        assert [key.fingerprint for key in keys] == [k.trusted().fingerprint for k in (force.old, force.new)]
        assert keys[0].not_after == CHANGED + delivery.LAST_SEALS

    def test_overwrites_no_file_that_it_does_not_understand(self, force: Force) -> None:
        force.published.write_bytes(b"{}")
        with pytest.raises(CannotGoOn, match="cannot be carried on"):
            delivery.renewed(force.published, force.deployed.read_bytes(), CHANGED)

    @staticmethod
    def _keys(data: bytes) -> Sequence[trust.TrustedKey]:
        return trust.read(data).keys
