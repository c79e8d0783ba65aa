"""How a code goes out, who is asked to help, and that every answer takes as long as every other."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace

import pytest

from harbour.contact.model import Channel
from harbour.crime.link import OutboundTask
from harbour.crime.model import CrimeRef
from harbour.identity.victims.codes import Codes, TaskOfficers
from harbour.identity.victims.model import new_code, new_token
from harbour.identity.victims.pace import EvenPace
from harbour.notification.ports import NotTaken, Unsure
from harbour.notification.render import Rendered
from tests.unit.identity.entry import DANA, REFERENCE, StoppedClock

VALUES = {"force": "Eastshire Police", "portal": "https://portal.example/portal/"}


@dataclass
class Carrier:
    """A provider."""

    name: str = "carrier"
    channels: frozenset[Channel] = frozenset({Channel.SMS, Channel.EMAIL})
    fails: Exception | None = None
    taken: list[tuple[str, Rendered, str]] = field(default_factory=list)

    def send(self, to: str, rendered: Rendered, reference: str) -> str:
        if self.fails:
            raise self.fails
        self.taken.append((to, rendered, reference))
        return "m1"

    def find(self, reference: str) -> str | None:
        return None


def codes(*carriers: Carrier) -> Codes:
    return Codes(carriers, VALUES, "eastshire")


@pytest.mark.parametrize("language", ["en", "cy", "ur"])
@pytest.mark.parametrize("channel", list(Channel))
def test_a_message_holds_the_code_and_nothing_that_says_what_for(channel: Channel, language: str) -> None:
    carrier = Carrier()
    person = replace(DANA, plan=replace(DANA.plan, language=language))
    assert codes(carrier).send(person, channel, "482913", "code-1")
    ((to, rendered, _),) = carrier.taken
    assert to == (DANA.phone if channel is Channel.SMS else DANA.email)
    assert "482913" in rendered.text
    shown = f"{rendered.subject} {rendered.text}".lower()
    for word in ("police", "crime", "victim", REFERENCE, "dana", "quill", "heddlu", "trosedd"):
        assert word not in shown


def test_another_provider_takes_over_when_one_certainly_did_not() -> None:
    second = Carrier()
    assert codes(Carrier(fails=NotTaken("unavailable", for_good=False)), second).send(DANA, Channel.SMS, "1" * 6, "r")
    assert len(second.taken) == 1


def test_a_code_that_may_have_gone_out_goes_out_no_second_time() -> None:
    second = Carrier()
    assert codes(Carrier(fails=Unsure("lost")), second).send(DANA, Channel.SMS, "1" * 6, "r")
    assert second.taken == []


def test_nobody_took_it() -> None:
    mail_only = Carrier(channels=frozenset({Channel.EMAIL}))
    refusing = Carrier(fails=NotTaken("dead_number", for_good=True))
    assert not codes(mail_only, refusing).send(DANA, Channel.SMS, "1" * 6, "r")


def test_codes_have_six_digits_and_tokens_256_bits() -> None:
    made = {new_code() for _ in range(2_000)}
    assert all(len(code) == 6 and code.isdecimal() for code in made)
    assert len(made) > 1_980
    assert any(code.startswith("0") for code in made)
    assert len({new_token() for _ in range(100)}) == 100
    assert len(new_token()) == 43


@pytest.mark.parametrize("why", ["no_channel", "not_sent", "several"])
def test_an_officer_gets_one_task_a_day(why: str) -> None:
    made: list[OutboundTask] = []
    asked: list[tuple[str, str]] = []
    clock = StoppedClock()
    officers = TaskOfficers(made.append, lambda crime, task: asked.append((crime, task)), clock)
    for hours in (0, 3, 24):
        clock.after(hours=hours)
        officers.help_to_sign_in(DANA, CrimeRef(REFERENCE), why)
    assert len({task.id for task in made}) == 2
    assert asked == [(REFERENCE, task.id) for task in made]
    body = json.loads(made[0].body)
    assert body["type"] == "harbour.task.created"
    assert made[0].source == DANA.source
    assert not any(word in made[0].body for word in (DANA.phone, DANA.email, DANA.family_name, DANA.date_of_birth))


# -- time --------------------------------------------------------------------------------------------------------------


class Stopwatch:
    """Time that passes only when somebody works or waits."""

    def __init__(self) -> None:
        self.at = 1_000.0

    def now(self) -> float:
        return self.at

    def wait(self, seconds: float) -> None:
        assert seconds >= 0
        self.at += seconds


@pytest.mark.parametrize(
    ("before", "work", "takes"), [(0, None, 2), (0.3, 0.9, 2), (0.1, 1.9, 2), (0.5, 3, 4), (0, 0, 2)]
)
def test_answers_come_after_whole_steps_of_time(before: float, work: float | None, takes: float) -> None:
    watch = Stopwatch()
    pace = EvenPace(2, watch.now, watch.wait)
    began = pace.begin()
    watch.wait(before)
    pace.finish(began, None if work is None else lambda: watch.wait(work))
    assert watch.at - 1_000 == pytest.approx(takes)


def test_work_that_fails_is_alarmed_and_answered_as_late(caplog: pytest.LogCaptureFixture) -> None:
    watch = Stopwatch()
    pace = EvenPace(2, watch.now, watch.wait)

    def work() -> None:
        raise RuntimeError("+447700900123")

    pace.finish(pace.begin(), work)
    assert watch.at == 1_002
    said = str([vars(record) for record in caplog.records])
    assert "code not sent" in said
    assert "447700" not in said
