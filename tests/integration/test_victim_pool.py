"""The victims' pool on moto, as far as moto tells the truth: users, tokens, revocation. It never runs a trigger: what
they answer is tested on `tests.unit.identity.cognito`, and on the embedded cloud.
"""

from __future__ import annotations

from typing import Any

import pytest

from harbour.aws.victim_pool import VictimPool
from harbour.runtime.errors import Unavailable
from tests.unit.identity.entry import DANA

PASSWORD = f"{'x' * 64}aA1!"


@pytest.fixture
def ids(cognito: Any) -> tuple[str, str]:
    """Of a pool and its client."""
    pool = cognito.create_user_pool(PoolName="victims")["UserPool"]["Id"]
    client = cognito.create_user_pool_client(
        UserPoolId=pool, ClientName="portal", ExplicitAuthFlows=["ALLOW_CUSTOM_AUTH", "ALLOW_ADMIN_USER_PASSWORD_AUTH"]
    )
    return pool, client["UserPoolClient"]["ClientId"]


def token(cognito: Any, ids: tuple[str, str]) -> str:
    """An access token, got in a way that moto knows."""
    pool, client = ids
    cognito.admin_set_user_password(UserPoolId=pool, Username=DANA.id, Password=PASSWORD, Permanent=True)
    answer = cognito.admin_initiate_auth(
        UserPoolId=pool,
        ClientId=client,
        AuthFlow="ADMIN_USER_PASSWORD_AUTH",
        AuthParameters={"USERNAME": DANA.id, "PASSWORD": PASSWORD},
    )
    found: str = answer["AuthenticationResult"]["AccessToken"]
    return found


def test_a_person_has_a_confirmed_user_without_attributes_after_the_first_try(
    cognito: Any, ids: tuple[str, str]
) -> None:
    pool = VictimPool(cognito, *ids)
    for _ in range(2):
        # moto answers CUSTOM_AUTH with nothing: no token without a trigger
        with pytest.raises(Unavailable):
            pool.sign_in(DANA.id, "h", "p")
    (user,) = cognito.list_users(UserPoolId=ids[0])["Users"]
    assert user["Username"] == DANA.id
    assert user["UserStatus"] == "CONFIRMED"
    assert [attribute["Name"] for attribute in user["Attributes"]] == ["sub"]


def test_a_token_says_whose_it_is_until_they_sign_out_everywhere(cognito: Any, ids: tuple[str, str]) -> None:
    pool = VictimPool(cognito, *ids)
    with pytest.raises(Unavailable):
        pool.sign_in(DANA.id, "h", "p")
    access = token(cognito, ids)
    assert pool.who(access) == DANA.id
    pool.sign_out(DANA.id)
    assert pool.who(access) is None
    assert pool.who("invented") is None
