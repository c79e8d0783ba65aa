"""Synthesised templates as plain data, with the few questions that tests ask of them."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

STACKS = ("HarbourData", "HarbourIdentity", "HarbourChat", "HarbourPortal", "HarbourPages")

Json = dict[str, Any]


@dataclass(frozen=True)
class Template:
    """One stack's template."""

    name: str
    document: Json

    def resources(self, kind: str) -> dict[str, Json]:
        """Logical id → resource, of one CloudFormation type."""
        return {id_: found for id_, found in self.document["Resources"].items() if found["Type"] == kind}

    def properties(self, kind: str) -> dict[str, Json]:
        """Logical id → properties, of one CloudFormation type."""
        return {id_: found.get("Properties", {}) for id_, found in self.resources(kind).items()}

    def only(self, kind: str) -> Json:
        """Properties of the one resource of that type."""
        (found,) = self.properties(kind).values()
        return found

    def outputs(self) -> set[str]:
        """Names of the outputs that we chose (CDK adds some of its own)."""
        return {name for name in self.document.get("Outputs", {}) if not name.startswith("PublishOutput")}


@dataclass(frozen=True)
class Assembly:
    """All stacks of one deployment."""

    folder: Path
    manifest: Json
    stacks: dict[str, Template]

    @classmethod
    def read(cls, folder: Path) -> Self:
        """What `cdk.App.synth` wrote."""
        manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
        stacks = {
            name: Template(name, json.loads((folder / f"{name}.template.json").read_text(encoding="utf-8")))
            for name in STACKS
        }
        return cls(folder, manifest, stacks)

    @property
    def data(self) -> Template:
        return self.stacks["HarbourData"]

    @property
    def identity(self) -> Template:
        return self.stacks["HarbourIdentity"]

    @property
    def chat(self) -> Template:
        return self.stacks["HarbourChat"]

    @property
    def portal(self) -> Template:
        return self.stacks["HarbourPortal"]

    @property
    def pages(self) -> Template:
        return self.stacks["HarbourPages"]

    def properties(self, kind: str) -> dict[str, Json]:
        """``Stack/LogicalId`` → properties, of one type in all stacks."""
        return {
            f"{stack.name}/{id_}": found
            for stack in self.stacks.values()
            for id_, found in stack.properties(kind).items()
        }

    def resources(self) -> dict[str, Json]:
        """``Stack/LogicalId`` → resource, all of them."""
        return {
            f"{stack.name}/{id_}": found
            for stack in self.stacks.values()
            for id_, found in stack.document["Resources"].items()
        }


def function_name(logical_id: str) -> str:
    """``sign_in`` for ``SignInFunction3C…``: the part's name, mostly also its folder's below ``functions/``."""
    name = re.split(r"Function|Role", logical_id)[0]
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower()
