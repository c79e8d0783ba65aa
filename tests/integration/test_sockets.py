"""The gateway adapter against botocore's own model of ``@connections``: what each answer means for a conversation."""

from __future__ import annotations

import threading
from typing import Any

import boto3
import pytest
from botocore.exceptions import EndpointConnectionError
from botocore.stub import Stubber

from harbour.aws.sockets import ATTEMPTS, SocketGateway
from harbour.conversation.model import ConnectionId
from harbour.conversation.ports import Posted

A = ConnectionId("BFaT_fALIAMCKug=")


def client() -> Any:
    return boto3.client(
        "apigatewaymanagementapi",
        endpoint_url="http://127.0.0.1:9/socket",
        region_name="eu-west-2",
        aws_access_key_id="test",
        aws_secret_access_key="test",
    )


def gateway_with(*answers: str | None) -> tuple[SocketGateway, Stubber]:
    made = client()
    stub = Stubber(made)
    for code in answers:
        if code is None:
            stub.add_response("post_to_connection", {})
        elif code == "hung up":
            stub.add_response("delete_connection", {})
        else:
            stub.add_client_error("post_to_connection", code, http_status_code=410)
    stub.activate()
    return SocketGateway(lambda: made, sleep=lambda _: None), stub


def test_a_frame_is_posted_once() -> None:
    gateway, stub = gateway_with(None)
    assert gateway.post([(A, b"{}")]) == [Posted.SENT]
    stub.assert_no_pending_responses()


def test_a_gone_socket_is_not_tried_again() -> None:
    gateway, stub = gateway_with("GoneException")
    assert gateway.post([(A, b"{}")]) == [Posted.GONE]
    stub.assert_no_pending_responses()


def test_throttling_is_tried_again() -> None:
    gateway, stub = gateway_with("LimitExceededException", None)
    assert gateway.post([(A, b"{}")]) == [Posted.SENT]
    stub.assert_no_pending_responses()


def test_a_socket_that_stays_full_is_closed_so_that_its_client_comes_back() -> None:
    gateway, stub = gateway_with(*["LimitExceededException"] * ATTEMPTS, "hung up")
    assert gateway.post([(A, b"{}")]) == [Posted.UNREACHABLE]
    stub.assert_no_pending_responses()


def test_a_slow_peer_does_not_delay_the_others() -> None:
    """Each frame has its own thread: the quick one is through while the slow one still waits for it."""
    quick_is_through = threading.Event()

    class Peer:
        def post_to_connection(self, ConnectionId: str, Data: bytes) -> None:  # noqa: N803
            if ConnectionId == "slow=":
                assert quick_is_through.wait(5), "the quick peer waited for the slow one"
            else:
                quick_is_through.set()

    peer: Any = Peer()
    posted = SocketGateway(lambda: peer).post([(ConnectionId("slow="), b"1"), (ConnectionId("quick="), b"2")])
    assert posted == [Posted.SENT, Posted.SENT]


def test_an_unreachable_gateway_never_raises_for_one_socket(monkeypatch: pytest.MonkeyPatch) -> None:
    made = client()

    def down(**_: object) -> None:
        raise EndpointConnectionError(endpoint_url="http://127.0.0.1:9/socket")

    monkeypatch.setattr(made, "post_to_connection", down)
    monkeypatch.setattr(made, "delete_connection", down)
    assert SocketGateway(lambda: made, sleep=lambda _: None).post([(A, b"{}")]) == [Posted.UNREACHABLE]
