"""REST for officers: duty, queue, conversations, notes, sealed packages. Cognito has checked the token before."""

from __future__ import annotations

from typing import Annotated, Any

from chalice.app import Chalice
from pydantic import BaseModel, ConfigDict, Field

from harbour import bootstrap
from harbour.conversation import frames
from harbour.conversation.desk import Read
from harbour.conversation.model import Conversation, ConversationId, Tail, why_read
from harbour.conversation.ports import Note
from harbour.identity.claims import SignedIn, officer_of
from harbour.identity.model import TICKET_LIFETIME, Grant, Officer, Role
from harbour.rest import answering, body_of, query_of, request_of
from harbour.runtime.clock import rfc3339
from harbour.runtime.errors import Invalid, NotFound
from harbour.runtime.settings import load

app = Chalice("console", configure_logs=False)

DOWNLOAD_SECONDS = 300
_ID_LENGTH = 32


class DutyChange(BaseModel):
    """On or off duty, and the language that the officer reads."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    on_duty: bool
    language: Annotated[str, Field(pattern=r"^[a-z]{2,3}(-[A-Za-z]{2,4})?$")] = "en"


class NewNote(BaseModel):
    """A note for colleagues."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    text: Annotated[str, Field(min_length=1, max_length=4_000)]


def _caller() -> SignedIn:
    claims = request_of(app).context["authorizer"]["claims"]
    return officer_of(claims, load(bootstrap.ConversationSettings).force)


@app.route("/me", methods=["GET"])
@answering(app)
def me() -> dict[str, Any]:
    """The officer, and what the console needs to know of the force."""
    from harbour.directory.service import force_profile, languages, outcomes, read_reasons

    person = _caller()
    officer = person.may("queue")
    session = bootstrap.desk().session(officer)
    profile = force_profile(load(bootstrap.ConversationSettings).force)
    return {
        "name": officer.name,
        "collar": officer.collar,
        "force": profile.name,
        "role": "supervisor" if "supervisor" in person.groups else "officer",
        "on_duty": session.on_duty if session else False,
        "language": session.language if session else profile.working_language,
        "outcomes": [{"code": o.code, "label": o.label} for o in outcomes()],
        "read_reasons": [{"code": r.code, "label": r.label} for r in read_reasons()],
        "languages": [{"code": x.code, "name": x.name, "endonym": x.endonym} for x in languages()],
    }


@app.route("/ticket", methods=["POST"])
@answering(app, status=201)
def ticket() -> dict[str, Any]:
    """A ticket that opens the officer's socket once, within 30 seconds."""
    officer = _caller().may("converse")
    issued = bootstrap.tickets().issue(Grant(role=Role.OFFICER, officer=officer))
    return {"ticket": issued, "expires_in": int(TICKET_LIFETIME.total_seconds())}


@app.route("/duty", methods=["PUT"])
@answering(app)
def duty() -> dict[str, Any]:
    """Go on or off duty."""
    officer = _caller().may("duty")
    asked = body_of(app, DutyChange)
    session = bootstrap.desk().set_duty(officer, asked.language, on_duty=asked.on_duty)
    return {"on_duty": session.on_duty, "language": session.language}


@app.route("/queue", methods=["GET"])
@answering(app)
def queue() -> dict[str, Any]:
    """Everything open."""
    found = bootstrap.desk().queue(_caller().may("queue"))
    return {
        "waiting": [_item(c) for c in found.waiting],
        "mine": [_item(c) for c in found.mine],
        "attention": [_item(c) for c in found.attention],
        "on_duty": [{"name": o.name, "collar": o.collar} for o in found.on_duty],
        "now": rfc3339(found.now),
    }


@app.route("/closed", methods=["GET"])
@answering(app)
def closed() -> dict[str, Any]:
    """What was closed this month and last."""
    _caller().may("read_closed")
    return {"conversations": [_item(c) for c in bootstrap.desk().closed()]}


@app.route("/canned", methods=["GET"])
@answering(app)
def canned() -> dict[str, Any]:
    """Canned answers, in English and in the visitor's language. What is reviewed goes out as it is here."""
    from harbour.directory.service import canned as canned_in

    _caller().may("converse")
    language = query_of(app, "language", "en")
    return {
        "answers": [
            {"key": a.key, "title": a.title, "text": a.text, "translation": a.translation, "reviewed": a.reviewed}
            for a in canned_in(language)
        ]
    }


@app.route("/conversations/{conversation}/accept", methods=["POST"])
@answering(app)
def accept(conversation: str) -> dict[str, Any]:
    """Take a conversation from the queue."""
    return _item_of(bootstrap.desk().accept(_caller().may("accept"), _id(conversation)))


@app.route("/conversations/{conversation}/release", methods=["POST"])
@answering(app)
def release(conversation: str) -> dict[str, Any]:
    """Give a conversation back to the queue."""
    return _item_of(bootstrap.desk().release(_caller().may("release"), _id(conversation)))


@app.route("/conversations/{conversation}/events", methods=["GET"])
@answering(app)
def events(conversation: str) -> dict[str, Any]:
    """A page of the record, after event ``after``. The read is audited, with ``why``."""
    read = _readable(conversation)
    written = query_of(app, "after", "0")
    if not (written.isascii() and written.isdigit()):
        raise Invalid("bad_field", "A number of an event, from 0.", field="after")
    page, more = bootstrap.desk().read(read, int(written))
    return {"events": [frames.event(e, Role.OFFICER) for e in page], "more": more}


@app.route("/conversations/{conversation}/notes", methods=["GET"])
@answering(app)
def notes(conversation: str) -> dict[str, Any]:
    """Officers' notes, oldest first. The read is audited, with ``why``."""
    return {"notes": [_note(n) for n in bootstrap.desk().notes(_readable(conversation))]}


@app.route("/conversations/{conversation}/notes", methods=["POST"])
@answering(app, status=201)
def add_note(conversation: str) -> dict[str, Any]:
    """Add a note."""
    officer = _caller().may("note")
    return _note(bootstrap.desk().add_note(officer, _id(conversation), body_of(app, NewNote).text))


@app.route("/conversations/{conversation}/package", methods=["GET"])
@answering(app)
def package(conversation: str) -> dict[str, Any]:
    """Where to download the sealed package, for five minutes. Asking is audited, with ``why``."""
    from harbour.aws import clients
    from harbour.aws.evidence_store import presign

    officer = _caller().may("package")
    sealed = bootstrap.desk().sealed(_reading(officer, bootstrap.desk().tail(_id(conversation)).conversation))
    bucket = load(bootstrap.PackageSettings).evidence_bucket
    return {
        "url": presign(clients.s3(), bucket, sealed.key, DOWNLOAD_SECONDS),
        "name": sealed.key.rsplit("/", 1)[-1],
        "sha256": sealed.sha256,
        "sealed_at": rfc3339(sealed.sealed_at),
    }


def _readable(conversation: str) -> Read:
    """What the caller reads, if the role may: one's own, a closed one for a reason, or any for a supervisor."""
    person = _caller()
    found = bootstrap.desk().tail(_id(conversation)).conversation
    if not found.open:
        return _reading(person.may("read_closed"), found)
    if found.owner is None or found.owner.collar == person.officer.collar:
        return _reading(person.may("read_own"), found)
    return _reading(person.may("read_any"), found)


def _reading(officer: Officer, conversation: Conversation) -> Read:
    from harbour.directory.service import read_reasons

    known = frozenset(reason.code for reason in read_reasons())
    return Read(officer, conversation, why_read(conversation, officer, query_of(app, "why", ""), known))


def _id(written: str) -> ConversationId:
    if len(written) != _ID_LENGTH or not all(c in "0123456789abcdef" for c in written):
        raise NotFound("no_conversation", "There is no such conversation.")
    return ConversationId(written)


def _item_of(tail: Tail) -> dict[str, Any]:
    return _item(tail.conversation) | {"visitor": frames.visitor_state(tail)}


def _item(conversation: Conversation) -> dict[str, Any]:
    closed = (
        {
            "closed_at": rfc3339(conversation.closed_at),
            "outcome": conversation.outcome or None,
            "closed_by": conversation.closed_by,
            "sealed": conversation.sealed is not None,
        }
        if conversation.closed_at
        else {}
    )
    return (
        {
            "conversation": conversation.id,
            "state": conversation.state.value,
            "since": rfc3339(conversation.since),
            "language": conversation.language,
            "owner": frames.officer_of(conversation),
            "visitor": "gone" if conversation.visitor_gone_at else "here",
            "left": conversation.left.value if conversation.left else None,
            "attention": conversation.attention.value if conversation.attention else None,
            "opened_at": rfc3339(conversation.opened_at),
            "last_at": rfc3339(conversation.since),
            "preview": None,
        }
        | ({"crime": conversation.crime} if conversation.crime else {})
        | closed
    )


def _note(note: Note) -> dict[str, Any]:
    return {
        "id": note.id,
        "at": rfc3339(note.at),
        "by": {"collar": note.by.collar, "name": note.by.name},
        "text": note.text,
    }
