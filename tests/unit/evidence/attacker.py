"""What somebody can do to a package: with no key, with a key of their own, and (an insider) with the force's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from harbour.evidence import dsse, history, package
from harbour.evidence.chain import Event, head_hash
from harbour.evidence.model import Statement
from tests.unit.evidence.world import LocalKey

Files = dict[str, bytes]


def events_in(files: Files) -> list[Event]:
    return list(history.read(files[package.EVENTS]))


def statement_in(files: Files) -> Statement:
    return Statement.read(dsse.read(files[package.ENVELOPE]).payload)


def with_events(files: Files, events: Sequence[Event]) -> Files:
    """The record replaced, and the manifest made to fit."""
    return with_manifest({**files, package.EVENTS: history.write(events)})


def with_manifest(files: Files) -> Files:
    return {**files, package.MANIFEST: package.manifest(files)}


def described(files: Files, **changes: Any) -> Statement:
    """The statement that fits the files, with whatever else is to be claimed."""
    events = events_in(files)
    fitting = replace(
        statement_in(files),
        size=len(events),
        head=head_hash(events[-1].head),
        first=events[0].head.ts,
        last=events[-1].head.ts,
        subjects=package.digests({name: files[name] for name in package.BOUND}),
    )
    return replace(fitting, **changes)


def without_a_key(files: Files, **changes: Any) -> Files:
    """Everything recomputed that can be; the signature is the old one."""
    old = dsse.read(files[package.ENVELOPE])
    return _with(files, dsse.Envelope(described(files, **changes).payload(), old.signature, old.keyid))


def sealed_by(signer: LocalKey, files: Files, /, **changes: Any) -> Files:
    """Everything recomputed and signed by ``signer``, whose public key goes into the package."""
    fingerprint = signer.trusted().fingerprint
    changes = {"fingerprint": fingerprint} | changes
    payload = described(files, **changes).payload()
    signature = dsse.one_form(signer.sign(dsse.pae(dsse.PAYLOAD_TYPE, payload)))
    envelope = dsse.Envelope(payload, signature, fingerprint)
    return _with({**files, package.PUBLIC_KEY: signer.public_key()}, envelope)


def write(files: Files, folder: Path) -> Path:
    for name, data in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return folder


def _with(files: Files, envelope: dsse.Envelope) -> Files:
    bound = {name: files[name] for name in package.BOUND}
    return package.assemble(bound, envelope, files[package.PUBLIC_KEY])
