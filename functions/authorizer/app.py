"""Opens the socket: a single-use ticket in, who calls out. Never says why it refuses."""

from __future__ import annotations

from typing import Any

from harbour import bootstrap
from harbour.runtime.telemetry import log


def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """REQUEST authorizer of ``$connect``. The context reaches every later event of the socket."""
    ticket = (event.get("queryStringParameters") or {}).get("ticket", "")
    grant = bootstrap.tickets().redeem(ticket) if ticket else None
    log("socket", outcome="opened" if grant else "refused", role=grant.role if grant else None)
    return {
        "principalId": grant.role.value if grant else "nobody",
        "policyDocument": {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Action": "execute-api:Invoke",
                    "Effect": "Allow" if grant else "Deny",
                    "Resource": event["methodArn"],
                }
            ],
        },
        "context": grant.as_context() if grant else {},
    }
