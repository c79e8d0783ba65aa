"""Settings of one deployment: one environment of one force. Typed, frozen, and free of any AWS call.

A deployment serves one force. What differs between environments is here and nowhere else; the stacks hold no
``if prod``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import time
from enum import StrEnum
from types import MappingProxyType
from typing import Final, NewType

from infra.layers.target import Target

ForceId = NewType("ForceId", str)


class Environment(StrEnum):
    """Where a deployment lives."""

    LOCAL = "local"
    """The embedded cloud on a developer's machine."""
    DEV = "dev"
    PROD = "prod"


class SettingsError(ValueError):
    """A combination that must not be deployed, or one that does not exist."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Force:
    """The police force that the deployment serves.

    What it tells visitors (exit page, hours, who answers) is in its own file,
    ``harbour/directory/data/forces/<id>.json``, which must exist.

    Attributes
    ----------
    id
        Short name in lower case; part of physical names and of sealed statements.
    name
        As officers know it.
    """

    id: ForceId
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Timers:
    """Seconds until somebody is alerted. No open conversation is without an owner or one of these.

    Attributes
    ----------
    unanswered
        A waiting conversation that nobody accepts is put to the officers again.
    drop_grace
        A visitor whose connection went may come back within this time before an officer gets a task.
    silence
        A conversation in which nobody writes is closed, and so sealed.
    seal_retry
        A closed conversation that is not sealed yet is queued again.
    """

    unanswered: int = 180
    drop_grace: int = 90
    silence: int = 86_400
    seal_retry: int = 300

    @property
    def variables(self) -> dict[str, str]:
        """As the functions are told."""
        return {f"HARBOUR_{one.name.upper()}_SECONDS": str(getattr(self, one.name)) for one in fields(self)}


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageRules:
    """When, and how often, people are written to.

    Attributes
    ----------
    earliest, latest
        Hours (Europe/London) of those who chose none themselves.
    merge
        Seconds between two messages to a person by one channel: what happens meanwhile joins the second.
    per_day
        Messages to a person by one channel in any 24 hours. What is more waits and joins the next; what the law wants
        sooner becomes an officer's task.
    """

    earliest: time = time(8)
    latest: time = time(20)
    merge: int = 30
    per_day: int = 10

    @property
    def variables(self) -> dict[str, str]:
        """As the functions are told."""
        return {
            "HARBOUR_EARLIEST": self.earliest.isoformat("minutes"),
            "HARBOUR_LATEST": self.latest.isoformat("minutes"),
            "HARBOUR_MERGE_SECONDS": str(self.merge),
            "HARBOUR_PER_DAY": str(self.per_day),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Throttle:
    """API Gateway's token bucket for one stage, over all callers together: requests per second, and burst."""

    rate: int
    burst: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How much traffic is let through. A limit that stops a victim is worse than the attack that it stops.

    Per address, at the edge (AWS WAF, requests in 5 minutes). One address may stand for many people: a refuge, a
    hospital, or a mobile carrier's NAT.

    - A visit costs 9 requests: embed.js, 4 files (frame script, styles, locale, chunk), ``/chat/force``, the
      preflight and the POST of ``/chat/tickets``, the socket. Each reconnection costs 3. On the worst line, lost
      every 10 seconds, that is 9 + 30 x 3 = 99 requests in 5 minutes.
    - Refuge: 30 households, all chatting at once on such a line: 30 x 99 = 2,970.
    - Carrier NAT: 2,000 subscribers behind one address, 1 in 20 of them opening the force's page within the same
      5 minutes (100 x 9 = 900) and 20 of these chatting on the worst line (20 x 90 = 1,800): 2,700.

      Hence ``visitors_per_address`` = 6,000, twice the larger of the two.
    - Officers work behind the force's own gateway: 50 in one control room, each console fetching the queue at
      every alert, at a busy moment one every 2 seconds: 50 x 150 = 7,500. Hence ``officers_per_address`` =
      15,000, twice that.

    - Crime systems come from one address each. A night's import of 20,000 updates within 5 minutes is their worst
      hour: ``hooks_per_address`` = 60,000, three times that.
    - The portal: a visit reads 10 answers and sends 2; 100 visits at once in 5 minutes behind one address are 1,200,
      inside ``visitors_per_address``. How often one person or one address may try to sign in is counted by the
      sign-in function itself, far lower.

    At the REST APIs themselves (regional WAF) callers who came through CloudFront share its addresses, so a limit
    per address there must be above *everything* the force can ask for at once: 200 conversations x 99 + 7,500
    officers' requests = 27,300 in 5 minutes; ``direct_per_address`` = 60,000. It only stops someone who found the
    API's own address and floods it from one machine.

    Stages (requests per second over all): REST needs 27,300 / 300 s = 91, so 200; the socket carries, for 200
    conversations, a message every 5 seconds and a typing signal every 4 from both sides: 200 x 2 x (0.2 + 0.25)
    = 180, so 500. Bursts are twice the rate.
    """

    visitors_per_address: int = 6_000
    officers_per_address: int = 15_000
    direct_per_address: int = 60_000
    hooks_per_address: int = 60_000
    chat: Throttle = Throttle(rate=200, burst=400)
    hooks: Throttle = Throttle(rate=500, burst=1_000)
    portal: Throttle = Throttle(rate=100, burst=200)
    sign_in: Throttle = Throttle(rate=20, burst=40)
    oversight: Throttle = Throttle(rate=20, burst=40)
    officers: Throttle = Throttle(rate=200, burst=400)
    socket: Throttle = Throttle(rate=500, burst=1_000)


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomDomain:
    """The deployment's own web address.

    Attributes
    ----------
    name
        Host name; its DNS record is the force's own to set.
    certificate_arn
        ACM certificate in us-east-1, where CloudFront looks for it.
    """

    name: str
    certificate_arn: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MutualTls:
    """An address at which crime systems show a client certificate. CloudFront cannot ask for one: this is API
    Gateway's own address for the webhooks.

    Attributes
    ----------
    name
        Host name; its DNS record is the force's own to set.
    certificate_arn
        ACM certificate for it, in `Settings.region`.
    trust_store_bucket, trust_store_key
        PEM file with the authorities whose certificates are taken at all. Which certificate is whose is said by its
        fingerprint in the source's secret.
    """

    name: str
    certificate_arn: str
    trust_store_bucket: str
    trust_store_key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SamlFederation:
    """Officers sign in with the force's identity provider (SAML).

    Attributes
    ----------
    metadata_url
        Where the provider publishes its metadata.
    collar_attribute, name_attribute
        Names of the assertion's attributes that hold them.
    force_attribute
        Name of the attribute that holds the force's id (`Force.id`): the provider sends the same value for each of its
        officers, and an officer of another force is refused at every door.
    """

    metadata_url: str
    collar_attribute: str
    name_attribute: str
    force_attribute: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OidcFederation:
    """Officers sign in with the force's identity provider (OpenID Connect).

    Attributes
    ----------
    issuer
        The provider's issuer URL.
    client_id
        Our client there.
    client_secret_name
        Name of the Secrets Manager secret that holds the client's secret; never the secret itself.
    collar_claim, name_claim
        Names of the claims that hold them.
    force_claim
        Name of the claim that holds the force's id, as `SamlFederation.force_attribute`.
    """

    issuer: str
    client_id: str
    client_secret_name: str
    collar_claim: str
    name_claim: str
    force_claim: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OneLogin:
    """Victims may come from GOV.UK One Login, where the force has registered the portal as a service.

    Attributes
    ----------
    client_id
        The service's id there.
    issuer
        Base address of the environment: ``https://oidc.account.gov.uk``, or that of the integration environment.
    key_secret_name
        Name of the Secrets Manager secret that holds the private key (PEM) of the registered public key; never the key.
    """

    client_id: str
    issuer: str
    key_secret_name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Sizing:
    """Memory (MB) and time-out (seconds) of one function, and how much of the account's concurrency it has.

    Attributes
    ----------
    concurrency
        Reserved for it, where set.
    batches
        Of a function that a queue feeds: so many batches it works on at once, at the most (ADR 0020).
    """

    memory: int
    timeout: int
    concurrency: int | None = None
    batches: int | None = None


SIZING: Final = MappingProxyType(
    {
        "authorizer": Sizing(memory=256, timeout=5),
        "chat": Sizing(memory=512, timeout=15),
        "visitor": Sizing(memory=256, timeout=10),
        "console": Sizing(memory=512, timeout=10),
        # shorter than the minute after which the next run starts
        "timers": Sizing(memory=512, timeout=50),
        "translations": Sizing(memory=256, timeout=30, batches=10),
        # Typst shapes text on one core; a core is 1,769 MB
        "transcripts": Sizing(memory=1_769, timeout=120, batches=10),
        "webhooks": Sizing(memory=512, timeout=10),
        "updates": Sizing(memory=1_024, timeout=30, batches=20),
        # twice as many as make messages: what was made never waits behind what is being made
        "notifier": Sizing(memory=512, timeout=30, batches=40),
        "receipts": Sizing(memory=256, timeout=15, batches=10),
        # a crime system may take 15 seconds to answer, and a batch holds several
        "link": Sizing(memory=256, timeout=60, batches=20),
        "deadlines": Sizing(memory=512, timeout=50),
        "sign_in": Sizing(memory=512, timeout=10),
        "portal": Sizing(memory=512, timeout=15),
        "oversight": Sizing(memory=512, timeout=15),
    }
)
"""Unless a deployment says otherwise."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Everything that a deployment needs to be told.

    Attributes
    ----------
    environment, force
        Which deployment this is.
    region
        Where conversations and evidence live. They never leave it.
    edge_region
        Where CloudFront's own parts live: AWS wants its WAF and its log delivery in us-east-1. Only public static
        files are kept there.
    account
        AWS account id, or None to take the one whose credentials deploy.
    target
        Platform of the functions.
    timers, messages, limits, sizing
        See their classes.
    seal_retention_days
        Object Lock (COMPLIANCE) of sealed packages. Nobody can shorten it, so it starts short and is extended on
        review; decades up front would defeat review, retention and disposal (MoPI).
    log_retention_days
        One of CloudWatch's steps. Logs hold no content and no names.
    audit_retention_days
        How long the archive keeps what happened (ids and collar numbers, no content); None: until somebody deletes it.
    keep
        True: stateful resources outlive their stack and refuse deletion.
    alarm_email
        Gets the alarms; None to subscribe later by hand.
    domain, federation
        Optional; see their classes.
    callback_urls
        Where the federated sign-in may return to; needed with `federation` only.
    crime_systems
        Where each crime system takes what Harbour sends it, by source (``harbour/crime/data/sources.json``).
    mutual_tls
        Where crime systems call that prove themselves by a client certificate; None when there is none.
    one_login
        Optional; see its class. Needs a web address to come back to.
    sms_sender
        Alphanumeric sender of text messages, at most 11 characters: neutral, since others may see it.
    email_from
        Neutral sender address of e-mails; its domain must be verified in SES.
    providers
        Who sends, in the order in which they are tried: ``aws``, ``notify`` (GOV.UK Notify).
    web_address
        Origin of the pages, where it is not the domain's.
    embedded_cloud
        Address of the embedded cloud for the local target, None on AWS.
    """

    environment: Environment
    force: Force
    region: str = "eu-west-2"
    edge_region: str = "us-east-1"
    account: str | None = None
    target: Target = field(default_factory=Target.aws)
    timers: Timers = Timers()
    messages: MessageRules = MessageRules()
    limits: Limits = Limits()
    sizing: Mapping[str, Sizing] = field(default_factory=lambda: SIZING)
    seal_retention_days: int = 1
    log_retention_days: int = 30
    audit_retention_days: int | None = 30
    keep: bool = False
    alarm_email: str | None = None
    domain: CustomDomain | None = None
    federation: SamlFederation | OidcFederation | None = None
    callback_urls: tuple[str, ...] = ()
    crime_systems: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    mutual_tls: MutualTls | None = None
    one_login: OneLogin | None = None
    sms_sender: str = "Update"
    email_from: str = "updates@messages.example"
    providers: tuple[str, ...] = ("aws",)
    web_address: str | None = None
    embedded_cloud: str | None = None

    def __post_init__(self) -> None:
        """Refuse what must not be deployed.

        Raises
        ------
        SettingsError
            Says which rule is broken.
        """
        if self.seal_retention_days < 1:
            raise SettingsError("a sealed package must be locked for a day at least")
        if self.audit_retention_days is not None and self.audit_retention_days < 1:
            raise SettingsError("the audit must be kept for a day at least; None keeps it for good")
        if self.environment is Environment.PROD and not self.keep:
            raise SettingsError("production data must outlive its stack: keep=True")
        if (self.environment is Environment.LOCAL) != (self.embedded_cloud is not None):
            raise SettingsError("the embedded cloud belongs to the local environment, and only to it")
        if not self.messages.earliest < self.messages.latest:
            raise SettingsError("messages need hours that end after they begin")
        if not self.local and not time(7) <= self.messages.earliest < self.messages.latest <= time(21):
            raise SettingsError("nobody is written to at night who did not ask for it: hours between 07:00 and 21:00")
        if self.messages.per_day < 1 or self.messages.merge < 0:
            raise SettingsError("messages need one in a day at least, and no negative time between two")
        if self.federation is not None and not self.callback_urls:
            raise SettingsError("federated sign-in needs callback_urls")
        if self.one_login is not None and not self.portal_url.startswith("https://"):
            raise SettingsError("GOV.UK One Login needs a web address to come back to: domain or web_address")
        if self.one_login is not None and not self.one_login.issuer.startswith("https://"):
            raise SettingsError("GOV.UK One Login's issuer begins with https://")

    @property
    def local(self) -> bool:
        """Whether this is for the embedded cloud."""
        return self.environment is Environment.LOCAL

    @property
    def prefix(self) -> str:
        """Start of physical names: ``harbour-<force>-<environment>``."""
        return f"harbour-{self.force.id}-{self.environment.value}"

    @property
    def terminology(self) -> str:
        """Name of Amazon Translate's custom terminology (the glossary of risk words)."""
        return f"{self.prefix}-glossary"

    @property
    def portal_url(self) -> str:
        """Address of the portal, as messages carry it; empty where nobody has said which address the pages have."""
        return f"{self._origin}/portal/" if self._origin else ""

    @property
    def officers_url(self) -> str:
        """Address of the officers' API, as crime systems get it; empty as above."""
        return f"{self._origin}/officers" if self._origin else ""

    @property
    def _origin(self) -> str | None:
        return f"https://{self.domain.name}" if self.domain else self.web_address

    @property
    def source_secrets(self) -> str:
        """Start of the names of the crime systems' secrets."""
        return f"harbour/{self.environment.value}/source/"

    @property
    def notify_secret(self) -> str:
        """Name of the secret with the API key and the template ids of GOV.UK Notify."""
        return f"harbour/{self.environment.value}/notify"

    @property
    def sign_in_origin(self) -> str:
        """Origin of the sign-in service that the console talks to."""
        return self.embedded_cloud or f"https://cognito-idp.{self.region}.amazonaws.com"

    @property
    def federation_origin(self) -> str | None:
        """Origin at which the console changes a federated sign-in's code for tokens; None without `federation`."""
        return f"https://{self.prefix}.auth.{self.region}.amazoncognito.com" if self.federation else None


EASTSHIRE: Final = Force(id=ForceId("eastshire"), name="Eastshire Police")
"""An invented force, for development and demonstration."""

CRIME_SYSTEMS: Final = ("athena", "niche", "dynamics", "storm")
"""Those that the demonstration force has: the sources of ``harbour/crime/data/sources.json``."""

LOCAL_ACCOUNT: Final = "000000000000"
LOCAL_PORT: Final = 4566


LOCAL_PAGES_PORT: Final = 8600
LOCAL_CRIME_PORT: Final = 8603


def local(
    port: int = LOCAL_PORT, *, pages_port: int = LOCAL_PAGES_PORT, crime_port: int = LOCAL_CRIME_PORT
) -> Settings:
    """Settings for the embedded cloud that listens on ``port`` of this machine, the pages and the crime systems'
    simulator on theirs.
    """
    simulator = f"http://127.0.0.1:{crime_port}/harbour"
    return Settings(
        environment=Environment.LOCAL,
        force=EASTSHIRE,
        # one region: the embedded cloud has no us-east-1 rule for CloudFront
        edge_region="eu-west-2",
        account=LOCAL_ACCOUNT,
        target=Target.this_machine(),
        # whoever tries it out at night sees what is sent
        messages=MessageRules(earliest=time(0), latest=time(23, 59)),
        crime_systems=MappingProxyType({name: f"{simulator}/{name}" for name in CRIME_SYSTEMS}),
        web_address=f"http://127.0.0.1:{pages_port}",
        embedded_cloud=f"http://127.0.0.1:{port}",
    )


_AWS: Final = {
    (Environment.DEV, EASTSHIRE.id): Settings(environment=Environment.DEV, force=EASTSHIRE),
    (Environment.PROD, EASTSHIRE.id): Settings(
        environment=Environment.PROD,
        force=EASTSHIRE,
        seal_retention_days=365,
        log_retention_days=90,
        # six years: the least for which MoPI keeps a record
        audit_retention_days=2_192,
        keep=True,
    ),
}


def settings_for(
    environment: str,
    force: str = EASTSHIRE.id,
    *,
    local_port: int = LOCAL_PORT,
    pages_port: int = LOCAL_PAGES_PORT,
    crime_port: int = LOCAL_CRIME_PORT,
) -> Settings:
    """Settings of one deployment.

    Parameters
    ----------
    environment
        ``local``, ``dev`` or ``prod``.
    force
        Id of a force that has settings here.
    local_port, pages_port, crime_port
        Ports of the embedded cloud, of the pages and of the crime systems' simulator; ignored on AWS.

    Raises
    ------
    SettingsError
        No such deployment; the message lists those that exist.
    """
    if (environment, force) == (Environment.LOCAL.value, EASTSHIRE.id):
        return local(local_port, pages_port=pages_port, crime_port=crime_port)
    try:
        return _AWS[(Environment(environment), ForceId(force))]
    except (KeyError, ValueError) as missing:
        known = ", ".join(["local/eastshire", *(f"{env.value}/{name}" for env, name in _AWS)])
        raise SettingsError(f"no settings for {environment}/{force}; there are {known}") from missing
