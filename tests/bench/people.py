"""Visitors and officers, as API Gateway shows them to the functions: REST calls, sockets, frames.

A person keeps what it said and what its sockets were sent; :mod:`tests.bench.oracle` compares the two with the record.
"""

from __future__ import annotations

import json
import secrets
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from tests.bench.functions import Functions
from tests.bench.prices import socket_messages
from tests.bench.wire import Operation, Recorder

_EVENTS: Final = Path(__file__).parents[1] / "fixtures" / "events"
_CREATED: Final = (200, 201, 204)


@dataclass(frozen=True, slots=True)
class Gateway:
    """Calls the functions with recorded events, as API Gateway does, and counts what comes in.

    ``tickets`` are those that opened a socket.
    """

    functions: Functions
    recorder: Recorder
    tickets: list[str] = field(default_factory=list)

    def rest(
        self,
        function: str,
        method: str,
        resource: str,
        body: object = None,
        *,
        claims: Mapping[str, str] | None = None,
        **parameters: str,
    ) -> Any:
        """The JSON body of the answer.

        Raises
        ------
        AssertionError
            The function refused.
        """
        event = _recorded("rest")
        event |= {"httpMethod": method, "resource": resource, "pathParameters": parameters or None}
        event["requestContext"] |= {"resourcePath": resource, "httpMethod": method}
        event["headers"] = {"content-type": "application/json"}
        event["body"] = None if body is None else json.dumps(body)
        if claims is not None:
            event["requestContext"]["authorizer"] = {"claims": dict(claims)}
        self.recorder.note(Operation(service="rest", name=method, bill=Counter({"rest_request": 1})))
        answer = self.functions.invoke(function, event)
        assert answer["statusCode"] in _CREATED, answer
        return json.loads(answer["body"]) if answer["body"] else None

    def connect(self, ticket: str) -> Socket:
        """Open a socket with a ticket.

        Raises
        ------
        AssertionError
            The authorizer refused.
        """
        self.tickets.append(ticket)
        connection = f"{secrets.token_urlsafe(9)[:11]}CIAMc="
        event = _recorded("socket_connect")
        event["requestContext"]["connectionId"] = connection
        event["queryStringParameters"] = {"ticket": ticket}
        answer = self.functions.invoke("authorizer", event)
        assert answer["policyDocument"]["Statement"][0]["Effect"] == "Allow", answer
        context = dict(answer["context"])
        event["requestContext"]["authorizer"] = context
        self.functions.invoke("chat", event)
        self.recorder.sockets.open(connection)
        return Socket(self, connection, context)


@dataclass(frozen=True, slots=True)
class Socket:
    """One connection."""

    gateway: Gateway
    connection: str
    context: Mapping[str, str]

    def send(self, frame: Mapping[str, Any]) -> None:
        """One text frame from the client: counted as it comes in, then handled."""
        body = json.dumps(frame, ensure_ascii=False)
        self.gateway.recorder.note(
            Operation(
                service="socket",
                name=f"in {frame['action']}",
                began=time.monotonic(),
                ended=time.monotonic(),
                bill=Counter({"socket_message": socket_messages(len(body.encode()))}),
            )
        )
        event = _recorded("socket_message")
        event["body"] = body
        self._chat(event)

    def die(self) -> None:
        """Gone without a word: posts are answered 410, and no ``$disconnect`` comes."""
        self.gateway.recorder.sockets.close(self.connection)

    def disconnect(self) -> None:
        """Closed, and API Gateway says so."""
        self.die()
        self._chat(_recorded("socket_disconnect"))

    @property
    def frames(self) -> list[dict[str, Any]]:
        """What the socket was sent, in order."""
        return self.gateway.recorder.sockets.inbox(self.connection)

    def got(self, kind: str) -> list[dict[str, Any]]:
        """The frames of one type."""
        return [frame for frame in self.frames if frame["type"] == kind]

    def _chat(self, event: dict[str, Any]) -> None:
        event["requestContext"] |= {"connectionId": self.connection, "authorizer": dict(self.context)}
        answer = self.gateway.functions.invoke("chat", event)
        assert answer == {"statusCode": 200}, answer


@dataclass
class Person:
    """A party of one conversation, with a page of its own.

    Attributes
    ----------
    said
        The texts that were sent, in order; ``said[n - 1]`` has the counter *n*.
    sockets
        All sockets so far; the last one is in use.
    """

    gateway: Gateway
    conversation: str = ""
    client: str = field(default_factory=lambda: secrets.token_hex(6))
    said: list[str] = field(default_factory=list)
    sockets: list[Socket] = field(default_factory=list)

    @property
    def socket(self) -> Socket:
        """The socket in use."""
        return self.sockets[-1]

    @property
    def named(self) -> dict[str, str]:
        """The field by which a frame names the conversation; a visitor's names none."""
        return {}

    def connect(self) -> None:
        """Open a socket for the first time or again, and catch up."""
        raise NotImplementedError

    def say(self, text: str) -> None:
        """Send the next message."""
        self.said.append(text)
        self.resend(len(self.said))

    def resend(self, n: int) -> None:
        """Send message ``n`` (again)."""
        self.socket.send({"action": "send", "n": n, "text": self.said[n - 1], **self.named})

    def signal(self, action: str, **fields: Any) -> None:
        """Send a frame that is no message."""
        self.socket.send({"action": action, **fields, **self.named})

    @property
    def seen(self) -> dict[int, dict[str, Any]]:
        """Every event that any socket of this person was sent, by number.

        Raises
        ------
        AssertionError
            The same number came with two contents.
        """
        found: dict[int, dict[str, Any]] = {}
        for event in self._events():
            assert found.setdefault(event["seq"], event) == event, f"event {event['seq']} came in two forms"
        return found

    @property
    def last(self) -> int:
        """The highest number up to which nothing is missing."""
        seen, last = self.seen, 0
        while last + 1 in seen:
            last += 1
        return last

    def _events(self) -> Iterator[dict[str, Any]]:
        for socket in self.sockets:
            for frame in socket.frames:
                if frame["type"] in ("event", "ack"):
                    yield frame["event"]
                elif frame["type"] == "events":
                    yield from frame["events"]


@dataclass
class Visitor(Person):
    """Somebody who needs help, and the page's secrets."""

    language: str = "en"
    resume: str = ""

    @classmethod
    def arrives(cls, gateway: Gateway, language: str = "en") -> Visitor:
        """A ticket, a socket, hello."""
        visitor = cls(gateway, language=language)
        visitor.connect()
        return visitor

    def connect(self) -> None:
        """Open a socket for the first time or again, and catch up."""
        asked = (
            {"conversation": self.conversation, "resume": self.resume}
            if self.conversation
            else {"language": self.language}
        )
        admitted = self.gateway.rest("visitor", "POST", "/tickets", asked)
        self.conversation, self.resume = admitted["conversation"], admitted["resume"]
        last = self.last
        self.sockets.append(self.gateway.connect(admitted["ticket"]))
        self.signal("hello", client=self.client, language=self.language, last=last)


@dataclass
class Officer(Person):
    """Somebody who answers."""

    collar: str = "4417"
    name: str = "Amelia Hart"

    @classmethod
    def comes_on_duty(cls, gateway: Gateway, collar: str = "4417", name: str = "Amelia Hart") -> Officer:
        """A ticket, a socket, on duty."""
        officer = cls(gateway, collar=collar, name=name)
        officer.connect()
        gateway.rest("console", "PUT", "/duty", {"on_duty": True, "language": "en"}, claims=officer.claims)
        return officer

    @property
    def claims(self) -> dict[str, str]:
        """What Cognito says of her."""
        return {
            "sub": "d2f1a7f0-0000-4000-8000-000000000000",
            "name": self.name,
            "custom:collar": self.collar,
            "custom:force": "eastshire",
            "cognito:groups": "officer",
        }

    @property
    def named(self) -> dict[str, str]:
        """An officer may have several conversations."""
        return {"conversation": self.conversation}

    def connect(self) -> None:
        """Open a socket, say hello for the alerts of the queue, and join what she is in."""
        issued = self.gateway.rest("console", "POST", "/ticket", {}, claims=self.claims)
        self.sockets.append(self.gateway.connect(issued["ticket"]))
        self.socket.send({"action": "hello", "client": self.client})
        if self.conversation:
            self.join()

    def accept(self, conversation: str) -> None:
        """Take a conversation, and join it."""
        path = "/conversations/{conversation}/accept"
        self.gateway.rest("console", "POST", path, {}, claims=self.claims, conversation=conversation)
        self.conversation = conversation
        self.join()

    def join(self) -> None:
        """Take part with the socket in use, and catch up."""
        self.signal("resume", client=self.client, last=self.last)


def meet(gateway: Gateway, language: str = "en") -> tuple[Visitor, Officer]:
    """A visitor and an officer in one conversation, both connected, nothing said yet."""
    officer = Officer.comes_on_duty(gateway)
    visitor = Visitor.arrives(gateway, language)
    officer.accept(visitor.conversation)
    return visitor, officer


def _recorded(name: str) -> dict[str, Any]:
    event: dict[str, Any] = json.loads((_EVENTS / f"{name}.json").read_text("utf-8"))
    return event
