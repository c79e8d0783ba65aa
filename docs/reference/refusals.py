"""Every code with which something is refused: what it means, and what a client does then."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Refusal:
    """A code. ``status`` is its HTTP status; the socket has none. ``then`` is what a client does."""

    code: str
    status: int
    meaning: str
    then: str = ""


_FRAMES: Final = (
    Refusal("bad_frame", 400, "The frame is not a JSON object.", "A fault of the client; do not send it again."),
    Refusal("unknown_action", 400, "There is no such action.", "As above."),
    Refusal("too_large", 400, "More than 32 KB.", "Make it shorter."),
    Refusal("too_long", 400, "More than 4,000 characters (Unicode code points).", "Give the text back to the writer."),
    Refusal("empty_text", 400, "Nothing was written.", "As above."),
    Refusal("lone_surrogate", 400, "Half a character: no Unicode text, so it could never be sealed.", "As above."),
    Refusal("bad_field", 400, "A field is missing, unknown or of the wrong form; `field` names it.", "As above."),
    Refusal("counter_gap", 400, "A message before this one is missing; `expected` is the next.", "Say hello again."),
    Refusal("not_joined", 403, "This socket does not take part in that conversation.", "Say hello, or resume."),
    Refusal("forbidden", 403, "The role may not do this.", "Do not send it again."),
    Refusal("not_owner", 403, "Another officer, or nobody, owns it.", "Fetch the queue again."),
    Refusal("no_conversation", 404, "There is no such conversation.", "As above."),
    Refusal("closed", 409, "The conversation has ended.", "Start another one."),
    Refusal("paused", 409, "The visitor has left. She must not be contacted.", "Wait until she is back."),
    Refusal(
        "conversation_full", 409, "No more messages fit; it is kept, and is sealed when closed.", "Start another one."
    ),
    Refusal("replaced", 409, "This officer's console was opened elsewhere; that one gets the alerts.", "Stay away."),
    Refusal("too_fast", 429, "Hundreds of frames within seconds on one socket, which is closed.", "Come back later."),
    Refusal("try_again", 503, "Too many wrote at once, or a service did not answer.", "Send the same again."),
    Refusal("internal", 500, "Something failed on our side; it was alarmed.", "Send the same again."),
)

ON_THE_SOCKET: Final = _FRAMES
"""What an ``error`` frame may carry. Only ``too_fast`` closes the socket."""


FROM_REST_ONLY: Final = (
    Refusal("bad_body", 400, "The body is not a JSON object.", "A fault of the client."),
    Refusal(
        "resume_refused",
        403,
        "No conversation for this resume token that is open or ended within the hour.",
        "Start a new conversation.",
    ),
    Refusal("already_accepted", 409, "Another officer was faster.", "Fetch the queue again."),
    Refusal(
        "reason_needed",
        400,
        "The conversation is closed and was not the officer's own; `why` names no reason of the force.",
        "Ask the officer for one of `read_reasons`.",
    ),
    Refusal("not_sealed", 404, "There is no sealed package yet.", "Ask again in a moment."),
    Refusal("unknown_force", 404, "The deployment names a force that has no data file.", "A fault of the deployment."),
)
"""What only the REST APIs answer, besides the codes of the socket."""

FROM_THE_PORTAL: Final = (
    Refusal("signed_out", 403, "The person signed out on all devices after the token was issued.", "Sign in again."),
    Refusal("no_crime", 404, "There is no such crime, or it is not this person's: nobody can tell which.", "Go back."),
    Refusal("no_appointment", 404, "There is no such appointment.", "Fetch the crime again."),
    Refusal("cancelled", 409, "The appointment was cancelled.", "As above."),
    Refusal("past", 409, "The appointment has been.", "As above."),
    Refusal(
        "code_needed",
        409,
        "This may be a stranger at an open page: only with a code by the way that was agreed.",
        "Ask `/sign-in/confirm`, and send handle and code with the same.",
    ),
    Refusal("no_channel", 409, "Nothing may be sent to this person, so no code either.", "Ask the officer in charge."),
    Refusal("changed_meanwhile", 409, "Somebody else changed the same a moment ago.", "Fetch it, and try again."),
)
"""What only the portal's API answers, besides the codes of the others."""

FROM_SIGN_IN: Final = (
    Refusal(
        "wrong_code", 403, "Not right, or older than 10 minutes; `left` says how many attempts remain.", "Ask again."
    ),
    Refusal("expired", 403, "The sign-in is too old, used, or used up; or a step was left out.", "Begin again."),
    Refusal("too_many", 429, "Too many sign-ins were begun from this address within an hour.", "Show another way."),
    Refusal("sign_in_failed", 503, "The user pool did not answer. The code is still good.", "Send the same again."),
    Refusal("no_one_login", 404, "This force does not use GOV.UK One Login.", "Fetch the options again."),
    Refusal("one_login_refused", 403, "What GOV.UK One Login says of somebody does not fit together.", "Begin again."),
    Refusal("one_login_unavailable", 503, "GOV.UK One Login does not answer.", "Show the other way in."),
)
"""What only the portal's sign-in answers, besides the codes of the others."""

FROM_OVERSIGHT: Final = (
    Refusal("no_message", 404, "There is no such type of message.", "Fetch the list again."),
    Refusal("no_problem", 404, "The problem was mended meanwhile, or never was.", "As above."),
)
"""What only the API on what is sent answers, besides the codes of the others."""

FROM_THE_WEBHOOKS: Final = (
    Refusal("unknown_system", 404, "No crime system is connected under this name.", "Check the address."),
    Refusal("unknown_kind", 400, "This kind of event is not known; `field` names it.", "Map it, or leave it out."),
    Refusal("in_the_future", 400, "It is said to happen later than now; `field` names the time.", "Set the clock."),
)
"""What only the webhooks answer, besides the codes of the others."""

FROM_API_GATEWAY: Final = (
    Refusal("bad_request", 400, "API Gateway refused the request before any function ran."),
    Refusal("unauthorized", 401, "No token, or one that has expired.", "Sign in again."),
    Refusal("forbidden", 403, "The token is of no use here."),
    Refusal("blocked", 403, "The firewall of the API blocked the request."),
    Refusal("not_found", 404, "There is no such path."),
    Refusal("too_large", 413, "More than API Gateway takes."),
    Refusal("too_fast", 429, "Too many requests from this network, or to this API.", "Wait, and try again."),
    Refusal("internal", 500, "API Gateway or a function failed."),
)
"""What API Gateway and the firewall answer by themselves: the same problem documents, but as ``application/json``,
and ``bad_request`` and ``internal`` without ``status``."""

BEHIND_THE_DOORS: Final = (
    Refusal("not_owned", 409, "Nobody owns it, so it cannot go back to the queue; the doors say `not_owner` before."),
    Refusal("not_closed", 409, "Only a closed conversation is sealed."),
    Refusal("record_damaged", 409, "The stored record breaks a rule of the chain. Nothing was signed."),
    Refusal("seal_faulty", 409, "The package that was made does not verify. Nothing was stored."),
    Refusal("foreign_package", 409, "The package's place holds something else."),
    Refusal("no_package", 404, "The evidence store has no such object."),
    Refusal("signing_unavailable", 503, "The signing key does not answer."),
    Refusal("store_unavailable", 503, "The evidence store does not answer."),
)
"""What no client sees: the workers behind the queues meet it, and the log and the runbook name it."""


def refusal(code: str) -> Refusal:
    """The refusal with that code, on the socket or in a REST answer of a function.

    Raises
    ------
    LookupError
        There is no such code.
    """
    for known in (
        *ON_THE_SOCKET,
        *FROM_REST_ONLY,
        *FROM_THE_PORTAL,
        *FROM_SIGN_IN,
        *FROM_OVERSIGHT,
        *FROM_THE_WEBHOOKS,
    ):
        if known.code == code:
            return known
    raise LookupError(code)


def table(refusals: Iterable[Refusal]) -> str:
    """The codes as a Markdown table."""
    lines = ["| code | meaning | what the client does |", "|---|---|---|"]
    lines += [f"| `{r.code}` | {r.meaning} | {r.then} |" for r in refusals]
    return "\n".join(lines)
