"""Signing in to the portal. Whether somebody has an account can be told from no answer, and not from its time.

For everybody the same is read, computed and written, and the answer comes after the same time; a code goes out only
where what was said is right and the person's plan allows a channel. Where it allows none, an officer gets a task.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import partial
from typing import Final

from harbour.contact.model import Person
from harbour.crime.model import PersonId
from harbour.identity.victims.model import (
    CODE_ATTEMPTS,
    INVITATION_LIFETIME,
    NO_CRIME,
    NOBODY,
    PER_ADDRESS_AND_HOUR,
    PER_PERSON_AND_DAY,
    PER_PERSON_AT_ONCE,
    PER_SOURCE_AND_HOUR,
    SIGN_IN_LIFETIME,
    Device,
    Invitation,
    Limit,
    Linked,
    Purpose,
    SignIn,
    Visit,
    channel_for_code,
    code_hash,
    counted,
    crime_of,
    device_hash,
    device_label,
    keyed,
    new_code,
    new_token,
    proof_key,
    token_hash,
    visit,
)
from harbour.identity.victims.ports import CodeSender, Officers, Pace, Pool, SignInStore, Stale
from harbour.runtime.clock import Clock, rfc3339
from harbour.runtime.errors import Conflict, Forbidden, TooMany, Unavailable
from harbour.runtime.telemetry import log

ASKS: Final = ("reference", "date_of_birth")

_RACES: Final = 3
"""So often a sign-in that changed meanwhile is read again. It is one page's: more is nobody's honest doing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Who asks, as the web knows them. Neither address is stored.

    Attributes
    ----------
    address
        By `caller_address`.
    source
        The neighbour of API Gateway: nobody can invent it.
    """

    address: str
    source: str
    user_agent: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedIn:
    """The person is in."""

    tokens: dict[str, str | int]
    visit: Visit


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
        *,
        store: SignInStore,
        people: Callable[[PersonId], Person | None],
        codes: CodeSender,
        officers: Officers,
        pool: Pool,
        pace: Pace,
        clock: Clock,
    ) -> None:
        self._store = store
        self._people = people
        self._codes = codes
        self._officers = officers
        self._pool = pool
        self._pace = pace
        self._clock = clock
        self._salt: tuple[date, str] | None = None

    def start(self, invitation: str | None, caller: Caller) -> str:
        """Begin; the handle for the next steps. A wrong or used invitation is answered like none.

        Raises
        ------
        TooMany
            ``too_many``: from this address, within an hour.
        """
        self.admit(caller)
        return self._begin(self.invited(invitation))[0]

    def admit(self, caller: Caller) -> None:
        """Count somebody who begins. Raises ``TooMany`` as `start`."""
        now = self._clock.now()
        within = self._within(PER_ADDRESS_AND_HOUR, counted(caller.address), now)
        if not (self._within(PER_SOURCE_AND_HOUR, counted(caller.source), now) and within):
            log("sign-in", outcome="too_many")
            raise TooMany("too_many", "Too many attempts. Wait an hour, or call 101. In danger call 999.")

    def invited(self, invitation: str | None) -> PersonId | None:
        """Use an invitation up; whom it named. One that is wrong or used is like none."""
        return self._store.take_invitation(token_hash(invitation or new_token()), self._clock.now())

    def begin_from(self, account: str, invited: PersonId | None) -> tuple[str, int]:
        """Begin for somebody who came from a GOV.UK One Login account, which is as good as what only they know where
        they proved that with it before: then a code goes out. Answered the same, after the same time, for everybody:
        who gets none may `prove`, and a right code links the account.

        Parameters
        ----------
        account
            Hash of the account's subject.

        Returns
        -------
        tuple[str, int]
            The handle, and how many more codes may be asked for.
        """
        began = self._pace.begin()
        handle, sign_in = self._begin(invited, account)
        linked = self._store.linked(account, self._clock.now())
        wanted = linked if linked and invited in (None, linked.person) else Linked(person=NOBODY, crime=NO_CRIME)
        person = self._people(wanted.person)
        # Whoever is no longer in that crime has to prove another one.
        if person is None or wanted.crime not in [link.crime for link in person.links]:
            return handle, self._send(handle, sign_in, None, began)
        sign_in = replace(sign_in, person=person.id, crime=wanted.crime)
        return handle, self._send(handle, sign_in, person, began)

    def prove(self, handle: str, reference: str, date_of_birth: str) -> int:
        """Say what only the person knows. Right or wrong is answered the same; right sends a code.

        It may be said again, for it may have been mistyped; each time counts as a code.

        Returns
        -------
        int
            How many more codes may be asked for.

        Raises
        ------
        Forbidden
            ``expired``: begin again.
        """
        began = self._pace.begin()
        sign_in = _current(self._store, handle, self._clock.now())
        proof = proof_key(reference, date_of_birth)
        known = self._store.known_by(proof)
        wanted = [one for one in known if sign_in.invited in (None, one)]
        person = self._people(wanted[0] if wanted else NOBODY)
        crime = crime_of(person, proof) if person else None
        if person is None or crime is None:
            return self._send(handle, replace(sign_in, person=NOBODY, crime=NO_CRIME), None, began)
        if len(wanted) > 1:
            # One pair that leads to several people (twins in one crime) brings in none of them.
            tell = partial(self._officers.help_to_sign_in, person, crime, "several")
            return self._send(handle, replace(sign_in, person=NOBODY, crime=NO_CRIME), None, began, tell)
        return self._send(handle, replace(sign_in, person=person.id, crime=crime), person, began)

    def resend(self, handle: str) -> int:
        """Send another code; the one before stops working. Answered the same for everybody.

        Returns
        -------
        int
            How many more codes may be asked for.

        Raises
        ------
        Forbidden
            ``expired``: begin again.
        """
        began = self._pace.begin()
        sign_in = _current(self._store, handle, self._clock.now(), *Purpose)
        if not sign_in.asked:
            raise _expired()
        return self._send(handle, sign_in, self._people(sign_in.person), began)

    def finish(self, handle: str, code: str, caller: Caller) -> SignedIn:
        """The code that came.

        Raises
        ------
        Forbidden
            ``wrong_code``, with the attempts ``left``; ``expired``: begin again.
        Unavailable
            ``sign_in_failed``: Cognito did not answer; the same code may be sent again.
        """
        proof = new_token()
        sign_in, passed = _answered(
            self._store, self._clock, handle, code, lambda right, now: right.passed(token_hash(proof), now)
        )
        try:
            tokens = self._pool.sign_in(passed.person, passed.hash, proof)
        except Unavailable:
            self._undo(sign_in, passed)
            raise
        if passed.account:
            self._store.link(passed.account, Linked(person=passed.person, crime=passed.crime), self._clock.now())
        log("sign-in", outcome="done")
        return SignedIn(tokens=tokens, visit=self._visit(passed.person, caller))

    def confirm(self, access_token: str) -> tuple[str, int]:
        """Send a code to whoever is signed in, where their plan allows it now: they show that they are no stranger at a
        page that was left open. `ConfirmationService` takes it.

        Returns
        -------
        tuple[str, int]
            The handle, and how many more codes may be asked for.

        Raises
        ------
        Forbidden
            ``signed_out``: the token is no good.
        Conflict
            ``no_channel``: nothing may be sent to them.
        """
        person = self._who(access_token)
        crime = next((link.crime for link in person.links if channel_for_code(person, link.crime)), None)
        if crime is None:
            raise Conflict("no_channel", "There is no way in which we may send you a code. Ask the officer.")
        began = self._pace.begin()
        handle, sign_in = self._begin(None, purpose=Purpose.CONFIRM)
        return handle, self._send(handle, replace(sign_in, person=person.id, crime=crime), person, began)

    def not_me(self, access_token: str, first_visits: Sequence[str]) -> bool:
        """It was not they who came with those devices: end every session, and tell the officers in charge, once for
        each device until it comes again.

        Parameters
        ----------
        first_visits
            When the devices came first, as the person was shown it: nothing else of a device leaves this system.

        Returns
        -------
        bool
            Whether officers are told, now or by an earlier call. If not, the person has to call.

        Raises
        ------
        Forbidden
            ``signed_out``: the token is no good.
        Unavailable
            ``try_again``: the devices changed again and again meanwhile.
        """
        person = self._who(access_token)
        for _ in range(_RACES):
            now = self._clock.now()
            named = [one for one in self._store.devices(person.id) if rfc3339(one.first_at) in first_visits]
            said = [one for one in named if one.not_me_at is None]
            tasks = self._officers.of_somebody_else(person, said, now) if said else ()
            try:
                # One step: however this ends, the officers hear of it, and what was read of the portal is over.
                self._store.not_me(person.id, said, tasks, now)
            except Stale:
                continue
            self._officers.ask(tasks)
            self._pool.sign_out(person.id)
            log("sign-in", outcome="not_me", count=len(said))
            return bool(named and person.own_links)
        raise Unavailable("try_again", "This was changed at the same time. Try again.")

    def sign_out(self, access_token: str) -> None:
        """End every session of whoever the token belongs to, on every device. A token of nobody ends nothing."""
        person = self._pool.who(access_token)
        if person is None:
            return
        self._store.end_sessions(person, self._clock.now())
        self._pool.sign_out(person)
        log("sign-in", outcome="signed_out")

    # -- means -----------------------------------------------------------------------------------------------------

    def _who(self, access_token: str) -> Person:
        """Whose token that is. Raises ``Forbidden`` ``signed_out``."""
        who = self._pool.who(access_token) if access_token else None
        person = self._people(who) if who else None
        if person is None:
            raise Forbidden("signed_out", "You are signed out. Sign in again.")
        return person

    def _begin(
        self, invited: PersonId | None, account: str = "", purpose: Purpose = Purpose.SIGN_IN
    ) -> tuple[str, SignIn]:
        handle = new_token()
        expires = self._clock.now() + SIGN_IN_LIFETIME
        sign_in = SignIn(hash=token_hash(handle), expires_at=expires, purpose=purpose, invited=invited, account=account)
        self._store.begin(sign_in)
        return handle, sign_in

    def _send(
        self,
        handle: str,
        sign_in: SignIn,
        person: Person | None,
        began: float,
        instead: Callable[[], None] | None = None,
    ) -> int:
        """Put a code into the sign-in, and send it where it may be sent; else nobody can know it."""
        if not sign_in.codes_left:
            raise _expired()
        now = self._clock.now()
        # Somebody who is not known is counted, too, by their handle: the same is written for everybody.
        who = person.id if person else sign_in.hash
        within = self._within(PER_PERSON_AND_DAY, who, now)
        within = self._within(PER_PERSON_AT_ONCE, who, now) and within
        channel = channel_for_code(person, sign_in.crime) if person else None
        code = new_code()
        secret = code if channel and within else new_token()
        try:
            kept = self._store.put(sign_in.with_code(code_hash(handle, secret), now))
        except Stale:
            # Another request of the same page was faster: its code is the good one, and on its way.
            self._pace.finish(began, None)
            return sign_in.codes_left - 1

        def deliver(to: Person) -> None:
            if channel is None:
                self._officers.help_to_sign_in(to, kept.crime, "no_channel")
            elif not within:
                log("code", outcome="too_many")
            elif not self._codes.send(to, channel, code, f"code-{kept.hash[:32]}-{kept.asked}"):
                self._officers.help_to_sign_in(to, kept.crime, "not_sent")

        self._pace.finish(began, partial(deliver, person) if person else instead)
        return kept.codes_left

    def _undo(self, before: SignIn, passed: SignIn) -> None:
        """Let the same code be tried again, unless Cognito took the proof already. It was right: no guess is won."""
        try:
            self._store.put(replace(before, version=passed.version))
        except Stale:
            log("sign-in", outcome="lost")

    def _visit(self, person: PersonId, caller: Caller) -> Visit:
        now = self._clock.now()
        this = device_hash(person, caller.user_agent, caller.address)
        before = self._store.devices(person)
        self._store.seen(person, Device(hash=this, label=device_label(caller.user_agent), first_at=now, last_at=now))
        return visit(before, this, now)

    def _within(self, limit: Limit, who: str, now: datetime) -> bool:
        """Count one more, under a name that is gone with the day: the table does not say who was counted."""
        ends = limit.ends(now)
        key = keyed(self._salt_of(now.date()), f"{ends:%Y-%m-%dT%H:%M}#{who}")
        return self._store.count(limit.what, key, ends) <= limit.most

    def _salt_of(self, day: date) -> str:
        if self._salt is None or self._salt[0] != day:
            self._salt = day, self._store.salt(day)
        return self._salt[1]


class ProofService:
    """What Cognito's trigger needs: it can look, and end a sign-in, and neither send nor sign anybody in."""

    def __init__(self, store: SignInStore, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def accepts(self, person: str, answer: str) -> bool:
        """Whether Cognito's question is answered by a sign-in that just came through here. It works once."""
        handle_hash, _, proof = answer.partition(".")
        sign_in = self._store.get(handle_hash) or SignIn(hash="", expires_at=self._clock.now())
        if not sign_in.proves(person, token_hash(proof), self._clock.now()):
            return False
        try:
            self._store.close(sign_in)
        except Stale:
            return False
        return True


class SessionService:
    """Whether a token is still good: API Gateway does not know who signed out."""

    def __init__(self, store: SignInStore) -> None:
        self._store = store

    def good(self, person: PersonId, since: datetime | None) -> bool:
        """False for a token from before the person last signed out everywhere.

        Parameters
        ----------
        since
            `signed_in_at`: whole seconds, so that who signs out and in again within one is asked once more.
        """
        ended = self._store.sessions_ended(person)
        return ended is None or (since is not None and since >= ended)


class ConfirmationService:
    """Takes the code that `SignInService.confirm` sent: it can neither send nor sign anybody in."""

    def __init__(self, store: SignInStore, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def accept(self, person: PersonId, handle: str, code: str) -> None:
        """Use the code up.

        Raises
        ------
        Forbidden
            ``wrong_code``, with the attempts ``left``; ``expired``, also for a handle that is another person's.
        """
        if _current(self._store, handle, self._clock.now(), Purpose.CONFIRM).person != person:
            raise _expired()
        _answered(self._store, self._clock, handle, code, lambda right, _: right.used(), Purpose.CONFIRM)


def _current(store: SignInStore, handle: str, now: datetime, *purposes: Purpose) -> SignIn:
    """What the handle stands for, while it can be gone on with; for signing in unless something else is named."""
    found = store.get(token_hash(handle))
    if found is None or not found.open(now) or found.purpose not in (purposes or (Purpose.SIGN_IN,)):
        raise _expired()
    return found


def _answered(
    store: SignInStore,
    clock: Clock,
    handle: str,
    code: str,
    after: Callable[[SignIn, datetime], SignIn],
    purpose: Purpose = Purpose.SIGN_IN,
) -> tuple[SignIn, SignIn]:
    """What the handle stands for before and after the right code. Counted before it is answered: of two codes at once
    the second is judged by what the first has left."""
    for _ in range(_RACES):
        now = clock.now()
        found = _current(store, handle, now, purpose)
        if not found.asked:
            raise _expired()
        right = found.right(code_hash(handle, code), now)
        try:
            kept = store.put(after(found, now) if right else found.failed())
        except Stale:
            continue
        if right:
            return found, kept
        log("sign-in", outcome="wrong_code", attempts=kept.attempts)
        raise Forbidden("wrong_code", "This code is not right, or too old.", left=CODE_ATTEMPTS - kept.attempts)
    raise _expired()


def _expired() -> Forbidden:
    return Forbidden("expired", "This took too long, or was used already. Begin again.")
