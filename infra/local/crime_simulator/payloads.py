"""What each kind of crime system would send, from the few things that the simulator's page asks for."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

from infra.local.crime_simulator.records import Person
from infra.local.instance import ROOT

CODES: Final = ROOT / "layers" / "harbour" / "python" / "harbour" / "crime" / "adapters" / "data" / "codes.json"

LONDON: Final = ZoneInfo("Europe/London")

CONTACTS: Final = ("", "do_not_contact", "safe_sms", "safe_email", "safe_both")
"""What may be known of how to contact somebody; empty: nobody has asked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Update:
    """One update, before it is put into a system's own words."""

    reference: str
    kind: str
    at: str
    version: int
    offence: str = ""
    area: str = ""
    officer: Mapping[str, str] = field(default_factory=dict)
    persons: tuple[Person, ...] = ()
    details: Mapping[str, str] = field(default_factory=dict)
    text: str = ""
    corrects: str = ""
    withdraws: str = ""


def kinds(system: str) -> list[str]:
    """The kinds that a system can send."""
    return sorted(set(_codes()[system]["kinds"].values()))


def offences(system: str) -> list[str]:
    """The offences that a system knows."""
    return list(dict.fromkeys(_codes()[system]["offences"].values()))


def can_correct(system: str) -> bool:
    """Whether a system can say that an update replaces an earlier one: a log only cancels."""
    return system != "storm"


def payload(system: str, update: Update) -> dict[str, Any]:
    """The update as ``system`` would send it.

    Raises
    ------
    LookupError
        The system has no word for it.
    """
    kind = "" if update.withdraws else _code(system, "kinds", update.kind)
    offence = _code(system, "offences", update.offence) if update.offence else ""
    made: dict[str, Any] = {
        "athena": _athena,
        "niche": _niche,
        "dynamics": _dynamics,
        "storm": _storm,
    }[system](update, kind, offence)
    return made


def _athena(update: Update, kind: str, offence: str) -> dict[str, Any]:
    contact = dict(zip(CONTACTS, ("", "NONE", "SMS", "EMAIL", "BOTH"), strict=True))
    roles = {"victim": "VIC", "suspect": "SUS"}
    return {
        "EventType": kind,
        "EventDateTime": update.at,
        "RecordVersion": update.version,
        "Investigation": {
            "URN": update.reference,
            "Classification": offence,
            "Beat": update.area,
            "OfficerInCase": {
                "Name": update.officer["name"],
                "CollarNumber": update.officer["collar"],
                "Station": update.officer["station"],
            },
            "Persons": [
                {
                    "PersonId": one.id,
                    "Role": roles[one.role],
                    "Forename": one.given,
                    "Surname": one.family,
                    "DateOfBirth": one.born,
                    "Mobile": one.phone,
                    "Email": one.email,
                    "Language": one.language,
                    "SafeContact": contact[one.contact],
                }
                for one in update.persons
            ],
        },
        "Details": dict(update.details),
        "MessageText": update.text,
        "Corrects": update.corrects,
        "Withdraws": update.withdraws,
    }


def _niche(update: Update, kind: str, offence: str) -> dict[str, Any]:
    words = ("Not recorded", "Do not contact", "Text only", "Email only", "Text and email")
    contact = dict(zip(CONTACTS, words, strict=True))
    return {
        "occurrenceNumber": update.reference,
        "updateType": kind,
        "updateTime": update.at,
        "revision": update.version,
        "offenceGroup": offence,
        "district": update.area,
        "oicName": update.officer["name"],
        "oicCollar": update.officer["collar"],
        "oicStation": update.officer["station"],
        "involvements": [
            {
                "nominalId": one.id,
                "type": one.role.title(),
                "givenNames": one.given,
                "familyName": one.family,
                "dob": one.born,
                "mobilePhone": one.phone,
                "emailAddress": one.email,
                "preferredLanguage": one.language,
                "contactPreference": contact[one.contact],
            }
            for one in update.persons
        ],
        "attributes": dict(update.details),
        "message": update.text,
        "replacesUpdate": update.corrects,
        "cancelsUpdate": update.withdraws,
    }


def _dynamics(update: Update, kind: str, offence: str) -> dict[str, Any]:
    roles = {"victim": 100000000, "suspect": 100000001}
    return {
        "@odata.etag": f'W/"{update.version}"',
        "cm_crimenumber": update.reference,
        "cm_updatereason": int(kind) if kind else 0,
        "cm_updatedon": update.at,
        "cm_offencegroup": int(offence) if offence else None,
        "cm_area": update.area,
        "cm_officer": {
            "fullname": update.officer["name"],
            "cm_collarnumber": update.officer["collar"],
            "cm_station": update.officer["station"],
        },
        "cm_contacts": [
            {
                "contactid": one.id,
                "cm_role": roles[one.role],
                "firstname": one.given,
                "lastname": one.family,
                "birthdate": one.born,
                "mobilephone": one.phone,
                "emailaddress1": one.email,
                "cm_language": one.language,
                "cm_contactpreference": CONTACTS.index(one.contact),
            }
            for one in update.persons
        ],
        "cm_details": dict(update.details),
        "cm_message": update.text or None,
        "cm_corrects": update.corrects or None,
        "cm_withdraws": update.withdraws or None,
    }


def _storm(update: Update, kind: str, offence: str) -> dict[str, Any]:
    caller = next((one for one in update.persons if one.role == "victim"), None)
    return {
        "INC_NO": update.reference,
        "LOG_CODE": kind,
        # a log is written by the clock on its wall
        "LOG_TIME": f"{datetime.fromisoformat(update.at).astimezone(LONDON):%Y-%m-%dT%H:%M:%S.%f}",
        "LOG_SEQ": update.version,
        "INC_TYPE": offence,
        "BEAT": update.area,
        "OFFICER": update.officer["name"],
        "COLLAR": update.officer["collar"],
        "CALLER": (
            {
                "CALLER_ID": caller.id,
                "NAME": f"{caller.given} {caller.family}",
                "DOB": caller.born,
                "TEL": caller.phone,
                "EMAIL": caller.email,
                "SAFE_TO_TEXT": caller.contact in ("safe_sms", "safe_both"),
            }
            if caller
            else None
        ),
        "DETAILS": dict(update.details),
        "REMARKS_TO_CALLER": update.text,
        "CANCELS": update.withdraws,
    }


def _code(system: str, table: str, ours: str) -> str:
    for code, name in _codes()[system][table].items():
        if name == ours:
            return str(code)
    raise LookupError(ours)


@cache
def _codes() -> dict[str, Any]:
    document: dict[str, Any] = json.loads(Path(CODES).read_text("utf-8"))
    return document
