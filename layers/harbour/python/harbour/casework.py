"""The composition root of the citizens' portal: settings in, services out. Made at the first call, once for each warm
function; imports stand inside the functions, so that a door loads only what it uses.
"""

from __future__ import annotations

import json
from datetime import time, timedelta
from functools import cache
from typing import TYPE_CHECKING

from pydantic import Field, Json

from harbour.runtime.clock import SystemClock
from harbour.runtime.kept import Kept
from harbour.runtime.settings import Settings, load

if TYPE_CHECKING:
    from harbour.aws.crimes import CrimeTable
    from harbour.aws.inbox import InboxTable, SecretKeyRing, UpdatesFifo
    from harbour.aws.notifications import NotificationTable, NotifyQueue
    from harbour.aws.people import PeopleTable
    from harbour.aws.portal import PlanTable
    from harbour.aws.sign_ins import SignInTable
    from harbour.aws.tasks import LinkFifo, TaskTable
    from harbour.aws.victim_pool import VictimPool
    from harbour.crime.deadlines import DeadlineService
    from harbour.crime.delivery import LinkService
    from harbour.crime.intake import IntakeService
    from harbour.crime.service import UpdateService
    from harbour.identity.victims.one_login import OneLoginService
    from harbour.identity.victims.service import InvitationService, ProofService, SessionService, SignInService
    from harbour.notification.callbacks import NotifyCallbacks
    from harbour.notification.ports import Provider
    from harbour.notification.receipts import ReceiptService
    from harbour.notification.service import NotificationService
    from harbour.oversight.service import OversightService
    from harbour.portal.contact_plan import ContactPlanService
    from harbour.portal.service import PortalService


class CasesSettings(Settings):
    """What every function of the portal needs."""

    cases: str
    force: str


class QueueSettings(Settings):
    """Where work is asked for."""

    updates_queue_url: str
    notify_queue_url: str
    link_queue_url: str


class MessageSettings(Settings):
    """When, and how often, people are written to."""

    earliest: time
    latest: time
    merge_seconds: int
    per_day: int


class ReceiptSettings(Settings):
    """Where receipts are put that come by a door of ours."""

    receipts_queue_url: str


class SourceSettings(Settings):
    """Where the keys of the crime systems are, and where they listen."""

    source_secret_prefix: str
    link_endpoints: Json[dict[str, str]] = Field(default_factory=dict)
    environment: str


class SendingSettings(Settings):
    """Who sends, and what stands in every message."""

    portal_url: str
    sms_sender: str
    email_from: str
    email_configuration_set: str
    providers: Json[list[str]]
    notify_secret: str


class VictimSettings(Settings):
    """The victims' user pool."""

    victim_pool: str
    victim_client: str


class OneLoginVariables(Settings):
    """How the force is registered at GOV.UK One Login; empty: it is not. The private key is in the secret."""

    one_login_client: str = ""
    one_login_issuer: str = ""
    one_login_secret: str = ""
    portal_url: str


class BusSettings(Settings):
    """Where is told who read what."""

    event_bus: str


CLOCK = SystemClock()


# -- stores and queues -----------------------------------------------------------------------------------------------


@cache
def inbox() -> InboxTable:
    """Accepted updates."""
    from harbour.aws import clients
    from harbour.aws.inbox import InboxTable

    return InboxTable(clients.dynamodb(), load(CasesSettings).cases)


@cache
def crimes() -> CrimeTable:
    """Crimes."""
    from harbour.aws import clients
    from harbour.aws.crimes import CrimeTable

    return CrimeTable(clients.dynamodb(), load(CasesSettings).cases, CLOCK)


@cache
def people() -> PeopleTable:
    """People."""
    from harbour.aws import clients
    from harbour.aws.people import PeopleTable

    return PeopleTable(clients.dynamodb(), load(CasesSettings).cases)


@cache
def sent() -> NotificationTable:
    """Messages to people."""
    from harbour.aws import clients
    from harbour.aws.notifications import NotificationTable

    settings = load(CasesSettings)
    return NotificationTable(clients.dynamodb(), settings.cases, CLOCK, settings.force)


@cache
def tasks() -> TaskTable:
    """What goes to crime systems."""
    from harbour.aws import clients
    from harbour.aws.tasks import TaskTable

    return TaskTable(clients.dynamodb(), load(CasesSettings).cases)


@cache
def sign_in_store() -> SignInTable:
    """Sign-ins under way."""
    from harbour.aws import clients
    from harbour.aws.sign_ins import SignInTable

    return SignInTable(clients.dynamodb(), load(CasesSettings).cases)


@cache
def updates_queue() -> UpdatesFifo:
    """Updates in order."""
    from harbour.aws import clients
    from harbour.aws.inbox import UpdatesFifo

    return UpdatesFifo(clients.sqs, load(QueueSettings).updates_queue_url)


@cache
def notify_queue() -> NotifyQueue:
    """Messages to send."""
    from harbour.aws import clients
    from harbour.aws.notifications import NotifyQueue

    return NotifyQueue(clients.sqs(), load(QueueSettings).notify_queue_url)


@cache
def link_queue() -> LinkFifo:
    """Tasks to deliver."""
    from harbour.aws import clients
    from harbour.aws.tasks import LinkFifo

    return LinkFifo(clients.sqs(), load(QueueSettings).link_queue_url)


@cache
def key_ring() -> SecretKeyRing:
    """Keys of the crime systems."""
    from harbour.aws import clients
    from harbour.aws.inbox import SecretKeyRing

    return SecretKeyRing(clients.secrets, load(SourceSettings).source_secret_prefix)


# -- crime systems ---------------------------------------------------------------------------------------------------


@cache
def intake() -> IntakeService:
    """How updates come in."""
    from harbour.crime.intake import IntakeService

    return IntakeService(key_ring(), inbox(), updates_queue(), tasks(), link_queue(), CLOCK)


@cache
def updates() -> UpdateService:
    """What updates do."""
    from harbour.contact.model import Hours
    from harbour.crime.service import UpdateRules, UpdateService
    from harbour.directory.service import force_profile
    from harbour.notification.plan import PlanRules

    force, chosen = load(CasesSettings).force, load(MessageSettings)
    return UpdateService(
        waiting=inbox(),
        crimes=crimes(),
        people=people(),
        sent=sent(),
        notify=notify_queue(),
        links=link_queue(),
        invitations=invitations(),
        clock=CLOCK,
        rules=UpdateRules(
            force=force,
            name=force_profile(force).name,
            hours=Hours(start=chosen.earliest, end=chosen.latest),
            plan=PlanRules(merge=timedelta(seconds=chosen.merge_seconds), per_day=chosen.per_day),
        ),
    )


@cache
def link() -> LinkService:
    """What goes back."""
    from harbour.aws.http import HttpPost
    from harbour.crime.delivery import LinkService

    settings = load(SourceSettings)
    return LinkService(
        tasks(),
        key_ring().signing,
        HttpPost(anywhere=settings.environment == "local"),
        crimes().reached,
        settings.link_endpoints,
        CLOCK,
    )


@cache
def deadlines() -> DeadlineService:
    """What is due."""
    from harbour.aws import clients
    from harbour.aws.due import DueTable
    from harbour.crime.deadlines import DeadlineService

    index = DueTable(clients.dynamodb(), load(CasesSettings).cases, inbox(), sent())
    return DeadlineService(index, index, updates_queue(), notify_queue(), link_queue(), tasks(), CLOCK)


# -- messages --------------------------------------------------------------------------------------------------------


@cache
def providers() -> tuple[Provider, ...]:
    """Who sends, in order."""
    return tuple(_provider(name) for name in load(SendingSettings).providers)


def _provider(name: str) -> Provider:
    from harbour.aws import clients

    settings = load(SendingSettings)
    if name == "notify":
        from harbour.aws.notify import GovNotify

        return GovNotify(cache(lambda: _secret(settings.notify_secret)))
    from harbour.aws.texts import Aws

    return Aws(
        clients.sns,
        clients.ses,
        sms_sender=settings.sms_sender,
        email_from=settings.email_from,
        configuration_set=settings.email_configuration_set,
    )


def _secret(name: str) -> dict[str, str]:
    from harbour.aws import clients

    found: dict[str, str] = json.loads(clients.secrets().get_secret_value(SecretId=name)["SecretString"])
    return found


def _values() -> dict[str, str]:
    """What stands in every message."""
    from harbour.directory.service import force_profile

    return {"portal": load(SendingSettings).portal_url, "force": force_profile(load(CasesSettings).force).name}


@cache
def notifications() -> NotificationService:
    """Sending."""
    from harbour.aws import clients
    from harbour.aws.notifications import NumberCounts
    from harbour.notification.service import ErrorWindow, NotificationService

    return NotificationService(
        sent(),
        people(),
        providers(),
        ErrorWindow(),
        NumberCounts(clients.dynamodb(), load(CasesSettings).cases),
        link_queue(),
        CLOCK,
        force=load(CasesSettings).force,
        values=_values(),
    )


@cache
def receipts() -> ReceiptService:
    """What became of it."""
    from harbour.notification.receipts import ReceiptService

    return ReceiptService(sent(), people(), link_queue(), CLOCK)


@cache
def notify_callbacks() -> NotifyCallbacks:
    """What GOV.UK Notify calls back."""
    from harbour.aws import clients
    from harbour.aws.fates import FateQueue
    from harbour.aws.inbox import KEYS_SECONDS
    from harbour.notification.callbacks import NotifyCallbacks

    settings = load(SendingSettings)

    def token() -> str:
        return _secret(settings.notify_secret).get("callback_token", "") if "notify" in settings.providers else ""

    return NotifyCallbacks(
        Kept(token, KEYS_SECONDS), FateQueue(clients.sqs(), load(ReceiptSettings).receipts_queue_url).put
    )


# -- victims ---------------------------------------------------------------------------------------------------------


@cache
def invitations() -> InvitationService:
    """Ways in."""
    from harbour.identity.victims.service import InvitationService

    return InvitationService(sign_in_store(), CLOCK, load(SendingSettings).portal_url)


@cache
def victim_pool() -> VictimPool:
    """Cognito's user pool of victims."""
    from harbour.aws import clients
    from harbour.aws.victim_pool import VictimPool

    settings = load(VictimSettings)
    return VictimPool(clients.cognito(), settings.victim_pool, settings.victim_client)


@cache
def sign_in() -> SignInService:
    """Signing in."""
    from harbour.aws import clients
    from harbour.identity.victims.codes import Codes, TaskOfficers
    from harbour.identity.victims.pace import EvenPace
    from harbour.identity.victims.service import SignInService

    # Made before anybody's answer is timed: the first code of a fresh function takes no longer than no code.
    clients.sns()
    clients.ses()
    return SignInService(
        store=sign_in_store(),
        people=people().person,
        codes=Codes(providers(), _values(), load(CasesSettings).force),
        officers=TaskOfficers(tasks().create, link_queue().ask, CLOCK),
        pool=victim_pool(),
        pace=EvenPace(),
        clock=CLOCK,
    )


def one_login_offered() -> bool:
    """Whether the force has switched GOV.UK One Login on."""
    return bool(load(OneLoginVariables).one_login_client)


@cache
def one_login() -> OneLoginService:
    """Coming from GOV.UK One Login."""
    from harbour.aws import clients
    from harbour.aws.one_login import Https
    from harbour.identity.one_login import OneLogin, OneLoginSettings
    from harbour.identity.victims.one_login import OneLoginService

    registered = load(OneLoginVariables)
    key = clients.secrets().get_secret_value(SecretId=registered.one_login_secret)["SecretString"]
    client = OneLogin(
        OneLoginSettings(
            discovery=registered.one_login_issuer,
            client_id=registered.one_login_client,
            redirect_uri=registered.portal_url,
            post_logout_uri=registered.portal_url,
            private_key=key,
        ),
        Https(),
        CLOCK,
    )
    return OneLoginService(client, sign_in_store(), sign_in(), CLOCK)


@cache
def proofs() -> ProofService:
    """Cognito's question."""
    from harbour.identity.victims.service import ProofService

    return ProofService(sign_in_store(), CLOCK)


@cache
def sessions() -> SessionService:
    """Whether a token is still good."""
    from harbour.identity.victims.service import SessionService

    return SessionService(sign_in_store())


@cache
def plan_table() -> PlanTable:
    """Contact plans, and how far somebody has read."""
    from harbour.aws import clients
    from harbour.aws.portal import PlanTable

    return PlanTable(clients.dynamodb(), load(CasesSettings).cases)


@cache
def portal() -> PortalService:
    """The portal."""
    from harbour import bootstrap
    from harbour.aws import clients
    from harbour.aws.due import CaseAudit
    from harbour.directory.service import force_profile
    from harbour.portal.service import PortalService
    from harbour.portal.translating import PageTranslator

    settings = load(CasesSettings)
    return PortalService(
        crimes=crimes(),
        people=people(),
        bookmarks=plan_table(),
        sent=sent(),
        links=link_queue(),
        devices=sign_in_store(),
        audit=CaseAudit(clients.events, load(BusSettings).event_bus, settings.force, CLOCK),
        translate=PageTranslator(bootstrap.translation),
        clock=CLOCK,
        force=force_profile(settings.force),
        portal_url=load(SendingSettings).portal_url,
    )


@cache
def contact_plans() -> ContactPlanService:
    """What people who sign in may be sent."""
    from harbour.identity.victims.service import ConfirmationService
    from harbour.portal.contact_plan import ContactPlanService

    return ContactPlanService(
        people=people(),
        plans=plan_table(),
        links=link_queue(),
        confirmations=ConfirmationService(sign_in_store(), CLOCK),
        clock=CLOCK,
    )


# -- oversight -------------------------------------------------------------------------------------------------------


@cache
def oversight() -> OversightService:
    """What officers and supervisors see of what is sent."""
    from harbour.aws import clients
    from harbour.aws.oversight import OversightTable
    from harbour.directory.service import force_profile
    from harbour.oversight.service import OversightService

    settings = load(CasesSettings)
    table = OversightTable(clients.dynamodb(), settings.cases, settings.force)
    name = force_profile(settings.force).name
    return OversightService(table, table, table, CLOCK, force=settings.force, name=name)
