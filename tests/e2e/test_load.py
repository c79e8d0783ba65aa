"""200 conversations at once through the real socket: no message lost, doubled, out of order, or shown to a stranger.

Officers hold dozens of conversations each; lines break, pages send again what they are not sure of, and 2,000 sockets
of other conversations lie in the table. What people were shown is compared with what they said, and both with the
record as it lies in the table, read past Harbour. Nothing here is about time: only patience is limited.
"""

from __future__ import annotations

import asyncio
import resource
import secrets
from collections.abc import Coroutine, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from random import Random
from typing import Any, TypeVar

import boto3
import pytest

from harbour.aws import items
from harbour.conversation.model import ClientId, ConnectionId, ConversationId, Presence
from harbour.identity.model import Role
from infra.local.client import Connection, Harbour, Officer, Visitor
from tests.bench import oracle
from tests.bench.bench import Table

CONVERSATIONS = 200
EXCHANGES = 3
"""Each is a message of the visitor and an answer of the officer."""
BYSTANDERS = 2_000
AT_ONCE = 25
"""Visitors who arrive at the same moment; once there, all stay."""
PATIENCE = 120.0
"""Seconds that anything may take: a stalled run ends, a slow one does not fail."""

T = TypeVar("T")

WORDS = (
    "yes",
    "no",
    "he",
    "comes",
    "home",
    "at",
    "six",
    "the",
    "children",
    "are",
    "here",
    "I",
    "am",
    "safe",
    "😀",
    "ما",
)


@dataclass
class Talk:
    """One conversation, and what was said in it."""

    number: int
    visitor: Visitor
    officer: Officer
    asked: list[str] = field(default_factory=list)
    answered: list[str] = field(default_factory=list)
    lost: list[Connection] = field(default_factory=list)
    """The visitor's earlier lines."""

    @property
    def id(self) -> str:
        return self.visitor.conversation


@pytest.fixture
def table(harbour: dict[str, Any]) -> Table:
    """The table, past Harbour: the embedded cloud's administrator reads and writes it."""
    database = boto3.client(
        "dynamodb",
        endpoint_url=harbour["aws_endpoint"],
        region_name="eu-west-2",
        aws_access_key_id="test",
        aws_secret_access_key="test",
    )
    (name,) = [name for name in database.list_tables()["TableNames"] if "Conversations" in name]
    return Table(database, name)


@pytest.fixture
def many_files() -> Iterator[None]:
    """Each socket is a file of this process."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(4096, hard), hard))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


@pytest.mark.usefixtures("many_files")
async def test_two_hundred_conversations_at_once(harbour: dict[str, Any], table: Table) -> None:
    seed = secrets.randbelow(10**6)
    print(f"seed {seed}")  # noqa: T201 - shown when the test fails
    bystanders = other_people()
    table.write(list(bystanders.values()))
    async with Harbour(harbour) as at:
        talks = await open_all(at, [entry["username"] for entry in harbour["officers"]])
        assert len({talk.id for talk in talks}) == CONVERSATIONS
        await all_of(converse(talk, Random(f"{seed} {talk.number}"), 1) for talk in talks)
        lost_line = await officer_loses_her_line(talks)
        await all_of(converse(talk, Random(f"{seed} {talk.number} again"), EXCHANGES - 1) for talk in talks)
        await all_of(settle(talk) for talk in talks)
        for talk in talks:
            examine(talk, table)
        nobody_else_was_told(talks, lost_line)
        await all_of(line.close() for line in (lost_line, *(line for talk in talks for line in talk.lost)))
        await all_of(talk.visitor.leave() for talk in talks)
        await all_of(officer.leave() for officer in {id(talk.officer): talk.officer for talk in talks}.values())
        await nobody_is_left(talks, table)
    assert bystanders == {
        (conversation, connection): item
        for conversation, connection in bystanders
        for item in table.partition(conversation)
        if item["sk"]["S"] == connection
    }, "a socket of another conversation was posted to: a frame to a dead one removes it from the table"


async def open_all(at: Harbour, usernames: Sequence[str]) -> list[Talk]:
    """All conversations, each taken by an officer, nothing said yet."""
    officers = [await at.officer(username) for username in usernames]
    for officer in officers:
        await officer.go_on_duty()
    gate = asyncio.Semaphore(AT_ONCE)

    async def arrive(number: int) -> Talk:
        async with gate:
            visitor = await at.visitor("en")
            officer = officers[number % len(officers)]
            await officer.accept(visitor.conversation)
            return Talk(number, visitor, officer)

    return await all_of(arrive(number) for number in range(CONVERSATIONS))


async def converse(talk: Talk, random: Random, exchanges: int) -> None:
    """Question and answer, in whatever way this conversation's line behaves."""
    for _ in range(exchanges):
        question, answer = text(random), text(random)
        match talk.number % 5:
            case 0:
                await say_into_a_breaking_line(talk, question)
            case 1:
                await say_twice(talk, question)
            case _:
                await talk.visitor.say(question, PATIENCE)
        talk.asked.append(question)
        await talk.officer.hears(talk.id, len(talk.asked), PATIENCE)
        if talk.number % 5 == 2:
            # Both at the same moment: two writers for the next number.
            aside = text(random)
            await asyncio.gather(say_answer(talk, answer), talk.visitor.say(aside, PATIENCE))
            talk.asked.append(aside)
        else:
            await say_answer(talk, answer)
        await talk.visitor.hears(len(talk.answered), PATIENCE)


async def say_answer(talk: Talk, answer: str) -> None:
    """The officer's page counts the messages of each conversation, and has several under way."""
    talk.answered.append(answer)
    n = len(talk.answered)
    line = talk.officer.online
    since = await line.send({"action": "send", "conversation": talk.id, "n": n, "text": answer})
    answered = await line.wait_for(
        lambda frame: frame["type"] in ("ack", "error") and (frame.get("conversation"), frame.get("n")) == (talk.id, n),
        since,
        PATIENCE,
        "the acknowledgement",
    )
    assert answered["type"] == "ack", answered


async def say_into_a_breaking_line(talk: Talk, question: str) -> None:
    """The line is cut right after the message; the page comes back and sends again what the server does not have."""
    n = len(talk.asked) + 1
    await talk.visitor.online.send({"action": "send", "n": n, "text": question})
    await lose_line(talk)
    if talk.visitor.welcome["n"] < n:
        await talk.visitor.say(question, PATIENCE)


async def say_twice(talk: Talk, question: str) -> None:
    """The page sends the same message again, with the same counter, though it was stored."""
    event = await talk.visitor.say(question, PATIENCE)
    n = len(talk.asked) + 1
    since = await talk.visitor.online.send({"action": "send", "n": n, "text": question})
    again = await talk.visitor.online.answer("ack", since, PATIENCE, n=n, duplicate=True)
    assert again["event"] == event


async def lose_line(talk: Talk) -> None:
    """Gone without a word, and back."""
    before = talk.visitor.online
    await before.drop()
    talk.lost.append(before)
    await talk.visitor.come_back()


async def officer_loses_her_line(talks: Sequence[Talk]) -> Connection:
    """One of the officers is cut off in the middle, and joins all her conversations again from where she was.

    The line that she lost.
    """
    officer = talks[0].officer
    hers = [talk for talk in talks if talk.officer is officer]
    before = officer.online
    await before.drop()
    officer.connection = None
    await officer.go_on_duty()
    for talk in hers:
        officer.online.records[talk.id] = before.record(talk.id)
        await officer.join(talk.id, before.record(talk.id).last)
    return before


async def settle(talk: Talk) -> None:
    """Wait until both sides have been shown everything that was said."""
    await talk.officer.hears(talk.id, len(talk.asked), PATIENCE)
    await talk.visitor.hears(len(talk.answered), PATIENCE)


def examine(talk: Talk, table: Table) -> None:
    """The record holds what was said, once, in order, whole; and both were shown the record."""
    events = oracle.record(table.partition(talk.id))
    messages = [event for event in events if event.kind == "message"]
    for actor, said in (("visitor", talk.asked), ("officer:", talk.answered)):
        stored = [event.body["text"] for event in messages if event.actor.startswith(actor)]
        assert stored == said, f"conversation {talk.number}: what the {actor} said is not what is stored"
    for party in (talk.visitor, talk.officer):
        shown = party.record(talk.id)
        assert not shown.repeated, f"conversation {talk.number}: an event was shown in two forms"
        assert not shown.has_gap, f"conversation {talk.number}: an event is missing"
        wanted = {event.seq: event.body["text"] for event in messages}
        assert {e["seq"]: e["body"]["text"] for e in shown.messages()} == wanted, f"conversation {talk.number}"


def nobody_else_was_told(talks: Sequence[Talk], lost_line: Connection) -> None:
    """Every frame reached somebody who takes part in the conversation that it is about."""
    for talk in talks:
        for frame in (frame for line in (*talk.lost, talk.visitor.online) for frame in line.frames):
            assert frame.get("conversation") == talk.id, f"a visitor was sent a foreign frame: {frame['type']}"
    for officer in {id(talk.officer): talk.officer for talk in talks}.values():
        hers = {talk.id for talk in talks if talk.officer is officer}
        frames = officer.online.frames + (lost_line.frames if officer is talks[0].officer else [])
        foreign = {frame["conversation"] for frame in frames if "conversation" in frame} - hers
        assert not foreign, "an officer was sent frames of a conversation that is not hers"


async def nobody_is_left(talks: Sequence[Talk], table: Table) -> None:
    """Who has closed the page takes part no longer: each socket leaves the table with its ``$disconnect``."""
    async with asyncio.timeout(PATIENCE):
        for talk in talks:
            while any(item["sk"]["S"].startswith(items.PRESENCE) for item in table.partition(talk.id)):
                await asyncio.sleep(0.5)


def other_people() -> dict[tuple[str, str], dict[str, Any]]:
    """Open sockets of other conversations, as they lie in the table, by partition and sort key."""
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for number in range(BYSTANDERS):
        conversation = ConversationId(f"{number // 2:032x}")
        presence = Presence(
            connection=ConnectionId(f"{secrets.token_urlsafe(9)[:11]}CIAMc="),
            role=(Role.VISITOR, Role.OFFICER)[number % 2],
            client=ClientId(secrets.token_hex(6)),
            language="en",
        )
        item = dict(items.presence_item(conversation, presence, datetime.now(UTC)))
        found[conversation, item["sk"]["S"]] = item
    return found


def text(random: Random) -> str:
    """A few words that nobody else says."""
    return f"{' '.join(random.choices(WORDS, k=random.randint(2, 20)))} {random.getrandbits(64):x}"


async def all_of(work: Iterable[Coroutine[Any, Any, T]]) -> list[T]:
    """Everything at once; the first failure ends it."""
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(one) for one in work]
    return [task.result() for task in tasks]
