"""What the guide for integrators says is done as it says."""

from __future__ import annotations

import hashlib
import json
import os
import re
import ssl
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from docs.reference.crime_systems import PAYLOADS
from harbour.crime.adapters import niche
from harbour.crime.delivery import REFUSED
from harbour.crime.kinds import kinds
from harbour.crime.link import BACK_OFF, Reason
from harbour.webhook.model import LARGEST_BODY, TOLERANCE_SECONDS, Key, same_certificate, sign, verify
from harbour.webhook.payload import DEEPEST

GUIDE = (Path(__file__).parents[3] / "docs" / "connecting-a-crime-system.md").read_text("utf-8")
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"

CURL = """#!/bin/sh
# In curl's place: what it was called with, one argument in each file.
n=0
for argument in "$@"; do n=$((n + 1)); printf %s "$argument" > "$CALLED/$n"; done
"""


def block(language: str, number: int = 0) -> str:
    found: list[str] = re.findall(rf"```{language}\n(.*?)```", GUIDE, re.DOTALL)
    return found[number]


def run(script: str, folder: Path, **more: str) -> str:
    """What the shell prints."""
    done = subprocess.run(
        ["sh", "-eu", "-c", script],
        cwd=folder,
        env={"PATH": os.environ["PATH"]} | more,
        check=True,
        capture_output=True,
        text=True,
    )
    return done.stdout


def test_the_first_update_is_signed_so_that_harbour_takes_it(tmp_path: Path) -> None:
    called, tools = tmp_path / "called", tmp_path / "tools"
    for folder in (called, tools, tmp_path / ".harbour"):
        folder.mkdir()
    (tools / "curl").write_text(CURL, "utf-8")
    (tools / "curl").chmod(0o755)
    (tools / "python3").symlink_to(sys.executable)
    local = {"webhook_url": "http://127.0.0.1:8600/hooks/", "webhook_sources": {"niche": {"secret": SECRET}}}
    (tmp_path / ".harbour" / "local.json").write_text(json.dumps(local), "utf-8")
    run(block("sh"), tmp_path, PATH=f"{tools}:{os.environ['PATH']}", CALLED=str(called))
    said = [(called / str(number)).read_text("utf-8") for number in range(1, len(list(called.iterdir())) + 1)]
    headers = dict(one.split(": ", 1) for one in said if one.startswith("webhook-"))
    body = said[said.index("--data-binary") + 1].encode()
    assert "http://127.0.0.1:8600/hooks/niche" in said
    assert verify(headers, body, [Key(id="k", secret=SECRET)], datetime.now(UTC)).id == "first-update-1"
    event = niche.read(json.loads(body), "first-update-1")
    assert (event.kind, event.parties[0].contact) == ("crime_recorded", "safe_sms")


def test_keys_are_made_and_used_as_said(tmp_path: Path) -> None:
    shared, public, certificate, header = run(block("sh", 1), tmp_path).split()
    assert shared.startswith("whsec_")
    at, update = int(datetime.now(UTC).timestamp()), '{"a": "ü"}'
    by_us = {"webhook-id": "u-1", "webhook-timestamp": str(at)}
    signed = run(block("sh", 2) + 'echo "v1a,$SIGNATURE"', tmp_path, ID="u-1", AT=str(at), UPDATE=update).strip()
    now = datetime.now(UTC)
    keys = [Key(id="shared", secret=shared), Key(id="public", secret=public)]
    assert verify(by_us | {"webhook-signature": signed}, update.encode(), keys[1:], now).id == "u-1"
    signed = sign(shared, "u-1", at, update.encode())
    assert verify(by_us | {"webhook-signature": signed}, update.encode(), keys[:1], now).id == "u-1"
    shown = ssl.PEM_cert_to_DER_cert((tmp_path / "client.pem").read_text("ascii"))
    assert same_certificate(hashlib.sha256(shown).hexdigest(), certificate)
    assert re.fullmatch("[0-9a-f]{64}", header)


def test_the_library_takes_what_harbour_signs(tmp_path: Path) -> None:
    namespace: dict[str, object] = {}
    exec(block("python"), namespace)  # noqa: S102 - our own document
    received = namespace["received"]
    at = int(datetime.now(UTC).timestamp())
    body = b'{"type": "harbour.task.created"}'
    headers = {
        "webhook-id": "a" * 32,
        "webhook-timestamp": str(at),
        "webhook-signature": sign(SECRET, "a" * 32, at, body),
    }
    assert callable(received)
    assert received(SECRET, headers, body) == {"type": "harbour.task.created"}


def test_numbers_and_names_are_those_of_the_code() -> None:
    assert f"at most {LARGEST_BODY // 1024} KB" in GUIDE
    assert f"more than {DEEPEST} levels" in GUIDE
    assert f"Clock ({TOLERANCE_SECONDS // 60} minutes)" in GUIDE
    assert all(str(status) in GUIDE for status in REFUSED)
    hours = [delay.total_seconds() / 3_600 for delay in BACK_OFF]
    assert "5 seconds, 5 minutes, 30 minutes, " in GUIDE
    assert ", ".join(f"{hour:.0f}" for hour in hours[3:-1]) + f" and {hours[-1]:.0f} hours" in GUIDE


def properties(system: str) -> tuple[set[str], set[str]]:
    """Names of all fields of a payload, and of those that must be there in what they belong to."""
    schema = PAYLOADS[system].model_json_schema(by_alias=True)
    models = [schema, *schema.get("$defs", {}).values()]
    found = {name for model in models for name in model.get("properties", {})}
    return found, {name for model in models for name in model.get("required", ())}


def test_the_fields_of_each_system_are_those_that_its_adapter_reads() -> None:
    table = GUIDE.split("| what | Athena | Niche | Dynamics | Storm |")[1].split("\n\n")[0]
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in table.splitlines()[2:]]
    assert len(rows) == 13
    for number, system in enumerate(PAYLOADS, start=1):
        every, needed = properties(system)
        cells = " ".join(row[number] for row in rows)
        paths = re.findall(r"`([^`]+)`", cells)
        assert len(paths) >= 12
        assert {part for path in paths for part in path.split(".") if "@" not in path} <= every
        bold = {path.rpartition(".")[2] for path in re.findall(r"\*\*`([^`]+)`\*\*", cells)}
        assert bold == needed - {"Investigation"}


@pytest.mark.parametrize("kind", ["crime_recorded", "suspect_arrested", "officer_message"])
def test_kinds_that_are_named_exist(kind: str) -> None:
    assert kind in kinds()


def test_every_reason_for_a_task_is_explained() -> None:
    words = {
        Reason.UNSAFE_CONTACT: "unsafe contact",
        Reason.NO_CONTACT_DETAILS: "no contact details",
        Reason.CONTRADICTION: "a contradiction",
        Reason.QUALITY: "bad data",
        Reason.BREACH_NEAR: "a legal time limit that is near",
        Reason.NOT_DELIVERED: "a message that did not arrive",
        Reason.APPOINTMENT_CHANGE: "another time asked for",
        Reason.CONTACT_PLAN_CHANGED: "a contact plan that was changed",
        Reason.SOMEBODY_ELSE: "somebody else who signed in as the victim",
        Reason.REJECTED_UPDATE: "an update that could not be read",
    }
    told = GUIDE.split("`harbour.task.created` |")[1].split("\n")[0]
    for said in words.values():
        assert said in told
    assert set(Reason) - words.keys() == {Reason.MESSAGE, Reason.DOCUMENT}
