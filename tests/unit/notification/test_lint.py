from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harbour.contact.model import Channel
from harbour.crime.model import Kind
from harbour.notification.catalogue import message_types
from harbour.notification.clock import limits
from harbour.notification.lint import HARDEST, Finding, grade, lint, syllables
from harbour.notification.model import MessageType, Texts

EN = Texts(
    sms="You have an update. Sign in: {{portal}}",
    subject="You have an update",
    email="Hello,\n\nYou have an update.\n\nSign in: {{portal}}",
    portal_title="We have your report",
    portal="Thank you. We have your report.",
    portal_next="We will tell you more here.",
)
CY = Texts(
    sms="Mae gennych ddiweddariad. Mewngofnodwch: {{portal}}",
    subject="Mae gennych ddiweddariad",
    email="Helo,\n\nMae gennych ddiweddariad.\n\nMewngofnodwch: {{portal}}",
    portal_title="Mae eich adroddiad gennym",
    portal="Diolch. Mae eich adroddiad gennym.",
    portal_next="Byddwn yn dweud mwy wrthych yma.",
)
PLAIN = MessageType(
    key="report_received",
    version=1,
    stage="report",
    trigger=Kind("report_received"),
    audience="victim",
    channels=frozenset(Channel),
    statutory=True,
    right=3,
    limit="",
    pierces_quiet_hours=False,
    texts=MappingProxyType({"en": EN, "cy": CY}),
    enhanced=MappingProxyType({}),
)


def found(one: MessageType) -> set[tuple[str, str]]:
    return {(finding.rule, finding.where) for finding in lint([one], limits())}


def english(**changes: str) -> MessageType:
    return replace(PLAIN, texts={"en": replace(EN, **changes), "cy": CY})


def welsh(**changes: str) -> MessageType:
    return replace(PLAIN, texts={"en": EN, "cy": replace(CY, **changes)})


def test_what_is_right_is_not_found_fault_with() -> None:
    assert lint([PLAIN], limits()) == ()


@pytest.mark.parametrize("field", Texts.__dataclass_fields__)
@pytest.mark.parametrize(
    "text", ["See {{colour}}.", "See {{ sms }}.", "See {name}.", "See ((name)).", "See {{portal}."]
)
def test_an_unknown_placeholder_is_refused(field: str, text: str) -> None:
    assert ("unknown_placeholder", f"report_received/en/{field}") in found(english(**{field: text}))


@pytest.mark.parametrize("field", ["sms", "subject", "email"])
@pytest.mark.parametrize(
    "name", ["reference", "officer", "collar", "station", "when", "where", "what", "court", "text"]
)
def test_outside_the_portal_nothing_is_said_of_the_crime_by_a_value_either(field: str, name: str) -> None:
    text = f"{getattr(EN, field)} {{{{{name}}}}}"
    assert ("misplaced_placeholder", f"report_received/en/{field}") in found(english(**{field: text}))


@pytest.mark.parametrize("field", ["subject", "portal_title"])
def test_subject_and_title_have_no_values(field: str) -> None:
    assert ("misplaced_placeholder", f"report_received/en/{field}") in found(english(**{field: "Hello {{name}}"}))


@pytest.mark.parametrize(
    "word",
    [
        "police", "Police", "POLICE", "crime", "victim", "court", "suspect", "arrest", "arrested", "abuse", "charge",
        "charged", "officer", "statement", "witness", "prison", "bail", "hearing", "sentenced", "your husband", "999",
    ],
)  # fmt: skip
@pytest.mark.parametrize("field", ["sms", "subject", "email"])
def test_a_word_that_reveals_is_refused_outside_the_portal(field: str, word: str) -> None:
    text = f"A word: {word}. {getattr(EN, field)}" if field != "subject" else f"A word: {word}"
    where = "sms" if field == "sms" else "email"
    assert ("revealing", f"report_received/en/{where}") in found(english(**{field: text}))


@pytest.mark.parametrize("word", ["heddlu", "trosedd", "drosedd", "llys", "swyddog", "datganiad", "arestio", "gyhuddo"])
def test_so_is_a_welsh_one(word: str) -> None:
    assert ("revealing", "report_received/cy/sms") in found(welsh(sms=f"Gair: {word}. {CY.sms}"))


def test_the_forces_name_reveals_too() -> None:
    rules = found(english(sms="From {{force}}. Sign in: {{portal}}"))
    assert ("misplaced_placeholder", "report_received/en/sms") in rules


@pytest.mark.parametrize(
    "text", ["Sign in: https://evil.example/x", "Sign in: bit.ly/3x", "Go to www.evil.example", "Write to a@b.example"]
)
@pytest.mark.parametrize("field", ["sms", "subject", "email"])
def test_a_link_that_is_not_the_portals_is_refused(field: str, text: str) -> None:
    assert ("link", f"report_received/en/{field}") in found(english(**{field: text}))


def test_so_are_two_links_and_a_telephone_number() -> None:
    assert ("link", "report_received/en/sms") in found(english(sms="Sign in: {{portal}} or {{portal}}"))
    assert ("link", "report_received/en/sms") in found(english(sms="Ring 07700 900123 now. {{portal}}"))


def test_one_part_is_all_that_an_english_text_may_have() -> None:
    room = 160 - len("https://account.eastshire.example/portal/") - 1
    fits = ("You have an update. " * 10)[: room - 1].strip()
    assert found(english(sms=f"{fits} {{{{portal}}}}")) == set()
    too_long = "You have an update today. " * 6
    assert ("sms_parts", "report_received/en/sms") in found(english(sms=f"{too_long}{{{{portal}}}}"))


def test_a_curly_quote_makes_a_text_dear_and_is_refused() -> None:
    assert ("sms_parts", "report_received/en/sms") in found(english(sms="There’s an update. Sign in: {{portal}}"))


def test_welsh_has_two_parts_also_where_a_letter_is_outside_gsm() -> None:
    assert found(welsh(sms="Mae gennych ŵ ddiweddariad. Mewngofnodwch: {{portal}}")) == set()
    long = "Mae gennych ŵ ddiweddariad. " * 4
    assert ("sms_parts", "report_received/cy/sms") in found(welsh(sms=f"{long}{{{{portal}}}}"))


HARD = "Notwithstanding previous communications, additional considerations necessitate organisational prioritisation."


def test_hard_words_are_refused() -> None:
    assert ("reading_age", "report_received/en/portal") in found(english(portal=HARD))
    assert ("reading_age", "report_received/en/email") in found(english(email=f"Hello,\n\n{HARD}\n\n{{{{portal}}}}"))


def test_long_sentences_are_refused_in_both_languages() -> None:
    assert ("long_sentence", "report_received/en/portal") in found(english(portal="We " + "go and " * 20 + "see."))
    assert ("long_sentence", "report_received/cy/portal") in found(welsh(portal="Mae " + "hwn a " * 20 + "hynny."))


@pytest.mark.parametrize(
    "words", ["The perpetrator ran.", "This is an NFA.", "Prior to that, we met.", "An IDVA rings."]
)
def test_jargon_is_refused(words: str) -> None:
    assert ("plain_words", "report_received/en/portal") in found(english(portal=words))


@pytest.mark.parametrize("words", ["You should have told us.", "You failed to come.", "You claim that he ran."])
def test_blame_is_refused(words: str) -> None:
    assert ("plain_words", "report_received/en/portal") in found(english(portal=words))


@pytest.mark.parametrize(
    "text", ["A <b>bold</b> word.", "Salt &amp; sea.", "Two  spaces.", " A space.", "A tab\there."]
)
def test_markup_and_stray_space_are_refused(text: str) -> None:
    assert ("form", "report_received/en/portal") in found(english(portal=text))


def test_only_a_mail_has_lines() -> None:
    assert ("form", "report_received/en/sms") in found(english(sms="An update.\n{{portal}}"))


@pytest.mark.parametrize("field", ["sms", "subject", "email", "portal_title", "portal"])
def test_an_empty_text_is_refused(field: str) -> None:
    assert ("empty", f"report_received/en/{field}") in found(english(**{field: ""}))


def test_a_long_title_a_long_mail_and_a_short_one_are_refused() -> None:
    assert ("too_long", "report_received/en/portal_title") in found(english(portal_title="We have it " * 6 + "now"))
    assert ("too_long", "report_received/en/email") in found(
        english(email="One. Two. Three. Four. Sign in: {{portal}}")
    )
    assert ("too_long", "report_received/en/email") in found(english(email="Hello,\n\nSign in: {{portal}}"))
    assert ("too_long", "report_received/en/portal") in found(english(portal="We go. " * 6 + "We go."))


def test_both_languages_say_the_same_and_are_two() -> None:
    assert ("languages", "report_received/portal") in found(english(portal="Your officer is {{officer}}. It is so."))
    assert ("languages", "report_received/subject") in found(welsh(subject=EN.subject))
    only = replace(PLAIN, enhanced={"en": EN})
    assert ("languages", "report_received") in found(only)


def test_words_for_enhanced_rights_are_looked_at_too() -> None:
    wrong = {"en": replace(EN, sms="The police wrote. {{portal}}"), "cy": CY}
    assert ("revealing", "report_received/en/enhanced/sms") in found(replace(PLAIN, enhanced=wrong))


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"right": 13}, "right"),
        ({"right": -1}, "right"),
        ({"right": 0}, "right"),
        ({"limit": "next_week"}, "limit"),
        ({"limit": "charged", "statutory": False}, "limit"),
        ({"channels": frozenset()}, "channels"),
    ],
)
def test_the_law_is_named_rightly(changes: dict[str, object], rule: str) -> None:
    assert (rule, "report_received") in found(replace(PLAIN, **changes))  # type: ignore[arg-type]


def test_a_catalogue_of_one_sentence_is_refused() -> None:
    many = [replace(PLAIN, key=f"k{number}") for number in range(30)]
    assert [finding.rule for finding in lint(many, limits())] == ["alike"]


# -- the measure of plain words --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("word", "count"),
    [
        ("we", 1), ("asked", 1), ("needed", 2), ("little", 2), ("the", 1), ("house", 1), ("changes", 2), ("table", 2),
        ("update", 2), ("community", 4), ("magistrates'", 2), ("evidence", 2), ("prioritisation", 6), ("being", 2),
        ("station", 2), ("radio", 3),
    ],
)  # fmt: skip
def test_syllables_are_counted_about_right(word: str, count: int) -> None:
    assert syllables(word) == count


def test_the_measure_tells_plain_from_hard() -> None:
    assert grade("We have your report. We will read it and tell you what we do next.") < 3
    assert grade("The investigation was discontinued in consequence of evidential insufficiency.") > 12
    assert grade("") == 0


def test_the_whole_catalogue_reads_easily() -> None:
    grades = [grade(f"{one.texts['en'].portal} {one.texts['en'].portal_next}") for one in message_types().values()]
    assert max(grades) <= HARDEST


@given(st.text())
def test_any_text_has_a_grade(text: str) -> None:
    assert isinstance(grade(text), float)


@given(st.text(max_size=60))
def test_no_text_breaks_the_lint(text: str) -> None:
    assert all(isinstance(one, Finding) for one in lint([english(sms=text, portal=text)], limits()))
