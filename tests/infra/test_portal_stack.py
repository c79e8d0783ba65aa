"""The citizens' portal as it is deployed: exact rights, order, dead letters, a pool that nobody outside can use."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from harbour.casework import OneLoginVariables
from harbour.runtime.settings import load
from infra.layers.target import ROOT
from tests.infra.conftest import ONE_LOGIN
from tests.infra.template import Assembly
from tests.infra.test_rights import flat, listed

CASES = {
    f"dynamodb:{verb}" for verb in ("Query", "GetItem", "PutItem", "UpdateItem", "DeleteItem", "ConditionCheckItem")
}
CONSUMING = {"sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ChangeMessageVisibility"}
CONVERSATION = {f"dynamodb:{verb}Item" for verb in ("Get", "Put", "Update", "Delete")} | {"dynamodb:Query"}
SENDING = {
    ("sns:Publish", "*"),
    *(("ses:SendEmail", to) for to in ("identity/updates@messages.example", "identity/messages.example", "mail")),
    ("secretsmanager:GetSecretValue", "notify"),
}
OF_EVERY_FUNCTION = {
    ("logs:CreateLogStream", "own log"),
    ("logs:PutLogEvents", "own log"),
    ("xray:PutTraceSegments", "*"),
    ("xray:PutTelemetryRecords", "*"),
}

Rights = set[tuple[str, str]]


def on(actions: set[str], resource: str) -> Rights:
    return {(action, resource) for action in actions}


def sends_to(*queues: str) -> Rights:
    return {("sqs:SendMessage", queue) for queue in queues}


EXPECTED: dict[str, Rights] = {
    "Challenge": on({"dynamodb:GetItem", "dynamodb:UpdateItem"}, "cases"),
    "Webhooks": {
        *on(CASES, "cases"),
        *sends_to("ToApply", "ToTell", "Fates"),
        ("secretsmanager:GetSecretValue", "sources"),
        ("secretsmanager:GetSecretValue", "notify"),
    },
    "Updates": {*on(CASES, "cases"), *on(CONSUMING, "ToApply"), *sends_to("ToSend", "ToTell")},
    "Notifier": {*on(CASES, "cases"), *on(CONSUMING, "ToSend"), *sends_to("ToTell"), *SENDING},
    "Receipts": {*on(CASES, "cases"), *on(CONSUMING, "Fates"), *sends_to("ToSend", "ToTell")},
    "Link": {
        *on(CASES, "cases"),
        *on(CONSUMING, "ToTell"),
        ("secretsmanager:GetSecretValue", "sources"),
    },
    "Deadlines": {*on(CASES, "cases"), ("dynamodb:Query", "cases/due"), *sends_to("ToApply", "ToSend", "ToTell")},
    "SignIn": {
        *on(CASES, "cases"),
        *sends_to("ToTell"),
        *SENDING,
        *on(
            {
                f"cognito-idp:Admin{verb}"
                for verb in (
                    "InitiateAuth", "RespondToAuthChallenge", "CreateUser", "GetUser", "SetUserPassword",
                    "UserGlobalSignOut",
                )
            },
            "victims",
        ),
    },
    "Oversight": {
        *on({"dynamodb:Query", "dynamodb:BatchGetItem", "dynamodb:UpdateItem"}, "cases"),
        ("dynamodb:Query", "cases/due"),
    },
    "Portal": {
        *on(CASES, "cases"),
        *on(CONVERSATION, "conversations"),
        *sends_to("ToTell"),
        ("events:PutEvents", "bus"),
        ("translate:TranslateText", "*"),
        ("comprehend:DetectDominantLanguage", "*"),
        ("execute-api:ManageConnections", "socket"),
    },
}  # fmt: skip

NAMES = [
    (r"OutputName.*Cases\w*Arn\w+'\}\}/index/due", "cases/due"),
    (r"OutputName.*Cases\w*Arn", "cases"),
    (r"OutputName.*Conversations\w*Arn", "conversations"),
    (r"OutputName.*Bus\w*Arn", "bus"),
    (r"secret:harbour/\w+/source/", "sources"),
    (r"secret:harbour/\w+/notify", "notify"),
    (r"secret:eastshire-one-login-\?{6}$", "one login"),
    (r"(identity/[\w@.]+)$", ""),
    (r"configuration-set/", "mail"),
    (r"/socket/(POST|DELETE)/@connections/", "socket"),
    (r"'(ToApply|ToSend|ToTell|Fates)Queue", ""),
    (r"'Victims", "victims"),
    (r"'\w+Logs\w+'", "own log"),
]


def called(resource: Any) -> str:
    text = flat(resource)
    if text == "*":
        return text
    for pattern, name in NAMES:
        if found := re.search(pattern, text):
            return name or found.group(1)
    raise LookupError(text)


def rights(assembly: Assembly) -> dict[str, Rights]:
    """What each function may do."""
    found: dict[str, Rights] = {name: set() for name in EXPECTED}
    for policy in assembly.portal.properties("AWS::IAM::Policy").values():
        (role,) = policy["Roles"]
        name = role["Ref"].partition("Role")[0]
        if name not in found:
            assert name.startswith("TextsLog")
            continue
        for statement in policy["PolicyDocument"]["Statement"]:
            assert statement["Effect"] == "Allow"
            found[name] |= {
                (action, called(resource))
                for action in listed(statement["Action"])
                for resource in listed(statement["Resource"])
            }
    for allowed in found.values():
        assert allowed >= OF_EVERY_FUNCTION
    return {name: allowed - OF_EVERY_FUNCTION for name, allowed in found.items()}


def test_each_function_may_do_exactly_what_the_table_says(prod: Assembly) -> None:
    found = rights(prod)
    for name, expected in EXPECTED.items():
        assert found[name] == expected, name


def test_with_one_login_the_sign_in_alone_reads_its_key_and_nobody_may_do_more(
    synthesised: Callable[[str], Assembly],
) -> None:
    found = rights(synthesised("federated"))
    for name, expected in EXPECTED.items():
        more = {("secretsmanager:GetSecretValue", "one login")} if name == "SignIn" else set()
        assert found[name] == expected | more, name


def test_only_the_sign_in_knows_one_login_and_only_where_it_is_switched_on(
    synthesised: Callable[[str], Assembly], prod: Assembly
) -> None:
    def told(assembly: Assembly) -> dict[str, dict[str, str]]:
        found: dict[str, dict[str, str]] = {}
        for id_, function in assembly.portal.properties("AWS::Lambda::Function").items():
            variables = function.get("Environment", {}).get("Variables", {})
            ours = {name: value for name, value in variables.items() if "ONE_LOGIN" in name}
            found |= {id_.partition("Function")[0]: ours} if ours else {}
        return found

    assert told(prod) == {}
    found = told(synthesised("federated"))
    assert found.keys() == {"SignIn"}
    # as the function itself reads it
    assert load(OneLoginVariables, found["SignIn"] | {"HARBOUR_PORTAL_URL": ""}) == OneLoginVariables(
        one_login_client=ONE_LOGIN.client_id,
        one_login_issuer="https://oidc.account.gov.uk",
        one_login_secret="eastshire-one-login",
        portal_url="",
    )


def test_updates_come_in_order_and_each_queue_has_its_dead_letters(prod: Assembly) -> None:
    queues = prod.portal.properties("AWS::SQS::Queue")
    for name in ("ToApply", "ToSend", "Fates", "ToTell"):
        (queue,) = [found for id_, found in queues.items() if id_.startswith(f"{name}Queue")]
        (dead,) = [found for id_, found in queues.items() if id_.startswith(f"{name}Dead")]
        assert queue["RedrivePolicy"]
        assert bool(queue.get("FifoQueue")) == bool(dead.get("FifoQueue")) == (name == "ToApply")


def test_nobody_can_begin_a_victims_sign_in_at_cognito_itself(prod: Assembly) -> None:
    client = prod.portal.only("AWS::Cognito::UserPoolClient")
    # ALLOW_CUSTOM_AUTH is needed for AdminInitiateAuth, too; the Verify trigger accepts nothing but what our own
    # sign-in stored a moment ago, so that a challenge asked for from outside cannot be met.
    assert set(client["ExplicitAuthFlows"]) == {"ALLOW_CUSTOM_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"}
    assert client["PreventUserExistenceErrors"] == "ENABLED"
    pool = prod.portal.only("AWS::Cognito::UserPool")
    assert pool["AdminCreateUserConfig"]["AllowAdminCreateUserOnly"] is True
    assert set(pool["LambdaConfig"]) == {"DefineAuthChallenge", "CreateAuthChallenge", "VerifyAuthChallengeResponse"}


def test_a_crime_system_can_show_a_certificate(synthesised: Callable[[str], Assembly], prod: Assembly) -> None:
    portal = synthesised("federated").portal
    name = portal.only("AWS::ApiGateway::DomainName")
    assert name["MutualTlsAuthentication"]["TruststoreUri"] == "s3://eastshire-trust/crime-systems.pem"
    assert (name["SecurityPolicy"], name["EndpointConfiguration"]) == ("TLS_1_2", {"Types": ["REGIONAL"]})
    mapping = portal.only("AWS::ApiGateway::BasePathMapping")
    assert mapping["BasePath"] == "hooks"
    assert mapping["RestApiId"]["Ref"].startswith("HooksApi")
    assert not prod.portal.resources("AWS::ApiGateway::DomainName")


def test_every_route_of_the_portal_needs_a_victims_token(prod: Assembly) -> None:
    (portal,) = [id_ for id_ in prod.portal.resources("AWS::ApiGateway::RestApi") if id_.startswith("PortalApi")]
    methods = [
        method
        for method in prod.portal.properties("AWS::ApiGateway::Method").values()
        if method["RestApiId"] == {"Ref": portal}
    ]
    assert methods
    assert {method["AuthorizationType"] for method in methods} == {"COGNITO_USER_POOLS"}


@pytest.mark.parametrize("alarm", ["DeadLetters", "OldestMessage", "Errors", "LoggedErrors", "Throttles"])
def test_every_part_is_watched(prod: Assembly, alarm: str) -> None:
    alarms = prod.portal.resources("AWS::CloudWatch::Alarm")
    parts = 4 if alarm in ("DeadLetters", "OldestMessage") else len(EXPECTED)
    assert (
        len([id_ for id_ in alarms if f"{alarm}Alarm" in id_ and ("Logged" in alarm or "Logged" not in id_)]) == parts
    )


@pytest.mark.parametrize("metric", ["ContactBlocked", "LinkDead", "Unknowable", "ReceiptUnmatched"])
def test_what_only_a_person_can_put_right_is_reported(prod: Assembly, metric: str) -> None:
    (alarm,) = [a for a in prod.portal.properties("AWS::CloudWatch::Alarm").values() if a["MetricName"] == metric]
    assert (alarm["Namespace"], alarm["Threshold"], alarm["ComparisonOperator"]) == (
        "Harbour",
        0,
        "GreaterThanThreshold",
    )
    ((dimension),) = alarm["Dimensions"]
    counted = (ROOT / "layers" / "harbour").rglob("*.py")
    assert dimension["Name"] == "service"
    assert any(f'count("{metric}"' in path.read_text("utf-8") for path in counted)


def test_what_became_of_texts_is_kept_for_a_day_only(prod: Assembly) -> None:
    kept = [
        group["RetentionInDays"]
        for group in prod.portal.properties("AWS::Logs::LogGroup").values()
        if "DirectPublishToPhoneNumber" in flat(group.get("LogGroupName", ""))
    ]
    assert kept == [1, 1]
