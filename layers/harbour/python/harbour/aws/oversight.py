"""What a force sees of its messages, in the table ``cases``: no scan, only the index ``due`` and the counts of days."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

from botocore.exceptions import ClientError

from harbour.aws import cases
from harbour.aws.clients import code_of
from harbour.aws.notifications import notification_of
from harbour.contact.model import Channel
from harbour.crime.model import CrimeRef
from harbour.notification.model import Notification
from harbour.notification.statistics import DayCount
from harbour.oversight.model import Place, check_of
from harbour.oversight.ports import Listed, Refused, Tally
from harbour.runtime.clock import parse

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

    from harbour.aws.cases import Item

TOGETHER: Final = 100
"""Items in one read: DynamoDB's limit."""


class OversightTable:
    """See :class:`harbour.oversight.ports.Problems`, ``Waits`` and ``Statistics``."""

    def __init__(self, client: DynamoDBClient, table: str, force: str) -> None:
        self._db = client
        self._table = table
        self._force = force

    def open(self, most: int, after: Place | None) -> tuple[list[Listed], Place | None]:
        """One query of the index, and the items together."""
        keys = list(islice(self._from("quality", after, most + 1), most + 1))
        found = []
        for item in self._listed(keys[:most]):
            found.append(Listed(problem=cases.problem_of(item), since=parse(item["found_at"]["S"])))
        return found, _place(keys[most - 1]) if len(keys) > most else None

    def tally(self, most: int) -> Tally:
        """The keys of the index, and nothing else."""
        problems = [key["sk"]["S"] for key in islice(self._keys("quality", most + 1), most + 1)]
        refused = sum(1 for _ in islice(self._keys("refused", most + 1), most + 1))
        return Tally(
            checks=Counter(check_of(sk.removeprefix(cases.QUALITY)) for sk in problems[:most]),
            refused=min(refused, most),
            complete=max(len(problems), refused) <= most,
        )

    def refused(self, most: int) -> list[Refused]:
        """One query of the index, and the items together."""
        found = []
        for item in self._listed(list(islice(self._keys("refused", most), most))):
            problem: dict[str, Any] = json.loads(item["problem"]["S"])
            found.append(
                Refused(
                    source=item["pk"]["S"].split("#")[1],
                    crime=item["crime"]["S"] if "crime" in item else "",
                    since=parse(item["received_at"]["S"]),
                    field=problem.get("field", ""),
                    detail=problem.get("detail", ""),
                )
            )
        return found

    def mended(self, crime: CrimeRef, ident: str) -> bool:
        """One conditional update: the problem stays, and leaves the list."""
        try:
            self._db.update_item(**cases.unlist_problem(self._table, crime, ident)["Update"])
        except ClientError as error:
            if code_of(error) == "ConditionalCheckFailedException":
                return False
            raise
        return True

    def waiting(self, most: int) -> list[Notification]:
        """One query of the index, and the items together."""
        return [
            notification_of(item) for item in self._listed(list(islice(self._keys("notify", most, newest=False), most)))
        ]

    def days(self, first: date, last: date) -> list[DayCount]:
        """One query for each day."""
        return [
            _count(item, day)
            for day in (first + timedelta(days=number) for number in range((last - first).days + 1))
            for item in self._db.query(
                TableName=self._table,
                KeyConditionExpression="pk = :pk",
                ExpressionAttributeValues={":pk": {"S": cases.statistics(self._force, day)}},
            )["Items"]
        ]

    def _from(self, name: str, after: Place | None, most: int) -> Iterator[Item]:
        """Keys of a list behind a place; all of its second, if what ended the page has left the list."""
        if after is None:
            yield from self._keys(name, most)
            return
        same = list(self._keys(name, most, "due_at = :at", after.at))
        places = [_place(key) for key in same]
        yield from same[places.index(after) + 1 :] if after in places else same
        yield from self._keys(name, most, "due_at < :at", after.at)

    def _keys(self, name: str, most: int, when: str = "", at: int = 0, *, newest: bool = True) -> Iterator[Item]:
        """Keys in the index, the newest or the oldest first; so many are asked for at a time."""
        more: dict[str, Any] = {}
        while True:
            answer = self._db.query(
                TableName=self._table,
                IndexName=cases.DUE_INDEX,
                KeyConditionExpression=f"due = :list AND {when}" if when else "due = :list",
                ExpressionAttributeValues={":list": {"S": name}} | ({":at": {"N": str(at)}} if when else {}),
                ScanIndexForward=not newest,
                Limit=most,
                **more,
            )
            yield from answer["Items"]
            if "LastEvaluatedKey" not in answer:
                return
            more = {"ExclusiveStartKey": answer["LastEvaluatedKey"]}

    def _listed(self, keys: Sequence[Item]) -> Iterator[Item]:
        """The items of keys, in their order, without those that have left the list."""
        for start in range(0, len(keys), TOGETHER):
            wanted = [{"pk": key["pk"], "sk": key["sk"]} for key in keys[start : start + TOGETHER]]
            found = self._read(wanted)
            for key in wanted:
                item = found.get((key["pk"]["S"], key["sk"]["S"]))
                if item is not None and "due" in item:
                    yield item

    def _read(self, keys: Sequence[Item]) -> dict[tuple[str, str], Item]:
        found: dict[tuple[str, str], Item] = {}
        wanted: Mapping[str, Any] = {self._table: {"Keys": keys}}
        while wanted:
            answer = self._db.batch_get_item(RequestItems=wanted)
            found |= {(item["pk"]["S"], item["sk"]["S"]): item for item in answer["Responses"].get(self._table, [])}
            wanted = answer.get("UnprocessedKeys", {})
        return found


def _place(key: Item) -> Place:
    return Place.of(key["pk"]["S"], key["sk"]["S"], int(key["due_at"]["N"]))


def _count(item: Item, day: date) -> DayCount:
    _, channel, provider, type_ = item["sk"]["S"].split("#", 3)
    numbers = {name: int(value["N"]) for name, value in item.items() if "N" in value}
    return DayCount(day=day, type=type_, channel=Channel(channel), provider=provider, **numbers)
