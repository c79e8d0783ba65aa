"""Settings of a function: one pydantic model each, filled from ``HARBOUR_*`` variables, checked at the first call.

A wrong deployment fails at once and names the variable; nothing reads the environment at import.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import TypeVar

from pydantic import BaseModel, ConfigDict

PREFIX = "HARBOUR_"


class Settings(BaseModel):
    """Base of all settings: frozen; the field ``socket_endpoint`` is read from ``HARBOUR_SOCKET_ENDPOINT``."""

    model_config = ConfigDict(frozen=True, extra="ignore")


S = TypeVar("S", bound=Settings)


def load(model: type[S], environ: Mapping[str, str] | None = None) -> S:
    """Fill ``model`` from the environment.

    Raises
    ------
    pydantic.ValidationError
        When a variable is missing or of the wrong form; it names the field.
    """
    source = os.environ if environ is None else environ
    return model.model_validate(
        {name: source[PREFIX + name.upper()] for name in model.model_fields if PREFIX + name.upper() in source}
    )
