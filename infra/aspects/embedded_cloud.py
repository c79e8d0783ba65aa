"""The only differences between the stacks on AWS and in the embedded cloud of a developer's machine.

Besides what is here, and because they are values and not resources: `Settings.target` (the functions run on the
machine's own interpreter), addresses that start with `Settings.embedded_cloud`, the variable ``HARBOUR_FONTS``
(layers are unpacked to ``/opt`` on AWS only), and the caller's own credentials instead of the bootstrap roles, which
the embedded cloud refuses (`CliCredentialsStackSynthesizer`, in `infra.app`).
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

import jsii
from aws_cdk import CfnResource, IAspect, Stack
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sqs as sqs
from constructs import IConstruct

NOT_IN_THE_EMBEDDED_CLOUD: Final[Mapping[str, str]] = MappingProxyType(
    {
        "AWS::Events::Archive": "nothing reads it but a person who asks who read what",
        "AWS::Logs::Delivery": "no log delivery: there is no CloudFront that would log",
        "AWS::Logs::DeliveryDestination": "as above",
        "AWS::Logs::DeliverySource": "as above",
        "AWS::WAFv2::WebACLAssociation": "the firewall is created but filters nothing there",
    }
)
"""CloudFormation types that the embedded cloud refuses, and why their absence changes no test."""

TRANSPORT_CONDITIONS: Final = frozenset({"aws:SecureTransport", "s3:TlsVersion"})
"""Statements on these keys refuse what does not come over TLS. The embedded cloud enforces them, and speaks plain
HTTP on the loopback address."""

ACTIONS_OF_ITS_OWN: Final[Mapping[str, str]] = MappingProxyType({"sqs:SendMessage": "sqs:SendMessageBatch"})
"""Rights that AWS has no name for, and that the embedded cloud wants beside ours: on AWS the first covers both. Roles
get them where they are made (`infra.constructs.function`): an aspect comes too late for references between stacks."""

CHECKED_WITHOUT_RESOURCE: Final = frozenset({"ses:SendEmail"})
"""Rights that the embedded cloud grants on every resource or not at all: there roles get them on ``*``."""


@jsii.implements(IAspect)
class EmbeddedCloud:
    """Takes out the resources of `NOT_IN_THE_EMBEDDED_CLOUD`, and policy statements on `TRANSPORT_CONDITIONS`."""

    def visit(self, node: IConstruct) -> None:
        """Called by CDK for each construct."""
        if not isinstance(node, CfnResource):
            return
        if node.cfn_resource_type in NOT_IN_THE_EMBEDDED_CLOUD:
            _remove(node)
        elif isinstance(node, s3.CfnBucketPolicy | sqs.CfnQueuePolicy | sns.CfnTopicPolicy):
            document = Stack.of(node).resolve(node.policy_document)
            kept = [statement for statement in document["Statement"] if not _is_about_transport(statement)]
            if kept:
                node.policy_document = {**document, "Statement": kept}
            else:
                _remove(node)


def _is_about_transport(statement: Mapping[str, Any]) -> bool:
    keys = {key for operands in statement.get("Condition", {}).values() for key in operands}
    return statement["Effect"] == "Deny" and bool(keys) and keys <= TRANSPORT_CONDITIONS


def _remove(resource: CfnResource) -> None:
    scope = resource.node.scope
    if scope is not None:
        scope.node.try_remove_child(resource.node.id)
