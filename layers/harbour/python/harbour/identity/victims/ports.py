"""What signing in needs from outside."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Protocol

from harbour.contact.model import Channel, Person
from harbour.crime.link import OutboundTask
from harbour.crime.model import CrimeRef, PersonId
from harbour.identity.victims.model import Away, Device, Invitation, Linked, SignIn

if TYPE_CHECKING:
    # What verifies tokens is heavy, and loaded only where a force has switched it on.
    from harbour.identity.one_login import Begun, Identity


class Stale(Exception):
    """Somebody changed it in between: read again."""


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

    def put_away(self, away: Away) -> None:
        """Keep what somebody needs who comes back from GOV.UK One Login."""
        ...

    def take_away(self, hashed: str, now: datetime) -> Away | None:
        """Use it up. Two callers never both get it."""
        ...

    def link(self, account: str, linked: Linked, now: datetime) -> None:
        """Keep to whom an account leads, in place of whomever it led to before."""
        ...

    def linked(self, account: str, now: datetime) -> Linked | None:
        """To whom an account leads."""
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
        """Note a device. When it was first seen stays, unless the person said that it was not they: then it is new."""
        ...

    def devices(self, person: PersonId) -> tuple[Device, ...]:
        """All of a person's, latest first."""
        ...

    def not_me(self, person: PersonId, devices: Sequence[Device], tasks: Sequence[OutboundTask], at: datetime) -> None:
        """Note of devices that it was not the person who used them, end all sessions, and store the tasks that tell
        officers of it: all or nothing.

        Raises
        ------
        Stale
            One of them came again, or it was said of it already.
        """
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

    def of_somebody_else(self, person: Person, devices: Sequence[Device], at: datetime) -> Sequence[OutboundTask]:
        """A task for each officer who deals with a crime of theirs: on these devices it was not the person."""
        ...

    def ask(self, tasks: Sequence[OutboundTask]) -> None:
        """Ask for stored tasks to be told to the crime system. Never raises: what nobody asked for is found."""
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


class OneLoginClient(Protocol):
    """GOV.UK One Login, as :class:`harbour.identity.one_login.OneLogin` speaks to it."""

    def begin(self, language: str = "en") -> Begun:
        """Where to send the browser. Raises ``Unavailable``."""
        ...

    def finish(self, begun: Begun, query: Mapping[str, str]) -> Identity:
        """Who came back. Raises ``Forbidden`` and ``Unavailable``."""
        ...


class Pace(Protocol):
    """Answers everybody after the same time."""

    def begin(self) -> float:
        """Now."""
        ...

    def finish(self, began: float, work: Callable[[], None] | None) -> None:
        """Do the work, if there is any; come back when as much time has passed as it always does."""
        ...
