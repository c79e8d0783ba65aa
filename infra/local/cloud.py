"""The embedded cloud: ministack, on the loopback address, with IAM enforced and its state kept across restarts.

It gets an environment of its own, made here from nothing: its functions inherit every variable that it has, so
nothing of the developer's shell (credentials, profiles, endpoints) may reach it.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import urllib.error
import urllib.request
from pathlib import Path
from typing import TYPE_CHECKING, Final

import boto3
from botocore.config import Config

from infra.config.settings import local
from infra.local import services
from infra.local.bootstrap import MINISTACK, node_environment
from infra.local.instance import LOOPBACK, ROOT, Instance

if TYPE_CHECKING:
    from mypy_boto3_cloudformation import CloudFormationClient
    from mypy_boto3_cognito_idp import CognitoIdentityProviderClient
    from mypy_boto3_kms import KMSClient
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_secretsmanager import SecretsManagerClient
    from mypy_boto3_sesv2 import SESV2Client
    from mypy_boto3_translate import TranslateClient

NAME: Final = "cloud"
REGION: Final = local().region

# The embedded cloud's administrator. It checks no signature of these and listens on the loopback address only, so
# they are no secret; functions do not get them, but sessions of their own roles.
ADMINISTRATOR: Final = ("test", "test")

_DEPLOYED_FROM: Final = "/harbour/local/deployed-from"

_KEPT_PORT: Final = re.compile(rb"http://localhost:(\d+)/\d{12}/")
"""In the address of a queue."""

_STATE_SECONDS: Final = 60
"""How long it may take to write its state when it is stopped."""


def start(instance: Instance, engine: str) -> bool:
    """Start it unless it runs; False when it was running already.

    Parameters
    ----------
    engine
        What the record calls the engine behind the stand-in for Amazon Translate.

    Raises
    ------
    CannotGoOn
        When it does not come up.
    """
    environ = environment(instance, engine)
    fingerprint = hashlib.sha256(json.dumps(environ, sort_keys=True).encode()).hexdigest()
    known = services.running(instance, NAME)
    if known is not None and known.fingerprint == fingerprint:
        return False
    stop(instance)
    services.check_ports(instance, ["cloud"])
    if not (instance.state / "services" / "cloudformation.json").exists():
        # It was ended before it ever wrote its state: the objects that it wrote at once belong to nothing.
        shutil.rmtree(instance.state / "s3", ignore_errors=True)
    shutil.rmtree(instance.temporary, ignore_errors=True)
    for folder in (instance.state, instance.temporary):
        folder.mkdir(parents=True, exist_ok=True)
    readdress(instance.state / "services", instance.ports.cloud)
    command = [str(MINISTACK / "bin" / "python"), "-m", "ministack"]
    services.start(instance, NAME, command, environ, fingerprint)
    services.wait_until_ready(instance, NAME, lambda: _answers(instance), 60)
    return True


def readdress(kept: Path, port: int) -> None:
    """Have what it kept say the port on which it answers now.

    It knows a queue by its whole address: under another port it would find no queue, and say nothing.
    """
    queues = kept / "sqs.json"
    before = _KEPT_PORT.search(queues.read_bytes()) if queues.exists() else None
    if before is None or int(before[1]) == port:
        return
    address = re.compile(rb"\blocalhost:%b\b" % before[1])
    # Those of the queues last: if this is cut short, it begins anew.
    for file in sorted(kept.glob("*.json"), key=lambda file: file == queues):
        content = file.read_bytes()
        if address.search(content):
            fresh = file.with_suffix(".new")
            fresh.write_bytes(address.sub(b"localhost:%d" % port, content))
            fresh.replace(file)


def stop(instance: Instance) -> bool:
    """Stop it gracefully, so that its state is written; False when it was not running."""
    return services.stop(instance, NAME, _STATE_SECONDS)


def environment(instance: Instance, engine: str) -> dict[str, str]:
    """All variables that it, and through it every function, gets."""
    return {
        "PATH": os.environ.get("PATH", os.defpath),
        "HOME": str(instance.temporary),
        "LANG": "C.UTF-8",
        "TMPDIR": str(instance.temporary),
        "BIND_HOST": LOOPBACK,
        "GATEWAY_PORT": str(instance.ports.cloud),
        "AUTH": "true",
        "AWS_ACCESS_KEY_ID": ADMINISTRATOR[0],
        "AWS_SECRET_ACCESS_KEY": ADMINISTRATOR[1],
        "MINISTACK_REGION": REGION,
        "AWS_DEFAULT_REGION": REGION,
        "PERSIST_STATE": "1",
        "STATE_DIR": str(instance.state / "services"),
        "S3_PERSIST": "1",
        "S3_DATA_DIR": str(instance.state / "s3"),
        "AWS_ENDPOINT_URL_TRANSLATE": instance.translate_address,
        "HARBOUR_TRANSLATE_ENGINE": engine,
        "HARBOUR_FUNCTION_LOG": str(instance.log("functions")),
        "PYTHONPATH": str(ROOT / "infra" / "local" / "function_logs"),
        "AWS_EC2_METADATA_DISABLED": "true",
        # It must not look for a Docker of the developer's, and these two services would listen on fixed ports.
        "DOCKER_HOST": f"unix://{instance.temporary / 'no-docker.sock'}",
        "IOT_MTLS_ENABLED": "0",
        "SFTP_ENABLED": "0",
        "LOG_LEVEL": "INFO",
        "PYTHONUNBUFFERED": "1",
        # Layers carry bytecode that is valid whatever the files' times are; nothing else is to be written.
        "PYTHONDONTWRITEBYTECODE": "1",
    }


def administrator_environment(instance: Instance) -> dict[str, str]:
    """The developer's environment, with this embedded cloud as the only AWS in it: for the CDK's command line."""
    given = {name: value for name, value in node_environment().items() if not name.startswith("AWS_")}
    return given | {
        "AWS_ACCESS_KEY_ID": ADMINISTRATOR[0],
        "AWS_SECRET_ACCESS_KEY": ADMINISTRATOR[1],
        "AWS_REGION": REGION,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_ENDPOINT_URL": instance.cloud_address,
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    }


class Clients:
    """AWS clients of the administrator of one embedded cloud."""

    def __init__(self, instance: Instance) -> None:
        self._instance = instance
        self._session = boto3.Session(*ADMINISTRATOR, region_name=REGION)
        self._config = Config(retries={"total_max_attempts": 3, "mode": "standard"}, s3={"addressing_style": "path"})

    @property
    def cloudformation(self) -> CloudFormationClient:
        """For the outputs of stacks."""
        return self._session.client("cloudformation", endpoint_url=self._instance.cloud_address, config=self._config)

    @property
    def cognito(self) -> CognitoIdentityProviderClient:
        """For the officers."""
        return self._session.client("cognito-idp", endpoint_url=self._instance.cloud_address, config=self._config)

    @property
    def kms(self) -> KMSClient:
        """For the public half of the signing key."""
        return self._session.client("kms", endpoint_url=self._instance.cloud_address, config=self._config)

    @property
    def s3(self) -> S3Client:
        """For the pages and the sealed packages."""
        return self._session.client("s3", endpoint_url=self._instance.cloud_address, config=self._config)

    @property
    def secrets(self) -> SecretsManagerClient:
        """For the keys of the crime systems."""
        return self._session.client("secretsmanager", endpoint_url=self._instance.cloud_address, config=self._config)

    @property
    def ses(self) -> SESV2Client:
        """For the sender's address."""
        return self._session.client("sesv2", endpoint_url=self._instance.cloud_address, config=self._config)

    @property
    def translate(self) -> TranslateClient:
        """For the glossary: the stand-in, not the embedded cloud."""
        return self._session.client("translate", endpoint_url=self._instance.translate_address, config=self._config)

    def deployed_from(self) -> str:
        """Fingerprint of the sources that were deployed last; empty when nobody knows.

        It is kept in the embedded cloud itself: one that was killed comes back as it was some time ago, and so does
        this.
        """
        ssm = self._session.client("ssm", endpoint_url=self._instance.cloud_address, config=self._config)
        try:
            return str(ssm.get_parameter(Name=_DEPLOYED_FROM)["Parameter"]["Value"])
        except ssm.exceptions.ParameterNotFound:
            return ""

    def remember_deployed_from(self, sources: str) -> None:
        """Set what `deployed_from` says."""
        ssm = self._session.client("ssm", endpoint_url=self._instance.cloud_address, config=self._config)
        ssm.put_parameter(Name=_DEPLOYED_FROM, Value=sources, Type="String", Overwrite=True)


def _answers(instance: Instance) -> bool:
    try:
        with urllib.request.urlopen(f"{instance.cloud_address}/_ministack/ready", timeout=2) as answer:
            return bool(answer.status == 200)  # noqa: PLR2004 - HTTP's OK
    except (OSError, urllib.error.URLError):
        return False
