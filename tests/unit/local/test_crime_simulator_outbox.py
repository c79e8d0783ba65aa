"""The outbox lists what was sent, newest last, as soon as it was sent."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import pytest
from aiohttp import ClientConnectionError

from infra.local.crime_simulator import outbox as module
from infra.local.crime_simulator import page
from infra.local.crime_simulator.outbox import MAILS, TEXTS, Item, Outbox


class Answered:
    def __init__(self, document: Any) -> None:
        self._document = document

    def raise_for_status(self) -> None:
        if self._document is None:
            raise ClientConnectionError

    async def json(self, **_: object) -> Any:
        return json.loads(json.dumps(self._document))

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        pass


class Cloud:
    """The embedded cloud's inspection addresses."""

    def __init__(self) -> None:
        self.texts: dict[str, list[dict[str, str]]] = {}
        self.mails: list[dict[str, Any]] = []
        self.gone = False
        self.looks = 0

    def get(self, url: str) -> Answered:
        self.looks += 1
        if self.gone:
            return Answered(None)
        if url.endswith(TEXTS):
            return Answered({"sms_messages": self.texts, "region": "eu-west-2"})
        assert url.endswith(MAILS)
        return Answered({"messages": {"000000000000": self.mails}})

    def text(self, number: str, words: str) -> None:
        sent = self.texts.setdefault(number, [])
        sent.append({"MessageId": f"{number}-{len(sent)}", "Message": words, "PhoneNumber": number})

    def mail(self, ident: str, at: float, words: str = "Hello") -> None:
        self.mails.append(
            {
                "MessageId": ident,
                "To": ["alex@mail.example"],
                "Subject": "News for you",
                "BodyText": words,
                "BodyHtml": f"<p>{words}</p>",
                "Timestamp": at,
            }
        )


def outbox(cloud: Cloud, folder: Path) -> Outbox:
    return Outbox("http://127.0.0.1:4566", cloud, folder)  # type: ignore[arg-type]


def look(box: Outbox) -> list[Item]:
    return asyncio.run(box.items())


def test_what_was_sent_is_listed_as_the_contract_says(tmp_path: Path) -> None:
    cloud = Cloud()
    cloud.text("+447700900123", "You have an update: https://x.example/portal/")
    cloud.mail("e1", 4_000_000_000.0)
    text, mail = (item.shown() for item in look(outbox(cloud, tmp_path)))
    assert list(text) == ["channel", "to", "subject", "text", "html", "at"]
    assert (text["channel"], text["to"], text["subject"], text["html"]) == ("sms", "+447700900123", "", "")
    assert (mail["channel"], mail["to"], mail["subject"]) == ("email", "alex@mail.example", "News for you")
    assert (mail["text"], mail["html"], mail["at"]) == ("Hello", "<p>Hello</p>", "2096-10-02T07:06:40.000Z")


def test_the_newest_is_last_whomever_it_went_to(tmp_path: Path) -> None:
    cloud = Cloud()
    box = outbox(cloud, tmp_path)
    for number in ("+447700900200", "+447700900100", "+447700900200"):
        cloud.text(number, f"{cloud.looks}")
        look(box)
        asyncio.run(asyncio.sleep(0.003))
    assert [item.to for item in look(box)] == ["+447700900200", "+447700900100", "+447700900200"]


def test_of_one_number_the_order_is_kept_even_when_nobody_looked(tmp_path: Path) -> None:
    cloud = Cloud()
    for words in "abc":
        cloud.text("+447700900123", words)
    assert [item.text for item in look(outbox(cloud, tmp_path))] == ["a", "b", "c"]


def test_the_moment_is_remembered_over_a_restart(tmp_path: Path) -> None:
    cloud = Cloud()
    cloud.text("+447700900123", "a")
    before = look(outbox(cloud, tmp_path))
    asyncio.run(asyncio.sleep(0.003))
    assert look(outbox(cloud, tmp_path)) == before


def test_a_cloud_that_begins_anew_is_forgotten(tmp_path: Path) -> None:
    cloud = Cloud()
    cloud.text("+447700900123", "a")
    box = outbox(cloud, tmp_path)
    look(box)
    cloud.texts.clear()
    cloud.text("+447700900999", "b")
    look(box)
    assert list(json.loads((tmp_path / "outbox-seen.json").read_text("utf-8"))) == ["+447700900999-0"]


def test_it_looks_again_by_itself_whatever_the_cloud_does(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LOOK_EVERY_SECONDS", 0.001)
    cloud = Cloud()
    cloud.gone = True
    box = outbox(cloud, tmp_path)

    async def story() -> None:
        watching = asyncio.create_task(box.watch())
        await asyncio.sleep(0.02)
        assert cloud.looks > 2
        cloud.gone = False
        cloud.text("+447700900123", "a")
        await asyncio.sleep(0.05)
        watching.cancel()

    asyncio.run(story())
    assert (tmp_path / "outbox-seen.json").exists()


def test_a_silent_cloud_is_an_error_and_not_an_empty_outbox(tmp_path: Path) -> None:
    cloud = Cloud()
    cloud.gone = True
    with pytest.raises(ClientConnectionError):
        look(outbox(cloud, tmp_path))


# -- the page --------------------------------------------------------------------------------------------------------


def item(**other: str) -> Item:
    values = {"id": "1", "channel": "sms", "to": "+447700900123", "subject": "", "text": "a", "html": "", "at": ""}
    return Item(**values | {"at": "2026-11-24T10:00:00.000Z"} | other)


def test_each_number_is_a_phone_and_each_mail_a_letter() -> None:
    shown = page.outbox(
        [item(), item(id="2", to="+447700900999"), item(id="3"), item(id="e/1", channel="email", html="<p>x</p>")]
    )
    assert shown.count('class="phone"') == 2
    assert shown.count('class="letter"') == 1
    assert shown.count('data-testid="outbox-item"') == 4
    assert 'href="/outbox/e%2F1"' in shown


def test_an_address_in_a_text_can_be_followed_and_nothing_else_becomes_mark_up() -> None:
    shown = page.outbox([item(text="Sign in: http://127.0.0.1:8600/portal/#i=Ab_9. <b>&")])
    assert '<a href="http://127.0.0.1:8600/portal/#i=Ab_9" rel="noreferrer">' in shown
    assert "</a>. &lt;b&gt;&amp;" in shown


def test_without_a_cloud_the_page_says_so() -> None:
    assert "does not answer" in page.outbox(None)
    assert "Nothing yet" in page.outbox([])
