from __future__ import annotations

import logging
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.exceptions import ConnectTimeoutError, EndpointConnectionError, ReadTimeoutError
from botocore.stub import Stubber

from harbour.aws.translate import AmazonTranslator, client_config
from harbour.translation.model import Reason
from harbour.translation.ports import Rendered, TranslationUnavailable, Translator

if TYPE_CHECKING:
    from mypy_boto3_translate import TranslateClient

TERMINOLOGY = "harbour-risk-words"


@pytest.fixture
def client() -> TranslateClient:
    return boto3.client(
        "translate",
        region_name="eu-west-2",
        aws_access_key_id="test",
        aws_secret_access_key="test",
        config=client_config(1.5),
    )


@pytest.fixture
def stub(client: TranslateClient) -> Iterator[Stubber]:
    with Stubber(client) as stubber:
        yield stubber
        stubber.assert_no_pending_responses()


def answers(stub: Stubber, request: dict[str, Any], text: str = "hello", source: str = "es") -> None:
    stub.add_response(
        "translate_text",
        {
            "TranslatedText": text,
            "SourceLanguageCode": source,
            "TargetLanguageCode": request["TargetLanguageCode"],
        },
        request,
    )


def test_it_is_a_translator(client: TranslateClient) -> None:
    translator: Translator = AmazonTranslator(client)
    assert translator


def test_a_text_is_sent_as_it_is_and_the_engine_is_named(client: TranslateClient, stub: Stubber) -> None:
    text = " Hola,\n ¿estás? "
    answers(stub, {"Text": text, "SourceLanguageCode": "es", "TargetLanguageCode": "en"})
    assert AmazonTranslator(client).translate(text, source="es", target="en") == Rendered(
        "hello", "es", "amazon-translate"
    )


def test_another_engine_behind_the_same_protocol_has_its_own_name(client: TranslateClient, stub: Stubber) -> None:
    answers(stub, {"Text": "hola", "SourceLanguageCode": "es", "TargetLanguageCode": "en"})
    assert AmazonTranslator(client, engine="apertium").translate("hola", source="es", target="en").engine == "apertium"


def test_our_tags_become_the_services_codes(client: TranslateClient, stub: Stubber) -> None:
    answers(stub, {"Text": "你好", "SourceLanguageCode": "zh-TW", "TargetLanguageCode": "en"}, source="zh-TW")
    assert AmazonTranslator(client).translate("你好", source="zh-Hant-HK", target="en-GB").source == "zh-TW"


def test_the_detected_language_is_told(client: TranslateClient, stub: Stubber) -> None:
    answers(stub, {"Text": "cześć", "SourceLanguageCode": "auto", "TargetLanguageCode": "en"}, source="pl")
    assert AmazonTranslator(client).translate("cześć", source="auto", target="en").source == "pl"


@pytest.mark.parametrize(("source", "target"), [("ckb", "en"), ("en", "ckb"), ("xx", "en"), ("auto", "pnb")])
def test_no_request_is_made_for_a_language_without_engine(
    client: TranslateClient, stub: Stubber, source: str, target: str
) -> None:
    with pytest.raises(TranslationUnavailable) as unavailable:
        AmazonTranslator(client).translate("text", source=source, target=target)
    assert unavailable.value.reason == "no_engine"


@pytest.mark.parametrize(
    ("source", "target", "used"),
    [("es", "en", True), ("en", "es", True), ("ur", "en", False), ("en", "ur", False), ("auto", "en", False)],
)
def test_the_glossary_is_used_where_it_covers_both_languages(
    client: TranslateClient, stub: Stubber, source: str, target: str, *, used: bool
) -> None:
    expected = {"Text": "text", "SourceLanguageCode": source, "TargetLanguageCode": target}
    answers(stub, expected | ({"TerminologyNames": [TERMINOLOGY]} if used else {}), source="es")
    AmazonTranslator(client, terminology=TERMINOLOGY, terminology_languages=frozenset({"en", "es"})).translate(
        "text", source=source, target=target
    )


def test_a_missing_glossary_does_not_stop_the_message(
    client: TranslateClient, stub: Stubber, caplog: pytest.LogCaptureFixture
) -> None:
    plain = {"Text": "hola", "SourceLanguageCode": "es", "TargetLanguageCode": "en"}
    stub.add_client_error(
        "translate_text",
        "ResourceNotFoundException",
        http_status_code=404,
        expected_params=plain | {"TerminologyNames": [TERMINOLOGY]},
    )
    answers(stub, plain)
    translator = AmazonTranslator(client, terminology=TERMINOLOGY, terminology_languages=frozenset({"en", "es"}))
    with caplog.at_level(logging.WARNING):
        assert translator.translate("hola", source="es", target="en").text == "hello"
    assert TERMINOLOGY in caplog.text
    assert "hola" not in caplog.text


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("UnsupportedLanguagePairException", "no_engine"),
        ("DetectedLanguageLowConfidenceException", "no_engine"),
        ("TooManyRequestsException", "error"),
        ("ServiceUnavailableException", "error"),
        ("InternalServerException", "error"),
        ("TextSizeLimitExceededException", "error"),
        ("InvalidRequestException", "error"),
        ("AccessDeniedException", "error"),
        ("RequestTimeout", "timeout"),
    ],
)
def test_a_refusal_is_told_by_its_code(client: TranslateClient, stub: Stubber, code: str, reason: Reason) -> None:
    stub.add_client_error("translate_text", code, "the words do not matter: UnsupportedLanguagePair timeout")
    with pytest.raises(TranslationUnavailable) as unavailable:
        AmazonTranslator(client).translate("hola", source="es", target="en")
    assert unavailable.value.reason == reason


@pytest.mark.parametrize(
    ("failure", "reason"),
    [
        (ReadTimeoutError(endpoint_url="https://translate"), "timeout"),
        (ConnectTimeoutError(endpoint_url="https://translate"), "timeout"),
        (EndpointConnectionError(endpoint_url="https://translate"), "error"),
    ],
)
def test_a_failing_connection_has_its_reason(client: TranslateClient, failure: Exception, reason: Reason) -> None:
    def fail(**_: object) -> None:
        raise failure

    client.meta.events.register("before-send.translate.TranslateText", fail)
    with pytest.raises(TranslationUnavailable) as unavailable:
        AmazonTranslator(client).translate("hola", source="es", target="en")
    assert unavailable.value.reason == reason


def test_a_text_that_the_service_would_refuse_unseen_is_an_error_without_the_text(
    client: TranslateClient,
) -> None:
    with pytest.raises(TranslationUnavailable) as unavailable:
        AmazonTranslator(client).translate("", source="es", target="en")
    assert unavailable.value.reason == "error"
    assert unavailable.value.__cause__ is None


@pytest.mark.parametrize("deadline_seconds", [0.5, 1.5, 20.0])
def test_one_attempt_ends_before_the_deadline(deadline_seconds: float) -> None:
    config = client_config(deadline_seconds)
    assert config.connect_timeout + config.read_timeout < deadline_seconds  # type: ignore[attr-defined]
    assert config.retries["total_max_attempts"] == 1  # type: ignore[attr-defined]
