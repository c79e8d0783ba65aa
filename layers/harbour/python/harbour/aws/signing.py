"""The signing key in KMS: ECC_NIST_P256, SIGN_VERIFY."""

from __future__ import annotations

import base64
from functools import cached_property
from typing import TYPE_CHECKING, Final

from botocore.exceptions import BotoCoreError, ClientError

from harbour.runtime.errors import Unavailable

if TYPE_CHECKING:
    from mypy_boto3_kms import KMSClient

MAX_MESSAGE_BYTES: Final = 4_096

# By error code, never by message text. What is not here is a fault of the deployment and stays what it is.
_PASSING: Final = frozenset(
    {
        "DependencyTimeout",
        "DependencyTimeoutException",
        "InternalFailure",
        "KMSInternal",
        "KMSInternalException",
        "KeyUnavailable",
        "KeyUnavailableException",
        "LimitExceededException",
        "RequestTimeout",
        "ServiceUnavailable",
        "ServiceUnavailableException",
        "Throttling",
        "ThrottlingException",
    }
)


class KmsSigner:
    """A :class:`~harbour.evidence.ports.Signer` on KMS.

    Parameters
    ----------
    key
        id, ARN or alias of the key.
    """

    def __init__(self, client: KMSClient, key: str) -> None:
        self._client = client
        self._key = key

    def public_key(self) -> bytes:
        """The public key, PEM. Asked of KMS once: the key of an id never changes."""
        return self._pem

    def sign(self, message: bytes) -> bytes:
        """ECDSA over SHA-256, DER. KMS hashes: its audit log then tells what was signed."""
        if len(message) > MAX_MESSAGE_BYTES:
            raise ValueError("KMS signs at most 4,096 bytes as they are")
        try:
            return self._client.sign(
                KeyId=self._key, Message=message, MessageType="RAW", SigningAlgorithm="ECDSA_SHA_256"
            )["Signature"]
        except (ClientError, BotoCoreError) as error:
            raise _translated(error) from error

    @cached_property
    def _pem(self) -> bytes:
        try:
            der = self._client.get_public_key(KeyId=self._key)["PublicKey"]
        except (ClientError, BotoCoreError) as error:
            raise _translated(error) from error
        lines = base64.encodebytes(der).replace(b"\n", b"")
        wrapped = b"\n".join(lines[i : i + 64] for i in range(0, len(lines), 64))
        return b"-----BEGIN PUBLIC KEY-----\n" + wrapped + b"\n-----END PUBLIC KEY-----\n"


def _translated(error: ClientError | BotoCoreError) -> Exception:
    if isinstance(error, ClientError) and error.response["Error"]["Code"] not in _PASSING:
        return error
    return Unavailable("signing_unavailable", "The signing key does not answer.")
