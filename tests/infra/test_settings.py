"""Settings: frozen, checked, and about forces that exist."""

from __future__ import annotations

from dataclasses import FrozenInstanceError, replace
from datetime import time

import pytest

from harbour.directory.service import force_profile
from infra.config.settings import EASTSHIRE, MessageRules, Settings, SettingsError, settings_for
from tests.infra.conftest import DOMAIN, ONE_LOGIN


@pytest.fixture(params=["local", "dev", "prod"])
def settings(request: pytest.FixtureRequest) -> Settings:
    return settings_for(request.param)


def test_settings_cannot_be_changed(settings: Settings) -> None:
    with pytest.raises(FrozenInstanceError):
        settings.keep = False  # type: ignore[misc]
    with pytest.raises(TypeError):
        settings.sizing["chat"] = settings.sizing["timers"]  # type: ignore[index]


def test_the_force_is_one_that_visitors_can_be_told_about(settings: Settings) -> None:
    assert force_profile(settings.force.id).name == settings.force.name == EASTSHIRE.name


def test_an_account_need_not_be_known_to_synthesise() -> None:
    assert settings_for("prod").account is None


def test_an_unknown_deployment_is_refused_with_those_that_exist() -> None:
    with pytest.raises(SettingsError, match="no settings for prod/westshire; there are local/eastshire"):
        settings_for("prod", "westshire")


def test_production_data_must_outlive_its_stack() -> None:
    with pytest.raises(SettingsError, match="outlive"):
        replace(settings_for("prod"), keep=False)


def test_a_sealed_package_is_locked_for_a_day_at_least() -> None:
    with pytest.raises(SettingsError, match="locked"):
        replace(settings_for("dev"), seal_retention_days=0)


@pytest.mark.parametrize("days", [0, -1])
def test_an_audit_that_is_kept_for_no_time_is_refused(days: int) -> None:
    with pytest.raises(SettingsError, match="audit"):
        replace(settings_for("dev"), audit_retention_days=days)


def test_only_a_federated_console_has_a_second_place_to_sign_in(settings: Settings) -> None:
    assert settings.federation_origin is None


def test_one_login_needs_a_place_to_come_back_to_and_an_address_of_its_own() -> None:
    with pytest.raises(SettingsError, match="come back"):
        replace(settings_for("prod"), one_login=ONE_LOGIN)
    with pytest.raises(SettingsError, match="issuer"):
        replace(settings_for("prod"), domain=DOMAIN, one_login=replace(ONE_LOGIN, issuer="oidc.account.gov.uk"))


def test_one_login_is_off_unless_a_force_asks_for_it(settings: Settings) -> None:
    assert settings.one_login is None


def test_the_embedded_cloud_belongs_to_the_local_environment_only() -> None:
    with pytest.raises(SettingsError, match="embedded cloud"):
        replace(settings_for("dev"), embedded_cloud="http://127.0.0.1:4566")


def test_every_address_of_the_local_deployment_is_on_this_machine() -> None:
    local = settings_for("local", local_port=4999)
    assert local.embedded_cloud == local.sign_in_origin == "http://127.0.0.1:4999"


def test_nobody_is_written_to_at_night_who_did_not_ask_for_it() -> None:
    for rules in (MessageRules(earliest=time(6)), MessageRules(latest=time(22)), MessageRules(earliest=time(20, 30))):
        with pytest.raises(SettingsError, match="hours"):
            replace(settings_for("prod"), messages=rules)


@pytest.mark.parametrize("rules", [MessageRules(per_day=0), MessageRules(merge=-1)])
def test_a_force_cannot_choose_that_nothing_is_ever_sent(rules: MessageRules) -> None:
    with pytest.raises(SettingsError, match="one in a day"):
        replace(settings_for("prod"), messages=rules)


def test_whoever_tries_it_out_at_night_sees_what_is_sent() -> None:
    rules = settings_for("local").messages
    assert (rules.earliest, rules.latest) == (time(0), time(23, 59))


def test_an_hour_without_an_answer_never_passes_unnoticed(settings: Settings) -> None:
    assert settings.timers.unanswered <= 300
    assert settings.timers.drop_grace <= 300
