"""Text messages by Amazon SNS, e-mails by Amazon SES."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from botocore.exceptions import BotoCoreError, ClientError, ConnectionClosedError, ReadTimeoutError

from harbour.aws.clients import code_of
from harbour.contact.model import Channel
from harbour.notification.ports import NotTaken, Unsure
from harbour.notification.render import Rendered

if TYPE_CHECKING:
    from mypy_boto3_sesv2 import SESV2Client
    from mypy_boto3_sns import SNSClient

_FOR_GOOD: Final = {
    "InvalidParameter": "dead_number",
    "InvalidParameterValue": "dead_number",
    "OptedOut": "opted_out",
    "MessageRejected": "bad_address",
    "BadRequestException": "bad_address",
}
"""Answers after which trying again cannot help."""

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
        """One call, never repeated here."""
        try:
            if rendered.channel is Channel.SMS:
                return self._text(to, rendered)
            return self._mail(to, rendered, reference)
        except (ReadTimeoutError, ConnectionClosedError) as lost:
            # The request had gone out: its answer, and nothing else, is missing.
            raise Unsure(type(lost).__name__) from None
        except ClientError as error:
            status = int(error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))
            reason = _FOR_GOOD.get(code_of(error))
            if reason:
                raise NotTaken(reason, for_good=True) from None
            if status >= 500 and code_of(error) not in ("ServiceUnavailable", "Throttling", "ThrottlingException"):  # noqa: PLR2004 - HTTP
                raise Unsure(code_of(error)) from None
            raise NotTaken("throttled" if "Throttl" in code_of(error) else "unavailable", for_good=False) from None
        except BotoCoreError as error:
            raise NotTaken(type(error).__name__, for_good=False) from None

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
