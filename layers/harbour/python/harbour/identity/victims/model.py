"""Signing in to the portal, as values and pure rules: what expires when, what counts, what is the same."""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
import re
import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Final

from harbour.contact.gate import allowed
from harbour.contact.model import Channel, Person
from harbour.crime.model import CrimeRef, PersonId

INVITATION_LIFETIME: Final = timedelta(hours=48)
SIGN_IN_LIFETIME: Final = timedelta(minutes=15)
CODE_LIFETIME: Final = timedelta(minutes=10)
PROOF_LIFETIME: Final = timedelta(minutes=1)
"""So long Cognito may take to ask for the proof of a right code."""
AWAY_LIFETIME: Final = timedelta(minutes=10)
"""So long somebody may take at GOV.UK One Login."""
LINK_LIFETIME: Final = timedelta(days=400)
"""So long an account there that is not used is remembered."""
CODE_ATTEMPTS: Final = 5
RESENDS: Final = 2
CODE_DIGITS: Final = 6

NOBODY: Final = PersonId("0" * 32)
"""Looked up where nobody was found, so that the same is read for everybody. No person has this id: it is no hash."""
NO_CRIME: Final = CrimeRef("")


@dataclass(frozen=True, slots=True)
class Limit:
    """At most so many within a stretch of time; the stretches begin at whole multiples of their length."""

    what: str
    most: int
    window: timedelta

    def ends(self, now: datetime) -> datetime:
        """When the stretch that holds ``now`` is over."""
        seconds = int(self.window.total_seconds())
        return datetime.fromtimestamp((int(now.timestamp()) // seconds + 1) * seconds, UTC)


PER_PERSON_AND_DAY: Final = Limit("person_day", 8, timedelta(days=1))
"""Codes that one person may be sent. A guesser gets 8 x 5 tries at a million codes a day, and cannot fill a phone."""
PER_PERSON_AT_ONCE: Final = Limit("person_now", 4, SIGN_IN_LIFETIME)
"""Codes of one person that may be good at the same time."""
PER_ADDRESS_AND_HOUR: Final = Limit("address_hour", 60, timedelta(hours=1))
"""Sign-ins begun from one address: a refuge has one for all, a guesser needs many."""
PER_SOURCE_AND_HOUR: Final = Limit("source_hour", 3_000, timedelta(hours=1))
"""Sign-ins begun through one neighbour of API Gateway. CloudFront's own addresses are shared by many callers, so it is
high; it stops somebody who calls the API itself and invents the address that CloudFront would have written."""


class Step(StrEnum):
    """How far a sign-in has come."""

    STARTED = "started"
    ASKED = "asked"
    """Something was said to prove who it is. Whether it was right is not to be seen from outside."""
    DONE = "done"
    DEAD = "dead"


class Purpose(StrEnum):
    """What a code is for. One for the one is none for the other."""

    SIGN_IN = "sign_in"
    CONFIRM = "confirm"
    """Somebody who is signed in shows that they hold the channel that was agreed, before they change it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Invitation:
    """A way in that works once."""

    hash: str
    person: PersonId
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Away:
    """Somebody was sent to GOV.UK One Login. The page holds nothing of it: it is gone until they are back.

    Attributes
    ----------
    hash
        Of the ``state`` with which they come back.
    nonce, verifier
        What their ID token must repeat, and what only we can show for their authorization code (PKCE).
    invited
        As in `SignIn`.
    """

    hash: str
    nonce: str
    verifier: str
    expires_at: datetime
    invited: PersonId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Linked:
    """Who once proved, coming from that account, what only they know: by which crime's reference, and got the code."""

    person: PersonId
    crime: CrimeRef


@dataclass(frozen=True, slots=True, kw_only=True)
class SignIn:
    """A sign-in under way, or a confirmation: a handle and a code that is good for it.

    Attributes
    ----------
    hash
        Of the handle that the page holds in its memory.
    invited
        Whom the invitation named, if one came with it.
    account
        Hash of the GOV.UK One Login account that they came from; empty for who did not.
    person
        Who it is, once what they know was right; `NOBODY` for everybody else, who is shown the same.
    crime
        By which crime's reference they were found.
    asked
        Codes asked for so far.
    code_hash
        Of the code that is good now; of none that anybody could know where none was sent.
    proof_hash
        Of the internal proof that Cognito's trigger asks for; set when the code was right.
    version
        Rises with each change; a write names the one it read.
    """

    hash: str
    expires_at: datetime
    purpose: Purpose = Purpose.SIGN_IN
    step: Step = Step.STARTED
    invited: PersonId | None = None
    account: str = ""
    person: PersonId = NOBODY
    crime: CrimeRef = NO_CRIME
    asked: int = 0
    attempts: int = 0
    code_hash: str = ""
    code_expires_at: datetime | None = None
    proof_hash: str = ""
    proof_expires_at: datetime | None = None
    version: int = 0

    def open(self, now: datetime) -> bool:
        """Whether it can still be gone on with."""
        return self.step in (Step.STARTED, Step.ASKED) and now < self.expires_at

    @property
    def codes_left(self) -> int:
        """How many more codes may be asked for."""
        return max(0, 1 + RESENDS - self.asked)

    def with_code(self, hashed: str, now: datetime) -> SignIn:
        """After a code was asked for; one before it is no longer good."""
        return replace(
            self, step=Step.ASKED, asked=self.asked + 1, code_hash=hashed, code_expires_at=now + CODE_LIFETIME
        )

    def right(self, hashed: str, now: datetime) -> bool:
        """Whether this is the code, and in time. Looks at all of it whatever the first answer is."""
        fresh = self.code_expires_at is not None and now < self.code_expires_at
        known = self.person != NOBODY
        return same(self.code_hash, hashed) & fresh & known & (self.attempts < CODE_ATTEMPTS)

    def failed(self) -> SignIn:
        """After a wrong code; the last one ends the sign-in."""
        attempts = self.attempts + 1
        return replace(self, attempts=attempts, step=Step.DEAD if attempts >= CODE_ATTEMPTS else self.step)

    def passed(self, proof_hash: str, now: datetime) -> SignIn:
        """After the right code, which is good no more."""
        return replace(
            self,
            step=Step.DONE,
            attempts=self.attempts + 1,
            code_hash="",
            proof_hash=proof_hash,
            proof_expires_at=now + PROOF_LIFETIME,
        )

    def used(self) -> SignIn:
        """After the right code of a confirmation: it leads nowhere else."""
        return replace(self, step=Step.DEAD, attempts=self.attempts + 1, code_hash="")

    def proves(self, person: str, proof_hash: str, now: datetime) -> bool:
        """Whether Cognito's question is answered by this sign-in."""
        fresh = self.proof_expires_at is not None and now < self.proof_expires_at
        return same(self.proof_hash, proof_hash) & fresh & (self.step is Step.DONE) & same(self.person, person)


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    """Something that was used to sign in: coarse on purpose, and kept on no device.

    Attributes
    ----------
    first_at
        When it was first used; after the person said that it was not they, when it came again.
    not_me_at
        When they said so; none when it came again since, or they never did.
    """

    hash: str
    label: str
    first_at: datetime
    last_at: datetime
    not_me_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """What a person is told of earlier visits when they come in.

    Attributes
    ----------
    new_device
        This device was never used before, though another was.
    last
        The visit before this one, if there was one.
    since
        Other devices that were first used since this one was used last (for a new device: in the last 30 days), and of
        which the person has not said already that it was not they.
    """

    new_device: bool
    last: Device | None
    since: tuple[Device, ...]


FORGET_AFTER: Final = timedelta(days=30)


def visit(before: Sequence[Device], this: str, now: datetime) -> Visit:
    """What to tell, from the devices as they were before the one with the hash ``this`` came again."""
    mine = next((one for one in before if one.hash == this), None)
    floor = mine.last_at if mine else now - FORGET_AFTER
    others = sorted(
        (one for one in before if one.hash != this and one.first_at > floor and one.not_me_at is None),
        key=lambda one: one.first_at,
    )
    # The very first visit is no surprise to anybody.
    return Visit(
        new_device=bool(before) and mine is None,
        last=max(before, key=lambda one: one.last_at, default=None),
        since=tuple(others),
    )


# -- secrets -----------------------------------------------------------------------------------------------------------


def new_token() -> str:
    """256 random bits."""
    return secrets.token_urlsafe(32)


def token_hash(token: str) -> str:
    """What is stored instead of a token, which has enough entropy of its own."""
    return _sha256(token)


def new_code() -> str:
    """Six digits, every one as likely."""
    return f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}}"


def code_hash(handle: str, code: str) -> str:
    """What is stored instead of a code. Its key is the handle, which is stored nowhere: who reads the table cannot try
    the million codes."""
    return keyed(handle, code)


def keyed(key: str, value: str) -> str:
    """HMAC-SHA-256."""
    return hmac.new(_bytes(key), _bytes(value), hashlib.sha256).hexdigest()


def same(one: str, other: str) -> bool:
    """Whether two strings are the same and not empty, in constant time."""
    return hmac.compare_digest(_bytes(one), _bytes(other)) & bool(one)


# -- what only the person knows ----------------------------------------------------------------------------------------


def proof_key(reference: str, date_of_birth: str) -> str:
    """What a person knows, as one hash: however they write the reference, and whatever stands between its parts."""
    plain = re.sub(r"[^0-9a-z]", "", reference.lower())
    return _sha256(f"proof#{plain}#{date_of_birth.strip()}")


def crime_of(person: Person, proof: str) -> CrimeRef | None:
    """The crime of the person that ``proof`` names together with their date of birth. Compares all of them."""
    found: CrimeRef | None = None
    for link in person.links:
        if same(proof_key(link.crime, person.date_of_birth), proof) & bool(person.date_of_birth):
            found = link.crime
    return found


def channel_for_code(person: Person, crime: CrimeRef) -> Channel | None:
    """How a code may reach somebody who was found by that crime; none: it may not.

    They ask for it themselves, now, so that their hours do not count. The gate does, as for every message: whoever says
    *do not contact*, and whoever nobody has asked in a sensitive case, gets none by what somebody else may read.
    """
    link = next((link for link in person.links if link.crime == crime), None)
    open_channels = allowed(person, link).channels if link else frozenset()
    return next((channel for channel in (Channel.SMS, Channel.EMAIL) if channel in open_channels), None)


# -- devices and addresses ---------------------------------------------------------------------------------------------

_BROWSERS: Final = (
    ("Edg", "Edge"), ("SamsungBrowser", "Samsung Internet"), ("Firefox", "Firefox"), ("FxiOS", "Firefox"),
    ("OPR", "Opera"), ("CriOS", "Chrome"), ("Chrome", "Chrome"), ("Safari", "Safari"),
)  # fmt: skip
_SYSTEMS: Final = (
    ("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"), ("Windows", "Windows"), ("Mac OS", "Mac"),
    ("CrOS", "Chromebook"), ("Linux", "Linux"),
)  # fmt: skip


def device_label(user_agent: str) -> str:
    """Browser and system in words that a person knows: ``Chrome on Android``. Nothing else of the header is kept."""
    browser = next((name for sign, name in _BROWSERS if sign in user_agent), "A browser")
    system = next((name for sign, name in _SYSTEMS if sign in user_agent), "a device")
    return f"{browser} on {system}"


def device_hash(person: PersonId, user_agent: str, address: str) -> str:
    """Knows a device again, for this person only: its label and the network that it is in."""
    return _sha256(f"{person}{device_label(user_agent)}{network(address)}")


def network(address: str) -> str:
    """The provider's network of an address: the first 16 bits of an IPv4 address, 32 of an IPv6 address.

    Coarse: a phone gets another address every hour, and "a new device" must not be said of the same one.
    """
    return _prefix(address, v4=16, v6=32)


def counted(address: str) -> str:
    """What is counted as one caller: an IPv4 address; the 64 bits that one IPv6 subscriber has at least."""
    return _prefix(address, v4=32, v6=64)


def caller_address(forwarded_for: str, source: str) -> str:
    """Who called, by ``X-Forwarded-For`` and by the neighbour of API Gateway.

    CloudFront adds its caller at the end, API Gateway adds CloudFront after it; whatever stands before was written by
    the caller, who can write anything.
    """
    chain = [part.strip() for part in forwarded_for.split(",") if part.strip()]
    return chain[-2] if len(chain) > 1 else (chain or [source])[0]


def signed_in_at(claims: Mapping[str, object]) -> datetime | None:
    """When the token of these claims was got; none when they do not say. API Gateway hands numbers on as text."""
    said = str(claims.get("auth_time", ""))
    return datetime.fromtimestamp(int(said), UTC) if re.fullmatch(r"[0-9]{1,11}", said) else None


def _prefix(address: str, *, v4: int, v6: int) -> str:
    try:
        bits = v4 if ipaddress.ip_address(address).version == 4 else v6  # noqa: PLR2004 - the protocol's name
        return str(ipaddress.ip_network(f"{address}/{bits}", strict=False))
    except ValueError:
        return ""


# -- Cognito's questions -----------------------------------------------------------------------------------------------

CHALLENGE: Final = "CUSTOM_CHALLENGE"


@dataclass(frozen=True, slots=True)
class Next:
    """What Cognito does next: asks, issues tokens, or ends it."""

    ask: bool = False
    issue: bool = False
    fail: bool = False


def define(session: Iterable[Mapping[str, object]]) -> Next:
    """One question, one answer. Anything else ends it: whoever begins with ``SRP_A`` finds that Cognito calls it passed
    before anybody proved anything."""
    rounds = list(session)
    if not rounds:
        return Next(ask=True)
    only = len(rounds) == 1 and rounds[0].get("challengeName") == CHALLENGE
    return Next(issue=True) if only and rounds[0].get("challengeResult") is True else Next(fail=True)


def _sha256(text: str) -> str:
    return hashlib.sha256(_bytes(text)).hexdigest()


def _bytes(text: str) -> bytes:
    # What came from a browser may hold half a character; it must be wrong, not an error.
    return text.encode("utf-8", "surrogatepass")
