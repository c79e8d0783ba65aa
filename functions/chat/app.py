"""The socket: parse a frame, call the conversation, answer errors as frames. The connection stays whatever is sent,
unless it is a flood.
"""

from __future__ import annotations

import time
from typing import Any

from harbour import bootstrap
from harbour.conversation import frames
from harbour.conversation.model import ClientId, ConnectionId, ConversationId
from harbour.conversation.protocol import (
    Close,
    Command,
    Cover,
    Heartbeat,
    Hello,
    Pause,
    Read,
    Resume,
    Send,
    Typing,
    parse,
)
from harbour.conversation.service import Caller, ConversationService
from harbour.identity.model import Grant, Role
from harbour.runtime.errors import Forbidden, HarbourError, Invalid, TooMany
from harbour.runtime.telemetry import alarm, failure, log

OK = {"statusCode": 200}


def handler(event: dict[str, Any], _context: object) -> dict[str, int]:
    """All routes of the socket."""
    request = event["requestContext"]
    caller = Caller(ConnectionId(request["connectionId"]), Grant.from_context(request["authorizer"]))
    match request["eventType"]:
        case "CONNECT":
            pass  # nothing can be posted yet; the client says hello
        case "DISCONNECT":
            bootstrap.conversations().disconnected(caller)
            log("disconnected", role=caller.grant.role, conversation=caller.grant.conversation or None)
        case _:
            _message(caller, event.get("body") or "")
    return OK


def _message(caller: Caller, body: str) -> None:
    started = time.perf_counter()
    command: Command | None = None
    outcome = "done"
    try:
        _within_pace(caller)
        command = parse(body)
        dispatch(bootstrap.conversations(), caller, command)
    except HarbourError as error:
        outcome = error.code
        _refuse(caller, command, error)
        if isinstance(error, TooMany):
            bootstrap.delivery().hang_up([caller.connection])
    except Exception as error:  # noqa: BLE001 - the last door: alarmed, answered, and the socket lives on
        outcome = "internal"
        alarm("command failed", action=command.action if command else None, **failure(error))
        _refuse(caller, command, HarbourError("internal", "Something failed here. Send it again."))
    log(
        command.action if command else "refused",
        role=caller.grant.role,
        outcome=outcome,
        ms=round((time.perf_counter() - started) * 1000),
    )


def _within_pace(caller: Caller) -> None:
    """Refuse a flood. Officers have signed in, and one socket carries all their conversations.

    Raises
    ------
    TooMany
        ``too_fast``; the socket is to be closed.
    """
    if caller.grant.role is Role.VISITOR and bootstrap.pace().too_fast(caller.connection):
        raise TooMany("too_fast", "Too many frames on one socket. Wait, and come back.")


def dispatch(service: ConversationService, caller: Caller, command: Command) -> None:
    """One call for each command.

    Raises
    ------
    HarbourError
        What the service refuses; ``bad_field`` when an officer names no conversation.
    """
    officer = caller.grant.role is Role.OFFICER
    match command:
        case Hello() if officer:
            service.officer_hello(caller)
        case Hello():
            service.visitor_hello(caller, ClientId(command.client), command.language, command.last)
        case Resume() if officer:
            service.officer_resume(caller, _which(caller, command), ClientId(command.client), command.last)
        case Resume():
            service.visitor_resume(caller, ClientId(command.client), command.last)
        case Send():
            client = ClientId(command.client) if command.client else None
            service.send(caller, _which(caller, command), command.n, command.text, client)
        case Typing():
            service.typing(caller, _which(caller, command))
        case Read():
            service.read(caller, _which(caller, command), command.seq)
        case Close():
            service.close(caller, _which(caller, command), command.outcome)
        case Cover() | Pause() if officer:
            raise Forbidden("forbidden", "Only the visitor may do this.", field="action")
        case Cover():
            service.cover(caller, on=command.on)
        case Pause():
            service.pause(ConversationId(caller.grant.conversation), caller.connection)
        case Heartbeat():
            pass  # API Gateway answers it by itself; a client that reaches us with it is alive, too


def _which(caller: Caller, command: Resume | Send | Typing | Read | Close) -> ConversationId:
    """The conversation that a frame is about: a visitor has one, whatever she writes; an officer names it."""
    if caller.grant.role is Role.VISITOR:
        return ConversationId(caller.grant.conversation)
    if command.conversation is None:
        raise Invalid("bad_field", "Name the conversation.", field="conversation")
    return ConversationId(command.conversation)


def _refuse(caller: Caller, command: Command | None, error: HarbourError) -> None:
    n = command.n if isinstance(command, Send) else None
    conversation = getattr(command, "conversation", None)
    frame = frames.error(error, n=n, conversation=conversation)
    bootstrap.delivery().to_one(caller.connection, [frame])
