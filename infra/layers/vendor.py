"""Third-party packages for a layer: installed by pip from locked requirements, then cut to what is used.

Why each cut (ratios of the init of a DynamoDB client, measured in one run): missing bytecode costs 2.45 times,
botocore's data cut to the services in use and two regions saves a fifth, service models that need not be
unzipped save a little more.
"""

from __future__ import annotations

import gzip
import json
import shutil
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

from infra.layers.target import Target, TargetUnavailableError

BOTOCORE_SERVICES: Final = (
    "apigatewaymanagementapi",
    "cognito-idp",
    "comprehend",
    "dynamodb",
    "events",
    "kms",
    "s3",
    "secretsmanager",
    "sesv2",
    "sns",
    "sqs",
    "translate",
)
"""The services that the functions call. A client of another one fails with UnknownServiceError."""

REGIONS: Final = ("eu-west-2", "us-east-1")
"""Regions that stay in botocore's table of endpoints; us-east-1 because S3 resolves its legacy address there."""

TIME_ZONES: Final = ("Europe/London",)
"""Of all time zones, those that the functions ask for."""

CHALICE_FILES: Final = ("__init__.py", "app.py")
"""All of Chalice that runs in Lambda; the rest is its command line."""

_NEVER_RUN: Final = (
    "boto3/examples",
    "bin",
    # where a number is from and who carries it: we only ask whether it can be sent to
    "phonenumbers/carrierdata",
    "phonenumbers/geodata",
    "phonenumbers/tzdata",
    # email-validator would ask DNS with it; we never do
    "dns",
)


def install(requirements: Iterable[Path], into: Path, target: Target) -> None:
    """Install the locked requirements for the target.

    Each file must pin every package with hashes; dependencies are not resolved, so what is not listed is not
    installed. Only wheels: nothing of a package runs on this machine.

    Raises
    ------
    TargetUnavailableError
        pip could not get or unpack them; its last lines are in the message.
    """
    platform_options: list[str] = []
    if target.pip_platforms:
        platform_options = ["--implementation", "cp", "--python-version", target.python]
        for tag in target.pip_platforms:
            platform_options += ["--platform", tag]
    for path in requirements:
        command = [
            sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check",
            "--no-deps", "--require-hashes", "--only-binary=:all:", "--no-compile",
            *platform_options, "--target", str(into), "--upgrade", "-r", str(path),
        ]  # fmt: skip
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            reason = "\n".join(done.stderr.strip().splitlines()[-5:])
            raise TargetUnavailableError(f"pip could not install {path.name} for '{target.name}':\n{reason}")


def cut(installed: Path) -> None:
    """Remove what never runs in a function, in place."""
    for name in _NEVER_RUN:
        shutil.rmtree(installed / name, ignore_errors=True)
    for stub in installed.rglob("*.pyi"):
        stub.unlink()
    for record in installed.glob("*.dist-info/RECORD"):
        record.unlink()
    if (installed / "tzdata").is_dir():
        _cut_time_zones(installed / "tzdata" / "zoneinfo")
    if (installed / "chalice").is_dir():
        _cut_chalice(installed)
    if (installed / "botocore" / "data").is_dir():
        _cut_botocore(installed / "botocore" / "data")


def _cut_time_zones(zones: Path) -> None:
    kept = {zones / zone for zone in TIME_ZONES}
    packages = {folder for zone in kept for folder in zone.parents}
    for entry in sorted(zones.rglob("*")):
        if entry.is_dir():
            if entry not in packages:
                shutil.rmtree(entry)
        elif entry.exists() and entry not in kept and not (entry.name == "__init__.py" and entry.parent in packages):
            entry.unlink()


def _cut_chalice(installed: Path) -> None:
    for entry in (installed / "chalice").iterdir():
        if entry.name in CHALICE_FILES:
            continue
        shutil.rmtree(entry) if entry.is_dir() else entry.unlink()


def _cut_botocore(data: Path) -> None:
    for entry in data.iterdir():
        if entry.is_dir() and entry.name not in BOTOCORE_SERVICES:
            shutil.rmtree(entry)
    for example in data.rglob("examples-1.json*"):
        example.unlink()
    for zipped in data.rglob("*.json.gz"):
        zipped.with_suffix("").write_bytes(gzip.decompress(zipped.read_bytes()))
        zipped.unlink()
    endpoints = data / "endpoints.json"
    cut_table = cut_endpoints(json.loads(endpoints.read_text(encoding="utf-8")))
    endpoints.write_text(json.dumps(cut_table, separators=(",", ":")), encoding="utf-8")


def cut_endpoints(table: dict[str, Any]) -> dict[str, Any]:
    """botocore's endpoints.json with the ``aws`` partition, our regions and our services only.

    Endpoints that are no region (``aws-global``) stay: they are how botocore finds a global service.
    """
    partition = next(part for part in table["partitions"] if part["partition"] == "aws")
    every_region = set(partition["regions"])

    def kept(endpoint: str) -> bool:
        return endpoint in REGIONS or endpoint not in every_region

    services = {
        # botocore looks a service up by its endpoint prefix, which for these is not the client's name
        name: {**service, "endpoints": {k: v for k, v in service.get("endpoints", {}).items() if kept(k)}}
        for name, service in partition["services"].items()
        if name in {*BOTOCORE_SERVICES, "email", "execute-api"}
    }
    regions = {name: region for name, region in partition["regions"].items() if name in REGIONS}
    return {**table, "partitions": [{**partition, "regions": regions, "services": services}]}
