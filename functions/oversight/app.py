"""REST for those who answer for what is sent: catalogue, bad data, time limits, costs. Cognito checked the token."""

from __future__ import annotations

from typing import Annotated, Any

from chalice.app import Chalice
from pydantic import BaseModel, ConfigDict, Field

from harbour import casework
from harbour.identity.claims import SignedIn, officer_of
from harbour.rest import answering, body_of, query_of, request_of
from harbour.runtime.settings import load

app = Chalice("oversight", configure_logs=False)


class Mended(BaseModel):
    """Which problem somebody has mended."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    crime: Annotated[str, Field(min_length=3, max_length=40)]
    id: Annotated[str, Field(min_length=1, max_length=160)]


def _caller() -> SignedIn:
    claims = request_of(app).context["authorizer"]["claims"]
    return officer_of(claims, load(casework.CasesSettings).force)


@app.route("/messages", methods=["GET"])
@answering(app)
def messages() -> dict[str, Any]:
    """Every message type."""
    _caller().may("catalogue")
    return {"types": casework.oversight().messages()}


@app.route("/messages/{message}", methods=["GET"])
@answering(app)
def preview(message: str) -> dict[str, Any]:
    """One message type as it would be sent, with example values."""
    _caller().may("catalogue")
    enhanced = query_of(app, "enhanced", "0") == "1"
    return casework.oversight().preview(message, query_of(app, "language", "en"), enhanced=enhanced)


@app.route("/quality", methods=["GET"])
@answering(app)
def quality() -> dict[str, Any]:
    """What is wrong with the data of crime systems, and how to mend it."""
    _caller().may("quality")
    return casework.oversight().quality(query_of(app, "after", ""))


@app.route("/quality/mended", methods=["POST"])
@answering(app)
def mended() -> None:
    """A problem was mended, or is none: it leaves the list."""
    _caller().may("quality")
    told = body_of(app, Mended)
    casework.oversight().mended(told.crime, told.id)


@app.route("/deadlines", methods=["GET"])
@answering(app)
def deadlines() -> dict[str, Any]:
    """What will be late, and how much went in time."""
    _caller().may("deadlines")
    return casework.oversight().deadlines()


@app.route("/costs", methods=["GET"])
@answering(app)
def costs() -> dict[str, Any]:
    """What a month's messages cost."""
    _caller().may("costs")
    return casework.oversight().costs(query_of(app, "month", ""))
