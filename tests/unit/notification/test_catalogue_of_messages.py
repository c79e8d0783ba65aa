from __future__ import annotations

import io
import json
import subprocess
import sys
from contextlib import redirect_stdout
from importlib import resources
from pathlib import Path
from typing import Any

import pytest

from harbour.contact.model import Channel
from harbour.crime.kinds import kinds
from harbour.notification.catalogue import (
    EXAMPLES,
    LANGUAGES,
    NEEDED,
    PLACEHOLDER,
    STAGES,
    BrokenCatalogue,
    for_trigger,
    message_types,
    read,
    texts,
)
from harbour.notification.clock import limits
from harbour.notification.lint import lint
from harbour.notification.render import portal_text, render

TYPES = message_types()
TOLD = sorted(key for key, rule in kinds().items() if not rule.silent)

WORDS = {
    "sms": "You have an update. Sign in: {{portal}}",
    "subject": "You have an update",
    "email": "Hello,\n\nYou have an update.\n\nSign in: {{portal}}",
    "portal_title": "Something happened",
    "portal": "Something happened.",
    "portal_next": "We will tell you more.",
}


def entry(**changes: object) -> dict[str, Any]:
    welsh = {name: f"{text} (cy)" for name, text in WORDS.items()}
    plain = {
        "key": "report_received",
        "trigger": "report_received",
        "audience": "victim",
        "channels": ["sms", "email"],
        "statutory": True,
        "right": 3,
        "limit": "",
        "pierces_quiet_hours": False,
        "texts": {"en": dict(WORDS), "cy": welsh},
    }
    return {**plain, **changes}


def document(*entries: dict[str, Any], stage: str = "report") -> dict[str, Any]:
    return {"stage": stage, "version": 1, "types": list(entries)}


# -- what is there ---------------------------------------------------------------------------------------------------


def test_there_are_more_than_120_types() -> None:
    assert len(TYPES) >= 120


@pytest.mark.parametrize("stage", STAGES)
def test_every_stage_has_its_file_and_says_what_is_not_reviewed(stage: str) -> None:
    path = resources.files("harbour.notification").joinpath("data", "messages", f"{stage}.json")
    found = json.loads(path.read_text("utf-8"))
    assert found["stage"] == stage
    assert found["reviewed"]["cy"] is False


@pytest.mark.parametrize("kind", TOLD)
def test_whatever_is_told_has_a_type_of_the_same_name_and_stage(kind: str) -> None:
    found = for_trigger(kind)
    assert found is not None
    assert (found.key, found.stage) == (kind, kinds()[kind].stage)


def test_nothing_else_has_one() -> None:
    assert sorted(TYPES) == TOLD
    assert for_trigger("withdrawn") is None
    assert for_trigger("no_such_kind") is None


def test_every_placeholder_has_an_example_and_is_used() -> None:
    used = {
        name
        for one in TYPES.values()
        for words in (*one.texts.values(), *one.enhanced.values())
        for field in words.__dataclass_fields__
        for name in PLACEHOLDER.findall(getattr(words, field))
    }
    assert used <= set(EXAMPLES)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("key", sorted(TYPES))
def test_every_type_can_be_rendered_in_both_languages_and_all_channels(key: str, language: str) -> None:
    found = TYPES[key]
    for enhanced in (False, True):
        for channel in Channel:
            made = render(found, channel, language, EXAMPLES, enhanced=enhanced)
            assert made.text
            assert "{{" not in made.subject + made.text + made.html
            assert bool(made.subject) is (channel is Channel.EMAIL)
        title, page, following = portal_text(found, language, EXAMPLES, enhanced=enhanced)
        assert title
        assert page
        assert "{{" not in title + page + following


def test_the_lint_finds_nothing() -> None:
    findings = lint(TYPES.values(), limits())
    assert findings == (), "\n".join(f"{one.where}: {one.rule}: {one.detail}" for one in findings)


def test_nor_in_what_a_force_changed() -> None:
    folder = resources.files("harbour.notification").joinpath("data", "forces")
    for name in [path.name for path in folder.iterdir()] if folder.is_dir() else []:
        assert lint(message_types(name.removesuffix(".json")).values(), limits()) == (), name


def test_texts_are_many() -> None:
    assert len({one.texts["en"].sms for one in TYPES.values()}) >= 25
    assert len({one.texts["en"].portal for one in TYPES.values()}) == len(TYPES)


def test_only_what_cannot_wait_comes_at_night() -> None:
    assert {one.key for one in TYPES.values() if one.pierces_quiet_hours} == {
        "sign_in_code",
        "contact_test",
        "officer_deployed",
        "officer_delayed",
    }


def test_in_a_language_without_texts_the_english_ones_count() -> None:
    found = TYPES["report_received"]
    assert texts(found, "ur") is found.texts["en"]
    assert texts(found, "cy") is found.texts["cy"]


def test_words_for_enhanced_rights_replace_only_what_differs() -> None:
    plain, richer = texts(TYPES["not_investigated"], "en"), texts(TYPES["not_investigated"], "en", enhanced=True)
    assert richer.portal_next != plain.portal_next
    assert (richer.sms, richer.portal) == (plain.sms, plain.portal)
    assert texts(TYPES["officer_message"], "en", enhanced=True) is TYPES["officer_message"].texts["en"]


def test_the_catalogue_cannot_be_changed() -> None:
    with pytest.raises(TypeError):
        TYPES["x"] = TYPES["report_received"]  # type: ignore[index]
    with pytest.raises(TypeError):
        TYPES["report_received"].texts["en"] = None  # type: ignore[index]


# -- forces ----------------------------------------------------------------------------------------------------------


def test_a_force_switches_types_and_stages_off() -> None:
    both = [document(entry()), document(entry(key="sentenced", trigger="sentenced"), stage="court")]
    assert set(read(both, {"off": {"stages": ["court"]}})) == {"report_received"}
    assert set(read(both, {"off": {"types": ["report_received"]}})) == {"sentenced"}


def test_a_force_changes_words_by_a_higher_version() -> None:
    own = {"texts": {"report_received": {"version": 2, "texts": {"en": {"portal_title": "We heard you"}}}}}
    found = read([document(entry())], own)["report_received"]
    assert found.version == 2
    assert found.texts["en"].portal_title == "We heard you"
    assert found.texts["en"].sms == WORDS["sms"]
    assert found.texts["cy"].portal_title == "Something happened (cy)"


def test_a_force_adds_words_for_enhanced_rights() -> None:
    own = {"texts": {"report_received": {"version": 2, "enhanced": {"en": {"portal_next": "Sooner."}}}}}
    found = read([document(entry())], own)["report_received"]
    assert found.enhanced["en"].portal_next == "Sooner."
    assert found.enhanced["en"].portal == WORDS["portal"]


@pytest.mark.parametrize(
    ("own", "names"),
    [
        ({"off": {"stages": ["nowhere"]}}, "nowhere"),
        ({"off": {"types": ["nothing"]}}, "nothing"),
        ({"texts": {"nothing": {"version": 2}}}, "nothing"),
        ({"texts": {"report_received": {"texts": {}}}}, "need a version"),
        ({"texts": {"report_received": {"version": 1}}}, "version above 1"),
        ({"texts": {"report_received": {"version": 2, "texts": {"en": {"tweet": "x"}}}}}, "tweet"),
        ({"texts": {"report_received": {"version": 2, "texts": {"fr": {}}}}}, "fr"),
    ],
)
def test_what_a_force_gets_wrong_is_named(own: dict[str, Any], names: str) -> None:
    with pytest.raises(BrokenCatalogue, match=names):
        read([document(entry())], own)


@pytest.mark.parametrize("key", sorted(NEEDED))
def test_what_harbour_needs_cannot_be_switched_off(key: str) -> None:
    one = document(entry(key=key, trigger=key), stage="service")
    with pytest.raises(BrokenCatalogue, match=key):
        read([one], {"off": {"types": [key]}})
    assert set(read([one], {"off": {"stages": ["service"]}})) == {key}


def test_a_forces_file_counts_for_that_force_only(forces: Path) -> None:
    (forces / "westshire.json").write_text(json.dumps({"off": {"stages": ["after"], "types": ["survey_invited"]}}))
    assert for_trigger("survey_invited", "westshire") is None
    assert for_trigger("released_from_prison", "westshire") is None
    assert for_trigger("survey_invited", "eastshire") is not None
    assert for_trigger("survey_invited") is not None


@pytest.mark.parametrize("name", ["../forces/westshire", "WESTSHIRE", "", "a/b"])
def test_a_forces_name_is_never_a_path(forces: Path, name: str) -> None:
    (forces / "westshire.json").write_text(json.dumps({"off": {"types": ["survey_invited"]}}))
    assert for_trigger("survey_invited", name) is not None


# -- files that are wrong --------------------------------------------------------------------------------------------


def without(name: str) -> dict[str, Any]:
    return {key: value for key, value in entry().items() if key != name}


@pytest.mark.parametrize(
    ("broken", "names"),
    [
        *((without(name), name) for name in sorted(entry()) if name != "key"),
        (entry(colour="red"), "colour"),
        (entry(channels=["sms", "pigeon"]), "pigeon"),
        (entry(statutory="yes"), "statutory"),
        (entry(right="three"), "right"),
        (entry(texts={"en": WORDS}), "texts in en and cy"),
        (entry(texts={"en": {**WORDS, "fax": "x"}, "cy": WORDS}), "fax"),
        (entry(texts={"en": {"sms": "x"}, "cy": WORDS}), "portal_title"),
        (entry(enhanced={"en": {"fax": "x"}}), "fax"),
    ],
)
def test_a_type_of_the_wrong_form_is_named(broken: dict[str, Any], names: str) -> None:
    with pytest.raises(BrokenCatalogue, match=names):
        read([document(broken)])


def test_a_key_stands_once() -> None:
    with pytest.raises(BrokenCatalogue, match="twice"):
        read([document(entry()), document(entry(), stage="court")])


# -- make catalogue --------------------------------------------------------------------------------------------------


def test_every_type_is_a_line_of_json(monkeypatch: pytest.MonkeyPatch) -> None:
    from infra.local import catalogue as command

    monkeypatch.setattr(sys, "argv", ["catalogue"])
    printed = io.StringIO()
    with redirect_stdout(printed):
        assert command.main() == 0
    lines = [json.loads(line) for line in printed.getvalue().splitlines()]
    assert [line["key"] for line in lines] == list(TYPES)
    for line in lines:
        assert {"key", "stage", "trigger", "channels", "statutory", "languages", "texts"} <= line.keys()
        assert line["languages"] == ["cy", "en"]
        assert set(line["texts"]["cy"]) == set(WORDS)


def test_a_reader_who_stops_early_is_no_error() -> None:
    root = Path(__file__).parents[3]
    done = subprocess.run(
        ["sh", "-c", f"'{sys.executable}' -m infra.local.catalogue | head -n 1"],
        cwd=root, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert json.loads(done.stdout)["key"] == "report_received"
    assert done.stderr == ""
