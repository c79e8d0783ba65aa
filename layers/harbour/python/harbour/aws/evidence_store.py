"""The evidence bucket: versioned, Object Lock in COMPLIANCE mode."""

from __future__ import annotations

import base64
import hashlib
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from botocore.exceptions import BotoCoreError, ClientError

from harbour.evidence.ports import AlreadyThere
from harbour.runtime.clock import Clock
from harbour.runtime.errors import NotFound, Unavailable

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

# By error code, never by message text. What is not here is a fault of the deployment and stays what it is.
# ConditionalRequestConflict: two writers at once; S3 asks to try again.
_PASSING: Final = frozenset(
    {
        "500",
        "502",
        "503",
        "504",
        "ConditionalRequestConflict",
        "InternalError",
        "OperationAborted",
        "RequestTimeout",
        "ServiceUnavailable",
        "SlowDown",
    }
)


class S3EvidenceStore:
    """A :class:`~harbour.evidence.ports.EvidenceStore` on S3.

    Parameters
    ----------
    retention
        how long nobody, root included, can delete or change a package. Short on purpose: compliance mode cannot be
        shortened, but it can be extended while a case is open (MoPI review, UK GDPR storage limitation).
    """

    def __init__(self, client: S3Client, bucket: str, retention: timedelta, clock: Clock) -> None:
        self._client = client
        self._bucket = bucket
        self._retention = retention
        self._clock = clock

    @property
    def bucket(self) -> str:
        """The bucket's name."""
        return self._bucket

    def put_once(self, key: str, data: bytes) -> None:
        """Store a package under its lock. A retry after a lost answer ends in :class:`AlreadyThere`."""
        digest = hashlib.sha256(data).digest()
        try:
            self._client.put_object(
                Bucket=self._bucket,
                Key=key,
                Body=data,
                IfNoneMatch="*",
                ContentType="application/zip",
                ChecksumAlgorithm="SHA256",  # S3 asks for it with every object under a lock
                ChecksumSHA256=base64.b64encode(digest).decode("ascii"),
                Metadata={"sha256": digest.hex()},
                ObjectLockMode="COMPLIANCE",
                ObjectLockRetainUntilDate=self._clock.now() + self._retention,
            )
        except (ClientError, BotoCoreError) as error:
            raise _translated(error) from error

    def get(self, key: str) -> bytes:
        """The package under ``key``."""
        try:
            return self._client.get_object(Bucket=self._bucket, Key=key)["Body"].read()
        except (ClientError, BotoCoreError) as error:
            raise _translated(error) from error


def presign(client: S3Client, bucket: str, key: str, seconds: int) -> str:
    """An address from which a package can be downloaded for so many seconds, without other credentials."""
    name = key.rpartition("/")[2]
    return client.generate_presigned_url(
        "get_object",
        Params={
            "Bucket": bucket,
            "Key": key,
            "ResponseContentDisposition": f'attachment; filename="{name}"',
            "ResponseContentType": "application/zip",
            "ResponseCacheControl": "no-store",
        },
        ExpiresIn=seconds,
    )


def _translated(error: ClientError | BotoCoreError) -> Exception:
    if isinstance(error, ClientError):
        code = error.response["Error"]["Code"]
        if code in {"PreconditionFailed", "412"}:
            return AlreadyThere()
        if code == "NoSuchKey":
            return NotFound("no_package", "There is no sealed package here.")
        if code not in _PASSING:
            return error
    return Unavailable("store_unavailable", "The evidence store does not answer.")
