"""Text messages by Amazon SNS, e-mails by Amazon SES."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectTimeoutError,
    EndpointConnectionError,
    NoCredentialsError,
    ParamValidationError,
    ProxyConnectionError,
)

from harbour.aws.clients import code_of
from harbour.contact.model import Channel
from harbour.notification.ports import NotTaken, Unsure
from harbour.notification.render import Rendered
from harbour.runtime.telemetry import alarm

if TYPE_CHECKING:
    from mypy_boto3_sesv2 import SESV2Client
    from mypy_boto3_sns import SNSClient

_OPTED_OUT: Final = "OptedOut"

_BUSY: Final = frozenset(
    {"Throttling", "ThrottlingException", "TooManyRequestsException", "LimitExceededException", "ServiceUnavailable"}
)
"""Answers of the front door: nothing was done. Waiting helps."""

_NEVER_LEFT: Final = (
    ConnectTimeoutError,
    EndpointConnectionError,
    NoCredentialsError,
    ParamValidationError,
    ProxyConnectionError,
)
"""The request certainly never reached the service."""

_SERVER: Final = 500

TAG: Final = "notification"
"""Name of the tag that comes back with every event of an e-mail."""


class Aws:
    """SNS and SES as one provider. See :class:`harbour.notification.ports.Provider`."""

    name = "aws"
    channels = frozenset({Channel.SMS, Channel.EMAIL})

    def __init__(
        self,
        sns: Callable[[], SNSClient],
        ses: Callable[[], SESV2Client],
        *,
        sms_sender: str,
        email_from: str,
        configuration_set: str,
    ) -> None:
        self._sns = sns
        self._ses = ses
        self._sms_sender = sms_sender
        self._email_from = email_from
        self._configuration_set = configuration_set

    def send(self, to: str, rendered: Rendered, reference: str) -> str:
        """One call, never repeated here.

        A refusal of the account, the sender or the request is ours to mend: it says nothing against the person, so the
        next provider may try, and nobody is struck off. Whether a number or an address is dead, receipts tell.
        """
        try:
            if rendered.channel is Channel.SMS:
                return self._text(to, rendered)
            return self._mail(to, rendered, reference)
        except ClientError as error:
            raise _refusal(error) from None
        except _NEVER_LEFT as error:
            raise NotTaken(type(error).__name__, for_good=False) from None
        except BotoCoreError as error:
            # The request had gone out: its answer is missing or makes no sense.
            raise Unsure(type(error).__name__) from None

    def find(self, reference: str) -> str | None:
        """Neither service can be asked; both tell by their receipts."""
        del reference
        return None

    def _text(self, to: str, rendered: Rendered) -> str:
        answer = self._sns().publish(
            PhoneNumber=to,
            Message=rendered.text,
            MessageAttributes={
                "AWS.SNS.SMS.SMSType": {"DataType": "String", "StringValue": "Transactional"},
                "AWS.SNS.SMS.SenderID": {"DataType": "String", "StringValue": self._sms_sender},
            },
        )
        return answer["MessageId"]

    def _mail(self, to: str, rendered: Rendered, reference: str) -> str:
        answer = self._ses().send_email(
            FromEmailAddress=self._email_from,
            Destination={"ToAddresses": [to]},
            Content={
                "Simple": {
                    "Subject": {"Data": rendered.subject, "Charset": "UTF-8"},
                    "Body": {
                        "Text": {"Data": rendered.text, "Charset": "UTF-8"},
                        "Html": {"Data": rendered.html, "Charset": "UTF-8"},
                    },
                }
            },
            EmailTags=[{"Name": TAG, "Value": reference}],
            ConfigurationSetName=self._configuration_set,
        )
        return answer["MessageId"]


def _refusal(error: ClientError) -> NotTaken | Unsure:
    code = code_of(error)
    status = int(error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))
    if code == _OPTED_OUT:
        return NotTaken("opted_out", for_good=True)
    if code in _BUSY:
        return NotTaken("throttled", for_good=False)
    if status >= _SERVER:
        return Unsure(code)
    alarm("a provider refused a request", target="aws", code=code)
    return NotTaken("rejected", for_good=False)
