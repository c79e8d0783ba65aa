"""Storm-like command and control: incidents with short codes and local times, and one caller."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from pydantic import Field

from harbour.crime.adapters import common
from harbour.crime.adapters.common import Details, Identifier, Payload, Reference, Short, Text, Version
from harbour.crime.model import CrimeEvent, CrimeRef, EventId, Kind, OfficerInCharge, Party, PartyRole

TIME = "LOG_TIME"
CRIME = "INC_NO"


class Caller(Payload):
    """Who rang."""

    id: Annotated[Identifier, Field(alias="CALLER_ID")]
    name: Annotated[Short, Field(alias="NAME")] = ""
    born: Annotated[Short, Field(alias="DOB")] = ""
    phone: Annotated[Short, Field(alias="TEL")] = ""
    email: Annotated[Short, Field(alias="EMAIL")] = ""
    safe: Annotated[bool, Field(alias="SAFE_TO_TEXT")] = False
    vulnerable: Annotated[bool, Field(alias="VULN")] = False


class Incident(Payload):
    """The whole payload."""

    number: Annotated[Reference, Field(alias="INC_NO")]
    result: Annotated[Short, Field(alias="LOG_CODE")]
    at: Annotated[Short, Field(alias="LOG_TIME")]
    sequence: Annotated[Version, Field(alias="LOG_SEQ")] = 0
    type: Annotated[Short, Field(alias="INC_TYPE")] = ""
    beat: Annotated[Short, Field(alias="BEAT")] = ""
    unit: Annotated[Short, Field(alias="OFFICER")] = ""
    collar: Annotated[Short, Field(alias="COLLAR")] = ""
    caller: Annotated[Caller | None, Field(alias="CALLER")] = None
    details: Annotated[Details, Field(alias="DETAILS", default_factory=dict)]
    text: Annotated[Text, Field(alias="REMARKS_TO_CALLER")] = ""
    cancels: Annotated[Short, Field(alias="CANCELS")] = ""


def read(payload: Mapping[str, object], webhook_id: str) -> CrimeEvent:
    """The event of a payload. Raises ``Invalid``, naming the field."""
    document = common.parsed(Incident, payload)
    _, withdraws = common.event_ids("", document.cancels)
    caller = document.caller
    # A log has one field for the name: the last word is taken for the family name, as its operators type it.
    given, _, family = caller.name.rpartition(" ") if caller else ("", "", "")
    return CrimeEvent(
        source="storm",
        id=EventId(webhook_id),
        crime=CrimeRef(document.number),
        kind=Kind("withdrawn") if withdraws else common.kind_for("storm", document.result, "LOG_CODE"),
        occurred_at=common.london(document.at, TIME),
        version=document.sequence,
        withdraws=withdraws,
        offence=common.offence_for("storm", document.type),
        area=document.beat,
        details=common.told(document.details, "DETAILS", document.text),
        parties=(
            (
                Party(
                    source_id=caller.id,
                    role=PartyRole.VICTIM,
                    given_name=given,
                    family_name=family,
                    date_of_birth=caller.born,
                    phone=caller.phone,
                    email=caller.email,
                    contact="safe_sms" if caller.safe else "",
                    vulnerable=caller.vulnerable,
                ),
            )
            if caller
            else ()
        ),
        officer=(
            OfficerInCharge(name=document.unit, collar=document.collar) if document.unit and document.collar else None
        ),
        unknown=common.unknown(document),
    )
