"""The CDK command line, and what it says of a deployment."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

from infra.config.settings import Settings

ROOT: Final = Path(__file__).resolve().parents[2]
_CLI: Final = ROOT / "infra" / "node_modules" / "aws-cdk" / "bin" / "cdk"
_NODE: Final = ROOT / ".tools" / "node" / "node"


def synth_command(settings: Settings, assembly: Path, context: Mapping[str, str]) -> list[str]:
    """Makes the templates and assets once, into the folder ``assembly``, for the other commands."""
    told = {"env": settings.environment.value, "force": settings.force.id, **context}
    contexts = (f"--context={name}={value}" for name, value in told.items())
    return _command("synth", "--quiet", f"--output={assembly}", *contexts)


def bootstrap_command(settings: Settings, assembly: Path, account: str) -> list[str]:
    """Prepares an account and its regions for CDK deployments; needed once."""
    places = sorted({settings.region, settings.edge_region})
    return _command("bootstrap", *(f"aws://{account}/{region}" for region in places), f"--app={assembly}")


def deploy_command(assembly: Path, outputs: Path) -> list[str]:
    """Deploys all stacks of an assembly and writes their outputs to the file ``outputs``."""
    return _command(
        "deploy",
        "--all",
        f"--app={assembly}",
        f"--outputs-file={outputs}",
        "--require-approval=never",
        "--progress=events",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Outputs:
    """What a deployment made, as its stacks say.

    Attributes
    ----------
    chat_api, officers_api, socket, hooks_api, portal_api, sign_in_api, oversight_api
        Addresses of the APIs with their stages.
    pool, client
        Ids of the officers' user pool and of the console in it.
    """

    chat_api: str
    officers_api: str
    socket: str
    evidence_bucket: str
    pages_bucket: str
    distribution: str
    domain: str
    signing_key: str
    table: str
    pool: str
    client: str
    hooks_api: str
    portal_api: str
    sign_in_api: str
    oversight_api: str
    cases: str
    texts_log_role: str
    federated_client: str | None = None
    sign_in_domain: str | None = None

    @classmethod
    def read(cls, file: Path) -> Self:
        """What `deploy_command` wrote.

        Raises
        ------
        OSError, KeyError
            There was no deployment, or an output is missing.
        """
        document: dict[str, dict[str, str]] = json.loads(file.read_text("utf-8"))
        found = {name: value for stack in document.values() for name, value in stack.items()}
        return cls(
            chat_api=found["ChatApiUrl"],
            officers_api=found["OfficersApiUrl"],
            socket=found["SocketUrl"],
            evidence_bucket=found["EvidenceBucket"],
            pages_bucket=found["PagesBucket"],
            distribution=found["DistributionId"],
            domain=found["DistributionDomain"],
            signing_key=found["SigningKeyArn"],
            table=found["ConversationsTable"],
            pool=found["OfficerPoolId"],
            client=found["OfficerClientId"],
            hooks_api=found["HooksApiUrl"],
            portal_api=found["PortalApiUrl"],
            sign_in_api=found["SignInApiUrl"],
            oversight_api=found["OversightApiUrl"],
            cases=found["CasesTable"],
            texts_log_role=found["TextsLogRole"],
            federated_client=found.get("FederatedClientId"),
            sign_in_domain=found.get("SignInDomain"),
        )


def _command(verb: str, *arguments: str) -> list[str]:
    return [str(_NODE), str(_CLI), verb, *arguments, "--no-notices", "--no-version-reporting", "--ci"]
