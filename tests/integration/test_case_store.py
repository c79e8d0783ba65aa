"""Crimes, inbox, tasks and the index of what is due: one contract for the table (moto tells the truth of conditions,
transactions and queries) and for the store in memory, on which the crash models run.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import pytest
from botocore.exceptions import ClientError

from harbour.aws import cases
from harbour.aws.crimes import CrimeTable, appointment_item, state_of
from harbour.aws.due import DueTable
from harbour.aws.inbox import InboxTable
from harbour.aws.notifications import NotificationTable
from harbour.aws.people import PeopleTable
from harbour.aws.tasks import TaskTable
from harbour.contact.model import Person
from harbour.crime.deadlines import DeadlineService
from harbour.crime.delivery import LinkService
from harbour.crime.link import OutboundTask, Progress, Reason, TaskWanted, task, victims_message
from harbour.crime.model import Appointment, CrimeRef, Effect, Entry, EventId, Message, PersonId
from harbour.crime.ports import Answer, Change, Raced
from harbour.crime.progress import apply
from harbour.crime.service import UpdateRules, UpdateService
from harbour.identity.victims.model import proof_key
from harbour.notification.model import Notification, State
from harbour.runtime.errors import Conflict, NotFound, Unavailable
from harbour.webhook.model import Key
from tests.unit.crime.casebook import (
    AMINA,
    BEN,
    CRIME,
    FORCE,
    MONDAY,
    Casebook,
    MemoryInvitations,
    MemoryLinkQueue,
    MemoryNotifyQueue,
    suspect,
    update,
    victim,
)
from tests.unit.crime.test_progress import event as plain_event
from tests.unit.notification.post_office import message as a_message


@pytest.fixture(autouse=True)
def metrics(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POWERTOOLS_METRICS_NAMESPACE", "Harbour")
    monkeypatch.setenv("POWERTOOLS_SERVICE_NAME", "test")


class Clock:
    def now(self) -> datetime:
        return MONDAY


class OnTable:
    """The tables behind the same calls as the store in memory."""

    def __init__(self, client: Any) -> None:
        inbox, crimes = InboxTable(client, "cases"), CrimeTable(client, "cases", Clock())
        people, sent = PeopleTable(client, "cases"), NotificationTable(client, "cases", Clock())
        tasks, due = TaskTable(client, "cases"), DueTable(client, "cases", inbox, sent)
        self.client = client
        self.put, self.waiting, self.waits, self.postpone = inbox.put, inbox.waiting, due.waits, due.postpone
        self.state, self.timeline, self.commit = crimes.state, crimes.timeline, crimes.commit
        self.known_tasks, self.messages, self.appointments = crimes.known_tasks, crimes.messages, crimes.appointments
        self.open_problems = crimes.open_problems
        self.tell, self.reached = crimes.tell, crimes.reached
        self.person, self.recent, self.message = people.person, sent.recent, due.message
        self.create, self.get, self.replace_task = tasks.create, tasks.get, tasks.put
        self.due = due.due

    def has(self, pk: str) -> bool:
        return bool(
            self.client.query(
                TableName="cases",
                KeyConditionExpression="pk = :pk",
                ExpressionAttributeValues={":pk": {"S": pk}},
            )["Items"]
        )


Store = Any
"""An :class:`OnTable` or a :class:`~tests.unit.crime.casebook.MemoryCases`."""


@pytest.fixture(params=["table", "fake"])
def store(request: pytest.FixtureRequest) -> Store:
    if request.param == "fake":
        return Casebook().store
    return OnTable(request.getfixturevalue("dynamodb_cases"))


def service(store: Store) -> UpdateService:
    return UpdateService(
        waiting=store,
        crimes=store,
        people=store,
        sent=store,
        notify=MemoryNotifyQueue(lambda _: None),
        links=MemoryLinkQueue(lambda _: None),
        invitations=MemoryInvitations(lambda _: None),
        clock=Clock(),
        rules=UpdateRules(force=FORCE, name="Eastshire Police"),
    )


def accepted(store: Store, ident: str, kind: str = "suspect_arrested", minutes: float = 0, **more: Any) -> Change:
    """An update in the inbox, and the smallest change that does it."""
    event = update(ident, kind, minutes, **more)
    assert store.put(event, MONDAY)
    before = store.state(CRIME)
    step = apply(before, event, store.timeline(CRIME))
    return Change(
        source="athena",
        event=event.id,
        state_before=before,
        state=replace(step.state, version=step.state.version + 1),
        entry=Entry(event=event, effect=step.effect, received_at=MONDAY),
        changed=step.changed,
    )


def a_task(key: str = "1", source: str = "athena") -> OutboundTask:
    wanted = TaskWanted(reason=Reason.QUALITY, key=key, title="T", detail="Größe ≠ 5'")
    return task(CRIME, source, wanted, MONDAY)


def a_person(**more: Any) -> Person:
    values: dict[str, Any] = {"given_name": "Amina", "date_of_birth": "1990-04-12", "as_of": {"contact": MONDAY}} | more
    return Person(id=AMINA, source="athena", source_id="P1", **values)


# -- inbox ---------------------------------------------------------------------------------------------------------


def test_bad_data_is_listed_until_an_update_mends_it(store: Store) -> None:
    for ident, phone in (("a", "12345"), ("b", "12345"), ("c", "07700 900123")):
        event = update(ident, minutes=ord(ident), parties=[victim(phone=phone)])
        store.put(event, MONDAY)
        service(store).handle(event.source, event.id)
        wrong = {problem.field for problem in store.open_problems(CRIME)}
        assert wrong == (set() if ident == "c" else {"phone"})


def test_what_somebody_else_took_off_the_list_meanwhile_is_read_again(store: Store) -> None:
    for ident, phone in (("a", "12345"), ("b", "07700 900123")):
        event = update(ident, minutes=ord(ident), parties=[victim(phone=phone)])
        store.put(event, MONDAY)
        if ident == "a":
            service(store).handle(event.source, event.id)
    (problem,) = store.open_problems(CRIME)
    known = iter([[problem], []])
    store.open_problems = lambda _: next(known)
    if isinstance(store, OnTable):
        store.client.update_item(**cases.unlist_problem("cases", CRIME, problem.id)["Update"])
    else:
        store.problems.clear()
    assert service(store).handle(event.source, event.id) is Effect.APPLIED
    assert list(known) == []


def test_an_update_is_accepted_once_and_read_back_to_the_letter(store: Store) -> None:
    event = update(
        "msg_1#x", "officer_message", 3.5, parties=[victim(), suspect()], text="Größe\n😀", corrects="e0", version=7
    )
    event = replace(event, unknown={"Extra": {"a": [1, None]}})
    assert store.put(event, MONDAY)
    assert not store.put(replace(event, version=8), MONDAY)
    assert store.waiting("athena", event.id) == event
    assert store.waiting("niche", event.id) is None


def test_an_update_waits_until_it_is_done_and_never_again(store: Store) -> None:
    change = accepted(store, "a")
    assert store.waits("athena", EventId("a")).crime == CRIME
    assert store.waits("athena", EventId("a")).since == MONDAY
    store.commit(change)
    assert store.waiting("athena", EventId("a")) is None
    assert store.waits("athena", EventId("a")) is None
    assert not store.put(change.entry.event, MONDAY), "it is the replay store, too"
    store.postpone("athena", EventId("a"), MONDAY)
    assert listed(store, "inbox", hours=48) == []


def test_what_waits_is_listed_when_its_time_has_come_longest_first(store: Store) -> None:
    for number in range(3):
        store.put(update(f"e{number}"), MONDAY + timedelta(seconds=number))
    assert listed(store, "inbox") == []
    assert listed(store, "inbox", seconds=61) == ["inbox#athena#e0", "inbox#athena#e1"]
    store.postpone("athena", EventId("e0"), MONDAY + timedelta(hours=1))
    assert listed(store, "inbox", hours=2) == ["inbox#athena#e1", "inbox#athena#e2", "inbox#athena#e0"]
    assert listed(store, "inbox", hours=2, most=2) == ["inbox#athena#e1", "inbox#athena#e2"]


def listed(store: Store, name: str, *, most: int = 100, **after: float) -> list[str]:
    return [one.pk for one in store.due(name, MONDAY + timedelta(**after), most)]


# -- a change ------------------------------------------------------------------------------------------------------


def test_every_field_of_a_crime_survives(store: Store) -> None:
    change = accepted(store, "a", "charged", parties=[suspect(phone="07700 900555")])
    state = replace(change.state, area="E1", revised=True, victims=(AMINA, BEN), closed=True)
    store.commit(replace(change, state=state))
    assert store.state(CRIME) == state


def test_all_of_a_change_is_stored_together(store: Store) -> None:
    change = accepted(store, "a")
    message, person = replace(a_message(), person=AMINA), a_person()
    store.commit(replace(change, people=((None, person),), messages=((None, message),), tasks=(a_task(),)))
    assert store.timeline(CRIME) == [change.entry]
    assert store.person(AMINA) == replace(person, version=1)
    assert store.recent(AMINA) == [message]
    assert store.get(CRIME, a_task().id) == a_task()
    assert store.known_tasks(CRIME, [a_task().id, "0" * 32]) == {a_task().id}


@pytest.mark.parametrize("what", ["inbox", "state", "person", "new person", "message", "new message", "task"])
def test_nothing_of_a_change_is_stored_when_one_part_was_changed_by_somebody_else(store: Store, what: str) -> None:
    message, person = replace(a_message(), person=AMINA), a_person()
    first = accepted(store, "first")
    store.commit(replace(first, people=((None, person),), messages=((None, message),), tasks=(a_task(),)))
    person = replace(person, version=1)
    change = accepted(store, "b", "safety_plan_made", 5)
    before = store.state(CRIME)
    match what:
        case "inbox":
            store.commit(change)
            before = store.state(CRIME)
            change = replace(change, state_before=before, state=replace(change.state, version=3))
        case "state":
            change = replace(change, state_before=replace(first.state, version=0))
        case "person":
            change = replace(change, people=((replace(person, version=0), person),))
        case "new person":
            change = replace(change, people=((None, person),))
        case "message":
            stale = replace(message, attempt=3)
            change = replace(change, messages=((stale, replace(message, state=State.CANCELLED)),))
        case "new message":
            change = replace(change, messages=((None, message),))
        case "task":
            change = replace(change, tasks=(a_task("2"), a_task()))
    timeline = store.timeline(CRIME)
    with pytest.raises(Raced):
        store.commit(replace(change, answer=Message(id="x", at=MONDAY, by="officer", text="T")))
    assert store.state(CRIME) == before
    assert store.timeline(CRIME) == timeline
    assert store.messages(CRIME) == []
    assert store.get(CRIME, a_task("2").id) is None
    assert store.person(AMINA) == person
    assert store.recent(AMINA) == [message]


def test_a_crime_is_begun_once(store: Store) -> None:
    one, other = accepted(store, "a"), accepted(store, "b")
    store.commit(one)
    with pytest.raises(Raced):
        store.commit(other)


def test_an_entry_that_is_something_else_now_is_replaced_where_it_is(store: Store) -> None:
    store.commit(accepted(store, "charged", "charged", 5))
    store.commit(accepted(store, "w", "withdrawn", 9, withdraws="charged"))
    assert [(one.event.id, one.effect) for one in store.timeline(CRIME)] == [
        ("charged", Effect.WITHDRAWN),
        ("w", Effect.WITHDRAWN),
    ]
    assert store.state(CRIME).tracks == {}


def test_events_of_one_instant_do_not_hide_each_other(store: Store) -> None:
    store.commit(accepted(store, "a"))
    store.commit(accepted(store, "b", "safety_plan_made"))
    assert [one.event.id for one in store.timeline(CRIME)] == ["a", "b"]


# -- messages both ways --------------------------------------------------------------------------------------------


def test_a_message_goes_from_sent_to_reached_to_answered_and_never_back(store: Store) -> None:
    message, made = a_question("q1", 1)
    assert store.tell(CRIME, message, made) == message
    assert store.tell(CRIME, replace(message, text="other"), made) == message
    store.reached(CRIME, "q1")
    assert [one.state for one in store.messages(CRIME)] == ["reached"]
    change = accepted(store, "m", "officer_message", 9, text="Yes")
    store.commit(replace(change, answer=an_answer("m", 9)))
    store.reached(CRIME, "q1")
    assert [(one.id, one.state) for one in store.messages(CRIME)] == [("q1", "answered"), ("m", "")]


def test_an_answer_answers_what_it_names_and_what_that_person_wrote_before(store: Store) -> None:
    for ident, minute, person in (("q1", 1, AMINA), ("q2", 2, AMINA), ("b1", 2, BEN), ("q3", 3, AMINA)):
        store.tell(CRIME, *a_question(ident, minute, person))
    change = accepted(store, "m", "officer_message", 9)
    store.commit(replace(change, answer=an_answer("m", 9), answers="q2"))
    states = {one.id: one.state for one in store.messages(CRIME)}
    assert states == {"q1": "answered", "q2": "answered", "b1": "sent", "q3": "sent", "m": ""}


def test_an_answer_that_names_nothing_answers_what_was_written_before_it(store: Store) -> None:
    for ident, minute in (("q1", 1), ("q2", 20)):
        store.tell(CRIME, *a_question(ident, minute))
    store.commit(replace(accepted(store, "m", "officer_message", 9), answer=an_answer("m", 9)))
    assert {one.id: one.state for one in store.messages(CRIME)} == {"q1": "answered", "q2": "sent", "m": ""}


def test_what_an_officer_took_back_is_gone(store: Store) -> None:
    answer = an_answer("m", 9)
    store.commit(replace(accepted(store, "m", "officer_message", 9), answer=answer))
    store.commit(replace(accepted(store, "w", "withdrawn", 10, withdraws="m"), unsaid=(answer,)))
    assert store.messages(CRIME) == []


def a_question(ident: str, minute: int, person: PersonId = AMINA) -> tuple[Message, OutboundTask]:
    at = MONDAY + timedelta(minutes=minute)
    return (
        Message(id=ident, at=at, by="victim", text="When?", person=person, state="sent"),
        victims_message(CRIME, "athena", ident, "When?", "P1", at + timedelta(days=10), at),
    )


def an_answer(ident: str, minute: int) -> Message:
    return Message(id=ident, at=MONDAY + timedelta(minutes=minute), by="officer", text="Yes")


def test_a_wish_for_another_time_does_not_bring_back_what_was_cancelled_meanwhile(dynamodb_cases: Any) -> None:
    crimes = CrimeTable(dynamodb_cases, "cases", Clock())
    at = MONDAY + timedelta(days=3)
    booked = Appointment(id="A1", at=at, what="Statement", where="Northgate", state="booked")
    put = partial(dynamodb_cases.put_item, TableName="cases")
    put(Item=appointment_item(CRIME, booked))
    asked = crimes.request_change(CRIME, "A1", "work", "evening", a_task())
    assert (
        crimes.appointments(CRIME)
        == [asked]
        == [replace(booked, state="change_requested", reason="work", wishes="evening")]
    )

    class Overtaken:
        """An officer cancels between the portal's reading and its writing."""

        def __getattr__(self, name: str) -> Any:
            return getattr(dynamodb_cases, name)

        def transact_write_items(self, **request: Any) -> Any:
            put(Item=appointment_item(CRIME, replace(booked, state="cancelled")))
            return dynamodb_cases.transact_write_items(**request)

    with pytest.raises(Conflict, match="same time"):
        CrimeTable(Overtaken(), "cases", Clock()).request_change(CRIME, "A1", "x", "y", a_task("2"))  # type: ignore[arg-type]
    assert [one.state for one in crimes.appointments(CRIME)] == ["cancelled"]
    assert TaskTable(dynamodb_cases, "cases").get(CRIME, a_task("2").id) is None
    with pytest.raises(Conflict):
        crimes.request_change(CRIME, "A1", "x", "y", a_task("2"))
    with pytest.raises(NotFound):
        crimes.request_change(CRIME, "A2", "x", "y", a_task("2"))


@pytest.mark.parametrize(
    ("reason", "expected"), [("TransactionConflict", Unavailable), ("ThrottlingError", ClientError)]
)
def test_a_message_that_could_not_be_stored_is_not_said_to_be(
    dynamodb_cases: Any, reason: str, expected: type[Exception]
) -> None:
    crimes = CrimeTable(Busy(dynamodb_cases, "TransactionCanceledException", reason), "cases", Clock())  # type: ignore[arg-type]
    with pytest.raises(expected):
        crimes.tell(CRIME, *a_question("q1", 1))
    assert crimes.messages(CRIME) == []


# -- tasks ---------------------------------------------------------------------------------------------------------


def test_a_task_is_made_once(store: Store) -> None:
    made = a_task()
    store.create(made)
    store.create(replace(made, body="{}"))
    assert store.get(CRIME, made.id) == made


def test_a_task_without_a_source_goes_to_the_crimes_own(store: Store) -> None:
    store.create(a_task(source=""))
    assert store.get(CRIME, a_task().id).source == ""
    store.commit(accepted(store, "a"))
    assert store.get(CRIME, a_task().id).source == "athena"


def test_of_two_who_tried_the_first_to_write_wins(store: Store) -> None:
    made = a_task()
    store.create(made)
    delivered = replace(made, progress=Progress.DELIVERED, next_at=None)
    assert store.replace_task(made, delivered)
    assert not store.replace_task(made, replace(made, failures=1, next_at=MONDAY + timedelta(minutes=5)))
    assert store.get(CRIME, made.id) == delivered


def test_a_task_is_listed_while_it_waits_and_at_its_time(store: Store) -> None:
    made = a_task()
    store.create(made)
    assert listed(store, "link", seconds=59) == []
    assert listed(store, "link", seconds=60) == [f"crime#{CRIME}"]
    later = replace(made, failures=1, next_at=MONDAY + timedelta(minutes=5))
    assert store.replace_task(made, later)
    assert listed(store, "link", minutes=4) == []
    assert listed(store, "link", minutes=5) == [f"crime#{CRIME}"]
    assert store.replace_task(later, replace(later, progress=Progress.DEAD, next_at=None))
    assert listed(store, "link", days=9) == []


def test_a_dead_task_is_sent_again_as_the_runbook_says(dynamodb_cases: Any) -> None:
    table, made = OnTable(dynamodb_cases), a_task()
    table.create(made)
    assert table.replace_task(made, replace(made, progress=Progress.DEAD, failures=8, next_at=None))
    dynamodb_cases.update_item(
        TableName="cases",
        Key={"pk": {"S": f"crime#{CRIME}"}, "sk": {"S": f"T#{made.id}"}},
        UpdateExpression="SET progress = :p, failures = :f, due = :d, due_at = :a",
        ExpressionAttributeValues={
            ":p": {"S": "waiting"},
            ":f": {"N": "0"},
            ":d": {"S": "link"},
            ":a": {"N": str(int(MONDAY.timestamp()))},
        },
    )
    assert listed(table, "link") == [f"crime#{CRIME}"]
    posted: list[str] = []

    def post(url: str, body: bytes, headers: Mapping[str, str]) -> Answer:
        posted.append(headers["webhook-id"])
        assert (url, body.decode()) == ("https://crimes.example/", made.body)
        return Answer(status=200)

    key = Key(id="k", secret="whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    endpoints = {"athena": "https://crimes.example/"}
    crimes, tasks = CrimeTable(dynamodb_cases, "cases", Clock()), TaskTable(dynamodb_cases, "cases")
    link = LinkService(tasks, lambda _: key, post, crimes.reached, endpoints, Clock())
    assert link.deliver(CRIME, made.id) is Progress.DELIVERED
    assert posted == [made.id]
    assert listed(table, "link", days=9) == []


# -- the service on both -------------------------------------------------------------------------------------------

STORY = [
    update("a", "crime_recorded", -60, parties=[victim()]),
    update("b", "appointment_made", -50, appointment_id="A1", appointment_at="2026-12-01T10:00:00Z", what="S"),
    update("c", "charged", -20, parties=[victim(family_name="test"), suspect(phone="07700 900123")]),
    update("d", "suspect_arrested", -40),
    update("e", "released_without_charge", -10),
    update("f", "withdrawn", -5, withdraws="c"),
    update("g", "officer_message", -4, text="Please call me."),
    update("h", "appointment_cancelled", -3, appointment_id="A1"),
    update("i", "crime_recorded", -60, version=2, corrects="a", parties=[victim(phone="07700 900555")]),
    update("j", "safety_plan_made", -2, parties=[victim("P2", given_name="Ben", phone="", contact="safe_email")]),
]


def test_a_whole_story_ends_the_same_on_the_table_as_in_memory(dynamodb_cases: Any) -> None:
    """What the crash models find in memory is true of the table."""
    table, memory = OnTable(dynamodb_cases), Casebook().store
    for event in STORY:
        effects = []
        for one in (table, memory):
            one.put(event, MONDAY)
            effects.append(service(one).handle("athena", event.id))
        assert effects[0] == effects[1]
    assert table.state(CRIME) == memory.state(CRIME)
    assert table.timeline(CRIME) == memory.timeline(CRIME)
    assert table.appointments(CRIME) == memory.appointments(CRIME)
    assert table.messages(CRIME) == memory.messages(CRIME)
    for person in (AMINA, BEN):
        assert table.person(person) == memory.person(person)
        assert by_id(table.recent(person)) == by_id(memory.recent(person))
    assert len(memory.tasks) >= 3
    for crime, ident in memory.tasks:
        assert table.get(crime, ident) == memory.get(crime, ident)
    for name in ("inbox", "notify", "link"):
        assert sorted(listed(table, name, days=9)) == sorted(listed(memory, name, days=9))


def by_id(messages: Any) -> dict[str, Notification]:
    return {one.id: one for one in messages}


# -- what only the table has ---------------------------------------------------------------------------------------


def test_a_wrong_date_of_birth_opens_nothing_any_more(dynamodb_cases: Any) -> None:
    table = OnTable(dynamodb_cases)
    for number, born in enumerate(("1900-01-01", "1990-04-12")):
        event = update(f"e{number}", "crime_recorded", number, parties=[victim(date_of_birth=born)])
        table.put(event, MONDAY)
        service(table).handle("athena", event.id)
    assert table.has(f"lookup#{proof_key(CRIME, '1990-04-12')}")
    assert not table.has(f"lookup#{proof_key(CRIME, '1900-01-01')}")


def test_who_was_named_by_mistake_finds_no_way_into_the_crime(dynamodb_cases: Any) -> None:
    table = OnTable(dynamodb_cases)
    wrong = update("b", minutes=1, parties=[victim("P2", given_name="Ben", date_of_birth="1985-01-02")])
    for event in (update("a", "crime_recorded", parties=[victim()]), wrong):
        table.put(event, MONDAY)
        service(table).handle("athena", event.id)
    assert crimes_of(table, BEN) == [CRIME]
    assert table.has(f"lookup#{proof_key(CRIME, '1985-01-02')}")
    table.put(update("w", "withdrawn", 2, withdraws="b"), MONDAY)
    service(table).handle("athena", EventId("w"))
    assert crimes_of(table, BEN) == []
    assert not table.has(f"lookup#{proof_key(CRIME, '1985-01-02')}")
    assert crimes_of(table, AMINA) == [CRIME]


def crimes_of(table: OnTable, person: PersonId) -> list[CrimeRef]:
    found = table.person(person)
    return [link.crime for link in found.links] if found else []


def test_the_words_of_an_update_do_not_stay_in_the_inbox(dynamodb_cases: Any) -> None:
    table = OnTable(dynamodb_cases)
    table.commit(accepted(table, "a", "officer_message", text="secret"))
    item = dynamodb_cases.get_item(TableName="cases", Key={"pk": {"S": "inbox#athena#a"}, "sk": {"S": "S#"}})["Item"]
    assert "body" not in item
    assert int(item["expires"]["N"]) == int((MONDAY + timedelta(days=30)).timestamp())


def test_a_state_from_before_corrections_were_kept_is_worked_out_anew(dynamodb_cases: Any) -> None:
    table = OnTable(dynamodb_cases)
    table.commit(accepted(table, "a"))
    item = dynamodb_cases.get_item(TableName="cases", Key={"pk": {"S": f"crime#{CRIME}"}, "sk": {"S": "S#"}})["Item"]
    old = item | {"body": {"S": item["body"]["S"].replace('"revised": false, ', "")}}
    assert old != item
    assert state_of(old).revised


class Busy:
    """A client whose transactions are refused for one reason."""

    def __init__(self, client: Any, code: str, *reasons: str) -> None:
        self._client = client
        self._error = ClientError(
            {"Error": {"Code": code}, "CancellationReasons": [{"Code": one} for one in reasons]},
            "TransactWriteItems",
        )

    def __getattr__(self, name: str) -> Any:
        return getattr(self._client, name)

    def transact_write_items(self, **_: Any) -> None:
        raise self._error


@pytest.mark.parametrize(
    ("code", "reasons", "raced"),
    [
        ("TransactionCanceledException", ["None", "ConditionalCheckFailed"], True),
        ("TransactionCanceledException", ["TransactionConflict", "None"], True),
        ("TransactionConflictException", [], True),
        ("TransactionCanceledException", ["None", "ThrottlingError"], False),
        ("TransactionCanceledException", ["ProvisionedThroughputExceeded"], False),
        ("ThrottlingException", [], False),
        ("TransactionInProgressException", [], False),
        ("InternalServerError", [], False),
    ],
)
def test_a_table_that_has_no_room_is_no_race(
    dynamodb_cases: Any, code: str, reasons: list[str], *, raced: bool
) -> None:
    """A race is read again at once; no room goes back to the queue, which waits."""
    change = accepted(OnTable(dynamodb_cases), "a")
    table = CrimeTable(Busy(dynamodb_cases, code, *reasons), "cases", Clock())  # type: ignore[arg-type]
    with pytest.raises(Raced if raced else ClientError):
        table.commit(change)


def test_the_sweep_reads_page_after_page_and_no_more_than_it_may(dynamodb_cases: Any) -> None:
    table, asked = OnTable(dynamodb_cases), []
    for number in range(620):
        table.put(update(f"e{number:04}"), MONDAY)

    class Fifo:
        def ask_again(self, source: str, ident: EventId, crime: CrimeRef, once: str) -> None:
            asked.append(ident)

    class Later:
        def now(self) -> datetime:
            return MONDAY + timedelta(minutes=2)

    quiet = MemoryNotifyQueue(lambda _: None), MemoryLinkQueue(lambda _: None)
    found = DeadlineService(table, table, Fifo(), *quiet, table, Later()).run()
    assert found["inbox"] == 620
    assert len(set(asked)) == 620
    assert len(list(table.due("inbox", MONDAY + timedelta(days=1), 510))) == 510


def test_an_event_survives_the_inbox_whatever_it_holds(store: Store) -> None:
    event = plain_event("a", "crime_recorded", suspects=("S1",), officer="4417", area="E1", note="\u0000\u202e")
    store.put(event, MONDAY)
    assert store.waiting("athena", event.id) == event
