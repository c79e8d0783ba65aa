"""A Lambda function by our rules: own role with exact actions, own log group, traced, alarmed, built ahead."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from aws_cdk import Duration, RemovalPolicy
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from constructs import Construct

from infra.aspects.embedded_cloud import ACTIONS_OF_ITS_OWN, CHECKED_WITHOUT_RESOURCE
from infra.config.settings import Settings
from infra.constructs.alarms import Alarms
from infra.layers import Assets

METRICS_NAMESPACE: Final = "Harbour"

_TRACING: Final = ("xray:PutTraceSegments", "xray:PutTelemetryRecords")


def log_retention(days: int) -> logs.RetentionDays:
    """CloudWatch's own name for a number of days.

    Raises
    ------
    LookupError
        CloudWatch has no such step.
    """
    steps = {
        1: logs.RetentionDays.ONE_DAY,
        3: logs.RetentionDays.THREE_DAYS,
        7: logs.RetentionDays.ONE_WEEK,
        14: logs.RetentionDays.TWO_WEEKS,
        30: logs.RetentionDays.ONE_MONTH,
        60: logs.RetentionDays.TWO_MONTHS,
        90: logs.RetentionDays.THREE_MONTHS,
        180: logs.RetentionDays.SIX_MONTHS,
        365: logs.RetentionDays.ONE_YEAR,
    }
    return steps[days]


def own_metric(name: str, service: str, period: Duration | None = None) -> cloudwatch.Metric:
    """A count that a function writes with `harbour.runtime.telemetry.count`; per minute unless told."""
    return cloudwatch.Metric(
        namespace=METRICS_NAMESPACE,
        metric_name=name,
        dimensions_map={"service": service},
        period=period or Duration.minutes(1),
        statistic=cloudwatch.Stats.SUM,
    )


class HarbourFunction(Construct):
    """One function of ``functions/``.

    Its role may write to its own log group and send traces, and nothing else until `allow` is called: no managed
    policy, no shared role.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        name: str,
        handler: str,
        description: str,
        settings: Settings,
        assets: Assets,
        layers: Sequence[lambda_.ILayerVersion],
        environment: Mapping[str, str],
        alarms: Alarms,
    ) -> None:
        """Create it.

        Parameters
        ----------
        name
            Folder below ``functions/``, key of `Settings.sizing`, and the service name in logs and metrics.
        handler
            ``app.handler``, or ``app.app`` for a Chalice app.
        """
        super().__init__(scope, construct_id)
        size = settings.sizing[name]
        self.name = name
        self._own = ACTIONS_OF_ITS_OWN if settings.local else {}
        self._unbound = CHECKED_WITHOUT_RESOURCE if settings.local else frozenset[str]()
        self.log_group = logs.LogGroup(
            self,
            "Logs",
            retention=log_retention(settings.log_retention_days),
            removal_policy=RemovalPolicy.RETAIN if settings.keep else RemovalPolicy.DESTROY,
        )
        self.role = iam.Role(
            self,
            "Role",
            assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"),
            description=f"Harbour {name}",
        )
        self.allow(["logs:CreateLogStream", "logs:PutLogEvents"], [self.log_group.log_group_arn])
        # X-Ray has no resources to name
        self.allow(_TRACING, ["*"])
        self.function = lambda_.Function(
            self,
            "Function",
            description=description,
            code=lambda_.Code.from_asset(str(assets.function(name))),
            handler=handler,
            runtime=lambda_.Runtime(f"python{settings.target.python}", lambda_.RuntimeFamily.PYTHON),
            architecture=(
                lambda_.Architecture.ARM_64 if settings.target.architecture == "arm64" else lambda_.Architecture.X86_64
            ),
            memory_size=size.memory,
            timeout=Duration.seconds(size.timeout),
            reserved_concurrent_executions=size.concurrency,
            role=self.role.without_policy_updates(),
            log_group=self.log_group,
            tracing=lambda_.Tracing.ACTIVE,
            layers=list(layers),
            environment={
                **environment,
                # pydantic would look for plugins in every installed package: 9 % of the chat function's start
                "PYDANTIC_DISABLE_PLUGINS": "__all__",
                "POWERTOOLS_SERVICE_NAME": name,
                "POWERTOOLS_METRICS_NAMESPACE": METRICS_NAMESPACE,
                "POWERTOOLS_LOG_LEVEL": "INFO",
            },
        )
        # CDK does this only for roles that it may change: SQS refuses a consumer whose role cannot read it yet
        self.function.node.add_dependency(self.role)
        self._alarm(alarms)

    def allow(
        self,
        actions: Sequence[str],
        resources: Sequence[str],
        *,
        conditions: Mapping[str, Mapping[str, object]] | None = None,
    ) -> None:
        """Add exactly these actions on exactly these resources to the function's role."""
        more = [self._own[action] for action in actions if action in self._own]
        self.role.add_to_policy(
            iam.PolicyStatement(
                actions=[*actions, *more],
                resources=["*"] if self._unbound & set(actions) else list(resources),
                conditions={operator: dict(keys) for operator, keys in (conditions or {}).items()} or None,
            )
        )

    def _alarm(self, alarms: Alarms) -> None:
        minute = Duration.minutes(1)
        errors = self.function.metric_errors(period=minute, statistic=cloudwatch.Stats.SUM)
        throttles = self.function.metric_throttles(period=minute, statistic=cloudwatch.Stats.SUM)
        alarms.above(self, "Errors", errors, 0, f"{self.name}: an invocation failed")
        logged = logs.MetricFilter(
            self,
            "LoggedErrors",
            log_group=self.log_group,
            filter_pattern=logs.FilterPattern.string_value("$.level", "=", "ERROR"),
            metric_namespace=METRICS_NAMESPACE,
            metric_name=f"LoggedErrors-{self.name}",
            metric_value="1",
        ).metric(period=minute, statistic=cloudwatch.Stats.SUM)
        alarms.above(self, "LoggedErrors", logged, 0, f"{self.name}: handled an error that somebody should see")
        alarms.above(self, "Throttles", throttles, 0, f"{self.name}: invocations are refused for lack of concurrency")
