"""GOV.UK Notify calls back when it knows what became of a message. It proves itself by a token that was agreed."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, Final

from harbour.crime.intake import BadSignature, TooLarge
from harbour.runtime.errors import Invalid
from harbour.webhook.model import LARGEST_BODY, same_header

_KEPT: Final = ("id", "reference", "status", "notification_type", "completed_at")
"""What a receipt needs. The number or address that the callback names goes no further than this door."""


class NotifyCallbacks:
    """Takes callbacks in; what they say is done behind a queue.

    Parameters
    ----------
    token
        What Notify must send; empty: nothing was agreed, and nobody is let in.
    put
        Stores a text for ``receipts``.
    """

    def __init__(self, token: Callable[[], str], put: Callable[[str], None]) -> None:
        self._token = token
        self._put = put

    def accept(self, authorization: str, body: bytes) -> None:
        """Store a callback. The same again does no harm.

        Raises
        ------
        TooLarge, BadSignature, Invalid
            Nothing was stored.
        """
        if len(body) > LARGEST_BODY:
            raise TooLarge
        token = self._token()
        if not token or not same_header(authorization, f"Bearer {token}"):
            raise BadSignature
        try:
            told = json.loads(body)
        except (ValueError, RecursionError):
            raise Invalid("bad_body", "The body is no JSON object.") from None
        if not isinstance(told, dict):
            raise Invalid("bad_body", "The body is no JSON object.")
        for name in ("id", "status"):
            if not isinstance(told.get(name), str) or not told[name]:
                raise Invalid("bad_field", "This field is missing or not a text.", field=name)
        kept = {name: told[name] for name in _KEPT if isinstance(told.get(name), str)}
        self._put(json.dumps({"notify": kept}))


def stored(text: str) -> dict[str, Any] | None:
    """The callback in a text that :class:`NotifyCallbacks` stored; none for anything else."""
    try:
        document = json.loads(text)
    except ValueError:
        return None
    told = document.get("notify") if isinstance(document, dict) else None
    return told if isinstance(told, dict) else None
