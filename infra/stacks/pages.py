"""The one web address: CloudFront before the pages, the REST APIs and the socket, with its firewall and its log."""

from __future__ import annotations

import json
from typing import Final

from aws_cdk import CfnOutput, Duration, RemovalPolicy, Stack
from aws_cdk import aws_certificatemanager as acm
from aws_cdk import aws_cloudfront as cloudfront
from aws_cdk import aws_cloudfront_origins as origins
from aws_cdk import aws_iam as iam
from aws_cdk import aws_logs as logs
from aws_cdk import aws_s3 as s3
from constructs import Construct

from infra.config import web
from infra.config.settings import Settings
from infra.constructs.firewall import edge_acl
from infra.constructs.function import log_retention
from infra.stacks.chat import HarbourChat
from infra.stacks.portal import HarbourPortal

LOGGED_FIELDS: Final = (
    "date",
    "time",
    "x-edge-location",
    "x-edge-request-id",
    "cs-protocol",
    "cs-method",
    "cs-uri-stem",
    "sc-status",
    "sc-bytes",
    "time-taken",
    "x-edge-result-type",
    "x-edge-detailed-result-type",
    "ssl-protocol",
)
"""Of the fields that CloudFront offers. Not: the query (the socket's ticket), addresses, cookies, browser, and the
page that somebody came from."""

_SECURITY_HEADERS: Final = frozenset(
    {
        "Content-Security-Policy",
        "Referrer-Policy",
        "Strict-Transport-Security",
        "X-Content-Type-Options",
        "X-Frame-Options",
    }
)
"""CloudFront takes these apart and refuses them among other headers."""


def paths_function(redirects: dict[str, str], index: str) -> str:
    """Source of the CloudFront function that resolves paths of the pages as `web.file_for` does."""
    return f"""\
var redirects = {json.dumps(redirects)};
function handler(event) {{
  var request = event.request;
  var to = redirects[request.uri];
  if (to) {{
    return {{ statusCode: 301, statusDescription: 'Moved Permanently',
      headers: {{ location: {{ value: to }}, 'cache-control': {{ value: 'no-store' }} }} }};
  }}
  if (request.uri.endsWith('/')) {{
    request.uri += {json.dumps(index)};
  }}
  return request;
}}
"""


class HarbourPages(Stack):
    """Public, static, replaceable. It lives in us-east-1, where AWS wants the firewall and the log of CloudFront.

    No conversation passes through storage here: the APIs and the socket are only forwarded, uncached.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        settings: Settings,
        chat: HarbourChat,
        portal: HarbourPortal,
        **stack: object,
    ) -> None:
        """Create it; ``stack`` goes to `Stack`."""
        super().__init__(scope, construct_id, **stack)  # type: ignore[arg-type]
        self._settings = settings
        self._bucket = s3.Bucket(
            self,
            "Pages",
            encryption=s3.BucketEncryption.S3_MANAGED,
            block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
            object_ownership=s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
            enforce_ssl=True,
            versioned=True,
            lifecycle_rules=[s3.LifecycleRule(noncurrent_version_expiration=Duration.days(30))],
            # built from the repository at every deployment; CloudFormation cannot delete a bucket with files
            removal_policy=RemovalPolicy.RETAIN,
        )
        self._distribution = self._distribute(chat, portal)
        self._log()
        CfnOutput(self, "PagesBucket", value=self._bucket.bucket_name)
        CfnOutput(
            self,
            "DistributionDomain",
            value=settings.domain.name if settings.domain else self._distribution.distribution_domain_name,
        )
        CfnOutput(self, "DistributionId", value=self._distribution.distribution_id)

    def _distribute(self, chat: HarbourChat, portal: HarbourPortal) -> cloudfront.Distribution:
        region = self._settings.region

        def api(api_id: str) -> origins.HttpOrigin:
            return origins.HttpOrigin(
                f"{api_id}.execute-api.{region}.amazonaws.com",
                protocol_policy=cloudfront.OriginProtocolPolicy.HTTPS_ONLY,
                origin_ssl_protocols=[cloudfront.OriginSslPolicy.TLS_V1_2],
                read_timeout=Duration.seconds(30),
            )

        pages = origins.S3BucketOrigin.with_origin_access_control(self._bucket)
        answering: dict[web.Origin, cloudfront.IOrigin] = {
            web.Origin.PAGES: pages,
            web.Origin.CHAT_API: api(chat.chat_api.api.rest_api_id),
            web.Origin.OFFICERS_API: api(chat.officers_api.api.rest_api_id),
            web.Origin.SOCKET: api(chat.socket.api.api_id),
            web.Origin.HOOKS_API: api(portal.hooks_api.api.rest_api_id),
            web.Origin.PORTAL_API: api(portal.portal_api.api.rest_api_id),
            web.Origin.SIGN_IN_API: api(portal.sign_in_api.api.rest_api_id),
            web.Origin.OVERSIGHT_API: api(portal.oversight_api.api.rest_api_id),
        }
        paths = cloudfront.Function(
            self,
            "Paths",
            code=cloudfront.FunctionCode.from_inline(paths_function(dict(web.REDIRECTS), web.INDEX)),
            runtime=cloudfront.FunctionRuntime.JS_2_0,
        )
        forward = self._forward_policy()
        edge_cache = self._edge_cache()
        policies = {
            behaviour.name: cloudfront.BehaviorOptions(
                origin=answering[behaviour.origin],
                viewer_protocol_policy=cloudfront.ViewerProtocolPolicy.HTTPS_ONLY,
                allowed_methods=(
                    cloudfront.AllowedMethods.ALLOW_ALL
                    if behaviour.methods == web.ALL
                    else cloudfront.AllowedMethods.ALLOW_GET_HEAD_OPTIONS
                ),
                cache_policy=(
                    edge_cache if behaviour.origin is web.Origin.PAGES else cloudfront.CachePolicy.CACHING_DISABLED
                ),
                origin_request_policy=None if behaviour.origin is web.Origin.PAGES else forward,
                response_headers_policy=self._headers_policy(behaviour),
                compress=behaviour.origin is web.Origin.PAGES,
                function_associations=(
                    [
                        cloudfront.FunctionAssociation(
                            function=paths, event_type=cloudfront.FunctionEventType.VIEWER_REQUEST
                        )
                    ]
                    if behaviour.origin is web.Origin.PAGES
                    else None
                ),
            )
            for behaviour in self._behaviours
        }
        *named, last = self._behaviours
        domain = self._settings.domain
        return cloudfront.Distribution(
            self,
            "Distribution",
            comment=self._settings.prefix,
            default_behavior=policies[last.name],
            additional_behaviors={behaviour.pattern: policies[behaviour.name] for behaviour in named},
            domain_names=[domain.name] if domain else None,
            certificate=(
                acm.Certificate.from_certificate_arn(self, "Certificate", domain.certificate_arn) if domain else None
            ),
            # has no effect on CloudFront's own certificate
            minimum_protocol_version=cloudfront.SecurityPolicyProtocol.TLS_V1_2_2021 if domain else None,
            http_version=cloudfront.HttpVersion.HTTP2_AND_3,
            price_class=cloudfront.PriceClass.PRICE_CLASS_100,
            web_acl_id=edge_acl(self, "Firewall", limits=self._settings.limits).attr_arn,
        )

    @property
    def _behaviours(self) -> tuple[web.Behaviour, ...]:
        origins_called = (self._settings.sign_in_origin, self._settings.federation_origin)
        return web.behaviours([origin for origin in origins_called if origin is not None])

    def _forward_policy(self) -> cloudfront.OriginRequestPolicy:
        """Everything but cookies, and the host name, by which API Gateway finds the API."""
        return cloudfront.OriginRequestPolicy(
            self,
            "Forward",
            comment="To the APIs: no cookies, their own host name",
            cookie_behavior=cloudfront.OriginRequestCookieBehavior.none(),
            header_behavior=cloudfront.OriginRequestHeaderBehavior.deny_list("host"),
            query_string_behavior=cloudfront.OriginRequestQueryStringBehavior.all(),
        )

    def _edge_cache(self) -> cloudfront.CachePolicy:
        """A minute at the edge, whatever the file says: near its readers, and fresh soon after a deployment.

        Browsers are told ``no-store`` all the same (`web.behaviours`): nothing stays with a visitor.
        """
        minute = Duration.minutes(1)
        return cloudfront.CachePolicy(
            self,
            "EdgeCache",
            comment="Harbour pages: one minute",
            min_ttl=minute,
            default_ttl=minute,
            max_ttl=minute,
            enable_accept_encoding_brotli=True,
            enable_accept_encoding_gzip=True,
        )

    def _headers_policy(self, behaviour: web.Behaviour) -> cloudfront.ResponseHeadersPolicy:
        headers = behaviour.headers
        return cloudfront.ResponseHeadersPolicy(
            self,
            f"Headers{behaviour.name.title()}",
            comment=f"Harbour {behaviour.name}",
            cors_behavior=(
                cloudfront.ResponseHeadersCorsBehavior(
                    access_control_allow_credentials=False,
                    access_control_allow_headers=["*"],
                    access_control_allow_methods=["GET", "HEAD", "OPTIONS"],
                    access_control_allow_origins=["*"],
                    origin_override=True,
                )
                if behaviour.cors
                else None
            ),
            security_headers_behavior=cloudfront.ResponseSecurityHeadersBehavior(
                content_security_policy=cloudfront.ResponseHeadersContentSecurityPolicy(
                    content_security_policy=headers["Content-Security-Policy"], override=True
                ),
                content_type_options=cloudfront.ResponseHeadersContentTypeOptions(override=True),
                frame_options=cloudfront.ResponseHeadersFrameOptions(
                    frame_option=cloudfront.HeadersFrameOption.DENY, override=True
                ),
                referrer_policy=cloudfront.ResponseHeadersReferrerPolicy(
                    referrer_policy=cloudfront.HeadersReferrerPolicy.NO_REFERRER, override=True
                ),
                strict_transport_security=cloudfront.ResponseHeadersStrictTransportSecurity(
                    access_control_max_age=Duration.seconds(web.STRICT_TRANSPORT_SECURITY_SECONDS),
                    include_subdomains=True,
                    override=True,
                ),
            ),
            custom_headers_behavior=cloudfront.ResponseCustomHeadersBehavior(
                custom_headers=[
                    cloudfront.ResponseCustomHeader(header=name, value=value, override=True)
                    for name, value in headers.items()
                    if name not in _SECURITY_HEADERS
                ]
            ),
            remove_headers=["Server", "X-Amz-Server-Side-Encryption", "X-Amz-Version-Id"],
        )

    def _log(self) -> None:
        """Standard logging v2, which lets one choose the fields; the older kind always keeps the query string."""
        name = self._settings.prefix
        log_group = logs.LogGroup(
            self,
            "AccessLog",
            retention=log_retention(self._settings.log_retention_days),
            removal_policy=RemovalPolicy.RETAIN if self._settings.keep else RemovalPolicy.DESTROY,
        )
        log_group.add_to_resource_policy(
            iam.PolicyStatement(
                principals=[iam.ServicePrincipal("delivery.logs.amazonaws.com")],
                actions=["logs:CreateLogStream", "logs:PutLogEvents"],
                resources=[log_group.log_group_arn],
                conditions={"StringEquals": {"aws:SourceAccount": self.account}},
            )
        )
        source = logs.CfnDeliverySource(
            self,
            "LogSource",
            name=f"{name}-edge",
            log_type="ACCESS_LOGS",
            resource_arn=self.format_arn(
                service="cloudfront",
                region="",
                resource="distribution",
                resource_name=self._distribution.distribution_id,
            ),
        )
        destination = logs.CfnDeliveryDestination(
            self,
            "LogDestination",
            name=f"{name}-edge",
            destination_resource_arn=log_group.log_group_arn,
            output_format="json",
        )
        delivery = logs.CfnDelivery(
            self,
            "LogDelivery",
            delivery_source_name=source.name,
            delivery_destination_arn=destination.attr_arn,
            record_fields=list(LOGGED_FIELDS),
        )
        delivery.add_resource_dependency(source)
