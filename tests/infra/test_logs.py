"""What is written down: enough to run the service, and nothing about a person. Above all not the ticket."""

from __future__ import annotations

import json
import re

from infra.app import APPS
from infra.stacks.pages import LOGGED_FIELDS
from tests.infra.template import Assembly

PERSONAL = (
    "query", "path", "sourceip", "useragent", "identity", "header", "cookie", "referer", "c-ip", "x-forwarded-for",
    "caller", "claims", "principal", "body",
)  # fmt: skip
"""Parts of names of fields that hold an address, a browser, a query string, or who somebody is. API Gateway's
``path`` is the path as it was called; ``resourcePath`` and ``routeKey`` are templates."""


def variables(log_format: str) -> set[str]:
    return set(re.findall(r"\$context\.([\w.]+)", log_format))


def formats(assembly: Assembly) -> list[str]:
    stages = [*assembly.properties("AWS::ApiGateway::Stage").values()]
    stages += assembly.properties("AWS::ApiGatewayV2::Stage").values()
    return [(stage.get("AccessLogSetting") or stage["AccessLogSettings"])["Format"] for stage in stages]


def test_access_logs_hold_no_ticket_and_nobody(prod: Assembly) -> None:
    assert len(formats(prod)) == len(APPS) + 1  # and the socket
    for log_format in formats(prod):
        assert json.loads(log_format)
        for variable in variables(log_format) - {"resourcePath"}:
            assert not [word for word in PERSONAL if word in variable.lower()], variable


def test_the_log_of_the_web_address_holds_no_ticket_and_nobody(prod: Assembly) -> None:
    fields = prod.pages.only("AWS::Logs::Delivery")["RecordFields"]
    assert fields == list(LOGGED_FIELDS)
    for field in fields:
        assert not [word for word in PERSONAL if word in field]
    # the older kind of log cannot leave out the query string
    assert "Logging" not in prod.pages.only("AWS::CloudFront::Distribution")["DistributionConfig"]


def test_api_gateway_writes_no_bodies_headers_or_queries_into_its_own_log(prod: Assembly) -> None:
    for stage in prod.properties("AWS::ApiGateway::Stage").values():
        (settings,) = stage["MethodSettings"]
        assert settings["DataTraceEnabled"] is False
        assert settings["LoggingLevel"] == "ERROR"
    socket = prod.chat.only("AWS::ApiGatewayV2::Stage")["DefaultRouteSettings"]
    assert not socket.get("DataTraceEnabled", False)
    assert socket.get("LoggingLevel", "OFF") == "OFF"


def test_the_firewall_keeps_no_samples_of_requests(prod: Assembly) -> None:
    for acl in prod.properties("AWS::WAFv2::WebACL").values():
        for holder in (acl, *acl["Rules"]):
            assert holder["VisibilityConfig"]["SampledRequestsEnabled"] is False


def test_every_log_is_forgotten_after_a_while(prod: Assembly) -> None:
    groups = prod.properties("AWS::Logs::LogGroup")
    of_texts = {id_ for id_, group in groups.items() if "DirectPublishToPhoneNumber" in str(group.get("LogGroupName"))}
    functions = [id_ for id_ in groups if id_.split("/")[0] in ("HarbourChat", "HarbourPortal") and "Logs" in id_]
    assert len(groups) == len(functions) + len(APPS) + 2 + len(of_texts)  # and the socket, and the web address
    assert {groups[id_]["RetentionInDays"] for id_ in groups.keys() - of_texts} == {90}
    # SNS writes numbers into these
    assert {groups[id_]["RetentionInDays"] for id_ in of_texts} == {1}


def test_every_function_writes_to_a_log_group_of_ours(prod: Assembly) -> None:
    for stack in (prod.chat, prod.portal):
        functions = {
            id_: function
            for id_, function in stack.properties("AWS::Lambda::Function").items()
            if not id_.startswith("LogRetention")
        }
        groups = {function["LoggingConfig"]["LogGroup"]["Ref"] for function in functions.values()}
        assert len(groups) == len(functions)
        assert groups <= set(stack.resources("AWS::Logs::LogGroup"))
