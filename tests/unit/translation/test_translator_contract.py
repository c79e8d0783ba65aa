"""What every translator promises: the fakes that other tests rely on, and the real adapter."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

import boto3
import pytest
from botocore.exceptions import ClientError

from harbour.aws.translate import AmazonTranslator, client_config
from harbour.translation.model import Reason
from harbour.translation.ports import TranslationUnavailable, Translator
from tests.unit.translation.fakes import FailingTranslator, TaggingTranslator

if TYPE_CHECKING:
    from mypy_boto3_translate import TranslateClient

DETECTED = "pl"
CODES: dict[Reason, str] = {
    "no_engine": "UnsupportedLanguagePairException",
    "timeout": "RequestTimeout",
    "error": "InternalServerException",
}


def client() -> TranslateClient:
    return boto3.client(
        "translate",
        region_name="eu-west-2",
        aws_access_key_id="test",
        aws_secret_access_key="test",
        config=client_config(1.5),
    )


def amazon_that(answer: Callable[[dict[str, Any]], dict[str, Any]]) -> Translator:
    """The real adapter on a real client whose network is ``answer``."""
    made = client()

    def call(operation: str, request: dict[str, Any]) -> dict[str, Any]:
        assert operation == "TranslateText"
        return answer(request)

    patch.object(made, "_make_api_call", call).start()
    return AmazonTranslator(made)


def amazon_that_answers() -> Translator:
    return amazon_that(
        lambda request: {
            "TranslatedText": f"<{request['Text']}>",
            "SourceLanguageCode": request["SourceLanguageCode"].replace("auto", DETECTED),
            "TargetLanguageCode": request["TargetLanguageCode"],
        }
    )


def amazon_that_refuses(reason: Reason) -> Translator:
    def refuse(_: dict[str, Any]) -> dict[str, Any]:
        raise ClientError({"Error": {"Code": CODES[reason], "Message": "no"}}, "TranslateText")

    return amazon_that(refuse)


ANSWERING: list[Callable[[], Translator]] = [lambda: TaggingTranslator(detects=DETECTED), amazon_that_answers]
REFUSING: list[Callable[[Reason], Translator]] = [lambda reason: FailingTranslator(en=reason), amazon_that_refuses]


@pytest.mark.parametrize("made", ANSWERING, ids=["fake", "amazon"])
def test_the_answer_holds_the_text_its_source_and_the_engine(made: Callable[[], Translator]) -> None:
    rendered = made().translate("hola", source="es", target="en")
    assert "hola" in rendered.text
    assert rendered.source == "es"
    assert rendered.engine


@pytest.mark.parametrize("made", ANSWERING, ids=["fake", "amazon"])
def test_an_unnamed_source_is_told(made: Callable[[], Translator]) -> None:
    assert made().translate("cześć", source="auto", target="en").source == DETECTED


@pytest.mark.parametrize("made", REFUSING, ids=["fake", "amazon"])
@pytest.mark.parametrize("reason", list(CODES))
def test_a_refusal_has_one_of_three_reasons(made: Callable[[Reason], Translator], reason: Reason) -> None:
    with pytest.raises(TranslationUnavailable) as unavailable:
        made(reason).translate("hola", source="es", target="en")
    assert unavailable.value.reason == reason
    assert unavailable.value.status == 503
