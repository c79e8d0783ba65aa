"""The embedded cloud gets the same stacks as AWS: every difference is listed here."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from infra.aspects.embedded_cloud import (
    ACTIONS_OF_ITS_OWN,
    CHECKED_WITHOUT_RESOURCE,
    NOT_IN_THE_EMBEDDED_CLOUD,
    TRANSPORT_CONDITIONS,
)
from infra.layers.target import Target
from tests.infra.template import Assembly, Json
from tests.infra.test_rights import listed

RESOURCES_THAT_ONLY_HELD_TRANSPORT_RULES = {"AWS::SNS::TopicPolicy", "AWS::SQS::QueuePolicy", "AWS::S3::BucketPolicy"}

PROPERTIES = {
    ("AWS::Lambda::Function", "Runtime"): "the machine's interpreter",
    ("AWS::Lambda::Function", "Architectures"): "the machine's processor",
    ("AWS::Lambda::LayerVersion", "CompatibleRuntimes"): "the machine's interpreter",
    ("AWS::Lambda::Function", "Environment"): "addresses; see test_variables_differ_only_in_addresses",
    ("AWS::S3::BucketPolicy", "PolicyDocument"): "without the rules on transport",
    ("AWS::SQS::QueuePolicy", "PolicyDocument"): "without the rules on transport",
    ("AWS::SNS::TopicPolicy", "PolicyDocument"): "without the rules on transport",
    ("AWS::IAM::Policy", "PolicyDocument"): "see test_rights_differ_only_where_the_embedded_cloud_names_them_otherwise",
    ("AWS::CloudFront::ResponseHeadersPolicy", "ResponseHeadersPolicyConfig"): "address of the sign-in service",
}
"""(type, property) that may differ, and why."""

VARIABLES = {
    "HARBOUR_ENVIRONMENT",
    "HARBOUR_SOCKET_ENDPOINT",
    "HARBOUR_TERMINOLOGY",
    "HARBOUR_FONTS",
    "HARBOUR_OFFICERS_URL",
}
PORTAL_VARIABLES = VARIABLES | {
    "HARBOUR_LINK_ENDPOINTS",
    "HARBOUR_NOTIFY_SECRET",
    "HARBOUR_PORTAL_URL",
    "HARBOUR_SOURCE_SECRET_PREFIX",
    # Whoever tries it out at night sees what is sent.
    "HARBOUR_EARLIEST",
    "HARBOUR_LATEST",
}


@pytest.fixture(scope="session")
def dev(synthesised: Callable[[str], Assembly]) -> Assembly:
    return synthesised("dev")


def neutral(value: Any) -> Any:
    """A property without what depends on the deployment: its region of the edge and its names."""
    if isinstance(value, dict):
        return {key: neutral(found) for key, found in value.items()}
    if isinstance(value, list):
        return [neutral(found) for found in value]
    if isinstance(value, str):
        text = re.sub(r"harbour-eastshire-(local|dev)", "harbour-eastshire-*", value)
        text = re.sub(r"harbour/(local|dev)/", "harbour/*/", text)
        return re.sub(r"\((Eastshire Police), (local|dev)\)", r"(\1, *)", text)
    return value


def without_tags(properties: Json) -> Json:
    return {
        key: neutral(value)
        for key, value in properties.items()
        if key not in {"Tags", "UserPoolTags"} and value != {"Ref": "AWS::AccountId"}
    }


def test_only_the_listed_types_are_missing(local: Assembly, dev: Assembly) -> None:
    ours, theirs = local.resources(), dev.resources()
    assert not ours.keys() - theirs.keys()
    missing = {theirs[id_]["Type"] for id_ in theirs.keys() - ours.keys()}
    assert missing == NOT_IN_THE_EMBEDDED_CLOUD.keys() | (missing & RESOURCES_THAT_ONLY_HELD_TRANSPORT_RULES)
    kept = {resource["Type"] for resource in ours.values()}
    assert not kept & NOT_IN_THE_EMBEDDED_CLOUD.keys()


def test_a_policy_is_missing_only_if_it_was_about_transport_alone(local: Assembly, dev: Assembly) -> None:
    ours, theirs = local.resources(), dev.resources()
    for id_ in theirs.keys() - ours.keys():
        if theirs[id_]["Type"] not in RESOURCES_THAT_ONLY_HELD_TRANSPORT_RULES:
            continue
        for statement in theirs[id_]["Properties"]["PolicyDocument"]["Statement"]:
            assert statement["Effect"] == "Deny"
            assert {key for keys in statement["Condition"].values() for key in keys} <= TRANSPORT_CONDITIONS


def test_no_rule_on_transport_is_left_and_every_other_one_is(local: Assembly, dev: Assembly) -> None:
    def others(assembly: Assembly) -> dict[str, list[Json]]:
        found = {}
        for kind in RESOURCES_THAT_ONLY_HELD_TRANSPORT_RULES:
            for id_, policy in assembly.properties(kind).items():
                statements = policy["PolicyDocument"]["Statement"]
                kept = [
                    s for s in statements if not set().union(*s.get("Condition", {}).values()) & TRANSPORT_CONDITIONS
                ]
                if kept:
                    found[id_] = kept
        return found

    assert neutral(others(local)).keys() == neutral(others(dev)).keys()
    assert "SecureTransport" not in str(local.stacks)
    for id_, statements in others(local).items():
        assert [s["Sid"] if "Sid" in s else s["Action"] for s in statements] == [
            s["Sid"] if "Sid" in s else s["Action"] for s in others(dev)[id_]
        ]


def test_only_the_listed_properties_differ(local: Assembly, dev: Assembly) -> None:
    ours, theirs = local.resources(), dev.resources()
    different = set()
    for id_, resource in ours.items():
        kind = resource["Type"]
        here, there = (without_tags(found.get("Properties", {})) for found in (resource, theirs[id_]))
        different |= {
            (kind, key)
            for key in here.keys() | there.keys()
            if _comparable(here.get(key)) != _comparable(there.get(key))
        }
        assert {key: value for key, value in resource.items() if key.endswith("Policy")} == {
            key: value for key, value in theirs[id_].items() if key.endswith("Policy")
        }
    assert different - PROPERTIES.keys() == set()


def _comparable(value: Any) -> str:
    """Cross-stack references name the region; the account is a number locally and a reference on AWS."""
    text = str(value)
    for account in ("{'Ref': 'AWS::AccountId'}", "${AWS::AccountId}", "000000000000"):
        text = text.replace(account, "*account*")
    text = text.replace("us-east-1", "eu-west-2")
    return re.sub(r"[\[\]{}' ,]|Fn::Join|Fn::Sub|:", "", text)


def test_variables_differ_only_in_addresses(local: Assembly, dev: Assembly) -> None:
    theirs = dev.chat.properties("AWS::Lambda::Function")
    for id_, function in local.chat.properties("AWS::Lambda::Function").items():
        here, there = function["Environment"]["Variables"], theirs[id_]["Environment"]["Variables"]
        assert {key for key in here.keys() | there.keys() if here.get(key) != there.get(key)} <= VARIABLES
        assert here.keys() - there.keys() == {"HARBOUR_FONTS"}
        endpoint = "".join(str(part) for part in here["HARBOUR_SOCKET_ENDPOINT"]["Fn::Join"][1])
        assert endpoint.startswith("http://127.0.0.1:4999/_aws/execute-api/")
        assert endpoint.endswith("/socket")


def test_variables_of_the_portal_differ_only_in_addresses_names_and_the_hours_of_messages(
    local: Assembly, dev: Assembly
) -> None:
    theirs = dev.portal.properties("AWS::Lambda::Function")
    for id_, function in local.portal.properties("AWS::Lambda::Function").items():
        here, there = function["Environment"]["Variables"], theirs[id_]["Environment"]["Variables"]
        assert here.keys() == there.keys()
        assert {key for key in here if neutral(here[key]) != neutral(there[key])} <= PORTAL_VARIABLES


def test_functions_run_on_the_interpreter_that_runs_this(local: Assembly) -> None:
    target = Target.this_machine()
    for function in local.chat.properties("AWS::Lambda::Function").values():
        assert function["Runtime"] == f"python{target.python}"
        assert function["Architectures"] == [target.architecture]


def test_functions_run_on_arm_and_python_3_13_on_aws(dev: Assembly) -> None:
    for function in dev.chat.properties("AWS::Lambda::Function").values():
        assert function["Runtime"] == "python3.13"
        assert function["Architectures"] == ["arm64"]


def test_the_embedded_cloud_is_deployed_to_with_the_callers_own_credentials(local: Assembly) -> None:
    for name in local.stacks:
        properties = local.manifest["artifacts"][name]["properties"]
        assert "assumeRoleArn" not in properties
        assert "cloudFormationExecutionRoleArn" not in properties


def test_rights_differ_only_where_the_embedded_cloud_names_them_otherwise(local: Assembly, dev: Assembly) -> None:
    theirs = dev.properties("AWS::IAM::Policy")
    for id_, policy in local.properties("AWS::IAM::Policy").items():
        expected = set()
        for action, resource, condition in rights(theirs[id_]):
            everywhere = action in CHECKED_WITHOUT_RESOURCE
            expected.add((action, "*" if everywhere else resource, condition))
            if action in ACTIONS_OF_ITS_OWN:
                expected.add((ACTIONS_OF_ITS_OWN[action], resource, condition))
        assert rights(policy) == expected


def rights(policy: Json) -> set[tuple[str, str, str]]:
    """(action, resource, condition) of a policy that only allows."""
    found = set()
    for statement in policy["PolicyDocument"]["Statement"]:
        assert statement["Effect"] == "Allow"
        condition = str(statement.get("Condition"))
        found |= {
            (action, _comparable(neutral(resource)), condition)
            for action in listed(statement["Action"])
            for resource in listed(statement["Resource"])
        }
    return found
