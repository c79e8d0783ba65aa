"""The layers that functions are made of, as zips that were built ahead."""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

from aws_cdk import RemovalPolicy
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from infra.config.settings import Settings
from infra.layers import Assets

_DESCRIPTIONS: Final = MappingProxyType(
    {
        "harbour": "What Harbour knows and does",
        "vendor": "Third-party packages",
        "render": "Typst and fonts",
        "casework": "Third-party packages of the portal",
    }
)


def layer_versions(
    scope: Construct, *names: str, assets: Assets, settings: Settings
) -> dict[str, lambda_.LayerVersion]:
    """Layers by name, in the order of ``names``."""
    target = settings.target
    return {
        name: lambda_.LayerVersion(
            scope,
            f"{name.title()}Layer",
            description=_DESCRIPTIONS[name],
            code=lambda_.Code.from_asset(str(assets.layer(name))),
            compatible_runtimes=[lambda_.Runtime(f"python{target.python}", lambda_.RuntimeFamily.PYTHON)],
            removal_policy=RemovalPolicy.DESTROY,
        )
        for name in names
    }
