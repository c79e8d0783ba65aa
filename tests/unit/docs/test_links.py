"""What the documents point to exists: files, tests, make targets, variables, links and headings."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
DOCS = ROOT / "docs"
DOCUMENTS = [ROOT / "README.md", *sorted(DOCS.rglob("*.md"))]
NAMES = [path.relative_to(ROOT).as_posix() for path in DOCUMENTS]

FOLDERS = ("docs", "functions", "infra", "layers", "tests", "web_widget")
"""Whatever starts with one of these and a slash is a path in the repository."""

CODE = re.compile(r"`([^`\n]+)`")
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
"""Links, and images: an image that is not there is a broken page."""

FENCE = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)


def text_of(name: str) -> str:
    return (ROOT / name).read_text("utf-8")


def spans(name: str) -> list[str]:
    """What stands in backticks, outside blocks of code."""
    return CODE.findall(FENCE.sub("", text_of(name)))


def anchors(document: str) -> set[str]:
    """The anchors of a document's headings, as GitHub makes them."""
    headings = re.findall(r"^#+ (.+)$", FENCE.sub("", document), re.MULTILINE)
    plain = (re.sub(r"[^\w\- ]", "", heading.replace("`", "")).strip().lower() for heading in headings)
    return {heading.replace(" ", "-") for heading in plain}


@cache
def defined_tests() -> frozenset[str]:
    return frozenset(
        name
        for path in (ROOT / "tests").rglob("test_*.py")
        for name in re.findall(r"def (test_\w+)\(", path.read_text("utf-8"))
    )


@pytest.mark.parametrize("name", NAMES)
def test_every_path_and_every_test_that_is_named_exists(name: str) -> None:
    for span in spans(name):
        path, _, test = span.partition("::")
        if path.split("/")[0] in FOLDERS and re.fullmatch(r"[\w./-]+", path):
            assert (ROOT / path).exists(), f"{name}: there is no {path}"
            if test:
                wanted = (f"def {test}(", f'"{test}"')
                content = (ROOT / path).read_text("utf-8")
                assert any(one in content for one in wanted), f"{name}: there is no {span}"
        elif re.fullmatch(r"test_\w+", span):
            assert span in defined_tests(), f"{name}: there is no test {span}"


@pytest.mark.parametrize("name", NAMES)
def test_every_link_leads_somewhere(name: str) -> None:
    for target in LINK.findall(text_of(name)):
        if re.match(r"https?://", target):
            continue
        path, _, anchor = target.partition("#")
        place = (ROOT / name).parent / path if path else ROOT / name
        assert place.is_file(), f"{name}: {target}"
        if anchor:
            assert anchor in anchors(place.read_text("utf-8")), f"{name}: no heading for {target}"


@pytest.mark.parametrize("name", NAMES)
def test_every_make_target_and_every_variable_that_is_named_exists(name: str) -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    code = "\n".join(
        path.read_text("utf-8") for folder in ("infra", "tests/e2e") for path in (ROOT / folder).rglob("*.py")
    )
    commands = "\n".join((*CODE.findall(text_of(name)), *FENCE.findall(text_of(name))))
    for target in re.findall(r"\bmake ([a-z]+)\b", commands):
        assert target in targets, f"{name}: make {target}"
    for variable in re.findall(r"\bHARBOUR_[A-Z_]+\b", text_of(name)):
        assert variable in code, f"{name}: {variable}"


def test_the_index_names_every_document() -> None:
    index = text_of("docs/README.md")
    for path in (*DOCS.rglob("*.md"), *DOCS.glob("*.yaml")):
        name = path.relative_to(DOCS).as_posix()
        assert name == "README.md" or f"({name})" in index, f"docs/README.md does not name {name}"


def test_the_readme_shows_every_page_and_leads_to_the_documents() -> None:
    targets = LINK.findall(text_of("README.md"))
    assert [target for target in targets if target.startswith("docs/images/")] == [
        "docs/images/widget.png",
        "docs/images/console.png",
        "docs/images/portal.png",
        "docs/images/messages.png",
    ]
    assert "docs/README.md" in targets


def test_decisions_are_numbered_without_a_gap_and_say_the_three_things() -> None:
    decisions = sorted((DOCS / "adr").glob("*.md"))
    for number, path in enumerate(decisions, start=1):
        text = path.read_text("utf-8")
        assert path.name.startswith(f"{number:04d}-")
        assert text.startswith(f"# {number:04d}. ")
        assert [part in text for part in ("**Context.**", "**Decision.**", "**Consequences.**")] == [True] * 3
        assert f"[{number:04d}]" in text_of("docs/README.md")
