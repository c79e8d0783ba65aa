"""A REST API whose routes are read from the Chalice app that answers them: one routing table, no ``{proxy+}``."""

from __future__ import annotations

import importlib.util
import json
import sys
from pathlib import Path
from typing import Final

from aws_cdk import Duration, RemovalPolicy
from aws_cdk import aws_apigateway as apigateway
from aws_cdk import aws_logs as logs
from chalice.app import Chalice
from constructs import Construct

from infra.config.settings import Settings, Throttle
from infra.constructs import access_log
from infra.constructs.function import HarbourFunction, log_retention
from infra.layers.target import ROOT

PROBLEM_TYPE: Final = "https://harbour.example/problems/"

_OWN_ANSWERS: Final = (
    (apigateway.ResponseType.ACCESS_DENIED, "403", "forbidden", "You may not do this"),
    (apigateway.ResponseType.DEFAULT_4_XX, "400", "bad_request", "The request is not valid"),
    (apigateway.ResponseType.DEFAULT_5_XX, "500", "internal", "Something went wrong on our side"),
    (apigateway.ResponseType.EXPIRED_TOKEN, "401", "unauthorized", "Sign in again"),
    (apigateway.ResponseType.REQUEST_TOO_LARGE, "413", "too_large", "The request is too large"),
    (apigateway.ResponseType.MISSING_AUTHENTICATION_TOKEN, "404", "not_found", "There is nothing here"),
    (apigateway.ResponseType.THROTTLED, "429", "too_fast", "Too many requests"),
    (apigateway.ResponseType.UNAUTHORIZED, "401", "unauthorized", "Sign in"),
    (apigateway.ResponseType.WAF_FILTERED, "403", "blocked", "The request was blocked"),
)
"""What API Gateway answers by itself, as the same problem documents (RFC 9457) that the functions answer."""


def load_chalice_app(function: str, root: Path = ROOT / "functions") -> Chalice:
    """The Chalice app of ``functions/<function>/app.py``. Importing it needs no environment and no AWS.

    Raises
    ------
    FileNotFoundError
        There is no such file.
    TypeError
        Its ``app`` is no Chalice app.
    """
    path = root / function / "app.py"
    if not path.is_file():
        raise FileNotFoundError(path)
    package = str(ROOT / "layers" / "harbour" / "python")
    if package not in sys.path:
        sys.path.append(package)
    # every function's module is called "app"
    name = f"harbour_function_{function}"
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise FileNotFoundError(path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    app = module.app
    if not isinstance(app, Chalice):
        raise TypeError(f"{path}: 'app' is a {type(app).__name__}, not a Chalice app")
    return app


class ChaliceApi(Construct):
    """REST API + one stage: throttled, logged without personal data, traced, its own errors as problem documents.

    Attributes
    ----------
    api, stage, log_group
        The CDK resources.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        app: Chalice,
        function: HarbourFunction,
        stage: str,
        description: str,
        throttle: Throttle,
        settings: Settings,
        authorizer: apigateway.IAuthorizer | None = None,
        any_site: bool = False,
    ) -> None:
        """Create the API.

        Parameters
        ----------
        app
            Whose ``routes`` to take.
        stage
            Also the first part of the path behind CloudFront.
        authorizer
            Of every route; None leaves them open to everybody.
        any_site
            True: pages of any origin may call it, without credentials.
        """
        super().__init__(scope, construct_id)
        self.log_group = logs.LogGroup(
            self,
            "AccessLog",
            retention=log_retention(settings.log_retention_days),
            removal_policy=RemovalPolicy.RETAIN if settings.keep else RemovalPolicy.DESTROY,
        )
        self.api = apigateway.RestApi(
            self,
            "Api",
            description=description,
            endpoint_types=[apigateway.EndpointType.REGIONAL],
            deploy_options=apigateway.StageOptions(
                stage_name=stage,
                throttling_rate_limit=throttle.rate,
                throttling_burst_limit=throttle.burst,
                access_log_destination=apigateway.LogGroupLogDestination(self.log_group),
                access_log_format=apigateway.AccessLogFormat.custom(access_log.REST),
                logging_level=apigateway.MethodLoggingLevel.ERROR,
                # would write headers, queries and bodies to the log
                data_trace_enabled=False,
                metrics_enabled=True,
                tracing_enabled=True,
            ),
        )
        self.stage = self.api.deployment_stage
        self._add_routes(app, function, authorizer, any_site=any_site)
        self._add_own_answers(any_site=any_site)

    def _add_routes(
        self,
        app: Chalice,
        function: HarbourFunction,
        authorizer: apigateway.IAuthorizer | None,
        *,
        any_site: bool,
    ) -> None:
        integration = apigateway.LambdaIntegration(function.function, scope_permission_to_method=False)
        for path, methods in sorted(app.routes.items()):
            resource = self.api.root.resource_for_path(path)
            for method in sorted(methods):
                resource.add_method(
                    method,
                    integration,
                    authorizer=authorizer,
                    authorization_type=(
                        apigateway.AuthorizationType.COGNITO if authorizer else apigateway.AuthorizationType.NONE
                    ),
                )
            if any_site:
                resource.add_cors_preflight(
                    allow_origins=apigateway.Cors.ALL_ORIGINS,
                    allow_methods=sorted(methods),
                    allow_headers=["Content-Type"],
                    max_age=Duration.hours(2),
                )

    def _add_own_answers(self, *, any_site: bool) -> None:
        headers = {"Cache-Control": "'no-store'"}
        if any_site:
            # without it the widget could not tell "too fast" from "no connection"
            headers["Access-Control-Allow-Origin"] = "'*'"
        for kind, status, code, title in _OWN_ANSWERS:
            keeps_status = kind.response_type.startswith("DEFAULT")
            body = {"type": PROBLEM_TYPE + code, "title": title, "code": code, "detail": title}
            if not keeps_status:
                body["status"] = int(status)  # type: ignore[assignment]
            self.api.add_gateway_response(
                f"Answer{code.title().replace('_', '')}{kind.response_type.title().replace('_', '')}",
                type=kind,
                status_code=None if keeps_status else status,
                response_headers=headers,
                templates={"application/json": json.dumps(body)},
            )
