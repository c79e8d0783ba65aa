"""What signing in needs from outside."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from harbour.contact.model import Person
from harbour.crime.model import PersonId
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
        """One sign-in."""
        ...

    def put(self, sign_in: SignIn) -> SignIn:
        """Replace the version that it was read in. Raises ``Stale``."""
        ...

    def known_by(self, proof: str) -> tuple[PersonId, ...]:
        """Who knows that: people whom a reference and a date of birth lead to."""
        ...

    def count(self, what: str, key: str, until: datetime) -> int:
        """Count one more; how many there are until then."""
        ...

    def seen(self, person: PersonId, device: Device) -> tuple[bool, Device | None]:
        """Note a device. Whether it is new for the person, and the one that came last before."""
        ...

    def devices(self, person: PersonId) -> tuple[Device, ...]:
        """All of a person's, latest first."""
        ...


class CodeSender(Protocol):
    """Takes a code to the person's safe channel."""

    def send(self, person: Person, code: str, reference: str) -> bool:
        """False: there is no channel by which it may go."""
        ...


class Pool(Protocol):
    """Cognito's user pool of victims."""

    def sign_in(self, person: PersonId, handle_hash: str, proof: str) -> dict[str, object]:
        """Tokens for somebody who proved who they are: ``id_token``, ``access_token``, ``expires_in``."""
        ...

    def sign_out(self, person: PersonId) -> None:
        """End every session of the person."""
        ...
