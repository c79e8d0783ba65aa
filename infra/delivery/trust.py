"""The trust file of a deployment: the public half of the key that seals, for whoever verifies a package."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from cryptography.hazmat.primitives import serialization

from harbour.evidence import trust

if TYPE_CHECKING:
    from mypy_boto3_kms import KMSClient

IN_USE: Final = timedelta(days=3653)
"""How long a key is expected to sign. The trust file is written anew when one is replaced sooner."""


def trust_file(kms: KMSClient, force: str, key: str) -> bytes:
    """The trust file that names this key, valid from its creation.

    Parameters
    ----------
    force
        Id of the force that the key belongs to.
    key
        ARN of the signing key.
    """
    created = kms.describe_key(KeyId=key)["KeyMetadata"]["CreationDate"]
    der = kms.get_public_key(KeyId=key)["PublicKey"]
    pem = serialization.load_der_public_key(der).public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return trust.document(force, [trust.TrustedKey.of(pem, created, created + IN_USE)])
