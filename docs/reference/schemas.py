"""JSON Schemas of models, tidied for people and placed below ``#/components/schemas``."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

PLACE: Final = "#/components/schemas/"

Json = dict[str, Any]


def schemas(models: Iterable[type[BaseModel]], *, discriminators: bool) -> Json:
    """The schemas of these models and of all that they are made of, by name, sorted.

    Parameters
    ----------
    discriminators
        Whether OpenAPI's ``discriminator`` objects stay; AsyncAPI has another form of them and needs none.
    """
    _, found = models_json_schema([(model, "validation") for model in models], ref_template=PLACE + "{model}")
    return {name: _tidy(schema, discriminators) for name, schema in sorted(found["$defs"].items())}


def reference(name: str) -> Json:
    """A reference to a schema."""
    return {"$ref": PLACE + name}


def prose(text: str | None) -> str:
    """A docstring as Markdown: its indentation and doubled backticks are for another reader."""
    lines = [line.strip() for line in (text or "").strip().splitlines()]
    return "\n".join(lines).replace("``", "`")


def _tidy(schema: Any, discriminators: bool) -> Any:
    """Without the titles that pydantic derives from names, and with docstrings as Markdown."""
    if isinstance(schema, list):
        return [_tidy(part, discriminators) for part in schema]
    if not isinstance(schema, dict):
        return schema
    tidied: Json = {}
    for name, value in schema.items():
        match name:
            case "title":
                continue
            case "discriminator" if not discriminators:
                continue
            case "properties":
                tidied[name] = {field: _tidy(part, discriminators) for field, part in value.items()}
            case "description":
                tidied[name] = prose(value)
            case "default" if value in ("", 0, None) or value == []:
                continue  # absent, and not sent
            case _:
                tidied[name] = _tidy(value, discriminators)
    return tidied
