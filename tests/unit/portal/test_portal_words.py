"""The portal with the real catalogue: every kind of event has words, in both languages, with nothing left open."""

from __future__ import annotations

from typing import Any

import pytest

from harbour.crime.kinds import kinds
from harbour.portal.model import WRITTEN
from tests.unit.portal.cases import AMINA, ID, REF, Cases, event

DETAILS: dict[str, Any] = {
    "where": "Northgate station",
    "what": "a visit",
    "outcome": "a community order",
    "court": "Eastshire Magistrates' Court",
    "text": "We are still working on it.",
    "when": "2026-12-08T10:30:00+00:00",
    "by": "2026-12-31",
}
TOLD = sorted(kind for kind, rule in kinds().items() if rule.stage != "service" and not rule.silent)


@pytest.mark.parametrize("details", [DETAILS, {}], ids=["all details", "no details"])
@pytest.mark.parametrize("enhanced", [False, True])
@pytest.mark.parametrize("language", WRITTEN)
def test_every_kind_has_words(language: str, details: dict[str, Any], *, enhanced: bool) -> None:
    cases = Cases()
    cases.a_person(AMINA, "P1", REF, enhanced=enhanced, given_name="Amina")
    for kind in TOLD:
        cases.store.entries[REF].clear()
        cases.store.letters[REF].clear()
        cases.happened(event(kind, officer=None if not details else event(kind).officer, **{"text": "x"} | details))
        shown = cases.service.case(AMINA, ID, language)
        if kind == "officer_message":
            assert shown.messages
            continue
        (entry,) = shown.timeline
        assert entry.title, kind
        words = f"{entry.title}{entry.text}{shown.next.text if shown.next else ''}"
        assert "{{" not in words, kind
        if details:
            assert entry.text, kind
    assert len(TOLD) >= 120
