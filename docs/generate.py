"""Writes the documents that are made from the code, or says which are stale.

    python -m docs.generate            write them
    python -m docs.generate --check    exit 1 if one is not what the code says

What they hold is in :mod:`docs.reference`.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final

import yaml

from docs.reference import asyncapi, crime_systems, openapi, oversight, portal, portal_sign_in

FOLDER: Final = Path(__file__).resolve().parent

_HEADING: Final = "# Made by `python -m docs.generate` from the models in the code. Do not edit: change them there.\n"

DOCUMENTS: Final[dict[str, Callable[[], dict[str, Any]]]] = {
    "chat-protocol.yaml": asyncapi.document,
    "visitor-api.yaml": openapi.visitor,
    "officer-api.yaml": openapi.officer,
    "portal-api.yaml": portal.portal,
    "sign-in-api.yaml": portal_sign_in.sign_in,
    "oversight-api.yaml": oversight.oversight,
    "crime-system-api.yaml": crime_systems.crime_systems,
}
"""File name → what it says."""


class _Dumper(yaml.SafeDumper):
    """Long texts as blocks, and no anchors: the file is read by people."""

    def ignore_aliases(self, _data: object) -> bool:
        return True


def _text(dumper: yaml.SafeDumper, value: str) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style="|" if "\n" in value else None)


_Dumper.add_representer(str, _text)


def written(name: str) -> str:
    """The document as it must stand in its file."""
    body: str = yaml.dump(DOCUMENTS[name](), Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=110)
    return _HEADING + body


def stale() -> list[str]:
    """The documents whose file is not what the code says."""
    return [name for name in DOCUMENTS if _file(name) != written(name)]


def main(arguments: Sequence[str]) -> int:
    """Write or check.

    Returns
    -------
    int
        0; 1 when ``--check`` finds a stale document.
    """
    parser = argparse.ArgumentParser(prog="python -m docs.generate", description="The documents made from the code.")
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 if a document is stale")
    if parser.parse_args(arguments).check:
        found = stale()
        for name in found:
            sys.stderr.write(f"docs/{name} is stale: run `python -m docs.generate`\n")
        return 1 if found else 0
    for name in DOCUMENTS:
        (FOLDER / name).write_text(written(name), "utf-8")
        sys.stdout.write(f"docs/{name}\n")
    return 0


def _file(name: str) -> str | None:
    try:
        return (FOLDER / name).read_text("utf-8")
    except FileNotFoundError:
        return None


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
