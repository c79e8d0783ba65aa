"""``make deploy ENV=prod``: build, deploy to AWS with the caller's credentials, publish.

python -m infra.delivery --env prod [--force eastshire]
"""

from __future__ import annotations

import argparse
import os
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from infra.config.settings import EASTSHIRE, Environment, Settings, SettingsError, settings_for
from infra.delivery.cdk import ROOT, Outputs, bootstrap_command, deploy_command, synth_command
from infra.delivery.glossary import import_glossary
from infra.delivery.pages import publish
from infra.delivery.sources import make_missing
from infra.delivery.steps import CannotGoOn, Steps, run_program
from infra.delivery.texts import tell_fate
from infra.delivery.trust import renewed, trust_file
from infra.local.bootstrap import VENV, node_environment

if TYPE_CHECKING:
    from mypy_boto3_cloudformation import CloudFormationClient

BUILD: Final = ROOT / "build"
CDK_TOOLKIT: Final = "CDKToolkit"


def main(arguments: list[str]) -> int:
    """Deploy one environment of one force.

    Returns
    -------
    int
        0; 1 with one line on what to do.
    """
    parser = argparse.ArgumentParser(prog="python -m infra.delivery")
    parser.add_argument("--env", required=True, help="dev or prod")
    parser.add_argument("--force", default=EASTSHIRE.id)
    chosen = parser.parse_args(arguments)
    try:
        settings = settings_for(chosen.env, chosen.force)
        if settings.environment is Environment.LOCAL:
            raise SettingsError("the local environment is brought up with `make up`")
        deliver(settings)
    except (SettingsError, CannotGoOn) as stop:
        sys.stderr.write(f"\nmake deploy stopped: {stop}\n")
    except (ClientError, BotoCoreError) as refused:
        sys.stderr.write(f"\nmake deploy stopped: AWS says: {refused}\n")
    else:
        return 0
    return 1


def deliver(settings: Settings) -> None:
    """Build and deploy everything of one deployment.

    Raises
    ------
    CannotGoOn
        With the one line that says what to do.
    ClientError, BotoCoreError
        AWS refused, or could not be reached.
    """
    place = BUILD / settings.prefix
    logs, assembly, outputs_file = place / "logs", place / "cdk.out", place / "outputs.json"
    place.mkdir(parents=True, exist_ok=True)
    environ = node_environment()
    here = boto3.Session(region_name=settings.region)
    edge = boto3.Session(region_name=settings.edge_region)
    steps = Steps(8)
    with steps.step("Asking AWS who deploys") as step:
        account = here.client("sts").get_caller_identity()["Account"]
        step.found = f"account {account}"
        _require_bootstrap(settings, account, [here, edge], assembly)
    with steps.step("Building the web pages"):
        npm = str(ROOT / ".tools" / "node" / "npm")
        run_program([npm, "run", "build"], logs / "pages-build.log", environ, ROOT / "web_widget")
    with steps.step("Building the functions and their layers"):
        run_program([str(VENV / "bin" / "python"), "-m", "infra.layers", "aws"], logs / "layers.log", environ)
    with steps.step("Making the templates"):
        run_program(synth_command(settings, assembly, {}), logs / "synth.log", environ)
    with steps.step("Deploying"):
        run_program(deploy_command(assembly, outputs_file), logs / "deploy.log", environ)
        outputs = Outputs.read(outputs_file)
    with steps.step("Importing the glossary, writing the trust file") as step:
        terms = import_glossary(here.client("translate"), settings.terminology)
        trust = place / "trust.json"
        newer = trust_file(here.client("kms"), settings.force.id, outputs.signing_key)
        trust.write_bytes(renewed(trust, newer, datetime.now(UTC)))
        step.found = f"{terms} terms; {trust.relative_to(ROOT)}"
    with steps.step("Keys for the crime systems, receipts of texts") as step:
        tell_fate(here.client("sns"), outputs.texts_log_role)
        made = make_missing(here.client("secretsmanager"), settings.source_secrets, settings.crime_systems)
        step.found = ", ".join(made) or "none is configured"
    with steps.step("Publishing the pages") as step:
        step.found = f"{publish(edge.client('s3'), outputs.pages_bucket, settings, outputs)} files"
    sys.stdout.write(_what_next(settings, outputs, trust) + "\n")


def _require_bootstrap(settings: Settings, account: str, sessions: list[boto3.Session], assembly: Path) -> None:
    """CDK needs its own bucket and roles in each region, made once by somebody with the rights to do so."""
    missing = sorted({s.region_name for s in sessions if not _has_toolkit(s.client("cloudformation"))})
    if missing:
        command = [part for part in bootstrap_command(settings, assembly, account) if not part.startswith("--app=")]
        shown = " ".join(os.path.relpath(part, ROOT) if part.startswith(str(ROOT)) else part for part in command)
        raise CannotGoOn(f"CDK is not prepared in {', '.join(missing)}: run once, as an administrator,\n  {shown}")


def _has_toolkit(cloudformation: CloudFormationClient) -> bool:
    try:
        return bool(cloudformation.describe_stacks(StackName=CDK_TOOLKIT)["Stacks"])
    except ClientError as refused:
        if refused.response["Error"]["Code"] == "ValidationError":
            return False
        raise


def _what_next(settings: Settings, outputs: Outputs, trust: Path) -> str:
    script = f'<script src="https://{outputs.domain}/embed.js"></script>'
    return f"""
Deployed: {settings.force.name}, {settings.environment.value}.

  The tag for the force's page   {script}
  The officers' console          https://{outputs.domain}/console/
  The officers' user pool        {outputs.pool} (enrol officers there: docs/runbook.md)
  The trust file                 {trust.relative_to(ROOT)}: give it to whoever verifies packages, never with one"""


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
