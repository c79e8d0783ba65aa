"""An event as it is kept: JSON, in the inbox and in the timeline. Pure."""

from __future__ import annotations

import json
from dataclasses import asdict

from harbour.crime.model import CrimeEvent, CrimeRef, EventId, Kind, OfficerInCharge, Party, PartyRole
from harbour.runtime.clock import parse, rfc3339


def event_to_json(event: CrimeEvent) -> str:
    """The event as it waits in the inbox."""
    document = asdict(event) | {"occurred_at": rfc3339(event.occurred_at), "details": dict(event.details)}
    return json.dumps(document, ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def event_from_json(text: str) -> CrimeEvent:
    """What :func:`event_to_json` wrote."""
    document = json.loads(text)
    officer = document["officer"]
    corrects, withdraws = document["corrects"], document["withdraws"]
    return CrimeEvent(
        source=document["source"],
        id=EventId(document["id"]),
        crime=CrimeRef(document["crime"]),
        kind=Kind(document["kind"]),
        occurred_at=parse(document["occurred_at"]),
        version=document["version"],
        corrects=EventId(corrects) if corrects else None,
        withdraws=EventId(withdraws) if withdraws else None,
        offence=document["offence"],
        area=document["area"],
        details=document["details"],
        parties=tuple(Party(**party | {"role": PartyRole(party["role"])}) for party in document["parties"]),
        officer=OfficerInCharge(**officer) if officer else None,
        unknown=document["unknown"],
    )
