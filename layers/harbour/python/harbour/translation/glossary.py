"""The glossary of risk words: the custom terminology that is deployed to Amazon Translate.

A person who is told "refuge" must read "safe house", not "shelter from rain". The words stand in
``data/glossary.csv``, in that service's own format: UTF-8, a header of its language codes, one term a row,
and every language may be the source. ``data/glossary.json`` tells who wrote and who checked them.
"""

from __future__ import annotations

import csv
import io
from functools import cache
from importlib import resources


def glossary_csv() -> bytes:
    """The file as ImportTerminology takes it: format ``CSV``, directionality ``MULTI``."""
    return resources.files("harbour.translation").joinpath("data/glossary.csv").read_bytes()


@cache
def terms() -> tuple[dict[str, str], ...]:
    """Each term, by Amazon Translate's language code."""
    return tuple(csv.DictReader(io.StringIO(glossary_csv().decode("utf-8"), newline="")))


@cache
def languages() -> frozenset[str]:
    """The languages that the glossary covers, as Amazon Translate's codes."""
    header = glossary_csv().decode("utf-8").splitlines()[0]
    return frozenset(next(csv.reader([header])))
