"""What a force changes, beside the data that everybody shares."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from importlib import resources
from pathlib import Path

import pytest

from harbour.notification import catalogue


@pytest.fixture
def forces(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A copy of the data, with a folder for what forces change."""
    with resources.as_file(resources.files("harbour.notification")) as package:
        shutil.copytree(package / "data", tmp_path / "data")
    (tmp_path / "data" / "forces").mkdir(exist_ok=True)
    real = resources.files
    monkeypatch.setattr(
        "harbour.notification.catalogue.resources.files",
        lambda package: tmp_path if package == "harbour.notification" else real(package),
    )
    caches = (catalogue.message_types, catalogue._by_trigger)
    for one in caches:
        one.cache_clear()
    yield tmp_path / "data" / "forces"
    for one in caches:
        one.cache_clear()
