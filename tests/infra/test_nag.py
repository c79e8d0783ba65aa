"""cdk-nag's AwsSolutions rules: nothing is found but what was accepted, and nothing is accepted that is not found."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from infra import app
from infra.constructs.chalice_api import load_chalice_app
from infra.layers import StubAssets
from infra.stacks.acknowledged import accepted
from tests.infra.conftest import VARIANTS
from tests.infra.template import Assembly


@pytest.mark.parametrize("variant", ["dev", "prod", "federated", "oidc"])
def test_there_is_no_finding_that_was_not_accepted(synthesised: Callable[[str], Assembly], variant: str) -> None:
    synthesised(variant)  # raises on a finding


@pytest.mark.parametrize("variant", ["prod", "federated"])
def test_every_accepted_finding_is_one(variant: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = VARIANTS[variant]()
    apps = {name: load_chalice_app(name) for name in app.APPS}
    monkeypatch.setattr(app, "acknowledge", lambda *_: None)
    stacks = app.build(
        settings, StubAssets(tmp_path / "stubs"), apps, context=app.feature_flags(), outdir=str(tmp_path / "out")
    )
    with pytest.raises(RuntimeError, match="ValidationFailed"):
        stacks.app.synth()
    found = findings(tmp_path / "out")
    expected = [(entry.path, entry.rule) for entry in accepted(settings)]
    unused = [
        (path, rule)
        for path, rule in expected
        if not [place for place, id_ in found if id_ == rule and place.startswith(path + "/")]
    ]
    assert unused == []
    assert len(found) >= len(expected)


def test_every_accepted_finding_has_a_reason() -> None:
    for entry in accepted(VARIANTS["prod"]()):
        assert len(entry.reason.split()) >= 8, entry


def findings(folder: Path) -> list[tuple[str, str]]:
    """(construct path, rule) of cdk-nag's report."""
    report = json.loads((folder / "validation-report.json").read_text(encoding="utf-8"))
    return [
        (construct["constructPath"], violation["ruleName"])
        for plugin in report["pluginReports"]
        for violation in plugin["violations"]
        for construct in violation["violatingConstructs"]
    ]
