"""Whatever people do, in any order, at any time, through two warm functions: nobody comes in but by a code that was
sent to them, fresh, once, within the attempts that they have.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, multiple, rule

from harbour import casework
from harbour.crime.model import CrimeRef, PersonId
from harbour.identity.victims.model import (
    CODE_ATTEMPTS,
    CODE_LIFETIME,
    PER_PERSON_AND_DAY,
    PER_PERSON_AT_ONCE,
    RESENDS,
    SIGN_IN_LIFETIME,
    Linked,
)
from harbour.runtime.errors import Forbidden, TooMany, Unavailable
from tests.unit.identity.entry import AT_HOME, BORN, DANA, ELSEWHERE, REFERENCE, Entry, link

EVE = replace(DANA, id=PersonId("ee" * 16), source_id="P2", date_of_birth="1971-12-30", links=(link("42/77/26"),))
SAYINGS = ((REFERENCE, BORN), ("42/77/26", "1971-12-30"), (REFERENCE, "1971-12-30"), ("42/78/26", BORN))
ACCOUNTS = ("a" * 64, "b" * 64)


class SigningIn(RuleBasedStateMachine):
    """Many pages, two people, two functions, one store."""

    handles = Bundle("handles")

    @initialize()
    def set_up(self) -> None:
        self.entry = Entry(DANA, EVE)
        self.patch = pytest.MonkeyPatch()
        self.patch.setattr(casework, "proofs", lambda: self.entry.proofs)
        self.functions = (self.entry.service, self.entry.serve())
        self.sent: dict[str, list[tuple[PersonId, str, datetime]]] = {}
        self.begun: dict[str, datetime] = {}
        self.tries: dict[str, int] = {}
        self.used: set[tuple[str, str]] = set()
        self.came_in = 0
        self.times: dict[PersonId, list[datetime]] = {DANA.id: [], EVE.id: []}
        self.came_from: dict[str, str] = {}
        self.leads_to: dict[str, PersonId] = {ACCOUNTS[0]: DANA.id}
        self.entry.store.link(ACCOUNTS[0], Linked(person=DANA.id, crime=CrimeRef(REFERENCE)), self.entry.clock.at)

    @rule(target=handles, invited=st.booleans(), function=st.integers(0, 1))
    def begin(self, invited: bool, function: int) -> object:
        url = self.entry.invitations.invite(EVE.id) if invited else ""
        try:
            handle = self.functions[function].start(url.partition("#i=")[2] or None, AT_HOME)
        except TooMany:
            return multiple()
        self.begun[handle], self.sent[handle], self.tries[handle] = self.entry.clock.at, [], 0
        return handle

    @rule(target=handles, account=st.sampled_from(ACCOUNTS), function=st.integers(0, 1))
    def come_from_one_login(self, account: str, function: int) -> str:
        before = len(self.entry.phone.got)
        handle, left = self.functions[function].begin_from(account, None)
        assert left == RESENDS
        self.begun[handle], self.sent[handle], self.tries[handle] = self.entry.clock.at, [], 0
        self.came_from[handle] = account
        self.note(handle, before)
        to = {person for person, _, _ in self.entry.phone.got[before:]}
        assert to <= {self.leads_to.get(account)}, "only to whoever proved themselves with it before"
        return handle

    @rule(handle=handles, said=st.sampled_from(SAYINGS), function=st.integers(0, 1))
    def prove(self, handle: str, said: tuple[str, str], function: int) -> None:
        before = len(self.entry.phone.got)
        try:
            left = self.functions[function].prove(handle, *said)
        except Forbidden:
            assert len(self.entry.phone.got) == before
            return
        assert 0 <= left <= RESENDS
        self.note(handle, before)
        if len(self.entry.phone.got) > before:
            assert said in SAYINGS[:2], "only what is right sends"

    @rule(handle=handles, function=st.integers(0, 1))
    def resend(self, handle: str, function: int) -> None:
        before = len(self.entry.phone.got)
        try:
            self.functions[function].resend(handle)
        except Forbidden:
            assert len(self.entry.phone.got) == before
            return
        self.note(handle, before)

    def note(self, handle: str, before: int) -> None:
        """A code that went out; or the one before is good no more."""
        now = self.entry.clock.at
        for person, _, code in self.entry.phone.got[before:]:
            self.sent[handle].append((person, code, now))
            self.times[person].append(now)
        if len(self.entry.phone.got) == before:
            self.sent[handle].append((PersonId(""), "none", now))

    @rule(
        handle=handles,
        which=st.sampled_from(("last", "older", "another's", "guess")),
        function=st.integers(0, 1),
        cognito=st.sampled_from(("works", "works", "fails")),
    )
    def give_code(self, handle: str, which: str, function: int, cognito: str) -> None:
        own = [code for _, code, _ in self.sent[handle] if code != "none"]
        others = [code for key, codes in self.sent.items() if key != handle for _, code, _ in codes if code != "none"]
        code = {"last": own[-1:], "older": own[:1], "another's": others[-1:], "guess": []}[which] or ["000000"]
        self.entry.cognito.failing = {"admin_initiate_auth"} if cognito == "fails" else set()
        try:
            done = self.functions[function].finish(handle, code[0], ELSEWHERE)
        except Unavailable:
            assert cognito == "fails"
            return
        except Forbidden as refusal:
            if refusal.code == "wrong_code":
                self.tries[handle] += 1
            return
        now = self.entry.clock.at
        person, right, at = self.sent[handle][-1]
        assert code[0] == right, "the last code that was sent for this very sign-in"
        assert now - at < CODE_LIFETIME
        assert now - self.begun[handle] < SIGN_IN_LIFETIME
        assert self.tries[handle] < CODE_ATTEMPTS
        assert (handle, right) not in self.used
        assert self.entry.cognito.tokens[str(done.tokens["access_token"])] == person
        self.used.add((handle, right))
        self.came_in += 1
        if handle in self.came_from:
            self.leads_to[self.came_from[handle]] = person

    @rule(seconds=st.integers(1, 900))
    def time_passes(self, seconds: int) -> None:
        self.entry.clock.after(seconds=seconds)

    def teardown(self) -> None:
        self.patch.undo()

    @invariant()
    def attempts_are_bounded(self) -> None:
        assert all(tries <= CODE_ATTEMPTS for tries in self.tries.values())
        assert all(len(sent) <= 1 + RESENDS for sent in self.sent.values())

    @invariant()
    def codes_are_bounded(self) -> None:
        for times in self.times.values():
            recent = [at for at in times if self.entry.clock.at - at < timedelta(days=1)]
            # two stretches of time may touch
            assert len(recent) <= 2 * PER_PERSON_AND_DAY.most
            now = [at for at in times if self.entry.clock.at - at < SIGN_IN_LIFETIME]
            assert len(now) <= 2 * PER_PERSON_AT_ONCE.most

    @invariant()
    def accounts_lead_to_those_who_proved_themselves(self) -> None:
        led = {account: linked.person for account, (linked, _) in self.entry.store.accounts.items()}
        assert led == self.leads_to

    @invariant()
    def nobody_else_came_in(self) -> None:
        assert len(self.entry.cognito.tokens) == self.came_in


TestSigningIn = SigningIn.TestCase
TestSigningIn.settings = settings(max_examples=150, stateful_step_count=40, deadline=None)
