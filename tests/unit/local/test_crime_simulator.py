"""The simulated crime systems keep the contract both ways, and their pages show what an officer needs."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlencode

import pytest
from aiohttp import ClientConnectionError, web
from aiohttp.test_utils import make_mocked_request
from multidict import CIMultiDict

from harbour.crime.adapters import adapter
from harbour.crime.kinds import kinds as all_kinds
from harbour.crime.model import CrimeEvent
from harbour.notification.catalogue import PLACEHOLDER, message_types
from harbour.webhook.model import Key, sign, verify
from infra.delivery.sources import _new
from infra.local.crime_simulator import payloads
from infra.local.crime_simulator.records import Crime, Records
from infra.local.crime_simulator.server import OFFICERS, SYSTEMS, Simulator, _own_forms_only
from infra.local.crime_simulator.settings import SimulatorSettings
from infra.local.crime_simulator.wanted import WANTED, details_of, example, wanted

NOW = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)


class Answered:
    def __init__(self, status: int, body: str) -> None:
        self.status = status
        self._body = body

    async def text(self) -> str:
        return self._body

    async def json(self, **_: object) -> Any:
        return json.loads(self._body)

    def raise_for_status(self) -> None:
        if self.status >= 400:
            raise ClientConnectionError

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        pass


class Harbour:
    """Takes what is posted, and remembers it."""

    def __init__(self) -> None:
        self.got: list[tuple[str, bytes, dict[str, str]]] = []
        self.status = 202
        self.gone = False

    def post(self, url: str, *, data: bytes, headers: Mapping[str, str]) -> Answered:
        if self.gone:
            raise ClientConnectionError
        self.got.append((url, data, {name.lower(): value for name, value in headers.items()}))
        return Answered(self.status, '{"status":"accepted"}')


class Place:
    """A simulator with its state in a folder."""

    def __init__(self, folder: Path) -> None:
        self.harbour = Harbour()
        self.settings = SimulatorSettings(
            port=8603,
            webhook_url="http://127.0.0.1:8600/hooks/",
            cloud="http://127.0.0.1:4566",
            sources={name: _new() for name in SYSTEMS},
            state=str(folder),
        )
        self.start()

    def start(self) -> None:
        self.simulator = Simulator(self.settings, self.harbour)  # type: ignore[arg-type]

    @property
    def crimes(self) -> dict[str, Crime]:
        return Records(Path(self.settings.state)).crimes

    @property
    def last(self) -> Crime:
        return list(self.crimes.values())[-1]

    def page(self, name: str, query: str = "", **match: Any) -> str:
        answer = self.ask(name, "GET", query=query, **match)
        assert answer.text is not None
        return answer.text

    def ask(
        self,
        name: str,
        method: str,
        form: Mapping[str, str] | None = None,
        *,
        body: bytes = b"",
        headers: Mapping[str, str] | None = None,
        query: str = "",
        **match: Any,
    ) -> web.Response:
        content = urlencode(form).encode() if form is not None else body
        sent = CIMultiDict(headers or {"Content-Type": "application/x-www-form-urlencoded"})
        request = make_mocked_request(method, f"/{query}", headers=sent, match_info=match)
        request._read_bytes = content

        async def answer() -> web.Response:
            try:
                made: web.Response = await getattr(self.simulator, name)(request)
            except web.HTTPException as raised:
                return raised
            return made

        return asyncio.run(answer())

    def post(self, name: str, form: Mapping[str, str], **match: Any) -> web.Response:
        return self.ask(name, "POST", form, **match)

    def new(self, source: str = "athena", **other: str) -> Crime:
        form = {
            "source": source,
            "offence": "burglary",
            "area": "Northgate",
            "given": "Alex",
            "family": "Morgan",
            "born": "1990-04-12",
            "phone": "07700 900123",
            "email": "alex@mail.example",
            "language": "en",
            "contact": "safe_both",
        }
        assert self.post("record", form | other).status == 303
        return self.last

    def event(self, number: int = -1) -> CrimeEvent:
        """What Harbour makes of a posted update, by its own adapters."""
        url, body, headers = self.harbour.got[number]
        source = url.rsplit("/", 1)[-1]
        return adapter(source)(json.loads(body), headers["webhook-id"])

    def told(self, found: Crime, kind: str, data: Mapping[str, Any], ident: str = "w1", **wrong: str) -> web.Response:
        """Harbour posts something to the crime system."""
        body = json.dumps(
            {
                "type": f"harbour.{kind}.created",
                "at": "2026-11-24T10:00:00.000Z",
                "crime": found.reference,
                "data": data,
            }
        ).encode()
        at = int(datetime.now(UTC).timestamp())
        secret = self.settings.sources[found.source]["keys"][0]["secret"]
        headers = {
            "webhook-id": ident,
            "webhook-timestamp": str(at),
            "webhook-signature": sign(secret, ident, at, body),
            "Content-Type": "application/json",
        } | wrong
        return self.ask("take", "POST", body=body, headers=headers, source=found.source)


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path / "state")


MESSAGE = {
    "id": "m1",
    "text": "When <b>will</b> I hear?",
    "from": "victim",
    "person": "P1",
    "task": {"title": "Answer", "due_at": "2026-11-27T00:00:00.000Z"},
}
TASK = {"id": "t1", "reason": "quality", "title": "Mend it", "detail": "The phone is no number.", "fields": ["phone"]}


# -- to Harbour ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("source", ["athena", "niche", "dynamics"])
def test_a_new_crime_is_told_and_signed(place: Place, source: str) -> None:
    found = place.new(source)
    url, body, headers = place.harbour.got[0]
    assert url == f"http://127.0.0.1:8600/hooks/{source}"
    key = place.settings.sources[source]["keys"][0]
    assert verify(headers, body, [Key(id="k", secret=key["secret"])], datetime.now(UTC)).id == headers["webhook-id"]
    event = place.event()
    assert (event.crime, event.kind, event.offence, event.area) == (
        found.reference,
        "crime_recorded",
        "burglary",
        "Northgate",
    )
    (victim,) = event.parties
    assert (victim.given_name, victim.phone, victim.date_of_birth, victim.contact) == (
        "Alex",
        "07700 900123",
        "1990-04-12",
        "safe_both",
    )
    assert event.officer
    assert event.officer.name == "Amelia Hart"


def test_a_system_that_signs_nothing_sends_its_header(place: Place) -> None:
    place.new("storm")
    _, _, headers = place.harbour.got[0]
    assert headers["x-harbour-key"] == place.settings.sources["storm"]["header"]["value"]
    assert "webhook-signature" not in headers
    event = place.event()
    assert (event.kind, event.parties[0].given_name, event.parties[0].family_name) == (
        "report_received",
        "Alex",
        "Morgan",
    )


@pytest.mark.parametrize("source", SYSTEMS)
def test_every_kind_that_a_system_knows_reaches_harbour_with_its_details(place: Place, source: str) -> None:
    found = place.new(source)
    for kind in payloads.kinds(source):
        form = {name: example(name, kind, NOW) for name in wanted(kind)}
        answer = place.post("update", {"kind": kind, "at": "", **form}, crime=found.id)
        assert answer.status == 303, kind
        event = place.event()
        assert event.kind == kind
        assert event.crime == found.reference
        for name in wanted(kind):
            told = {"when": ("when", "hearing_at", "appointment_at")}.get(name, (name,))
            assert any(event.details.get(one) for one in told), (kind, name)


def test_no_message_asks_for_a_detail_that_the_form_does_not_have() -> None:
    for message in message_types().values():
        words = message.texts["en"]
        asked = set(PLACEHOLDER.findall(words.portal_title + words.portal + words.portal_next))
        form = asked & {"when", "by", "where", "court", "what", "outcome", "text"}
        if all_kinds()[message.trigger].stage != "service":
            assert form <= set(wanted(message.trigger)), message.trigger
    assert set(WANTED) <= set(all_kinds())


def test_the_time_is_now_or_what_the_officer_says_by_the_clock_of_london(place: Place) -> None:
    found = place.new()
    assert abs((place.event().occurred_at - datetime.now(UTC)).total_seconds()) < 5
    place.post("update", {"kind": "suspect_arrested", "at": "2026-07-01T10:00"}, crime=found.id)
    assert place.event().occurred_at == datetime(2026, 7, 1, 9, 0, tzinfo=UTC)
    storm = place.new("storm")
    place.post("update", {"kind": "officer_deployed", "at": "2026-07-01T10:00"}, crime=storm.id)
    assert place.event().occurred_at == datetime(2026, 7, 1, 9, 0, tzinfo=UTC)
    assert place.post("update", {"kind": "suspect_arrested", "at": "soon"}, crime=found.id).status == 400


def test_an_appointment_keeps_its_id_when_it_is_changed_and_cancelled(place: Place) -> None:
    found = place.new()
    ids = []
    for kind in ("appointment_made", "appointment_changed", "appointment_cancelled", "appointment_made"):
        form = {name: example(name, kind, NOW) for name in wanted(kind)}
        place.post("update", {"kind": kind, **form}, crime=found.id)
        ids.append(place.event().details["appointment_id"])
    assert ids[0] == ids[1] == ids[2] != ids[3]
    place.post("update", {"kind": "appointment_cancelled", "text": "ill"}, crime=found.id)
    assert place.event().details["appointment_at"] == example("when", "", NOW)


def test_an_update_can_be_corrected_withdrawn_and_sent_again(place: Place) -> None:
    found = place.new()
    first = place.last.posted[0].id
    place.post("update", {"kind": "crime_recorded", "corrects": first}, crime=found.id)
    assert place.event().corrects == first
    place.post("withdraw", {}, crime=found.id, update=first)
    event = place.event()
    assert (event.kind, event.withdraws) == ("withdrawn", first)
    assert place.last.posted[0].withdrawn
    place.post("send_again", {}, crime=found.id, update=first)
    again, before = place.harbour.got[-1], place.harbour.got[0]
    assert (again[1], again[2]["webhook-id"]) == (before[1], before[2]["webhook-id"])
    assert len(place.last.posted) == 3


@pytest.mark.parametrize("source", SYSTEMS)
def test_every_system_can_withdraw(place: Place, source: str) -> None:
    found = place.new(source)
    place.post("withdraw", {}, crime=found.id, update=place.last.posted[0].id)
    assert place.event().withdraws == place.last.posted[0].id


def test_another_officer_takes_over(place: Place) -> None:
    found = place.new()
    place.post("update", {"kind": "officer_changed"}, crime=found.id)
    officer = place.event().officer
    assert officer
    assert officer.collar == "2093"
    assert set(OFFICERS) == {"4417", "2093"}


def test_changed_details_of_the_victim_go_with_the_next_update(place: Place) -> None:
    found = place.new()
    place.post("change_victim", {"phone": "unknown", "contact": "do_not_contact"}, crime=found.id)
    assert len(place.harbour.got) == 1
    place.post("update", {"kind": "no_news"}, crime=found.id)
    victim = place.event().parties[0]
    assert (victim.phone, victim.contact, victim.given_name) == ("unknown", "do_not_contact", "Alex")


def test_a_suspect_comes_with_the_crime(place: Place) -> None:
    place.new(suspect_phone="07700 900123")
    assert [(party.role.value, party.phone) for party in place.event().parties] == [
        ("victim", "07700 900123"),
        ("suspect", "07700 900123"),
    ]


def test_when_nobody_answers_the_update_is_kept_and_can_be_sent_again(place: Place) -> None:
    place.harbour.gone = True
    found = place.new()
    (posted,) = place.last.posted
    assert (posted.status, posted.accepted) == (0, False)
    assert "did not take it" in place.page("one", f"?posted={posted.id}", crime=found.id)
    place.harbour.gone = False
    place.post("send_again", {}, crime=found.id, update=posted.id)
    assert place.last.posted[0].accepted


@pytest.mark.parametrize(
    ("name", "form", "match", "status"),
    [
        ("record", {"source": "oracle"}, {}, 400),
        ("record", {"source": "athena", "contact": "carrier pigeon"}, {}, 400),
        ("update", {"kind": "abducted_by_aliens"}, {}, 400),
        ("update", {"kind": "no_news", "corrects": "msg_nothing"}, {}, 400),
        ("change_victim", {"contact": "x"}, {}, 400),
        ("withdraw", {}, {"update": "msg_nothing"}, 404),
        ("send_again", {}, {"update": "msg_nothing"}, 404),
        ("answer", {"text": "Hello"}, {"message": "m9"}, 404),
        ("finish", {}, {"task": "t9"}, 404),
        ("one", {}, {"crime": "nothing"}, 404),
    ],
)
def test_what_does_not_exist_is_refused(
    place: Place, name: str, form: dict[str, str], match: dict[str, str], status: int
) -> None:
    found = place.new()
    assert place.post(name, form, **({"crime": found.id} | match)).status == status
    assert len(place.harbour.got) == 1


# -- from Harbour ----------------------------------------------------------------------------------------------------


def test_a_message_is_stamped_once_and_answered(place: Place) -> None:
    found = place.new()
    assert place.told(found, "message", MESSAGE).status == 204
    assert place.told(found, "message", MESSAGE).status == 204
    (message,) = place.last.messages
    assert message.text == MESSAGE["text"]
    page = place.page("one", crime=found.id)
    assert 'data-testid="sim-message"' in page
    assert 'data-testid="sim-answer"' in page
    assert "&lt;b&gt;will&lt;/b&gt;" in page
    place.post("answer", {"text": "On Monday."}, crime=found.id, message="m1")
    event = place.event()
    assert event.kind == "officer_message"
    assert dict(event.details) == {"in_reply_to": "m1", "text": "On Monday."}
    assert place.last.messages[0].answer == "On Monday."
    assert 'data-testid="sim-answer"' not in place.page("one", crime=found.id)


def test_an_answer_that_harbour_did_not_take_stays_to_be_written(place: Place) -> None:
    found = place.new()
    place.told(found, "message", MESSAGE)
    place.harbour.status = 503
    place.post("answer", {"text": "On Monday."}, crime=found.id, message="m1")
    assert place.last.messages[0].answer == ""


def test_a_task_is_shown_once_and_can_be_done(place: Place) -> None:
    found = place.new()
    for _ in range(2):
        assert place.told(found, "task", TASK).status == 204
    (task,) = place.last.tasks
    assert (task.reason, task.done) == ("quality", False)
    assert place.last.waiting == 1
    assert 'data-testid="sim-task"' in place.page("one", crime=found.id)
    place.post("finish", {}, crime=found.id, task=task.id)
    assert place.last.waiting == 0


def test_a_document_is_shown_with_its_hash_and_only_a_web_address_is_a_link(place: Place) -> None:
    found = place.new()
    data = {"id": "d1", "name": "record.zip", "sha256": "a" * 64, "media_type": "application/zip"}
    place.told(found, "document", data | {"url": "https://files.example/1"}, "w1")
    place.told(found, "document", data | {"id": "d2", "url": "javascript:alert(1)"}, "w2")
    page = place.page("one", crime=found.id)
    assert "a" * 64 in page
    assert "javascript:" not in page


@pytest.mark.parametrize(
    ("wrong", "status"),
    [
        ({"webhook-signature": "v1,AAAA"}, 401),
        ({"webhook-timestamp": "1000000000"}, 401),
        ({"webhook-id": "other"}, 401),
        ({"webhook-id": ""}, 401),
    ],
)
def test_what_is_not_signed_is_refused(place: Place, wrong: dict[str, str], status: int) -> None:
    found = place.new()
    assert place.told(found, "task", TASK, **wrong).status == status
    assert place.last.tasks == []


def test_a_crime_of_another_system_is_unknown(place: Place) -> None:
    found = place.new()
    place.new("niche")
    other = place.last
    answer = place.told(Crime(**{name: getattr(found, name) for name in ("id", "reference", "offence", "area")},
                              recorded="", officer="4417", source="niche"), "task", TASK)  # fmt: skip
    assert answer.status == 404
    assert other.tasks == []
    assert place.ask("take", "POST", body=b"{}", source="oracle").status == 404


@pytest.mark.parametrize("data", [{}, {"id": "t1"}, []])
def test_a_body_of_the_wrong_form_is_refused(place: Place, data: Any) -> None:
    found = place.new()
    assert place.told(found, "task", data).status == 400
    assert place.told(found, "surprise", TASK).status == 400


def test_during_an_outage_nobody_answers_and_says_when_to_come_again(place: Place) -> None:
    found = place.new()
    place.post("outage", {"down": "yes"})
    answer = place.told(found, "task", TASK)
    assert (answer.status, answer.headers["Retry-After"]) == (503, "5")
    assert "play an outage" in place.page("list")
    place.post("outage", {"down": "no"})
    assert place.told(found, "task", TASK).status == 204


# -- what is kept, and shown -----------------------------------------------------------------------------------------


def test_everything_is_there_after_a_restart(place: Place) -> None:
    found = place.new()
    place.told(found, "message", MESSAGE)
    place.told(found, "task", TASK, "w2")
    before = place.page("one", crime=found.id)
    place.start()
    after = place.page("one", crime=found.id)
    assert re.sub(r'value="[^"]*"', "", after) == re.sub(r'value="[^"]*"', "", before)
    assert place.crimes[found.id].messages[0].id == "m1"


def test_the_list_names_every_crime_and_what_waits(place: Place) -> None:
    assert "There is no crime yet" in place.page("list")
    found, other = place.new(), place.new("niche", offence="theft")
    place.told(found, "message", MESSAGE)
    page = place.page("list")
    for one in (found, other):
        assert f'data-testid="sim-crime-{one.reference}"' in page
    assert 'data-testid="sim-new-crime"' in page
    assert '<span class="count">1</span>' in page


def test_the_page_of_a_crime_has_all_that_a_test_reaches_for(place: Place) -> None:
    page = place.page("one", crime=place.new().id)
    for name in ("sim-kind", "sim-post"):
        assert page.count(f'data-testid="{name}"') == 1
    assert '<option value="suspect_arrested"' in page
    assert '<option value="portal_invitation"' not in page


@pytest.mark.parametrize("text", ["<script>x</script>", '" onfocus="x', "'><img src=x>"])
def test_nothing_that_somebody_typed_becomes_mark_up(place: Place, text: str) -> None:
    found = place.new(given=text, family=text, born=text, phone=text, email=text, area=text)
    place.told(found, "message", MESSAGE | {"text": text})
    place.told(found, "task", TASK | {"title": text, "detail": text, "reason": text}, "w2")
    for page in (place.page("one", crime=found.id), place.page("list")):
        assert "<script>x" not in page
        assert "<img" not in page
        assert not re.search(r'<[^>]*" onfocus="x', page)


def test_pages_run_nothing_from_elsewhere(place: Place) -> None:
    answer = place.ask("list", "GET")
    assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'; script-src 'self'")
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    ("method", "headers", "allowed"),
    [
        ("POST", {}, True),
        ("POST", {"Sec-Fetch-Site": "same-origin"}, True),
        ("POST", {"Sec-Fetch-Site": "cross-site"}, False),
        ("POST", {"Sec-Fetch-Site": "same-site", "Sec-Fetch-Mode": "navigate"}, False),
        ("GET", {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}, True),
        ("GET", {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors"}, False),
    ],
)
async def test_another_page_presses_no_button_and_reads_no_code(
    method: str, headers: dict[str, str], *, allowed: bool
) -> None:
    async def fine(_request: web.Request) -> web.StreamResponse:
        return web.Response()

    request = make_mocked_request(method, "/outbox.json", headers=CIMultiDict(headers))
    try:
        status = (await _own_forms_only(request, fine)).status
    except web.HTTPForbidden as refused:
        status = refused.status
    assert (status == 200) is allowed


def test_the_settings_file_is_read_by_its_owner_only(place: Place, tmp_path: Path) -> None:
    file = tmp_path / "crime.json"
    place.settings.write(file)
    assert file.stat().st_mode & 0o077 == 0
    assert SimulatorSettings.read(file) == place.settings


def test_details_are_those_that_the_kind_needs_and_no_others() -> None:
    form = {"when": "2026-12-08T10:30", "court": "X", "where": " ", "what": "Y", "by": "2026-12-31", "text": "Z"}
    assert details_of("hearing_listed", form) == {"hearing_at": "2026-12-08T10:30", "court": "X"}
    assert details_of("officer_deployed", form) == {"when": "2026-12-08T10:30"}
    assert details_of("suspect_arrested", form) == {}
