"""Puts the glossary of risk words into Amazon Translate, which CloudFormation cannot."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harbour.translation.glossary import glossary_csv

if TYPE_CHECKING:
    from mypy_boto3_translate import TranslateClient


def import_glossary(translate: TranslateClient, name: str) -> int:
    """Import it under ``name``, in place of an earlier one; returns how many terms were taken."""
    answer = translate.import_terminology(
        Name=name,
        MergeStrategy="OVERWRITE",
        Description="Words of risk and safety, as the field uses them",
        # Every language of the file may be the source: a victim writes in one, an officer in another.
        TerminologyData={"File": glossary_csv(), "Format": "CSV", "Directionality": "MULTI"},
    )
    return answer["TerminologyProperties"].get("TermCount", 0)
