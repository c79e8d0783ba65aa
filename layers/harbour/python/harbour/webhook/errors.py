"""What a webhook's door answers before it looks at what was said."""

from __future__ import annotations

from harbour.runtime.errors import HarbourError
from harbour.webhook.model import LARGEST_BODY


class BadSignature(HarbourError):
    """The request does not prove who sent it. It says no more, whatever was wrong."""

    status = 401

    def __init__(self) -> None:
        super().__init__("bad_signature", "The request is not signed by a known sender.")


class TooLarge(HarbourError):
    """A body above the limit."""

    status = 413

    def __init__(self) -> None:
        super().__init__("too_large", f"An update holds at most {LARGEST_BODY} bytes.")
