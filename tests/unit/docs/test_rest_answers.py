"""What the REST doors really answer is what is documented: models, status, problem codes, headers."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from docs.reference import openapi
from docs.reference.rest import OFFICER, VISITOR
from harbour.evidence.model import Sealed
from harbour.identity.model import Officer
from harbour.runtime.errors import HarbourError
from tests.unit.conversation.world import AMELIA, TOM, World
from tests.unit.functions.doors import claims_of, rest

FUNCTIONS = {"visitor": (VISITOR, openapi.visitor()), "console": (OFFICER, openapi.officer())}
CONVERSATION = "/conversations/{conversation}"


class Caller:
    """Calls a door and holds its answer against the document."""

    def __init__(self, function: str, claims: dict[str, str] | None = None) -> None:
        self._function = function
        self._claims = claims
        self._routes, self._document = FUNCTIONS[function]

    def __call__(self, method: str, path: str, body: object = None, *, expect: int, **more: Any) -> Any:
        status, answer, headers = rest(self._function, method, path, body, claims=self._claims, **more)
        assert status == expect, answer
        assert headers["Cache-Control"] == "no-store"
        responses = self._document["paths"][path][method.lower()]["responses"]
        response = responses[str(status)]
        if "content" not in response:
            assert answer is None
            return None
        (kind, content), *_ = response["content"].items()
        assert headers["Content-Type"] == kind
        schema = content["schema"] | {"components": self._document["components"]}
        Draft202012Validator(schema).validate(answer)
        if kind == "application/problem+json":
            assert f"`{answer['code']}`" in response["description"], f"{answer['code']} is not documented here"
            assert answer["type"].endswith(f"/{answer['code']}")
        return answer


def officer(who: Officer = AMELIA, group: str = "officer") -> Caller:
    return Caller("console", claims_of(who, group))


def test_a_visitor_gets_what_is_documented(world: World) -> None:
    call = Caller("visitor")
    call("GET", "/force", expect=200)
    admission = call("POST", "/tickets", {"language": "es"}, expect=201)
    again = {"conversation": admission["conversation"], "resume": admission["resume"]}
    call("POST", "/tickets", again, expect=201)
    visitor = world.visitor()
    call("POST", "/tickets", {"conversation": visitor.conversation, "resume": "x" * 43}, expect=403)
    leave = {"conversation": visitor.conversation, "resume": visitor.resume}
    call("POST", "/exit", json.dumps(leave), content_type="text/plain;charset=UTF-8", expect=204)
    call("POST", "/exit", leave | {"resume": "y" * 43}, expect=403)
    unsent = leave | {"client": visitor.client, "language": "es", "n": 1}
    call("POST", "/exit", unsent | {"texts": ["uno"]}, expect=204)
    for refused in ("", "x" * 4001, "\ud83d"):
        call("POST", "/exit", unsent | {"texts": [refused]}, expect=400)
    call("POST", "/exit", unsent | {"n": 9, "texts": ["uno"]}, expect=400)


@pytest.mark.parametrize(
    "body", ["{", "[]", {"conversation": "x", "resume": "y" * 43}, {"resume": "\ud800" * 30}, "x" * 40_000]
)
@pytest.mark.parametrize("path", ["/tickets", "/exit"])
def test_a_visitors_bad_body_is_refused_as_documented(world: World, path: str, body: object) -> None:
    Caller("visitor")("POST", path, body, expect=400)
    del world


def test_an_officer_gets_what_is_documented(world: World) -> None:
    call = officer()
    call("GET", "/me", expect=200)
    call("POST", "/ticket", {}, expect=201)
    call("PUT", "/duty", {"on_duty": True, "language": "en"}, expect=200)
    visitor = world.visitor()
    this = {"conversation": visitor.conversation}
    assert call("GET", "/queue", expect=200)["waiting"]
    call("POST", f"{CONVERSATION}/accept", {}, expect=200, **this)
    assert call("GET", "/queue", expect=200)["mine"]
    visitor.say("Tengo miedo")
    assert len(call("GET", f"{CONVERSATION}/events", query={"after": "1"}, expect=200, **this)["events"]) == 2
    call("POST", f"{CONVERSATION}/notes", {"text": "Speaks quietly."}, expect=201, **this)
    assert call("GET", f"{CONVERSATION}/notes", expect=200, **this)["notes"]
    assert call("GET", "/canned", query={"language": "es"}, expect=200)["answers"]
    call("POST", f"{CONVERSATION}/release", {}, expect=200, **this)
    world.service.close(visitor.caller, visitor.conversation, "")
    assert call("GET", "/closed", expect=200)["conversations"]


def test_a_package_is_offered_as_documented(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {
        "HARBOUR_EVIDENCE_BUCKET": "evidence",
        "AWS_ACCESS_KEY_ID": "AKIAEXAMPLE",
        "AWS_SECRET_ACCESS_KEY": "example",
        "AWS_DEFAULT_REGION": "eu-west-2",
    }.items():
        monkeypatch.setenv(name, value)
    visitor = world.visitor()
    this = {"conversation": visitor.conversation}
    officer()("GET", f"{CONVERSATION}/package", expect=404, **this)
    world.service.close(visitor.caller, visitor.conversation, "")
    sealed = Sealed(f"packages/eastshire/2026/{visitor.conversation}.zip", "0" * 64, world.now)
    world.store.mark_sealed(visitor.conversation, sealed)
    officer()("GET", f"{CONVERSATION}/package", expect=400, **this)
    answer = officer()("GET", f"{CONVERSATION}/package", query={"why": "review"}, expect=200, **this)
    assert "X-Amz-Expires=300" in answer["url"]
    assert answer["name"] == f"{visitor.conversation}.zip"


@pytest.mark.parametrize("role", ["advocate", "analyst", "admin", ""])
@pytest.mark.parametrize(("method", "path"), OFFICER)
def test_a_role_without_the_right_is_refused_on_every_route(world: World, method: str, path: str, role: str) -> None:
    visitor = world.visitor()
    parameters = {"conversation": visitor.conversation} if "{conversation}" in path else {}
    body = {"text": "x"} if path.endswith("/notes") and method == "POST" else {"on_duty": True}
    refused = officer(TOM, role)(method, path, body if method != "GET" else None, expect=403, **parameters)
    assert refused["code"] == "forbidden"


@pytest.mark.parametrize(("method", "path"), [route for route in OFFICER if "{conversation}" in route[1]])
def test_an_unknown_conversation_is_refused_on_every_route_as_documented(world: World, method: str, path: str) -> None:
    body = {"text": "x"} if path.endswith("/notes") and method == "POST" else None
    refused = officer()(method, path, body, expect=404, conversation="f" * 32)
    assert refused["code"] == "no_conversation"
    del world


@pytest.mark.parametrize(
    ("path", "prepare", "code"),
    [
        ("accept", lambda world, visitor: world.desk.accept(TOM, visitor.conversation), "already_accepted"),
        ("accept", lambda world, visitor: world.service.close(visitor.caller, visitor.conversation, ""), "closed"),
        ("release", lambda world, visitor: world.desk.accept(TOM, visitor.conversation), "not_owner"),
    ],
)
def test_a_state_that_has_moved_on_is_refused_as_documented(
    world: World, path: str, prepare: Callable[[World, Any], object], code: str
) -> None:
    visitor = world.visitor()
    prepare(world, visitor)
    status = 403 if code == "not_owner" else 409
    this = {"conversation": visitor.conversation}
    assert officer()("POST", f"{CONVERSATION}/{path}", {}, expect=status, **this)["code"] == code


def test_bad_requests_of_officers_are_refused_as_documented(world: World) -> None:
    this = {"conversation": world.visitor().conversation}
    call = officer()
    call("PUT", "/duty", {"on_duty": "yes"}, expect=400)
    call("POST", f"{CONVERSATION}/notes", {"text": " "}, expect=400, **this)
    call("POST", f"{CONVERSATION}/notes", {"text": "x" * 4_001}, expect=400, **this)
    call("GET", f"{CONVERSATION}/events", query={"after": "x"}, expect=400, **this)


@pytest.mark.parametrize("path", ["events", "notes"])
def test_a_closed_conversation_of_somebody_else_is_read_for_a_reason_as_documented(world: World, path: str) -> None:
    visitor = world.visitor()
    world.service.close(visitor.caller, visitor.conversation, "")
    this = {"conversation": visitor.conversation}
    refused = officer()("GET", f"{CONVERSATION}/{path}", query={"why": "curious"}, expect=400, **this)
    assert (refused["code"], refused["field"]) == ("reason_needed", "why")
    officer()("GET", f"{CONVERSATION}/{path}", query={"why": "complaint"}, expect=200, **this)


def test_a_crash_is_answered_as_documented(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(world.desk, "queue", broken)
    officer()("GET", "/queue", expect=500)


def test_every_documented_status_is_the_one_of_its_codes() -> None:
    for routes, document in FUNCTIONS.values():
        for (method, path), route in routes.items():
            responses = document["paths"][path][method.lower()]["responses"]
            assert str(route.status) in responses
            assert str(HarbourError.status) in responses
