"""Every REST API with requests that schemathesis makes from its document: no answer is one that the document does not
know, and none is a failure of ours.

The requests go to the doors as API Gateway would hand them on, over stores in memory; what API Gateway answers by
itself (no token, an unknown path) is in the tests of its templates.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

import pytest
import requests
from hypothesis import HealthCheck, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import Case, GenerationMode, Response, openapi
from schemathesis.checks import not_a_server_error
from schemathesis.core import NotSet
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from docs.reference.crime_systems import crime_systems
from docs.reference.openapi import officer, visitor
from docs.reference.oversight import oversight
from docs.reference.portal import portal
from docs.reference.portal_sign_in import sign_in
from docs.reference.schemas import Json
from harbour import casework
from harbour.notification.callbacks import NotifyCallbacks
from tests.unit.conversation.world import AMELIA, World
from tests.unit.functions.doors import claims_of, door, recorded
from tests.unit.functions.test_oversight_door import Records
from tests.unit.functions.test_portal_door import claims
from tests.unit.functions.test_webhooks_door import Harbour, signed
from tests.unit.identity.entry import Entry
from tests.unit.portal.cases import Cases

CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]

Event = dict[str, Any]


def explore(document: Json, function: str, change: Callable[[Event], None]) -> int:
    """Call every operation of a document with requests of its form and with others; how many operations there are.

    Parameters
    ----------
    change
        Puts into the event what proves who calls.
    """
    operations = list(openapi.from_dict(document).get_all_operations())
    for found in operations:
        assert isinstance(found, Ok)
        operation = found.ok()
        for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):

            @settings(
                max_examples=15, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck)
            )
            @given(case=operation.as_strategy(generation_mode=mode))
            def hold(case: Case[Any]) -> None:
                event = event_of(case)
                change(event)
                case.validate_response(response_of(event, door(function).app(event, None)), checks=CHECKS)

            try:
                hold()
            except Unsatisfiable:  # nothing can be sent wrongly where nothing is sent
                assert mode is GenerationMode.NEGATIVE
    return len(operations)


def event_of(case: Case[Any]) -> Event:
    """The request as API Gateway hands it on."""
    event = recorded("rest")
    method, path = case.method.upper(), case.operation.path
    event["requestContext"] |= {"resourcePath": path, "httpMethod": method}
    parameters = {name: str(value) for name, value in (case.path_parameters or {}).items()}
    event |= {"pathParameters": parameters or None, "httpMethod": method, "resource": path}
    event["headers"] = {"content-type": case.media_type or "application/json"}
    event["multiValueQueryStringParameters"] = {
        name: [str(value)] for name, value in (case.query or {}).items()
    } or None
    if isinstance(case.body, NotSet):
        event["body"] = None
    else:
        event["body"] = case.body.decode("utf-8", "replace") if isinstance(case.body, bytes) else json.dumps(case.body)
    return event


def response_of(event: Event, answer: Mapping[str, Any]) -> Response:
    """A door's answer as a client of HTTP would see it."""
    return Response(
        status_code=answer["statusCode"],
        headers={name.lower(): [value] for name, value in answer["headers"].items()},
        content=(answer["body"] or "").encode(),
        request=requests.Request(event["httpMethod"], f"http://127.0.0.1{event['resource']}").prepare(),
        elapsed=0,
        verify=False,
    )


def nobody(_event: Event) -> None:
    """No proof is asked for."""


def test_the_visitors_api(world: World) -> None:
    assert explore(visitor(), "visitor", nobody) >= 4
    del world


def test_the_officers_api(world: World) -> None:
    def prove(event: Event) -> None:
        event["requestContext"]["authorizer"] = {"claims": claims_of(AMELIA, "supervisor")}

    assert explore(officer(), "console", prove) >= 10
    del world


def test_the_portals_api(cases: Cases) -> None:
    def prove(event: Event) -> None:
        event["requestContext"]["authorizer"] = {"claims": claims()}

    assert explore(portal(), "portal", prove) >= 10
    del cases


def test_the_api_on_what_is_sent(records: Records) -> None:
    def prove(event: Event) -> None:
        event["requestContext"]["authorizer"] = {"claims": claims_of(AMELIA, "supervisor")}

    assert explore(oversight(), "oversight", prove) >= 6
    del records


def test_the_sign_in(entry: Entry) -> None:
    def through_cloudfront(event: Event) -> None:
        event["headers"] |= {"x-forwarded-for": "203.0.113.9, 130.176.0.1", "user-agent": "Mozilla/5.0"}

    assert explore(sign_in(), "sign_in", through_cloudfront) >= 5
    del entry


@pytest.mark.parametrize("known", [True, False], ids=["signed", "unsigned"])
def test_the_webhooks(harbour: Harbour, monkeypatch: pytest.MonkeyPatch, known: bool) -> None:
    put: list[str] = []
    monkeypatch.setattr(casework, "notify_callbacks", lambda: NotifyCallbacks(lambda: "agreed", put.append))

    def prove(event: Event) -> None:
        if not known:
            return
        if event["resource"] == "/notify":
            event["headers"] |= {"authorization": "Bearer agreed"}
        elif event["pathParameters"]["source"] == "athena":
            event["headers"] |= signed((event["body"] or "").encode())

    assert explore(crime_systems(), "webhooks", prove) >= 2
    assert bool(harbour.cases.refused) is bool(put) is known
