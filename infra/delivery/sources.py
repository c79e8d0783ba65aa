"""Keys of the crime systems: made once, random, in Secrets Manager, from where their administrators fetch them."""

from __future__ import annotations

import base64
import json
import secrets
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Final

from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient

KEY_BYTES: Final = 32
"""Standard Webhooks: 24 to 64."""


def make_missing(client: SecretsManagerClient, prefix: str, sources: Iterable[str]) -> dict[str, dict[str, Any]]:
    """The secret of each source; one that does not exist is made with a random key.

    A key is replaced by hand: add the new one to ``keys``, tell the crime system, then set ``active`` of the old one to
    false (docs/connecting-a-crime-system.md).
    """
    return {source: _secret(client, f"{prefix}{source}") for source in sources}


def _secret(client: SecretsManagerClient, name: str) -> dict[str, Any]:
    try:
        found: dict[str, Any] = json.loads(client.get_secret_value(SecretId=name)["SecretString"])
    except ClientError as missing:
        if missing.response["Error"]["Code"] != "ResourceNotFoundException":
            raise
        found = _new()
        client.create_secret(
            Name=name,
            Description="Key with which this crime system and Harbour sign to each other (Standard Webhooks)",
            SecretString=json.dumps(found),
        )
    return found


def _new() -> dict[str, Any]:
    random = secrets.token_bytes(KEY_BYTES)
    return {
        "keys": [
            {"id": f"k{secrets.token_hex(3)}", "secret": f"whsec_{base64.b64encode(random).decode()}", "active": True}
        ],
        # for systems that can sign nothing and send a fixed header instead
        "header": {"name": "X-Harbour-Key", "value": secrets.token_urlsafe(KEY_BYTES)},
    }


def first_active(secret: Mapping[str, Any]) -> tuple[str, str]:
    """Id and secret of the key to sign with.

    Raises
    ------
    LookupError
        None is active.
    """
    for key in secret["keys"]:
        if key.get("active", True) and "secret" in key:
            return str(key["id"]), str(key["secret"])
    raise LookupError("no active key")
