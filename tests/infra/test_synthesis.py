"""Synthesis: offline, complete, and with the outputs that others read."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable

import pytest

from infra.app import feature_flags
from infra.layers.target import ROOT
from tests.infra.template import Assembly

OUTPUTS = {
    "HarbourData": {"ConversationsTable", "EvidenceBucket", "SigningKeyArn"},
    "HarbourIdentity": {"OfficerPoolId", "OfficerClientId"},
    "HarbourChat": {
        "ChatApiUrl",
        "OfficersApiUrl",
        "SocketUrl",
        "SocketEndpoint",
        "EventBus",
        "SealQueueUrl",
        "SealDeadLetterUrl",
        "TranslationQueueUrl",
    },
    "HarbourPages": {"PagesBucket", "DistributionDomain", "DistributionId"},
}


@pytest.mark.parametrize("variant", ["local", "dev", "prod", "federated", "oidc"])
def test_synthesis_asks_aws_nothing(synthesised: Callable[[str], Assembly], variant: str) -> None:
    # with the network blocked; what CDK would have to ask AWS later, it would list as missing
    assert "missing" not in synthesised(variant).manifest


@pytest.mark.parametrize("variant", ["local", "prod"])
def test_each_stack_has_the_outputs_that_others_read(synthesised: Callable[[str], Assembly], variant: str) -> None:
    for name, expected in OUTPUTS.items():
        assert expected <= synthesised(variant).stacks[name].outputs()


def test_conversations_and_evidence_stay_in_london(prod: Assembly) -> None:
    places = {
        name: artifact["environment"].removeprefix("aws://unknown-account/")
        for name, artifact in prod.manifest["artifacts"].items()
        if artifact["type"] == "aws:cloudformation:stack"
    }
    assert places == {
        "HarbourData": "eu-west-2",
        "HarbourIdentity": "eu-west-2",
        "HarbourChat": "eu-west-2",
        "HarbourPortal": "eu-west-2",
        "HarbourPages": "us-east-1",
    }


def test_no_stack_exports_what_would_chain_it_to_another(prod: Assembly) -> None:
    outputs = [output for stack in prod.stacks.values() for output in stack.document.get("Outputs", {}).values()]
    assert outputs
    assert not [output for output in outputs if "Export" in output]


def test_everything_is_tagged_with_force_and_environment(prod: Assembly) -> None:
    for name in prod.stacks:
        tags = prod.manifest["artifacts"][name]["properties"]["tags"]
        assert tags == {"harbour:force": "eastshire", "harbour:environment": "prod"}


def test_the_command_says_in_one_line_which_environments_there_are() -> None:
    answer = subprocess.run(
        [sys.executable, "-m", "infra.app"],
        cwd=ROOT,
        env={**os.environ, "CDK_CONTEXT_JSON": json.dumps({**feature_flags(), "env": "staging"})},
        capture_output=True,
        text=True,
        check=False,
    )
    assert answer.returncode == 1
    assert answer.stderr.strip().splitlines()[-1] == (
        "harbour: no settings for staging/eastshire; there are local/eastshire, dev/eastshire, prod/eastshire"
    )
