"""Athena-style: one nested document for each event of an investigation."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field

from harbour.crime.adapters import common
from harbour.crime.adapters.common import Details, Identifier, Payload, Reference, Short, Text, Version
from harbour.crime.model import CrimeEvent, CrimeRef, EventId, Kind, OfficerInCharge, Party, PartyRole

TIME = "EventDateTime"
CRIME = "Investigation.URN"

_ROLES = {
    "VIC": PartyRole.VICTIM,
    "SUS": PartyRole.SUSPECT,
    "WIT": PartyRole.WITNESS,
    "PAR": PartyRole.GUARDIAN,
}
_CONTACT = {"": "", "NONE": "do_not_contact", "SMS": "safe_sms", "EMAIL": "safe_email", "BOTH": "safe_both"}


class Person(Payload):
    """One person of the investigation."""

    id: Annotated[Identifier, Field(alias="PersonId")]
    role: Annotated[Literal["VIC", "SUS", "WIT", "PAR"], Field(alias="Role")]
    forename: Annotated[Short, Field(alias="Forename")] = ""
    surname: Annotated[Short, Field(alias="Surname")] = ""
    born: Annotated[Short, Field(alias="DateOfBirth")] = ""
    mobile: Annotated[Short, Field(alias="Mobile")] = ""
    email: Annotated[Short, Field(alias="Email")] = ""
    language: Annotated[Short, Field(alias="Language")] = ""
    safe: Annotated[Literal["", "NONE", "SMS", "EMAIL", "BOTH"], Field(alias="SafeContact")] = ""
    vulnerable: Annotated[bool, Field(alias="VulnerableOrIntimidated")] = False


class Officer(Payload):
    """The officer in the case."""

    name: Annotated[Short, Field(alias="Name")]
    collar: Annotated[Short, Field(alias="CollarNumber")]
    station: Annotated[Short, Field(alias="Station")] = ""


class Investigation(Payload):
    """The investigation that the event belongs to."""

    urn: Annotated[Reference, Field(alias="URN")]
    classification: Annotated[Short, Field(alias="Classification")] = ""
    beat: Annotated[Short, Field(alias="Beat")] = ""
    officer: Annotated[Officer | None, Field(alias="OfficerInCase")] = None
    persons: Annotated[tuple[Person, ...], Field(alias="Persons", max_length=30)] = ()


class Document(Payload):
    """The whole payload."""

    event_type: Annotated[Short, Field(alias="EventType")]
    event_at: Annotated[Short, Field(alias="EventDateTime")]
    version: Annotated[Version, Field(alias="RecordVersion")] = 0
    investigation: Annotated[Investigation, Field(alias="Investigation")]
    details: Annotated[Details, Field(alias="Details", default_factory=dict)]
    text: Annotated[Text, Field(alias="MessageText")] = ""
    corrects: Annotated[Short, Field(alias="Corrects")] = ""
    withdraws: Annotated[Short, Field(alias="Withdraws")] = ""


def read(payload: Mapping[str, object], webhook_id: str) -> CrimeEvent:
    """The event of a payload. Raises ``Invalid``, naming the field."""
    document = common.parsed(Document, payload)
    corrects, withdraws = common.event_ids(document.corrects, document.withdraws)
    about = document.investigation
    officer = about.officer
    return CrimeEvent(
        source="athena",
        id=EventId(webhook_id),
        crime=CrimeRef(about.urn),
        kind=Kind("withdrawn") if withdraws else common.kind_for("athena", document.event_type, "EventType"),
        occurred_at=common.instant(document.event_at, TIME),
        version=document.version,
        corrects=corrects,
        withdraws=withdraws,
        offence=common.offence_for("athena", about.classification),
        area=about.beat,
        details=common.told(document.details, "Details", document.text),
        parties=tuple(
            Party(
                source_id=person.id,
                role=_ROLES[person.role],
                given_name=person.forename,
                family_name=person.surname,
                date_of_birth=person.born,
                phone=person.mobile,
                email=person.email,
                language=person.language,
                contact=_CONTACT[person.safe],
                vulnerable=person.vulnerable,
            )
            for person in about.persons
        ),
        officer=OfficerInCharge(name=officer.name, collar=officer.collar, station=officer.station) if officer else None,
        unknown=common.unknown(document),
    )
