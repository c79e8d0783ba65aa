"""The firewall: no victim is stopped by it."""

from __future__ import annotations

import json
from typing import Any

from infra.config.settings import Limits
from tests.infra.template import Assembly

FREE_TEXT = {
    "CrossSiteScripting_BODY",
    "GenericLFI_BODY",
    "GenericRFI_BODY",
    "SizeRestrictions_BODY",
    "EC2MetaDataSSRF_BODY",
}


def rules(acl: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {rule["Name"]: rule for rule in acl["Rules"]}


def test_the_web_address_and_both_rest_apis_are_behind_it(prod: Assembly) -> None:
    (edge,) = prod.pages.resources("AWS::WAFv2::WebACL")
    distribution = prod.pages.only("AWS::CloudFront::Distribution")["DistributionConfig"]
    assert distribution["WebACLId"] == {"Fn::GetAtt": [edge, "Arn"]}
    assert prod.pages.only("AWS::WAFv2::WebACL")["Scope"] == "CLOUDFRONT"
    associations = prod.chat.properties("AWS::WAFv2::WebACLAssociation").values()
    stages = {json.dumps(found["ResourceArn"]) for found in associations}
    assert len(stages) == len(prod.chat.resources("AWS::ApiGateway::Stage")) == 2


def test_a_refuge_or_a_carrier_behind_one_address_is_not_stopped(prod: Assembly) -> None:
    found = rules(prod.pages.only("AWS::WAFv2::WebACL"))
    visitors = found["VisitorsPerAddress"]["Statement"]["RateBasedStatement"]
    worst_line = 9 + 30 * 3  # a visit, and a reconnection every 10 s for 5 minutes
    refuge = 30 * worst_line
    carrier = 100 * 9 + 20 * (worst_line - 9)
    assert visitors["EvaluationWindowSec"] == 300
    assert visitors["Limit"] == 2 * 3_000
    assert visitors["Limit"] >= 2 * max(refuge, carrier)


def test_a_whole_control_room_behind_one_address_is_not_stopped(prod: Assembly) -> None:
    found = rules(prod.pages.only("AWS::WAFv2::WebACL"))
    assert found["OfficersPerAddress"]["Statement"]["RateBasedStatement"]["Limit"] >= 2 * 50 * 150


def test_behind_cloudfront_nobody_shares_a_limit_that_all_together_could_reach(prod: Assembly) -> None:
    found = rules(prod.chat.only("AWS::WAFv2::WebACL"))
    everything_at_once = 200 * 99 + 7_500
    assert found["DirectPerAddress"]["Statement"]["RateBasedStatement"]["Limit"] >= 2 * everything_at_once


def test_who_is_stopped_is_told_so_in_words(prod: Assembly) -> None:
    for acl in prod.properties("AWS::WAFv2::WebACL").values():
        for rule in acl["Rules"]:
            if "RateBasedStatement" not in rule["Statement"]:
                continue
            response = rule["Action"]["Block"]["CustomResponse"]
            assert response["ResponseCode"] == 429
            body = json.loads(acl["CustomResponseBodies"][response["CustomResponseBodyKey"]]["Content"])
            assert body["status"] == 429
            assert "999" in body["detail"]
            assert {"Name": "Access-Control-Allow-Origin", "Value": "*"} in response["ResponseHeaders"]


def test_hiding_ones_address_is_no_reason_to_be_stopped(prod: Assembly) -> None:
    for acl in prod.properties("AWS::WAFv2::WebACL").values():
        assert "AnonymousIp" not in json.dumps(acl)
        assert rules(acl)["AWSManagedRulesAmazonIpReputationList"]["OverrideAction"] == {"Count": {}}


def test_a_note_that_quotes_an_abuser_is_not_stopped(prod: Assembly) -> None:
    for acl in prod.properties("AWS::WAFv2::WebACL").values():
        group = rules(acl)["AWSManagedRulesCommonRuleSet"]["Statement"]["ManagedRuleGroupStatement"]
        counted = {o["Name"] for o in group["RuleActionOverrides"] if o["ActionToUse"] == {"Count": {}}}
        assert counted == FREE_TEXT


def test_the_limits_are_those_of_the_settings(prod: Assembly) -> None:
    limits = Limits()
    found = rules(prod.pages.only("AWS::WAFv2::WebACL"))
    assert found["VisitorsPerAddress"]["Statement"]["RateBasedStatement"]["Limit"] == limits.visitors_per_address
