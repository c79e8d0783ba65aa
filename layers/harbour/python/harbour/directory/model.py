"""What the directory holds: forces, helplines, outcomes and prepared answers. Frozen values and pure rules."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Literal


class Nation(StrEnum):
    """The parts of the United Kingdom; each has its own law and its own services."""

    ENGLAND = "england"
    WALES = "wales"
    SCOTLAND = "scotland"
    NORTHERN_IRELAND = "northern_ireland"


@dataclass(frozen=True, slots=True)
class Helpline:
    """Somebody outside the police who can help.

    ``verified`` is whether a public source names the number. ``hours`` is ``None`` where they are not confirmed. From
    the day after ``expires_on`` the entry is not shown, because numbers change hands.
    """

    id: str
    name: str
    phone: str
    for_whom: str
    nations: frozenset[Nation]
    verified: bool
    source: str
    verified_on: date | None
    expires_on: date
    hours: str | None = None
    text: str | None = None
    url: str | None = None

    def as_listed(self) -> dict[str, str]:
        """The entry as a visitor's page gets it: ``name, phone, for`` and, where known, ``hours, text``.

        Not ``url``: a page that she opened would stand in her history.
        """
        listed = {"name": self.name, "phone": self.phone, "for": self.for_whom}
        for key, value in (("hours", self.hours), ("text", self.text)):
            if value:
                listed[key] = value
        return listed


def current(helplines: Iterable[Helpline], nation: Nation, on: date) -> tuple[Helpline, ...]:
    """The helplines that may be shown to somebody in ``nation`` on that day: confirmed, not expired, theirs."""
    return tuple(
        helpline
        for helpline in helplines
        if helpline.verified and on <= helpline.expires_on and nation in helpline.nations
    )


@dataclass(frozen=True, slots=True)
class DeafRoute:
    """A way to the emergency services for people who cannot hear or speak on the telephone."""

    id: str
    name: str
    how: str
    url: str | None
    expires_on: date


@dataclass(frozen=True, slots=True)
class SilentCall:
    """What pressing ``digits`` does for a caller who cannot speak. Wrong advice here is dangerous.

    The digits work on ``phones`` only and only ``when`` the recorded voice asks for them, not dialled straight on;
    they do not tell where the caller is; a call on which nothing is pressed ends.
    """

    digits: str
    phones: Literal["mobile"]
    when: Literal["after_the_recorded_voice_asks"]
    gives_location: bool
    if_nothing_is_pressed: Literal["call_ends"]
    landline_digits_work: bool
    landline: str
    expires_on: date


@dataclass(frozen=True, slots=True)
class Emergency:
    """How to reach the emergency services."""

    number: str
    deaf: tuple[DeafRoute, ...]
    silent: SilentCall


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a conversation can be closed by an officer. Sealed records hold ``code``: it never changes its meaning."""

    code: str
    label: str
    meaning: str


@dataclass(frozen=True, slots=True)
class ReadReason:
    """Why somebody reads a closed conversation that was not theirs. The audit holds ``code``: it never changes its
    meaning."""

    code: str
    label: str


@dataclass(frozen=True, slots=True)
class CannedAnswer:
    """An answer that people wrote and translated beforehand.

    ``text`` is in English, ``translation`` in the language asked for, ``None`` where there is none. ``reviewed`` is
    whether a native speaker has checked the translation.
    """

    key: str
    title: str
    text: str
    translation: str | None
    reviewed: bool


@dataclass(frozen=True, slots=True)
class Opening:
    """Hours in which somebody answers, on London's clocks: ``start`` and ``end`` as ``HH:MM``, to ``24:00``.

    ``days`` are those on which it starts, 1 for Monday to 7 for Sunday. One that does not end after it starts goes on
    into the next day.
    """

    days: frozenset[int]
    start: str
    end: str


@dataclass(frozen=True, slots=True)
class ForceProfile:
    """What a visitor and an officer are told about the force.

    ``officer_shown_as`` has the places ``{name}`` and ``{collar}``. ``reply_within`` is ``None`` where the force
    promises no time: the page then says so. So it does where ``hours`` is empty.
    """

    id: str
    name: str
    nation: Nation
    working_language: str
    answering: str
    officer_shown_as: str
    exit_url: str
    emergency: str
    reply_within: str | None
    hours: tuple[Opening, ...]

    def officer(self, name: str, collar: str) -> str:
        """An officer as the force wants her shown to the public."""
        return self.officer_shown_as.format(name=name, collar=collar)
