"""Whose account allows what, asked of Cognito as moto plays it."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from harbour.aws.officer_pool import OfficerPool
from harbour.identity import permissions


@pytest.fixture
def pool(cognito: Any) -> str:
    custom = [{"Name": name, "AttributeDataType": "String"} for name in ("collar", "force")]
    made: str = cognito.create_user_pool(PoolName="officers", Schema=custom)["UserPool"]["Id"]
    for role in permissions.roles():
        cognito.create_group(UserPoolId=made, GroupName=role)
    return made


def enrol(cognito: Any, pool: str, collar: str, *groups: str, force: str = "eastshire") -> None:
    about = [{"Name": "custom:collar", "Value": collar}, {"Name": "custom:force", "Value": force}]
    cognito.admin_create_user(UserPoolId=pool, Username=f"officer.{collar}", UserAttributes=about)
    for group in groups:
        cognito.admin_add_user_to_group(UserPoolId=pool, Username=f"officer.{collar}", GroupName=group)


def test_enabled_accounts_of_this_force_in_a_group_that_may(cognito: Any, pool: str) -> None:
    enrol(cognito, pool, "1", "officer")
    enrol(cognito, pool, "2", "supervisor", "officer")
    enrol(cognito, pool, "3", "analyst")
    enrol(cognito, pool, "4")
    enrol(cognito, pool, "5", "officer", force="westshire")
    enrol(cognito, pool, "6", "officer")
    cognito.admin_disable_user(UserPoolId=pool, Username="officer.6")
    enrol(cognito, pool, "7", "officer")
    cognito.admin_remove_user_from_group(UserPoolId=pool, Username="officer.7", GroupName="officer")
    assert OfficerPool(cognito, pool, "eastshire").who_may("converse") == {"1", "2"}


def test_everybody_is_found_however_many(cognito: Any, pool: str) -> None:
    for number in range(130):  # Cognito lists 60 at a time
        enrol(cognito, pool, f"{number}", "officer")
    assert len(OfficerPool(cognito, pool, "eastshire").who_may("converse")) == 130


def test_half_a_list_is_none(cognito: Any, pool: str) -> None:
    enrol(cognito, pool, "1", "officer")
    cognito.delete_group(UserPoolId=pool, GroupName="supervisor")
    with pytest.raises(ClientError):
        OfficerPool(cognito, pool, "eastshire").who_may("converse")
