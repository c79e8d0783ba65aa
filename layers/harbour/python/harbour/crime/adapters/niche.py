"""Niche-style: a flat occurrence with involvements, and labels instead of codes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field

from harbour.crime.adapters import common
from harbour.crime.adapters.common import Details, Identifier, Payload, Reference, Short, Text, Version
from harbour.crime.model import CrimeEvent, CrimeRef, EventId, Kind, OfficerInCharge, Party, PartyRole

TIME = "updateTime"
CRIME = "occurrenceNumber"

_ROLES = {
    "Victim": PartyRole.VICTIM,
    "Suspect": PartyRole.SUSPECT,
    "Witness": PartyRole.WITNESS,
    "Guardian": PartyRole.GUARDIAN,
}
_CONTACT = {
    "Not recorded": "",
    "Do not contact": "do_not_contact",
    "Text only": "safe_sms",
    "Email only": "safe_email",
    "Text and email": "safe_both",
}


class Involvement(Payload):
    """Somebody's part in the occurrence."""

    nominal: Annotated[Identifier, Field(alias="nominalId")]
    type: Literal["Victim", "Suspect", "Witness", "Guardian"]
    given: Annotated[Short, Field(alias="givenNames")] = ""
    family: Annotated[Short, Field(alias="familyName")] = ""
    dob: Short = ""
    mobile: Annotated[Short, Field(alias="mobilePhone")] = ""
    email: Annotated[Short, Field(alias="emailAddress")] = ""
    language: Annotated[Short, Field(alias="preferredLanguage")] = ""
    preference: Annotated[
        Literal["Not recorded", "Do not contact", "Text only", "Email only", "Text and email"],
        Field(alias="contactPreference"),
    ] = "Not recorded"
    vulnerable: bool = False


class Occurrence(Payload):
    """The whole payload."""

    number: Annotated[Reference, Field(alias="occurrenceNumber")]
    update: Annotated[Short, Field(alias="updateType")]
    at: Annotated[Short, Field(alias="updateTime")]
    revision: Version = 0
    offence: Annotated[Short, Field(alias="offenceGroup")] = ""
    district: Short = ""
    officer: Annotated[Short, Field(alias="oicName")] = ""
    collar: Annotated[Short, Field(alias="oicCollar")] = ""
    station: Annotated[Short, Field(alias="oicStation")] = ""
    involvements: Annotated[tuple[Involvement, ...], Field(max_length=30)] = ()
    attributes: Annotated[Details, Field(default_factory=dict)]
    message: Text = ""
    replaces: Annotated[Short, Field(alias="replacesUpdate")] = ""
    cancels: Annotated[Short, Field(alias="cancelsUpdate")] = ""


def read(payload: Mapping[str, object], webhook_id: str) -> CrimeEvent:
    """The event of a payload. Raises ``Invalid``, naming the field."""
    document = common.parsed(Occurrence, payload)
    corrects, withdraws = common.event_ids(document.replaces, document.cancels)
    if bool(document.officer) != bool(document.collar):
        common.refuse("oicCollar" if document.officer else "oicName", "An officer has a name and a collar number.")
    return CrimeEvent(
        source="niche",
        id=EventId(webhook_id),
        crime=CrimeRef(document.number),
        kind=Kind("withdrawn") if withdraws else common.kind_for("niche", document.update, "updateType"),
        occurred_at=common.instant(document.at, TIME),
        version=document.revision,
        corrects=corrects,
        withdraws=withdraws,
        offence=common.offence_for("niche", document.offence),
        area=document.district,
        details=common.told(document.attributes, "attributes", document.message),
        parties=tuple(
            Party(
                source_id=one.nominal,
                role=_ROLES[one.type],
                given_name=one.given,
                family_name=one.family,
                date_of_birth=one.dob,
                phone=one.mobile,
                email=one.email,
                language=one.language,
                contact=_CONTACT[one.preference],
                vulnerable=one.vulnerable,
            )
            for one in document.involvements
        ),
        officer=(
            OfficerInCharge(name=document.officer, collar=document.collar, station=document.station)
            if document.officer
            else None
        ),
        unknown=common.unknown(document),
    )
