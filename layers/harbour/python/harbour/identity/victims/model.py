"""Signing in, as values and pure rules."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from harbour.crime.model import PersonId

INVITATION_LIFETIME: Final = timedelta(hours=48)
SIGN_IN_LIFETIME: Final = timedelta(minutes=15)
CODE_LIFETIME: Final = timedelta(minutes=10)
CODE_ATTEMPTS: Final = 5
RESENDS: Final = 2
CODE_DIGITS: Final = 6

PER_PERSON_AND_DAY: Final = 8
"""Codes that one person may be sent: an abuser who tries must not fill the phone with them."""
PER_ADDRESS_AND_HOUR: Final = 60
"""Sign-ins begun from one address: a refuge has one, a guesser needs many."""


NOBODY: Final = PersonId("")


class Step(StrEnum):
    """How far a sign-in has come."""

    STARTED = "started"
    PROVEN = "proven"
    DONE = "done"
    DEAD = "dead"


@dataclass(frozen=True, slots=True, kw_only=True)
class Invitation:
    """A way in that works once."""

    hash: str
    person: PersonId
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SignIn:
    """A sign-in under way.

    Attributes
    ----------
    hash
        Of the handle that the page holds in its memory.
    person
        Who it is, once what they know was right; empty for everybody else, who is shown the same.
    invited
        Whom the invitation named, if one came with it.
    code_hash
        Of the code that was sent; empty where none was.
    proof_hash
        Of the internal proof that the Cognito trigger asks for; set when the code was right.
    version
        Rises with each change.
    """

    hash: str
    expires_at: datetime
    step: Step = Step.STARTED
    person: PersonId = NOBODY
    invited: PersonId = NOBODY
    code_hash: str = ""
    code_expires_at: datetime | None = None
    attempts: int = 0
    sent: int = 0
    proof_hash: str = ""
    version: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    """Something that was used to sign in: coarse on purpose, and kept on no device."""

    hash: str
    label: str
    first_at: datetime
    last_at: datetime


def new_token() -> str:
    """256 random bits."""
    return secrets.token_urlsafe(32)


def token_hash(token: str) -> str:
    """What is stored instead of a token."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def new_code() -> str:
    """Six digits, every one as likely."""
    return f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}}"


def code_hash(handle_hash: str, code: str) -> str:
    """What is stored instead of a code; bound to its sign-in."""
    return hmac.new(handle_hash.encode(), code.encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()


def same(one: str, other: str) -> bool:
    """Whether two hashes are the same and not empty, in constant time."""
    return hmac.compare_digest(one.encode(), other.encode()) and bool(one)


def proof_key(reference: str, date_of_birth: str) -> str:
    """What a person knows, as one hash: however they write the reference, and whatever stands between its parts."""
    plain = re.sub(r"[^0-9a-z]", "", reference.lower())
    return hashlib.sha256(f"proof#{plain}#{date_of_birth.strip()}".encode("utf-8", "surrogatepass")).hexdigest()


def device_label(user_agent: str) -> str:
    """Browser and system in words that a person knows: ``Chrome on Android``."""
    browsers = (("Edg", "Edge"), ("SamsungBrowser", "Samsung Internet"), ("Firefox", "Firefox"), ("FxiOS", "Firefox"),
                ("OPR", "Opera"), ("CriOS", "Chrome"), ("Chrome", "Chrome"), ("Safari", "Safari"))  # fmt: skip
    systems = (("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"), ("Windows", "Windows"),
               ("Mac OS", "Mac"), ("CrOS", "Chromebook"), ("Linux", "Linux"))  # fmt: skip
    browser = next((name for sign, name in browsers if sign in user_agent), "A browser")
    system = next((name for sign, name in systems if sign in user_agent), "a device")
    return f"{browser} on {system}"


def network(address: str) -> str:
    """The network of an address: ``203.0.113``, or an IPv6 address's first half."""
    return address.rpartition(".")[0] if "." in address else ":".join(address.split(":")[:4])
