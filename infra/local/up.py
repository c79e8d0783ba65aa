"""``make up``: from a checkout to a running Harbour on this machine, step by step.

    python -m infra.local.up

The same CDK app that goes to AWS is deployed into the embedded cloud. A second run deploys only what changed, and
leaves running what still fits.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, TextIO

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from harbour.crime.intake import sources as senders
from infra.config.settings import CRIME_SYSTEMS, LOCAL_ACCOUNT, Settings, local
from infra.config.web import Origin
from infra.delivery.cdk import Outputs, bootstrap_command, deploy_command, synth_command
from infra.delivery.glossary import import_glossary
from infra.delivery.pages import DIST, publish
from infra.delivery.sources import first_active, make_missing
from infra.delivery.steps import Steps, run_program
from infra.delivery.trust import trust_file
from infra.local import cloud, officers, services
from infra.local.bootstrap import VENV, CannotGoOn, node_environment
from infra.local.edge import EdgeSettings
from infra.local.instance import ROOT, Instance

TRANSLATE: Final = "translate"
EDGE: Final = "pages"
CRIME: Final = "crime-simulator"
SERVICES: Final = (CRIME, EDGE, cloud.NAME, TRANSLATE)
"""In the order in which they are stopped."""

_WEB_SOURCES: Final = ("web_widget",)
_CLOUD_SOURCES: Final = ("infra", "functions", "layers", "cdk.json", "requirements.lock")
_NOT_SOURCES: Final = frozenset({"node_modules", "dist", "__pycache__", "cdk.out", "build"})
_PYTHON: Final = str(VENV / "bin" / "python")


def main() -> int:
    """Bring up the instance of this checkout.

    Returns
    -------
    int
        0 when all is ready; 1 with one line on what to do; 130 when interrupted.
    """
    try:
        instance = Instance.of_this_checkout()
    except ValueError as wrong:
        return _stopped(str(wrong))
    try:
        bring_up(instance, sys.stdout, real_translation=os.environ.get("TRANSLATE") == "aws")
    except CannotGoOn as stop:
        return _stopped(str(stop))
    except KeyboardInterrupt:
        print("\nInterrupted. `make up` goes on where it stopped; `make down` stops what runs.")
        return 130
    print(welcome(instance))
    return 0


def bring_up(instance: Instance, out: TextIO, *, real_translation: bool = False) -> None:
    """Bring that instance up, and return when everything answers.

    Parameters
    ----------
    out
        Where the steps are shown.
    real_translation
        Hand texts on to Amazon Translate, with the AWS credentials of whoever runs this.

    Raises
    ------
    CannotGoOn
        With the one line that says what is wrong, what to do, and where the log is.
    """
    settings = local(instance.ports.cloud, pages_port=instance.ports.pages, crime_port=instance.ports.crime)
    clients = cloud.Clients(instance)
    steps = Steps(10, out)
    for folder in (instance.home, instance.logs):
        folder.mkdir(parents=True, exist_ok=True)
    with steps.step("Checking ports"):
        down = {"cloud": cloud.NAME, "pages": EDGE, "force": EDGE, "translate": TRANSLATE, "crime": CRIME}
        services.check_ports(instance, [port for port, name in down.items() if not services.running(instance, name)])
    with steps.step("Building the web pages") as step:
        step.found = "" if _build_pages(instance) else "nothing changed"
    with steps.step("Building the functions and their layers"):
        run_program([_PYTHON, "-m", "infra.layers", "local"], instance.log("layers"), node_environment())
    with steps.step("Starting the embedded cloud and the translation stand-in") as step:
        lost = services.was_killed(instance, cloud.NAME)
        engine = _start_translation(instance, real=real_translation)
        cloud.start(instance, engine)
        step.found = engine if not lost else f"{engine}; it was not stopped by `make down`, so what was new is lost"
    with steps.step("Deploying the CDK app into it") as step:
        deployed = _deploy(instance, settings, clients)
        step.found = "" if deployed else "nothing changed"
        outputs = Outputs.read(instance.outputs)
    with steps.step("Adding what its CloudFormation leaves out"), _aws("adding to the deployment"):
        _lock_evidence(clients, outputs.evidence_bucket, settings.seal_retention_days)
        if not real_translation:
            import_glossary(clients.translate, settings.terminology)
        instance.trust_json.write_bytes(trust_file(clients.kms, settings.force.id, outputs.signing_key))
    with steps.step("Connecting the crime systems"), _aws("connecting the crime systems"):
        sources = make_missing(clients.secrets, settings.source_secrets, CRIME_SYSTEMS)
        _verify_sender(clients, settings.email_from)
    with steps.step("Publishing the pages") as step, _aws("publishing the pages"):
        step.found = f"{publish(clients.s3, outputs.pages_bucket, settings, outputs)} files"
        _start_edge(instance, settings, outputs)
        _start_crime_simulator(instance, sources)
    with steps.step("Enrolling the demonstration officers") as step, _aws("enrolling the officers"):
        enrolled = officers.enrol(clients.cognito, instance, outputs.pool, outputs.client, settings.force.id)
        step.found = f"{enrolled} new" if enrolled else "all there"
        if deployed or enrolled:
            # It writes its state only as it stops; from here on a power cut cannot take the deployment away.
            cloud.stop(instance)
            cloud.start(instance, engine)
    with steps.step("Trying everything out"):
        _write_local_json(instance, sources)
        _try_out(instance)


def take_down(instance: Instance) -> list[str]:
    """Stop what this instance started, and nothing else; the names of what ran.

    The embedded cloud writes its state as it stops.
    """
    stopped = []
    for name in SERVICES:
        if services.stop(instance, name, patience_seconds=60 if name == cloud.NAME else 15):
            stopped.append(name)
    return stopped


def welcome(instance: Instance) -> str:
    """What to do next, for people."""
    first, *others = officers.read(instance)
    return f"""
Harbour is up.

  A force's own page, with the chat   {instance.force_address}/
  The officers' console               {instance.pages_address}/console/
  The citizens' portal                {instance.pages_address}/portal/
  A crime system, to post updates     {instance.crime_address}/
  What was sent by text and e-mail    {instance.crime_address}/outbox

  Sign in as {first.username}, password {first.password}
  and the code that `make code` shows: {first.code()} for the next {officers.seconds_left()} s.
  Also: {", ".join(other.username for other in others)}. Secrets: {instance.shown(instance.officers_json)}

  make sample  a whole conversation, sealed      make logs    what the parts write
  make down    stop; everything is kept          make reset   stop, and forget everything"""


def _stopped(line: str) -> int:
    print(f"\nmake up stopped: {line}", file=sys.stderr)
    return 1


# --- steps


def _build_pages(instance: Instance) -> bool:
    """Build the pages if their sources changed; False when they did not."""
    project = ROOT / "web_widget"
    mark = DIST / ".built-from"
    sources = fingerprint(_WEB_SOURCES)
    if mark.exists() and mark.read_text("utf-8") == sources:
        return False
    npm = str(ROOT / ".tools" / "node" / "npm")
    run_program([npm, "run", "build"], instance.log("pages-build"), node_environment(), project)
    mark.write_text(sources, "utf-8")
    return True


def _start_translation(instance: Instance, *, real: bool) -> str:
    """Start the stand-in for Amazon Translate; the engine's name for the record."""
    if real and boto3.Session().get_credentials() is None:
        raise CannotGoOn("TRANSLATE=aws needs your AWS credentials in this shell; without it, Apertium translates")
    command = [
        _PYTHON,
        "-m",
        "infra.local.translate",
        f"--port={instance.ports.translate}",
        f"--glossaries={instance.state / 'translate'}",
        f"--engine={'aws' if real else 'apertium'}",
    ]
    environ = dict(os.environ)
    _keep_running(instance, TRANSLATE, command, environ, _answering(f"{instance.translate_address}/"))
    return "amazon-translate" if real else "apertium"


def _deploy(instance: Instance, settings: Settings, clients: cloud.Clients) -> bool:
    """Deploy the CDK app if it changed or is not there; False when it did not have to."""
    sources = fingerprint(_CLOUD_SOURCES, extra=f"{instance.ports} {sys.version}")
    if clients.deployed_from() == sources and instance.outputs.exists() and _is_deployed(clients):
        return False
    environ = cloud.administrator_environment(instance)
    assembly = instance.home / "cdk.out"
    ports = instance.ports
    told = {"cloud_port": str(ports.cloud), "pages_port": str(ports.pages), "crime_port": str(ports.crime)}
    run_program(synth_command(settings, assembly, told), instance.log("synth"), environ)
    if not _exists(clients, "CDKToolkit"):
        prepare = bootstrap_command(settings, assembly, LOCAL_ACCOUNT)
        run_program(prepare, instance.log("cdk-bootstrap"), environ)
    run_program(deploy_command(assembly, instance.outputs), instance.log("deploy"), environ)
    clients.remember_deployed_from(sources)
    return True


def _lock_evidence(clients: cloud.Clients, bucket: str, days: int) -> None:
    """Object Lock's default, which the embedded cloud's CloudFormation does not set."""
    clients.s3.put_object_lock_configuration(
        Bucket=bucket,
        ObjectLockConfiguration={
            "ObjectLockEnabled": "Enabled",
            "Rule": {"DefaultRetention": {"Mode": "COMPLIANCE", "Days": days}},
        },
    )


def _start_edge(instance: Instance, settings: Settings, outputs: Outputs) -> None:
    """Start, or start anew, the stand-in for CloudFront and the force's own site."""
    file = instance.home / "edge.json"
    EdgeSettings(
        port=instance.ports.pages,
        force_port=instance.ports.force,
        cloud=instance.cloud_address,
        region=settings.region,
        bucket=outputs.pages_bucket,
        apis={
            Origin.CHAT_API: _api_id(outputs.chat_api),
            Origin.OFFICERS_API: _api_id(outputs.officers_api),
            Origin.SOCKET: _api_id(outputs.socket),
            Origin.HOOKS_API: _api_id(outputs.hooks_api),
            Origin.PORTAL_API: _api_id(outputs.portal_api),
            Origin.SIGN_IN_API: _api_id(outputs.sign_in_api),
            Origin.OVERSIGHT_API: _api_id(outputs.oversight_api),
        },
        force_files=str(DIST / "demo"),
    ).write(file)
    command = [_PYTHON, "-m", "infra.local.edge", f"--settings={file}"]
    ready = _answering(f"{instance.pages_address}/embed.js")
    _keep_running(instance, EDGE, command, dict(os.environ), ready, file.read_text("utf-8"))


def _verify_sender(clients: cloud.Clients, address: str) -> None:
    """SES sends from verified addresses only; on AWS the force's domain is verified once, by its DNS."""
    with contextlib.suppress(clients.ses.exceptions.AlreadyExistsException):
        clients.ses.create_email_identity(EmailIdentity=address)


def _start_crime_simulator(instance: Instance, sources: Mapping[str, Mapping[str, Any]]) -> None:
    """Start, or start anew, what plays a crime system, and shows what was sent."""
    file = instance.home / "crime.json"
    document = {
        "port": instance.ports.crime,
        "webhook_url": f"{instance.pages_address}/hooks/",
        "cloud": instance.cloud_address,
        "sources": dict(sources),
        "state": str(instance.state / "crime-simulator"),
    }
    file.touch(mode=0o600)
    file.write_text(json.dumps(document, indent=1) + "\n", "utf-8")
    command = [_PYTHON, "-m", "infra.local.crime_simulator", f"--settings={file}"]
    _keep_running(
        instance, CRIME, command, dict(os.environ), _answering(f"{instance.crime_address}/"), file.read_text("utf-8")
    )


def _write_local_json(instance: Instance, sources: Mapping[str, Mapping[str, Any]]) -> None:
    document = {
        "widget_page": f"{instance.force_address}/",
        "console_page": f"{instance.pages_address}/console/",
        "chat_api": f"{instance.pages_address}/chat",
        "chat_socket": f"{instance.pages_address.replace('http', 'ws', 1)}/socket",
        "console_api": f"{instance.pages_address}/officers",
        "portal_page": f"{instance.pages_address}/portal/",
        "crime_simulator_page": f"{instance.crime_address}/",
        "outbox_api": f"{instance.crime_address}/outbox.json",
        "webhook_url": f"{instance.pages_address}/hooks/",
        "webhook_sources": {source: _shown(instance, source, secret) for source, secret in sources.items()},
        "aws_endpoint": instance.cloud_address,
        "officers": [
            {"username": one.username, "password": one.password, "totp_secret": one.totp_secret}
            for one in officers.read(instance)
        ],
    }
    instance.local_json.touch(mode=0o600)
    instance.local_json.write_text(json.dumps(document, indent=1) + "\n", "utf-8")


def _shown(instance: Instance, source: str, secret: Mapping[str, Any]) -> dict[str, Any]:
    """How somebody sends as a crime system; a fixed header only where it is taken."""
    key_id, key = first_active(secret)
    shown = {"url": f"{instance.pages_address}/hooks/{source}", "key_id": key_id, "secret": key}
    return shown | ({"header": secret["header"]} if senders()[source]["verifier"] == "static_header" else {})


def _try_out(instance: Instance) -> None:
    """Ask for everything that a person will ask for first.

    Raises
    ------
    CannotGoOn
        Naming what does not answer, and the log that says why.
    """
    for address, log in (
        (f"{instance.force_address}/", EDGE),
        (f"{instance.pages_address}/embed.js", EDGE),
        (f"{instance.pages_address}/console/", EDGE),
        (f"{instance.pages_address}/console/config.json", EDGE),
        (f"{instance.pages_address}/chat/force", "functions"),
        (f"{instance.pages_address}/portal/", EDGE),
        (f"{instance.crime_address}/", CRIME),
        (f"{instance.crime_address}/outbox.json", CRIME),
    ):
        status = _status(address)
        if status != 200:  # noqa: PLR2004 - HTTP's OK
            answered = f"answers {status}" if status else "does not answer"
            raise CannotGoOn(f"{address} {answered}. Log: {instance.shown(instance.log(log))}")


# --- means


def fingerprint(sources: Iterable[str], extra: str = "") -> str:
    """Changes when a file below one of ``sources`` (paths in the checkout) does."""
    digest = hashlib.sha256(extra.encode())
    for source in sources:
        for file in _files(ROOT / source):
            digest.update(str(file.relative_to(ROOT)).encode() + b"\0")
            digest.update(hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()


def _files(place: Path) -> list[Path]:
    if place.is_file():
        return [place]
    found: list[Path] = []
    for entry in sorted(place.iterdir()):
        if entry.name in _NOT_SOURCES or entry.name.startswith(".") or entry == ROOT / "infra" / "local":
            continue
        found += _files(entry) if entry.is_dir() else [entry]
    return found


def _keep_running(
    instance: Instance,
    name: str,
    command: Sequence[str],
    environ: Mapping[str, str],
    ready: Callable[[], bool],
    configuration: str = "",
) -> None:
    """Start a service of ours, or start it anew when its code or its configuration changed."""
    code = fingerprint(["infra/config/web.py"], extra=configuration + "\0".join(command))
    own = hashlib.sha256(code.encode())
    for file in sorted((ROOT / "infra" / "local").glob("*.py")):
        own.update(file.read_bytes())
    mark = own.hexdigest()
    known = services.running(instance, name)
    if known is not None and known.fingerprint == mark:
        return
    services.stop(instance, name)
    services.start(instance, name, command, environ, mark)
    services.wait_until_ready(instance, name, ready, 30)


@contextmanager
def _aws(doing: str) -> Iterator[None]:
    """Turns a refusal of the embedded cloud into one line."""
    try:
        yield
    except (ClientError, BotoCoreError) as error:
        raise CannotGoOn(f"{doing}: {error}. If it stays so, `make reset` and `make up` start from nothing") from error


def _is_deployed(clients: cloud.Clients) -> bool:
    return all(
        _exists(clients, stack)
        for stack in ("HarbourData", "HarbourIdentity", "HarbourChat", "HarbourPortal", "HarbourPages")
    )


def _exists(clients: cloud.Clients, stack: str) -> bool:
    try:
        found = clients.cloudformation.describe_stacks(StackName=stack)["Stacks"]
    except ClientError:
        return False
    return bool(found) and found[0]["StackStatus"] in ("CREATE_COMPLETE", "UPDATE_COMPLETE")


def _api_id(address: str) -> str:
    """``a1b2`` of ``…/_aws/execute-api/a1b2/<stage>``."""
    return address.rsplit("/", 2)[-2]


def _answering(address: str) -> Callable[[], bool]:
    return lambda: _status(address) != 0


def _status(address: str) -> int:
    """HTTP status of a GET; 0 when nobody answers."""
    for _ in range(2):
        try:
            with urllib.request.urlopen(address, timeout=30) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as refused:
            return refused.code
        except OSError:
            time.sleep(0.1)
    return 0


if __name__ == "__main__":
    sys.exit(main())
