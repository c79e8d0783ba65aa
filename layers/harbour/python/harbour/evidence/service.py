"""Sealing: from the record of a closed conversation to one locked, signed package that anybody can check.

Any step may fail, and the process may die between any two: nothing is marked before it is stored, the store accepts a
key once, and a retry that finds an object there takes *that* as the package, after checking that it is one.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Final

from harbour.evidence import container, history, package, reading
from harbour.evidence.chain import head_hash
from harbour.evidence.dsse import PAYLOAD_TYPE, Envelope, one_form, pae
from harbour.evidence.errors import ForeignPackage, NotClosed, RecordDamaged, SealFaulty
from harbour.evidence.model import ConversationRecord, Sealed, Statement, package_key
from harbour.evidence.ports import AlreadyThere, Attach, EvidenceStore, Printer, Records, Signer
from harbour.evidence.rendition import transcript
from harbour.evidence.rendition_html import render
from harbour.evidence.trust import Trust, TrustedKey
from harbour.evidence.verify import Report, Verdict, verify
from harbour.runtime.clock import Clock, parse, rfc3339

MAX_SIGNED_BYTES: Final = 4_096
"""What KMS signs as it is (``MessageType=RAW``)."""


@dataclass(frozen=True, slots=True)
class SealService:
    """Seals conversations of one force.

    ``software`` is the version that the statement names. ``attach``, where there is one, hands a package on to the
    report of the crime that the conversation is about.
    """

    records: Records
    signer: Signer
    store: EvidenceStore
    printer: Printer
    clock: Clock
    software: str
    attach: Attach | None = None

    def seal(self, conversation: str) -> Sealed:
        """Seal a closed conversation, or say where its package is if it is sealed.

        Calling again, at any time and from any number of workers, gives the same answer and leaves one object.

        Raises
        ------
        NotClosed
            While the conversation goes on.
        RecordDamaged
            If the record breaks a rule of the chain; nothing is signed.
        SealFaulty
            If the package that was made does not verify, for example because the key is not the one that it says;
            nothing is stored.
        ForeignPackage
            If the package's place holds an object that is not a package of this record by our key.
        Unavailable
            If the store or the signing key does not answer. The same call completes what was begun.
        """
        record = self.records.load(conversation)
        if record.sealed is not None:
            return self._attached(record, record.sealed)
        key = self._place(record, conversation)
        trusted = Trust(record.force, (TrustedKey.of(self.signer.public_key()),))
        files = self._build(record, key, trusted)
        data = container.write(files)
        report = verify(reading.read_zip(data), trusted, conversation)
        if report.verdict is not Verdict.VERIFIED or report.statement is None:
            raise SealFaulty(_failed(report))
        statement = report.statement
        try:
            self.store.put_once(key, data)
        except AlreadyThere:
            data = self.store.get(key)
            statement = _statement_of(data, record, trusted)
        sealed = Sealed(key, hashlib.sha256(data).hexdigest(), parse(statement.sealed_at))
        self.records.mark_sealed(conversation, sealed)
        return self._attached(record, sealed)

    def _attached(self, record: ConversationRecord, sealed: Sealed) -> Sealed:
        """After it was marked: a crime report that cannot be reached keeps nobody from the package, and the retry of
        whoever died in between comes here again.
        """
        if self.attach is not None and record.crime:
            self.attach.attach(record.crime, record.conversation, sealed)
        return sealed

    def _place(self, record: ConversationRecord, conversation: str) -> str:
        """Where the package goes, once it is certain that the record may be sealed."""
        if record.closed_at is None:
            raise NotClosed
        if record.conversation != conversation:
            raise RecordDamaged("it is of another conversation")
        for fault in history.faults(record.events):
            raise RecordDamaged(fault)
        return package_key(record.force, record.closed_at, conversation)

    def _build(self, record: ConversationRecord, key: str, trusted: Trust) -> dict[str, bytes]:
        """All files of the package, signed."""
        (signing_key,) = trusted.keys
        document = transcript(record)
        last = record.events[-1]
        closed_at = parse(last.head.ts)
        bound = package.bound_files(record, render(document), self.printer.render(document, closed_at))
        statement = Statement(
            conversation=record.conversation,
            force=record.force,
            size=len(record.events),
            head=head_hash(last.head),
            first=record.events[0].head.ts,
            last=last.head.ts,
            closed_by=record.closed_by or "",
            outcome=record.outcome,
            sealed_at=rfc3339(max(self.clock.now(), closed_at)),
            software=self.software,
            fingerprint=signing_key.fingerprint,
            bucket=self.store.bucket,
            key=key,
            subjects=package.digests(bound),
        )
        message = pae(PAYLOAD_TYPE, statement.payload())
        if len(message) > MAX_SIGNED_BYTES:
            raise RecordDamaged("its statement is too long to be signed")
        envelope = Envelope(statement.payload(), one_form(self.signer.sign(message)), signing_key.fingerprint)
        return package.assemble(bound, envelope, signing_key.pem)


def _statement_of(data: bytes, record: ConversationRecord, trusted: Trust) -> Statement:
    """What a package that was stored before us says, if it is one of this record by our key."""
    try:
        report = verify(reading.read_zip(data), trusted, record.conversation)
    except reading.Unreadable as error:
        raise ForeignPackage from error
    statement = report.statement
    if report.verdict is not Verdict.VERIFIED or statement is None:
        raise ForeignPackage
    if statement.head != head_hash(record.events[-1].head):
        raise ForeignPackage
    return statement


def _failed(report: Report) -> str:
    return "; ".join(check.name for check in report.checks if not check.passed)
