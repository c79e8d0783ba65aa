"""The runbook says what to do at every alarm that there is, and at no other."""

from __future__ import annotations

import re
from pathlib import Path

from docs import cost_model
from tests.infra.template import Assembly

DOCS = Path(__file__).parents[3] / "docs"
FUNCTIONS = {path.parent.name for path in (DOCS.parent / "functions").glob("*/app.py")}


def in_words(description: str) -> str:
    """An alarm's description with ``<function>`` where every function has one of its own."""
    function, _, rest = description.partition(": ")
    of_every_function = re.search(r"invocation|handled an error", rest)
    return f"<function>: {rest}" if function in FUNCTIONS and of_every_function else description


def test_every_alarm_has_a_row_and_every_row_is_an_alarm(prod: Assembly) -> None:
    alarms = {in_words(a["AlarmDescription"]) for a in prod.properties("AWS::CloudWatch::Alarm").values()}
    section = (DOCS / "runbook.md").read_text("utf-8").split("## Alarms")[1].split("\n## ")[0]
    assert set(re.findall(r"^\| `([^`]+)` \|", section, re.MULTILINE)) == alarms


def test_the_cost_model_counts_what_is_deployed(prod: Assembly) -> None:
    acls = prod.properties("AWS::WAFv2::WebACL").values()
    assert len(prod.properties("AWS::CloudWatch::Alarm")) == cost_model.ALARMS
    assert len(acls) == cost_model.FIREWALLS
    assert sum(len(acl["Rules"]) for acl in acls) == cost_model.FIREWALL_RULES
    functions = prod.chat.properties("AWS::Lambda::Function")
    memory = {name: f["MemorySize"] for name, f in functions.items()}
    assert {size for name, size in memory.items() if name.startswith("Chat")} == {cost_model.CHAT_MB}
    assert {size for name, size in memory.items() if name.startswith("Transcripts")} == {cost_model.TRANSCRIPTS_MB}


def test_the_times_of_the_architecture_are_those_of_the_settings(prod: Assembly) -> None:
    (timers,) = [
        f for name, f in prod.chat.properties("AWS::Lambda::Function").items() if name.startswith("TimersFunction")
    ]
    told = timers["Environment"]["Variables"]
    architecture = (DOCS / "architecture.md").read_text("utf-8")
    for variable, seconds, words in (
        ("HARBOUR_UNANSWERED_SECONDS", 180, "nobody accepted for 3 minutes"),
        ("HARBOUR_DROP_GRACE_SECONDS", 90, "has had no socket for 90 seconds"),
        ("HARBOUR_SILENCE_SECONDS", 86_400, "paused for a day"),
        ("HARBOUR_SEAL_RETRY_SECONDS", 300, "not sealed after 5 minutes"),
    ):
        assert told[variable] == str(seconds)
        assert words in architecture
