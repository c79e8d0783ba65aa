"""The trust file of a deployment: the public halves of the keys that seal, for whoever verifies a package.

``make trust OLD=… NEW=…``: python -m infra.delivery.trust OLD NEW [--changed TIME] > JOINED
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final

from cryptography.hazmat.primitives import serialization

from harbour.evidence import trust
from infra.delivery.steps import CannotGoOn

if TYPE_CHECKING:
    from mypy_boto3_kms import KMSClient

IN_USE: Final = timedelta(days=3653)
"""How long a key is expected to sign. It ends sooner in the file that is written when the key is replaced."""

LAST_SEALS: Final = timedelta(minutes=5)
"""How long the old key still signs once the new one is deployed: what was being sealed is finished."""


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


def renewed(path: Path, newer: bytes, now: datetime) -> bytes:
    """``newer`` with the earlier keys of the file at ``path``, if there is one: nothing that was sealed loses its key.

    Raises
    ------
    CannotGoOn
        If that file is no trust file of this force.
    """
    if not path.exists():
        return newer
    try:
        return _joined(path.read_bytes(), newer, now + LAST_SEALS)
    except trust.Untrustworthy as error:
        raise CannotGoOn(f"{path} cannot be carried on ({error}); put it right, or move it away") from error


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the file that joins two.

    Returns
    -------
    int
        0; 1 with one line on what is wrong.
    """
    parser = argparse.ArgumentParser(prog="python -m infra.delivery.trust")
    parser.add_argument("old", type=Path, help="the trust file that the force has published")
    parser.add_argument("new", type=Path, help="the trust file that names the key which signs now")
    parser.add_argument(
        "--changed",
        type=datetime.fromisoformat,
        help="until when the old key signed, with its offset from UTC; five minutes from now if it is not said",
    )
    chosen = parser.parse_args(arguments)
    changed = chosen.changed or datetime.now(UTC) + LAST_SEALS
    if changed.tzinfo is None:
        parser.error("--changed needs an offset from UTC: 2027-01-04T09:30:00Z")
    try:
        sys.stdout.buffer.write(_joined(chosen.old.read_bytes(), chosen.new.read_bytes(), changed))
    except (OSError, trust.Untrustworthy) as error:
        sys.stderr.write(f"The trust files cannot be joined: {error}\n")
        return 1
    return 0


def _joined(older: bytes, newer: bytes, changed: datetime) -> bytes:
    both = trust.joined(trust.read(older), trust.read(newer), changed)
    return trust.document(both.force, both.keys)


if __name__ == "__main__":
    sys.exit(main())
