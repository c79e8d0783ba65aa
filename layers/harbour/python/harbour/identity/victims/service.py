"""Signing in to the portal. Whether somebody has an account cannot be told from any answer, nor from its time.

For everybody the same is read, computed and written; the code itself goes out only where what was said is right and the
person's plan allows a channel. Attempts are counted for the person and for the address that asks.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from harbour.contact.model import Person
from harbour.crime.model import PersonId
from harbour.identity.victims.model import (
    CODE_ATTEMPTS,
    CODE_LIFETIME,
    INVITATION_LIFETIME,
    NOBODY,
    PER_ADDRESS_AND_HOUR,
    PER_PERSON_AND_DAY,
    RESENDS,
    SIGN_IN_LIFETIME,
    Device,
    Invitation,
    SignIn,
    Step,
    code_hash,
    device_label,
    network,
    new_code,
    new_token,
    proof_key,
    same,
    token_hash,
)
from harbour.identity.victims.ports import CodeSender, Pool, SignInStore, Stale
from harbour.runtime.clock import Clock
from harbour.runtime.errors import Conflict, Forbidden, HarbourError
from harbour.runtime.telemetry import log

ASKS: Final = ("reference", "date_of_birth")


class TooMany(HarbourError):
    """Too many attempts from one address."""

    status = 429

    def __init__(self) -> None:
        super().__init__("too_many", "Too many attempts. Wait an hour, or call 101. In danger call 999.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Who asks, as the web knows them; neither is stored."""

    address: str
    user_agent: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedIn:
    """The person is in."""

    tokens: dict[str, object]
    new_device: bool
    last: Device | None


class InvitationService:
    """Makes ways in."""

    def __init__(self, store: SignInStore, clock: Clock, portal_url: str) -> None:
        self._store = store
        self._clock = clock
        self._portal_url = portal_url

    def invite(self, person: PersonId) -> str:
        """The address of a single-use invitation. The token is behind ``#``: it reaches no server and no log."""
        token = new_token()
        expires = self._clock.now() + INVITATION_LIFETIME
        self._store.put_invitation(Invitation(hash=token_hash(token), person=person, expires_at=expires))
        return f"{self._portal_url}#i={token}"


class SignInService:
    """Brings somebody in, step by step."""

    def __init__(
        self,
        store: SignInStore,
        people: Callable[[PersonId], Person | None],
        codes: CodeSender,
        pool: Pool,
        clock: Clock,
    ) -> None:
        self._store = store
        self._people = people
        self._codes = codes
        self._pool = pool
        self._clock = clock

    def start(self, invitation: str | None, caller: Caller) -> str:
        """Begin; the handle for the next steps. A wrong invitation is answered like none.

        Raises
        ------
        TooMany
        """
        now = self._clock.now()
        if self._store.count("address", _salted(caller.address, now), now + timedelta(hours=1)) > PER_ADDRESS_AND_HOUR:
            raise TooMany
        invited = self._store.take_invitation(token_hash(invitation or new_token()), now)
        handle = new_token()
        expires = now + SIGN_IN_LIFETIME
        self._store.begin(SignIn(hash=token_hash(handle), expires_at=expires, invited=invited or NOBODY))
        return handle

    def prove(self, handle: str, reference: str, date_of_birth: str) -> None:
        """Say what only the person knows. Right or wrong is answered the same; right sends a code.

        Raises
        ------
        Conflict
            ``expired``: begin again.
        """
        sign_in = self._current(handle)
        if sign_in.step is not Step.STARTED:
            raise _expired()
        known = self._store.known_by(proof_key(reference, date_of_birth))
        found = [one for one in known if not sign_in.invited or one == sign_in.invited]
        # One pair that leads to several people (twins in one crime) leads to none of them.
        person = found[0] if len(found) == 1 else NOBODY
        self._send(replace(sign_in, step=Step.PROVEN, person=person))

    def resend(self, handle: str) -> None:
        """Send another code; the one before stops working. Answered the same for everybody.

        Raises
        ------
        Conflict
            ``expired``, or ``too_many_codes``.
        """
        sign_in = self._current(handle)
        if sign_in.step is not Step.PROVEN:
            raise _expired()
        if sign_in.sent > RESENDS:
            raise Conflict("too_many_codes", "No more codes can be sent. Begin again, or call 101.")
        self._send(sign_in)

    def finish(self, handle: str, code: str, caller: Caller) -> SignedIn:
        """The code that came.

        Raises
        ------
        Forbidden
            ``wrong_code``, with ``left`` attempts.
        Conflict
            ``expired``: begin again.
        """
        sign_in = self._current(handle)
        if sign_in.step is not Step.PROVEN or sign_in.attempts >= CODE_ATTEMPTS:
            raise _expired()
        now = self._clock.now()
        right = same(code_hash(sign_in.hash, code), sign_in.code_hash) and sign_in.person != NOBODY
        fresh = sign_in.code_expires_at is not None and now < sign_in.code_expires_at
        attempts = sign_in.attempts + 1
        proof = new_token()
        step = Step.DONE if right and fresh else (Step.DEAD if attempts >= CODE_ATTEMPTS else Step.PROVEN)
        after = replace(
            sign_in,
            step=step,
            attempts=attempts,
            code_hash="" if right and fresh else sign_in.code_hash,
            proof_hash=token_hash(proof) if right and fresh else "",
        )
        # Counted before it is answered: of two codes at once one is refused, whatever they say.
        self._keep(after)
        if not (right and fresh):
            log("sign-in", outcome="wrong_code", attempts=attempts)
            raise Forbidden("wrong_code", "This code is not right, or too old.", left=CODE_ATTEMPTS - attempts)
        tokens = self._pool.sign_in(sign_in.person, sign_in.hash, proof)
        device = Device(
            hash=hashlib.sha256(
                f"{sign_in.person}{device_label(caller.user_agent)}{network(caller.address)}".encode()
            ).hexdigest(),
            label=device_label(caller.user_agent),
            first_at=now,
            last_at=now,
        )
        new, last = self._store.seen(sign_in.person, device)
        log("sign-in", outcome="done")
        return SignedIn(tokens=tokens, new_device=new, last=last)

    def sign_out(self, person: PersonId) -> None:
        """End every session of the person, on every device."""
        self._pool.sign_out(person)

    def devices(self, person: PersonId) -> tuple[Device, ...]:
        """What was used to sign in."""
        return self._store.devices(person)

    def accepts(self, person: str, handle_hash: str, proof: str) -> bool:
        """Whether Cognito's question is answered by a sign-in that just came through here; works once."""
        sign_in = self._store.get(handle_hash)
        if sign_in is None or sign_in.step is not Step.DONE or sign_in.expires_at <= self._clock.now():
            return False
        if sign_in.person != person or not same(token_hash(proof), sign_in.proof_hash):
            return False
        try:
            self._store.put(replace(sign_in, step=Step.DEAD, proof_hash=""))
        except Stale:
            return False
        return True

    # -- means -----------------------------------------------------------------------------------------------------

    def _current(self, handle: str) -> SignIn:
        sign_in = self._store.get(token_hash(handle))
        if sign_in is None or sign_in.expires_at <= self._clock.now() or sign_in.step in (Step.DONE, Step.DEAD):
            raise _expired()
        return sign_in

    def _send(self, sign_in: SignIn) -> None:
        now = self._clock.now()
        code = new_code()
        counted = self._store.count("person", sign_in.person or sign_in.hash, now + timedelta(days=1))
        someone = self._people(sign_in.person)
        kept = self._keep(
            replace(
                sign_in,
                code_hash=code_hash(sign_in.hash, code),
                code_expires_at=now + CODE_LIFETIME,
                sent=sign_in.sent + 1,
            )
        )
        if someone is not None and counted <= PER_PERSON_AND_DAY:
            sent = self._codes.send(someone, code, f"{kept.hash}{kept.sent}")
            log("sign-in", outcome="code" if sent else "no_channel")

    def _keep(self, sign_in: SignIn) -> SignIn:
        try:
            return self._store.put(sign_in)
        except Stale:
            raise Conflict("try_again", "This was sent twice. Try again.") from None


def _expired() -> Conflict:
    return Conflict("expired", "This took too long, or was used already. Begin again.")


def _salted(address: str, now: datetime) -> str:
    """An address that can be counted for a day, and not be read back."""
    return hashlib.sha256(f"{now:%Y-%m-%d}#{network(address) if ':' in address else address}".encode()).hexdigest()
