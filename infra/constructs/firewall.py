"""AWS WAF rules. The first aim is that no victim is blocked; the second, that nobody can flood the service.

Left out on purpose: AWS's lists of anonymising services (someone who hides from an abuser may well use a VPN or
Tor). AWS's reputation list only counts: one infected phone behind a carrier's NAT puts its address on it.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Final

from aws_cdk import aws_wafv2 as wafv2
from constructs import Construct

from infra.config.settings import Limits

WINDOW_SECONDS: Final = 300

_TOO_MANY: Final = "too-many"

_FREE_TEXT_RULES: Final = (
    "CrossSiteScripting_BODY",
    "EC2MetaDataSSRF_BODY",
    "GenericLFI_BODY",
    "GenericRFI_BODY",
    "SizeRestrictions_BODY",
)
"""Rules on bodies that only count: an officer's note may quote anything that an abuser wrote, and must be kept."""


def edge_acl(scope: Construct, construct_id: str, *, limits: Limits) -> wafv2.CfnWebACL:
    """For CloudFront, which sees the caller's own address. Must be made in us-east-1."""
    officers, hooks = _starts_with("/officers/"), _starts_with("/hooks/")
    others = wafv2.CfnWebACL.StatementProperty(
        and_statement=wafv2.CfnWebACL.AndStatementProperty(statements=[_not(officers), _not(hooks)])
    )
    return _acl(
        scope,
        construct_id,
        "CLOUDFRONT",
        [
            _rate("OfficersPerAddress", limits.officers_per_address, scope_down=officers),
            _rate("VisitorsPerAddress", limits.visitors_per_address, scope_down=others),
            _rate("CrimeSystemsPerAddress", limits.hooks_per_address, scope_down=hooks),
            *_managed(),
        ],
    )


def api_acl(scope: Construct, construct_id: str, *, limits: Limits) -> wafv2.CfnWebACL:
    """For the REST APIs, where most callers have one of CloudFront's addresses: see `Limits`."""
    return _acl(
        scope,
        construct_id,
        "REGIONAL",
        [_rate("DirectPerAddress", limits.direct_per_address), *_managed()],
    )


def _acl(
    scope: Construct, construct_id: str, kind: str, rules: Sequence[wafv2.CfnWebACL.RuleProperty]
) -> wafv2.CfnWebACL:
    return wafv2.CfnWebACL(
        scope,
        construct_id,
        scope=kind,
        default_action=wafv2.CfnWebACL.DefaultActionProperty(allow={}),
        visibility_config=_visibility(construct_id),
        custom_response_bodies={
            _TOO_MANY: wafv2.CfnWebACL.CustomResponseBodyProperty(
                content_type="APPLICATION_JSON",
                content=json.dumps(
                    {
                        "type": "https://harbour.example/problems/too_fast",
                        "title": "Too many requests",
                        "status": 429,
                        "code": "too_fast",
                        "detail": "Too many requests from this network. In an emergency call 999.",
                    }
                ),
            )
        },
        rules=[
            wafv2.CfnWebACL.RuleProperty(
                name=rule.name,
                priority=priority,
                statement=rule.statement,
                action=rule.action,
                override_action=rule.override_action,
                visibility_config=rule.visibility_config,
            )
            for priority, rule in enumerate(rules)
        ],
    )


def _rate(
    name: str, limit: int, *, scope_down: wafv2.CfnWebACL.StatementProperty | None = None
) -> wafv2.CfnWebACL.RuleProperty:
    too_many = wafv2.CfnWebACL.CustomResponseProperty(
        response_code=429,
        custom_response_body_key=_TOO_MANY,
        response_headers=[
            wafv2.CfnWebACL.CustomHTTPHeaderProperty(name="Access-Control-Allow-Origin", value="*"),
            wafv2.CfnWebACL.CustomHTTPHeaderProperty(name="Cache-Control", value="no-store"),
        ],
    )
    return wafv2.CfnWebACL.RuleProperty(
        name=name,
        priority=0,
        statement=wafv2.CfnWebACL.StatementProperty(
            rate_based_statement=wafv2.CfnWebACL.RateBasedStatementProperty(
                aggregate_key_type="IP",
                evaluation_window_sec=WINDOW_SECONDS,
                limit=limit,
                scope_down_statement=scope_down,
            )
        ),
        action=wafv2.CfnWebACL.RuleActionProperty(block=wafv2.CfnWebACL.BlockActionProperty(custom_response=too_many)),
        visibility_config=_visibility(name),
    )


def _managed() -> list[wafv2.CfnWebACL.RuleProperty]:
    count = wafv2.CfnWebACL.RuleActionProperty(count={})
    free_text = [
        wafv2.CfnWebACL.RuleActionOverrideProperty(name=name, action_to_use=count) for name in _FREE_TEXT_RULES
    ]
    return [
        _group("AWSManagedRulesCommonRuleSet", free_text),
        _group("AWSManagedRulesKnownBadInputsRuleSet"),
        _group("AWSManagedRulesAmazonIpReputationList", count_only=True),
    ]


def _group(
    name: str,
    overrides: Sequence[wafv2.CfnWebACL.RuleActionOverrideProperty] = (),
    *,
    count_only: bool = False,
) -> wafv2.CfnWebACL.RuleProperty:
    return wafv2.CfnWebACL.RuleProperty(
        name=name,
        priority=0,
        statement=wafv2.CfnWebACL.StatementProperty(
            managed_rule_group_statement=wafv2.CfnWebACL.ManagedRuleGroupStatementProperty(
                vendor_name="AWS", name=name, rule_action_overrides=list(overrides) or None
            )
        ),
        override_action=wafv2.CfnWebACL.OverrideActionProperty(**{"count" if count_only else "none": {}}),
        visibility_config=_visibility(name),
    )


def _starts_with(path: str) -> wafv2.CfnWebACL.StatementProperty:
    return wafv2.CfnWebACL.StatementProperty(
        byte_match_statement=wafv2.CfnWebACL.ByteMatchStatementProperty(
            field_to_match=wafv2.CfnWebACL.FieldToMatchProperty(uri_path={}),
            positional_constraint="STARTS_WITH",
            search_string=path,
            text_transformations=[wafv2.CfnWebACL.TextTransformationProperty(priority=0, type="NONE")],
        )
    )


def _not(statement: wafv2.CfnWebACL.StatementProperty) -> wafv2.CfnWebACL.StatementProperty:
    return wafv2.CfnWebACL.StatementProperty(not_statement=wafv2.CfnWebACL.NotStatementProperty(statement=statement))


def _visibility(name: str) -> wafv2.CfnWebACL.VisibilityConfigProperty:
    # sampled requests would keep addresses and query strings for anyone with the console
    return wafv2.CfnWebACL.VisibilityConfigProperty(
        cloud_watch_metrics_enabled=True, metric_name=name, sampled_requests_enabled=False
    )
