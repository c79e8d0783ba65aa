"""GOV.UK Notify calls back when it knows what became of a message. It proves itself by a token that was agreed."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, Final

from harbour.runtime.errors import Invalid
from harbour.webhook.errors import BadSignature, TooLarge
from harbour.webhook.model import LARGEST_BODY, same_header
from harbour.webhook.payload import payload_of

_KEPT: Final = ("id", "reference", "status", "notification_type", "completed_at")
"""What a receipt needs. The number or address that the callback names goes no further than this door."""

_LONGEST: Final = 200
"""Characters: what is stored by an id that is no key could never be done."""


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
        told = payload_of(body)
        kept = {name: text for name in _KEPT if isinstance(text := told.get(name), str)}
        for name, text in kept.items():
            if len(text) > _LONGEST:
                raise Invalid("bad_field", "This text is too long.", field=name)
        for name in ("id", "status"):
            if not kept.get(name):
                raise Invalid("bad_field", "This field is missing or not a text.", field=name)
        self._put(json.dumps({"notify": kept}))


def stored(text: str) -> dict[str, Any] | None:
    """The callback in a text that :class:`NotifyCallbacks` stored; none for anything else."""
    try:
        document = json.loads(text)
    except ValueError:
        return None
    told = document.get("notify") if isinstance(document, dict) else None
    return told if isinstance(told, dict) else None
