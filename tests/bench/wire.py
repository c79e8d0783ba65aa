"""The recorder on the wire: every AWS request of a function ends here, is counted, and is answered or handed on.

A function is told by ``AWS_ENDPOINT_URL`` that all of AWS is at the recorder's address. DynamoDB requests go on to the
embedded cloud. Units of reads follow from the bytes on the wire by AWS's rules (:mod:`tests.bench.capacity`). Units of
writes, which depend on what was there before, are asked of the embedded cloud (``ReturnConsumedCapacity`` is put into
the request and taken out of the answer, so the function sees what it would see without) and compared with the rules
where the request alone decides them: that is every message. The management API of sockets (``@connections``),
Translate, EventBridge and SQS are answered here: sockets are inboxes that a measure reads, and Translate marks each
text with its direction.

Nothing here runs in the process of the code under test.
"""

from __future__ import annotations

import hashlib
import http.client
import json
import re
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final
from urllib.parse import unquote

from tests.bench import capacity
from tests.bench.prices import Bill, socket_messages

LOOPBACK: Final = "127.0.0.1"

_CONNECTION: Final = re.compile(r"/@connections/([^/?]+)$")
_JSON: Final = "application/x-amz-json-1.0"
_INDEXED: Final = frozenset({"work", "due"})
"""Attributes that put an item into an index (``infra.config.table``): its write costs more than the table's part."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One request of a function, or one frame or call that reached it.

    Attributes
    ----------
    service, name
        ``dynamodb``, ``sockets``, ``translate``, ``events``, ``sqs``; the operation's own name.
    began, ended
        Seconds on the clock of :func:`time.monotonic`, as the recorder saw it.
    bill
        What it is billed for.
    connection
        The socket that was posted to.
    """

    service: str
    name: str
    began: float = 0.0
    ended: float = 0.0
    status: int = 200
    bill: Bill = field(default_factory=Counter)
    connection: str = ""

    @property
    def called(self) -> str:
        """E.g. ``dynamodb.PutItem``."""
        return f"{self.service}.{self.name}"


def bill_of(operations: Iterable[Operation]) -> Bill:
    """The sum of the operations' bills."""
    total: Bill = Counter()
    for operation in operations:
        total.update(operation.bill)
    return total


@dataclass(frozen=True, slots=True)
class _Answer:
    status: int
    body: bytes
    bill: Bill = field(default_factory=Counter)
    connection: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)


_Known = tuple[str, str, Callable[[], _Answer]]
"""Service, name of the operation, and how it is answered."""


class Sockets:
    """Inboxes behind ``@connections``. One that is not open answers 410, as API Gateway does."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._open: set[str] = set()
        self._inboxes: dict[str, list[bytes]] = defaultdict(list)

    def open(self, connection: str) -> None:
        """From now on frames to this socket arrive."""
        with self._lock:
            self._open.add(connection)

    def close(self, connection: str) -> None:
        """From now on they are answered 410."""
        with self._lock:
            self._open.discard(connection)

    def post(self, connection: str, frame: bytes) -> bool:
        """``False`` when the socket is gone."""
        with self._lock:
            if connection not in self._open:
                return False
            self._inboxes[connection].append(frame)
            return True

    def inbox(self, connection: str) -> list[dict[str, Any]]:
        """The frames that arrived, in order."""
        with self._lock:
            return [json.loads(frame) for frame in self._inboxes[connection]]

    def reached(self) -> set[str]:
        """Every socket that got a frame since the start."""
        with self._lock:
            return {connection for connection, frames in self._inboxes.items() if frames}


class Recorder:
    """Serves one address until closed.

    Attributes
    ----------
    sockets
        The inboxes.
    doubts
        Where the emulator's units and AWS's rules disagree; a measure with doubts is void.
    delay
        Seconds by which each request is held up; makes visible what runs side by side (:mod:`.measures.hops`).
    """

    def __init__(self, dynamodb: str) -> None:
        """``dynamodb`` is the address of the embedded cloud, ``http://host:port``."""
        self.sockets = Sockets()
        self.doubts: list[str] = []
        self.delay = 0.0
        self.detects = "es"
        self._dynamodb = dynamodb.removeprefix("http://")
        self._operations: list[Operation] = []
        self._lock = threading.Lock()
        self._server = _Server((LOOPBACK, 0), _handler(self))
        threading.Thread(target=self._server.serve_forever, name="recorder", daemon=True).start()

    @property
    def address(self) -> str:
        """Where functions are to find AWS."""
        return f"http://{LOOPBACK}:{self._server.server_address[1]}"

    def close(self) -> None:
        """Stop serving."""
        self._server.shutdown()
        self._server.server_close()

    def note(self, operation: Operation) -> None:
        """Add an operation that is not a request of a function: a frame that came in, an invocation."""
        with self._lock:
            self._operations.append(operation)

    @contextmanager
    def recording(self) -> Iterator[list[Operation]]:
        """The operations of the block; the list is filled when the block ends."""
        with self._lock:
            start = len(self._operations)
        found: list[Operation] = []
        try:
            yield found
        finally:
            with self._lock:
                found += self._operations[start:]

    def answer(self, method: str, path: str, headers: Mapping[str, str], body: bytes) -> _Answer:
        """Answer one request and remember it."""
        began = time.monotonic()
        if self.delay:
            time.sleep(self.delay)
        connection = _CONNECTION.search(path)
        service, name, ask = (
            self._socket(method, unquote(connection.group(1)), body) if connection else self._target(headers, body)
        )
        answer = ask()
        self.note(
            Operation(
                service=service,
                name=name,
                began=began,
                ended=time.monotonic(),
                status=answer.status,
                bill=answer.bill,
                connection=answer.connection,
            )
        )
        return answer

    def _socket(self, method: str, connection: str, body: bytes) -> _Known:
        return "sockets", method, lambda: self._posted(method, connection, body)

    def _target(self, headers: Mapping[str, str], body: bytes) -> _Known:
        target = headers.get("x-amz-target", "")
        api, _, name = target.partition(".")
        if api.startswith("DynamoDB"):
            return "dynamodb", name, lambda: self._forwarded(name, headers, body)
        if api.startswith("AWSShineFrontendService"):
            return "translate", name, lambda: self._translated(json.loads(body))
        if api == "AWSEvents":
            return "events", name, lambda: _published(json.loads(body))
        if api == "AmazonSQS":
            return "sqs", name, lambda: _queued(json.loads(body))
        raise LookupError(f"a request that the recorder does not know: {target or 'without X-Amz-Target'}")

    # -- sockets, Translate, EventBridge, SQS: answered here -------------------------------------------------------

    def _posted(self, method: str, connection: str, body: bytes) -> _Answer:
        if method == "DELETE":
            self.sockets.close(connection)
            return _Answer(204, b"", connection=connection)
        # A post to a socket that is gone is counted as billed, too: the dearer reading of the price list.
        bill: Bill = Counter({"socket_message": socket_messages(len(body))})
        if self.sockets.post(connection, body):
            return _Answer(200, b"", bill, connection)
        return _Answer(410, b'{"message":"Gone"}', bill, connection, {"x-amzn-errortype": "GoneException"})

    def _translated(self, request: Mapping[str, Any]) -> _Answer:
        source, target = request["SourceLanguageCode"], request["TargetLanguageCode"]
        found = self.detects if source == "auto" else source
        answer = {
            "TranslatedText": tagged(request["Text"], found, target),
            "SourceLanguageCode": found,
            "TargetLanguageCode": target,
        }
        return _Answer(200, json.dumps(answer).encode(), Counter({"translated_character": len(request["Text"])}))

    # -- DynamoDB: handed on ---------------------------------------------------------------------------------------

    def _forwarded(self, name: str, headers: Mapping[str, str], body: bytes) -> _Answer:
        request = json.loads(body)
        asked = json.dumps(request | {"ReturnConsumedCapacity": "TOTAL"}).encode()
        kept = {k: v for k, v in headers.items() if k in ("authorization", "x-amz-target", "x-amz-date")}
        upstream = http.client.HTTPConnection(self._dynamodb, timeout=30)
        try:
            upstream.request("POST", "/", asked, kept | {"content-type": _JSON})
            response = upstream.getresponse()
            answered = response.read()
        finally:
            upstream.close()
        document = json.loads(answered)
        consumed = document.pop("ConsumedCapacity", None)
        bill = self._bill(name, request, document, consumed, response.status)
        return _Answer(response.status, json.dumps(document).encode(), bill)

    def _bill(
        self, name: str, request: Mapping[str, Any], document: Mapping[str, Any], consumed: Any, status: int
    ) -> Bill:
        if status >= 400:
            return _refused(name, request, str(document.get("__type", "")))
        if name in _READS:
            return Counter({"read_unit": self._read(name, request, document)})
        entries = consumed if isinstance(consumed, list) else [consumed]
        if not all(entries):
            self.doubts.append(f"{name}: the emulator does not say what it cost")
            return Counter()
        units = sum(float(entry["CapacityUnits"]) for entry in entries)
        expected = _new_item(name, request)
        if expected not in (None, units):
            self.doubts.append(f"{name}: the emulator says {units} units, the rules {expected}")
        return Counter({"write_unit": units})

    def _read(self, name: str, request: Mapping[str, Any], document: Mapping[str, Any]) -> float:
        """By the rules, from the bytes that were read: the emulator says one page, whatever its size."""
        if {"FilterExpression", "ProjectionExpression"} & request.keys():
            self.doubts.append(f"{name}: reads more than it answers, so its units cannot be told from the answer")
        items = document.get("Items", [document["Item"]] if "Item" in document else [])
        return capacity.read_units(items, consistent=bool(request.get("ConsistentRead")))


_READS: Final = frozenset({"Query", "Scan", "GetItem"})


def _new_item(name: str, request: Mapping[str, Any]) -> float | None:
    """The units of a Put by the rules, where the request alone decides them: an item that is new and in no index."""
    if name != "PutItem" or "attribute_not_exists" not in request.get("ConditionExpression", ""):
        return None
    return None if _INDEXED & request["Item"].keys() else capacity.write_units(request["Item"])


def _refused(name: str, request: Mapping[str, Any], kind: str) -> Bill:
    """A write whose condition failed is billed all the same; nothing else that was refused is."""
    if kind.endswith("ConditionalCheckFailedException"):
        item = request.get("Item")
        return Counter({"write_unit": capacity.write_units(item) if item else 1.0})
    if kind.endswith("TransactionCanceledException") and name == "TransactWriteItems":
        puts = [entry["Put"]["Item"] for entry in request["TransactItems"] if "Put" in entry]
        return Counter({"write_unit": 2 * sum(map(capacity.write_units, puts))})
    return Counter()


def tagged(text: str, source: str, target: str) -> str:
    """What the recorder's Translate makes of a text: the text with its direction before it."""
    return f"[{source}>{target}] {text}"


def _published(request: Mapping[str, Any]) -> _Answer:
    entries = request["Entries"]
    answer = {"FailedEntryCount": 0, "Entries": [{"EventId": f"{i:032x}"} for i, _ in enumerate(entries)]}
    return _Answer(200, json.dumps(answer).encode(), Counter({"bus_event": len(entries)}))


def _queued(request: Mapping[str, Any]) -> _Answer:
    digest = hashlib.md5(request["MessageBody"].encode(), usedforsecurity=False).hexdigest()
    answer = {"MessageId": digest, "MD5OfMessageBody": digest}
    return _Answer(200, json.dumps(answer).encode(), Counter({"queue_request": 1}))


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 256


def _handler(recorder: Recorder) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_POST(self) -> None:
            self._serve()

        def do_DELETE(self) -> None:
            self._serve()

        def _serve(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", 0)))
            headers = {name.lower(): value for name, value in self.headers.items()}
            answer = recorder.answer(self.command, self.path, headers, body)
            head = [
                f"HTTP/1.1 {answer.status} {http.client.responses[answer.status]}",
                f"content-type: {_JSON}",
                f"content-length: {len(answer.body)}",
                *(f"{name}: {value}" for name, value in answer.headers.items()),
            ]
            # In one write: two would meet Nagle's algorithm and delayed acknowledgements, 40 ms each time.
            self.wfile.write("\r\n".join([*head, "", ""]).encode() + answer.body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class names it so
            """The recorder keeps operations, not lines."""

    return Handler


def posts(operations: Sequence[Operation]) -> list[Operation]:
    """The posts to sockets among them."""
    return [o for o in operations if o.called == "sockets.POST"]
