"""REST doors: parse, answer, and turn refusals into problem documents (RFC 9457). Used by the Chalice apps only."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any, Final, ParamSpec, TypeAlias, TypeVar

from chalice.app import Chalice, Request, Response
from pydantic import BaseModel, ValidationError

from harbour.conversation.protocol import MAX_FRAME_BYTES, refuse, require_unicode
from harbour.runtime.errors import HarbourError, Invalid
from harbour.runtime.telemetry import alarm, failure, log

P = ParamSpec("P")
M = TypeVar("M", bound=BaseModel)
Headers: TypeAlias = dict[str, str | list[str]]

HEADERS: Final[Mapping[str, str]] = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
"""On every answer: nothing of it may stay on a device."""


def answering(
    app: Chalice, *, status: int = 200, headers: Mapping[str, str] | None = None
) -> Callable[[Callable[P, Any]], Callable[P, Response]]:
    """Decorate a view: its value becomes the JSON body, a refusal a problem document, a crash an alarm and a 500."""
    extra = {**HEADERS, **(headers or {})}

    def decorate(view: Callable[P, Any]) -> Callable[P, Response]:
        @wraps(view)
        def answer(*args: P.args, **kwargs: P.kwargs) -> Response:
            request = request_of(app)
            route = f"{request.method} {request.context['resourcePath']}"
            try:
                body = view(*args, **kwargs)
            except HarbourError as error:
                log(route, outcome=error.code)
                return _problem(error, extra)
            except Exception as error:  # noqa: BLE001 - the last door: alarmed and answered
                alarm("request failed", action=route, **failure(error))
                return _problem(HarbourError("internal", "Something failed here. Try again."), extra)
            log(route, outcome="done")
            if body is None:
                return Response("", status_code=204, headers=dict(extra))
            as_json: Headers = {**extra, "Content-Type": "application/json"}
            return Response(json.dumps(body), status_code=status, headers=as_json)

        return answer

    return decorate


def body_of(app: Chalice, model: type[M], *, most: int = MAX_FRAME_BYTES) -> M:
    """The request's JSON body, of at most so many bytes, as ``model``.

    Raises
    ------
    Invalid
        ``too_large``, ``bad_body`` (no JSON object), ``lone_surrogate`` or ``bad_field``, with the field.
    """
    raw = request_of(app).raw_body
    if len(raw) > most:
        raise Invalid("too_large", f"A request holds at most {most} bytes.")
    try:
        body = json.loads(raw or b"{}")
    except (ValueError, RecursionError):
        raise Invalid("bad_body", "The body is no JSON object.") from None
    if not isinstance(body, dict):
        raise Invalid("bad_body", "The body is no JSON object.")
    for name, value in body.items():
        if isinstance(value, str):
            require_unicode(value, name)
    try:
        return model.model_validate(body)
    except ValidationError as error:
        refuse(error)


def request_of(app: Chalice) -> Request:
    """The request that is being answered. Raises ``RuntimeError`` outside one."""
    if app.current_request is None:
        raise RuntimeError("no request is being answered")
    return app.current_request


def query_of(app: Chalice, name: str, default: str) -> str:
    """One query parameter, or its default."""
    params = request_of(app).query_params
    return str(params.get(name, default)) if params else default


def _problem(error: HarbourError, headers: Mapping[str, str]) -> Response:
    as_problem: Headers = {**headers, "Content-Type": "application/problem+json"}
    return Response(json.dumps(error.problem()), status_code=error.status, headers=as_problem)
