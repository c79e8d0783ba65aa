"""A host whose every answer the test gives: for states that a real one shows only after an accident.

The force's page, the launcher and the chat are the real ones; the socket and the REST answers of the chat are not.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import BrowserContext, Route, WebSocketRoute

FORCE: dict[str, Any] = {
    "name": "Eastshire Police",
    "on_duty": True,
    "exit_url": "https://www.bbc.co.uk/",
    "emergency": "999",
    "answering": "police officers trained in domestic abuse",
}
HELPLINES = [
    {"name": "National Domestic Abuse Helpline", "phone": "0808 2000 247", "hours": "24 hours", "for": "women"},
    {"name": "Live Fear Free", "phone": "0808 80 10 800", "for": "anyone in Wales", "text": "Text 07860 077333"},
]
OFFICER = {"name": "Amelia Hart", "collar": "4021", "language": "en"}
ACTOR = "officer:4021"
_ANY_ORIGIN = {"access-control-allow-origin": "*"}


@dataclass
class ScriptedHost:
    """Answers one visitor.

    ``away``: no ticket, as when the service cannot be reached. ``refuses``: the answer to who asks for one.
    ``turns_away``: a ticket, and no socket. ``silent``: what is sent arrives, unacknowledged. ``full``: no message is
    taken any more.
    """

    context: BrowserContext
    on_duty: bool = True
    away: bool = False
    refuses: tuple[int, str] | None = None
    events: list[dict[str, Any]] = field(default_factory=list)
    stored: int = 0
    sockets: list[WebSocketRoute] = field(default_factory=list)
    language: str = "en"
    silent: bool = False
    turns_away: bool = False
    full: bool = False
    sent: list[dict[str, Any]] = field(default_factory=list)
    exits: list[dict[str, Any]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.context.route_web_socket("**/socket?*", self._connected)
        self.context.route("**/chat/tickets", self._ticket)
        self.context.route("**/chat/exit", self._exit)
        self.context.route("**/chat/force", self._force)
        self.context.route("**/chat/help", self._help)

    def say(self, text: str, translation: str = "", engine: str = "amazon") -> None:
        """The officer writes."""
        translations = [{"to": self.language, "from": "en", "text": translation, "engine": engine}]
        body = {"text": text, "language": "en", "translations": translations if translation else []}
        self.happens("message", ACTOR, body)

    def happens(self, kind: str, actor: str, body: dict[str, Any], *, told: bool = True) -> None:
        """The next event. ``told``: it reaches the page at once, and not only when it asks for what it missed."""
        event = self._event(kind, actor, body)
        if told:
            self.tells({"type": "event", "conversation": "c", "event": event})

    def tells(self, frame: dict[str, Any]) -> None:
        self.sockets[-1].send(json.dumps(frame))

    def breaks_the_line(self) -> None:
        self.away = True
        self.sockets[-1].close()

    def _event(self, kind: str, actor: str, body: dict[str, Any]) -> dict[str, Any]:
        seq = len(self.events) + 1
        at = f"2026-11-30T09:{seq:02}:00.000Z"
        self.events.append({"seq": seq, "type": kind, "actor": actor, "at": at, "body": body})
        return self.events[-1]

    def _connected(self, socket: WebSocketRoute) -> None:
        self.sockets.append(socket)
        if self.turns_away:
            socket.close()
        socket.on_message(self._heard)

    def _heard(self, message: str | bytes) -> None:
        frame: dict[str, Any] = json.loads(message)
        if frame["action"] == "hello":
            self.language = frame["language"]
            if not self.events:
                body = {"force": "eastshire", "language": self.language, "service_language": "en"}
                self._event("opened", "visitor", body)
            officer = OFFICER if self.events[-1]["type"] == "joined" else None
            welcome = {"type": "welcome", "role": "visitor", "conversation": "c", "on_duty": self.on_duty}
            self.tells({**welcome, "officer": officer, "seq": len(self.events), "n": self.stored})
        if frame["action"] in {"hello", "resume"}:
            missed = [event for event in self.events if event["seq"] > frame["last"]]
            self.tells({"type": "events", "conversation": "c", "events": missed, "more": False})
        if frame["action"] == "send":
            self.sent.append(frame)
        if frame["action"] == "send" and self.full:
            refused = {"type": "error", "code": "conversation_full", "message": "Full.", "n": frame["n"]}
            self.tells({**refused, "conversation": "c"})
        elif frame["action"] == "send" and not self.silent:
            self.stored = frame["n"]
            event = self._event("message", "visitor", {"text": frame["text"], "language": self.language})
            self.tells({"type": "ack", "conversation": "c", "n": frame["n"], "event": event, "duplicate": False})
        if frame["action"] == "close":
            self.happens("closed", "visitor", {"by": "visitor"})

    def _ticket(self, route: Route) -> None:
        if self.away:
            route.abort()
        elif self.refuses:
            status, code = self.refuses
            problem = {"type": "about:blank", "title": code, "status": status, "code": code}
            route.fulfill(status=status, json=problem, headers=_ANY_ORIGIN)
        else:
            ticket = {"ticket": "t", "conversation": "c", "resume": "r"}
            route.fulfill(status=201, json=ticket, headers=_ANY_ORIGIN)

    def _exit(self, route: Route) -> None:
        self.exits.append(json.loads(route.request.post_data or ""))
        route.fulfill(status=204, headers=_ANY_ORIGIN)

    def _force(self, route: Route) -> None:
        opens = {"from": "2026-12-01T08:00:00Z", "to": "2026-12-01T22:00:00Z"}
        nobody = {"opens": opens, "helplines": HELPLINES}
        force = {**FORCE, "on_duty": self.on_duty, **({} if self.on_duty else nobody)}
        route.fulfill(json=force, headers=_ANY_ORIGIN)

    def _help(self, route: Route) -> None:
        route.fulfill(json={"reply_within": None, "helplines": HELPLINES}, headers=_ANY_ORIGIN)


COLLEAGUE = {"name": "Tom Okafor", "collar": "77"}
ME: dict[str, Any] = {
    "name": OFFICER["name"],
    "collar": OFFICER["collar"],
    "force": "eastshire",
    "role": "officer",
    "on_duty": True,
    "language": "en",
    "outcomes": [{"code": "advice_given", "label": "Advice given"}],
    "languages": [
        {"code": "en", "name": "English", "endonym": "English"},
        {"code": "es", "name": "Spanish", "endonym": "Español"},
        {"code": "ar", "name": "Arabic", "endonym": "العربية"},
        {"code": "ckb", "name": "Kurdish (Sorani)", "endonym": "کوردیی ناوەندی"},
    ],
}


@dataclass
class ScriptedDesk:
    """Answers one officer: the console and the sign-in are the real ones, what the console asks after that is not."""

    context: BrowserContext
    waiting: list[dict[str, Any]] = field(default_factory=list)
    attention: list[dict[str, Any]] = field(default_factory=list)
    away: bool = False
    denies: bool = False
    events: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    socket: WebSocketRoute | None = None

    def __post_init__(self) -> None:
        self.context.route_web_socket("**/socket?*", self._connected)
        self.context.route("**/officers/**", self._asked)

    def waits(self, number: int, language: str = "es", **more: Any) -> str:
        """One more in the queue, by number; the conversation's id."""
        conversation = f"{number:04x}bc9d-1111-4222-8333-0123456789ab"
        at = f"2026-11-30T08:{59 - number % 60:02}:00.000Z"
        item = {"conversation": conversation, "state": "waiting", "since": at, "language": language, "owner": None}
        item |= {"visitor": "here", "left": None, "attention": None, "opened_at": at, "last_at": at, **more}
        (self.attention if item["attention"] else self.waiting).append(item)
        self._event(conversation, "opened", "visitor", {"language": language, "service_language": "en", "force": "x"})
        self._event(conversation, "joined", ACTOR, OFFICER)
        text = {"to": "en", "from": language, "text": "I am afraid. " * 9, "engine": "amazon"}
        body = {"text": "Tengo miedo. " * 9, "language": language, "translations": [text]}
        self._event(conversation, "message", "visitor", body)
        return conversation

    def happens(self, conversation: str, kind: str, actor: str, body: dict[str, Any]) -> None:
        event = self._event(conversation, kind, actor, body)
        self.tells({"type": "event", "conversation": conversation, "event": event})

    def missed(self, conversation: str, text: str) -> None:
        """The visitor wrote while the officer's line was down."""
        self._event(conversation, "message", "visitor", {"text": text, "language": "es"})

    def tells(self, frame: dict[str, Any]) -> None:
        assert self.socket is not None, "no console has connected"
        self.socket.send(json.dumps(frame))

    def breaks_the_line(self) -> None:
        assert self.socket is not None, "no console has connected"
        self.away = True
        self.socket.close()

    def _event(self, conversation: str, kind: str, actor: str, body: dict[str, Any]) -> dict[str, Any]:
        events = self.events.setdefault(conversation, [])
        at = f"2026-11-30T09:{len(events):02}:00.000Z"
        events.append({"seq": len(events) + 1, "type": kind, "actor": actor, "at": at, "body": body})
        return events[-1]

    def _connected(self, socket: WebSocketRoute) -> None:
        self.socket = socket
        socket.on_message(self._heard)

    def _heard(self, message: str | bytes) -> None:
        frame: dict[str, Any] = json.loads(message)
        if frame["action"] == "hello":
            self.tells({"type": "welcome", "role": "officer"})
        if frame["action"] == "resume":
            conversation = frame["conversation"]
            events = self.events[conversation]
            language = events[0]["body"]["language"]
            welcome = {"type": "welcome", "role": "officer", "conversation": conversation, "state": "active"}
            more = {"language": language, "service_language": "en", "officer": OFFICER, "visitor": "here"}
            self.tells({**welcome, **more, "seq": len(events), "n": 0})
            missed = [event for event in events if event["seq"] > frame["last"]]
            self.tells({"type": "events", "conversation": conversation, "events": missed, "more": False})

    def _asked(self, route: Route) -> None:
        what = route.request.url.partition("/officers/")[2].partition("?")[0]
        if self.denies:
            problem = {"type": "about:blank", "title": "no", "status": 403, "code": "forbidden", "detail": "Not you."}
            route.fulfill(status=403, json=problem)
        elif self.away and what == "ticket":
            route.abort()
        elif what.endswith("/accept"):
            route.fulfill(json=self._accepted(what.partition("/")[2].partition("/")[0]))
        else:
            queue = {"waiting": self.waiting, "attention": self.attention, "mine": []}
            answers = {
                "me": ME,
                "ticket": {"ticket": "t"},
                "queue": {**queue, "on_duty": [ME, COLLEAGUE], "now": "2026-11-30T09:30:00.000Z"},
                "duty": {"on_duty": True, "language": "en"},
                "canned": {"answers": [{"key": "a", "title": "Safe?", "text": "Are you safe?", "translation": None}]},
            }
            route.fulfill(json=answers.get(what, {"notes": [], "conversations": []}))

    def _accepted(self, conversation: str) -> dict[str, Any]:
        item = next(i for i in self.waiting + self.attention if i["conversation"] == conversation)
        self.waiting = [i for i in self.waiting if i is not item]
        self.attention = [i for i in self.attention if i is not item]
        return {**item, "state": "active", "owner": OFFICER}
