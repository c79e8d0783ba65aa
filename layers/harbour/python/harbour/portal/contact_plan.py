"""Her contact plan, as she changes it in the portal: less counts at once, more waits for a code (ADR 0022)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from harbour.contact.gate import blocked, reachable
from harbour.contact.model import Channel, Consent, ContactPlan, Person
from harbour.crime import link as outbound
from harbour.crime.link import OutboundTask, Reason, TaskWanted
from harbour.crime.model import PersonId
from harbour.portal.model import (
    Choice,
    Confirmation,
    Contact,
    ContactWish,
    email_hint,
    phone_hint,
)
from harbour.portal.persons import known_language, person_of
from harbour.portal.ports import Confirmations, LinkAsker, Moved, People, Plans
from harbour.runtime.clock import Clock
from harbour.runtime.errors import Conflict, Invalid, Unavailable

ATTEMPTS: Final = 5

LONGEST_CODE_WORD: Final = 40

_CHANNELS: Final[Mapping[Choice, frozenset[Channel]]] = {
    Choice.SMS: frozenset({Channel.SMS}),
    Choice.EMAIL: frozenset({Channel.EMAIL}),
    Choice.BOTH: frozenset({Channel.SMS, Channel.EMAIL}),
    Choice.NONE: frozenset(),
}
_CHOICES: Final = {channels: choice for choice, channels in _CHANNELS.items()}

_HOW: Final[Mapping[frozenset[Channel], str]] = {
    _CHANNELS[choice]: words
    for choice, words in {
        Choice.NONE: "No text messages and no e-mails",
        Choice.SMS: "By text message",
        Choice.EMAIL: "By e-mail",
        Choice.BOTH: "By text message and e-mail",
    }.items()
}
_CONFIRMED: Final = (
    "It was confirmed with a code by the way that was agreed before. When you next speak, make sure that it was them."
)
_NOT_CONFIRMED: Final = "It needed no code, because nothing more is sent than before. It may not have been them: ask."


class ContactPlanService:
    """What a person may be sent, when, and how they are known on the telephone."""

    def __init__(
        self, *, people: People, plans: Plans, links: LinkAsker, confirmations: Confirmations, clock: Clock
    ) -> None:
        self._people = people
        self._plans = plans
        self._links = links
        self._confirmations = confirmations
        self._clock = clock

    def shown(self, who: PersonId) -> Contact:
        """How the person is told that there is news."""
        return _contact(person_of(self._people, who))

    def change(self, who: PersonId, wish: ContactWish, confirmation: Confirmation | None = None) -> Contact:
        """Change what is wished for, and nothing else. What is not safe is switched off, whatever else was chosen;
        officers are told.

        Less may be sent from now on, at once and without more ado: that is safe whoever asks for it. A channel that was
        not open, and the code word by which we know the person, wait for a code by the way that was agreed before: he
        who finds her page open must not turn what we send, and who we think she is, to himself (ADR 0022).

        Raises
        ------
        Invalid
            ``bad_field``, naming it: a channel for which there is nothing to send to, hours without an hour or a day,
            a language that nobody knows, a code word that is too long; ``safe``, when nobody has said that yet.
        Conflict
            ``code_needed``: by `SignInService.confirm`; ``no_channel``: there is no open channel to send one to, an
            officer has to help.
        Forbidden
            ``wrong_code``, ``expired``: the confirmation's.
        """
        confirmed = False
        if wish == ContactWish():
            return self.shown(who)
        for _ in range(ATTEMPTS):
            before = person_of(self._people, who)
            plan = self._plan(before, wish)
            if _same(plan, before.plan):
                return _contact(before)
            if _to_be_confirmed(before, plan) and not confirmed:
                self._confirm(before, confirmation)
                confirmed = True
            after = replace(before, plan=plan)
            tasks = self._of_plan(before, after, confirmed=confirmed)
            try:
                self._plans.save_plan(before, after, tasks)
            except Moved:
                continue
            for task in tasks:
                self._links.ask(task.crime, task.id)
            return _contact(after)
        raise Unavailable("try_again", "This was changed at the same time. Try again.")

    def _confirm(self, person: Person, confirmation: Confirmation | None) -> None:
        if not _open(person):
            raise Conflict("no_channel", "Only an officer can do this with you. Write to them, or call 101.")
        if confirmation is None:
            raise Conflict("code_needed", "Ask for a code, and send it with the change.")
        self._confirmations.accept(person.id, confirmation.handle, confirmation.code)

    def _plan(self, person: Person, wish: ContactWish) -> ContactPlan:
        consent, channels = _sending(person, wish)
        hours = wish.hours or person.plan.hours
        if wish.hours and not hours.start < hours.end:
            raise Invalid("bad_field", "The first hour comes before the last.", field="hours")
        if wish.hours and not (hours.days and hours.days <= frozenset(range(1, 8))):
            raise Invalid("bad_field", "At least one day, 1 (Monday) to 7 (Sunday).", field="hours")
        language = person.plan.language if wish.language is None else known_language(wish.language)
        if not language:
            raise Invalid("bad_field", "Choose one of the languages offered.", field="language")
        word = person.plan.code_word if wish.code_word is None else wish.code_word.strip()
        if len(word) > LONGEST_CODE_WORD or not word.isprintable():
            raise Invalid("bad_field", f"At most {LONGEST_CODE_WORD} characters, in one line.", field="code_word")
        return ContactPlan(
            consent=consent,
            channels=channels,
            hours=hours,
            language=language,
            code_word=word,
            changed_at=self._clock.now(),
            changed_by="person",
        )

    def _of_plan(self, before: Person, person: Person, *, confirmed: bool) -> list[OutboundTask]:
        """One task for each officer who deals with a crime of theirs. It never holds the code word."""
        plan = person.plan
        days = "".join(str(day) for day in sorted(plan.hours.days))
        wanted = TaskWanted(
            reason=Reason.CONTACT_PLAN_CHANGED,
            key=f"{person.id}-{person.version + 1}",
            title="The victim has changed their contact plan",
            detail=(
                f"{_HOW[plan.channels]}; from {plan.hours.start:%H:%M} to {plan.hours.end:%H:%M} on days {days} (1 is "
                f"Monday); language: {plan.language}; {_told(before.plan.code_word, plan.code_word)}. Before: "
                f"{_HOW[_open(before)].lower()}. " + (_CONFIRMED if confirmed else _NOT_CONFIRMED)
            ),
        )
        now = self._clock.now()
        return [outbound.task(link.crime, person.source, wanted, now) for link in person.own_links]


def _told(before: str, word: str) -> str:
    """What an officer hears of the code word: never which it is."""
    if word == before:
        return "a code word" if word else "no code word"
    if not word:
        return "no code word any more"
    return "another code word" if before else "a new code word"


def _sending(person: Person, wish: ContactWish) -> tuple[Consent, frozenset[Channel]]:
    """Whether, and how, something may be sent from now on."""
    plan = person.plan
    if wish.safe is None and plan.consent is Consent.UNKNOWN:
        # A plan is theirs from the first change on, and not the crime system's any more. Before that they must have
        # said this: else what an officer finds out later would count for nothing.
        raise Invalid("bad_field", "Say first whether it is safe to send messages.", field="safe")
    if wish.safe is None and wish.channel is None:
        return plan.consent, plan.channels
    safe = plan.consent is Consent.AGREED if wish.safe is None else wish.safe
    wanted = plan.channels if wish.channel is None else _CHANNELS[wish.channel]
    if safe and not wanted and wish.channel is None:
        raise Invalid("bad_field", "Say how messages may be sent.", field="channel")
    channels = wanted if safe else frozenset()
    if missing := channels - (reachable(person) - blocked(person)):
        what = "mobile number" if Channel.SMS in missing else "e-mail address"
        raise Invalid("bad_field", f"We have no {what} for you that we can use.", field="channel")
    return Consent.AGREED if channels else Consent.DO_NOT_CONTACT, channels


def _open(person: Person) -> frozenset[Channel]:
    """What the plan lets through now, as `harbour.contact.gate.allowed` says it."""
    plan = person.plan
    if plan.consent is Consent.AGREED:
        return plan.channels
    if plan.consent is Consent.UNKNOWN and not any(link.sensitive for link in person.links):
        return reachable(person)
    return frozenset()


def _to_be_confirmed(person: Person, plan: ContactPlan) -> bool:
    return not plan.channels <= _open(person) or plan.code_word != person.plan.code_word


def _contact(person: Person) -> Contact:
    plan = person.plan
    return Contact(
        channel=_CHOICES[_open(person)],
        phone_hint=phone_hint(person.phone),
        email_hint=email_hint(person.email),
        start=plan.hours.start,
        end=plan.hours.end,
        days=tuple(sorted(plan.hours.days)),
        language=known_language(plan.language) or "en",
        code_word=bool(plan.code_word),
        safe=plan.consent is Consent.AGREED,
        changed_at=plan.changed_at,
        changed_by=plan.changed_by,
    )


def _same(one: ContactPlan, other: ContactPlan) -> bool:
    """By the person's own choice, too: what they confirm is not the crime system's to change any more."""
    return replace(one, changed_at=None) == replace(other, changed_at=None)
