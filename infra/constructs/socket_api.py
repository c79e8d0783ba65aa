"""The WebSocket API: a single-use ticket opens it, one function answers all frames but the heartbeat."""

from __future__ import annotations

from typing import Final

from aws_cdk import ArnFormat, RemovalPolicy, Stack
from aws_cdk import aws_apigatewayv2 as apigatewayv2
from aws_cdk import aws_logs as logs
from aws_cdk.aws_apigatewayv2_authorizers import WebSocketLambdaAuthorizer
from aws_cdk.aws_apigatewayv2_integrations import WebSocketLambdaIntegration, WebSocketMockIntegration
from constructs import Construct

from infra.config.settings import Settings
from infra.constructs import access_log
from infra.constructs.function import HarbourFunction, log_retention

STAGE: Final = "socket"
"""Also the path behind CloudFront: the stage's name is the path of the handshake."""

HEARTBEAT: Final = "heartbeat"


class SocketApi(Construct):
    """The API, created before the functions that answer it, because they need its address.

    Attributes
    ----------
    api
        The CDK resource.
    management_endpoint
        Where functions post to connections (``@connections``).
    url
        Where clients connect when they do not go through CloudFront.
    """

    def __init__(self, scope: Construct, construct_id: str, *, settings: Settings) -> None:
        """Create the API without routes; see `answer_with`."""
        super().__init__(scope, construct_id)
        self._settings = settings
        self.api = apigatewayv2.WebSocketApi(
            self,
            "Api",
            description="Live chat between visitors and officers",
            route_selection_expression="$request.body.action",
        )
        if settings.embedded_cloud is None:
            host = f"{self.api.api_id}.execute-api.{settings.region}.amazonaws.com"
            self.management_endpoint = f"https://{host}/{STAGE}"
            self.url = f"wss://{host}/{STAGE}"
        else:
            path = f"/_aws/execute-api/{self.api.api_id}/{STAGE}"
            self.management_endpoint = settings.embedded_cloud + path
            self.url = settings.embedded_cloud.replace("http", "ws", 1) + path

    def answer_with(self, *, authorizer: HarbourFunction, chat: HarbourFunction) -> apigatewayv2.WebSocketStage:
        """Add the routes and the stage.

        ``$connect`` asks the authorizer, which burns the ticket in the query; without one it is refused before
        any function runs. ``heartbeat`` only resets the idle timer: a MOCK that costs no invocation and, having
        no route response, sends nothing back. Everything else is ``$default``.
        """
        self.api.add_route(
            "$connect",
            integration=WebSocketLambdaIntegration("Connect", chat.function),
            authorizer=WebSocketLambdaAuthorizer(
                "Ticket", authorizer.function, identity_source=["route.request.querystring.ticket"]
            ),
        )
        self.api.add_route("$disconnect", integration=WebSocketLambdaIntegration("Disconnect", chat.function))
        self.api.add_route("$default", integration=WebSocketLambdaIntegration("Frame", chat.function))
        self.api.add_route(
            HEARTBEAT,
            integration=WebSocketMockIntegration(
                "Heartbeat",
                request_templates={"$default": '{"statusCode":200}'},
                template_selection_expression="\\$default",
            ),
        )
        return self._stage()

    def allow_posting(self, function: HarbourFunction) -> None:
        """Let a function post to connections, and drop one, in this API's stage only."""
        stage = Stack.of(self).format_arn(service="execute-api", resource=self.api.api_id, resource_name=STAGE)
        function.allow(
            ["execute-api:ManageConnections"],
            [f"{stage}/POST/@connections/*", f"{stage}/DELETE/@connections/*"],
        )

    def _stage(self) -> apigatewayv2.WebSocketStage:
        settings = self._settings
        self.log_group = logs.LogGroup(
            self,
            "AccessLog",
            retention=log_retention(settings.log_retention_days),
            removal_policy=RemovalPolicy.RETAIN if settings.keep else RemovalPolicy.DESTROY,
        )
        throttle = settings.limits.socket
        stage = apigatewayv2.WebSocketStage(
            self,
            "Stage",
            web_socket_api=self.api,
            stage_name=STAGE,
            auto_deploy=True,
            detailed_metrics_enabled=True,
            throttle=apigatewayv2.ThrottleSettings(rate_limit=throttle.rate, burst_limit=throttle.burst),
        )
        resource = stage.node.default_child
        if not isinstance(resource, apigatewayv2.CfnStage):
            raise TypeError("a WebSocketStage without its CloudFormation resource")
        resource.access_log_settings = apigatewayv2.CfnStage.AccessLogSettingsProperty(
            destination_arn=Stack.of(self).format_arn(
                service="logs",
                resource="log-group",
                resource_name=self.log_group.log_group_name,
                arn_format=ArnFormat.COLON_RESOURCE_NAME,
            ),
            format=access_log.SOCKET,
        )
        return stage
