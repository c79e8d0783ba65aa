"""Functions: all of them, each with what it needs to run."""

from __future__ import annotations

from datetime import time

import pytest

from harbour.bootstrap import (
    AccountSettings,
    ConversationSettings,
    LateTranslationSettings,
    PackageSettings,
    TranslationSettings,
)
from harbour.casework import (
    BusSettings,
    CasesSettings,
    MessageSettings,
    QueueSettings,
    ReceiptSettings,
    SendingSettings,
    SourceSettings,
    VictimSettings,
)
from harbour.runtime.settings import PREFIX, Settings, load
from infra.config.settings import settings_for
from infra.layers import FUNCTIONS
from infra.layers.target import ROOT
from tests.infra.template import Assembly, Json, function_name

CHAT = {"authorizer", "chat", "visitor", "console", "timers", "translations", "transcripts"}
DOORS_OF_A_FOLDER = {"challenge": "sign_in"}
"""Functions beside the one that is named as the folder."""

OURS = {"".join(part.title() for part in name.split("_")) for name in (*FUNCTIONS, *DOORS_OF_A_FOLDER)}
"""Logical ids begin so; the others are CDK's own helpers."""


@pytest.fixture(scope="session")
def functions(prod: Assembly) -> dict[str, Json]:
    return {
        function_name(id_): properties
        for stack in (prod.chat, prod.portal)
        for id_, properties in stack.properties("AWS::Lambda::Function").items()
        if id_.partition("Function")[0] in OURS
    }


def test_every_folder_of_functions_is_deployed(functions: dict[str, Json]) -> None:
    folders = {path.parent.name for path in (ROOT / "functions").glob("*/app.py")}
    assert {DOORS_OF_A_FOLDER.get(name, name) for name in functions} == set(FUNCTIONS) == folders


def test_sizes_are_those_of_the_settings(functions: dict[str, Json]) -> None:
    sizing = settings_for("prod").sizing
    assert set(sizing) == set(FUNCTIONS)
    for name, size in sizing.items():
        assert (functions[name]["MemorySize"], functions[name]["Timeout"]) == (size.memory, size.timeout)


def test_a_burst_leaves_most_of_the_accounts_concurrency_to_the_chat(prod: Assembly) -> None:
    """ADR 0020. AWS's default for an account is 1,000."""
    found = {
        function_name(mapping["FunctionName"]["Ref"]): mapping["ScalingConfig"]["MaximumConcurrency"]
        for stack in (prod.chat, prod.portal)
        for mapping in stack.properties("AWS::Lambda::EventSourceMapping").values()
    }
    assert found == {name: size.batches for name, size in settings_for("prod").sizing.items() if size.batches}
    assert sum(found.values()) <= 200
    assert found["notifier"] == 2 * found["updates"]


def test_a_function_behind_an_api_gives_up_before_the_api_does(functions: dict[str, Json]) -> None:
    for name in ("authorizer", "chat", "visitor", "console", "webhooks", "sign_in", "portal", "oversight"):
        assert functions[name]["Timeout"] < 29


def test_every_function_is_traced(functions: dict[str, Json]) -> None:
    for function in functions.values():
        assert function["TracingConfig"] == {"Mode": "Active"}


@pytest.mark.parametrize("model", [ConversationSettings, TranslationSettings, LateTranslationSettings, PackageSettings])
def test_every_function_is_told_what_its_settings_ask_for(functions: dict[str, Json], model: type[Settings]) -> None:
    for name in CHAT:
        assert needed(model) <= functions[name]["Environment"]["Variables"].keys()


@pytest.mark.parametrize(
    "model",
    [CasesSettings, QueueSettings, ReceiptSettings, MessageSettings, SourceSettings, SendingSettings, BusSettings],
)
def test_every_function_of_the_portal_is_told_what_its_settings_ask_for(
    functions: dict[str, Json], model: type[Settings]
) -> None:
    for name in functions.keys() - CHAT:
        assert needed(model) <= functions[name]["Environment"]["Variables"].keys()


def test_who_looks_at_the_officers_accounts_knows_their_pool(functions: dict[str, Json]) -> None:
    assert needed(AccountSettings) <= functions["timers"]["Environment"]["Variables"].keys()


def test_who_signs_somebody_in_knows_the_victims_pool(functions: dict[str, Json]) -> None:
    assert needed(VictimSettings) <= functions["sign_in"]["Environment"]["Variables"].keys()


def needed(model: type[Settings]) -> set[str]:
    return {PREFIX + name.upper() for name, field in model.model_fields.items() if field.is_required()}


def test_the_times_are_those_of_the_settings(functions: dict[str, Json]) -> None:
    variables = functions["timers"]["Environment"]["Variables"]
    timers = settings_for("prod").timers
    assert variables["HARBOUR_UNANSWERED_SECONDS"] == str(timers.unanswered)
    assert variables["HARBOUR_DROP_GRACE_SECONDS"] == str(timers.drop_grace)
    assert variables["HARBOUR_SILENCE_SECONDS"] == str(timers.silence)
    assert variables["HARBOUR_SEAL_RETRY_SECONDS"] == str(timers.seal_retry)


def test_people_are_written_to_by_the_rules_of_the_settings(functions: dict[str, Json]) -> None:
    told = load(MessageSettings, functions["updates"]["Environment"]["Variables"])
    rules = settings_for("prod").messages
    assert (told.earliest, told.latest) == (rules.earliest, rules.latest) == (time(8), time(20))
    assert (told.merge_seconds, told.per_day) == (rules.merge, rules.per_day)


def test_a_package_is_locked_for_as_long_by_its_writer_as_by_its_bucket(
    prod: Assembly, functions: dict[str, Json]
) -> None:
    bucket = prod.data.properties("AWS::S3::Bucket")["Evidence4CC26D68"]
    days = bucket["ObjectLockConfiguration"]["Rule"]["DefaultRetention"]["Days"]
    assert functions["transcripts"]["Environment"]["Variables"]["HARBOUR_SEAL_RETENTION_DAYS"] == str(days)


def test_only_sealing_carries_the_weight_of_typst(functions: dict[str, Json]) -> None:
    chat = {name: function for name, function in functions.items() if name in CHAT}
    assert {name for name, function in chat.items() if len(function["Layers"]) == 3} == {"transcripts"}
    assert {len(function["Layers"]) for function in chat.values()} == {2, 3}


def test_only_the_portal_carries_what_it_alone_needs(functions: dict[str, Json]) -> None:
    for name in functions.keys() - CHAT:
        assert len([layer for layer in functions[name]["Layers"] if "CaseworkLayer" in str(layer)]) == 1
    for name in CHAT:
        assert "CaseworkLayer" not in str(functions[name]["Layers"])


def test_no_function_is_handed_a_secret(functions: dict[str, Json]) -> None:
    names = {"HARBOUR_SOURCE_SECRET_PREFIX", "HARBOUR_NOTIFY_SECRET"}  # of secrets, not secrets
    for function in functions.values():
        for name in function["Environment"]["Variables"].keys() - names:
            assert not [word for word in ("SECRET", "PASSWORD", "TOKEN") if word in name]
        for name in function["Environment"]["Variables"].keys() & names:
            assert function["Environment"]["Variables"][name].startswith("harbour/prod/")
