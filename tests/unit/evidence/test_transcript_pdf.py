"""The PDF transcript: archival, every script in its own font, and never refused because of what was typed."""

from __future__ import annotations

import io
import subprocess
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pypdf
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from harbour.evidence import rendition_pdf
from harbour.evidence.fonts import Unreadable, widths
from harbour.evidence.rendition import transcript
from harbour.evidence.rendition_pdf import PdfPrinter
from tests.unit.evidence.conversations import CLOSED, CONVERSATION, FULL, OPENED, Step, record_of, said

MARGIN = 20 / 25.4 * 72
CLOSED_AT = datetime(2026, 11, 22, 10, 6, 0, tzinfo=UTC)

SCRIPTS = {
    "ar": ("زوجي يهددني كل يوم", "NotoSansArabic"),
    "ur": ("مجھے مدد چاہیے، وہ مجھے مارتا ہے۔", "NotoNastaliqUrdu"),
    "fa": ("شوهرم مرا می‌زند", "NotoSansArabic"),
    "pa": ("ਮੈਨੂੰ ਮਦਦ ਚਾਹੀਦੀ ਹੈ।", "NotoSansGurmukhi"),
    "bn": ("আমার স্বামী আমাকে মারধর করে।", "NotoSansBengali"),
    "zh": ("我丈夫打我，我很害怕。", "NotoSansSC"),
    "zh-TW": ("我丈夫打我，我很害怕。請幫幫我", "NotoSansSC"),
    "hi": ("मुझे मदद चाहिए।", "NotoSans"),
    "gu": ("મને મદદ જોઈએ છે", "NotoSansGujarati"),
    "ta": ("எனக்கு உதவி வேண்டும்", "NotoSansTamil"),
    "te": ("నాకు సహాయం కావాలి", "NotoSansTelugu"),
    "kn": ("ನನಗೆ ಸಹಾಯ ಬೇಕು", "NotoSansKannada"),
    "ml": ("എനിക്ക് സഹായം വേണം", "NotoSansMalayalam"),
    "si": ("මට උදව් අවශ්‍යයි", "NotoSansSinhala"),
    "am": ("እርዳታ እፈልጋለሁ", "NotoSansEthiopic"),
    "ti": ("ሓገዝ የድልየኒ", "NotoSansEthiopic"),
    "he": ("אני צריכה עזרה", "NotoSansHebrew"),
    "th": ("ฉันต้องการความช่วยเหลือ", "NotoSansThai"),
    "my": ("အကူအညီ လိုပါတယ်", "NotoSansMyanmar"),
    "km": ("ខ្ញុំត្រូវការជំនួយ", "NotoSansKhmer"),
    "lo": ("ຂ້ອຍຕ້ອງການຄວາມຊ່ວຍເຫຼືອ", "NotoSansLao"),
    "hy": ("Ինձ օգնություն է պետք", "NotoSansArmenian"),
    "ka": ("დახმარება მჭირდება", "NotoSansGeorgian"),
    "ko": ("도와주세요", "NotoSansKR"),
    "ja": ("助けてください", "NotoSansSC"),
    "uk": ("Мені потрібна допомога", "NotoSans"),
    "el": ("Χρειάζομαι βοήθεια", "NotoSans"),
    "pl": ("Proszę o pomoc, źle się czuję", "NotoSans"),
    "vi": ("Tôi cần giúp đỡ", "NotoSans"),
    "cy": ("Dwi angen help, dŵr a thŷ", "NotoSans"),
    "und": ("😀 👨‍👩‍👧 ❤️ 👍🏽 🇬🇧 1️⃣ ☎", "NotoEmoji"),
}


@pytest.fixture(scope="session")
def printer(fonts: Path) -> PdfPrinter:
    return PdfPrinter(fonts)


def texts(*typed: str, language: str = "es") -> Sequence[Step]:
    return [OPENED, *(("message", "visitor", said(t, language, "en", "")) for t in typed), CLOSED]


def typeset(printer: PdfPrinter, steps: Sequence[Step]) -> pypdf.PdfReader:
    pdf, warnings = printer.typeset(transcript(record_of(steps)), CLOSED_AT)
    assert warnings == []
    return pypdf.PdfReader(io.BytesIO(pdf))


def text_of(reader: pypdf.PdfReader) -> str:
    return "\n".join(page.extract_text() for page in reader.pages)


def spelled(reader: pypdf.PdfReader) -> int:
    """How many code points are shown beyond the one in the notes."""
    return text_of(reader).count("U+") - 1


def fonts_of(reader: pypdf.PdfReader) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for page in reader.pages:
        for font in page["/Resources"]["/Font"].values():  # type: ignore[index]
            descriptor = font.get_object()["/DescendantFonts"][0].get_object()["/FontDescriptor"].get_object()
            found[str(descriptor["/FontName"]).split("+")[1].split("-")[0]] = descriptor
    return found


@pytest.mark.parametrize("language", SCRIPTS)
def test_a_text_is_set_in_the_font_of_its_script_which_is_embedded(printer: PdfPrinter, language: str) -> None:
    typed, family = SCRIPTS[language]
    reader = typeset(printer, texts(typed, language=language))
    fonts = fonts_of(reader)
    assert family in fonts
    assert all("/FontFile2" in descriptor for descriptor in fonts.values())
    assert spelled(reader) == 0


def test_arabic_urdu_gurmukhi_bengali_and_chinese_stand_in_one_document(printer: PdfPrinter) -> None:
    """PDF/A knows no missing glyph: the typesetter refuses the file rather than print an empty box."""
    messages = [("message", "visitor", said(SCRIPTS[c][0], c, "en", "")) for c in ("ar", "ur", "pa", "bn", "zh")]
    reader = typeset(printer, [OPENED, *messages, CLOSED])
    wanted = {"NotoSansArabic", "NotoNastaliqUrdu", "NotoSansGurmukhi", "NotoSansBengali", "NotoSansSC"}
    assert wanted <= fonts_of(reader).keys()
    assert spelled(reader) == 0
    assert SCRIPTS["zh"][0] in text_of(reader)


def test_it_is_an_archival_and_accessible_file_that_says_when_it_was_closed(printer: PdfPrinter) -> None:
    reader = typeset(printer, FULL)
    metadata = reader.metadata
    assert metadata
    assert metadata.title == "Transcript of a live chat"
    assert metadata.creation_date == CLOSED_AT
    xmp = reader.trailer["/Root"]["/Metadata"].get_object().get_data().decode()  # type: ignore[index]
    assert "<pdfaid:part>2</pdfaid:part><pdfaid:conformance>A</pdfaid:conformance>" in xmp
    assert "<pdfuaid:part>1</pdfuaid:part>" in xmp
    assert reader.trailer["/Root"]["/MarkInfo"]["/Marked"]  # type: ignore[index]
    assert not {"/Names", "/OpenAction", "/AA", "/AcroForm"} & set(reader.trailer["/Root"])  # type: ignore[call-overload]


def test_each_page_says_which_conversation_it_is_of_and_its_number(printer: PdfPrinter) -> None:
    reader = typeset(printer, [*FULL[:-1], *[FULL[1]] * 30, FULL[-1]])
    assert len(reader.pages) > 2
    for number, page in enumerate(reader.pages, start=1):
        text = page.extract_text()
        assert f"Page {number} of {len(reader.pages)}" in text
        assert CONVERSATION in text


def test_it_tells_what_the_html_tells(printer: PdfPrinter) -> None:
    text = " ".join(text_of(typeset(printer, FULL)).split())
    for said_ in (
        "Mi marido me pegó. ¿Está ahí, señora?",
        "My husband hit me.",
        "Machine translation, Spanish (es) to English (en), by Apertium",
        "The visitor left by the quick exit.",
        "Outcome: safety plan.",
        "22 Nov 2026 10:00:00.123 GMT",
    ):
        assert said_ in text


def test_the_same_record_gives_the_same_bytes_in_another_process_too(printer: PdfPrinter, fonts: Path) -> None:
    document = transcript(record_of(FULL))
    first = printer.render(document, CLOSED_AT)
    assert PdfPrinter(fonts).render(document, CLOSED_AT) == first
    script = (
        "import sys, hashlib; from pathlib import Path\n"
        "from datetime import datetime, UTC\n"
        "from harbour.evidence.rendition import transcript\n"
        "from harbour.evidence.rendition_pdf import PdfPrinter\n"
        "from tests.unit.evidence.conversations import FULL, record_of\n"
        "at = datetime(2026, 11, 22, 10, 6, tzinfo=UTC)\n"
        "pdf = PdfPrinter(Path(sys.argv[1])).render(transcript(record_of(FULL)), at)\n"
        "print(hashlib.sha256(pdf).hexdigest())\n"
    )
    import hashlib
    import subprocess
    import sys

    root = Path(__file__).parents[3]
    path = f"{root / 'layers/harbour/python'}:{root}"
    environment = {"PYTHONPATH": path, "TZ": "Asia/Tokyo", "PYTHONHASHSEED": "7"}
    done = subprocess.run(
        [sys.executable, "-c", script, str(fonts)], env=environment, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == hashlib.sha256(first).hexdigest()


MARKUP = [
    '#eval("1 + 1")',
    "*bold* _emphasis_ `raw` $x^2$",
    "= Heading\n- item\n+ item\n/ term: x",
    "#let x = 1; #x",
    "\\u{41} \\# ~ -- --- ...",
    "<label> @reference",
    "// comment /* comment */",
    '#include "/etc/passwd" #read("/etc/passwd")',
    "https://example.org/?a=b#c",
    "]]]}}}))) \"\"\" '''",
]


@pytest.mark.parametrize("text", MARKUP, ids=ascii)
def test_hostile_text_anywhere_stays_text(printer: PdfPrinter, text: str) -> None:
    reader = typeset(
        printer,
        [
            ("opened", "system", {"force": "eastshire", "language": text, "service_language": text}),
            ("joined", "officer:1", {"name": text, "collar": text, "language": text}),
            ("message", "visitor", said(text, text, text, text, engine=text)),
            ("closed", "officer:1", {"by": text, "outcome": text, text: text}),
        ],
    )
    squeezed = "".join(text_of(reader).replace("\u200b", "").split())
    assert squeezed.count("".join(text.split())) >= 5


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("a\u202eb", "U+202E"),
        ("a\x00b", "U+0000"),
        ("a\ue000b", "U+E000"),
        ("a\ufffeb", "U+FFFE"),
        ("བོད", "U+0F56"),
        ("\U00020000", "U+20000"),
        ("\u3351\u0368", "U+0368"),
        ("z" + "\u0301" * 40, "U+0301"),
    ],
    ids=ascii,
)
def test_what_no_font_can_print_is_shown_by_its_number(printer: PdfPrinter, typed: str, shown: str) -> None:
    assert shown in text_of(typeset(printer, texts(typed)))


@pytest.mark.parametrize("letter", ["W", "i", "ﷺ", "﷽", "ж", "ക", "ঔ", "ပ"])
def test_a_word_longer_than_the_column_is_not_cut_off(printer: PdfPrinter, fonts: Path, letter: str) -> None:
    text = text_of(typeset(printer, texts(letter * 300)))
    lines = [line for line in text.splitlines() if line and set(line) == {letter}]
    assert sum(map(len, lines)) == 300
    width = min(font[ord(letter)] for font in widths(fonts) if ord(letter) in font)
    column_em = (210 - 2 * 16 - 44) / 2 / 25.4 * 72 / 9.5 - 2 * 5 / 9.5
    assert max(map(len, lines)) * width < column_em


def test_every_line_of_a_long_message_stands_above_the_foot_of_its_page(printer: PdfPrinter) -> None:
    """A row that may not break runs off the page: the text is still in the file, and nobody can read it."""
    typed, told = "Sí. " * 1_000, "Yes. " * 1_000
    steps = [
        OPENED,
        *(("message", "visitor", said(t, "es", "en", told)) for t in ("Hola", typed, "x\n" * 500)),
        CLOSED,
    ]
    heights: list[float] = []

    def found(text: str, page: list[float], place: list[float], _font: object, _size: object) -> None:
        if text.strip() in {"x", "Yes."} or text.startswith(("Sí. Sí.", "Yes. Yes.")):
            heights.append(place[4] * page[1] + place[5] * page[3] + page[5])

    for page in typeset(printer, steps).pages:
        page.extract_text(visitor_text=found)
    assert len(heights) > 500
    assert min(heights) > MARGIN
    assert max(heights) < 842 - MARGIN


def test_a_conversation_too_long_to_print_says_so_and_is_sealed_all_the_same(
    printer: PdfPrinter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rendition_pdf, "MOST", 5_000)
    whole = text_of(typeset(printer, texts("x" * 3_000)))
    assert "too long" not in whole
    for long in ("x" * 6_000, "\u202e" * 1_500, "\n" * 1_500):
        short = " ".join(text_of(typeset(printer, texts(long))).split())
        assert "This conversation is too long to be printed. data/transcript.html shows all of it" in short
        assert "Events recorded 3" in short
        assert "End of the record" not in short


def test_a_file_too_large_for_the_verifier_is_not_kept(printer: PdfPrinter, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rendition_pdf, "MAX_FILE_BYTES", 10_000)
    assert "too long to be printed" in text_of(typeset(printer, texts("plain")))


def test_two_thousand_messages_are_printed_and_then_others(printer: PdfPrinter, fonts: Path) -> None:
    """Of 180 letters each, and their translations: within half of the memory that the function has."""
    script = (
        "import resource, sys\n"
        "from pathlib import Path\n"
        "from harbour.evidence.rendition import transcript\n"
        "from harbour.evidence.rendition_pdf import PdfPrinter\n"
        "from tests.unit.evidence.conversations import CLOSED, OPENED, record_of, said\n"
        "from tests.unit.evidence.test_transcript_pdf import CLOSED_AT\n"
        "printer = PdfPrinter(Path(sys.argv[1]))\n"
        "for words, count in (('Mi marido me pegó otra vez anoche. ', 2_000), ('Anoche me pegó. ' * 2, 1_200)):\n"
        "    told = 'My husband hit me again last night. ' * 5\n"
        "    bodies = [said(f'{n}. {words * 5}', 'es', 'en', f'{n}. {told}') for n in range(count)]\n"
        "    steps = [OPENED, *(('message', 'visitor', body) for body in bodies), CLOSED]\n"
        "    pdf = printer.render(transcript(record_of(steps)), CLOSED_AT)\n"
        "    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024, len(pdf))\n"
    )
    done = subprocess.run([sys.executable, "-c", script, str(fonts)], capture_output=True, text=True, check=True)
    for line in done.stdout.splitlines():
        memory, size = map(int, line.split())
        assert size > 1_000_000, "it is the conversation, not the notice that it is too long"
        assert memory < 1_769 / 2


def test_four_thousand_letters_without_a_space_break_over_pages(printer: PdfPrinter) -> None:
    reader = typeset(printer, texts("x" * 4_000))
    assert text_of(reader).count("x") >= 4_000
    assert "\u200b" not in text_of(reader)


def test_a_text_that_the_typesetter_still_refuses_is_spelled_out(
    printer: PdfPrinter, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As if the font files claimed more than they hold: then every character beyond ASCII is shown by its number."""
    everything = dict.fromkeys(range(0x110000), 0.5)
    monkeypatch.setattr(printer, "_coverage", (everything,))
    monkeypatch.setattr(printer, "_width", everything)
    text = text_of(typeset(printer, texts("plain", "བོད ok", "más")))
    assert "U+0F56" in text
    assert "más" in text, "only the text that was refused is spelled"


@settings(deadline=None, max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.text(max_size=40), min_size=1, max_size=5), st.sampled_from([*SCRIPTS, "", "x y", "EN-gb"]))
def test_whatever_is_typed_is_printed(printer: PdfPrinter, typed: list[str], language: str) -> None:
    assert typeset(printer, texts(*typed, language=language)).pages


marks = st.characters(categories=["Mn", "Mc", "Me"])
letters = st.characters(exclude_categories=["Cs"])


@settings(deadline=None, max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(letters, st.text(marks | st.sampled_from("\u200c\u200d\ufe0f"), max_size=5)), max_size=20))
def test_whatever_marks_are_piled_on_whatever_letters(printer: PdfPrinter, piled: list[tuple[str, str]]) -> None:
    assert typeset(printer, texts("".join(a + b for a, b in piled))).pages


# -- fonts -----------------------------------------------------------------------------------------------------------


def test_the_reader_of_fonts_finds_what_fonttools_finds(fonts: Path) -> None:
    from fontTools.ttLib import TTFont  # type: ignore[import-untyped]

    for path, found in zip(sorted(fonts.glob("*.ttf")), widths(fonts), strict=True):
        with TTFont(path) as font:
            glyphs, em = font.getBestCmap(), font["head"].unitsPerEm
            assert found.keys() == glyphs.keys(), path.name
            assert all(abs(found[c] - font["hmtx"][glyph][0] / em) < 1e-9 for c, glyph in glyphs.items())


def test_the_layer_has_a_licence_for_every_font_and_fits_beside_the_typesetter(fonts: Path) -> None:
    licences = [path.name for path in fonts.glob("LICENSE-*.txt")]
    assert len(licences) == len(list(fonts.glob("*Regular.ttf")))
    assert sum(path.stat().st_size for path in fonts.iterdir()) < 30 * 1024 * 1024


def test_a_folder_without_fonts_is_said_to_be_one(tmp_path: Path) -> None:
    with pytest.raises(Unreadable, match=r"no \.ttf"):
        PdfPrinter(tmp_path).render(transcript(record_of(FULL)), CLOSED_AT)
    (tmp_path / "a.ttf").write_bytes(b"no font")
    with pytest.raises(Unreadable, match="character map"):
        widths(tmp_path)
