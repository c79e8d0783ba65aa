"""A chat as the public samples do it, written anew from its published description, to measure against.

Per message: look up the sender's name, scan the table of open connections, post to every other one. It stores nothing
and acknowledges nothing. That it behaves as published (``data/peers.json``) is checked wherever it is used.
"""

from __future__ import annotations

import json
import secrets
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import boto3
from botocore.exceptions import ClientError

from tests.bench.bench import Bench
from tests.bench.wire import Operation, bill_of, posts

_PEERS: Final = Path(__file__).parent / "data" / "peers.json"


@dataclass(frozen=True, slots=True)
class Sent:
    """What one message cost the peer."""

    operations: tuple[Operation, ...]

    @property
    def bill(self) -> Counter[str]:
        """With the frame that came in and the invocation."""
        return bill_of(self.operations) + Counter({"socket_message": 1, "invocation": 1})

    @property
    def posts(self) -> int:
        """Frames sent to other connections."""
        return len(posts(self.operations))


def published() -> Mapping[str, Any]:
    """The published figures."""
    document: Mapping[str, Any] = json.loads(_PEERS.read_text("utf-8"))
    return document


class ScanAndPost:
    """The peer with a number of open connections, all of them everybody's."""

    def __init__(self, bench: Bench, connections: int) -> None:
        self._bench = bench
        self._name = f"peer-{secrets.token_hex(4)}"
        self._database = bench.wired_database()
        self._gateway = boto3.client(
            "apigatewaymanagementapi",
            endpoint_url=f"{bench.recorder.address}/socket",
            region_name="eu-west-2",
            aws_access_key_id="test",
            aws_secret_access_key="test",
        )
        bench.database.create_table(
            TableName=self._name,
            BillingMode="PAY_PER_REQUEST",
            KeySchema=[{"AttributeName": "connection_id", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "connection_id", "AttributeType": "S"}],
        )
        self._connections = [f"{secrets.token_urlsafe(9)[:11]}CIAMc=" for _ in range(connections)]
        for connection in self._connections:
            bench.database.put_item(
                TableName=self._name, Item={"connection_id": {"S": connection}, "user_name": {"S": "somebody"}}
            )
            bench.recorder.sockets.open(connection)

    def send(self, text: str) -> Sent:
        """One message by the first connection."""
        with self._bench.recorder.recording() as operations:
            self._handle(self._connections[0], text)
        return Sent(tuple(operations))

    def close(self) -> None:
        """Drop the table."""
        self._bench.database.delete_table(TableName=self._name)

    def _handle(self, sender: str, text: str) -> None:
        found = self._database.get_item(TableName=self._name, Key={"connection_id": {"S": sender}})
        frame = f"{found['Item']['user_name']['S']}: {text}".encode()
        for item in self._database.scan(TableName=self._name)["Items"]:
            connection = item["connection_id"]["S"]
            if connection == sender:
                continue
            try:
                self._gateway.post_to_connection(ConnectionId=connection, Data=frame)
            except ClientError:
                self._database.delete_item(TableName=self._name, Key={"connection_id": {"S": connection}})


def checked(bench: Bench, connections: int, text: str) -> Sent:
    """One message of the peer at a size for which its counts are published.

    Raises
    ------
    AssertionError
        It does not behave as published, so it is no peer.
    """
    peer = ScanAndPost(bench, connections)
    try:
        sent = peer.send(text)
    finally:
        peer.close()
    known = published()["scan_and_post"]
    assert sent.posts == known["posts_by_connections"][str(connections)], f"the peer posts {sent.posts} times"
    units = sent.bill["read_unit"]
    assert units == known["read_units_by_connections"][str(connections)], f"the peer reads {units} units"
    return sent
