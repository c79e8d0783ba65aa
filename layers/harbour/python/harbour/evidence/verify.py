"""``harbour-verify``: checks a sealed package, with no network, no AWS and nothing of the force's but its trust file.

Exit status 0 verified, 1 tampered, 2 cannot verify. 1 is said of a package only: a wrong call, a trust file of no use,
a package of a later version, a report that could not be written end in 2. Everything is read once and bounded; what was
not signed is never used to decide; every check is printed, and so is what no check can prove (ACPO/NPCC principle 3: an
independent third party must be able to repeat the steps and reach the same result).
"""

from __future__ import annotations

import argparse
import json
import os
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import islice
from pathlib import Path
from typing import Final

from harbour.evidence import dsse, history, package, reading, trust
from harbour.evidence.chain import Event, head_hash
from harbour.evidence.model import Statement, UnknownFormat, package_key
from harbour.evidence.reading import Contents
from harbour.evidence.trust import Trust, TrustedKey
from harbour.runtime.clock import parse

NOT_PROVED: Final = (
    "who typed: the visitor was not identified, and an officer is named by the account that was signed in",
    "that what was written is true",
    "that a translation is right: machine translations are an aid to reading",
    "that the two transcripts show what the record says: the signature binds them to it, and the record counts",
    "the visitor's clock; times are those of the server",
    "the time of signing: it is what the server said, no independent time-stamp confirms it",
    "that the holder of the signing key did not seal another version too",
    "that nobody changed the record before it was sealed, or that no conversation is missing",
)

_LARGEST_UNSEALED: Final = 8 * 1024 * 1024  # of a record that nobody signed: JSON takes far more memory than its bytes

_SENTENCES: Final = 3  # faults that one check prints before it only counts them


class Verdict(StrEnum):
    """The result in one word."""

    VERIFIED = "verified"
    TAMPERED = "tampered"
    CANNOT_VERIFY = "cannot verify"

    @property
    def exit_status(self) -> int:
        """What the command returns to its caller."""
        return {Verdict.VERIFIED: 0, Verdict.TAMPERED: 1, Verdict.CANNOT_VERIFY: 2}[self]


@dataclass(frozen=True, slots=True)
class Check:
    """One question about the package. ``passed`` is ``None`` where an earlier failure leaves nothing to ask."""

    name: str
    passed: bool | None
    detail: str = ""


@dataclass(slots=True)
class Report:
    """All checks, and what the signed statement says once its signature was verified (``None`` before)."""

    checks: list[Check] = field(default_factory=list)
    statement: Statement | None = None
    sha256: str | None = None
    notes: list[str] = field(default_factory=list)
    unreadable: str = ""

    @property
    def verdict(self) -> Verdict:
        """Verified only if there are checks and every one of them passed."""
        if self.unreadable:
            return Verdict.CANNOT_VERIFY
        return Verdict.VERIFIED if self.checks and all(c.passed for c in self.checks) else Verdict.TAMPERED

    def ask(self, name: str, faults: Iterable[str]) -> bool:
        """Record a check that passes if there is no fault."""
        found = iter(faults)
        first = list(islice(found, _SENTENCES))
        more = sum(1 for _ in found)
        self.checks.append(Check(name, not first, "; ".join(first) + (f"; and {more} more" if more else "")))
        return not first

    def cannot_ask(self, name: str, why: str) -> None:
        """Record a check for which there is nothing to look at."""
        self.checks.append(Check(name, None, why))


def verify(contents: Contents, trusted: Trust, conversation: str | None = None) -> Report:
    """Check a package against the force's keys, and against the conversation that it is said to be."""
    report = Report(sha256=contents.sha256)
    files = contents.files
    if contents.exact is not None:
        report.ask("the ZIP file is, byte for byte, the one that was sealed", _container(contents))
    if not report.ask("it has the files of a package and no others", contents.faults) and contents.exact is None:
        report.notes.append(
            "File managers put files of their own into a folder (.DS_Store, Thumbs.db, desktop.ini). If nothing else "
            "is strange, check the ZIP file as it was downloaded."
        )
    envelope = _envelope(report, files.get(package.ENVELOPE))
    key = _signer(report, envelope, trusted)
    statement = _statement(report, envelope, key)
    if envelope and key and statement:
        report.statement = statement
        report.ask("the key was in use when the package was sealed", _window(statement, key))
        report.ask("the package is of the force that the trust file names", _force(statement, trusted))
        report.ask(
            "the copies of statement, signature and key are those of the envelope",
            _different(files, package.derived_files(envelope, key.pem)),
        )
        report.ask("every bound file is the one that was sealed", _subjects(files, statement))
    else:
        for name in (
            "the key was in use when the package was sealed",
            "the package is of the force that the trust file names",
            "the copies of statement, signature and key are those of the envelope",
            "every bound file is the one that was sealed",
        ):
            report.cannot_ask(name, "there is no statement to rely on")
    report.ask("the manifest lists the files as they are", _manifest(files))
    events = _events(report, files.get(package.EVENTS), statement)
    if events is not None:
        for name, rule in _HISTORY:
            report.ask(name, rule(events))
    if events and statement:
        report.ask("the record is as long, and ends, as the statement says", _ending(events, statement))
        report.ask("statement and record are of one conversation", _same_conversation(events, statement))
        report.ask("the place in the evidence store belongs to this conversation", _target(statement))
    if conversation is None:
        report.notes.append(
            "Nobody said which conversation this should be (--conversation): a genuine package of another "
            "conversation would pass too."
        )
    elif statement:
        wrong = [] if statement.conversation == conversation else ["it is the package of another conversation"]
        report.ask("it is the conversation that was asked for", wrong)
    else:
        report.cannot_ask("it is the conversation that was asked for", "there is no statement to rely on")
    return report


def main(arguments: Sequence[str] | None = None) -> int:
    """The command. Prints a report; returns the exit status."""
    options = _options(arguments)
    report = _judge(Path(options.package), Path(options.trust), options.conversation)
    write: Callable[[Report], str] = _as_json if options.json else _as_text
    # What a package says must not break the terminal, nor a terminal's encoding the report.
    if _printed(write(report).encode("ascii", "backslashreplace").decode("ascii")):
        return report.verdict.exit_status
    return Verdict.CANNOT_VERIFY.exit_status


def _judge(path: Path, trust_path: Path, conversation: str | None) -> Report:
    try:
        trusted = _trusted(trust_path)
        return verify(reading.read(path), trusted, conversation)
    except trust.Untrustworthy as error:
        return Report(unreadable=f"the trust file is of no use: {error}")
    except reading.Unreadable as error:
        return Report(unreadable=f"the package: {error}")
    except OSError as error:
        return Report(unreadable=f"the package cannot be read: {error.strerror}")
    except Exception as error:  # noqa: BLE001 - a fault of this program must not look like a finding about a package
        return Report(unreadable=f"this program failed ({type(error).__name__}); please report it")


def _trusted(path: Path) -> Trust:
    try:
        with path.open("rb") as file:
            return trust.read(file.read(trust.MAX_BYTES + 1))
    except OSError as error:
        raise trust.Untrustworthy(f"it cannot be read: {error.strerror}") from error


def _printed(text: str) -> bool:
    """Whether the whole report reached whoever reads it: half of one must not be taken for a verdict."""
    if sys.stdout is None:  # only the status was wanted
        return True
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except OSError as error:
        # The interpreter would try again on its way out, and end with a status of its own.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.stderr.write(f"harbour-verify: the report could not be written: {error.strerror}\n")
        return False
    return True


def _container(contents: Contents) -> Iterator[str]:
    if not contents.exact:
        yield "it is another ZIP file; if somebody only packed it again, unpack it and check the folder"


def _envelope(report: Report, data: bytes | None) -> dsse.Envelope | None:
    name = "the signed envelope is well formed"
    if data is None:
        report.ask(name, ["it is missing"])
        return None
    try:
        envelope = dsse.read(data)
    except dsse.Malformed as error:
        report.ask(name, [str(error)])
        return None
    report.ask(name, [])
    return envelope


def _signer(report: Report, envelope: dsse.Envelope | None, trusted: Trust) -> TrustedKey | None:
    name = "a trusted key of the force made the signature"
    if envelope is None:
        report.cannot_ask(name, "there is no envelope to rely on")
        return None
    # The key id in the envelope is not signed, so every trusted key is tried.
    message = envelope.signed_bytes()
    key = next((k for k in trusted.keys if k.made(envelope.signature, message)), None)
    report.ask(name, [] if key else ["no key of the trust file made it"])
    return key


def _statement(report: Report, envelope: dsse.Envelope | None, key: TrustedKey | None) -> Statement | None:
    name = "the statement is one that this version understands"
    if envelope is None or key is None:
        report.cannot_ask(name, "its signature was not verified, so it was not read")
        return None
    try:
        statement = Statement.read(envelope.payload)
    except UnknownFormat as error:
        # The force signed it, so nobody tampered with that. What such a package must hold, a newer program knows.
        report.cannot_ask(name, str(error))
        report.unreadable = f"{error}; use a newer version of this program"
        return None
    except ValueError as error:
        report.ask(name, [str(error)])
        return None
    faults: list[str] = []
    if statement.fingerprint != key.fingerprint:
        faults.append("it names another key than the one that signed it")
    if envelope.keyid != key.fingerprint:
        faults.append("the envelope names another key than the one that signed it")
    if not all(map(history.is_time, (statement.first, statement.last, statement.sealed_at))):
        faults.append("a time in it is malformed")
    return statement if report.ask(name, faults) else None


def _window(statement: Statement, key: TrustedKey) -> Iterator[str]:
    if not key.signed_at(parse(statement.sealed_at)):
        yield "the package says that it was sealed when this key was not in use"
    if statement.sealed_at < statement.last:
        yield "the package says that it was sealed before the conversation ended"


def _force(statement: Statement, trusted: Trust) -> Iterator[str]:
    if statement.force != trusted.force:
        yield "it is of another force"


def _different(files: Mapping[str, bytes], expected: Mapping[str, bytes]) -> Iterator[str]:
    for name, data in sorted(expected.items()):
        if files.get(name) != data:
            yield f"{name} is another"


def _subjects(files: Mapping[str, bytes], statement: Statement) -> Iterator[str]:
    if statement.subjects.keys() != package.BOUND:
        yield "the statement binds other files than a package has"
    found = package.digests(files)
    for name in sorted(package.BOUND):
        if found.get(name) != statement.subjects.get(name):
            yield f"{name} is another"


def _manifest(files: Mapping[str, bytes]) -> Iterator[str]:
    if files.get(package.MANIFEST) != package.manifest(files):
        yield "it lists other files or other check sums"


def _events(report: Report, data: bytes | None, statement: Statement | None) -> Sequence[Event] | None:
    name = "every line of the record has the one form that was written"
    if data is None:
        report.ask(name, ["the record is missing"])
        return None
    if len(data) > _LARGEST_UNSEALED and not (statement and _is_sealed(data, statement)):
        report.cannot_ask(name, "it is large, and not the record that was sealed, so it was not looked at")
        return None
    try:
        events = history.read(data)
    except history.Damaged as error:
        report.ask(name, [str(error)])
        return None
    report.ask(name, [])
    return events


def _is_sealed(record: bytes, statement: Statement) -> bool:
    return package.digests({package.EVENTS: record})[package.EVENTS] == statement.subjects.get(package.EVENTS)


def _ending(events: Sequence[Event], statement: Statement) -> Iterator[str]:
    if len(events) != statement.size:
        yield f"{statement.size} events were sealed, here are {len(events)}"
    if head_hash(events[-1].head) != statement.head:
        yield "the last event is not the one that was sealed"
    if (events[0].head.ts, events[-1].head.ts) != (statement.first, statement.last):
        yield "it begins or ends at another time"
    closing = events[-1].body
    if (closing.get("by"), closing.get("outcome")) != (statement.closed_by, statement.outcome):
        yield "it was closed in another way"


def _same_conversation(events: Sequence[Event], statement: Statement) -> Iterator[str]:
    if events[0].head.conv != statement.conversation:
        yield "the record is of another conversation than the statement"
    if events[0].body.get("force") != statement.force:
        yield "the record is of another force than the statement"


def _target(statement: Statement) -> Iterator[str]:
    expected = package_key(statement.force, parse(statement.last), statement.conversation)
    if statement.key != expected or not statement.bucket:
        yield "the statement was made for another place"


_HISTORY: Final = (
    ("all events are of one conversation", history.one_conversation),
    ("events are numbered without a gap", history.numbered_without_gap),
    ("every event follows from the one before it", history.chained),
    ("every event holds what was recorded when it was stored", history.committed),
    ("times do not run backwards", history.in_order_of_time),
    ("the record begins with the opening and ends with the closing", history.opened_and_closed),
    ("every event says what its type says", history.well_formed),
    ("every later translation belongs to its message", history.translations_belong),
)


def _as_text(report: Report) -> str:
    lines: list[str] = []
    if report.sha256:
        lines.append(f"SHA-256 of the file: {report.sha256}")
    if statement := report.statement:
        lines += [
            f"Force:               {statement.force}",
            f"Conversation:        {statement.conversation}",
            f"Events:              {statement.size}, from {statement.first} to {statement.last}",
            f"Sealed at:           {statement.sealed_at} (server's clock), software {statement.software}",
            f"Signing key:         {statement.fingerprint}",
        ]
    lines.append("")
    marks = {True: "ok  ", False: "FAIL", None: "--  "}
    lines += [f"{marks[c.passed]}  {c.name}" + (f": {c.detail}" if c.detail else "") for c in report.checks]
    if report.checks:
        lines += ["", "Not proved by this package:", *(f"  - {item}" for item in NOT_PROVED)]
    lines += [f"Note: {note}" for note in report.notes]
    lines += ["", report.verdict.value.upper() + (f": {report.unreadable}" if report.unreadable else "")]
    return "\n".join(lines).lstrip("\n") + "\n"


def _as_json(report: Report) -> str:
    statement = report.statement
    document = {
        "verdict": report.verdict.value,
        "exit_status": report.verdict.exit_status,
        "reason": report.unreadable or None,
        "sha256": report.sha256,
        "conversation": statement.conversation if statement else None,
        "force": statement.force if statement else None,
        "events": statement.size if statement else None,
        "sealed_at": statement.sealed_at if statement else None,
        "signing_key": statement.fingerprint if statement else None,
        "checks": [{"name": c.name, "passed": c.passed, "detail": c.detail} for c in report.checks],
        "not_proved": list(NOT_PROVED),
        "notes": report.notes,
    }
    return json.dumps(document, indent=2) + "\n"


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="harbour-verify",
        description="Check the sealed package of a conversation. Needs no network.",
        epilog="Exit status: 0 verified, 1 tampered, 2 cannot verify (no package, no trust file, a wrong call, or a "
        "package of a later version).",
    )
    parser.add_argument(
        "package",
        metavar="PACKAGE",
        help="the package: the .zip file as it was downloaded, or the folder it unpacks to",
    )
    parser.add_argument(
        "--trust",
        metavar="TRUST.json",
        required=True,
        help="the force's keys; get it from the force, never from whoever gave you the package",
    )
    parser.add_argument(
        "--conversation",
        metavar="ID",
        type=_conversation,
        help="the number of the conversation that this is said to be; without it, the genuine package of another "
        "conversation passes too",
    )
    parser.add_argument("--json", action="store_true", help="print the report as JSON")
    return parser.parse_args(arguments)


def _conversation(text: str) -> str:
    """A number that was mistyped, or lost on the way to this program, is no finding about the package."""
    number = text.strip().lower()
    if not re.fullmatch(r"[0-9a-f]{32}", number, re.ASCII):
        raise argparse.ArgumentTypeError("the number of a conversation has 32 digits, each 0-9 or a-f")
    return number


if __name__ == "__main__":
    sys.exit(main())
