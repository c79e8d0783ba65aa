"""What is written down in ``chat-protocol.yaml``, ``visitor-api.yaml`` and ``officer-api.yaml``, as data.

What a client sends is described by the models that parse it (:mod:`harbour.conversation.protocol` and the doors in
``functions/``). What the server sends is made by plain functions, so it is described here, and the tests in
``tests/unit/docs`` hold real answers against these models.
"""

from __future__ import annotations

from typing import Final

VERSION: Final = "1.0.0"
"""Of the protocol and the APIs. It changes when a client has to change."""
