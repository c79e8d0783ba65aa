"""What API Gateway writes down about a request: enough to run the service, nothing about a person.

Left out on purpose: the caller's address and browser, the query string (it holds the socket's ticket), the path as
it was called (only the route's template is kept), headers and bodies.
"""

from __future__ import annotations

import json
from typing import Final

REST: Final = json.dumps(
    {
        "request": "$context.requestId",
        "at": "$context.requestTime",
        "method": "$context.httpMethod",
        "route": "$context.resourcePath",
        "status": "$context.status",
        "latency_ms": "$context.responseLatency",
        "integration_ms": "$context.integrationLatency",
        "integration_status": "$context.integrationStatus",
        "bytes": "$context.responseLength",
        "error": "$context.error.responseType",
        "firewall": "$context.waf.status",
    }
)

SOCKET: Final = json.dumps(
    {
        "request": "$context.requestId",
        "at": "$context.requestTime",
        "event": "$context.eventType",
        "route": "$context.routeKey",
        "connection": "$context.connectionId",
        "status": "$context.status",
        "integration_ms": "$context.integrationLatency",
        "integration_status": "$context.integrationStatus",
        "authorizer_status": "$context.authorizer.status",
        "error": "$context.error.responseType",
    }
)
