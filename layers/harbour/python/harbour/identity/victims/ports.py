"""What signing in needs from outside."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Protocol

from harbour.contact.model import Channel, Person
from harbour.crime.model import CrimeRef, PersonId
from harbour.identity.victims.model import Device, Invitation, SignIn


class Stale(Exception):
    """Somebody changed the sign-in in between."""


class SignInStore(Protocol):
    """Invitations, sign-ins under way, counters and devices."""

    def put_invitation(self, invitation: Invitation) -> None:
        """Keep it until it expires."""
        ...

    def take_invitation(self, hashed: str, now: datetime) -> PersonId | None:
        """Use an invitation up; whom it was for. Two callers never both get it."""
        ...

    def begin(self, sign_in: SignIn) -> None:
        """Keep a new sign-in."""
        ...

    def get(self, hashed: str) -> SignIn | None:
        """One sign-in, as it is now."""
        ...

    def put(self, sign_in: SignIn) -> SignIn:
        """Replace the version that it was read in. Raises ``Stale``."""
        ...

    def close(self, sign_in: SignIn) -> None:
        """End it, and forget its proof. Raises ``Stale`` unless it is as it was read."""
        ...

    def known_by(self, proof: str) -> tuple[PersonId, ...]:
        """Who knows that: people whom a reference and a date of birth lead to."""
        ...

    def count(self, what: str, key: str, until: datetime) -> int:
        """Count one more; how many there are until then."""
        ...

    def salt(self, day: date) -> str:
        """The random salt of a day, the same for everybody, gone soon after it."""
        ...

    def seen(self, person: PersonId, device: Device) -> None:
        """Note a device. When it was first seen stays."""
        ...

    def devices(self, person: PersonId) -> tuple[Device, ...]:
        """All of a person's, latest first."""
        ...

    def end_sessions(self, person: PersonId, at: datetime) -> None:
        """Tokens from before are good no more."""
        ...

    def sessions_ended(self, person: PersonId) -> datetime | None:
        """When the person last signed out everywhere."""
        ...


class CodeSender(Protocol):
    """Takes a code to somebody."""

    def send(self, person: Person, channel: Channel, code: str, reference: str) -> bool:
        """False: nobody took it."""
        ...


class Officers(Protocol):
    """Asks a person to help."""

    def help_to_sign_in(self, person: Person, crime: CrimeRef, why: str) -> None:
        """A task in the crime system; at most one a day for the same person and reason.

        ``why``: ``no_channel``, ``not_sent`` or ``several``.
        """
        ...


class Pool(Protocol):
    """Cognito's user pool of victims."""

    def sign_in(self, person: PersonId, handle_hash: str, proof: str) -> dict[str, str | int]:
        """Tokens for somebody who proved who they are: ``id_token``, ``access_token``, ``expires_in``.

        Raises
        ------
        Unavailable
            ``sign_in_failed``.
        """
        ...

    def who(self, access_token: str) -> PersonId | None:
        """Whose token that is; none for one that is not good."""
        ...

    def sign_out(self, person: PersonId) -> None:
        """End every session of the person."""
        ...


class Pace(Protocol):
    """Answers everybody after the same time."""

    def begin(self) -> float:
        """Now."""
        ...

    def finish(self, began: float, work: Callable[[], None] | None) -> None:
        """Do the work, if there is any; come back when as much time has passed as it always does."""
        ...
