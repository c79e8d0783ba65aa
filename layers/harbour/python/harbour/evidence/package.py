"""The sealed package: which files it has, and how each follows from the record, the renditions and the signature."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from harbour.evidence import history
from harbour.evidence.dsse import Envelope
from harbour.evidence.model import ConversationRecord

README: Final = "README.txt"
MANIFEST: Final = "manifest-sha256.txt"
EVENTS: Final = "data/events.jsonl"
HTML: Final = "data/transcript.html"
PDF: Final = "data/transcript.pdf"
ENVELOPE: Final = "seal/statement.dsse.json"
STATEMENT: Final = "seal/statement.json"
SIGNED_BYTES: Final = "seal/statement.pae"
SIGNATURE: Final = "seal/signature.der"
PUBLIC_KEY: Final = "seal/public-key.pem"

BOUND: Final = frozenset({README, EVENTS, HTML, PDF})
"""The subjects of the statement. Every other file follows from the envelope or from all files together."""

FILES: Final = BOUND | {MANIFEST, ENVELOPE, STATEMENT, SIGNED_BYTES, SIGNATURE, PUBLIC_KEY}
"""A package has these files and no others."""

_README_TEMPLATE: Final = Path(__file__).with_name("package_readme.txt")


def bound_files(record: ConversationRecord, transcript_html: bytes, transcript_pdf: bytes) -> dict[str, bytes]:
    """The files that the statement binds."""
    return {
        README: readme(record.conversation),
        EVENTS: history.write(record.events),
        HTML: transcript_html,
        PDF: transcript_pdf,
    }


def readme(conversation: str) -> bytes:
    """What this is, and how to check it with ``openssl``, ``sha256sum`` and a shell."""
    return _README_TEMPLATE.read_bytes().replace(b"@CONVERSATION@", conversation.encode("ascii"))


def digests(files: Mapping[str, bytes]) -> dict[str, str]:
    """SHA-256 of each file, hex."""
    return {name: hashlib.sha256(data).hexdigest() for name, data in files.items()}


def derived_files(envelope: Envelope, public_key_pem: bytes) -> dict[str, bytes]:
    """Copies of what the envelope holds, for people whose tools cannot open it; and the key, for information only."""
    return {
        STATEMENT: envelope.payload,
        SIGNED_BYTES: envelope.signed_bytes(),
        SIGNATURE: envelope.signature,
        PUBLIC_KEY: public_key_pem,
    }


def manifest(files: Mapping[str, bytes]) -> bytes:
    """Lines for ``sha256sum --check`` of all files but the manifest itself. Finds damage; proves nothing."""
    return b"".join(
        f"{digest}  {name}\n".encode("ascii") for name, digest in sorted(digests(files).items()) if name != MANIFEST
    )


def assemble(bound: Mapping[str, bytes], envelope: Envelope, public_key_pem: bytes) -> dict[str, bytes]:
    """All files of the package."""
    files = {**bound, ENVELOPE: envelope.as_bytes(), **derived_files(envelope, public_key_pem)}
    return {**files, MANIFEST: manifest(files)}


def write_folder(files: Mapping[str, bytes], folder: Path) -> None:
    """Write a package as a folder, which must not exist yet.

    Raises
    ------
    FileExistsError
        If it does.
    """
    folder.mkdir(parents=True)
    for name, data in files.items():
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(data)
