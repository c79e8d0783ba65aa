"""The CDK app: ``cdk synth -c env=local|dev|prod``. It makes no AWS call.

Context
-------
env
    Environment; needed.
force
    Which force; ``eastshire`` unless given.
cloud_port, pages_port, crime_port
    Ports of the embedded cloud, the pages and the crime systems' simulator, for ``env=local`` only.
assets
    ``stub`` to look at templates without building functions and layers. Never deploy that.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import aws_cdk as cdk
from cdk_nag import AwsSolutionsChecks
from chalice.app import Chalice

from infra.aspects.embedded_cloud import EmbeddedCloud
from infra.config.settings import (
    EASTSHIRE,
    LOCAL_CRIME_PORT,
    LOCAL_PAGES_PORT,
    LOCAL_PORT,
    Settings,
    SettingsError,
    settings_for,
)
from infra.constructs.chalice_api import load_chalice_app
from infra.layers import Assets, BuiltAssets, StubAssets, TargetUnavailableError
from infra.layers.target import ROOT
from infra.stacks.acknowledged import acknowledge
from infra.stacks.chat import HarbourChat
from infra.stacks.data import HarbourData
from infra.stacks.identity import HarbourIdentity
from infra.stacks.pages import HarbourPages
from infra.stacks.portal import HarbourPortal

APPS: Final = ("visitor", "console", "webhooks", "sign_in", "portal", "oversight")
"""Functions that are Chalice apps: their routes become the REST APIs' routes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Harbour:
    """The app and its stacks, in the order in which they are deployed."""

    app: cdk.App
    data: HarbourData
    identity: HarbourIdentity
    chat: HarbourChat
    portal: HarbourPortal
    pages: HarbourPages

    @property
    def stacks(self) -> tuple[cdk.Stack, ...]:
        """All of them."""
        return (self.data, self.identity, self.chat, self.portal, self.pages)


def build(
    settings: Settings,
    assets: Assets,
    apps: Mapping[str, Chalice],
    *,
    context: Mapping[str, object] | None = None,
    outdir: str | None = None,
) -> Harbour:
    """Make the app for one deployment; `cdk.App.synth` writes its templates.

    Parameters
    ----------
    apps
        The Chalice apps of `APPS`.
    context
        CDK's feature flags, when not called by the CDK command line (which hands over those of cdk.json).
    outdir
        Where to write; the command line says it otherwise.
    """
    app = cdk.App(context=dict(context) if context is not None else None, outdir=outdir)
    here = cdk.Environment(account=settings.account, region=settings.region)
    edge = cdk.Environment(account=settings.account, region=settings.edge_region)

    def options(env: cdk.Environment, description: str) -> dict[str, object]:
        return {
            "env": env,
            "description": f"{description} ({settings.force.name}, {settings.environment.value})",
            "termination_protection": settings.keep,
            "synthesizer": cdk.CliCredentialsStackSynthesizer() if settings.local else None,
            "tags": {
                "harbour:force": settings.force.id,
                "harbour:environment": settings.environment.value,
            },
        }

    data = HarbourData(app, "HarbourData", settings=settings, **options(here, "Harbour: data"))
    identity = HarbourIdentity(app, "HarbourIdentity", settings=settings, **options(here, "Harbour: officers"))
    chat = HarbourChat(
        app,
        "HarbourChat",
        settings=settings,
        assets=assets,
        apps=apps,
        data=data,
        identity=identity,
        **options(here, "Harbour: live chat"),
    )
    portal = HarbourPortal(
        app,
        "HarbourPortal",
        settings=settings,
        assets=assets,
        apps=apps,
        data=data,
        identity=identity,
        chat=chat,
        **options(here, "Harbour: citizens' portal"),
    )
    pages = HarbourPages(
        app, "HarbourPages", settings=settings, chat=chat, portal=portal, **options(edge, "Harbour: web address")
    )
    harbour = Harbour(app=app, data=data, identity=identity, chat=chat, portal=portal, pages=pages)
    if settings.local:
        cdk.Aspects.of(app).add(EmbeddedCloud())
    else:
        acknowledge(harbour.stacks, settings)
        cdk.Validations.of(app).add_plugins(AwsSolutionsChecks(app))
    return harbour


def feature_flags() -> dict[str, object]:
    """CDK's feature flags of cdk.json."""
    content = json.loads((ROOT / "cdk.json").read_text(encoding="utf-8"))
    return dict(content["context"])


def main() -> int:
    """Synthesise what the context asks for.

    Returns
    -------
    int
        0; 1 with one line on what is wrong.
    """
    context = cdk.App().node
    environment = context.try_get_context("env")
    try:
        if environment is None:
            raise SettingsError("say which environment: -c env=local, dev or prod")
        settings = settings_for(
            str(environment),
            str(context.try_get_context("force") or EASTSHIRE.id),
            local_port=int(context.try_get_context("cloud_port") or LOCAL_PORT),
            pages_port=int(context.try_get_context("pages_port") or LOCAL_PAGES_PORT),
            crime_port=int(context.try_get_context("crime_port") or LOCAL_CRIME_PORT),
        )
        stub = context.try_get_context("assets") == "stub"
        assets: Assets = StubAssets(ROOT / "build" / "stub") if stub else BuiltAssets(settings.target)
        apps = {name: load_chalice_app(name) for name in APPS}
        build(settings, assets, apps).app.synth()
    except (SettingsError, TargetUnavailableError, FileNotFoundError) as problem:
        sys.stderr.write(f"harbour: {problem}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
