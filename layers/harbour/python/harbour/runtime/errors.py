"""The errors that callers may see, drawn once.

::

    HarbourError
    ├── Invalid            400  bad input; names the field
    ├── Forbidden          403  known caller, not allowed
    ├── NotFound           404
    ├── Conflict           409  the state has moved on
    ├── TooMany            429  wait before trying again
    └── Unavailable        503  a service behind us does not answer; try again

Each carries a stable ``code`` (the socket's error code and the last segment of the problem ``type``), a sentence for
people, and the field that is wrong where there is one. The HTTP status is a property of the class: RFC 9457.
"""

from __future__ import annotations

from typing import ClassVar


class HarbourError(Exception):
    """Base of every expected failure. Never carries content: ``message`` may be logged."""

    status: ClassVar[int] = 500

    def __init__(self, code: str, message: str, *, field: str | None = None, **extra: int | str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.field = field
        self.extra = extra

    def problem(self) -> dict[str, int | str]:
        """The RFC 9457 problem document of this error."""
        document: dict[str, int | str] = {
            "type": f"https://harbour.example/problems/{self.code}",
            "title": self.code.replace("_", " "),
            "status": self.status,
            "code": self.code,
            "detail": self.message,
        }
        if self.field:
            document["field"] = self.field
        return document | self.extra


class Invalid(HarbourError):
    """Input that can never be accepted as it is."""

    status = 400


class Forbidden(HarbourError):
    """The caller may not do this."""

    status = 403


class NotFound(HarbourError):
    """There is no such thing, or the caller may not know that there is."""

    status = 404


class Conflict(HarbourError):
    """The state has moved on; reading again shows how."""

    status = 409


class TooMany(HarbourError):
    """The same was tried too often. Waiting helps."""

    status = 429


class Unavailable(HarbourError):
    """A service behind us failed; nothing was done, and the same call may be sent again."""

    status = 503
