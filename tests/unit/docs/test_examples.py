"""The examples in docstrings are run: what they show is what happens."""

from __future__ import annotations

import doctest
import importlib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
SOURCES = {"layers/harbour/python": "harbour", ".": "infra"}
MODULES = sorted(
    ".".join(path.relative_to(ROOT / base).with_suffix("").parts)
    for base, package in SOURCES.items()
    for path in (ROOT / base / package).rglob("*.py")
    if ">>> " in path.read_text("utf-8")
)


@pytest.mark.parametrize("name", MODULES)
def test_the_examples_of_a_module_hold(name: str) -> None:
    failed, tried = doctest.testmod(importlib.import_module(name))
    assert tried
    assert not failed
