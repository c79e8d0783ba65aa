"""What ``make up``, ``make down`` and ``make sample`` promise."""

from __future__ import annotations

import asyncio
import io
import os
import subprocess
from dataclasses import replace
from pathlib import Path

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from infra.local import officers, sample
from infra.local.bootstrap import VENV
from infra.local.client import Harbour
from infra.local.instance import Instance, Ports
from infra.local.up import bring_up, take_down


def verify(package: Path, trust: Path) -> int:
    command = [str(VENV / "bin" / "harbour-verify"), str(package), "--trust", str(trust)]
    return subprocess.run(command, capture_output=True, check=False).returncode


def test_the_sample_conversation_leaves_a_package_that_verifies_until_one_byte_is_changed(
    instance: Instance, capsys: pytest.CaptureFixture[str]
) -> None:
    package = asyncio.run(sample.hold(instance))
    trust = instance.sample / "trust.json"
    assert package == instance.sample / "package"
    assert verify(package, trust) == 0
    record = package / "data" / "events.jsonl"
    record.write_bytes(record.read_bytes().replace(b"Norwich", b"Norwick", 1))
    assert verify(package, trust) == 1
    assert "Closed by the officer" in capsys.readouterr().out


def test_iam_is_enforced(instance: Instance) -> None:
    stranger = boto3.Session("AKIASTRANGER00000000", "secret", region_name="eu-west-2")
    once = Config(retries={"total_max_attempts": 1})
    with pytest.raises(ClientError) as refused:
        stranger.client("dynamodb", endpoint_url=instance.cloud_address, config=once).list_tables()
    assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] in (400, 403)


@pytest.mark.skipif(not Path("/proc/net/tcp").exists(), reason="this system does not tell who listens where")
def test_nothing_listens_beyond_this_machine(instance: Instance) -> None:
    listening = [
        line.split()[1].split(":")
        for table in ("tcp", "tcp6")
        if (file := Path("/proc/net") / table).exists()
        for line in file.read_text("ascii").splitlines()[1:]
        if line.split()[3] == "0A"
    ]
    ours = {address for address, port in listening if int(port, 16) in instance.ports.by_name().values()}
    assert ours == {"0100007F"}  # 127.0.0.1


def test_secrets_are_readable_by_their_owner_only(instance: Instance) -> None:
    assert {file.stat().st_mode & 0o077 for file in (instance.officers_json, instance.local_json)} == {0}


@pytest.mark.skipif("HARBOUR_HOME" in os.environ, reason="it would stop the instance that HARBOUR_HOME names")
def test_conversations_packages_and_officers_outlive_a_stop(instance: Instance) -> None:
    async def closed() -> set[str]:
        async with Harbour.of(instance.local_json) as harbour:
            officer = await harbour.officer(sample.OFFICER)
            found = await officer.call("GET", "/closed")
            sealed = [entry["conversation"] for entry in found["conversations"] if entry["sealed"]]
            for conversation in sealed:
                assert (await officer.package(conversation, why="handover"))["sha256"]
            return set(sealed)

    asyncio.run(sample.hold(instance))
    before = asyncio.run(closed())
    secrets = officers.read(instance)
    assert before
    # Under another port, too: somebody else's program may have taken the old one meanwhile. Then back, for the others.
    for cloud in (Ports.free().cloud, instance.ports.cloud):
        assert take_down(instance)
        bring_up(replace(instance, ports=replace(instance.ports, cloud=cloud)), io.StringIO())
        assert asyncio.run(closed()) >= before
        assert officers.read(instance) == secrets
        asyncio.run(sample.hold(instance))  # which ends when a queue has had it sealed
