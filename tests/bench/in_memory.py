"""AWS without a wire: what the portal's adapters ask of DynamoDB, SQS, SNS, SES and Secrets Manager, answered in this
process, and counted as AWS bills it.

botocore itself builds and checks every request against AWS's own service model, and reads every answer by it; only the
step over the network is taken out (``before-send``). So one run can make hundreds of thousands of calls. The rules of
the table are held against moto's by ``tests/integration/test_burst_of_updates.py``: the same calls, the same answers.
"""

from __future__ import annotations

import json
import math
import re
import threading
import time
import uuid
from collections import Counter, defaultdict, deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache
from typing import Any, Final
from urllib.parse import parse_qs

from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.config import Config
from botocore.session import Session

from tests.bench import capacity

Item = dict[str, Any]
Key = tuple[str, str]

INDEX: Final = "due"
_FINISHED: Final = 200


class Refused(Exception):
    """An answer that is an error: its code, and what else stands in it."""

    def __init__(self, code: str, **more: Any) -> None:
        super().__init__(code)
        self.code = code
        self.more = more


# -- DynamoDB --------------------------------------------------------------------------------------------------------


@dataclass
class Table:
    """One table with the keys ``pk`` and ``sk`` and the index ``due`` (keys only).

    Attributes
    ----------
    bill
        Write and read units so far.
    calls
        How often which operation was called.
    heard
        Told of every call and its answer, in the order in which they took effect; none: nobody listens.
    """

    items: dict[str, dict[str, Item]] = field(default_factory=lambda: defaultdict(dict))
    due: dict[str, dict[Key, Decimal]] = field(default_factory=lambda: defaultdict(dict))
    bill: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    calls: Counter[str] = field(default_factory=Counter)
    heard: Callable[[str, Mapping[str, Any], Any], None] | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def answer(self, operation: str, asked: dict[str, Any]) -> dict[str, Any]:
        """One call. Raises `Refused`."""
        does = {
            "GetItem": self._get,
            "PutItem": self._put,
            "UpdateItem": self._update,
            "DeleteItem": self._delete,
            "Query": self._query,
            "TransactWriteItems": self._transact,
        }[operation]
        with self._lock:
            self.calls[operation] += 1
            try:
                answered = does(asked)
            except Refused as refused:
                if self.heard:
                    self.heard(operation, asked, refused)
                raise
            if self.heard:
                self.heard(operation, asked, answered)
            return answered

    def all(self) -> Iterator[Item]:
        """Every item."""
        for partition in self.items.values():
            yield from partition.values()

    def _get(self, asked: dict[str, Any]) -> dict[str, Any]:
        found = self._at(_key(asked["Key"]))
        self._read([found] if found else [], asked)
        return {"Item": _projected(found, asked)} if found else {}

    def _put(self, asked: dict[str, Any]) -> dict[str, Any]:
        self._alone("Put", asked)
        return {}

    def _update(self, asked: dict[str, Any]) -> dict[str, Any]:
        self._alone("Update", asked)
        return {}

    def _delete(self, asked: dict[str, Any]) -> dict[str, Any]:
        old = self._at(_key(asked["Key"]))
        self._alone("Delete", asked)
        return {"Attributes": old} if old and asked.get("ReturnValues") == "ALL_OLD" else {}

    def _transact(self, asked: dict[str, Any]) -> dict[str, Any]:
        writes = [next(iter(write.items())) for write in asked["TransactItems"]]
        keys = [_key(one.get("Key") or one["Item"]) for _, one in writes]
        if len(set(keys)) != len(keys) or len(keys) > capacity_limit():
            raise Refused("ValidationException", Message="one item twice, or too many")
        fits = [self._fits(key, one) for key, (_, one) in zip(keys, writes, strict=True)]
        for key, (name, one) in zip(keys, writes, strict=True):
            old = self._at(key)
            new = _changed(name, old, one)
            # A transaction reads what it writes: every unit counts twice, also of one that is cancelled.
            self._charge(old, new, times=2, index=all(fits))
            if all(fits):
                self._set(key, new)
        if not all(fits):
            reasons = [{"Code": "None"} if fit else {"Code": "ConditionalCheckFailed"} for fit in fits]
            raise Refused("TransactionCanceledException", CancellationReasons=reasons)
        return {}

    def _query(self, asked: dict[str, Any]) -> dict[str, Any]:
        values = asked["ExpressionAttributeValues"]
        wanted = _condition(asked["KeyConditionExpression"])
        names = asked.get("ExpressionAttributeNames", {})
        if asked.get("IndexName") == INDEX:
            found = self._indexed(values[":list"]["S"])
        else:
            partition = self.items.get(values[":pk"]["S"], {})
            found = [partition[sk] for sk in sorted(partition)]
        found = [item for item in found if wanted(item, names, values)]
        if start := asked.get("ExclusiveStartKey"):
            at = _key(start)
            places = [number for number, item in enumerate(found) if _key(item) == at]
            found = found[places[0] + 1 :] if places else found
        page = found[: asked.get("Limit", len(found))]
        self._read(page, asked)
        answered: dict[str, Any] = {"Items": page, "Count": len(page), "ScannedCount": len(page)}
        if len(page) < len(found):
            answered["LastEvaluatedKey"] = {name: page[-1][name] for name in ("pk", "sk")} | (
                {name: page[-1][name] for name in ("due", "due_at")} if "IndexName" in asked else {}
            )
        return answered

    def _indexed(self, name: str) -> list[Item]:
        listed = sorted(self.due.get(name, {}).items(), key=lambda one: (one[1], one[0]))
        return [
            {"pk": {"S": pk}, "sk": {"S": sk}, "due": {"S": name}, "due_at": {"N": str(at)}} for (pk, sk), at in listed
        ]

    def _alone(self, name: str, asked: dict[str, Any]) -> None:
        key = _key(asked.get("Key") or asked["Item"])
        old = self._at(key)
        if not self._fits(key, asked):
            self._charge(old, old or {}, times=1, index=False)
            raise Refused("ConditionalCheckFailedException")
        new = _changed(name, old, asked)
        self._charge(old, new, times=1, index=True)
        self._set(key, new)

    def _fits(self, key: Key, asked: dict[str, Any]) -> bool:
        if "ConditionExpression" not in asked:
            return True
        names, values = asked.get("ExpressionAttributeNames", {}), asked.get("ExpressionAttributeValues", {})
        return bool(_condition(asked["ConditionExpression"])(self._at(key) or {}, names, values))

    def _at(self, key: Key) -> Item | None:
        return self.items.get(key[0], {}).get(key[1])

    def _set(self, key: Key, new: Item | None) -> None:
        old = self._at(key)
        if old and INDEX in old:
            del self.due[old[INDEX]["S"]][key]
        if new is None:
            self.items.get(key[0], {}).pop(key[1], None)
            return
        self.items[key[0]][key[1]] = new
        if INDEX in new:
            self.due[new[INDEX]["S"]][key] = Decimal(new["due_at"]["N"])

    def _charge(self, old: Item | None, new: Item | None, *, times: int, index: bool) -> None:
        size = max(capacity.item_size(old or {}), capacity.item_size(new or {}))
        units = float(max(1, math.ceil(size / capacity.WRITE_BYTES)))
        before, after = _index_key(old), _index_key(new)
        if index and before != after:
            # A changed key of an index is one entry taken out and one put in.
            self.bill["index_unit"] += times * ((before is not None) + (after is not None))
        self.bill["write_unit"] += times * units

    def _read(self, found: list[Item], asked: dict[str, Any]) -> None:
        consistent = bool(asked.get("ConsistentRead")) and "IndexName" not in asked
        self.bill["read_unit"] += capacity.read_units(found, consistent=consistent)


def capacity_limit() -> int:
    """Writes in one transaction, at most."""
    return 100


def _key(item: Mapping[str, Any]) -> Key:
    return item["pk"]["S"], item["sk"]["S"]


def _index_key(item: Item | None) -> tuple[str, str] | None:
    return (item[INDEX]["S"], item["due_at"]["N"]) if item and INDEX in item else None


def _projected(item: Item, asked: Mapping[str, Any]) -> Item:
    wanted = asked.get("ProjectionExpression")
    return {name: item[name] for name in map(str.strip, wanted.split(",")) if name in item} if wanted else item


def _changed(name: str, old: Item | None, asked: Mapping[str, Any]) -> Item | None:
    match name:
        case "Put":
            return dict(asked["Item"])
        case "Delete":
            return None
    names, values = asked.get("ExpressionAttributeNames", {}), asked["ExpressionAttributeValues"]
    new = dict(old or asked["Key"])
    for verb, clause in re.findall(r"(SET|REMOVE|ADD) (.*?)(?= (?:SET|REMOVE|ADD) |$)", asked["UpdateExpression"]):
        for part in clause.split(","):
            target, *rest = part.replace("=", " ").split()
            attribute = names.get(target, target)
            match verb:
                case "SET":
                    new[attribute] = values[rest[0]]
                case "REMOVE":
                    new.pop(attribute, None)
                case "ADD":
                    known = Decimal(new.get(attribute, {"N": "0"})["N"])
                    new[attribute] = {"N": str(known + Decimal(values[rest[0]]["N"]))}
    return new


# -- conditions ------------------------------------------------------------------------------------------------------

Holds = Callable[[Item, Mapping[str, str], Mapping[str, Any]], bool]
_TOKEN: Final = re.compile(r"\s*(<=|>=|<>|[()=<>,]|[#:\w]+)")
_COMPARE: Final[Mapping[str, Callable[[Any, Any], bool]]] = {
    "=": lambda a, b: a == b,
    "<>": lambda a, b: a != b,
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
}


@cache
def _condition(text: str) -> Holds:
    """What an expression says: ``AND``, ``OR``, brackets, comparisons, ``BETWEEN`` and the functions used here."""
    tokens = deque(_TOKEN.findall(text))
    holds = _or(tokens)
    if tokens:
        raise ValueError(f"not understood: {text}")
    return holds


def _or(tokens: deque[str]) -> Holds:
    parts = [_and(tokens)]
    while tokens and tokens[0] == "OR":
        tokens.popleft()
        parts.append(_and(tokens))
    return parts[0] if len(parts) == 1 else lambda *given: any(part(*given) for part in parts)


def _and(tokens: deque[str]) -> Holds:
    parts = [_one(tokens)]
    while tokens and tokens[0] == "AND":
        tokens.popleft()
        parts.append(_one(tokens))
    return parts[0] if len(parts) == 1 else lambda *given: all(part(*given) for part in parts)


def _one(tokens: deque[str]) -> Holds:
    first = tokens.popleft()
    if first == "(":
        inner = _or(tokens)
        tokens.popleft()
        return inner
    if first in ("attribute_exists", "attribute_not_exists"):
        _, path, _ = (tokens.popleft() for _ in range(3))
        wanted = first == "attribute_exists"
        return lambda item, names, _values: (names.get(path, path) in item) is wanted
    if first == "begins_with":
        _, path, _, start, _ = (tokens.popleft() for _ in range(5))
        return lambda item, names, values: item.get(names.get(path, path), {"S": ""})["S"].startswith(
            values[start]["S"]
        )
    compare = tokens.popleft()
    if compare == "BETWEEN":
        low, _, high = (tokens.popleft() for _ in range(3))
        return lambda item, names, values: bool(
            _compared(">=", first, low, item, names, values) and _compared("<=", first, high, item, names, values)
        )
    if compare not in _COMPARE:
        raise ValueError(f"not understood: {compare}")
    other = tokens.popleft()
    return lambda item, names, values: _compared(compare, first, other, item, names, values)


def _compared(
    compare: str, one: str, other: str, item: Item, names: Mapping[str, str], values: Mapping[str, Any]
) -> bool:
    left, right = (_value(part, item, names, values) for part in (one, other))
    # What is not there compares with nothing.
    return left is not None and right is not None and left[0] == right[0] and _COMPARE[compare](left[1], right[1])


def _value(part: str, item: Item, names: Mapping[str, str], values: Mapping[str, Any]) -> tuple[str, Any] | None:
    found = values[part] if part.startswith(":") else item.get(names.get(part, part))
    if found is None:
        return None
    ((kind, written),) = found.items()
    return kind, Decimal(written) if kind == "N" else written


# -- SQS -------------------------------------------------------------------------------------------------------------


@dataclass
class Queues:
    """Queues by address; one whose name ends with ``.fifo`` keeps order in each group and drops what comes again.

    Lambda's poller takes ten at once (`take`) and deletes what was done (`done`): both are billed requests, as are the
    senders'. What is not done is delivered again, at the head of its group. ``unbilled`` are no queues of
    SQS: Lambda is called with lines of a log.
    """

    bill: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    unbilled: set[str] = field(default_factory=set)
    at_work: int = 0
    _waiting: dict[str, deque[dict[str, str]]] = field(default_factory=lambda: defaultdict(deque))
    _groups: dict[str, deque[dict[str, str]]] = field(default_factory=lambda: defaultdict(deque))
    _ready: deque[str] = field(default_factory=deque)
    _seen: set[str] = field(default_factory=set)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def answer(self, operation: str, asked: dict[str, Any]) -> dict[str, Any]:
        """One call of a sender."""
        with self._lock:
            self.bill["queue_request"] += 1
            if operation == "SendMessage":
                self._put(asked["QueueUrl"], asked)
                return {"MessageId": str(uuid.uuid4())}
            if operation == "SendMessageBatch":
                for entry in asked["Entries"]:
                    self._put(asked["QueueUrl"], entry)
                return {"Successful": [{"Id": one["Id"], "MessageId": "m"} for one in asked["Entries"]], "Failed": []}
        raise Refused("InvalidAction")

    def _put(self, url: str, asked: dict[str, Any]) -> None:
        body = asked["MessageBody"]
        if not url.endswith(".fifo"):
            self._waiting[url].append({"body": body})
            return
        once = asked["MessageDeduplicationId"]
        if once in self._seen:
            return
        self._seen.add(once)
        group = asked["MessageGroupId"]
        messages = self._groups[group]
        messages.append({"body": body, "group": group})
        if len(messages) == 1:
            self._ready.append(group)

    def forget_seen(self) -> None:
        """Five minutes pass: what is sent again now is taken for another message."""
        with self._lock:
            self._seen.clear()

    def take(self, url: str, most: int = 10) -> list[dict[str, str]]:
        """A batch; empty when nothing waits (a long poll, billed only when it brings something here)."""
        with self._lock:
            waiting = self._ready if url.endswith(".fifo") else self._waiting[url]
            batch = [waiting.popleft() for _ in range(min(most, len(waiting)))]
            self.at_work += len(batch)
            if batch and url not in self.unbilled:
                self.bill["queue_request"] += 1
            # The first of each group: no other of it is given out before that is done.
            return [self._groups[one][0] if isinstance(one, str) else one for one in batch]

    def done(self, url: str, batch: list[dict[str, str]], again: list[dict[str, str]]) -> None:
        """Delete what was done; ``again`` comes again."""
        with self._lock:
            self.at_work -= len(batch)
            if len(again) < len(batch) and url not in self.unbilled:
                self.bill["queue_request"] += 1
            for message in batch:
                repeated = any(message is one for one in again)
                if not url.endswith(".fifo"):
                    if repeated:
                        self._waiting[url].append(message)
                    continue
                group = self._groups[message["group"]]
                if not repeated:
                    group.popleft()
                if group:
                    self._ready.append(message["group"])

    def put(self, url: str, body: str) -> None:
        """Something that others than our code send: a receipt."""
        with self._lock:
            self._waiting[url].append({"body": body})

    def idle(self) -> bool:
        """Whether nothing waits and nobody is at work."""
        with self._lock:
            return not self.at_work and not any(self._waiting.values()) and not any(self._groups.values())


# -- providers -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Taken:
    """A message that a provider took, ``at`` seconds of the run."""

    channel: str
    to: str
    text: str
    reference: str
    provider_id: str
    at: float


@dataclass
class Posts:
    """SNS and SES: take everything, and remember it. ``took`` is told of each."""

    now: Callable[[], float] = time.monotonic
    taken: list[Taken] = field(default_factory=list)
    took: Callable[[Taken], None] = lambda _: None

    def text(self, asked: Mapping[str, list[str]]) -> str:
        """SNS's ``Publish``; the id."""
        return self._take("sms", asked["PhoneNumber"][0], asked["Message"][0], "")

    def mail(self, asked: Mapping[str, Any]) -> str:
        """SES's ``SendEmail``; the id."""
        text = asked["Content"]["Simple"]["Body"]["Text"]["Data"]
        (to,) = asked["Destination"]["ToAddresses"]
        return self._take("email", to, text, asked["EmailTags"][0]["Value"])

    def _take(self, channel: str, to: str, text: str, reference: str) -> str:
        one = Taken(channel, to, text, reference, str(uuid.uuid4()), self.now())
        self.taken.append(one)
        self.took(one)
        return one.provider_id


# -- the missing wire ------------------------------------------------------------------------------------------------


@dataclass
class Cloud:
    """All of it, and clients to it."""

    table: Table = field(default_factory=Table)
    queues: Queues = field(default_factory=Queues)
    posts: Posts = field(default_factory=Posts)
    secrets: dict[str, str] = field(default_factory=dict)

    def client(self, service: str) -> Any:
        """A client of botocore that sends nothing."""
        session = Session()
        session.set_credentials("none", "none")
        made = session.create_client(
            service, region_name="eu-west-2", config=Config(retries={"total_max_attempts": 1, "mode": "standard"})
        )
        made.meta.events.register("before-send", self._answer)  # type: ignore[arg-type]
        return made

    def _answer(self, request: AWSPreparedRequest, **_: Any) -> AWSResponse:
        target = _text(request.headers.get("X-Amz-Target", b""))
        prefix, operation = target.split(".") if target else ("", "")
        body = request.body if isinstance(request.body, bytes | str) else b""
        try:
            if prefix.startswith("DynamoDB"):
                return _json(request, self.table.answer(operation, json.loads(body)))
            if prefix == "AmazonSQS":
                return _json(request, self.queues.answer(operation, json.loads(body)))
            if prefix == "secretsmanager":
                return _json(request, {"SecretString": self.secrets[json.loads(body)["SecretId"]]})
            if request.url.endswith("/v2/email/outbound-emails"):
                return _json(request, {"MessageId": self.posts.mail(json.loads(body))})
            given = parse_qs(_text(body), keep_blank_values=True)
            if given.get("Action") == ["Publish"]:
                return _answered(request, _FINISHED, _PUBLISHED.format(self.posts.text(given)).encode())
        except Refused as refused:
            document: dict[str, Any] = {
                "__type": f"com.amazonaws#{refused.code}",
                "message": refused.code,
                **refused.more,
            }
            return _answered(request, 400, json.dumps(document).encode())
        raise AssertionError(f"nothing answers {target or request.url}")


_PUBLISHED: Final = (
    '<PublishResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/"><PublishResult><MessageId>{}</MessageId>'
    "</PublishResult><ResponseMetadata><RequestId>r</RequestId></ResponseMetadata></PublishResponse>"
)


class _Raw:
    def __init__(self, body: bytes) -> None:
        self._body = body

    def stream(self, *_: Any, **__: Any) -> Iterator[bytes]:
        yield self._body


def _json(request: AWSPreparedRequest, document: Mapping[str, Any]) -> AWSResponse:
    return _answered(request, _FINISHED, json.dumps(document).encode())


def _answered(request: AWSPreparedRequest, status: int, body: bytes) -> AWSResponse:
    headers = {"content-type": "application/x-amz-json-1.0"}
    return AWSResponse(request.url, status, headers, _Raw(body))  # type: ignore[arg-type]


def _text(written: bytes | str) -> str:
    return written.decode() if isinstance(written, bytes) else written
