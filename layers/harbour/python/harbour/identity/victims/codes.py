"""A code on its way to the person's safe channel, and the officer who helps where none may go."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Final

from harbour.contact.model import Channel, Person
from harbour.crime.link import OutboundTask, Reason, TaskWanted, task
from harbour.crime.model import CrimeRef
from harbour.identity.victims.model import Device
from harbour.notification.catalogue import message_types
from harbour.notification.ports import NotTaken, Provider, Unsure
from harbour.notification.render import render
from harbour.runtime.clock import Clock, rfc3339
from harbour.runtime.london import LONDON
from harbour.runtime.telemetry import failure, log

TYPE: Final = "sign_in_code"


class Codes:
    """See :class:`harbour.identity.victims.ports.CodeSender`."""

    def __init__(self, providers: Sequence[Provider], values: Mapping[str, str], force: str) -> None:
        self._providers = providers
        self._values = values
        # Read here, before anybody's answer is timed.
        self._type = message_types(force)[TYPE]

    def send(self, person: Person, channel: Channel, code: str, reference: str) -> bool:
        """By the first provider that takes it."""
        values = {**self._values, "name": person.given_name, "code": code}
        rendered = render(self._type, channel, person.plan.language, values)
        to = person.phone if channel is Channel.SMS else person.email
        for provider in self._providers:
            if channel not in provider.channels:
                continue
            try:
                provider.send(to, rendered, reference[:64])
            except NotTaken as refused:
                log("code", outcome="not_taken", reason=refused.reason)
                continue
            except Unsure:
                # Two codes in two messages would be worse than one that may be late: they can ask for another.
                log("code", outcome="unsure")
            return True
        return False


_TASKS: Final[Mapping[str, tuple[Reason, str, str]]] = {
    "no_channel": (
        Reason.UNSAFE_CONTACT,
        "Help the victim to sign in to the portal",
        "They gave the right reference and date of birth, but their contact plan allows no way to send a code. "
        "Nothing was sent. Agree on a safe way with them first; do not call or write before you know it is safe.",
    ),
    "not_sent": (
        Reason.NOT_DELIVERED,
        "The victim's code for the portal could not be sent",
        "They asked for a code to sign in, and no provider took it. Check their phone number and e-mail.",
    ),
    "several": (
        Reason.QUALITY,
        "Two people in this crime have the same date of birth",
        "Somebody gave this reference and that date of birth to sign in, and it leads to more than one person. Nothing "
        "was sent. If they are one person, merge the records; if not, send each an invitation.",
    ),
}


class TaskOfficers:
    """See :class:`harbour.identity.victims.ports.Officers`.

    Parameters
    ----------
    create
        Stores a task once.
    ask
        Asks for it to be told to the crime system.
    """

    def __init__(
        self, create: Callable[[OutboundTask], None], ask: Callable[[CrimeRef, str], None], clock: Clock
    ) -> None:
        self._create = create
        self._ask = ask
        self._clock = clock

    def help_to_sign_in(self, person: Person, crime: CrimeRef, why: str) -> None:
        """The key of the task holds the day: asking again and again makes no second one."""
        now = self._clock.now()
        reason, title, detail = _TASKS[why]
        wanted = TaskWanted(reason=reason, key=f"sign-in#{why}#{person.id}#{now:%Y-%m-%d}", title=title, detail=detail)
        made = task(crime, person.source, wanted, now)
        self._create(made)
        self._ask(crime, made.id)

    def of_somebody_else(self, person: Person, devices: Sequence[Device], at: datetime) -> Sequence[OutboundTask]:
        """When it was, and what to do; nothing of the device. The key holds which, and since when it came: the same
        said again makes no second task.
        """
        which = sorted(f"{one.hash}@{rfc3339(one.first_at)}" for one in devices)
        times = "; ".join(_when(one) for one in sorted(devices, key=lambda one: one.first_at))
        wanted = TaskWanted(
            reason=Reason.SOMEBODY_ELSE,
            key=f"not-me#{person.id}#{','.join(which)}",
            title="Somebody else may have signed in to the portal as the victim",
            detail=(
                f"The victim says that it was not they who signed in {times} (London time). All sessions were ended on "
                f"{_in_words(at)}. Whoever it was had a code that went to the victim's phone or e-mail, and may have "
                "read everything in the portal: do not call, text or write there before you know that it is safe. "
                "Speak to the victim in a safe way, and check the contact plan with them."
            ),
        )
        return [task(link.crime, person.source, wanted, at) for link in person.own_links]

    def ask(self, tasks: Sequence[OutboundTask]) -> None:
        """One message for each."""
        for one in tasks:
            try:
                self._ask(one.crime, one.id)
            except Exception as error:  # noqa: BLE001 - it is stored, and found by its time; the person goes on
                log("link", outcome="not_asked", **failure(error))


def _when(device: Device) -> str:
    first, last = _in_words(device.first_at), _in_words(device.last_at)
    return f"on {first}" if first == last else f"from {first} to {last}"


def _in_words(moment: datetime) -> str:
    local = moment.astimezone(LONDON)
    return f"{local.day} {local:%B %Y} at {local:%H:%M}"
