"""A code on its way to the person's safe channel."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from harbour.contact.gate import reachable
from harbour.contact.model import Channel, Consent, Person
from harbour.notification.catalogue import message_types
from harbour.notification.ports import NotTaken, Provider, Unsure
from harbour.notification.render import render
from harbour.runtime.telemetry import log

TYPE = "sign_in_code"


class Codes:
    """See :class:`harbour.identity.victims.ports.CodeSender`.

    The person asked for the code, now: quiet hours do not count. Their plan does: whoever says *do not contact*, and
    whoever has not been asked in a sensitive case, gets none by a channel that an abuser may read; an officer helps.
    """

    def __init__(self, providers: Sequence[Provider], values: Mapping[str, str], force: str) -> None:
        self._providers = providers
        self._values = values
        self._force = force

    def send(self, person: Person, code: str, reference: str) -> bool:
        """By text where that is allowed, else by e-mail."""
        channel = _channel(person)
        if channel is None:
            return False
        found = message_types(self._force)[TYPE]
        values = {**self._values, "name": person.given_name or "there", "code": code}
        rendered = render(found, channel, person.plan.language, values)
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


def _channel(person: Person) -> Channel | None:
    plan = person.plan
    if plan.consent is Consent.DO_NOT_CONTACT or person.blocked:
        return None
    if plan.consent is Consent.UNKNOWN and any(link.sensitive for link in person.links):
        return None
    wanted = plan.channels if plan.consent is Consent.AGREED else reachable(person)
    usable = wanted & reachable(person)
    return next((channel for channel in (Channel.SMS, Channel.EMAIL) if channel in usable), None)
