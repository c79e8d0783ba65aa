"""Least privilege: what each function may do, as one table. A right that is not in it fails the test."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from tests.infra.template import Assembly, function_name

TABLE = "conversations"
CONVERSATION = {f"dynamodb:{verb}Item" for verb in ("Get", "Put", "Update", "Delete")} | {"dynamodb:Query"}
POSTING = {("execute-api:ManageConnections", "socket/POST"), ("execute-api:ManageConnections", "socket/DELETE")}
TRANSLATING = {("translate:TranslateText", "*"), ("comprehend:DetectDominantLanguage", "*")}
CONSUMING = {"sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ChangeMessageVisibility"}
OF_EVERY_FUNCTION = {
    ("logs:CreateLogStream", "own log group"),
    ("logs:PutLogEvents", "own log group"),
    ("xray:PutTraceSegments", "*"),
    ("xray:PutTelemetryRecords", "*"),
}

Rights = set[tuple[str, str]]

EXPECTED: dict[str, Rights] = {
    "authorizer": {("dynamodb:DeleteItem", TABLE)},
    "chat": {
        *((action, TABLE) for action in CONVERSATION),
        ("dynamodb:Query", "conversations/work"),
        *POSTING,
        *TRANSLATING,
        ("events:PutEvents", "bus"),
        ("sqs:SendMessage", "late translations"),
    },
    "visitor": {
        *((action, TABLE) for action in CONVERSATION),
        *POSTING,
        ("events:PutEvents", "bus"),
        # what was not sent when she left is translated later
        ("sqs:SendMessage", "late translations"),
    },
    "console": {
        *((action, TABLE) for action in CONVERSATION),
        ("dynamodb:Query", "conversations/work"),
        *POSTING,
        ("events:PutEvents", "bus"),
        ("s3:GetObject", "packages"),
    },
    "timers": {
        *((action, TABLE) for action in CONVERSATION),
        ("dynamodb:Query", "conversations/due"),
        ("dynamodb:Query", "conversations/work"),
        ("cognito-idp:ListUsersInGroup", "officers"),
        *POSTING,
        ("events:PutEvents", "bus"),
    },
    "translations": {
        *((action, TABLE) for action in CONVERSATION),
        *POSTING,
        *TRANSLATING,
        *((action, "late translations") for action in CONSUMING),
    },
    "transcripts": {
        *((f"dynamodb:{verb}", TABLE) for verb in ("Query", "GetItem", "PutItem")),
        ("dynamodb:PutItem", "cases"),
        ("kms:Sign", "signing key"),
        ("kms:GetPublicKey", "signing key"),
        *((f"s3:{verb}", "packages") for verb in ("GetObject", "PutObject", "PutObjectRetention")),
        *((action, "seals") for action in CONSUMING),
    },
}

NAMES = [
    (r"OutputName.*Conversations\w+Arn\w+'\}\},? ?'?(/index/(?P<index>\w+))?", TABLE),
    (r"OutputName.*Cases\w+Arn", "cases"),
    (r"OutputName.*Evidence\w+Arn\w+'\}\}/\*", "packages"),
    (r"OutputName.*SigningKey\w+Arn", "signing key"),
    (r"Bus\w+.*Arn", "bus"),
    (r"LateTranslationsQueue\w+.*Arn", "late translations"),
    (r"OutputName.*Officers\w+Arn", "officers"),
    (r"SealsQueue\w+.*Arn", "seals"),
    (r"execute-api.*/socket/(?P<verb>POST|DELETE)/@connections/\*", "socket"),
    (r"Logs\w+.*Arn", "own log group"),
]


def flat(value: Any) -> str:
    """A resource of a policy as one line: joins are joined."""
    if isinstance(value, dict) and "Fn::Join" in value:
        return "".join(flat(part) for part in value["Fn::Join"][1])
    return str(value)


def called(resource: Any) -> str:
    """The name that the table above gives a resource."""
    text = flat(resource)
    if text == "*":
        return text
    for pattern, name in NAMES:
        if found := re.search(pattern, text):
            groups = {key: value for key, value in found.groupdict().items() if value}
            return "/".join((name, *groups.values()))
    raise LookupError(text)


def statements(assembly: Assembly) -> Iterator[tuple[str, dict[str, Any]]]:
    """(logical id of the role, statement), over all policies of roles."""
    for policy in assembly.chat.properties("AWS::IAM::Policy").values():
        (role,) = policy["Roles"]
        for statement in policy["PolicyDocument"]["Statement"]:
            yield role["Ref"], statement


def listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def test_each_function_may_do_exactly_what_the_table_says(prod: Assembly) -> None:
    found: dict[str, Rights] = {name: set() for name in EXPECTED}
    for role, statement in statements(prod):
        assert statement["Effect"] == "Allow"
        found[function_name(role)] |= {
            (action, called(resource))
            for action in listed(statement["Action"])
            for resource in listed(statement["Resource"])
        }
    assert {name: rights - OF_EVERY_FUNCTION for name, rights in found.items()} == EXPECTED
    for rights in found.values():
        assert rights >= OF_EVERY_FUNCTION


def test_each_function_has_a_role_of_its_own(prod: Assembly) -> None:
    roles = [str(function["Role"]) for function in prod.chat.properties("AWS::Lambda::Function").values()]
    assert len(roles) == len(set(roles)) == len(EXPECTED)


def test_no_action_is_a_wildcard(prod: Assembly) -> None:
    for _, statement in statements(prod):
        assert not [action for action in listed(statement["Action"]) if "*" in action]


def test_only_services_without_resources_are_allowed_on_everything(prod: Assembly) -> None:
    on_everything = {
        action
        for _, statement in statements(prod)
        if "*" in listed(statement["Resource"])
        for action in listed(statement["Action"])
    }
    assert on_everything == {
        "xray:PutTraceSegments",
        "xray:PutTelemetryRecords",
        "translate:TranslateText",
        "comprehend:DetectDominantLanguage",
    }


def test_the_authorizer_can_burn_tickets_and_touch_nothing_of_a_conversation(prod: Assembly) -> None:
    (statement,) = [
        statement
        for role, statement in statements(prod)
        if function_name(role) == "authorizer" and "dynamodb:DeleteItem" in listed(statement["Action"])
    ]
    assert statement["Condition"] == {"ForAllValues:StringLike": {"dynamodb:LeadingKeys": ["ticket#*"]}}


def test_sealing_can_attach_a_package_to_a_crime_and_touch_nothing_else_of_the_portal(prod: Assembly) -> None:
    (statement,) = [
        statement
        for role, statement in statements(prod)
        if function_name(role) == "transcripts" and "cases" in {called(r) for r in listed(statement["Resource"])}
    ]
    assert statement["Condition"] == {"ForAllValues:StringLike": {"dynamodb:LeadingKeys": ["crime#*"]}}


def test_no_function_has_a_managed_or_inline_policy_besides(prod: Assembly) -> None:
    for logical_id, role in prod.chat.properties("AWS::IAM::Role").items():
        assert "Policies" not in role
        if not logical_id.startswith("ApiGatewayLogs"):
            assert "ManagedPolicyArns" not in role
