"""What must never be lost, and what it would take to lose it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from harbour.aws.bus import SOURCE
from infra.config.settings import settings_for
from tests.infra.template import Assembly, Json

STATEFUL = {
    "HarbourChat/AuditArchive343F5CAE": "AWS::Events::Archive",
    "HarbourChat/BusEA82B648": "AWS::Events::EventBus",
    "HarbourData/Cases80582F3E": "AWS::DynamoDB::Table",
    "HarbourData/ConversationsBC91B70D": "AWS::DynamoDB::Table",
    "HarbourData/Evidence4CC26D68": "AWS::S3::Bucket",
    "HarbourData/EvidenceAccessLog43943732": "AWS::S3::Bucket",
    "HarbourData/SigningKeyEEFC2790": "AWS::KMS::Key",
    "HarbourIdentity/Officers1E4D2E73": "AWS::Cognito::UserPool",
    "HarbourPages/Pages127DFD1A": "AWS::S3::Bucket",
}
"""A logical id that changes means a new, empty resource beside the old one. Change one here only together with a plan
for moving what is in it."""

MADE_AGAIN = {"HarbourPortal/Victims98FA8EC7"}
"""Of a stateful type, and nothing is in it that must be kept: a victim's account is made at their next sign-in."""


def test_stateful_resources_keep_their_names(prod: Assembly) -> None:
    kinds = set(STATEFUL.values())
    found = {id_: resource["Type"] for id_, resource in prod.resources().items() if resource["Type"] in kinds}
    assert found.keys() - STATEFUL.keys() == MADE_AGAIN
    assert {id_: kind for id_, kind in found.items() if id_ not in MADE_AGAIN} == STATEFUL


def test_nothing_stateful_goes_with_its_stack_in_production(prod: Assembly) -> None:
    resources = prod.resources()
    for id_ in STATEFUL:
        assert resources[id_]["DeletionPolicy"] == "Retain"
        assert resources[id_]["UpdateReplacePolicy"] == "Retain"
    for table in prod.data.properties("AWS::DynamoDB::Table").values():
        assert table["DeletionProtectionEnabled"] is True
    assert prod.identity.only("AWS::Cognito::UserPool")["DeletionProtection"] == "ACTIVE"
    for name in prod.stacks:
        assert prod.manifest["artifacts"][name]["properties"]["terminationProtection"] is True


def test_evidence_and_its_key_are_kept_in_every_environment(synthesised: Callable[[str], Assembly]) -> None:
    resources = synthesised("dev").resources()
    for name in ("Evidence4CC26D68", "SigningKeyEEFC2790"):
        assert resources[f"HarbourData/{name}"]["DeletionPolicy"] == "Retain"


def test_sealed_packages_are_locked_against_everybody(prod: Assembly) -> None:
    bucket = prod.data.properties("AWS::S3::Bucket")["Evidence4CC26D68"]
    assert bucket["ObjectLockEnabled"] is True
    assert bucket["ObjectLockConfiguration"]["Rule"]["DefaultRetention"] == {"Mode": "COMPLIANCE", "Days": 365}
    assert bucket["VersioningConfiguration"] == {"Status": "Enabled"}


def test_no_key_that_a_person_can_delete_is_needed_to_read_evidence(prod: Assembly) -> None:
    bucket = prod.data.properties("AWS::S3::Bucket")["Evidence4CC26D68"]
    (rule,) = bucket["BucketEncryption"]["ServerSideEncryptionConfiguration"]
    assert rule["ServerSideEncryptionByDefault"] == {"SSEAlgorithm": "AES256"}


def test_every_bucket_is_private_and_answers_over_tls_only(prod: Assembly) -> None:
    buckets = prod.properties("AWS::S3::Bucket")
    policies = prod.properties("AWS::S3::BucketPolicy")
    for id_, bucket in buckets.items():
        assert all(bucket["PublicAccessBlockConfiguration"].values())
        (policy,) = [p for p in policies.values() if p["Bucket"] == {"Ref": id_.split("/")[1]}]
        assert {"aws:SecureTransport": "false"} in [
            statement["Condition"]["Bool"]
            for statement in policy["PolicyDocument"]["Statement"]
            if statement["Effect"] == "Deny" and "Bool" in statement["Condition"]
        ]


def test_reads_of_evidence_are_logged_elsewhere(prod: Assembly) -> None:
    bucket = prod.data.properties("AWS::S3::Bucket")["Evidence4CC26D68"]
    assert bucket["LoggingConfiguration"]["DestinationBucketName"] == {"Ref": "EvidenceAccessLog43943732"}


def test_the_signing_key_signs_p_256_and_nothing_else(prod: Assembly) -> None:
    key = prod.data.only("AWS::KMS::Key")
    assert (key["KeySpec"], key["KeyUsage"]) == ("ECC_NIST_P256", "SIGN_VERIFY")


@pytest.mark.parametrize("name", ["Conversations", "Cases"])
def test_a_table_can_be_restored_to_any_second_and_forgets_what_has_expired(prod: Assembly, name: str) -> None:
    table = _table(prod, name)
    assert table["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}
    assert table["TimeToLiveSpecification"] == {"AttributeName": "expires", "Enabled": True}
    assert table["SSESpecification"] == {"SSEEnabled": True}
    assert table["BillingMode"] == "PAY_PER_REQUEST"
    assert "StreamSpecification" not in table


WORK = {"work": (["work", "since"], "ALL")}
DUE = {"due": (["due", "due_at"], "KEYS_ONLY")}


@pytest.mark.parametrize(("name", "indexes"), [("Conversations", {**WORK, **DUE}), ("Cases", DUE)])
def test_the_indexes_are_those_of_the_data_model(
    prod: Assembly, name: str, indexes: dict[str, tuple[list[str], str]]
) -> None:
    found = {
        index["IndexName"]: (
            [key["AttributeName"] for key in index["KeySchema"]],
            index["Projection"]["ProjectionType"],
        )
        for index in _table(prod, name)["GlobalSecondaryIndexes"]
    }
    assert found == indexes


def _table(assembly: Assembly, name: str) -> Json:
    tables = assembly.data.properties("AWS::DynamoDB::Table")
    (found,) = [table for id_, table in tables.items() if id_.startswith(name)]
    return found


def test_everything_that_happened_is_kept_for_the_years_of_the_settings(prod: Assembly) -> None:
    ((bus, _),) = prod.chat.properties("AWS::Events::EventBus").items()
    archive = prod.chat.only("AWS::Events::Archive")
    assert archive["SourceArn"] == {"Fn::GetAtt": [bus, "Arn"]}
    assert archive["EventPattern"] == {"source": [SOURCE]}
    assert archive["RetentionDays"] == settings_for("prod").audit_retention_days
    assert archive["RetentionDays"] >= 6 * 365


def test_work_survives_two_hours_without_what_sealing_needs(prod: Assembly) -> None:
    (queue,) = [p for id_, p in prod.chat.properties("AWS::SQS::Queue").items() if id_.startswith("SealsQueue")]
    assert queue["VisibilityTimeout"] * queue["RedrivePolicy"]["maxReceiveCount"] >= 2 * 3_600
    assert queue["MessageRetentionPeriod"] == 14 * 86_400


def test_every_queue_of_work_puts_aside_what_cannot_be_done(prod: Assembly) -> None:
    queues = prod.chat.properties("AWS::SQS::Queue")
    dead = {
        queue["RedrivePolicy"]["deadLetterTargetArn"]["Fn::GetAtt"][0]
        for queue in queues.values()
        if "RedrivePolicy" in queue
    }
    rules = prod.chat.properties("AWS::Events::Rule").values()
    undelivered = {target["DeadLetterConfig"]["Arn"]["Fn::GetAtt"][0] for rule in rules for target in rule["Targets"]}
    consumers = {
        mapping["EventSourceArn"]["Fn::GetAtt"][0]
        for mapping in prod.chat.properties("AWS::Lambda::EventSourceMapping").values()
    }
    assert set(queues) == consumers | dead | undelivered
    for name in consumers:
        assert "RedrivePolicy" in queues[name]


def test_a_consumer_reports_which_messages_failed(prod: Assembly) -> None:
    mappings = prod.chat.properties("AWS::Lambda::EventSourceMapping").values()
    assert len(mappings) == 2
    for mapping in mappings:
        assert mapping["FunctionResponseTypes"] == ["ReportBatchItemFailures"]


def test_a_closed_conversation_goes_to_the_sealing_queue(prod: Assembly) -> None:
    (rule,) = [rule for rule in prod.chat.properties("AWS::Events::Rule").values() if "EventPattern" in rule]
    assert rule["EventPattern"] == {"source": ["harbour"], "detail-type": ["ConversationClosed"]}
    (target,) = rule["Targets"]
    assert target["Arn"]["Fn::GetAtt"][0].startswith("SealsQueue")


def test_timers_run_every_minute_and_end_before_the_next(prod: Assembly) -> None:
    (rule,) = [rule for rule in prod.chat.properties("AWS::Events::Rule").values() if "ScheduleExpression" in rule]
    assert rule["ScheduleExpression"] == "rate(1 minute)"
    (timers,) = [f for id_, f in prod.chat.properties("AWS::Lambda::Function").items() if id_.startswith("Timers")]
    assert timers["Timeout"] < 60
