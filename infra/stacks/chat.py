"""The service itself: functions, the socket, the two REST APIs, queues, timers, alarms. It holds no data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from aws_cdk import CfnOutput, Duration, Fn, RemovalPolicy, Stack
from aws_cdk import aws_apigateway as apigateway
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_iam as iam
from aws_cdk import aws_wafv2 as wafv2
from chalice.app import Chalice
from constructs import Construct

from infra.config.settings import Settings
from infra.constructs.alarms import Alarms
from infra.constructs.chalice_api import ChaliceApi
from infra.constructs.firewall import api_acl
from infra.constructs.function import HarbourFunction, own_metric
from infra.constructs.layers import layer_versions
from infra.constructs.schedule import alarm_if_stopped, every_minute, undelivered
from infra.constructs.socket_api import SocketApi
from infra.constructs.work_queue import WorkQueue
from infra.layers import Assets
from infra.stacks.data import HarbourData
from infra.stacks.identity import HarbourIdentity

CHAT_STAGE: Final = "chat"
OFFICERS_STAGE: Final = "officers"

EVENT_SOURCE: Final = "harbour"
CONVERSATION_CLOSED: Final = "ConversationClosed"

CONVERSATION_RIGHTS: Final = (
    "dynamodb:Query",
    "dynamodb:GetItem",
    "dynamodb:PutItem",
    "dynamodb:UpdateItem",
    "dynamodb:DeleteItem",
)
"""Rights on the table of whoever changes a conversation. A transaction needs no right of its own: it is checked as
the puts, updates and deletes that it is made of."""


_PUBLISHING: Final = ("chat", "visitor", "console", "timers")
"""Functions that put events on the bus."""

_WRITING: Final = ("chat", "visitor")
"""Functions that store messages."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Door:
    """One function: what calls it, in words, and its handler."""

    description: str
    handler: str = "app.handler"


_DOORS: Final = {
    "authorizer": _Door(description="Burns the ticket that opens a socket"),
    "chat": _Door(description="Answers the socket: connections, messages, presence"),
    "visitor": _Door(description="REST for visitors: force, tickets, exit", handler="app.app"),
    "console": _Door(description="REST for officers: queue, duty, notes, packages", handler="app.app"),
    "timers": _Door(description="Every minute: whose time has run out"),
    "translations": _Door(description="Queue: translations that missed their deadline"),
    "transcripts": _Door(description="Queue: seals closed conversations"),
}


class HarbourChat(Stack):
    """Everything that runs.

    Attributes
    ----------
    chat_api, officers_api, socket
        What CloudFront sends requests on to.
    bus
        Where what happened is told.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        settings: Settings,
        assets: Assets,
        apps: Mapping[str, Chalice],
        data: HarbourData,
        identity: HarbourIdentity,
        **stack: object,
    ) -> None:
        """Create it.

        Parameters
        ----------
        assets
            Zips of the functions and layers.
        apps
            The Chalice apps of ``visitor`` and ``console``; their routes become the REST APIs' routes.
        stack
            Goes to `Stack`.
        """
        super().__init__(scope, construct_id, **stack)  # type: ignore[arg-type]
        self._settings = settings
        self._assets = assets
        self._data = data
        self._identity = identity
        self._alarms = Alarms(self, "Alarms", email=settings.alarm_email)
        self.bus = events.EventBus(self, "Bus", description="What happened: ids only, never content")
        self._keep_what_happened()
        self.socket = SocketApi(self, "Socket", settings=settings)
        self._seals = WorkQueue(
            self,
            "Seals",
            name="sealing",
            function_timeout=settings.sizing["transcripts"].timeout,
            # 12 minutes apart: two hours without S3 or KMS before anyone has to act
            attempts=10,
            too_old=1_800,
            settings=settings,
            alarms=self._alarms,
        )
        self._late = WorkQueue(
            self,
            "LateTranslations",
            name="late translation",
            function_timeout=settings.sizing["translations"].timeout,
            # 3 minutes apart: an aid that comes a quarter of an hour late helps nobody any more
            attempts=5,
            too_old=300,
            settings=settings,
            alarms=self._alarms,
        )
        self._layers = layer_versions(self, "harbour", "vendor", "render", assets=assets, settings=settings)
        self._environment = self._make_environment()
        self.functions = {name: self._function(name, door) for name, door in _DOORS.items()}
        self._grant()
        self._connect()
        logging = self._let_api_gateway_log()
        stage = self.socket.answer_with(authorizer=self.functions["authorizer"], chat=self.functions["chat"])
        stage.node.add_dependency(logging)
        self.chat_api, self.officers_api = self._rest_apis(apps, identity)
        for api in (self.chat_api, self.officers_api):
            api.stage.node.add_dependency(logging)
        self._protect()
        self._watch()
        self._outputs()

    def _keep_what_happened(self) -> None:
        """The audit: AWS offers no way to change or to remove one event of an archive."""
        kept = self._settings.audit_retention_days
        archive = events.Archive(
            self,
            "Audit",
            description="What happened, and who read which transcript: ids only, never content",
            source_event_bus=self.bus,
            event_pattern=events.EventPattern(source=[EVENT_SOURCE]),
            # without one it is kept for good
            retention=None if kept is None else Duration.days(kept),
        )
        # an archive is read by a replay, and a replay goes to the bus that it came from
        for part in (archive, self.bus):
            part.apply_removal_policy(RemovalPolicy.RETAIN if self._settings.keep else RemovalPolicy.DESTROY)

    # What every function is made of

    def _make_environment(self) -> dict[str, str]:
        # layers are unpacked to /opt on AWS only
        fonts = {"HARBOUR_FONTS": str(self._assets.fonts())} if self._settings.local else {}
        return {
            **fonts,
            "HARBOUR_ENVIRONMENT": self._settings.environment.value,
            "HARBOUR_FORCE": self._settings.force.id,
            "HARBOUR_VERSION": self._assets.version(),
            "HARBOUR_TABLE": self._data.conversations.table_name,
            "HARBOUR_EVENT_BUS": self.bus.event_bus_name,
            "HARBOUR_SOCKET_ENDPOINT": self.socket.management_endpoint,
            "HARBOUR_EVIDENCE_BUCKET": self._data.evidence.bucket_name,
            "HARBOUR_SIGNING_KEY": self._data.signing_key.key_arn,
            "HARBOUR_SEAL_RETENTION_DAYS": str(self._settings.seal_retention_days),
            "HARBOUR_TERMINOLOGY": self._settings.terminology,
            "HARBOUR_SEAL_QUEUE_URL": self._seals.queue.queue_url,
            "HARBOUR_LATE_TRANSLATION_QUEUE_URL": self._late.queue.queue_url,
            **self._settings.timers.variables,
        }

    def _function(self, name: str, door: _Door) -> HarbourFunction:
        layers = [self._layers["harbour"], self._layers["vendor"]]
        environment = self._environment
        if name == "timers":
            # out of the ARN, which the stacks exchange already
            pool = Fn.select(1, Fn.split("/", self._identity.pool.user_pool_arn))
            environment = environment | {"HARBOUR_OFFICER_POOL": pool}
        if name == "transcripts":
            layers.append(self._layers["render"])
            environment = environment | {
                "HARBOUR_CASES": self._data.cases.table_name,
                "HARBOUR_OFFICERS_URL": self._settings.officers_url,
            }
        return HarbourFunction(
            self,
            name.title(),
            name=name,
            handler=door.handler,
            description=door.description,
            settings=self._settings,
            assets=self._assets,
            layers=layers,
            environment=environment,
            alarms=self._alarms,
        )

    # Who may do what

    def _grant(self) -> None:
        """Each function's exact rights; tests/infra/test_rights.py holds the same as a table."""
        table = self._data.conversations.table_arn
        functions = self.functions
        functions["authorizer"].allow(
            ["dynamodb:DeleteItem"],
            [table],
            # it can burn tickets, and touch nothing of a conversation
            conditions={"ForAllValues:StringLike": {"dynamodb:LeadingKeys": ["ticket#*"]}},
        )
        for name in ("chat", "visitor", "console", "timers", "translations"):
            functions[name].allow(CONVERSATION_RIGHTS, [table])
            self.socket.allow_posting(functions[name])
        for name in _PUBLISHING:
            functions[name].allow(["events:PutEvents"], [self.bus.event_bus_arn])
        for name in ("chat", "console", "timers"):
            functions[name].allow(["dynamodb:Query"], [f"{table}/index/work"])
        functions["timers"].allow(["dynamodb:Query"], [f"{table}/index/due"])
        # whose account was disabled is put out within the minute
        functions["timers"].allow(["cognito-idp:ListUsersInGroup"], [self._identity.pool.user_pool_arn])
        for name in ("chat", "translations"):
            # neither service has resources to name; Translate asks Comprehend when the language is to be detected
            functions[name].allow(["translate:TranslateText", "comprehend:DetectDominantLanguage"], ["*"])
        for name in ("chat", "visitor"):
            functions[name].allow(["sqs:SendMessage"], [self._late.queue.queue_arn])
        packages = self._data.evidence.arn_for_objects("*")
        # for the address of a download, which carries the right of whoever signed it
        functions["console"].allow(["s3:GetObject"], [packages])
        transcripts = functions["transcripts"]
        transcripts.allow(["dynamodb:Query", "dynamodb:GetItem", "dynamodb:PutItem"], [table])
        transcripts.allow(
            ["dynamodb:PutItem"],
            [self._data.cases.table_arn],
            # it can attach a package to a crime's report, and touch nothing else of the portal
            conditions={"ForAllValues:StringLike": {"dynamodb:LeadingKeys": ["crime#*"]}},
        )
        transcripts.allow(["kms:Sign", "kms:GetPublicKey"], [self._data.signing_key.key_arn])
        transcripts.allow(["s3:PutObject", "s3:PutObjectRetention", "s3:GetObject"], [packages])

    # What calls what

    def _connect(self) -> None:
        self._seals.feeds(self.functions["transcripts"], batch=1)
        self._late.feeds(self.functions["translations"], batch=10)
        dead = undelivered(self, self._alarms, "an event could not be delivered to its queue or function")
        events.Rule(
            self,
            "Closed",
            description="A conversation that was closed is sealed",
            event_bus=self.bus,
            event_pattern=events.EventPattern(source=[EVENT_SOURCE], detail_type=[CONVERSATION_CLOSED]),
            targets=[targets.SqsQueue(self._seals.queue, dead_letter_queue=dead)],
        )
        every_minute(self, self.functions["timers"], "Looks for timers that have run out", dead)

    def _let_api_gateway_log(self) -> apigateway.CfnAccount:
        """API Gateway writes no log of any API until the account names a role for it."""
        role = iam.Role(
            self,
            "ApiGatewayLogs",
            assumed_by=iam.ServicePrincipal("apigateway.amazonaws.com"),
            managed_policies=[
                iam.ManagedPolicy.from_aws_managed_policy_name("service-role/AmazonAPIGatewayPushToCloudWatchLogs")
            ],
        )
        account = apigateway.CfnAccount(self, "ApiGatewayAccount", cloud_watch_role_arn=role.role_arn)
        account.node.add_dependency(role)
        # one per AWS account and region: another API's logs must not stop when this stack goes
        account.apply_removal_policy(RemovalPolicy.RETAIN)
        role.apply_removal_policy(RemovalPolicy.RETAIN)
        return account

    def _rest_apis(self, apps: Mapping[str, Chalice], identity: HarbourIdentity) -> tuple[ChaliceApi, ChaliceApi]:
        officers = apigateway.CognitoUserPoolsAuthorizer(
            self, "Officers", cognito_user_pools=[identity.pool], results_cache_ttl=Duration.minutes(1)
        )
        chat = ChaliceApi(
            self,
            "ChatApi",
            app=apps["visitor"],
            function=self.functions["visitor"],
            stage=CHAT_STAGE,
            description="Visitors: force, tickets, exit",
            throttle=self._settings.limits.chat,
            settings=self._settings,
            any_site=True,
        )
        console = ChaliceApi(
            self,
            "OfficersApi",
            app=apps["console"],
            function=self.functions["console"],
            stage=OFFICERS_STAGE,
            description="Officers: queue, duty, notes, packages",
            throttle=self._settings.limits.officers,
            settings=self._settings,
            authorizer=officers,
        )
        return chat, console

    def _protect(self) -> None:
        firewall = api_acl(self, "Firewall", limits=self._settings.limits)
        for name, api in (("Chat", self.chat_api), ("Officers", self.officers_api)):
            wafv2.CfnWebACLAssociation(
                self,
                f"{name}Firewall",
                resource_arn=api.stage.stage_arn,
                web_acl_arn=firewall.attr_arn,
            )

    # What people see of it

    def _watch(self) -> None:
        minute = Duration.minutes(1)
        timers = self.functions["timers"].function
        alarm_if_stopped(
            self.functions["timers"],
            self._alarms,
            "timers: has not run for 5 minutes, so nobody is told of conversations that wait",
        )
        watched = {
            "Unanswered": "somebody has waited too long for an officer; the conversation was put to all again",
            "AttentionNeeded": "a conversation waits for an officer: unanswered, dropped, or a message was left",
            "WatchFailed": "timers: one conversation could not be looked at",
        }
        counted = {name: own_metric(name, "timers") for name in watched}
        for name, meaning in watched.items():
            self._alarms.above(timers, name, counted[name], 0, meaning)
        refused = own_metric("SealRefused", "transcripts")
        self._alarms.above(
            self, "SealRefused", refused, 0, "a record cannot be sealed as it is; a person must look at it"
        )
        for metric, names, meaning in (
            (
                "EventLost",
                _PUBLISHING,
                "the bus did not take an event; if somebody read a transcript, only the log says so",
            ),
            ("ConversationFull", _WRITING, "a conversation takes no more messages; no person writes so much"),
        ):
            for name in names:
                self._alarms.above(self.functions[name].function, metric, own_metric(metric, name), 0, meaning)
        dashboard = cloudwatch.Dashboard(self, "Dashboard", default_interval=Duration.hours(12))
        dashboard.add_widgets(cloudwatch.AlarmStatusWidget(title="Alarms", alarms=self._alarms.all, width=24, height=4))
        dashboard.add_widgets(
            _graph("Conversations that wait", [counted["Unanswered"], counted["AttentionNeeded"]]),
            _graph("Seal lag (s): oldest unsealed", [self._seals.age]),
            _graph("Late translations (s): oldest", [self._late.age]),
        )
        every = [function.function for function in self.functions.values()]
        dashboard.add_widgets(
            _graph("Errors", [function.metric_errors(period=minute) for function in every]),
            _graph("Throttles", [function.metric_throttles(period=minute) for function in every]),
            _graph(
                "Duration, 99 in 100 (ms)",
                [function.metric_duration(period=minute, statistic="p99") for function in every],
            ),
        )
        dashboard.add_widgets(
            _graph(
                "REST: answered 5xx",
                [api.api.metric_server_error(period=minute) for api in (self.chat_api, self.officers_api)],
            ),
            _graph("Socket: connections", [self._socket_metric("ConnectCount")]),
            _graph("Socket: messages", [self._socket_metric("MessageCount")]),
        )

    def _socket_metric(self, name: str) -> cloudwatch.Metric:
        return self.socket.api.metric(name, period=Duration.minutes(1), statistic=cloudwatch.Stats.SUM)

    def _outputs(self) -> None:
        base = self._settings.embedded_cloud
        for name, api, stage in (
            ("ChatApiUrl", self.chat_api.api, CHAT_STAGE),
            ("OfficersApiUrl", self.officers_api.api, OFFICERS_STAGE),
        ):
            local = f"{base}/_aws/execute-api/{api.rest_api_id}/{stage}"
            CfnOutput(self, name, value=api.url.rstrip("/") if base is None else local)
        CfnOutput(self, "SocketUrl", value=self.socket.url)
        CfnOutput(self, "SocketEndpoint", value=self.socket.management_endpoint)
        CfnOutput(self, "EventBus", value=self.bus.event_bus_name)
        CfnOutput(self, "SealQueueUrl", value=self._seals.queue.queue_url)
        CfnOutput(self, "SealDeadLetterUrl", value=self._seals.dead.queue_url)
        CfnOutput(self, "TranslationQueueUrl", value=self._late.queue.queue_url)


def _graph(title: str, metrics: Sequence[cloudwatch.IMetric]) -> cloudwatch.GraphWidget:
    return cloudwatch.GraphWidget(title=title, left=list(metrics), width=8)
