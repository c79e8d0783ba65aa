"""Ports and places of a local Harbour."""

from __future__ import annotations

from pathlib import Path

import pytest

from infra.local.instance import ROOT, Instance, Ports


def test_the_usual_ports_are_those_that_the_documentation_names() -> None:
    assert Ports.from_environment({}) == Ports(cloud=4566, pages=8600, force=8601, translate=8602, crime=8603)


def test_each_port_can_be_chosen() -> None:
    chosen = {
        "HARBOUR_CLOUD_PORT": "1",
        "HARBOUR_PAGES_PORT": "2",
        "HARBOUR_FORCE_PORT": " 3 ",
        "HARBOUR_TRANSLATE_PORT": "4",
        "HARBOUR_CRIME_PORT": "5",
    }
    assert Ports.from_environment(chosen) == Ports(cloud=1, pages=2, force=3, translate=4, crime=5)


@pytest.mark.parametrize("text", ["0", "65536", "-1", "http", "80.5", "٤"])
def test_what_is_no_port_is_refused_with_the_variables_name(text: str) -> None:
    with pytest.raises(ValueError, match="HARBOUR_PAGES_PORT"):
        Ports.from_environment({"HARBOUR_PAGES_PORT": text})


def test_two_parts_cannot_share_a_port() -> None:
    with pytest.raises(ValueError, match="own"):
        Ports.from_environment({"HARBOUR_PAGES_PORT": "8601"})


def test_an_instance_lives_where_the_variable_says() -> None:
    assert Instance.of_this_checkout({"HARBOUR_HOME": "/tmp/other"}).home == Path("/tmp/other")  # noqa: S108
    assert Instance.of_this_checkout({}).home == ROOT / ".harbour"


def test_paths_are_shown_as_a_person_in_the_checkout_would_type_them() -> None:
    instance = Instance(ROOT / ".harbour", Ports())
    assert instance.shown(instance.trust_json) == ".harbour/trust.json"
    assert instance.shown(Path("/elsewhere/x")) == "/elsewhere/x"
