"""Routes: exactly those of the apps that answer, each behind the right door."""

from __future__ import annotations

from typing import Any

import pytest
from chalice.app import Chalice

from infra.config.settings import settings_for
from infra.constructs.chalice_api import load_chalice_app
from tests.infra.template import Assembly

Routes = set[tuple[str, str]]


def routes_of(app: Chalice) -> Routes:
    return {(method, path) for path, methods in app.routes.items() for method in methods}


def deployed(assembly: Assembly, api: str) -> dict[tuple[str, str], dict[str, Any]]:
    """(method, path) → properties, of one REST API of the template."""
    (stack,) = [
        stack
        for stack in (assembly.chat, assembly.portal)
        if any(id_.startswith(api) for id_ in stack.resources("AWS::ApiGateway::RestApi"))
    ]
    resources = stack.properties("AWS::ApiGateway::Resource")

    def path_of(reference: dict[str, Any]) -> str:
        if "Fn::GetAtt" in reference:
            return ""
        resource = resources[reference["Ref"]]
        return path_of(resource["ParentId"]) + "/" + str(resource["PathPart"])

    (api_id,) = [id_ for id_ in stack.resources("AWS::ApiGateway::RestApi") if id_.startswith(api)]
    return {
        (method["HttpMethod"], path_of(method["ResourceId"])): method
        for method in stack.properties("AWS::ApiGateway::Method").values()
        if method["RestApiId"]["Ref"] == api_id
    }


@pytest.mark.parametrize(
    ("api", "function"),
    [
        ("ChatApi", "visitor"),
        ("OfficersApi", "console"),
        ("HooksApi", "webhooks"),
        ("SignInApi", "sign_in"),
        ("PortalApi", "portal"),
        ("OversightApi", "oversight"),
    ],
)
def test_the_api_has_the_routes_of_its_app_and_no_other(prod: Assembly, api: str, function: str) -> None:
    found = {route for route in deployed(prod, api) if route[0] != "OPTIONS"}
    assert found == routes_of(load_chalice_app(function))
    assert found


def test_every_route_for_officers_wants_their_token(prod: Assembly) -> None:
    for stack, api in ((prod.chat, "OfficersApi"), (prod.portal, "OversightApi")):
        (authorizer,) = [id_ for id_ in stack.resources("AWS::ApiGateway::Authorizer") if id_.startswith("Officers")]
        assert "Officers1E4D2E73" in str(stack.properties("AWS::ApiGateway::Authorizer")[authorizer]["ProviderARNs"])
        for method in deployed(prod, api).values():
            assert method["AuthorizationType"] == "COGNITO_USER_POOLS"
            assert method["AuthorizerId"] == {"Ref": authorizer}


def test_no_other_site_is_invited_to_call_the_officers_api(prod: Assembly) -> None:
    assert not [route for route in deployed(prod, "OfficersApi") if route[0] == "OPTIONS"]


def test_any_page_may_call_the_visitors_api_without_credentials(prod: Assembly) -> None:
    methods = deployed(prod, "ChatApi")
    paths = {path for _, path in methods}
    for path in paths:
        (response,) = methods[("OPTIONS", path)]["Integration"]["IntegrationResponses"]
        headers = response["ResponseParameters"]
        assert headers["method.response.header.Access-Control-Allow-Origin"] == "'*'"
        assert headers["method.response.header.Access-Control-Allow-Headers"] == "'Content-Type'"
        assert "method.response.header.Access-Control-Allow-Credentials" not in headers


def test_a_page_can_read_what_api_gateway_itself_answers(prod: Assembly) -> None:
    answers = prod.chat.properties("AWS::ApiGateway::GatewayResponse")
    visitors = {id_: found for id_, found in answers.items() if id_.startswith("ChatApi")}
    assert {found["ResponseType"] for found in visitors.values()} >= {
        "DEFAULT_4XX",
        "DEFAULT_5XX",
        "THROTTLED",
        "WAF_FILTERED",
    }
    for found in visitors.values():
        assert found["ResponseParameters"]["gatewayresponse.header.Access-Control-Allow-Origin"] == "'*'"
    officers = [found for id_, found in answers.items() if id_.startswith("OfficersApi")]
    assert officers
    for found in officers:
        assert "gatewayresponse.header.Access-Control-Allow-Origin" not in found["ResponseParameters"]


def test_only_a_ticket_opens_the_socket(prod: Assembly) -> None:
    routes = {route["RouteKey"]: route for route in prod.chat.properties("AWS::ApiGatewayV2::Route").values()}
    assert set(routes) == {"$connect", "$disconnect", "$default", "heartbeat"}
    assert {key: route["AuthorizationType"] for key, route in routes.items()} == {
        "$connect": "CUSTOM",
        "$disconnect": "NONE",
        "$default": "NONE",
        "heartbeat": "NONE",
    }
    authorizer = prod.chat.only("AWS::ApiGatewayV2::Authorizer")
    assert authorizer["AuthorizerType"] == "REQUEST"
    assert authorizer["IdentitySource"] == ["route.request.querystring.ticket"]


def test_a_heartbeat_runs_no_function_and_is_not_answered(prod: Assembly) -> None:
    routes = {route["RouteKey"]: route for route in prod.chat.properties("AWS::ApiGatewayV2::Route").values()}
    integration = routes["heartbeat"]["Target"]["Fn::Join"][1][1]["Ref"]
    assert prod.chat.properties("AWS::ApiGatewayV2::Integration")[integration]["IntegrationType"] == "MOCK"
    assert not prod.chat.resources("AWS::ApiGatewayV2::RouteResponse")
    assert not [route for route in routes.values() if "RouteResponseSelectionExpression" in route]


def test_stages_are_named_as_the_paths_of_the_one_address(prod: Assembly) -> None:
    stages = {stage["StageName"] for stage in prod.properties("AWS::ApiGateway::Stage").values()}
    assert stages == {"chat", "officers", "hooks", "sign-in", "portal-api", "oversight"}
    assert prod.chat.only("AWS::ApiGatewayV2::Stage")["StageName"] == "socket"


def test_stages_are_throttled_above_what_a_force_needs(prod: Assembly) -> None:
    limits = settings_for("prod").limits
    expected = {
        "chat": limits.chat,
        "officers": limits.officers,
        "hooks": limits.hooks,
        "sign-in": limits.sign_in,
        "portal-api": limits.portal,
        "oversight": limits.oversight,
    }
    for stage in prod.properties("AWS::ApiGateway::Stage").values():
        (settings,) = stage["MethodSettings"]
        allowed = expected[stage["StageName"]]
        assert (settings["ThrottlingRateLimit"], settings["ThrottlingBurstLimit"]) == (allowed.rate, allowed.burst)
    # a burst of updates of a large force in its busiest second; and nobody guesses codes by the thousand
    assert limits.hooks.rate >= 500
    assert limits.sign_in.rate <= 20
    socket = prod.chat.only("AWS::ApiGatewayV2::Stage")["DefaultRouteSettings"]
    assert (socket["ThrottlingRateLimit"], socket["ThrottlingBurstLimit"]) == (500, 1_000)
