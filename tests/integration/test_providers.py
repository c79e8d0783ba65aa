"""Amazon and GOV.UK Notify as the code calls them: requests that their own models allow, and what each answer means.

Amazon's requests are checked by botocore's service model; Notify's go through its own client to an HTTP server that is
none (``responses``), with the forms of its documentation.
"""

from __future__ import annotations

import json
from typing import Any

import boto3
import pytest
import requests
import responses
from botocore.config import Config
from botocore.exceptions import ConnectTimeoutError, ReadTimeoutError
from botocore.stub import Stubber

from harbour.aws.notify import GovNotify
from harbour.aws.texts import Aws
from harbour.contact.model import Channel
from harbour.notification.catalogue import EXAMPLES, message_types
from harbour.notification.ports import NotTaken, Unsure
from harbour.notification.render import Rendered, render

PHONE, EMAIL = "+447700900123", "amina@mail.example"
REFERENCE = "p" * 32 + "_" + "n" * 32
SERVICE = "https://api.notifications.service.gov.uk"
KEY = "harbour-11111111-1111-4111-8111-111111111111-22222222-2222-4222-8222-222222222222"
SECRET = {"api_key": KEY, "sms_template": "t-sms", "email_template": "t-mail"}


def rendered(channel: Channel) -> Rendered:
    return render(message_types()["suspect_arrested"], channel, "en", EXAMPLES)


def client(service: str) -> Any:
    return boto3.client(
        service,  # type: ignore[call-overload]
        region_name="eu-west-2",
        aws_access_key_id="x",
        aws_secret_access_key="x",
        config=Config(retries={"total_max_attempts": 1}),
    )


class Amazon:
    """Both services with answers that were prepared."""

    def __init__(self) -> None:
        self.sns, self.ses = client("sns"), client("sesv2")
        self.texts, self.mails = Stubber(self.sns), Stubber(self.ses)
        self.texts.activate()
        self.mails.activate()
        self.provider = Aws(
            lambda: self.sns,
            lambda: self.ses,
            sms_sender="Update",
            email_from="updates@messages.example",
            configuration_set="mail",
        )


def test_a_text_is_transactional_from_a_neutral_sender_and_nothing_else() -> None:
    amazon = Amazon()
    expected = {
        "PhoneNumber": PHONE,
        "Message": rendered(Channel.SMS).text,
        "MessageAttributes": {
            "AWS.SNS.SMS.SMSType": {"DataType": "String", "StringValue": "Transactional"},
            "AWS.SNS.SMS.SenderID": {"DataType": "String", "StringValue": "Update"},
        },
    }
    amazon.texts.add_response("publish", {"MessageId": "m-1"}, expected)
    assert amazon.provider.send(PHONE, rendered(Channel.SMS), REFERENCE) == "m-1"
    amazon.texts.assert_no_pending_responses()


def test_an_e_mail_has_both_bodies_our_reference_and_nobodys_name_in_a_tag() -> None:
    amazon = Amazon()
    mail = rendered(Channel.EMAIL)
    expected = {
        "FromEmailAddress": "updates@messages.example",
        "Destination": {"ToAddresses": [EMAIL]},
        "Content": {
            "Simple": {
                "Subject": {"Data": mail.subject, "Charset": "UTF-8"},
                "Body": {
                    "Text": {"Data": mail.text, "Charset": "UTF-8"},
                    "Html": {"Data": mail.html, "Charset": "UTF-8"},
                },
            }
        },
        "EmailTags": [{"Name": "notification", "Value": REFERENCE}],
        "ConfigurationSetName": "mail",
    }
    amazon.mails.add_response("send_email", {"MessageId": "m-2"}, expected)
    assert amazon.provider.send(EMAIL, mail, REFERENCE) == "m-2"
    assert "Alex" not in REFERENCE


@pytest.mark.parametrize(
    ("code", "status", "reason", "for_good"),
    [
        ("OptedOut", 400, "opted_out", True),
        ("Throttling", 400, "throttled", False),
        ("TooManyRequestsException", 429, "throttled", False),
        ("AuthorizationError", 403, "rejected", False),
        ("InvalidParameter", 400, "rejected", False),
    ],
)
def test_a_certain_refusal_of_amazon_is_one(code: str, status: int, reason: str, for_good: bool) -> None:
    amazon = Amazon()
    amazon.texts.add_client_error("publish", code, http_status_code=status)
    with pytest.raises(NotTaken) as refused:
        amazon.provider.send(PHONE, rendered(Channel.SMS), REFERENCE)
    assert (refused.value.reason, refused.value.for_good) == (reason, for_good)
    assert PHONE not in str(refused.value)


def test_a_failure_behind_amazons_door_leaves_doubt() -> None:
    amazon = Amazon()
    amazon.mails.add_client_error("send_email", "InternalFailure", http_status_code=500)
    with pytest.raises(Unsure):
        amazon.provider.send(EMAIL, rendered(Channel.EMAIL), REFERENCE)


@pytest.mark.parametrize(
    ("error", "outcome"),
    [(ConnectTimeoutError(endpoint_url="x"), NotTaken), (ReadTimeoutError(endpoint_url="x"), Unsure)],
    ids=["never left", "no answer"],
)
def test_only_a_request_that_went_out_leaves_doubt(
    monkeypatch: pytest.MonkeyPatch, error: Exception, outcome: type[Exception]
) -> None:
    amazon = Amazon()

    def fail(**_: object) -> None:
        raise error

    monkeypatch.setattr(amazon.sns, "publish", fail)
    with pytest.raises(outcome):
        amazon.provider.send(PHONE, rendered(Channel.SMS), REFERENCE)


def test_amazon_cannot_be_asked() -> None:
    assert Amazon().provider.find(REFERENCE) is None


@responses.activate
@pytest.mark.parametrize(
    ("channel", "to", "path", "template", "field"),
    [
        (Channel.SMS, PHONE, "/v2/notifications/sms", "t-sms", "phone_number"),
        (Channel.EMAIL, EMAIL, "/v2/notifications/email", "t-mail", "email_address"),
    ],
)
def test_notify_gets_our_words_in_its_template_and_our_reference(
    channel: Channel, to: str, path: str, template: str, field: str
) -> None:
    responses.post(SERVICE + path, json={"id": "id-1", "reference": REFERENCE}, status=201)
    words = rendered(channel)
    assert GovNotify(lambda: SECRET).send(to, words, REFERENCE) == "id-1"
    (call,) = responses.calls
    sent = call.request.body
    assert isinstance(sent, str | bytes)
    body = json.loads(sent)
    assert (body[field], body["template_id"], body["reference"]) == (to, template, REFERENCE)
    assert body["personalisation"]["text"] == words.text
    assert str(call.request.headers["Authorization"]).startswith("Bearer ")


@responses.activate
@pytest.mark.parametrize(
    ("status", "outcome"), [(400, NotTaken), (403, NotTaken), (429, NotTaken), (500, Unsure), (503, Unsure)]
)
def test_what_notify_refuses_and_what_leaves_doubt(status: int, outcome: type[Exception]) -> None:
    error = {"status_code": status, "errors": [{"error": "BadRequestError", "message": f"{PHONE} is not right"}]}
    responses.post(f"{SERVICE}/v2/notifications/sms", json=error, status=status)
    with pytest.raises(outcome) as refused:
        GovNotify(lambda: SECRET).send(PHONE, rendered(Channel.SMS), REFERENCE)
    assert PHONE not in str(refused.value)


@responses.activate
@pytest.mark.parametrize(
    ("error", "outcome"),
    [(requests.exceptions.ConnectTimeout(), NotTaken), (requests.exceptions.ReadTimeout(), Unsure)],
    ids=["never left", "no answer"],
)
def test_a_line_to_notify_that_breaks(error: Exception, outcome: type[Exception]) -> None:
    responses.post(f"{SERVICE}/v2/notifications/sms", body=error)
    with pytest.raises(outcome):
        GovNotify(lambda: SECRET).send(PHONE, rendered(Channel.SMS), REFERENCE)


@responses.activate
def test_notify_can_be_asked_what_became_of_a_reference() -> None:
    mine = {"id": "id-7", "reference": REFERENCE}
    responses.get(f"{SERVICE}/v2/notifications", json={"notifications": [{"id": "x", "reference": "other"}, mine]})
    assert GovNotify(lambda: SECRET).find(REFERENCE) == "id-7"
    responses.replace("GET", f"{SERVICE}/v2/notifications", json={"notifications": []})
    assert GovNotify(lambda: SECRET).find(REFERENCE) is None
    responses.replace("GET", f"{SERVICE}/v2/notifications", json={"errors": []}, status=500)
    with pytest.raises(Unsure):
        GovNotify(lambda: SECRET).find(REFERENCE)
