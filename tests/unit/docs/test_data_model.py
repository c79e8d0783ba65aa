"""docs/data-model.md names the items as they are written."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from harbour.aws import cases, items
from harbour.aws.portal import READ
from harbour.aws.sign_ins import SIGNED_OUT
from harbour.conversation import model
from harbour.conversation.model import (
    Attention,
    ClientId,
    ConnectionId,
    Conversation,
    ConversationId,
    Kind,
    Left,
    Presence,
    State,
)
from harbour.conversation.ports import Note
from harbour.crime.model import CrimeRef, PersonId
from harbour.evidence import package, trust
from harbour.evidence.model import Sealed
from harbour.identity.model import Grant, Officer, Role, Ticket
from infra.config import table

DOCUMENT = (Path(__file__).parents[3] / "docs" / "data-model.md").read_text("utf-8")
NOW = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
ID = ConversationId("a" * 32)
OFFICER = Officer("4417", "PC Amelia Hart")
STATE = Conversation(
    id=ID,
    force="eastshire",
    state=State.CLOSED,
    language="es",
    service_language="en",
    resume_hash="0" * 64,
    opened_at=NOW,
    since=NOW,
    owner=OFFICER,
    left=Left.DROPPED,
    attention=Attention.DROPPED,
    visitor_gone_at=NOW,
    officer_gone_at=NOW,
    due_at=NOW,
    closed_at=NOW,
    closed_by="officer",
    outcome="safety_plan",
    sealed=Sealed("packages/x.zip", "0" * 64, NOW),
)
PRESENCE = Presence(connection=ConnectionId("BFaT="), role=Role.VISITOR, client=ClientId("page-one-1"))
GRANT = Grant(role=Role.OFFICER, conversation=ID, resume_hash="0" * 64, officer=OFFICER)

ITEMS: dict[str, Mapping[str, Any]] = {
    "M#": items.entry_item(model.first_entry(STATE)),
    "S#": items.conversation_item(STATE),
    "P#": items.presence_item(ID, PRESENCE, NOW),
    "I#": items.note_item(ID, Note(id="n", at=NOW, by=OFFICER, text="x")),
    "T#": items.ticket_item(Ticket("0" * 64, GRANT, NOW)),
    "D#": items.key("duty", "D#4417")
    | items.session_always(OFFICER, NOW)
    | items.session_duty("en", on_duty=True)
    | items.session_socket(ConnectionId("BFaT_fALIAMCKug=")),
}


def section(heading: str) -> str:
    """The text below the heading that starts with this, up to the next heading."""
    found = re.search(rf"^#+ `?{re.escape(heading)}.*?$(.*?)(?=^#|\Z)", DOCUMENT, re.MULTILINE | re.DOTALL)
    assert found, f"no section {heading}"
    return found[1]


def rows(text: str) -> set[str]:
    """The names in backticks at the start of a table's rows."""
    return {
        name for line in re.findall(r"^\| (`[^|]*) \|", text, re.MULTILINE) for name in re.findall(r"`(\w+)`", line)
    }


@pytest.mark.parametrize("kind", ITEMS)
def test_every_attribute_of_an_item_is_described_and_no_other(kind: str) -> None:
    written = set(ITEMS[kind]) - {"pk", "sk"}
    text = section(kind)
    described = rows(text) or set(re.findall(r"`(\w+)`", text))
    assert described == written


def test_every_kind_of_item_stands_under_its_key() -> None:
    keys = section("The table")
    for kind, item in ITEMS.items():
        assert item["sk"]["S"].startswith(kind)
        assert f"`{kind}" in keys


def test_every_key_of_cases_is_described() -> None:
    text = section("The table `cases")
    prefixes = [value for name, value in vars(cases).items() if name.isupper() and str(value).endswith("#")]
    assert len(prefixes) >= 8
    for prefix in (*prefixes, SIGNED_OUT, READ):
        assert re.search(rf"`{prefix}[^`]*`", text), prefix
    made = (cases.inbox("a", "b"), cases.crime(CrimeRef("a")), cases.person(PersonId("a")), cases.provider("a", "b"))
    for partition in made:
        assert f"`{partition.split('#')[0]}#<" in text
    for adapter in Path(cases.__file__).parent.glob("*.py"):
        for partition in re.findall(r'cases\.key\(f"(\w+)#', adapter.read_text("utf-8")):
            assert f"`{partition}#" in text, f"{adapter.name}: {partition}"


def test_every_kind_of_event_is_named() -> None:
    assert all(f"`{kind}`" in section("M#") for kind in Kind)


def test_a_grant_is_described() -> None:
    assert all(f"`{name}`" in section("T#") for name in GRANT.as_context())


def test_the_indexes_are_described() -> None:
    text = section("Indexes")
    for indexes, where in ((table.INDEXES, text), (table.CASES_INDEXES, section("The table `cases"))):
        for index in indexes:
            projection = "keys only" if index.keys_only else "all"
            assert f"| `{index.name}` | `{index.name}`, `{index.sort_key}` | {projection} |" in where


def test_every_file_of_a_package_is_described_and_no_other() -> None:
    text = section("The sealed package")
    described = set(re.findall(r"`((?:data/|seal/)?[\w.-]+\.(?:txt|jsonl|html|pdf|json|pae|der|pem))`", text))
    assert described == package.FILES


def test_the_trust_file_is_one() -> None:
    assert f'"version": {trust.VERSION}' in section("trust.json")
    for name in ("fingerprint", "pem", "not_before", "not_after"):
        assert f'"{name}":' in section("trust.json")
