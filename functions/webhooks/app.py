"""REST for crime systems and providers: what comes is proven, stored and accepted; all else happens behind queues."""

from __future__ import annotations

import hashlib
import ssl
from typing import Any

from chalice.app import Chalice

from harbour import casework
from harbour.crime.intake import Arrived
from harbour.rest import answering, request_of

app = Chalice("webhooks", configure_logs=False)

JSON = ["application/json", "text/plain", "application/octet-stream"]
"""Old systems label JSON as they like; what counts is the signature over the bytes."""


@app.route("/{source}", methods=["POST"], content_types=JSON)
@answering(app, status=202)
def update(source: str) -> dict[str, Any]:
    """One update of a crime system."""
    request = request_of(app)
    raw = request.raw_body
    certificate = (request.context.get("identity") or {}).get("clientCert") or {}
    accepted = casework.intake().accept(
        Arrived(
            source=source,
            headers={name.lower(): value for name, value in request.headers.items()},
            body=raw if isinstance(raw, bytes) else raw.encode(),
            certificate=_fingerprint(certificate.get("clientCertPem", "")),
        )
    )
    return {"id": accepted.id, "status": "already accepted" if accepted.again else "accepted"}


@app.route("/notify", methods=["POST"], content_types=JSON)
@answering(app)
def notified() -> None:
    """GOV.UK Notify says what became of a message."""
    request = request_of(app)
    raw = request.raw_body
    casework.notify_callbacks().accept(
        request.headers.get("authorization", ""), raw if isinstance(raw, bytes) else raw.encode()
    )


def _fingerprint(pem: str) -> str:
    """SHA-256 of the client certificate with which API Gateway was called; empty without one."""
    try:
        return hashlib.sha256(ssl.PEM_cert_to_DER_cert(pem)).hexdigest() if pem else ""
    except ValueError:
        # What is no certificate proves nothing.
        return ""
