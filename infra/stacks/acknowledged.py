"""cdk-nag findings that we accept, each with its reason, on the smallest construct that has it.

A finding that is not listed here stops synthesis. So does an entry whose construct is gone, and
tests/infra/test_nag.py fails for an entry that no longer hides anything.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from aws_cdk import Acknowledgment, Stack, Validations
from constructs import IConstruct

from infra.config.settings import Settings

_FUNCTIONS: Final = ("Authorizer", "Chat", "Visitor", "Console", "Timers", "Translations", "Transcripts")
_POSTING: Final = ("Chat", "Visitor", "Console", "Timers", "Translations")

_EVIDENCE_OBJECTS: Final = (
    'Resource::{"Fn::GetStackOutput":{"StackName":"HarbourData","Region":"eu-west-2",'
    '"OutputName":"PublishOutputFnGetAttEvidence4CC26D68ArnBA400768"}}/*'
)
_CONNECTIONS: Final = "arn:aws:execute-api:eu-west-2:<AWS::AccountId>:<SocketApiF12253BF>/socket/{}/@connections/*"


@dataclass(frozen=True, slots=True)
class Accepted:
    """One accepted finding: construct path, cdk-nag's id for it, and why."""

    path: str
    rule: str
    reason: str


def accepted(settings: Settings) -> tuple[Accepted, ...]:
    """All accepted findings for one deployment."""
    return (
        *_rights(),
        *_functions(),
        *_apis(),
        *_portal(settings),
        *_pages(settings),
    )


def acknowledge(stacks: Sequence[Stack], settings: Settings) -> None:
    """Record them on their constructs.

    Raises
    ------
    LookupError
        An entry names a construct that does not exist.
    """
    by_name = {stack.node.id: stack for stack in stacks}
    for entry in accepted(settings):
        stack, *rest = entry.path.split("/")
        construct: IConstruct = by_name[stack]
        for part in rest:
            child = construct.node.try_find_child(part)
            if child is None:
                raise LookupError(f"acknowledged finding on {entry.path}, which does not exist")
            construct = child
        Validations.of(construct).acknowledge(Acknowledgment(id=entry.rule, reason=entry.reason))


def _rights() -> list[Accepted]:
    found = [
        Accepted(
            f"HarbourChat/{name}/Role",
            "AwsSolutions-IAM5[Resource::*]",
            "X-Ray's PutTraceSegments and PutTelemetryRecords, and for chat and translations also TranslateText and "
            "DetectDominantLanguage, cannot be limited to a resource; tests/infra/test_rights.py checks that "
            "nothing else is allowed on '*'",
        )
        for name in _FUNCTIONS
    ]
    found += [
        Accepted(
            f"HarbourChat/{name}/Role",
            f"AwsSolutions-IAM5[Resource::{_CONNECTIONS.format(verb)}]",
            "connection ids exist only at run time; this is one stage of one API, and only posting and dropping",
        )
        for name in _POSTING
        for verb in ("POST", "DELETE")
    ]
    found += [
        Accepted(
            f"HarbourChat/{name}/Role",
            f"AwsSolutions-IAM5[{_EVIDENCE_OBJECTS}]",
            "a package's key holds its conversation's id; the whole bucket holds only packages, and Object Lock "
            "keeps what is there from change",
        )
        for name in ("Console", "Transcripts")
    ]
    found.append(
        Accepted(
            "HarbourChat/ApiGatewayLogs",
            "AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/"
            "AmazonAPIGatewayPushToCloudWatchLogs]",
            "API Gateway checks the account's role against this very policy, which AWS maintains for it",
        )
    )
    return found


def _functions() -> list[Accepted]:
    return [
        Accepted(
            f"HarbourChat/{name}/Function",
            "AwsSolutions-L1",
            "Python 3.13 is supported by Lambda until 2029; packages, hashes and bytecode are locked for it and "
            "move to the next version together",
        )
        for name in _FUNCTIONS
    ]


def _apis() -> list[Accepted]:
    no_account = (
        "a visitor has no account: what opens a conversation is a single-use ticket, and what comes back to it is "
        "a resume token, both checked by the function"
    )
    opened = (
        "WebSocket APIs authorise $connect only, which burns a ticket; the authorizer's answer comes with every "
        "later frame, and the function checks it"
    )
    validated = (
        "every body is parsed by a strict pydantic model in the function, which answers with a problem document "
        "that names the field; a second schema in API Gateway could only drift from it"
    )
    return [
        Accepted("HarbourChat/ChatApi/Api", "AwsSolutions-APIG4", no_account),
        Accepted("HarbourChat/ChatApi/Api", "AwsSolutions-COG4", no_account),
        Accepted("HarbourChat/ChatApi/Api", "AwsSolutions-APIG2", validated),
        Accepted("HarbourChat/OfficersApi/Api", "AwsSolutions-APIG2", validated),
        *(
            Accepted(f"HarbourChat/Socket/Api/{route}-Route", "AwsSolutions-APIG4", opened)
            for route in ("$disconnect", "$default", "heartbeat")
        ),
        Accepted(
            "HarbourChat/Undelivered",
            "AwsSolutions-SQS3",
            "it is itself the dead-letter queue of two EventBridge targets, which this rule does not look at",
        ),
    ]


_PORTAL_FUNCTIONS: Final = (
    "Challenge", "Webhooks", "Updates", "Notifier", "Receipts", "Link", "Deadlines", "SignIn", "Portal",
    "Oversight",
)  # fmt: skip

_PORTAL_CONNECTIONS: Final = (
    'arn:aws:execute-api:eu-west-2:<AWS::AccountId>:{{"Fn::GetStackOutput":{{"StackName":"HarbourChat",'
    '"Region":"eu-west-2","OutputName":"PublishOutputRefSocketApiF12253BF6F5F386D"}}}}/socket/{}/@connections/*'
)


def _portal(settings: Settings) -> list[Accepted]:
    stored = "arn:aws:secretsmanager:eu-west-2:<AWS::AccountId>:secret:"
    found = [
        Accepted(
            f"HarbourPortal/{name}/Role",
            "AwsSolutions-IAM5[Resource::*]",
            "X-Ray's two actions, sns:Publish to a telephone number, TranslateText and DetectDominantLanguage cannot "
            "be limited to a resource; tests/infra/test_rights.py checks that nothing else is allowed on '*'",
        )
        for name in _PORTAL_FUNCTIONS
    ]
    found += [
        Accepted(
            f"HarbourPortal/{name}/Function",
            "AwsSolutions-L1",
            "Python 3.13 is supported by Lambda until 2029; packages, hashes and bytecode are locked for it and "
            "move to the next version together",
        )
        for name in _PORTAL_FUNCTIONS
    ]
    found += [
        Accepted(
            f"HarbourPortal/{name}/Role",
            f"AwsSolutions-IAM5[Resource::{stored}{settings.notify_secret}-*]",
            "Secrets Manager ends a secret's ARN with six random characters; this names one secret",
        )
        for name in ("Webhooks", "Notifier", "SignIn")
    ]
    found += [
        Accepted(
            f"HarbourPortal/{name}/Role",
            f"AwsSolutions-IAM5[Resource::{stored}{settings.source_secrets}*]",
            "one secret for each crime system, added without a deployment; all of them are for this function",
        )
        for name in ("Webhooks", "Link")
    ]
    found += [
        Accepted(
            "HarbourPortal/Portal/Role",
            f"AwsSolutions-IAM5[Resource::{_PORTAL_CONNECTIONS.format(verb)}]",
            "connection ids exist only at run time; this is one stage of one API, and only posting and dropping",
        )
        for verb in ("POST", "DELETE")
    ]
    validated = (
        "every body is parsed by a strict pydantic model in the function, which answers with a problem document "
        "that names the field; a second schema in API Gateway could only drift from it"
    )
    found += [
        Accepted(f"HarbourPortal/{api}/Api", "AwsSolutions-APIG2", validated)
        for api in ("HooksApi", "SignInApi", "PortalApi", "OversightApi")
    ]
    for api, who in (
        (
            "HooksApi",
            "a crime system signs each request (Standard Webhooks), which the function checks in constant time",
        ),
        ("SignInApi", "who signs in cannot be signed in yet; attempts are limited for each person and each address"),
    ):
        found += [Accepted(f"HarbourPortal/{api}/Api", f"AwsSolutions-{rule}", who) for rule in ("APIG4", "COG4")]
    found += [
        Accepted(
            "HarbourPortal/Victims",
            "AwsSolutions-COG2",
            "there is no password that a second factor could strengthen: each sign-in needs something that only the "
            "person knows and a code to their safe channel",
        ),
        Accepted(
            "HarbourPortal/Undelivered",
            "AwsSolutions-SQS3",
            "it is itself the dead-letter queue of an EventBridge target, which this rule does not look at",
        ),
    ]
    return found


def _pages(settings: Settings) -> list[Accepted]:
    found = [
        Accepted(
            "HarbourPages/Distribution",
            "AwsSolutions-CFR1",
            "a victim may be abroad, or behind a VPN that ends abroad, and must get through",
        ),
        Accepted(
            "HarbourPages/Distribution",
            "AwsSolutions-CFR3",
            "it is logged by standard logging v2 (AWS::Logs::Delivery), which this rule does not know; the older "
            "kind always keeps the query string, which holds the socket's ticket",
        ),
        Accepted(
            "HarbourPages/Pages",
            "AwsSolutions-S1",
            "holds public files only, is read by CloudFront only, and that is logged",
        ),
    ]
    if settings.domain is None:
        found.append(
            Accepted(
                "HarbourPages/Distribution",
                "AwsSolutions-CFR4",
                "without a domain of its own the distribution has CloudFront's certificate, whose TLS policy is "
                "CloudFront's; with Settings.domain the minimum is TLS 1.2 (2021)",
            )
        )
    return found
