"""Microsoft Dynamics style: an OData entity with the publisher's prefix, numbers of option sets, an ETag as version."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated

from pydantic import Field

from harbour.crime.adapters import common
from harbour.crime.adapters.common import Details, Identifier, Payload, Reference, Short, Text
from harbour.crime.model import CrimeEvent, CrimeRef, EventId, Kind, OfficerInCharge, Party, PartyRole

TIME = "cm_updatedon"
CRIME = "cm_crimenumber"

_ROLES = {
    100000000: PartyRole.VICTIM,
    100000001: PartyRole.SUSPECT,
    100000002: PartyRole.WITNESS,
    100000003: PartyRole.GUARDIAN,
}
_CONTACT = {0: "", 1: "do_not_contact", 2: "safe_sms", 3: "safe_email", 4: "safe_both"}
_ETAG = re.compile(r'W/"(\d{1,15})"')


class Contact(Payload):
    """One person of the case."""

    id: Annotated[Identifier, Field(alias="contactid")]
    role: Annotated[int, Field(alias="cm_role", ge=100000000, le=100000003)]
    first: Annotated[Short, Field(alias="firstname")] = ""
    last: Annotated[Short, Field(alias="lastname")] = ""
    born: Annotated[Short | None, Field(alias="birthdate")] = None
    mobile: Annotated[Short | None, Field(alias="mobilephone")] = None
    email: Annotated[Short | None, Field(alias="emailaddress1")] = None
    language: Annotated[Short | None, Field(alias="cm_language")] = None
    preference: Annotated[int, Field(alias="cm_contactpreference", ge=0, le=4)] = 0
    vulnerable: Annotated[bool, Field(alias="cm_vulnerable")] = False


class Owner(Payload):
    """The officer in charge."""

    name: Annotated[Short, Field(alias="fullname")]
    collar: Annotated[Short, Field(alias="cm_collarnumber")]
    station: Annotated[Short | None, Field(alias="cm_station")] = None


class Case(Payload):
    """The whole payload."""

    etag: Annotated[Short, Field(alias="@odata.etag")] = ""
    number: Annotated[Reference, Field(alias="cm_crimenumber")]
    reason: Annotated[int, Field(alias="cm_updatereason")]
    on: Annotated[Short, Field(alias="cm_updatedon")]
    offence: Annotated[int | None, Field(alias="cm_offencegroup")] = None
    area: Annotated[Short | None, Field(alias="cm_area")] = None
    owner: Annotated[Owner | None, Field(alias="cm_officer")] = None
    contacts: Annotated[tuple[Contact, ...], Field(alias="cm_contacts", max_length=30)] = ()
    details: Annotated[Details, Field(alias="cm_details", default_factory=dict)]
    message: Annotated[Text | None, Field(alias="cm_message")] = None
    corrects: Annotated[Short | None, Field(alias="cm_corrects")] = None
    withdraws: Annotated[Short | None, Field(alias="cm_withdraws")] = None


def read(payload: Mapping[str, object], webhook_id: str) -> CrimeEvent:
    """The event of a payload. Raises ``Invalid``, naming the field."""
    document = common.parsed(Case, payload)
    corrects, withdraws = common.event_ids(document.corrects or "", document.withdraws or "")
    version = _ETAG.fullmatch(document.etag)
    if document.etag and version is None:
        common.refuse("@odata.etag", "This is no weak ETag of a row version.")
    owner = document.owner
    return CrimeEvent(
        source="dynamics",
        id=EventId(webhook_id),
        crime=CrimeRef(document.number),
        kind=(Kind("withdrawn") if withdraws else common.kind_for("dynamics", str(document.reason), "cm_updatereason")),
        occurred_at=common.instant(document.on, TIME),
        version=int(version.group(1)) if version else 0,
        corrects=corrects,
        withdraws=withdraws,
        offence=common.offence_for("dynamics", "" if document.offence is None else str(document.offence)),
        area=document.area or "",
        details=common.told(document.details, "cm_details", document.message or ""),
        parties=tuple(
            Party(
                source_id=one.id,
                role=_ROLES[one.role],
                given_name=one.first,
                family_name=one.last,
                date_of_birth=one.born or "",
                phone=one.mobile or "",
                email=one.email or "",
                language=one.language or "",
                contact=_CONTACT[one.preference],
                vulnerable=one.vulnerable,
            )
            for one in document.contacts
        ),
        officer=OfficerInCharge(name=owner.name, collar=owner.collar, station=owner.station or "") if owner else None,
        unknown=common.unknown(document),
    )
