"""Every attack on a package that needs no time-stamp and no log to be seen, tried on folder and ZIP.

Each is carried as far as the attacker can carry it: commitments, links, check sums and statement are recomputed
wherever no key is needed.
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature

from harbour.evidence import dsse, package, trust
from harbour.evidence.chain import Event, JsonValue, canonical, link
from harbour.evidence.trust import TrustedKey
from harbour.evidence.verify import main
from tests.unit.evidence.attacker import (
    Files,
    described,
    events_in,
    sealed_by,
    statement_in,
    with_events,
    with_manifest,
    without_a_key,
    write,
)
from tests.unit.evidence.conversations import ANOTHER, CLOSED, CONVERSATION, FULL, JOINED, chained_again, record_of
from tests.unit.evidence.world import LocalKey, World, packed


class Court:
    """Somebody who got a package from one side, the trust file from the force, and the number from the indictment."""

    def __init__(self, folder: Path, trust_file: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self._folder = folder
        self._trust = trust_file
        self._capsys = capsys
        self._number = 0

    def judges(self, files: Files, conversation: str | None = CONVERSATION) -> int:
        """The exit status, which must not depend on the form of the package. Keeps what failed in ``failed``."""
        self._number += 1
        folder = write(files, self._folder / str(self._number))
        as_zip = self._folder / f"{self._number}.zip"
        as_zip.write_bytes(packed(files))
        answers = {self._ask(as_zip, conversation), self._ask(folder, conversation)}
        assert len(answers) == 1
        return answers.pop()

    def _ask(self, path: Path, conversation: str | None) -> int:
        named = ["--conversation", conversation] if conversation else []
        status = main([str(path), "--trust", str(self._trust), *named])
        printed = self._capsys.readouterr().out
        self.failed = [line[6:].split(":")[0] for line in printed.splitlines() if line.startswith("FAIL")]
        return status


@pytest.fixture
def court(tmp_path: Path, trust_file: Path, capsys: pytest.CaptureFixture[str]) -> Court:
    return Court(tmp_path / "packages", trust_file, capsys)


@pytest.fixture
def genuine(world: World) -> Files:
    return world.files()


SIGNATURE = "a trusted key of the force made the signature"
BOUND = "every bound file is the one that was sealed"
ENDING = "the record is as long, and ends, as the statement says"


def test_a_genuine_package_verifies(court: Court, genuine: Files) -> None:
    assert court.judges(genuine) == 0
    assert court.failed == []


# -- the record ------------------------------------------------------------------------------------------------------


def edited(event: Event, text: str = "No ha pasado nada.") -> Event:
    return replace(event, body={**event.body, "text": text})


def by_another(event: Event) -> Event:
    return replace(event, head=replace(event.head, actor="officer:4417"))


Forgery = Callable[[list[Event]], list[Event]]

FORGERIES: dict[str, Forgery] = {
    "a text is edited": lambda e: [*e[:1], edited(e[1]), *e[2:]],
    "an event is given to another person": lambda e: [*e[:1], by_another(e[1]), *e[2:]],
    "an event is deleted": lambda e: [*e[:4], *e[5:]],
    "an event is inserted": lambda e: [*e[:4], e[3], *e[4:]],
    "two events change places": lambda e: [*e[:3], e[4], e[3], *e[5:]],
    "the end is cut off": lambda e: e[:-3],
    "the end is cut off and the closing put back": lambda e: [*e[:-4], e[-1]],
    "the beginning is cut off": lambda e: e[1:],
    "a time is changed": lambda e: [
        *e[:1],
        replace(e[1], head=replace(e[1].head, ts="2026-11-22T10:00:18.000Z")),
        *e[2:],
    ],
    "a salt is changed": lambda e: [*e[:1], replace(e[1], salt="ab" * 16), *e[2:]],
    "accents are composed in another way (NFD)": lambda e: [
        replace(x, body={**x.body, "text": unicodedata.normalize("NFD", str(x.body["text"]))})
        if x.head.type == "message"
        else x
        for x in e
    ],
    "two translations of messages are swapped": lambda e: [
        *e[:1],
        replace(e[1], body={**e[1].body, "translations": e[3].body["translations"]}),
        e[2],
        replace(e[3], body={**e[3].body, "translations": e[1].body["translations"]}),
        *e[4:],
    ],
    "two later translations are swapped": lambda e: [
        *e[:6],
        replace(e[6], body={**e[6].body, "text": e[7].body["text"]}),
        replace(e[7], body={**e[7].body, "text": e[6].body["text"]}),
        *e[8:],
    ],
    "a later translation is pointed at another message": lambda e: [
        *e[:6],
        replace(e[6], body={**e[6].body, "of": 6, "of_commit": e[5].head.commit}),
        *e[7:],
    ],
}


@pytest.mark.parametrize("forgery", FORGERIES.values(), ids=FORGERIES)
class TestWhenTheRecordIsForged:
    def test_as_it_is(self, court: Court, genuine: Files, forgery: Forgery) -> None:
        assert court.judges(with_events(genuine, forgery(events_in(genuine)))) == 1
        assert BOUND in court.failed

    def test_and_every_link_is_recomputed(self, court: Court, genuine: Files, forgery: Forgery) -> None:
        forged = chained_again(numbered_again(forgery(events_in(genuine))))
        assert court.judges(with_events(genuine, forged)) == 1
        assert BOUND in court.failed

    def test_and_the_statement_with_it(self, court: Court, genuine: Files, forgery: Forgery) -> None:
        forged = chained_again(numbered_again(forgery(events_in(genuine))))
        assert court.judges(without_a_key(with_events(genuine, forged))) == 1
        assert SIGNATURE in court.failed

    def test_and_all_is_signed_with_the_attackers_key(self, court: Court, genuine: Files, forgery: Forgery) -> None:
        forged = chained_again(numbered_again(forgery(events_in(genuine))))
        assert court.judges(sealed_by(LocalKey(), with_events(genuine, forged))) == 1
        assert SIGNATURE in court.failed


def numbered_again(events: list[Event]) -> list[Event]:
    return [replace(e, head=replace(e.head, seq=seq)) for seq, e in enumerate(events, start=1)]


# -- the signature ---------------------------------------------------------------------------------------------------


def test_the_same_record_sealed_with_the_attackers_key_and_that_key_in_the_package(
    court: Court, genuine: Files
) -> None:
    assert court.judges(sealed_by(LocalKey(), genuine)) == 1
    assert court.failed == [SIGNATURE]


def test_the_attackers_signature_under_the_name_of_the_forces_key(court: Court, genuine: Files, world: World) -> None:
    forged = sealed_by(LocalKey(), genuine, fingerprint=world.key.trusted().fingerprint)
    assert court.judges({**forged, package.PUBLIC_KEY: genuine[package.PUBLIC_KEY]}) == 1


def test_the_copy_of_the_public_key_is_replaced(court: Court, genuine: Files) -> None:
    assert court.judges(with_manifest({**genuine, package.PUBLIC_KEY: LocalKey().public_key()})) == 1


def test_the_signature_of_another_genuine_package(court: Court, genuine: Files, world: World) -> None:
    world.add(record_of(FULL, ANOTHER))
    other = dsse.read(world.files(ANOTHER)[package.ENVELOPE])
    ours = dsse.read(genuine[package.ENVELOPE])
    mixed = dsse.Envelope(ours.payload, other.signature, ours.keyid)
    bound = {name: genuine[name] for name in package.BOUND}
    assert court.judges(package.assemble(bound, mixed, genuine[package.PUBLIC_KEY])) == 1
    assert SIGNATURE in court.failed


def test_the_statement_of_another_genuine_package(court: Court, genuine: Files, world: World) -> None:
    world.add(record_of(FULL, ANOTHER))
    other = dsse.read(world.files(ANOTHER)[package.ENVELOPE])
    bound = {name: genuine[name] for name in package.BOUND}
    assert court.judges(package.assemble(bound, other, genuine[package.PUBLIC_KEY])) == 1
    assert BOUND in court.failed


def test_another_hint_at_the_key_in_the_envelope(court: Court, genuine: Files) -> None:
    ours = dsse.read(genuine[package.ENVELOPE])
    bound = {name: genuine[name] for name in package.BOUND}
    hinted = dsse.Envelope(ours.payload, ours.signature, "00" * 32)
    assert court.judges(package.assemble(bound, hinted, genuine[package.PUBLIC_KEY])) == 1


def test_a_signature_with_bytes_after_its_end(court: Court, genuine: Files) -> None:
    ours = dsse.read(genuine[package.ENVELOPE])
    bound = {name: genuine[name] for name in package.BOUND}
    longer = dsse.Envelope(ours.payload, ours.signature + b"\0", ours.keyid)
    assert court.judges(package.assemble(bound, longer, genuine[package.PUBLIC_KEY])) == 1


def test_the_other_signature_that_follows_from_the_genuine_one(court: Court, genuine: Files, world: World) -> None:
    """With (r, s) anybody has (r, n - s), and openssl takes both: the package would be another, and verify."""
    ours = dsse.read(genuine[package.ENVELOPE])
    r, s = decode_dss_signature(ours.signature)
    other = encode_dss_signature(r, 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551 - s)
    world.key.private.public_key().verify(other, ours.signed_bytes(), ec.ECDSA(hashes.SHA256()))
    bound = {name: genuine[name] for name in package.BOUND}
    twin = dsse.Envelope(ours.payload, other, ours.keyid)
    assert court.judges(package.assemble(bound, twin, genuine[package.PUBLIC_KEY])) == 1
    assert SIGNATURE in court.failed


@pytest.mark.parametrize(
    "signature",
    [
        b"",
        b"\x30",
        b"\x30\x00",
        b"\x30\x06\x02\x01\x00\x02\x01\x00",
        b"\x30\x80\x02\x01\x01\x02\x01\x01\x00\x00",
        bytes(64),
    ],
    ids=["nothing", "cut", "an empty sequence", "zeros", "without a length", "raw r and s"],
)
def test_what_is_no_signature(court: Court, genuine: Files, signature: bytes) -> None:
    ours = dsse.read(genuine[package.ENVELOPE])
    bound = {name: genuine[name] for name in package.BOUND}
    forged = dsse.Envelope(ours.payload, signature, ours.keyid)
    assert court.judges(package.assemble(bound, forged, genuine[package.PUBLIC_KEY])) == 1
    assert SIGNATURE in court.failed


def test_a_package_of_a_later_version_cannot_be_verified_by_this_one(
    court: Court, genuine: Files, world: World
) -> None:
    """The force signed it, so nobody tampered with it; whatever else it holds, a newer program knows."""
    later = json.loads(genuine[package.STATEMENT])
    later["predicate"] |= {"format": 2, "tree": "0" * 64}
    payload = canonical(later)
    for signer, answer in ((world.key, 2), (LocalKey(), 1)):
        signature = dsse.one_form(signer.sign(dsse.pae(dsse.PAYLOAD_TYPE, payload)))
        envelope = dsse.Envelope(payload, signature, world.key.trusted().fingerprint)
        bound = {name: genuine[name] for name in package.BOUND}
        assert court.judges(package.assemble(bound, envelope, genuine[package.PUBLIC_KEY])) == answer


def test_a_genuine_key_that_was_not_in_use_then(
    tmp_path: Path, court: Court, genuine: Files, world: World, trust_file: Path
) -> None:
    retired = replace(world.key.trusted(), not_after=datetime(2026, 6, 30, tzinfo=UTC))
    trust_file.write_bytes(trust.document("eastshire", [retired]))
    assert court.judges(genuine) == 1
    assert court.failed == ["the key was in use when the package was sealed"]


def test_the_right_key_among_several(court: Court, genuine: Files, world: World, trust_file: Path) -> None:
    keys = [LocalKey().trusted(), world.key.trusted(), LocalKey().trusted()]
    trust_file.write_bytes(trust.document("eastshire", keys))
    assert court.judges(genuine) == 0


def test_a_package_of_another_force(court: Court, genuine: Files, world: World, trust_file: Path) -> None:
    trust_file.write_bytes(trust.document("westshire", [world.key.trusted()]))
    assert court.judges(genuine) == 1


# -- another conversation --------------------------------------------------------------------------------------------


def test_a_genuine_package_of_another_conversation_is_handed_over(court: Court, world: World) -> None:
    world.add(record_of(FULL, ANOTHER))
    other = world.files(ANOTHER)
    assert court.judges(other, CONVERSATION) == 1
    assert court.failed == ["it is the conversation that was asked for"]
    assert court.judges(other, ANOTHER) == 0


def test_an_event_of_another_genuine_conversation_is_spliced_in(court: Court, genuine: Files, world: World) -> None:
    ours = events_in(genuine)
    foreign = list(record_of(FULL, ANOTHER).events)
    spliced = [*ours[:4], foreign[4], *ours[5:]]
    assert court.judges(with_events(genuine, spliced)) == 1
    assert "all events are of one conversation" in court.failed


def test_the_whole_record_of_another_genuine_conversation(court: Court, genuine: Files, world: World) -> None:
    world.add(record_of(FULL, ANOTHER))
    assert court.judges(with_manifest({**genuine, package.EVENTS: world.files(ANOTHER)[package.EVENTS]})) == 1
    assert "statement and record are of one conversation" in court.failed


# -- the bytes of the record -----------------------------------------------------------------------------------------


def other_bytes(change: Callable[[bytes], bytes]) -> Callable[[Files], Files]:
    return lambda files: {**files, package.EVENTS: change(files[package.EVENTS])}


REWRITTEN: dict[str, Callable[[bytes], bytes]] = {
    "a key is there twice, the first time with another value": lambda d: d.replace(
        b'{"body":', b'{"body":{"text":"x"},"body":', 1
    ),
    "a key is there twice, deep inside": lambda d: d.replace(b'"text":', b'"text":"x","text":', 1),
    "white space": lambda d: d.replace(b'":', b'": ', 1),
    "CR LF": lambda d: d.replace(b"\n", b"\r\n"),
    "a byte order mark": lambda d: b"\xef\xbb\xbf" + d,
    "an empty line": lambda d: d.replace(b"\n", b"\n\n", 1),
    "no line feed at the end": lambda d: d[:-1],
    "a number with a point": lambda d: d.replace(b'"seq":1,', b'"seq":1.0,', 1),
    "a number as text": lambda d: d.replace(b'"seq":1,', b'"seq":"1",', 1),
    "a huge number": lambda d: d.replace(b'"seq":1,', b'"seq":1' + b"0" * 5_000 + b",", 1),
    "true for one": lambda d: d.replace(b'"v":1}', b'"v":true}', 1),
    "letters as escapes": lambda d: d.replace("á".encode(), b"\\u00e1", 1),
    "deep nesting": lambda d: d.replace(b'"body":{', b'"body":{"a":' + b"[" * 5_000 + b"]" * 5_000 + b",", 1),
    "one more key": lambda d: d.replace(b'"salt":', b'"note":1,"salt":', 1),
    "one more key in the head": lambda d: d.replace(b'"actor":', b'"a":1,"actor":', 1),
    "a missing key": lambda d: d.replace(b'"v":1}', b"}", 1),
    "half a character": lambda d: d.replace("á".encode(), b"\xc3", 1),
    "nothing at all": lambda d: b"",
}


@pytest.mark.parametrize("change", REWRITTEN.values(), ids=REWRITTEN)
class TestWhenTheRecordSaysTheSameInOtherBytes:
    def test_the_statement_notices(self, court: Court, genuine: Files, change: Callable[[bytes], bytes]) -> None:
        forged = other_bytes(change)(genuine)
        assert forged != genuine
        assert court.judges(with_manifest(forged)) == 1
        assert BOUND in court.failed

    def test_and_even_the_forces_own_signature_over_it_does_not_help(
        self, court: Court, genuine: Files, world: World, change: Callable[[bytes], bytes]
    ) -> None:
        forged = other_bytes(change)(genuine)
        claim = replace(statement_in(genuine), subjects=package.digests({name: forged[name] for name in package.BOUND}))
        payload = claim.payload()
        signature = dsse.one_form(world.key.sign(dsse.pae(dsse.PAYLOAD_TYPE, payload)))
        envelope = dsse.Envelope(payload, signature, claim.fingerprint)
        bound = {name: forged[name] for name in package.BOUND}
        assert court.judges(package.assemble(bound, envelope, genuine[package.PUBLIC_KEY])) == 1
        assert set(court.failed) & {
            "every line of the record has the one form that was written",
            "the record begins with the opening and ends with the closing",
        }


# -- the other files -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", sorted(package.FILES))
class TestEveryFile:
    def test_edited(self, court: Court, genuine: Files, name: str) -> None:
        assert court.judges({**genuine, name: genuine[name] + b" "}) == 1

    def test_emptied(self, court: Court, genuine: Files, name: str) -> None:
        assert court.judges({**genuine, name: b""}) == 1

    def test_missing(self, court: Court, genuine: Files, name: str) -> None:
        assert court.judges({n: d for n, d in genuine.items() if n != name}) == 1


@pytest.mark.parametrize("name", sorted(package.FILES - {package.MANIFEST}))
def test_a_file_edited_and_the_manifest_made_to_fit(court: Court, genuine: Files, name: str) -> None:
    assert court.judges(with_manifest({**genuine, name: genuine[name] + b" "})) == 1


@pytest.mark.parametrize("name", ["extra.txt", "data/extra.txt", "seal/tsa1.tsr", "data/events.jsonl.bak", ".hidden"])
def test_a_file_that_is_not_listed(court: Court, genuine: Files, name: str) -> None:
    assert court.judges({**genuine, name: b"x"}) == 1
    assert court.judges(with_manifest({**genuine, name: b"x"})) == 1


def test_a_listed_file_in_another_case_beside_the_real_one(court: Court, genuine: Files) -> None:
    assert court.judges({**genuine, "data/Events.jsonl": genuine[package.EVENTS]}) == 1


# -- a statement that the force's key signed but that does not fit: an insider's, or a fault of the program -----------


CLAIMS: dict[str, tuple[dict[str, JsonValue], str]] = {
    "another size": ({"size": 3}, ENDING),
    "another head": ({"head": "0" * 64}, ENDING),
    "another beginning": ({"first": "2026-11-22T09:00:00.000Z"}, ENDING),
    "another outcome": ({"outcome": "no_further_action"}, ENDING),
    "another closer": ({"closed_by": "visitor"}, ENDING),
    "another conversation": ({"conversation": ANOTHER}, "statement and record are of one conversation"),
    "another force": ({"force": "westshire"}, "the package is of the force that the trust file names"),
    "another place": ({"key": "packages/eastshire/2025/x.zip"}, "the place in the evidence store belongs to this"),
    "no bucket": ({"bucket": ""}, "the place in the evidence store belongs to this"),
    "another key": ({"fingerprint": "0" * 64}, "the statement is one that this version understands"),
    "a malformed time": ({"sealed_at": "yesterday"}, "the statement is one that this version understands"),
    "sealed before its end": ({"sealed_at": "2026-11-22T09:00:00.000Z"}, "the key was in use when"),
    "sealed in another year": ({"sealed_at": "2031-11-22T11:00:00.000Z"}, "the key was in use when"),
}


@pytest.mark.parametrize(("claim", "check"), CLAIMS.values(), ids=CLAIMS)
def test_a_signed_statement_that_contradicts_the_package(
    court: Court, genuine: Files, world: World, claim: dict[str, JsonValue], check: str
) -> None:
    assert court.judges(sealed_by(world.key, genuine, **claim)) == 1
    assert any(failed.startswith(check) for failed in court.failed)


def test_a_signed_statement_that_leaves_a_file_unbound(court: Court, genuine: Files, world: World) -> None:
    subjects = dict(described(genuine).subjects)
    del subjects[package.PDF]
    assert court.judges(sealed_by(world.key, genuine, subjects=subjects)) == 1


def test_a_signed_statement_that_binds_a_file_which_no_package_has(court: Court, genuine: Files, world: World) -> None:
    subjects = {**described(genuine).subjects, "data/more.txt": "0" * 64}
    assert court.judges(sealed_by(world.key, genuine, subjects=subjects)) == 1
    assert court.failed == [BOUND]


def test_a_record_of_one_force_under_the_statement_of_another(
    court: Court, genuine: Files, world: World, trust_file: Path
) -> None:
    trust_file.write_bytes(trust.document("westshire", [world.key.trusted()]))
    place = f"packages/westshire/2026/{CONVERSATION}.zip"
    assert court.judges(sealed_by(world.key, genuine, force="westshire", key=place)) == 1
    assert court.failed == ["statement and record are of one conversation"]


BROKEN: dict[str, tuple[Forgery, str]] = {
    "a clock that was set back": (
        lambda e: [*e[:2], replace(e[2], head=replace(e[2].head, ts="2026-11-22T09:00:00.000Z")), *e[3:]],
        "times do not run backwards",
    ),
    "a malformed time": (
        lambda e: [*e[:2], replace(e[2], head=replace(e[2].head, ts="2026-11-22T10:00:34Z")), *e[3:]],
        "times do not run backwards",
    ),
    "no opening": (lambda e: e[1:], "the record begins with the opening and ends with the closing"),
    "no closing": (lambda e: e[:-1], "the record begins with the opening and ends with the closing"),
    "two closings": (lambda e: [*e, e[-1]], "the record begins with the opening and ends with the closing"),
    "an event of an unknown version": (
        lambda e: [*e[:2], replace(e[2], head=replace(e[2].head, v=2)), *e[3:]],
        "events are numbered without a gap",
    ),
    "a message without text": (
        lambda e: [*e[:1], replace(e[1], body={"language": "es"}), *e[2:]],
        "every event says what its type says",
    ),
    "an actor who does not exist": (
        lambda e: [*e[:1], replace(e[1], head=replace(e[1].head, actor="somebody")), *e[2:]],
        "every event says what its type says",
    ),
    "a translation of nothing": (
        lambda e: [*e[:6], replace(e[6], body={**e[6].body, "of": 9}), *e[7:]],
        "every later translation belongs to its message",
    ),
    "a translation of a list": (
        lambda e: [*e[:6], replace(e[6], body={**e[6].body, "of": [5]}), *e[7:]],
        "every later translation belongs to its message",
    ),
    "a translation of a message that comes later": (
        lambda e: [*e[:4], e[6], e[4], e[5], *e[7:]],
        "every later translation belongs to its message",
    ),
}


@pytest.mark.parametrize(("forgery", "check"), BROKEN.values(), ids=BROKEN)
def test_a_broken_record_under_the_forces_own_signature(
    court: Court, genuine: Files, world: World, forgery: Forgery, check: str
) -> None:
    broken = chained_again(numbered_again(forgery(events_in(genuine))))
    assert court.judges(sealed_by(world.key, with_events(genuine, broken))) == 1
    assert check in court.failed


def test_a_gap_in_the_numbers_under_the_forces_own_signature(court: Court, genuine: Files, world: World) -> None:
    events = events_in(genuine)
    gapped = chained_again([*events[:4], *events[5:]])
    assert court.judges(sealed_by(world.key, with_events(genuine, gapped))) == 1
    assert "events are numbered without a gap" in court.failed


def test_an_unlinked_event_under_the_forces_own_signature(court: Court, genuine: Files, world: World) -> None:
    events = events_in(genuine)
    alone = link(
        conversation=CONVERSATION,
        seq=3,
        kind=JOINED[0],
        actor=JOINED[1],
        ts=events[2].head.ts,
        prev="0" * 64,
        body={"name": "PC Another", "collar": "4417", "language": "en"},
    )
    assert court.judges(sealed_by(world.key, with_events(genuine, [*events[:2], alone, *events[3:]]))) == 1
    assert "every event follows from the one before it" in court.failed


def test_what_only_a_log_can_show_is_said_to_be_not_proved(
    court: Court, genuine: Files, world: World, capsys: pytest.CaptureFixture[str], trust_file: Path, tmp_path: Path
) -> None:
    """The limit, written down: an insider with the key who seals another, consistent story passes."""
    events = events_in(genuine)
    story = chained_again([*events[:1], edited(events[1]), *events[2:]])
    for seq, of in ((7, 5), (8, 6)):
        event = story[seq - 1]
        story[seq - 1] = replace(event, body={**event.body, "of_commit": story[of - 1].head.commit})
    forged = sealed_by(world.key, with_events(genuine, chained_again(story)))
    assert court.judges(forged) == 0
    main([str(write(forged, tmp_path / "forged")), "--trust", str(trust_file)])
    assert "the holder of the signing key did not seal another version too" in capsys.readouterr().out


# -- the trust file --------------------------------------------------------------------------------------------------


def _document(**changes: JsonValue) -> bytes:
    key = LocalKey().trusted()
    return canonical(json.loads(trust.document("eastshire", [key])) | changes)


def _key_with(**changes: JsonValue) -> bytes:
    document = json.loads(trust.document("eastshire", [LocalKey().trusted()]))
    return _document(keys=[document["keys"][0] | changes])


KEY_TWICE = LocalKey().trusted()


_HALF_A_CHARACTER = trust.document("eastshire", [KEY_TWICE]).replace(b"-----BEGIN", b"\\ud800-----BEGIN", 1)


def _rsa_pem() -> str:
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import rsa

    return (
        rsa.generate_private_key(public_exponent=65537, key_size=2048)
        .public_key()
        .public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
        .decode()
    )


@pytest.mark.parametrize(
    "document",
    [
        pytest.param(lambda: b"", id="empty"),
        pytest.param(lambda: b"[]", id="a list"),
        pytest.param(lambda: b"[" * 100_000, id="deep"),
        pytest.param(lambda: b"\xff\xfe", id="no text"),
        pytest.param(lambda: b"{" + b" " * 2_000_000 + b"}", id="huge"),
        pytest.param(lambda: _document(version=2), id="another version"),
        pytest.param(lambda: _document(keys=[]), id="no key"),
        pytest.param(lambda: _document(force=1), id="no force"),
        pytest.param(lambda: _key_with(fingerprint="00" * 32), id="the fingerprint of another key"),
        pytest.param(lambda: _document(version=True), id="true for one"),
        pytest.param(lambda: _key_with(pem="no key"), id="no PEM"),
        pytest.param(lambda: _HALF_A_CHARACTER, id="half a character"),
        pytest.param(
            lambda: _key_with(not_before="2026-12-01T00:00:00Z", not_after="2026-01-01T00:00:00Z"),
            id="ends before it begins",
        ),
        pytest.param(
            lambda: trust.document("eastshire", [KEY_TWICE, replace(KEY_TWICE, not_after=KEY_TWICE.not_before)]),
            id="one key with two times",
        ),
        pytest.param(lambda: _key_with(pem=_rsa_pem()), id="an RSA key"),
        pytest.param(lambda: _key_with(not_before="2026-01-01T00:00:00"), id="a time without offset"),
        pytest.param(lambda: _key_with(not_after="soon"), id="no time"),
        pytest.param(
            lambda: trust.document("eastshire", [LocalKey().trusted()]).replace(
                b'"force"', b'"force": "westshire", "force"'
            ),
            id="a key twice",
        ),
    ],
)
def test_a_trust_file_of_no_use_verifies_nothing(
    court: Court, genuine: Files, trust_file: Path, document: Callable[[], bytes]
) -> None:
    trust_file.write_bytes(document())
    assert court.judges(genuine) == 2


def test_a_trust_file_that_is_not_there(court: Court, genuine: Files, trust_file: Path) -> None:
    trust_file.unlink()
    assert court.judges(genuine) == 2


def test_the_window_of_a_key_includes_both_its_ends() -> None:
    start, end = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 12, 31, tzinfo=UTC)
    key: TrustedKey = replace(LocalKey().trusted(), not_before=start, not_after=end)
    second = timedelta(seconds=1)
    assert [key.signed_at(t) for t in (start - second, start, end, end + second)] == [False, True, True, False]


def test_the_closing_event_is_the_last_step_of_every_sample() -> None:
    assert FULL[-1] == CLOSED
