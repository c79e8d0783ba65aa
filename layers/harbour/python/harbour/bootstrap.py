"""The composition root: settings in, services out. Made at the first call, once for each warm function.

Imports stand inside the functions on purpose: a door loads only what it uses (cold start, design §9).
"""

from __future__ import annotations

from datetime import timedelta
from functools import cache
from typing import TYPE_CHECKING

from harbour.runtime.clock import SystemClock
from harbour.runtime.settings import Settings, load

if TYPE_CHECKING:
    from harbour.aws.bus import EventBus
    from harbour.aws.conversations import ConversationTable, DutyTable
    from harbour.conversation.delivery import Delivery
    from harbour.conversation.desk import Desk
    from harbour.conversation.entrance import Entrance
    from harbour.conversation.late import LateTranslationService
    from harbour.conversation.model import Timing
    from harbour.conversation.muster import Muster
    from harbour.conversation.pace import Pace
    from harbour.conversation.service import ConversationService
    from harbour.conversation.transition import Transitions
    from harbour.conversation.watch import WatchService
    from harbour.identity.service import TicketService
    from harbour.translation.service import TranslationService


class TableSettings(Settings):
    """What every function that touches the table needs."""

    table: str


class ConversationSettings(TableSettings):
    """What takes part in conversations needs."""

    force: str
    event_bus: str
    socket_endpoint: str
    unanswered_seconds: int = 180
    drop_grace_seconds: int = 90
    silence_seconds: int = 86_400
    seal_retry_seconds: int = 300

    @property
    def timing(self) -> Timing:
        """The force's times."""
        from harbour.conversation.model import Timing

        return Timing(
            unanswered=timedelta(seconds=self.unanswered_seconds),
            drop_grace=timedelta(seconds=self.drop_grace_seconds),
            silence=timedelta(seconds=self.silence_seconds),
            seal_retry=timedelta(seconds=self.seal_retry_seconds),
        )


class AccountSettings(Settings):
    """Where the officers' accounts are."""

    officer_pool: str


class TranslationSettings(Settings):
    """What translates."""

    terminology: str = ""
    translate_engine: str = "amazon-translate"
    translate_deadline_ms: int = 1_500


class LateTranslationSettings(Settings):
    """Where late translations are asked for."""

    late_translation_queue_url: str


class PackageSettings(Settings):
    """Where sealed packages are."""

    evidence_bucket: str


CLOCK = SystemClock()


@cache
def table() -> ConversationTable:
    """The conversations table."""
    from harbour.aws import clients
    from harbour.aws.conversations import ConversationTable

    return ConversationTable(clients.dynamodb(), load(TableSettings).table, CLOCK)


@cache
def duty() -> DutyTable:
    """Who is on duty."""
    from harbour.aws import clients
    from harbour.aws.conversations import DutyTable

    return DutyTable(clients.dynamodb(), load(TableSettings).table)


@cache
def bus() -> EventBus:
    """The force's event bus."""
    from harbour.aws import clients
    from harbour.aws.bus import EventBus

    return EventBus(clients.events, load(ConversationSettings).event_bus, CLOCK)


@cache
def tickets() -> TicketService:
    """Tickets for the socket."""
    from harbour.aws import clients
    from harbour.aws.conversations import TicketTable
    from harbour.identity.service import TicketService

    return TicketService(TicketTable(clients.dynamodb(), load(TableSettings).table), CLOCK)


@cache
def delivery() -> Delivery:
    """Frames to sockets."""
    from harbour.aws import clients
    from harbour.aws.sockets import SocketGateway
    from harbour.conversation.delivery import Delivery

    endpoint = load(ConversationSettings).socket_endpoint
    return Delivery(SocketGateway(lambda: clients.connections(endpoint)), table(), duty(), CLOCK)


@cache
def transitions() -> Transitions:
    """Guarded steps."""
    from harbour.conversation.transition import Transitions

    return Transitions(table(), CLOCK)


@cache
def translation() -> TranslationService:
    """Amazon Translate behind the deadline."""
    from harbour.aws import clients
    from harbour.aws.translate import AmazonTranslator, client_config
    from harbour.translation import glossary
    from harbour.translation.service import TranslationService

    settings = load(TranslationSettings)
    deadline = settings.translate_deadline_ms / 1000
    translator = AmazonTranslator(
        clients.translate(client_config(deadline)),
        terminology=settings.terminology or None,
        terminology_languages=glossary.languages(),
        engine=settings.translate_engine,
    )
    return TranslationService(translator, deadline)


@cache
def conversations() -> ConversationService:
    """What happens on the socket."""
    from harbour.aws import clients
    from harbour.aws.bus import LateTranslationQueue
    from harbour.conversation.service import ConversationService, ForceSettings
    from harbour.directory.service import force_profile, outcomes, prepared

    settings = load(ConversationSettings)

    return ConversationService(
        store=table(),
        duty=duty(),
        delivery=delivery(),
        transitions=transitions(),
        translation=translation,
        prepared=prepared,
        late=LateTranslationQueue(clients.sqs, lambda: load(LateTranslationSettings).late_translation_queue_url),
        events=bus(),
        clock=CLOCK,
        force=ForceSettings(
            id=settings.force,
            language=force_profile(settings.force).working_language,
            outcomes=frozenset(o.code for o in outcomes()),
            timing=settings.timing,
        ),
    )


@cache
def pace() -> Pace:
    """How fast each socket sends."""
    from harbour.conversation.pace import Pace

    return Pace(CLOCK)


@cache
def entrance() -> Entrance:
    """How visitors come in."""
    from harbour.conversation.entrance import Entrance

    return Entrance(table(), tickets(), conversations(), CLOCK)


@cache
def desk() -> Desk:
    """What officers do outside the socket."""
    from harbour.conversation.desk import Desk

    return Desk(
        store=table(),
        notes=table(),
        duty=duty(),
        delivery=delivery(),
        transitions=transitions(),
        events=bus(),
        clock=CLOCK,
        timing=load(ConversationSettings).timing,
    )


@cache
def watch() -> WatchService:
    """The timers."""
    from harbour.conversation.watch import WatchService

    return WatchService(table(), transitions(), delivery(), bus(), CLOCK, load(ConversationSettings).timing)


@cache
def muster() -> Muster:
    """Who of the force may still be there."""
    from harbour.aws import clients
    from harbour.aws.officer_pool import OfficerPool
    from harbour.conversation.muster import Muster

    settings = load(ConversationSettings)
    return Muster(
        accounts=OfficerPool(clients.cognito(), load(AccountSettings).officer_pool, settings.force),
        store=table(),
        duty=duty(),
        delivery=delivery(),
        transitions=transitions(),
        events=bus(),
        clock=CLOCK,
        timing=settings.timing,
    )


@cache
def late_translations() -> LateTranslationService:
    """Translations that come later."""
    from harbour.conversation.late import LateTranslationService

    return LateTranslationService(table(), transitions(), delivery(), translation())
