"""The stand-in for Amazon Translate says what AWS would say, in both protocols that botocore speaks."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
import botocore.parsers
import botocore.serialize
import pytest
from botocore.stub import Stubber
from hypothesis import given
from hypothesis import strategies as st

from infra.local import wire
from infra.local.apertium import EngineFailed, NoSuchPair
from infra.local.translate import ENGINE_HEADER, Forwarder, Glossaries, StandIn
from infra.local.wire import Service

if TYPE_CHECKING:
    from mypy_boto3_translate import TranslateClient

NOW = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
GLOSSARY = "en,es,pl\nrefuge,casa de acogida,\nnon-molestation order,orden de alejamiento,zakaz zbliżania się\n"
PROTOCOLS = ("json", "smithy-rpc-v2-cbor")


class Shouting:
    """An engine from English to Spanish that shouts, so that a test sees what went through it."""

    name = "shouting"

    def __init__(self, lose: str = "") -> None:
        self.asked: list[str] = []
        self._lose = lose

    def translate(self, text: str, source: str, target: str) -> str:
        if (source, target) != ("en", "es"):
            raise NoSuchPair
        if text == "break":
            raise EngineFailed("no answer")
        self.asked.append(text)
        return text.upper().replace(self._lose.upper(), "") if self._lose else text.upper()


Ask = Callable[..., dict[str, Any]]


@pytest.fixture
def engine() -> Shouting:
    return Shouting()


@pytest.fixture(params=PROTOCOLS)
def ask(request: pytest.FixtureRequest, engine: Shouting, tmp_path: Path) -> Ask:
    """Calls an operation as botocore does, without a network: its serializer, the stand-in, its parser."""
    return asking(StandIn(engine, Glossaries(tmp_path), lambda: NOW), request.param)


def asking(stand_in: StandIn | Forwarder, protocol: str) -> Ask:
    model = Service("translate", frozenset()).model
    serializer = botocore.serialize.create_serializer(protocol, include_validation=False)
    parser = botocore.parsers.create_parser(protocol)

    def ask(operation: str, **values: Any) -> dict[str, Any]:
        described = model.operation_model(operation)
        sent = serializer.serialize_to_request(values, described)
        body = sent["body"] if isinstance(sent["body"], bytes) else sent["body"].encode()
        headers = {name.lower(): value for name, value in sent["headers"].items()}
        answered = stand_in.answer(sent["url_path"], headers, body)
        response = {"status_code": answered.status, "headers": answered.headers, "body": answered.body}
        parsed: dict[str, Any] = parser.parse(response, described.output_shape)  # type: ignore[arg-type]
        if "Error" in parsed:
            shape = model.shape_for_error_code(parsed["Error"]["Code"])
            parsed |= parser.parse(response, shape) if shape else {}
        return parsed | {"status": answered.status, "headers": answered.headers}

    return ask


def translate(ask: Ask, text: str = "Are you safe?", source: str = "en", target: str = "es", **more: Any) -> Any:
    return ask("TranslateText", Text=text, SourceLanguageCode=source, TargetLanguageCode=target, **more)


def test_a_text_comes_back_translated_with_its_languages_and_its_engine(ask: Ask) -> None:
    answer = translate(ask)
    assert answer["TranslatedText"] == "ARE YOU SAFE?"
    assert (answer["SourceLanguageCode"], answer["TargetLanguageCode"]) == ("en", "es")
    assert answer["headers"][ENGINE_HEADER] == "shouting"


def test_a_pair_without_an_engine_is_refused_as_on_aws_and_nothing_is_made_up(ask: Ask) -> None:
    answer = translate(ask, source="pl", target="en")
    assert answer["Error"]["Code"] == "UnsupportedLanguagePairException"
    assert "no local engine for this pair" in answer["Error"]["Message"]
    assert (answer["SourceLanguageCode"], answer["TargetLanguageCode"]) == ("pl", "en")
    assert answer["status"] == 400


def test_a_language_is_not_guessed(ask: Ask) -> None:
    assert translate(ask, source="auto")["Error"]["Code"] == "DetectedLanguageLowConfidenceException"


@pytest.mark.parametrize(("text", "allowed"), [("a" * 10_000, True), ("a" * 10_001, False), ("ñ" * 5_001, False)])
def test_ten_thousand_bytes_are_the_limit_and_not_characters(ask: Ask, text: str, allowed: bool) -> None:
    answer = translate(ask, text)
    assert ("TranslatedText" in answer) is allowed
    if not allowed:
        assert answer["Error"]["Code"] == "TextSizeLimitExceededException"


def test_an_engine_that_breaks_off_is_a_fault_of_the_service(ask: Ask) -> None:
    answer = translate(ask, "break")
    assert (answer["status"], answer["Error"]["Code"]) == (500, "InternalServerException")


@pytest.mark.parametrize(
    "values",
    [
        {"Text": "Hello", "SourceLanguageCode": "en"},
        {"Text": "", "SourceLanguageCode": "en", "TargetLanguageCode": "es"},
        {"Text": "Hello", "SourceLanguageCode": "e", "TargetLanguageCode": "es"},
        {"Text": "Hello", "SourceLanguageCode": "en", "TargetLanguageCode": "spanish"},
        {"Text": "Hello", "SourceLanguageCode": "en", "TargetLanguageCode": "es", "TerminologyNames": ["no spaces"]},
        {"Text": "Hello", "SourceLanguageCode": "en", "TargetLanguageCode": "es", "Settings": {"Formality": "POLITE"}},
    ],
)
def test_input_that_the_model_does_not_allow_is_refused(ask: Ask, values: dict[str, Any]) -> None:
    answer = ask("TranslateText", **values)
    assert (answer["status"], answer["Error"]["Code"]) == (400, "ValidationException")


def test_an_operation_that_harbour_does_not_use_is_not_answered(ask: Ask) -> None:
    assert ask("ListLanguages")["Error"]["Code"] == "UnknownOperationException"


class TestGlossary:
    def bring(self, ask: Ask, csv: str = GLOSSARY, directionality: str = "MULTI") -> Any:
        data = {"File": csv.encode(), "Format": "CSV", "Directionality": directionality}
        return ask("ImportTerminology", Name="harbour", MergeStrategy="OVERWRITE", TerminologyData=data)

    def test_it_is_kept_listed_and_removed(self, ask: Ask) -> None:
        properties = self.bring(ask)["TerminologyProperties"]
        assert (properties["Name"], properties["SourceLanguageCode"]) == ("harbour", "en")
        assert (properties["TargetLanguageCodes"], properties["TermCount"]) == (["es", "pl"], 4)
        assert properties["CreatedAt"] == NOW
        assert ask("GetTerminology", Name="harbour")["TerminologyProperties"] == properties
        assert ask("ListTerminologies")["TerminologyPropertiesList"] == [properties]
        ask("DeleteTerminology", Name="harbour")
        assert ask("ListTerminologies")["TerminologyPropertiesList"] == []

    def test_its_words_stand_in_the_translation_and_are_named(self, ask: Ask) -> None:
        self.bring(ask)
        answer = translate(ask, "A Refuge, or a non-molestation order.", TerminologyNames=["harbour"])
        assert answer["TranslatedText"] == "A Casa de acogida, OR A Orden de alejamiento."
        assert answer["AppliedTerminologies"] == [
            {
                "Name": "harbour",
                "Terms": [
                    {"SourceText": "refuge", "TargetText": "casa de acogida"},
                    {"SourceText": "non-molestation order", "TargetText": "orden de alejamiento"},
                ],
            }
        ]

    def test_a_part_of_a_word_is_not_a_word_of_it(self, ask: Ask) -> None:
        self.bring(ask)
        answer = translate(ask, "refugees", TerminologyNames=["harbour"])
        assert answer["TranslatedText"] == "REFUGEES"
        assert "AppliedTerminologies" not in answer

    def test_a_name_that_was_not_imported_is_refused(self, ask: Ask) -> None:
        answer = translate(ask, TerminologyNames=["unknown"])
        assert answer["Error"]["Code"] == "ResourceNotFoundException"

    def test_in_one_direction_only_its_first_language_is_the_source(self, ask: Ask, engine: Shouting) -> None:
        self.bring(ask, "es,en\ncasa de acogida,refuge\n", "UNI")
        assert translate(ask, "refuge", TerminologyNames=["harbour"])["TranslatedText"] == "REFUGE"
        assert engine.asked == ["refuge"]

    def test_another_format_than_csv_is_refused(self, ask: Ask) -> None:
        data = {"File": b"<tmx/>", "Format": "TMX"}
        answer = ask("ImportTerminology", Name="harbour", MergeStrategy="OVERWRITE", TerminologyData=data)
        assert answer["Error"]["Code"] == "InvalidParameterValueException"

    def test_an_engine_that_loses_a_mark_is_asked_again_without_it(self, tmp_path: Path) -> None:
        engine = Shouting(lose="zqx0xqz")
        ask = asking(StandIn(engine, Glossaries(tmp_path)), "json")
        self.bring(ask)
        answer = translate(ask, "Is there a refuge?", TerminologyNames=["harbour"])
        assert answer["TranslatedText"] == "IS THERE A REFUGE?"
        assert "AppliedTerminologies" not in answer


class TestForwarding:
    """With ``TRANSLATE=aws`` the stand-in hands texts on and adds nothing of its own."""

    @pytest.fixture
    def client(self) -> TranslateClient:
        return boto3.Session("x", "y", region_name="eu-west-2").client("translate")

    @pytest.fixture
    def aws(self, client: TranslateClient) -> Iterator[Stubber]:
        with Stubber(client) as stubbed:
            yield stubbed

    @pytest.fixture(params=PROTOCOLS)
    def ask(self, request: pytest.FixtureRequest, client: TranslateClient, aws: Stubber) -> Ask:
        return asking(Forwarder(client), request.param)

    def test_the_answer_is_that_of_amazon_translate(self, ask: Ask, aws: Stubber) -> None:
        said = {"TranslatedText": "¿Está segura?", "SourceLanguageCode": "en", "TargetLanguageCode": "es"}
        given = {"Text": "Are you safe?", "SourceLanguageCode": "en", "TargetLanguageCode": "es"}
        aws.add_response("translate_text", said, given)
        answer = translate(ask, TerminologyNames=["harbour"])
        assert {name: answer[name] for name in said} == said
        assert answer["headers"][ENGINE_HEADER] == "amazon-translate"

    def test_a_refusal_is_handed_back_with_its_code(self, ask: Ask, aws: Stubber) -> None:
        aws.add_client_error("translate_text", "TooManyRequestsException", "slow down", 429)
        answer = translate(ask)
        assert (answer["status"], answer["Error"]["Code"]) == (429, "TooManyRequestsException")

    def test_nothing_is_created_in_the_developers_account(self, ask: Ask) -> None:
        data = {"File": GLOSSARY.encode(), "Format": "CSV"}
        answer = ask("ImportTerminology", Name="harbour", MergeStrategy="OVERWRITE", TerminologyData=data)
        assert answer["Error"]["Code"] == "UnknownOperationException"


@pytest.mark.parametrize("body", [b"{", b"[]", b'"text"', b"\xff"])
def test_a_body_that_cannot_be_read_is_refused(body: bytes, tmp_path: Path) -> None:
    headers = {"x-amz-target": "AWSShineFrontendService_20170701.TranslateText"}
    answer = StandIn(Shouting(), Glossaries(tmp_path)).answer("/", headers, body)
    assert (answer.status, b"SerializationException" in answer.body) == (400, True)


values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | st.floats(allow_nan=False)
    | st.text()
    | st.binary()
    | st.datetimes(datetime(1970, 1, 2), datetime(2100, 1, 1), timezones=st.just(UTC)),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=20,
)


@given(values)
def test_cbor_reads_what_it_writes(value: object) -> None:
    read = wire._CborReader(wire._cbor(value)).whole()
    assert read == value


@given(st.binary(max_size=64))
def test_cbor_that_is_none_is_refused_and_breaks_nothing(noise: bytes) -> None:
    with contextlib.suppress(wire.Refused):
        wire._decode(wire.CBOR, noise)
