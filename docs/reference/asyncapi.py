"""``chat-protocol.yaml``: the socket as AsyncAPI 3.0, seen from the server."""

from __future__ import annotations

from typing import Final

from docs.reference import VERSION
from docs.reference.frames import FRAMES
from docs.reference.refusals import ON_THE_SOCKET, table
from docs.reference.schemas import Json, prose, reference, schemas
from harbour.conversation.protocol import COMMANDS, MAX_FRAME_BYTES

_INFO: Final = f"""\
One WebSocket for visitors and officers. Frames are JSON objects as text; a frame holds at most {MAX_FRAME_BYTES:,}
bytes of UTF-8. A client's frame names an `action`, the server's a `type`.

**Opening.** `POST /chat/tickets` (visitor) or `POST /officers/ticket` (officer) gives a ticket that opens the socket
once, within 30 seconds: `/socket?ticket=…`. Any other ticket is refused, always alike. The first frame is the
client's: nothing is sent before `hello`.

**Messages, exactly once.** `client` is a random id that a page makes when it loads and keeps in memory. `n` counts the
messages of that id from 1. A client sends one message at a time and the next only after the `ack`; after a lost
connection it sends the same `n` again. A message that was stored before is acknowledged again with `duplicate: true`
and the number that it has. It is stored before anybody hears of it.

**Order.** `seq` numbers the events of a conversation without gaps. An event whose number is more than one above the
last one seen means that a frame was missed: send `resume` with `last`. Events may come twice; the number tells.

**Staying.** API Gateway closes a socket after 10 minutes without a frame and after 2 hours in any case. Send
`heartbeat` every 5 minutes (nothing runs, nothing is answered), and move to a new socket before the 2 hours are over.
A client that the server could not reach is disconnected, so that it comes back and asks for what it missed.

**Ignore what you do not know**: event types and fields may be added. API Gateway itself may send
`{{"message": …, "connectionId": …, "requestId": …}}` without a `type`, for example when it throttles.
"""

_WHO: Final[dict[str, tuple[str, ...]]] = {
    "hello": ("visitor", "officer"),
    "resume": ("visitor", "officer"),
    "send": ("visitor", "officer"),
    "typing": ("visitor", "officer"),
    "read": ("visitor", "officer"),
    "cover": ("visitor",),
    "pause": ("visitor",),
    "close": ("visitor", "officer"),
    "heartbeat": ("visitor", "officer"),
}
"""Who may send a command. An officer names the ``conversation``; what a visitor writes there is not looked at."""

_REPLIES: Final[dict[str, tuple[str, ...]]] = {
    "hello": ("welcome", "greeting", "events", "error"),
    "resume": ("welcome", "events", "error"),
    "send": ("ack", "error"),
    "close": ("event", "error"),
}
"""What the sender gets back. Whatever is not listed is answered by an ``error`` frame or not at all."""

_ON_ITS_OWN: Final = ("event", "typing", "read", "presence", "queue", "error")
"""Frames that come without having been asked for; of the errors, ``replaced`` only."""


def document() -> Json:
    """The whole document."""
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Harbour live chat",
            "version": VERSION,
            "description": _INFO,
        },
        "defaultContentType": "application/json",
        "servers": {
            "deployment": {
                "host": "{host}",
                "protocol": "wss",
                "description": "The deployment's one web address. The same frames go over `ws` to a local one.",
                "variables": {"host": {"description": "As the force chose it.", "default": "chat.harbour.example"}},
                "security": [{"$ref": "#/components/securitySchemes/ticket"}],
            },
            "local": {
                "host": "127.0.0.1:8600",
                "protocol": "ws",
                "description": "What `make up` serves.",
                "security": [{"$ref": "#/components/securitySchemes/ticket"}],
            },
        },
        "channels": {
            "socket": {
                "address": "/socket",
                "title": "The socket",
                "messages": {
                    key: {"$ref": f"#/components/messages/{key}"}
                    for key in (*map(_command, COMMANDS), *map(_frame, FRAMES))
                },
                "bindings": {
                    "ws": {
                        "method": "GET",
                        "query": {
                            "type": "object",
                            "properties": {"ticket": {"type": "string", "description": "256 random bits, used once."}},
                            "required": ["ticket"],
                        },
                    }
                },
            }
        },
        "operations": {**_received(), **_sent()},
        "components": {
            "securitySchemes": {
                "ticket": {
                    "type": "httpApiKey",
                    "in": "query",
                    "name": "ticket",
                    "description": "Single use, 30 seconds, stored as a SHA-256 only.",
                }
            },
            "messages": {**_commands(), **_frames()},
            "schemas": schemas([*COMMANDS.values(), *FRAMES.values()], discriminators=False),
        },
    }


def _command(action: str) -> str:
    return f"command_{action}"


def _frame(name: str) -> str:
    return f"frame_{name}"


def _on_channel(keys: list[str]) -> list[Json]:
    return [{"$ref": f"#/channels/socket/messages/{key}"} for key in keys]


def _received() -> Json:
    operations: Json = {}
    for action, model in COMMANDS.items():
        replies = _REPLIES.get(action)
        operations[f"receive_{action}"] = {
            "action": "receive",
            "channel": {"$ref": "#/channels/socket"},
            "title": action,
            "summary": prose(model.__doc__),
            "tags": [{"name": who} for who in _WHO[action]],
            "messages": _on_channel([_command(action)]),
            **(
                {
                    "reply": {
                        "channel": {"$ref": "#/channels/socket"},
                        "messages": _on_channel([_frame(name) for name in replies]),
                    }
                }
                if replies
                else {}
            ),
        }
    return operations


def _sent() -> Json:
    return {
        f"send_{name}": {
            "action": "send",
            "channel": {"$ref": "#/channels/socket"},
            "title": name,
            "summary": prose(FRAMES[name].__doc__),
            "messages": _on_channel([_frame(name)]),
        }
        for name in _ON_ITS_OWN
    }


def _commands() -> Json:
    return {
        _command(action): {
            "name": action,
            "title": f"{action} (client)",
            "summary": prose(model.__doc__),
            "payload": reference(model.__name__),
        }
        for action, model in COMMANDS.items()
    }


def _frames() -> Json:
    messages: Json = {}
    for name, model in FRAMES.items():
        messages[_frame(name)] = {
            "name": name,
            "title": f"{name} (server)",
            "summary": prose(model.__doc__),
            "payload": reference(model.__name__),
        }
    messages[_frame("error")]["description"] = table(ON_THE_SOCKET)
    return messages
