"""What goes back to crime systems: signed, tried again, in one's own words the same each time, never lost unseen."""

from __future__ import annotations

import base64
import contextlib
import hmac
import itertools
import json
import logging
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from harbour.crime.delivery import LONGEST_RETRY_AFTER, REFUSED, LinkService
from harbour.crime.link import BACK_OFF, OutboundTask, Progress, Reason, TaskWanted, next_try, task, victims_message
from harbour.crime.model import CrimeRef, Message
from harbour.crime.ports import Answer
from harbour.webhook.model import Key, sign, verify
from tests.unit.conversation.world import Crash
from tests.unit.crime.casebook import AMINA, CRIME, MONDAY, Casebook

SECRET = "whsec_" + base64.b64encode(b"0123456789abcdef0123456789abcdef").decode()
ENDPOINT = "https://crimes.eastshire.example/harbour"


def signed_by_the_book(headers: Mapping[str, str], body: bytes) -> bool:
    """As the specification tells a receiver to check, in its own words and with nothing of ours."""
    key = base64.b64decode(SECRET.removeprefix("whsec_"))
    content = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    expected = base64.b64encode(hmac.digest(key, content, "sha256")).decode()
    return any(one == f"v1,{expected}" for one in headers["webhook-signature"].split(" "))


class CrimeSystem:
    """The other side: takes what is signed, each ``webhook-id`` once, and answers as it is told."""

    def __init__(self, book: Casebook) -> None:
        self._book = book
        self.answers: Callable[[], Answer] = lambda: Answer(status=200)
        self.requests: list[tuple[datetime, str, dict[str, str], bytes]] = []
        self.taken: dict[str, dict[str, object]] = {}

    def __call__(self, url: str, body: bytes, headers: Mapping[str, str]) -> Answer:
        self._book.step("post")
        self.requests.append((self._book.now(), url, dict(headers), body))
        answer = self.answers()
        if 200 <= answer.status < 300:
            assert signed_by_the_book(headers, body)
            self.taken.setdefault(headers["webhook-id"], json.loads(body))
        self._book.step("post done")
        return answer


class Tasks:
    """A casebook's tasks, as the link wants them."""

    def __init__(self, book: Casebook) -> None:
        self.get = book.store.get
        self.put = book.store.replace_task


class Line:
    """Everything together."""

    def __init__(self, key: Key | None = None, endpoints: Mapping[str, str] | None = None) -> None:
        self.book = Casebook()
        self.system = CrimeSystem(self.book)
        self.key: Key | None = key or Key(id="k1", secret=SECRET)
        self.endpoints = {"athena": ENDPOINT} if endpoints is None else endpoints
        self.link = LinkService(
            Tasks(self.book),
            lambda _source: self.key,
            self.system,
            self.book.store.reached,
            self.endpoints,
            self.book,
        )

    def a_task(self, key: str = "1") -> OutboundTask:
        made = task(CRIME, "athena", TaskWanted(reason=Reason.QUALITY, key=key, title="T", detail="D"), self.book.now())
        self.book.store.create(made)
        return made

    def a_message(self, ident: str = "q1") -> OutboundTask:
        made = victims_message(
            CRIME, "athena", ident, "When is it?", "P1", self.book.now() + timedelta(days=10), self.book.now()
        )
        message = Message(id=ident, at=self.book.now(), by="victim", text="When is it?", person=AMINA, state="sent")
        self.book.store.tell(CRIME, message, made)
        return made

    def deliver(self, made: OutboundTask) -> Progress | None:
        return self.link.deliver(made.crime, made.id)

    def now(self, made: OutboundTask) -> OutboundTask:
        return self.book.store.tasks[(made.crime, made.id)]

    def run(self, hours: float) -> None:
        """The sweep every minute, and a worker for each that it asks for."""
        for _ in range(int(hours * 60)):
            self.book.wait(minutes=1)
            self.book.deadlines.run()
            while self.book.link.asked:
                self.link.deliver(*self.book.link.asked.pop(0))


@pytest.fixture
def line() -> Line:
    return Line()


def test_the_signature_is_that_of_the_published_example() -> None:
    """Of the reference libraries of Standard Webhooks."""
    body = b'{"test": 2432232314}'
    given = sign("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, body)
    assert given == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_what_is_sent_is_signed_as_anybody_can_check(line: Line) -> None:
    made = line.a_task()
    assert line.deliver(made) is Progress.DELIVERED
    ((at, url, headers, body),) = line.system.requests
    assert url == ENDPOINT
    assert headers["webhook-id"] == made.id
    assert headers["webhook-timestamp"] == str(int(at.timestamp()))
    assert headers["content-type"] == "application/json"
    assert signed_by_the_book(headers, body)
    assert not signed_by_the_book(headers, body + b" ")
    assert body.decode() == made.body


def test_a_receiver_that_uses_the_published_library_accepts_it(line: Line) -> None:
    line.book.time = datetime.now(UTC)  # the library looks at the machine's clock
    made = line.a_message()
    line.deliver(made)
    ((_, _, headers, body),) = line.system.requests
    assert Webhook(SECRET).verify(body, headers) == json.loads(made.body)
    with pytest.raises(WebhookVerificationError):
        Webhook(SECRET).verify(body.replace(b"When", b"When "), headers)


def test_it_is_signed_by_a_private_key_where_the_crime_system_wants_that() -> None:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    private = Ed25519PrivateKey.from_private_bytes(b"s" * 32)
    line = Line(Key(id="k", secret="whsk_" + base64.b64encode(b"s" * 32).decode()))
    line.system.answers = lambda: Answer(status=500)
    made = line.a_task()
    line.deliver(made)
    ((_, _, headers, body),) = line.system.requests
    public = Key(id="k", secret="whpk_" + base64.b64encode(private.public_key().public_bytes_raw()).decode())
    assert verify(headers, body, [public], line.book.now()).id == made.id


def test_a_message_that_arrived_has_reached_the_officer(line: Line) -> None:
    made = line.a_message()
    line.deliver(made)
    assert [one.state for one in line.book.store.messages(CRIME)] == ["reached"]


def test_what_was_delivered_is_not_sent_again(line: Line) -> None:
    made = line.a_task()
    for _ in range(3):
        assert line.deliver(made) is Progress.DELIVERED
    assert len(line.system.requests) == 1


def test_what_does_not_exist_is_not_sent(line: Line) -> None:
    assert line.link.deliver(CrimeRef("no"), "no") is None
    assert line.system.requests == []


@pytest.mark.parametrize("status", sorted(REFUSED))
def test_what_a_crime_system_will_never_take_is_not_tried_again(
    line: Line, caplog: pytest.LogCaptureFixture, status: int
) -> None:
    line.system.answers = lambda: Answer(status=status)
    made = line.a_message()
    assert line.deliver(made) is Progress.STOPPED
    line.run(hours=1)
    assert len(line.system.requests) == 1
    assert [one.state for one in line.book.store.messages(CRIME)] == ["sent"]
    assert "a crime system refused what it was sent" in alarms(caplog)


@pytest.mark.parametrize("status", [0, 301, 302, 401, 403, 404, 408, 409, 425, 429, 500, 502, 503, 504])
def test_what_may_pass_is_tried_again(line: Line, status: int) -> None:
    answers = [Answer(status=status)]
    line.system.answers = lambda: answers.pop() if answers else Answer(status=200)
    made = line.a_message()
    assert line.deliver(made) is Progress.WAITING
    assert [one.state for one in line.book.store.messages(CRIME)] == ["sent"]
    line.run(hours=0.1)
    assert line.now(made).progress is Progress.DELIVERED
    assert [one.state for one in line.book.store.messages(CRIME)] == ["reached"]


def test_every_try_has_the_same_id_and_body_and_a_signature_of_its_own_time(line: Line) -> None:
    line.system.answers = lambda: Answer(status=503)
    line.a_task()
    line.run(hours=3)
    assert len(line.system.requests) == 5
    assert len({(headers["webhook-id"], body) for _, _, headers, body in line.system.requests}) == 1
    for at, _, headers, _ in line.system.requests:
        assert headers["webhook-timestamp"] == str(int(at.timestamp()))


def test_the_waits_are_those_of_the_plan_and_the_end_is_an_alarm(
    line: Line, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    line.system.answers = lambda: Answer(status=503)
    made = line.a_task()
    line.deliver(made)
    line.run(hours=49)
    times = [at for at, *_ in line.system.requests]
    waits = [later - earlier for earlier, later in itertools.pairwise(times)]
    assert len(waits) == len(BACK_OFF)
    for wait, planned in zip(waits, BACK_OFF, strict=True):
        assert planned <= wait < planned + timedelta(minutes=2), "the sweep comes every minute"
    assert line.now(made).progress is Progress.DEAD
    assert "a crime system was not reached for two days" in alarms(caplog)
    assert '"LinkDead"' in capsys.readouterr().out, "counted, where an alarm looks"


def test_a_dead_one_rests(line: Line) -> None:
    line.system.answers = lambda: Answer(status=503)
    made = line.a_task()
    line.run(hours=50)
    tries = len(line.system.requests)
    line.system.answers = lambda: Answer(status=200)
    line.run(hours=2)
    assert line.deliver(made) is Progress.DEAD
    assert len(line.system.requests) == tries


def test_nobody_tries_before_the_wait_is_over(line: Line) -> None:
    """Also when the queue brings the message again: the wait is the table's."""
    line.system.answers = lambda: Answer(status=503)
    made = line.a_task()
    line.deliver(made)
    assert line.deliver(made) is Progress.WAITING
    line.book.wait(seconds=4)
    line.deliver(made)
    assert len(line.system.requests) == 1
    line.book.wait(seconds=1)
    line.deliver(made)
    assert len(line.system.requests) == 2


def test_what_a_crime_system_wishes_is_obeyed_within_reason(line: Line) -> None:
    line.system.answers = lambda: Answer(status=429, retry_after=timedelta(minutes=7))
    first = line.a_task("1")
    line.deliver(first)
    assert line.now(first).next_at == MONDAY + timedelta(minutes=7)
    line.system.answers = lambda: Answer(status=503, retry_after=timedelta(days=400))
    second = line.a_task("2")
    line.deliver(second)
    assert line.now(second).next_at == MONDAY + LONGEST_RETRY_AFTER


@given(st.integers(1, len(BACK_OFF)), st.none() | st.integers(-10, 100_000))
def test_no_wish_makes_a_wait_shorter(failures: int, seconds: int | None) -> None:
    wish = None if seconds is None else timedelta(seconds=seconds)
    at = next_try(failures, MONDAY, wish)
    assert at is not None
    assert at - MONDAY >= BACK_OFF[failures - 1]
    assert next_try(len(BACK_OFF) + 1, MONDAY, wish) is None


@pytest.mark.parametrize(
    ("key", "endpoints"),
    [
        (None, {}),
        (Key(id="k", secret="whsec_not base64!"), None),
        (Key(id="k", secret="whsec_c2hvcnQ="), None),
    ],
    ids=["no endpoint", "no base64", "too short a key"],
)
def test_a_crime_system_that_was_not_set_up_is_an_alarm_at_once_and_nothing_is_lost(
    caplog: pytest.LogCaptureFixture, key: Key | None, endpoints: Mapping[str, str] | None
) -> None:
    line = Line(key, endpoints)
    made = line.a_task()
    assert line.deliver(made) is Progress.WAITING
    assert line.system.requests == []
    assert any("crime system" in text for text in alarms(caplog))
    line.key, line.link._endpoints = Key(id="k1", secret=SECRET), {"athena": ENDPOINT}
    line.run(hours=0.1)
    assert line.now(made).progress is Progress.DELIVERED


def test_a_source_without_a_key_is_told_nothing(line: Line) -> None:
    line.key = None
    line.deliver(line.a_task())
    assert line.system.requests == []


def steps_of_a_delivery() -> int:
    line = Line()
    line.deliver(line.a_message())
    return len(line.book.steps)


@pytest.mark.parametrize("at", range(1, steps_of_a_delivery() + 1))
def test_a_crash_at_any_step_is_taken_by_the_crime_system_once(at: int) -> None:
    """Also after it took the message and before that was written down: the second time has the same id."""
    line = Line()
    made = line.a_message()

    def crash(_: str) -> None:
        if len(line.book.steps) == at:
            raise Crash

    line.book.on_step = crash
    with contextlib.suppress(Crash):
        line.deliver(made)
    line.book.on_step = None
    # The queue brings its message again, or the sweep does.
    line.deliver(made)
    line.run(hours=0.1)
    assert list(line.system.taken) == [made.id]
    assert len(line.system.requests) <= 2
    assert line.now(made).progress is Progress.DELIVERED
    assert [one.state for one in line.book.store.messages(CRIME)] == ["reached"]


def test_of_two_workers_at_once_one_writes_and_the_crime_system_takes_it_once(line: Line) -> None:
    made = line.a_message()

    def other(name: str) -> None:
        if name == "post":
            line.book.on_step = None
            line.deliver(made)

    line.book.on_step = other
    line.deliver(made)
    assert list(line.system.taken) == [made.id]
    assert line.now(made).failures == 0
    assert [one.state for one in line.book.store.messages(CRIME)] == ["reached"]


def test_a_failure_does_not_overwrite_that_another_worker_delivered(line: Line) -> None:
    made = line.a_message()
    answers = [Answer(status=200), Answer(status=500)]
    line.system.answers = lambda: answers.pop(0)

    def other(name: str) -> None:
        if name == "post":
            line.book.on_step = None
            line.deliver(made)

    line.book.on_step = other
    line.deliver(made)
    assert line.now(made).progress is Progress.DELIVERED


def test_one_that_fails_keeps_no_other_waiting(line: Line) -> None:
    """There is no order between what goes out: each says when it happened."""
    first, second = line.a_message("q1"), line.a_message("q2")
    answers = [Answer(status=500)]
    line.system.answers = lambda: answers.pop() if answers else Answer(status=200)
    line.deliver(first)
    line.deliver(second)
    assert [line.now(first).progress, line.now(second).progress] == [Progress.WAITING, Progress.DELIVERED]
    assert all("at" in json.loads(body) for *_, body in line.system.requests)


def test_no_line_of_the_log_holds_what_was_sent(line: Line, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    line.deliver(line.a_message())
    line.system.answers = lambda: Answer(status=410)
    line.deliver(line.a_message("q2"))
    written = "".join(str(one.__dict__) for one in caplog.records)
    assert "delivered" in written
    for secret in ("When is it?", CRIME, "P1", ENDPOINT, SECRET):
        assert secret not in written


def alarms(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [one.getMessage() for one in caplog.records if one.levelno == logging.ERROR]
