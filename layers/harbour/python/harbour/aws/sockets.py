"""Frames to sockets through API Gateway's ``@connections``."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from harbour.aws.clients import code_of
from harbour.conversation.model import ConnectionId
from harbour.conversation.ports import Posted
from harbour.runtime.telemetry import failure, log

if TYPE_CHECKING:
    from mypy_boto3_apigatewaymanagementapi import ApiGatewayManagementApiClient

ATTEMPTS = 3
FIRST_PAUSE_SECONDS = 0.1
AT_ONCE = 16

_GONE = frozenset({"GoneException", "BadRequestException", "410", "400"})


class SocketGateway:
    """Posts frames, each on a thread of its own when there are several, so that no peer waits for another."""

    def __init__(
        self,
        client: Callable[[], ApiGatewayManagementApiClient],
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._client_of = client
        self._sleep = sleep

    @cached_property
    def _client(self) -> ApiGatewayManagementApiClient:
        return self._client_of()

    @cached_property
    def _pool(self) -> ThreadPoolExecutor:
        return ThreadPoolExecutor(AT_ONCE, "post")

    def post(self, frames: Sequence[tuple[ConnectionId, bytes]]) -> Sequence[Posted]:
        """See :class:`harbour.conversation.ports.ConnectionGateway`."""
        if len(frames) <= 1:
            return [self._post(*frame) for frame in frames]
        return list(self._pool.map(lambda frame: self._post(*frame), frames))

    def _post(self, connection: ConnectionId, frame: bytes) -> Posted:
        for attempt in range(ATTEMPTS):
            try:
                self._client.post_to_connection(ConnectionId=connection, Data=frame)
            except ClientError as error:
                if code_of(error) in _GONE:
                    return Posted.GONE
                if code_of(error) == "PayloadTooLargeException":
                    break
            except BotoCoreError as error:
                log("post failed", attempts=attempt + 1, **failure(error))
            else:
                return Posted.SENT
            if attempt + 1 < ATTEMPTS:
                self._sleep(random.uniform(0, FIRST_PAUSE_SECONDS * 2**attempt))  # noqa: S311 - not a secret
        self.hang_up(connection)  # its client comes back and asks for what it missed
        return Posted.UNREACHABLE

    def hang_up(self, connection: ConnectionId) -> None:
        """See :class:`harbour.conversation.ports.ConnectionGateway`."""
        try:
            self._client.delete_connection(ConnectionId=connection)
        except (ClientError, BotoCoreError) as error:
            log("hang-up failed", **failure(error))
