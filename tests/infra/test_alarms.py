"""Alarms: for every function, every queue, and for the things that only a person can put right."""

from __future__ import annotations

from typing import Any

from infra.constructs.function import METRICS_NAMESPACE
from tests.infra.template import Assembly, Json
from tests.infra.test_rights import EXPECTED

FUNCTIONS = {"authorizer", "chat", "visitor", "console", "timers", "translations", "transcripts"}


def alarms(assembly: Assembly, namespace: str, metric: str) -> list[Json]:
    return [
        alarm
        for alarm in assembly.chat.properties("AWS::CloudWatch::Alarm").values()
        if (alarm["Namespace"], alarm["MetricName"]) == (namespace, metric)
    ]


def target(alarm: Json, dimension: str) -> str:
    (value,) = [d["Value"] for d in alarm["Dimensions"] if d["Name"] == dimension]
    return str(value.get("Ref") or value["Fn::GetAtt"][0]) if isinstance(value, dict) else str(value)


def test_every_function_has_alarms_for_failures_refusals_and_logged_errors(prod: Assembly) -> None:
    functions = set(prod.chat.resources("AWS::Lambda::Function"))
    for metric in ("Errors", "Throttles"):
        assert {target(alarm, "FunctionName") for alarm in alarms(prod, "AWS/Lambda", metric)} == functions
    for name in FUNCTIONS:
        assert len(alarms(prod, "Harbour", f"LoggedErrors-{name}")) == 1


def test_logged_errors_are_counted_from_each_functions_log(prod: Assembly) -> None:
    filters = prod.chat.properties("AWS::Logs::MetricFilter").values()
    assert {f["FilterPattern"] for f in filters} == {'{ $.level = "ERROR" }'}
    assert {t["MetricName"] for f in filters for t in f["MetricTransformations"]} == {
        f"LoggedErrors-{name}" for name in FUNCTIONS
    }


def test_work_that_was_put_aside_is_reported_for_every_queue(prod: Assembly) -> None:
    queues = prod.chat.properties("AWS::SQS::Queue")
    where_dead_work_goes = {name for name, queue in queues.items() if "RedrivePolicy" not in queue}
    reported = {target(alarm, "QueueName") for alarm in alarms(prod, "AWS/SQS", "ApproximateNumberOfMessagesVisible")}
    assert reported == where_dead_work_goes


def test_work_that_waits_too_long_is_reported(prod: Assembly) -> None:
    thresholds = {
        target(alarm, "QueueName").split("Queue")[0]: alarm["Threshold"]
        for alarm in alarms(prod, "AWS/SQS", "ApproximateAgeOfOldestMessage")
    }
    assert thresholds == {"Seals": 1_800, "LateTranslations": 300}


def test_what_only_a_person_can_put_right_is_reported(prod: Assembly) -> None:
    for metric, service in (
        ("Unanswered", "timers"),
        ("AttentionNeeded", "timers"),
        ("WatchFailed", "timers"),
        ("SealRefused", "transcripts"),
    ):
        (alarm,) = alarms(prod, "Harbour", metric)
        assert alarm["Dimensions"] == [{"Name": "service", "Value": service}]


def test_an_event_that_the_bus_did_not_take_is_reported_by_every_function_that_puts_one(prod: Assembly) -> None:
    putting = {name for name, rights in EXPECTED.items() if ("events:PutEvents", "bus") in rights}
    found = alarms(prod, "Harbour", "EventLost")
    assert [alarm["Threshold"] for alarm in found] == [0] * len(putting)
    assert {target(alarm, "service") for alarm in found} == putting
    assert {alarm["Namespace"] for alarm in found} == {METRICS_NAMESPACE}


def test_a_conversation_that_is_full_is_reported_by_what_stores_messages(prod: Assembly) -> None:
    found = alarms(prod, "Harbour", "ConversationFull")
    assert {target(alarm, "service") for alarm in found} == {"chat", "visitor"}


def test_timers_that_stop_are_reported_although_they_are_silent(prod: Assembly) -> None:
    (alarm,) = alarms(prod, "AWS/Lambda", "Invocations")
    assert target(alarm, "FunctionName").startswith("Timers")
    assert alarm["TreatMissingData"] == "breaching"


def test_every_alarm_tells_when_it_starts_and_when_it_ends(prod: Assembly) -> None:
    (topic,) = prod.chat.resources("AWS::SNS::Topic")
    for alarm in prod.chat.properties("AWS::CloudWatch::Alarm").values():
        assert alarm["AlarmActions"] == alarm["OKActions"] == [{"Ref": topic}]
        assert alarm["AlarmDescription"]


def test_the_dashboard_shows_every_alarm(prod: Assembly) -> None:
    def references(value: Any) -> set[str]:
        if isinstance(value, dict):
            if "Fn::GetAtt" in value:
                return {value["Fn::GetAtt"][0]}
            return set().union(*map(references, value.values())) if value else set()
        return set().union(*map(references, value)) if isinstance(value, list) and value else set()

    body = prod.chat.only("AWS::CloudWatch::Dashboard")["DashboardBody"]
    assert set(prod.chat.resources("AWS::CloudWatch::Alarm")) <= references(body)
