from __future__ import annotations

import importlib.util
import os
from pathlib import Path

import pytest

from harbour.evidence import trust
from tests.unit.evidence.conversations import FULL, record_of
from tests.unit.evidence.world import World

FONT_LAYER = Path(__file__).parents[3] / "layers" / "fonts" / "build.py"


@pytest.fixture
def world() -> World:
    world = World()
    world.add(record_of(FULL))
    return world


@pytest.fixture
def trust_file(world: World, tmp_path: Path) -> Path:
    path = tmp_path / "trust.json"
    path.write_bytes(trust.document("eastshire", [world.key.trusted()]))
    return path


@pytest.fixture(scope="session")
def fonts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that the font layer becomes."""
    if "HARBOUR_FONTS" in os.environ:
        return Path(os.environ["HARBOUR_FONTS"])
    spec = importlib.util.spec_from_file_location("font_layer", FONT_LAYER)
    assert spec
    assert spec.loader
    layer = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(layer)
    folder = tmp_path_factory.mktemp("fonts")
    try:
        layer.build(folder)
    except layer.NotInstalled as error:
        pytest.fail(str(error))
    return folder
