"""Call the functions as API Gateway does, with recorded events, on the in-memory world."""

from __future__ import annotations

import importlib.util
import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any

from harbour.identity.model import Grant, Officer, Role
from tests.unit.conversation.world import World

ROOT = Path(__file__).parents[3]
EVENTS = ROOT / "tests" / "fixtures" / "events"


def door(name: str) -> ModuleType:
    """The module of a function, loaded as Lambda loads it: by its path, not as part of a package."""
    module_name = f"function_{name}"
    if module_name not in sys.modules:
        spec = importlib.util.spec_from_file_location(module_name, ROOT / "functions" / name / "app.py")
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        sys.modules[module_name] = module
        spec.loader.exec_module(module)
    return sys.modules[module_name]


def recorded(name: str) -> dict[str, Any]:
    """A recorded event."""
    event: dict[str, Any] = json.loads((EVENTS / f"{name}.json").read_text("utf-8"))
    return event


@dataclass
class Socket:
    """A client's socket as the doors see it: connect, message, disconnect."""

    world: World
    connection: str
    context: dict[str, str] = field(default_factory=dict)

    def connect(self, ticket: str) -> str:
        """``Allow`` or ``Deny``, by the authorizer; on ``Allow`` the chat function sees ``$connect``."""
        event = recorded("socket_connect")
        event["queryStringParameters"] = {"ticket": ticket}
        answer = door("authorizer").handler(event, None)
        effect: str = answer["policyDocument"]["Statement"][0]["Effect"]
        if effect == "Allow":
            self.context = answer["context"]
            self._chat(event)
        return effect

    def send(self, frame: object) -> None:
        """One text frame."""
        event = recorded("socket_message")
        event["body"] = frame if isinstance(frame, str) else json.dumps(frame)
        self._chat(event)

    def disconnect(self) -> None:
        """The socket closes."""
        self._chat(recorded("socket_disconnect"))

    @property
    def frames(self) -> list[dict[str, Any]]:
        return self.world.sockets.sent[self.connection]  # type: ignore[index]

    def _chat(self, event: dict[str, Any]) -> None:
        event["requestContext"] |= {"connectionId": self.connection, "authorizer": self.context}
        assert door("chat").handler(event, None) == {"statusCode": 200}


def rest(
    function: str,
    method: str,
    path: str,
    body: object = None,
    *,
    claims: Mapping[str, str] | None = None,
    content_type: str = "application/json",
    query: Mapping[str, str] | None = None,
    **parameters: str,
) -> tuple[int, Any, dict[str, str]]:
    """Status, JSON body and headers of a REST call; ``path`` is the route's template."""
    event = recorded("rest")
    event["requestContext"] |= {"resourcePath": path, "httpMethod": method}
    if claims is not None:
        event["requestContext"]["authorizer"] = {"claims": dict(claims)}
    event |= {"pathParameters": parameters or None, "httpMethod": method, "resource": path}
    event["headers"] = {"content-type": content_type}
    event["multiValueQueryStringParameters"] = {k: [v] for k, v in query.items()} if query else None
    event["body"] = body if isinstance(body, str) else json.dumps(body) if body is not None else None
    answer = door(function).app(event, None)
    text = answer["body"]
    return answer["statusCode"], json.loads(text) if text else None, answer["headers"]


def claims_of(officer: Officer, group: str = "officer", force: str = "eastshire") -> dict[str, str]:
    """The claims of an ID token, as API Gateway hands them on."""
    return {
        "sub": "d2f1a7f0-0000-4000-8000-000000000000",
        "name": officer.name,
        "custom:collar": officer.collar,
        "custom:force": force,
        "cognito:groups": group,
    }


def officer_grant(officer: Officer) -> Grant:
    """An officer's ticket is good for this."""
    return Grant(role=Role.OFFICER, officer=officer)
