"""What each kind of update should say besides its kind, by the contract, with examples."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Final

APPOINTMENTS: Final[Mapping[str, str]] = {
    "appointment_made": "new",
    "video_appointment_made": "new",
    "appointment_changed": "same",
    "attendance_rescheduled": "same",
    "appointment_cancelled": "same",
    "appointment_change_refused": "same",
    "appointment_reminder": "same",
    "appointment_missed": "same",
}
"""Kinds about an appointment: a new one, or the one that was posted last."""

_ALIKE: Final[Mapping[tuple[str, ...], tuple[str, ...]]] = {
    ("by",): ("officer_unavailable", "complaint_received", "statement_requested", "device_requested", "bail_extended"),
    ("by", "text"): ("no_news",),
    ("by", "what"): (
        "police_bail_granted", "protection_order_granted", "stalking_order_granted", "restraining_order_made",
    ),
    ("by", "what", "where"): ("property_ready",),
    ("court", "when"): (
        "first_hearing_listed", "hearing_listed", "hearing_changed", "trial_date_set", "trial_date_changed",
        "witness_required", "appeal_hearing_listed",
    ),
    ("outcome",): (
        "forensic_result", "charged", "conditional_caution_given", "community_resolution", "hearing_result",
        "compensation_ordered", "appeal_result", "sentenced", "closed_information_only",
    ),
    ("text",): (
        "not_recorded_as_crime", "contact_attempted", "officer_message", "complaint_answered", "not_investigated",
        "investigation_filed",
    ),
    ("text", "what", "when", "where"): ("appointment_cancelled", "appointment_change_refused"),
    ("what",): (
        "crime_reclassified", "property_kept", "property_returned", "bail_conditions_changed", "court_bail_granted",
        "court_bail_changed", "special_measures_granted", "released_from_prison", "licence_conditions_changed",
    ),
    ("what", "when", "where"): (
        "appointment_made", "video_appointment_made", "appointment_changed", "attendance_rescheduled",
        "appointment_reminder", "appointment_missed",
    ),
    ("when",): (
        "officer_delayed", "restorative_justice_arranged", "postal_requisition", "remanded_in_custody",
        "sentence_adjourned",
    ),
    ("when", "where"): ("officer_deployed", "forensics_booked", "identification_procedure", "medical_examination"),
    ("where",): ("transferred_to_other_force", "officer_attended", "cctv_requested"),
}  # fmt: skip

WANTED: Final[Mapping[str, tuple[str, ...]]] = {kind: names for names, kinds in _ALIKE.items() for kind in kinds}
"""Kind → the details that it should have. A kind that is not named needs none."""

_WHAT: Final[Mapping[str, str]] = {
    "appointment_made": "a visit to write down what happened",
    "video_appointment_made": "a video call with your officer",
    "appointment_changed": "a visit to write down what happened",
    "attendance_rescheduled": "a visit of an officer",
    "police_bail_granted": "not to contact you, and not to come to your street",
    "bail_conditions_changed": "not to contact you in any way",
    "court_bail_granted": "to sleep at one address, and not to contact you",
    "court_bail_changed": "not to contact you in any way",
    "property_kept": "your phone and its charger",
    "property_returned": "your phone and its charger",
    "property_ready": "your phone and its charger",
    "crime_reclassified": "burglary",
    "special_measures_granted": "a screen, so that nobody but the court sees you",
}
_OUTCOME: Final[Mapping[str, str]] = {
    "charged": "burglary",
    "sentenced": "a community order of 12 months",
    "compensation_ordered": "£250 to you",
    "forensic_result": "fingerprints were found",
}


def wanted(kind: str) -> tuple[str, ...]:
    """The details that a kind should have."""
    return WANTED.get(kind, ())


def details_of(kind: str, form: Mapping[str, str]) -> dict[str, str]:
    """What the form says, under the contract's names. What the kind does not need is left out; an empty field, too."""
    found: dict[str, str] = {}
    for name in wanted(kind):
        value = form.get(name, "").strip()
        if not value or name == "text":
            continue
        found[_named(kind) if name == "when" else name] = value
    return found


def example(name: str, kind: str, now: datetime) -> str:
    """Something sensible for a field that nobody filled in."""
    return {
        "when": f"{now + timedelta(days=7):%Y-%m-%d}T10:30",
        "by": f"{now + timedelta(days=14):%Y-%m-%d}",
        "where": "Northgate station",
        "court": "Eastshire Magistrates' Court",
        "what": _WHAT.get(kind, "what was agreed"),
        "outcome": _OUTCOME.get(kind, "what was decided"),
        "text": "We are still working on this, and will tell you as soon as there is more.",
    }[name]


def grouped(kinds: Iterable[str], stages: Mapping[str, str]) -> dict[str, list[str]]:
    """Kinds by the stage of the journey that they belong to; those that only Harbour makes are left out."""
    found: dict[str, list[str]] = {}
    order = list(stages)
    for kind in sorted(kinds, key=lambda one: order.index(one) if one in stages else len(order)):
        stage = stages.get(kind, "other")
        if stage != "service":
            found.setdefault(stage, []).append(kind)
    return found


def _named(kind: str) -> str:
    return "appointment_at" if kind in APPOINTMENTS else "hearing_at" if "court" in wanted(kind) else "when"
