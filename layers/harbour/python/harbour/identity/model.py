"""Who may open a socket and as whom. Pure values and rules."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

TICKET_LIFETIME = timedelta(seconds=30)
"""A ticket travels in a URL, so it lives for one handshake (design §5)."""

INTRODUCTION_LIFETIME = timedelta(minutes=30)
"""So long somebody from the portal may take over the chat's first screens, or be without a line."""

TOKEN_BYTES = 32


class Role(StrEnum):
    """What somebody is to a conversation."""

    VISITOR = "visitor"
    OFFICER = "officer"


@dataclass(frozen=True, slots=True)
class Officer:
    """A member of the force as the chain and the visitor know them: collar number and the name the force shows."""

    collar: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """What a ticket is good for.

    A visitor's grant names one conversation and carries the hash of its resume token, and where she comes from the
    portal the reference of the crime that the conversation is about; an officer's names the officer.
    """

    role: Role
    conversation: str = ""
    resume_hash: str = ""
    officer: Officer | None = None
    crime: str = ""

    def as_context(self) -> dict[str, str]:
        """Flat strings: API Gateway's authorizer context, which reaches every later event of the socket."""
        return {
            "role": self.role.value,
            "conversation": self.conversation,
            "resume_hash": self.resume_hash,
            "collar": self.officer.collar if self.officer else "",
            "name": self.officer.name if self.officer else "",
        } | ({"crime": self.crime} if self.crime else {})

    @classmethod
    def from_context(cls, context: dict[str, str]) -> Grant:
        """The grant that :meth:`as_context` wrote."""
        collar = context.get("collar", "")
        return cls(
            role=Role(context["role"]),
            conversation=context.get("conversation", ""),
            resume_hash=context.get("resume_hash", ""),
            officer=Officer(collar, context.get("name", "")) if collar else None,
            crime=context.get("crime", ""),
        )


@dataclass(frozen=True, slots=True)
class Ticket:
    """A ticket as it is stored: only its hash, so that a reader of the table cannot open a socket."""

    hash: str
    grant: Grant
    expires_at: datetime


def new_token() -> str:
    """256 random bits, URL-safe: a ticket or a resume token."""
    return secrets.token_urlsafe(TOKEN_BYTES)


def token_hash(token: str) -> str:
    """What is stored instead of a token. The token has 256 bits of its own, so a plain SHA-256 is enough."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def same_token(token: str, stored_hash: str) -> bool:
    """Whether ``token`` is the one whose hash was stored, in constant time."""
    return hmac.compare_digest(token_hash(token), stored_hash)
