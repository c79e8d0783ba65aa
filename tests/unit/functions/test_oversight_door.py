"""What officers see of what is sent: each type in both languages, bad data, limits, costs; and who may see which."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from docs.reference.oversight import OVERSIGHT, oversight
from harbour import casework
from harbour.contact.model import Channel
from harbour.crime.model import CrimeRef, PartyRole, PersonId, Problem
from harbour.notification.catalogue import message_types
from harbour.notification.model import Notification, NotificationId, State
from harbour.notification.statistics import DayCount, change
from harbour.oversight.model import Place
from harbour.oversight.ports import Listed, Refused, Tally
from harbour.oversight.service import COUNTED, LOOKED_AT, PAGE, OversightService
from tests.unit.conversation.world import AMELIA
from tests.unit.functions.doors import claims_of, rest

DOCUMENT = oversight()
NOW = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)
TODAY = date(2026, 11, 24)
MESSAGE = "/messages/{message}"


def waiting(ident: str, *, deadline: timedelta | None, due: timedelta = timedelta()) -> Notification:
    return Notification(
        id=NotificationId(ident),
        person=PersonId("p" * 32),
        crime=CrimeRef(f"42/{ident}/26"),
        causes=("e1",),
        type="suspect_arrested",
        type_version=1,
        channel=Channel.SMS,
        language="en",
        values={},
        state=State.CREATED,
        created_at=NOW,
        due_at=NOW + due,
        deadline_at=None if deadline is None else NOW + deadline,
    )


@dataclass
class Records:
    """What there is to see, in memory."""

    listed: list[Listed] = field(default_factory=list)
    unread: list[Refused] = field(default_factory=list)
    waits: list[Notification] = field(default_factory=list)
    counted: list[DayCount] = field(default_factory=list)

    def now(self) -> datetime:
        return NOW

    def open(self, most: int, after: Place | None) -> tuple[Sequence[Listed], Place | None]:
        places = [self._place(one) for one in self.listed]
        start = places.index(after) + 1 if after in places else 0
        page = self.listed[start : start + most]
        return page, self._place(page[-1]) if len(self.listed) > start + most else None

    def _place(self, one: Listed) -> Place:
        return Place.of(one.problem.crime, one.problem.id, int(one.since.timestamp()))

    def tally(self, most: int) -> Tally:
        checks = Counter(one.problem.check for one in self.listed[:most])
        complete = max(len(self.listed), len(self.unread)) <= most
        return Tally(checks=checks, refused=len(self.unread[:most]), complete=complete)

    def refused(self, most: int) -> Sequence[Refused]:
        return self.unread[:most]

    def mended(self, crime: CrimeRef, ident: str) -> bool:
        before = len(self.listed)
        self.listed = [one for one in self.listed if (one.problem.crime, one.problem.id) != (crime, ident)]
        return len(self.listed) < before

    def waiting(self, most: int) -> Sequence[Notification]:
        return self.waits[:most]

    def days(self, first: date, last: date) -> Sequence[DayCount]:
        return [one for one in self.counted if first <= one.day <= last]


@pytest.fixture
def records(monkeypatch: pytest.MonkeyPatch) -> Records:
    made = Records()
    service = OversightService(made, made, made, made, force="eastshire", name="Eastshire Police")
    monkeypatch.setattr(casework, "oversight", lambda: service)
    for name, value in {"HARBOUR_CASES": "c", "HARBOUR_FORCE": "eastshire"}.items():
        monkeypatch.setenv(name, value)
    return made


def call(
    method: str, path: str, body: object = None, *, expect: int = 200, group: str = "supervisor", **more: Any
) -> Any:
    """Call the door and hold its answer against the document."""
    status, answer, headers = rest("oversight", method, path, body, claims=claims_of(AMELIA, group), **more)
    assert status == expect, answer
    assert headers["Cache-Control"] == "no-store"
    response = DOCUMENT["paths"][path][method.lower()]["responses"][str(status)]
    if "content" in response:
        ((_, content),) = response["content"].items()
        Draft202012Validator(content["schema"] | {"components": DOCUMENT["components"]}).validate(answer)
    return answer


def problem(ident: str = "N88/120-phone-phone_unusable", *, check: str = "phone", blocks: bool = False) -> Listed:
    found = Problem(
        id=ident,
        crime=CrimeRef("42/104417/26"),
        source_id="P-1",
        role=PartyRole.VICTIM,
        field="phone",
        check=check,
        fix="Ask for the number again.",
        blocks=blocks,
    )
    return Listed(problem=found, since=NOW - timedelta(hours=3))


@pytest.mark.parametrize("language", ["en", "cy"])
def test_every_type_is_shown_as_it_would_be_sent(records: Records, language: str) -> None:
    types = call("GET", "/messages")["types"]
    assert {one["key"] for one in types} == set(message_types())
    for one in types:
        for enhanced in ("0", "1"):
            shown = call("GET", MESSAGE, message=one["key"], query={"language": language, "enhanced": enhanced})
            assert shown["portal"]["title"]
            assert set(one["channels"]) == {name for name in ("sms", "email") if shown.get(name)}
            assert "{{" not in str(shown)
            if "sms" in shown:
                assert 1 <= shown["sms"]["parts"] <= 2
                assert shown["sms"]["pence"] > 0
    del records


def test_a_type_or_a_language_that_does_not_exist_is_named(records: Records) -> None:
    assert call("GET", MESSAGE, expect=404, message="weather")["code"] == "no_message"
    refused = call("GET", MESSAGE, expect=400, message="suspect_arrested", query={"language": "pl"})
    assert (refused["code"], refused["field"]) == ("bad_field", "language")
    del records


def test_what_is_wrong_is_listed_with_its_crime_and_its_fix_and_counted(records: Records) -> None:
    records.listed = [problem("a1"), problem("a2", check="shared", blocks=True), problem("a3")]
    records.unread = [Refused(source="niche", crime="44/1", since=NOW, field="updateTime", detail="Missing.")]
    seen = call("GET", "/quality", group="officer")
    assert [(one["crime"], one["fix"], one["blocks"]) for one in seen["problems"]][1] == (
        "42/104417/26",
        "Ask for the number again.",
        True,
    )
    assert seen["refused"][0]["field"] == "updateTime"
    assert seen["counts"] == [
        {"check": "phone", "count": 2},
        {"check": "refused_update", "count": 1},
        {"check": "shared", "count": 1},
    ]
    assert (seen["complete"], seen["next"]) == (True, "")


def test_a_long_list_comes_in_pages_each_problem_once_and_is_counted_whole(records: Records) -> None:
    records.listed = [problem(f"a{number}") for number in range(2 * PAGE + 1)]
    records.unread = [Refused(source="niche", crime="", since=NOW, field="", detail="No object.")]
    shown: list[str] = []
    page: dict[str, Any] = {"next": ""}
    for size in (PAGE, PAGE, 1):
        page = call("GET", "/quality", query={"after": page["next"]})
        assert len(page["problems"]) == size
        assert page["counts"][0] == {"check": "phone", "count": 2 * PAGE + 1}
        assert len(page["refused"]) == (0 if shown else 1)
        assert "42" not in page["next"].split("-")
        shown += [one["id"] for one in page["problems"]]
    assert shown == [one.problem.id for one in records.listed]
    assert page["next"] == ""
    records.listed = [problem(f"a{number}") for number in range(COUNTED + 1)]
    assert call("GET", "/quality")["complete"] is False


@pytest.mark.parametrize("after", ["1", "x-0123456789abcdef", "1-0123456789ABCDEF", "1-0123456789abcdef0", "-1-0"])
def test_a_page_that_was_never_named_is_refused_by_its_field(records: Records, after: str) -> None:
    refused = call("GET", "/quality", expect=400, query={"after": after})
    assert (refused["code"], refused["field"]) == ("bad_field", "after")
    del records


def test_what_was_mended_leaves_the_list_once(records: Records) -> None:
    records.listed = [problem("a1")]
    body = {"crime": "42/104417/26", "id": "a1"}
    call("POST", "/quality/mended", body, expect=204)
    assert call("GET", "/quality")["problems"] == []
    assert call("POST", "/quality/mended", body, expect=404)["code"] == "no_problem"
    assert call("POST", "/quality/mended", {"crime": "42/104417/26"}, expect=400)["field"] == "id"


def test_what_will_be_late_is_forecast_and_what_went_in_time_is_a_percentage(records: Records) -> None:
    records.waits = [
        waiting("1", deadline=timedelta(hours=2), due=timedelta(hours=3)),
        waiting("2", deadline=timedelta(hours=20)),
        waiting("3", deadline=timedelta(days=3)),
        waiting("4", deadline=None),
    ]
    count = DayCount(day=TODAY, type="suspect_arrested", channel=Channel.SMS, provider="aws", sent=4, on_time=3, late=1)
    records.counted = [count, replace(count, day=TODAY - timedelta(days=40), on_time=0, late=9)]
    seen = call("GET", "/deadlines")
    assert [(one["crime"], one["certain"]) for one in seen["forecast"]] == [("42/1/26", True), ("42/2/26", False)]
    assert (seen["on_time"], seen["late"], seen["on_time_percent"]) == (3, 1, 75.0)
    assert seen["days"] == [{"day": "2026-11-24", "sent": 4, "failed": 0, "on_time": 3, "late": 1}]
    assert seen["complete"] is True


def test_what_waits_after_its_time_is_late_before_it_is_sent(records: Records) -> None:
    records.waits = [waiting("1", deadline=timedelta(0)), waiting("2", deadline=timedelta(hours=1))]
    count = DayCount(day=TODAY, type="suspect_arrested", channel=Channel.SMS, provider="aws", sent=1, on_time=1)
    records.counted = [count]
    seen = call("GET", "/deadlines")
    assert [(one["crime"], one["late"]) for one in seen["forecast"]] == [("42/1/26", True), ("42/2/26", False)]
    assert (seen["on_time"], seen["late"], seen["on_time_percent"]) == (1, 1, 50.0)


def test_a_message_about_several_crimes_is_forecast_for_each(records: Records) -> None:
    records.waits = [replace(waiting("1", deadline=timedelta(hours=1)), also=(CrimeRef("42/9/26"),))]
    assert [one["crime"] for one in call("GET", "/deadlines")["forecast"]] == ["42/1/26", "42/9/26"]


def test_it_is_said_when_not_all_that_waits_was_looked_at(records: Records) -> None:
    records.waits = [waiting(str(number), deadline=None) for number in range(LOOKED_AT)]
    assert call("GET", "/deadlines")["complete"] is False


def test_without_anything_due_there_is_no_percentage(records: Records) -> None:
    assert call("GET", "/deadlines") == {
        "forecast": [],
        "complete": True,
        "on_time": 0,
        "late": 0,
        "on_time_percent": None,
        "days": [],
    }
    del records


def test_a_month_is_summed_up_by_type_and_costs_what_was_sent(records: Records) -> None:
    text = DayCount(day=TODAY, type="suspect_arrested", channel=Channel.SMS, provider="notify", sent=2, parts=3)
    mail = DayCount(day=TODAY, type="crime_recorded", channel=Channel.EMAIL, provider="notify", sent=5)
    records.counted = [text, replace(text, day=date(2026, 11, 1)), mail, replace(text, day=date(2026, 12, 1))]
    seen = call("GET", "/costs", query={"month": "2026-11"}, group="analyst")
    assert seen["messages"] == 9
    assert seen["pence"] == pytest.approx(6 * 2.4)
    assert [(one["type"], one["sent"], one["parts"]) for one in seen["lines"]] == [
        ("suspect_arrested", 4, 6),
        ("crime_recorded", 5, 0),
    ]


@pytest.mark.parametrize("month", ["", "2026", "2026-13", "November"])
def test_a_month_that_is_none_is_refused_by_its_field(records: Records, month: str) -> None:
    assert call("GET", "/costs", expect=400, query={"month": month})["field"] == "month"
    del records


@pytest.mark.parametrize(
    ("group", "allowed"),
    [
        ("officer", {"/messages", MESSAGE, "/quality", "/quality/mended"}),
        ("supervisor", {path for _, path in OVERSIGHT}),
        ("analyst", {"/messages", MESSAGE, "/deadlines", "/costs"}),
        ("advocate", set()),
        ("admin", set()),
    ],
)
def test_a_role_sees_what_it_may_and_nothing_else(records: Records, group: str, allowed: set[str]) -> None:
    records.listed = [problem("a1")]
    for method, path in OVERSIGHT:
        body = {"crime": "42/104417/26", "id": "a1"} if method == "POST" else None
        more: dict[str, Any] = {"message": "suspect_arrested"} if path == MESSAGE else {}
        query = {"month": "2026-11"} if path == "/costs" else None
        expect = (204 if method == "POST" else 200) if path in allowed else 403
        call(method, path, body, expect=expect, group=group, query=query, **more)


def test_another_forces_officer_sees_nothing(records: Records) -> None:
    status, answer, _ = rest("oversight", "GET", "/quality", claims=claims_of(AMELIA, "supervisor", "westshire"))
    assert (status, answer["code"]) == (403, "forbidden")
    del records


def test_a_message_is_counted_when_it_goes_and_when_it_ends_and_never_twice() -> None:
    made = waiting("1", deadline=timedelta(hours=2))
    sent = replace(made, state=State.SENT, sent_at=NOW, parts=2, provider="aws")
    assert change(made, replace(made, state=State.SENDING)) is None
    assert change(made, sent) == (NOW, {"sent": 1, "parts": 2, "on_time": 1})
    assert change(sent, replace(sent, state=State.DELIVERED)) == (NOW, {"delivered": 1})
    assert change(sent, replace(sent, state=State.FAILED)) == (NOW, {"failed": 1})
    done = replace(sent, state=State.DELIVERED)
    assert change(done, done) is None
    late = replace(sent, sent_at=NOW + timedelta(hours=2))
    assert change(made, late) == (late.sent_at, {"sent": 1, "parts": 2, "late": 1})
    mail = replace(sent, channel=Channel.EMAIL, parts=0, deadline_at=None)
    assert change(made, mail) == (NOW, {"sent": 1})
