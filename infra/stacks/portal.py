"""The citizens' portal: webhooks of crime systems, messages to victims, their sign-in and their pages' API."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from aws_cdk import CfnOutput, Duration, RemovalPolicy, Stack
from aws_cdk import aws_apigateway as apigateway
from aws_cdk import aws_certificatemanager as acm
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_cognito as cognito
from aws_cdk import aws_iam as iam
from aws_cdk import aws_logs as logs
from aws_cdk import aws_logs_destinations as destinations
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_ses as ses
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sns_subscriptions as subscriptions
from aws_cdk import aws_wafv2 as wafv2
from chalice.app import Chalice
from constructs import Construct

from infra.config.settings import Settings, Throttle
from infra.constructs.alarms import Alarms
from infra.constructs.chalice_api import ChaliceApi
from infra.constructs.firewall import api_acl
from infra.constructs.function import HarbourFunction, own_metric
from infra.constructs.layers import layer_versions
from infra.constructs.schedule import alarm_if_stopped, every_minute, undelivered
from infra.constructs.work_queue import WorkQueue
from infra.layers import Assets
from infra.stacks.chat import CONVERSATION_RIGHTS, HarbourChat
from infra.stacks.data import HarbourData
from infra.stacks.identity import HarbourIdentity

HOOKS_STAGE: Final = "hooks"
PORTAL_STAGE: Final = "portal-api"
SIGN_IN_STAGE: Final = "sign-in"
OVERSIGHT_STAGE: Final = "oversight"

_CASES: Final = (
    "dynamodb:Query",
    "dynamodb:GetItem",
    "dynamodb:PutItem",
    "dynamodb:UpdateItem",
    "dynamodb:DeleteItem",
    "dynamodb:ConditionCheckItem",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Door:
    """One function: what calls it, in words, its folder and its handler."""

    folder: str
    description: str
    handler: str = "app.handler"


_DOORS: Final = {
    "webhooks": _Door(folder="webhooks", description="REST for crime systems: updates", handler="app.app"),
    "updates": _Door(folder="updates", description="Queue, in order: what an update changes, and whom it concerns"),
    "notifier": _Door(folder="notifier", description="Queue: sends a text message or an e-mail"),
    "receipts": _Door(folder="receipts", description="Queue and log: what became of what was sent"),
    "link": _Door(folder="link", description="Queue: what goes back to the crime system"),
    "deadlines": _Door(folder="deadlines", description="Every minute: what is due, and what will be late"),
    "sign_in": _Door(folder="sign_in", description="REST: signing in to the portal", handler="app.app"),
    "challenge": _Door(folder="sign_in", description="Cognito asks: may this person come in", handler="app.trigger"),
    "portal": _Door(folder="portal", description="REST for victims: their crimes", handler="app.app"),
    "oversight": _Door(folder="oversight", description="REST for officers: what is sent to victims", handler="app.app"),
}


class HarbourPortal(Stack):
    """Everything of the portal that runs. It holds no data: accounts in its user pool are made at the next sign-in.

    Attributes
    ----------
    hooks_api, sign_in_api, portal_api, oversight_api
        What CloudFront sends requests on to.
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
        chat: HarbourChat,
        **stack: object,
    ) -> None:
        """Create it.

        Parameters
        ----------
        assets
            Zips of the functions and layers.
        apps
            The Chalice apps of ``webhooks``, ``sign_in``, ``portal`` and ``oversight``.
        stack
            Goes to `Stack`.
        """
        super().__init__(scope, construct_id, **stack)  # type: ignore[arg-type]
        self._settings = settings
        self._assets = assets
        self._data = data
        self._chat = chat
        self._alarms = Alarms(self, "Alarms", email=settings.alarm_email)
        # 12 tries, 3 minutes apart: half an hour without the table before an update is put aside
        self._updates = self._queue("ToApply", "updates", consumer="updates", attempts=12, too_old=60, in_order=True)
        self._notify = self._queue("ToSend", "messages to send", consumer="notifier", attempts=10, too_old=60)
        self._receipts = self._queue("Fates", "receipts", consumer="receipts", attempts=10, too_old=900)
        self._link = self._queue("ToTell", "to crime systems", consumer="link", attempts=10, too_old=900)
        self._mail = self._mail_events()
        self._layers = layer_versions(self, "harbour", "vendor", "casework", assets=assets, settings=settings)
        self.functions: dict[str, HarbourFunction] = {}
        self._add("challenge", self._environment)
        self.pool, self._client = self._victims()
        environment = {
            **self._environment,
            "HARBOUR_VICTIM_POOL": self.pool.user_pool_id,
            "HARBOUR_VICTIM_CLIENT": self._client.user_pool_client_id,
        }
        for name in _DOORS:
            if name not in self.functions:
                self._add(name, environment | (self._one_login if name == "sign_in" else {}))
        self._grant()
        self._connect()
        self.hooks_api, self.sign_in_api, self.portal_api, self.oversight_api = self._rest_apis(apps, identity)
        self._ask_for_certificates()
        self._protect()
        self._watch()
        self._outputs()

    def _queue(
        self, construct_id: str, name: str, *, consumer: str, attempts: int, too_old: int, in_order: bool = False
    ) -> WorkQueue:
        return WorkQueue(
            self,
            construct_id,
            name=name,
            function_timeout=self._settings.sizing[consumer].timeout,
            attempts=attempts,
            too_old=too_old,
            settings=self._settings,
            alarms=self._alarms,
            in_order=in_order,
        )

    def _mail_events(self) -> ses.ConfigurationSet:
        """What became of each e-mail: SES tells a topic, and the topic a queue."""
        topic = sns.Topic(self, "MailEvents", enforce_ssl=True)
        topic.add_subscription(subscriptions.SqsSubscription(self._receipts.queue, raw_message_delivery=True))
        mail = ses.ConfigurationSet(
            self,
            "Mail",
            configuration_set_name=self._settings.prefix,
            # opening and clicking are nobody's business: no tracking address is put into a victim's mail
            reputation_metrics=True,
            tls_policy=ses.ConfigurationSetTlsPolicy.REQUIRE,
        )
        mail.add_event_destination(
            "Fate",
            destination=ses.EventDestination.sns_topic(topic),
            events=[
                ses.EmailSendingEvent.DELIVERY,
                ses.EmailSendingEvent.BOUNCE,
                ses.EmailSendingEvent.COMPLAINT,
                ses.EmailSendingEvent.REJECT,
                ses.EmailSendingEvent.RENDERING_FAILURE,
            ],
        )
        return mail

    @property
    def _environment(self) -> dict[str, str]:
        settings = self._settings
        return {
            "HARBOUR_ENVIRONMENT": settings.environment.value,
            "HARBOUR_FORCE": settings.force.id,
            "HARBOUR_CASES": self._data.cases.table_name,
            "HARBOUR_UPDATES_QUEUE_URL": self._updates.queue.queue_url,
            "HARBOUR_NOTIFY_QUEUE_URL": self._notify.queue.queue_url,
            "HARBOUR_LINK_QUEUE_URL": self._link.queue.queue_url,
            "HARBOUR_RECEIPTS_QUEUE_URL": self._receipts.queue.queue_url,
            "HARBOUR_PORTAL_URL": settings.portal_url,
            "HARBOUR_SMS_SENDER": settings.sms_sender,
            "HARBOUR_EMAIL_FROM": settings.email_from,
            "HARBOUR_EMAIL_CONFIGURATION_SET": self._mail.configuration_set_name,
            "HARBOUR_LINK_ENDPOINTS": json.dumps(dict(settings.crime_systems)),
            "HARBOUR_SOURCE_SECRET_PREFIX": settings.source_secrets,
            "HARBOUR_PROVIDERS": json.dumps(list(settings.providers)),
            "HARBOUR_NOTIFY_SECRET": settings.notify_secret,
            "HARBOUR_EVENT_BUS": self._chat.bus.event_bus_name,
            # for those who start a chat from the portal
            "HARBOUR_TABLE": self._data.conversations.table_name,
            "HARBOUR_SOCKET_ENDPOINT": self._chat.socket.management_endpoint,
            "HARBOUR_TERMINOLOGY": settings.terminology,
            **settings.timers.variables,
            **settings.messages.variables,
        }

    @property
    def _one_login(self) -> dict[str, str]:
        """How the portal is registered at GOV.UK One Login; nothing where it is not."""
        asked = self._settings.one_login
        if asked is None:
            return {}
        return {
            "HARBOUR_ONE_LOGIN_CLIENT": asked.client_id,
            "HARBOUR_ONE_LOGIN_ISSUER": asked.issuer,
            "HARBOUR_ONE_LOGIN_SECRET": asked.key_secret_name,
        }

    def _add(self, name: str, environment: Mapping[str, str]) -> None:
        door = _DOORS[name]
        self.functions[name] = HarbourFunction(
            self,
            "".join(part.title() for part in name.split("_")),
            name=door.folder,
            handler=door.handler,
            description=door.description,
            settings=self._settings,
            assets=self._assets,
            layers=list(self._layers.values()),
            environment=environment,
            alarms=self._alarms,
        )

    def _victims(self) -> tuple[cognito.UserPool, cognito.UserPoolClient]:
        """The pool of those who sign in to the portal: no password, no attribute, a name that says nothing."""
        pool = cognito.UserPool(
            self,
            "Victims",
            self_sign_up_enabled=False,
            sign_in_aliases=cognito.SignInAliases(username=True),
            sign_in_case_sensitive=True,
            account_recovery=cognito.AccountRecovery.NONE,
            feature_plan=cognito.FeaturePlan.PLUS,
            standard_threat_protection_mode=cognito.StandardThreatProtectionMode.FULL_FUNCTION,
            mfa=cognito.Mfa.OFF,
            password_policy=cognito.PasswordPolicy(
                # no flow takes a password, and nobody is given one: this only has to be met by one that is thrown away
                min_length=12,
                require_lowercase=True,
                require_uppercase=True,
                require_digits=True,
                require_symbols=True,
            ),
            removal_policy=RemovalPolicy.DESTROY,
        )
        challenge = self.functions["challenge"].function
        for operation in (
            cognito.UserPoolOperation.DEFINE_AUTH_CHALLENGE,
            cognito.UserPoolOperation.CREATE_AUTH_CHALLENGE,
            cognito.UserPoolOperation.VERIFY_AUTH_CHALLENGE_RESPONSE,
        ):
            pool.add_trigger(operation, challenge)
        client = pool.add_client(
            "Portal",
            # Only with our own credentials: nobody outside can begin a sign-in at Cognito, or find out who has one.
            auth_flows=cognito.AuthFlow(custom=True, admin_user_password=False),
            generate_secret=False,
            prevent_user_existence_errors=True,
            enable_token_revocation=True,
            auth_session_validity=Duration.minutes(3),
            access_token_validity=Duration.hours(1),
            id_token_validity=Duration.hours(1),
            refresh_token_validity=Duration.hours(1),
            disable_o_auth=True,
            supported_identity_providers=[cognito.UserPoolClientIdentityProvider.COGNITO],
        )
        return pool, client

    # Who may do what

    def _grant(self) -> None:
        """Each function's exact rights; tests/infra/test_rights.py holds the same as a table."""
        settings = self._settings
        cases = self._data.cases.table_arn
        functions = self.functions
        for name in ("webhooks", "updates", "notifier", "receipts", "link", "deadlines", "sign_in", "portal"):
            functions[name].allow(_CASES, [cases])
        functions["challenge"].allow(["dynamodb:GetItem", "dynamodb:UpdateItem"], [cases])
        functions["deadlines"].allow(["dynamodb:Query"], [f"{cases}/index/due"])
        asks = {
            self._updates: ("webhooks", "deadlines"),
            self._notify: ("updates", "receipts", "deadlines"),
            self._receipts: ("webhooks",),
            self._link: ("webhooks", "updates", "notifier", "receipts", "deadlines", "sign_in", "portal"),
        }
        for queue, names in asks.items():
            for name in names:
                functions[name].allow(["sqs:SendMessage"], [queue.queue.queue_arn])
        secrets = self.format_arn(
            service="secretsmanager", resource="secret", resource_name=f"{settings.source_secrets}*"
        ).replace("secret/", "secret:")
        for name in ("webhooks", "link"):
            functions[name].allow(["secretsmanager:GetSecretValue"], [secrets])
        notify = self.format_arn(
            service="secretsmanager", resource="secret", resource_name=f"{settings.notify_secret}-*"
        ).replace("secret/", "secret:")
        for name in ("notifier", "sign_in", "webhooks"):
            functions[name].allow(["secretsmanager:GetSecretValue"], [notify])
        for name in ("notifier", "sign_in"):
            # a text message goes to a number, which is no resource
            functions[name].allow(["sns:Publish"], ["*"])
            functions[name].allow(
                ["ses:SendEmail"],
                [
                    *(
                        self.format_arn(service="ses", resource="identity", resource_name=identity)
                        for identity in (settings.email_from, settings.email_from.partition("@")[2])
                    ),
                    self.format_arn(
                        service="ses",
                        resource="configuration-set",
                        resource_name=self._mail.configuration_set_name,
                    ),
                ],
            )
        if settings.one_login is not None:
            # Secrets Manager ends each ARN with six characters of its own
            key = self.format_arn(
                service="secretsmanager",
                resource="secret",
                resource_name=f"{settings.one_login.key_secret_name}-??????",
            ).replace("secret/", "secret:")
            functions["sign_in"].allow(["secretsmanager:GetSecretValue"], [key])
        oversight = functions["oversight"]
        oversight.allow(["dynamodb:Query", "dynamodb:BatchGetItem", "dynamodb:UpdateItem"], [cases])
        oversight.allow(["dynamodb:Query"], [f"{cases}/index/due"])
        functions["sign_in"].allow(
            [
                "cognito-idp:AdminInitiateAuth",
                "cognito-idp:AdminRespondToAuthChallenge",
                "cognito-idp:AdminCreateUser",
                "cognito-idp:AdminGetUser",
                "cognito-idp:AdminSetUserPassword",
                "cognito-idp:AdminUserGlobalSignOut",
            ],
            [self.pool.user_pool_arn],
        )
        portal = functions["portal"]
        portal.allow(["translate:TranslateText", "comprehend:DetectDominantLanguage"], ["*"])
        portal.allow(["events:PutEvents"], [self._chat.bus.event_bus_arn])
        portal.allow(CONVERSATION_RIGHTS, [self._data.conversations.table_arn])
        self._chat.socket.allow_posting(portal)

    # What calls what

    def _connect(self) -> None:
        self._updates.feeds(self.functions["updates"], batch=10)
        self._notify.feeds(self.functions["notifier"], batch=10)
        self._receipts.feeds(self.functions["receipts"], batch=10)
        self._link.feeds(self.functions["link"], batch=1)
        dead = undelivered(self, self._alarms, "the schedule could not start a function")
        every_minute(self, self.functions["deadlines"], "Looks for what is due", dead)
        self._hear_of_texts()

    def _hear_of_texts(self) -> None:
        """SNS tells what became of a text message in two logs of fixed names; each hands its lines on.

        The logs name the number: they are kept for a day only. Which role SNS writes with is a setting of the account,
        which CloudFormation cannot set: `infra.delivery.texts` does.
        """
        role = iam.Role(
            self, "TextsLog", assumed_by=iam.ServicePrincipal("sns.amazonaws.com"), description="SNS writes receipts"
        )
        for name, ending in (("Sent", ""), ("Refused", "/Failure")):
            log = logs.LogGroup(
                self,
                f"Texts{name}",
                log_group_name=f"sns/{self.region}/{self.account}/DirectPublishToPhoneNumber{ending}",
                retention=logs.RetentionDays.ONE_DAY,
                removal_policy=RemovalPolicy.DESTROY,
            )
            log.grant_write(role)
            log.add_subscription_filter(
                f"Texts{name}Receipts",
                destination=destinations.LambdaDestination(self.functions["receipts"].function),
                filter_pattern=logs.FilterPattern.all_events(),
            )
        CfnOutput(self, "TextsLogRole", value=role.role_arn)

    def _rest_apis(
        self, apps: Mapping[str, Chalice], identity: HarbourIdentity
    ) -> tuple[ChaliceApi, ChaliceApi, ChaliceApi, ChaliceApi]:
        victims = apigateway.CognitoUserPoolsAuthorizer(
            self, "SignedIn", cognito_user_pools=[self.pool], results_cache_ttl=Duration.seconds(0)
        )
        officers = apigateway.CognitoUserPoolsAuthorizer(
            self, "Officers", cognito_user_pools=[identity.pool], results_cache_ttl=Duration.minutes(1)
        )
        limits = self._settings.limits

        def api(
            name: str,
            function: str,
            stage: str,
            throttle: Throttle,
            authorizer: apigateway.IAuthorizer | None = None,
        ) -> ChaliceApi:
            made = ChaliceApi(
                self,
                name,
                app=apps[function],
                function=self.functions[function],
                stage=stage,
                description=_DOORS[function].description,
                throttle=throttle,
                settings=self._settings,
                authorizer=authorizer,
            )
            # the account's role for API Gateway's logs is the chat stack's
            made.stage.node.add_dependency(self._chat)
            return made

        return (
            api("HooksApi", "webhooks", HOOKS_STAGE, limits.hooks),
            api("SignInApi", "sign_in", SIGN_IN_STAGE, limits.sign_in),
            api("PortalApi", "portal", PORTAL_STAGE, limits.portal, victims),
            api("OversightApi", "oversight", OVERSIGHT_STAGE, limits.oversight, officers),
        )

    def _ask_for_certificates(self) -> None:
        """The webhooks' second address, where the TLS connection itself proves who calls."""
        asked = self._settings.mutual_tls
        if asked is None:
            return
        name = apigateway.DomainName(
            self,
            "HooksName",
            domain_name=asked.name,
            certificate=acm.Certificate.from_certificate_arn(self, "HooksCertificate", asked.certificate_arn),
            endpoint_type=apigateway.EndpointType.REGIONAL,
            security_policy=apigateway.SecurityPolicy.TLS_1_2,
            mtls=apigateway.MTLSConfig(
                bucket=s3.Bucket.from_bucket_name(self, "TrustStore", asked.trust_store_bucket),
                key=asked.trust_store_key,
            ),
        )
        name.add_base_path_mapping(self.hooks_api.api, base_path=HOOKS_STAGE, stage=self.hooks_api.stage)
        CfnOutput(self, "HooksNameTarget", value=name.domain_name_alias_domain_name)

    def _protect(self) -> None:
        firewall = api_acl(self, "Firewall", limits=self._settings.limits)
        for name, api in (
            ("Hooks", self.hooks_api),
            ("SignIn", self.sign_in_api),
            ("Portal", self.portal_api),
            ("Oversight", self.oversight_api),
        ):
            wafv2.CfnWebACLAssociation(
                self, f"{name}Firewall", resource_arn=api.stage.stage_arn, web_acl_arn=firewall.attr_arn
            )

    # What people see of it

    def _watch(self) -> None:
        minute = Duration.minutes(1)
        alarm_if_stopped(
            self.functions["deadlines"],
            self._alarms,
            "deadlines: has not run for 5 minutes, so nothing that waits is sent",
        )
        watched = {
            "ContactBlocked": ("updates", "a victim and a suspect have the same contact; nothing is sent to it"),
            "LinkDead": ("link", "a crime system did not take what it was told for two days; nobody there knows of it"),
            "Unknowable": ("notifier", "nobody knows whether a message was sent; the receipts settle it"),
            "ReceiptUnmatched": ("receipts", "a receipt is of no message that is known"),
        }
        for name, (service, words) in watched.items():
            self._alarms.above(self, name, own_metric(name, service), 0, words)
        dashboard = cloudwatch.Dashboard(self, "Dashboard", default_interval=Duration.hours(12))
        dashboard.add_widgets(cloudwatch.AlarmStatusWidget(title="Alarms", alarms=self._alarms.all, width=24, height=4))
        dashboard.add_widgets(
            *(
                cloudwatch.GraphWidget(title=f"{queue.name} (s): oldest", left=[queue.age], width=6)
                for queue in (self._updates, self._notify, self._receipts, self._link)
            )
        )
        every = [function.function for function in self.functions.values()]
        dashboard.add_widgets(
            cloudwatch.GraphWidget(
                title="Errors", left=[function.metric_errors(period=minute) for function in every], width=12
            ),
            cloudwatch.GraphWidget(
                title="Data quality: problems found",
                left=[
                    own_metric("QualityProblem", "updates", Duration.hours(1)),
                    own_metric("HardBounce", "receipts", Duration.hours(1)),
                    own_metric("HardBounce", "notifier", Duration.hours(1)),
                ],
                width=12,
            ),
        )

    def _outputs(self) -> None:
        base = self._settings.embedded_cloud
        for name, api, stage in (
            ("HooksApiUrl", self.hooks_api.api, HOOKS_STAGE),
            ("SignInApiUrl", self.sign_in_api.api, SIGN_IN_STAGE),
            ("PortalApiUrl", self.portal_api.api, PORTAL_STAGE),
            ("OversightApiUrl", self.oversight_api.api, OVERSIGHT_STAGE),
        ):
            local = f"{base}/_aws/execute-api/{api.rest_api_id}/{stage}"
            CfnOutput(self, name, value=api.url.rstrip("/") if base is None else local)
        CfnOutput(self, "VictimPoolId", value=self.pool.user_pool_id)
        CfnOutput(self, "UpdatesQueueUrl", value=self._updates.queue.queue_url)
        CfnOutput(self, "UpdatesDeadLetterUrl", value=self._updates.dead.queue_url)
        CfnOutput(self, "NotifyDeadLetterUrl", value=self._notify.dead.queue_url)
        CfnOutput(self, "LinkDeadLetterUrl", value=self._link.dead.queue_url)
