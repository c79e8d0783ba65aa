"""What a force switches off, and says in its own words, from the update to what is sent."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

from harbour.contact.model import Channel
from harbour.notification.catalogue import message_types
from harbour.notification.model import State
from tests.unit.crime.casebook import FORCE, Casebook, update, victim
from tests.unit.notification.post_office import PostOffice, message

WORDS = {"sms": "There is something to read: {{portal}}", "subject": "Something to read"}


def say(forces: Path, **what: object) -> None:
    (forces / f"{FORCE}.json").write_text(json.dumps(what), "utf-8")


def test_its_own_words_go_out_and_the_record_says_which_they_were(forces: Path) -> None:
    say(forces, texts={"suspect_arrested": {"version": 7, "texts": {"en": WORDS}}})
    office = PostOffice(force=FORCE)
    for channel in Channel:
        office.send(office.created(message(channel)))
    text, mail = (next(one.rendered for one in office.taken if one.rendered.channel is by) for by in Channel)
    assert text.text == "There is something to read: https://account.eastshire.example/portal/"
    assert mail.subject == "Something to read"
    for sent in office.taken:
        record, made = office.state_of(sent), sent.rendered
        assert (record.type, record.type_version) == ("suspect_arrested", 7)
        parts = (made.channel.value, made.subject, made.text, made.html)
        assert record.sha256 == hashlib.sha256("\0".join(parts).encode()).hexdigest()


def test_without_words_of_its_own_the_record_names_everybodys_version(forces: Path) -> None:
    say(forces, off={"stages": ["after"]})
    office = PostOffice(force=FORCE)
    sent = office.created()
    office.send(sent)
    assert office.state(sent).type_version == message_types()["suspect_arrested"].version


def test_what_it_switched_off_is_told_to_nobody_and_invites_nobody(forces: Path) -> None:
    told = Casebook()
    say(forces, off={"stages": ["report"], "types": ["crime_recorded"]})
    told.take(update("first", "crime_recorded", -60, parties=[victim()]))
    assert told.messages() == []
    assert told.invitations.made == []
    told.take(update("second", "suspect_arrested"))
    assert [(one.type, one.causes) for one in told.messages()] == [("portal_invitation", ("second",))]


def test_what_was_made_before_it_was_switched_off_is_not_sent(forces: Path) -> None:
    say(forces, off={"types": ["suspect_arrested"]})
    office = PostOffice(force=FORCE)
    sent = office.created()
    assert office.send(sent) is State.CANCELLED
    assert office.taken == []
