from __future__ import annotations

import logging
import threading

import pytest

from harbour.translation.model import Outcome, Translation, Untranslated
from harbour.translation.ports import Rendered, TranslationUnavailable
from harbour.translation.service import REMEMBERED, REMEMBERED_CHARACTERS, TranslationService
from tests.unit.translation.fakes import (
    ENGINE,
    FailingTranslator,
    HangingTranslator,
    MeetingTranslator,
    TaggingTranslator,
)

AMPLE_SECONDS = 30.0


def service(translator: object, deadline_seconds: float = AMPLE_SECONDS, **options: int) -> TranslationService:
    return TranslationService(translator, deadline_seconds, **options)  # type: ignore[arg-type]


def test_a_message_is_put_into_every_other_language() -> None:
    outcome = service(TaggingTranslator()).translate_message("hola", "es", ["en", "pl", "es"])
    assert outcome == Outcome(
        (Translation("en", "es", "[es→en] hola", ENGINE), Translation("pl", "es", "[es→pl] hola", ENGINE))
    )


def test_each_language_is_asked_for_once_however_many_read_it() -> None:
    translator = TaggingTranslator()
    service(translator).translate_message("hola", "es", ["en", "en-GB", "en-US", "en"])
    assert translator.asked == [("hola", "es", "en")]


def test_what_was_said_before_is_not_asked_for_again() -> None:
    translator = TaggingTranslator()
    translating = service(translator)
    first, again = (translating.translate_message("sí", "es", ["en"]) for _ in range(2))
    assert again == first
    assert translator.asked == [("sí", "es", "en")]


def test_the_same_words_in_another_direction_are_asked_for() -> None:
    translator = TaggingTranslator()
    translating = service(translator)
    for source, target in (("es", "en"), ("es", "pl"), ("pt", "en"), ("auto", "en")):
        translating.translate_message("no", source, [target])
    assert translator.asked == [("no", "es", "en"), ("no", "es", "pl"), ("no", "pt", "en"), ("no", "auto", "en")]


def test_a_failure_is_not_remembered() -> None:
    class OnceDown(TaggingTranslator):
        def translate(self, text: str, *, source: str, target: str) -> Rendered:
            if not self.asked:
                self.asked.append((text, source, target))
                raise TranslationUnavailable("error")
            return super().translate(text, source=source, target=target)

    translating = service(OnceDown())
    assert translating.translate_message("sí", "es", ["en"]).untranslated == (Untranslated("en", "error"),)
    assert translating.translate_message("sí", "es", ["en"]).translations[0].text == "[es→en] sí"


def test_a_long_text_does_not_stay_in_memory() -> None:
    translator = TaggingTranslator()
    translating = service(translator)
    for _ in range(2):
        translating.translate_message("a" * (REMEMBERED_CHARACTERS + 1), "es", ["en"])
    assert len(translator.asked) == 2


def test_what_has_not_been_said_for_long_is_forgotten() -> None:
    translator = TaggingTranslator()
    translating = service(translator)
    for text in ("sí", *(f"número {n}" for n in range(REMEMBERED)), "sí"):
        translating.translate_message(text, "es", ["en"])
    assert [text for text, _, _ in translator.asked].count("sí") == 2


@pytest.mark.parametrize(
    ("text", "source", "targets"),
    [
        ("hello", "en", ["en-GB"]),
        ("😀👍🏽", "es", ["en"]),
        ("07700 900123", "es", ["en"]),
        ("hola", "es", []),
    ],
)
def test_nothing_is_asked_where_nothing_is_needed(text: str, source: str, targets: list[str]) -> None:
    translator = TaggingTranslator()
    assert service(translator).translate_message(text, source, targets) == Outcome()
    assert translator.characters == 0


def test_no_more_characters_are_sent_than_the_message_has_for_each_language() -> None:
    translator = TaggingTranslator()
    message = "Primera frase. Segunda frase.\n\nTercera frase.\n\n1234567890 1234567890 1234567890"
    service(translator, request_bytes=30).translate_message(message, "es", ["en", "pl", "en-GB"])
    words = "Primera frase. Segunda frase.", "Tercera frase."
    assert translator.characters == 2 * sum(map(len, words))


def test_a_text_longer_than_a_request_is_joined_again_with_its_own_white_space() -> None:
    translator = TaggingTranslator()
    outcome = service(translator, request_bytes=16).translate_message(
        "Primera frase.\n\n12:30\n\nTercera frase.\n", "es", ["en"]
    )
    assert outcome.translations[0].text == "[es→en] Primera frase.\n\n12:30\n\n[es→en] Tercera frase.\n"


def test_languages_are_asked_for_at_the_same_time() -> None:
    outcome = service(MeetingTranslator(3)).translate_message("hola", "es", ["en", "pl", "ur"])
    assert [translation.to for translation in outcome.translations] == ["en", "pl", "ur"]


def test_pieces_are_asked_for_at_the_same_time() -> None:
    outcome = service(MeetingTranslator(2), request_bytes=8).translate_message("uno dos. tres", "es", ["en"])
    assert outcome.translations[0].text == "[es→en] uno dos. [es→en] tres"


def test_a_hanging_engine_is_given_up_at_the_deadline_and_costs_only_its_own_language() -> None:
    translator = HangingTranslator("pl")
    outcome = service(translator, deadline_seconds=0.2).translate_message("hola", "es", ["en", "pl"])
    translator.let_go()
    assert outcome.untranslated == (Untranslated("pl", "timeout"),)
    assert [translation.to for translation in outcome.translations] == ["en"]


def test_no_time_is_spent_once_the_clock_has_passed_the_deadline() -> None:
    instants = iter([100.0, 101.6])
    translator = HangingTranslator("en")
    late = TranslationService(translator, 1.5, monotonic=lambda: next(instants))
    outcome = late.translate_message("hola", "es", ["en"])
    translator.let_go()
    assert outcome.untranslated == (Untranslated("en", "timeout"),)


def test_what_comes_late_changes_nothing() -> None:
    translator = HangingTranslator("en")
    outcome = service(translator, deadline_seconds=0.01).translate_message("hola", "es", ["en"])
    before = (outcome.translations, outcome.untranslated)
    translator.let_go()
    for thread in threading.enumerate():
        if thread.name.startswith("translate-"):
            thread.join(AMPLE_SECONDS)
    assert (outcome.translations, outcome.untranslated) == before


def test_every_wanted_language_is_translated_or_has_its_reason() -> None:
    outcome = service(FailingTranslator(ckb="no_engine", pl="timeout", ur="error")).translate_message(
        "hello", "en", ["ckb", "pl", "ur", "es"]
    )
    assert outcome.untranslated == (
        Untranslated("ckb", "no_engine"),
        Untranslated("pl", "timeout"),
        Untranslated("ur", "error"),
    )
    assert [translation.to for translation in outcome.translations] == ["es"]


def test_half_a_message_is_not_a_translation() -> None:
    class SecondPieceFails(TaggingTranslator):
        def translate(self, text: str, *, source: str, target: str) -> Rendered:
            if text == "tres":
                return FailingTranslator(en="error").translate(text, source=source, target=target)
            return super().translate(text, source=source, target=target)

    outcome = service(SecondPieceFails(), request_bytes=8).translate_message("uno dos. tres", "es", ["en"])
    assert outcome == Outcome(untranslated=(Untranslated("en", "error"),))


def test_an_unnamed_language_is_detected() -> None:
    outcome = service(TaggingTranslator(detects="es")).translate_message("hola", "auto", ["en"])
    assert outcome.detected == "es"
    assert outcome.translations == (Translation("en", "es", "[es→en] hola", ENGINE),)


def test_a_text_detected_to_be_in_the_readers_language_already_has_no_translation() -> None:
    outcome = service(TaggingTranslator(detects="en")).translate_message("hello", "auto", ["en-GB", "pl"])
    assert outcome.detected == "en"
    assert [translation.to for translation in outcome.translations] == ["pl"]
    assert outcome.untranslated == ()


def test_a_broken_engine_is_an_error_and_the_log_does_not_quote_the_message(
    caplog: pytest.LogCaptureFixture,
) -> None:
    class Broken:
        def translate(self, text: str, *, source: str, target: str) -> Rendered:
            raise ValueError(text)

    with caplog.at_level(logging.DEBUG):
        outcome = service(Broken()).translate_message("un secreto", "es", ["en"])
    assert outcome.untranslated == (Untranslated("en", "error"),)
    assert "ValueError" in caplog.text
    assert "secreto" not in caplog.text


def test_an_engine_that_hangs_does_not_keep_the_process_alive() -> None:
    translator = HangingTranslator("en")
    service(translator, deadline_seconds=0.01).translate_message("hola", "es", ["en"])
    hanging = [thread for thread in threading.enumerate() if thread.name.startswith("translate-")]
    assert hanging
    assert all(thread.daemon for thread in hanging)
    translator.let_go()


def test_the_record_names_direction_and_engine() -> None:
    assert Translation("en", "es", "hello", "amazon-translate").as_body() == {
        "to": "en",
        "from": "es",
        "text": "hello",
        "engine": "amazon-translate",
    }
    assert Untranslated("en", "timeout").as_body() == {"to": "en", "reason": "timeout"}
