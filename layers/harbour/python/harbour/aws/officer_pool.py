"""The officers' Cognito user pool: whose account still allows what."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harbour.identity import permissions

if TYPE_CHECKING:
    from mypy_boto3_cognito_idp import CognitoIdentityProviderClient


class OfficerPool:
    """See :class:`harbour.identity.ports.OfficerAccounts`."""

    def __init__(self, client: CognitoIdentityProviderClient, pool: str, force: str) -> None:
        self._cognito = client
        self._pool = pool
        self._force = force

    def who_may(self, action: str) -> frozenset[str]:
        """One request for each 60 accounts of each group that allows it."""
        pages = self._cognito.get_paginator("list_users_in_group")
        found = set()
        for group in sorted(role for role in permissions.roles() if permissions.may([role], action)):
            for page in pages.paginate(UserPoolId=self._pool, GroupName=group):
                for user in page["Users"]:
                    about = {a["Name"]: a.get("Value", "") for a in user.get("Attributes", ())}
                    if user.get("Enabled") and about.get("custom:force") == self._force:
                        found.add(about.get("custom:collar", ""))
        return frozenset(found)
