"""A visitor and an officer as programs: the chat protocol from outside, over the real REST APIs and the real socket.

The sample conversation, the browser tests and the load run use them. They know nothing of Harbour's code: only the
addresses of ``local.json`` and the protocol of ``docs/protocol.md``.

    async with Harbour.of(".harbour/local.json") as harbour:
        visitor = await harbour.visitor("es")
        officer = await harbour.officer("amelia.hart")
        await officer.go_on_duty()
        await officer.accept(visitor.conversation)
        await visitor.say("Hola")
        heard = await officer.hears(visitor.conversation)
"""

from __future__ import annotations

import asyncio
import json
import secrets
import socket
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

import pyotp
from aiohttp import ClientSession, ClientTimeout, ClientWebSocketResponse, TCPConnector, WSMsgType

Frame = dict[str, Any]
"""What one side sends the other, as JSON: its keys depend on ``action`` or ``type``."""

PATIENCE: Final = 20.0
"""Seconds to wait for an answer, unless told otherwise."""


class Refused(Exception):
    """An error that Harbour answered: a problem document, or an error frame.

    Attributes
    ----------
    code
        As in the protocol, e.g. ``already_accepted``.
    answer
        All of it.
    """

    def __init__(self, code: str, answer: Mapping[str, Any]) -> None:
        super().__init__(f"{code}: {answer.get('detail') or answer.get('message') or ''}")
        self.code = code
        self.answer = answer


class Silence(Exception):
    """What was waited for did not come in time."""


@dataclass
class Record:
    """The events of one conversation as one side has received them.

    Attributes
    ----------
    events
        By number.
    repeated
        How many came more than once with different content: none, ever.
    """

    events: dict[int, Frame] = field(default_factory=dict)
    repeated: int = 0

    @property
    def last(self) -> int:
        """The highest number up to which nothing is missing."""
        number = 0
        while number + 1 in self.events:
            number += 1
        return number

    @property
    def has_gap(self) -> bool:
        """Whether an event is missing below the newest."""
        return bool(self.events) and self.last < max(self.events)

    def take(self, event: Frame) -> None:
        """Add one."""
        known = self.events.setdefault(event["seq"], event)
        if known != event:
            self.repeated += 1

    def messages(self) -> list[Frame]:
        """The messages, in order."""
        return [self.events[seq] for seq in sorted(self.events) if self.events[seq]["type"] == "message"]


class Connection:
    """One socket: sends frames, and keeps all that come in the order in which they came."""

    def __init__(self, opened: ClientWebSocketResponse) -> None:
        self._socket = opened
        self._arrived = asyncio.Condition()
        self.frames: list[Frame] = []
        self.records: dict[str, Record] = {}
        self._reader = asyncio.create_task(self._read())

    @property
    def closed(self) -> bool:
        """Whether either side has closed it."""
        return self._socket.closed or self._reader.done()

    @property
    def close_code(self) -> int | None:
        """With what it was closed."""
        return self._socket.close_code

    def record(self, conversation: str) -> Record:
        """What was received of that conversation."""
        return self.records.setdefault(conversation, Record())

    async def send(self, frame: Mapping[str, Any]) -> int:
        """Send a frame; returns the place in `frames` from which answers to it may stand."""
        mark = len(self.frames)
        await self._socket.send_str(json.dumps(frame, ensure_ascii=False))
        return mark

    async def send_text(self, text: str) -> int:
        """Send whatever text, to see how it is refused."""
        mark = len(self.frames)
        await self._socket.send_str(text)
        return mark

    async def wait_for(
        self, wanted: Callable[[Frame], bool], since: int = 0, seconds: float = PATIENCE, what: str = "a frame"
    ) -> Frame:
        """The first frame from place ``since`` on that is wanted.

        Raises
        ------
        Silence
            It did not come in time, or the connection ended before.
        """
        place = since
        try:
            async with asyncio.timeout(seconds), self._arrived:
                while True:
                    for frame in self.frames[place:]:
                        if wanted(frame):
                            return frame
                    place = len(self.frames)
                    if self._reader.done():
                        raise Silence(f"the connection ended ({self.close_code}) before {what} came")
                    await self._arrived.wait()
        except TimeoutError:
            raise Silence(f"{what} did not come within {seconds:g} s") from None

    async def answer(self, kind: str, since: int, seconds: float = PATIENCE, **matching: Any) -> Frame:
        """The frame of type ``kind`` with these values, or the error that was answered instead.

        Raises
        ------
        Refused
            An error frame came first.
        Silence
            Neither came.
        """

        def wanted(frame: Frame) -> bool:
            if frame.get("type") == "error" and ("n" not in matching or frame.get("n") in (None, matching["n"])):
                return True
            return frame.get("type") == kind and all(frame.get(name) == value for name, value in matching.items())

        frame = await self.wait_for(wanted, since, seconds, kind)
        if frame["type"] == "error":
            raise Refused(frame["code"], frame)
        return frame

    async def close(self) -> None:
        """Close it as a page does that goes away."""
        await self._socket.close(code=1001)
        await asyncio.gather(self._reader, return_exceptions=True)

    async def drop(self) -> None:
        """Cut it without a word, as a lost network does."""
        self._reader.cancel()
        line = self._socket.get_extra_info("socket")
        if line is not None:
            line.shutdown(socket.SHUT_RDWR)
        await asyncio.gather(self._reader, return_exceptions=True)

    async def _read(self) -> None:
        try:
            async for message in self._socket:
                if message.type is WSMsgType.TEXT:
                    await self._take(json.loads(message.data))
        finally:
            async with self._arrived:
                self._arrived.notify_all()

    async def _take(self, frame: Frame) -> None:
        conversation = frame.get("conversation")
        if conversation:
            for event in _events_of(frame):
                self.record(conversation).take(event)
        async with self._arrived:
            self.frames.append(frame)
            self._arrived.notify_all()


class _Party:
    """What visitor and officer have in common: a client id, counters by conversation, a socket that can be reopened."""

    def __init__(self, harbour: Harbour) -> None:
        self._harbour = harbour
        self.client = secrets.token_urlsafe(12)
        self.connection: Connection | None = None
        self._counters: dict[str, int] = {}
        self._one_at_a_time = asyncio.Lock()

    @property
    def online(self) -> Connection:
        """The open socket."""
        if self.connection is None:
            raise RuntimeError("say hello first")
        return self.connection

    def record(self, conversation: str) -> Record:
        """What this party has received of a conversation, on its present socket."""
        return self.online.record(conversation)

    async def leave(self) -> None:
        """Close the socket."""
        if self.connection is not None:
            await self.connection.close()

    async def _say(self, conversation: str, text: str, extra: Mapping[str, Any], seconds: float) -> Frame:
        """Send one message and wait until it is stored; its event. The next one waits its turn (protocol, counters)."""
        async with self._one_at_a_time:
            n = self._counters.get(conversation, 0) + 1
            since = await self.online.send({"action": "send", "n": n, "text": text, **extra})
            ack = await self.online.answer("ack", since, seconds, conversation=conversation, n=n)
            self._counters[conversation] = n
            event: Frame = ack["event"]
            self.record(conversation).take(event)
            return event

    async def _hear(self, conversation: str, wanted: Callable[[Frame], bool], seconds: float, what: str) -> Frame:
        """The first event of the conversation that is wanted, whether it has come or is still to come."""

        def holds(frame: Frame) -> bool:
            return frame.get("conversation") == conversation and any(wanted(event) for event in _events_of(frame))

        frame = await self.online.wait_for(holds, 0, seconds, what)
        return next(event for event in _events_of(frame) if wanted(event))


class Visitor(_Party):
    """Somebody who writes from a force's page."""

    def __init__(self, harbour: Harbour, language: str) -> None:
        super().__init__(harbour)
        self.language = language
        self.conversation = ""
        self.resume = ""
        self.welcome: Frame = {}

    async def open(self) -> Frame:
        """Begin a conversation; the welcome."""
        ticket = await self._harbour.post(f"{self._harbour.chat_api}/tickets", {"language": self.language})
        self.conversation, self.resume = ticket["conversation"], ticket["resume"]
        return await self._hello(ticket["ticket"])

    async def come_back(self) -> Frame:
        """Open a new socket to the same conversation, with what was missed; the welcome."""
        known = self.record(self.conversation) if self.connection else Record()
        asked = {"conversation": self.conversation, "resume": self.resume}
        ticket = await self._harbour.post(f"{self._harbour.chat_api}/tickets", asked)
        return await self._hello(ticket["ticket"], known)

    async def say(self, text: str, seconds: float = PATIENCE) -> Frame:
        """Send a message and wait until it is stored; its event."""
        return await self._say(self.conversation, text, {}, seconds)

    async def hears(self, number: int = 1, seconds: float = PATIENCE) -> Frame:
        """The officer's message of that number, counted from 1."""
        return await _nth_message(self, self.conversation, "officer:", number, seconds)

    async def sees(self, kind: str, seconds: float = PATIENCE) -> Frame:
        """The first event of that type."""
        return await self._hear(self.conversation, lambda event: event["type"] == kind, seconds, kind)

    async def pause(self) -> None:
        """Quick exit, over the socket."""
        await self.online.send({"action": "pause"})

    async def _hello(self, ticket: str, known: Record | None = None) -> Frame:
        self.connection = await self._harbour.connect(ticket)
        if known is not None:
            self.connection.records[self.conversation] = known
        hello = {"action": "hello", "client": self.client, "language": self.language}
        since = await self.connection.send({**hello, "last": known.last if known else 0})
        self.welcome = await self.connection.answer("welcome", since)
        self._counters[self.conversation] = self.welcome["n"]
        return self.welcome


class Officer(_Party):
    """Somebody who answers, signed in with password and authenticator."""

    def __init__(self, harbour: Harbour, token: str) -> None:
        super().__init__(harbour)
        self._token = token

    async def go_on_duty(self, language: str = "en") -> None:
        """Open the socket for alerts, and take part in the queue."""
        if self.connection is None:
            await self._hello()
        await self.call("PUT", "/duty", {"on_duty": True, "language": language})

    async def go_off_duty(self) -> None:
        """Take no part in the queue."""
        await self.call("PUT", "/duty", {"on_duty": False, "language": "en"})

    async def queue(self) -> Frame:
        """What waits, what is mine, what needs attention."""
        return await self.call("GET", "/queue")

    async def accept(self, conversation: str, last: int = 0) -> Frame:
        """Take a conversation and join it; its welcome."""
        await self.call("POST", f"/conversations/{conversation}/accept", {})
        return await self.join(conversation, last)

    async def join(self, conversation: str, last: int = 0) -> Frame:
        """Join a conversation of one's own, with what was missed after event ``last``; its welcome."""
        resume = {"action": "resume", "client": self.client, "last": last, "conversation": conversation}
        since = await self.online.send(resume)
        welcome = await self.online.answer("welcome", since, conversation=conversation)
        self._counters[conversation] = welcome["n"]
        return welcome

    async def say(self, conversation: str, text: str, seconds: float = PATIENCE) -> Frame:
        """Send a message and wait until it is stored; its event."""
        return await self._say(conversation, text, {"conversation": conversation}, seconds)

    async def hears(self, conversation: str, number: int = 1, seconds: float = PATIENCE) -> Frame:
        """The visitor's message of that number, counted from 1."""
        return await _nth_message(self, conversation, "visitor", number, seconds)

    async def sees(self, conversation: str, kind: str, seconds: float = PATIENCE) -> Frame:
        """The first event of that type."""
        return await self._hear(conversation, lambda event: event["type"] == kind, seconds, kind)

    async def close(self, conversation: str, outcome: str) -> Frame:
        """End a conversation with an outcome; the event that says so."""
        await self.online.send({"action": "close", "conversation": conversation, "outcome": outcome})
        return await self.sees(conversation, "closed")

    async def package(self, conversation: str, why: str = "") -> Frame:
        """Where the sealed package is; Refused with ``not_sealed`` before it is.

        ``why``: a code of the read reasons, for a conversation that was a colleague's.
        """
        return await self.call("GET", f"/conversations/{conversation}/package" + (f"?why={why}" if why else ""))

    async def call(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Frame:
        """Call the officers' REST API."""
        headers = {"Authorization": self._token}
        return await self._harbour.request(method, f"{self._harbour.console_api}{path}", body, headers)

    async def _hello(self) -> None:
        ticket = await self.call("POST", "/ticket", {})
        self.connection = await self._harbour.connect(ticket["ticket"])
        since = await self.connection.send({"action": "hello", "client": self.client})
        await self.connection.answer("welcome", since)


class Harbour:
    """A running Harbour, by its addresses.

    Parameters
    ----------
    document
        Content of ``local.json``.
    """

    def __init__(self, document: Mapping[str, Any]) -> None:
        self.chat_api: str = document["chat_api"]
        self.chat_socket: str = document["chat_socket"]
        self.console_api: str = document["console_api"]
        self.console_page: str = document["console_page"]
        self._officers = {entry["username"]: entry for entry in document["officers"]}
        self._session: ClientSession | None = None

    @classmethod
    def of(cls, local_json: str | Path) -> Self:
        """The one that wrote this file."""
        return cls(json.loads(Path(local_json).read_text("utf-8")))

    async def __aenter__(self) -> Self:
        patience = ClientTimeout(total=60, sock_connect=15)
        self._session = ClientSession(connector=TCPConnector(limit=0), timeout=patience)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._session is not None:
            await self._session.close()

    @property
    def _web(self) -> ClientSession:
        if self._session is None:
            raise RuntimeError("use it as a context manager")
        return self._session

    async def visitor(self, language: str = "en") -> Visitor:
        """A visitor in a new conversation."""
        visitor = Visitor(self, language)
        await visitor.open()
        return visitor

    async def officer(self, username: str) -> Officer:
        """One of the demonstration officers, signed in."""
        return Officer(self, await self.sign_in(username))

    async def sign_in(self, username: str) -> str:
        """The ID token of one of the demonstration officers.

        Raises
        ------
        Refused
            With the sign-in service's own code.
        """
        secret = self._officers[username]
        settings = (await self.request("GET", f"{self.console_page}config.json"))["cognito"]
        asked = await self._cognito(
            settings["endpoint"],
            "InitiateAuth",
            {
                "ClientId": settings["client_id"],
                "AuthFlow": "USER_PASSWORD_AUTH",
                "AuthParameters": {"USERNAME": username, "PASSWORD": secret["password"]},
            },
        )
        answered = await self._cognito(
            settings["endpoint"],
            "RespondToAuthChallenge",
            {
                "ClientId": settings["client_id"],
                "ChallengeName": "SOFTWARE_TOKEN_MFA",
                "Session": asked["Session"],
                "ChallengeResponses": {
                    "USERNAME": username,
                    "SOFTWARE_TOKEN_MFA_CODE": pyotp.TOTP(secret["totp_secret"]).now(),
                },
            },
        )
        token: str = answered["AuthenticationResult"]["IdToken"]
        return token

    async def connect(self, ticket: str) -> Connection:
        """Open the socket with a ticket."""
        return Connection(await self._web.ws_connect(f"{self.chat_socket}?ticket={ticket}", max_msg_size=0))

    async def post(self, url: str, body: Mapping[str, Any]) -> Frame:
        """POST JSON."""
        return await self.request("POST", url, body)

    async def request(
        self,
        method: str,
        url: str,
        body: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Frame:
        """Send a request with a JSON body; its JSON answer.

        Raises
        ------
        Refused
            For any status from 400 on.
        """
        async with self._web.request(method, url, json=body, headers=headers) as answered:
            text = await answered.text()
            if not answered.ok:
                problem = _object(text)
                raise Refused(str(problem.get("code") or answered.status), problem)
            return _object(text)

    async def _cognito(self, endpoint: str, action: str, body: Mapping[str, Any]) -> Frame:
        headers = {
            "X-Amz-Target": f"AWSCognitoIdentityProviderService.{action}",
            "Content-Type": "application/x-amz-json-1.1",
        }
        async with self._web.post(endpoint + "/", data=json.dumps(body), headers=headers) as answered:
            document = _object(await answered.text())
            if not answered.ok:
                raise Refused(str(document.get("__type", answered.status)), document)
            return document


async def _nth_message(party: _Party, conversation: str, actor: str, number: int, seconds: float) -> Frame:
    """The message of that number of one side, counted from 1, once all before it are there."""

    def messages() -> list[Frame]:
        return [e for e in party.record(conversation).messages() if e["actor"].startswith(actor)]

    await party.online.wait_for(
        lambda _: len(messages()) >= number, 0, seconds, f"message {number} of the {actor.rstrip(':')}"
    )
    return messages()[number - 1]


def _events_of(frame: Frame) -> Iterable[Frame]:
    """The events that a frame carries."""
    match frame.get("type"):
        case "event" | "ack":
            return [frame["event"]]
        case "events":
            events: list[Frame] = frame["events"]
            return events
        case _:
            return []


def _object(text: str) -> Frame:
    try:
        document = json.loads(text or "{}")
    except ValueError:
        return {"detail": text[:200]}
    return document if isinstance(document, dict) else {"value": document}
