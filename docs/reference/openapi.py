"""``visitor-api.yaml`` and ``officer-api.yaml``: the REST APIs as OpenAPI 3.1."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from pydantic import BaseModel

from docs.reference import VERSION
from docs.reference.refusals import FROM_API_GATEWAY, refusal, table
from docs.reference.rest import OFFICER, VISITOR, Problem, Route, app_of, body_of
from docs.reference.schemas import Json, prose, reference, schemas

_VISITOR: Final = """\
REST for a visitor, who has no account: which force this is, a ticket for the socket, and the way out. Any page may
call it: `Access-Control-Allow-Origin: *`, no cookies, no credentials. No answer may be kept (`no-store`).

The chat itself is the socket: see `chat-protocol.yaml`.
"""

_OFFICER: Final = """\
REST for officers: duty, queue, conversations, notes, sealed packages. Every request carries the officer's Cognito ID
token in `Authorization`, without a prefix; API Gateway checks it before a function runs. The function takes name,
collar number, force and groups from its claims, and refuses (`forbidden`) whoever is of another force or whose role
does not allow the action. No answer may be kept (`no-store`).
"""

_GATEWAY: Final = f"""\

What API Gateway and the firewall answer by themselves has the same form, as `application/json`; `bad_request` and
`internal` come without `status`:

{table(FROM_API_GATEWAY)}
"""

_COMMON: Final = ("internal",)
"""What every route may answer."""


def visitor() -> Json:
    """The visitors' API."""
    return api(title="Harbour for visitors", description=_VISITOR, stage="chat", function="visitor", routes=VISITOR)


def officer() -> Json:
    """The officers' API."""
    described = api(
        title="Harbour for officers",
        description=_OFFICER,
        stage="officers",
        function="console",
        routes=OFFICER,
    )
    described["security"] = [{"officer": []}]
    described["components"]["securitySchemes"] = {
        "officer": {
            "type": "apiKey",
            "in": "header",
            "name": "Authorization",
            "description": "The ID token of the officers' Cognito user pool.",
        }
    }
    return described


def api(*, title: str, description: str, stage: str, function: str, routes: Mapping[tuple[str, str], Route]) -> Json:
    """A REST API of Chalice: its routes as they are in the app, with what is described of them."""
    models: set[type[BaseModel]] = {Problem}
    models |= {route.answers for route in routes.values() if route.answers}
    models |= {body_of(function, route.takes) for route in routes.values() if route.takes}
    paths: Json = {}
    for (method, path), route in routes.items():
        paths.setdefault(path, {})[method.lower()] = _operation(function, method, path, route)
    return {
        "openapi": "3.1.0",
        "info": {"title": title, "version": VERSION, "description": description + _GATEWAY},
        "servers": [
            {
                "url": f"https://{{host}}/{stage}",
                "description": "The deployment's one web address.",
                "variables": {"host": {"default": "chat.harbour.example"}},
            },
            {"url": f"http://127.0.0.1:8600/{stage}", "description": "What `make up` serves."},
        ],
        "paths": paths,
        "components": {
            "schemas": schemas(sorted(models, key=lambda model: model.__name__), discriminators=True),
        },
    }


def _operation(function: str, method: str, path: str, route: Route) -> Json:
    entry = app_of(function).routes[path][method]
    described: Json = {
        "operationId": entry.view_name,
        "summary": prose(entry.view_function.__doc__),
    }
    if route.action:
        described["description"] = f"Needs a role that allows: {route.action}."
    parameters: list[Json] = [
        {
            "name": name,
            "in": "path",
            "required": True,
            "schema": {"type": "string", "pattern": "^[0-9a-f]{32}$"},
        }
        for name in entry.view_args
    ]
    parameters += [
        {
            "name": query.name,
            "in": "query",
            "description": query.description,
            "schema": {"type": "string", "pattern": query.pattern, "default": query.default},
        }
        for query in route.query
    ]
    if parameters:
        described["parameters"] = parameters
    if route.takes:
        content = {"schema": reference(route.takes)}
        described["requestBody"] = {
            "required": True,
            "content": dict.fromkeys(entry.content_types, content),
        }
    described["responses"] = _responses(route)
    return described


def _responses(route: Route) -> Json:
    responses: Json = {str(route.status): _success(route)}
    by_status: dict[int, list[str]] = {}
    codes = (*(("forbidden",) if route.action else ()), *route.refuses, *_COMMON)
    for code in codes:
        by_status.setdefault(refusal(code).status, []).append(code)
    for status, found in sorted(by_status.items()):
        responses[str(status)] = {
            "description": "\n\n".join(f"`{code}`: {refusal(code).meaning}" for code in found),
            "content": {"application/problem+json": {"schema": reference("Problem")}},
        }
    return responses


def _success(route: Route) -> Json:
    if route.answers is None:
        return {"description": "Done; nothing is answered."}
    return {
        "description": prose(route.answers.__doc__),
        "content": {"application/json": {"schema": reference(route.answers.__name__)}},
    }
