"""Two thousand updates at once: none lost, none told twice, each crime's in order; and the table on which that is shown
obeys DynamoDB's rules as moto does.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from botocore.exceptions import ClientError

from harbour.notification.model import State
from tests.bench.burst import STORY, Burst, Ran, victim, wrong
from tests.bench.in_memory import Refused, Table

CRIMES = 2_000 // len(STORY)
COMPARED = 3_000
ONE_BURST = pytest.mark.xdist_group("one burst")
"""Where tests run side by side, those that look at the same burst stay together: it is made once."""


@pytest.fixture(scope="module")
def ran() -> Ran:
    return Burst(CRIMES, "two thousand", sample=COMPARED).run()


@ONE_BURST
def test_every_update_is_done_once_in_order_and_told_once(ran: Ran) -> None:
    assert wrong(ran, CRIMES) == ""


@ONE_BURST
def test_the_run_was_unkind(ran: Ran) -> None:
    for what in ("accepted again", "again updates.fifo", "again notify", "again log", "again receipts"):
        assert ran.counts[what] > 0, what


@ONE_BURST
def test_no_secret_of_an_invitation_is_kept_after_it_was_sent(ran: Ran) -> None:
    assert not [message for message in ran.messages() if "link" in message.values]


def test_both_channels_were_used_and_nobody_shares_an_address() -> None:
    people = [victim(number) for number in range(4_000)]
    assert {channel for channel, _ in people} == {"sms", "email"}
    assert len({to for _, to in people}) == len(people)


def _sent_once_more(ran: Ran) -> None:
    one = ran.cloud.posts.taken[0]
    ran.cloud.posts.taken.append(dataclasses.replace(one, provider_id="another"))


def _lost(ran: Ran) -> None:
    partition = next(items for pk, items in ran.cloud.table.items.items() if pk.startswith("crime#"))
    del partition[next(sk for sk in partition if sk.startswith("E#"))]


def _swapped(ran: Ran) -> None:
    ids = ran.accepted["42/000001/26"]
    ids[0], ids[1] = ids[1], ids[0]


def _not_heard_of(ran: Ran) -> None:
    for items in ran.cloud.table.items.values():
        for item in items.values():
            if item["sk"]["S"].startswith("N#"):
                item["body"]["S"] = item["body"]["S"].replace(f'"{State.DELIVERED}"', f'"{State.SENT}"')
                return


@pytest.mark.parametrize("spoil", [_sent_once_more, _lost, _swapped, _not_heard_of])
def test_the_judge_sees(spoil: Callable[[Ran], None]) -> None:
    small = Burst(40, "a small one").run()
    assert wrong(small, 40) == ""
    spoil(small)
    assert wrong(small, 40)


# -- the table -------------------------------------------------------------------------------------------------------


@ONE_BURST
def test_the_table_answers_as_dynamodb_does(ran: Ran, dynamodb_cases: Any) -> None:
    methods: dict[str, Callable[..., Any]] = {
        "GetItem": dynamodb_cases.get_item,
        "PutItem": dynamodb_cases.put_item,
        "UpdateItem": dynamodb_cases.update_item,
        "Query": dynamodb_cases.query,
        "TransactWriteItems": dynamodb_cases.transact_write_items,
    }
    assert {operation for operation, _, _ in ran.sample} == methods.keys()
    assert any(isinstance(answered, Refused) for _, _, answered in ran.sample), "no condition failed"
    for operation, asked, answered in ran.sample:
        assert _told(methods[operation], asked) == _kept(answered), (operation, asked)


def _told(method: Callable[..., Any], asked: Mapping[str, Any]) -> Any:
    try:
        answer = method(**asked)
    except ClientError as error:
        reasons = [one["Code"] for one in error.response.get("CancellationReasons", ())]
        return error.response["Error"]["Code"], reasons
    return {name: answer[name] for name in ("Item", "Items", "LastEvaluatedKey") if name in answer}


def _kept(answered: Any) -> Any:
    if isinstance(answered, Refused):
        return answered.code, [one["Code"] for one in answered.more.get("CancellationReasons", ())]
    return {name: answered[name] for name in ("Item", "Items", "LastEvaluatedKey") if name in answered}


@pytest.mark.parametrize(
    ("condition", "holds"),
    [
        ("attribute_not_exists(pk)", False),
        ("attribute_exists(pk) AND #n < :two", True),
        ("#n < :one OR (#n >= :one AND #n <= :two)", True),
        ("(attribute_not_exists(#n) OR #n < :one) AND attribute_exists(pk)", False),
        ("#n <> :one", False),
        ("gone = :one", False),
        ("#n BETWEEN :one AND :two", True),
    ],
)
def test_a_condition_says_what_dynamodb_takes_it_for(condition: str, holds: bool) -> None:
    table = Table()
    key = {"pk": {"S": "a"}, "sk": {"S": "b"}}
    table.answer("PutItem", {"Item": {**key, "n": {"N": "1"}}})
    asked = {
        "Item": {**key, "n": {"N": "5"}},
        "ConditionExpression": condition,
        "ExpressionAttributeNames": {"#n": "n"},
        "ExpressionAttributeValues": {":one": {"N": "1"}, ":two": {"N": "2"}},
    }
    if holds:
        table.answer("PutItem", asked)
    else:
        with pytest.raises(Refused):
            table.answer("PutItem", asked)
    assert table.answer("GetItem", {"Key": key})["Item"]["n"] == {"N": "5" if holds else "1"}


def test_a_cancelled_transaction_changes_nothing_and_costs_all_the_same() -> None:
    table = Table()
    first, second = ({"pk": {"S": name}, "sk": {"S": "x"}} for name in "ab")
    table.answer("PutItem", {"Item": second})
    before = table.bill["write_unit"]
    with pytest.raises(Refused) as refused:
        table.answer(
            "TransactWriteItems",
            {
                "TransactItems": [
                    {"Put": {"Item": first}},
                    {"Put": {"Item": second, "ConditionExpression": "attribute_not_exists(pk)"}},
                ]
            },
        )
    assert [one["Code"] for one in refused.value.more["CancellationReasons"]] == ["None", "ConditionalCheckFailed"]
    assert table.answer("GetItem", {"Key": first}) == {}
    assert table.bill["write_unit"] - before == 4
