"""How a visitor comes in: a ticket for a new conversation or for her own again; and the way out without a socket."""

from __future__ import annotations

from dataclasses import dataclass, replace
from hashlib import sha256
from uuid import uuid4

from harbour.conversation.model import Conversation, ConversationId, may_return
from harbour.conversation.ports import ConversationStore
from harbour.conversation.service import ConversationService, Unsent
from harbour.identity.model import Grant, Role, new_token, same_token, token_hash
from harbour.identity.service import TicketService
from harbour.runtime.clock import Clock
from harbour.runtime.errors import Forbidden


@dataclass(frozen=True, slots=True)
class Admission:
    """What the page keeps in its memory, and nowhere else."""

    ticket: str
    conversation: ConversationId
    resume: str


class Entrance:
    """Tickets for visitors. A conversation is stored only when its first ``hello`` arrives."""

    def __init__(
        self, store: ConversationStore, tickets: TicketService, conversations: ConversationService, clock: Clock
    ) -> None:
        self._store = store
        self._tickets = tickets
        self._conversations = conversations
        self._clock = clock

    def admit(self, crime: str = "") -> Admission:
        """A ticket for a new conversation; ``crime`` is the reference of the crime that it is about, where one is.

        The crime is known to every ticket until the conversation is stored: nobody reads the chat's first screens
        within the seconds that a ticket lives.
        """
        conversation, resume = ConversationId(uuid4().hex), new_token()
        grant = _grant(conversation, resume, crime)
        if crime:
            self._tickets.introduce(resume, grant)
        return self._ticket(grant, resume)

    def readmit(self, conversation: ConversationId, resume: str) -> Admission:
        """A ticket for a conversation that this page has.

        A conversation that is not stored yet (its first ``hello`` was lost) is as new, so the page may go on with it.

        Raises
        ------
        Forbidden
            ``resume_refused``: no such conversation for this token, or it ended too long ago; which, nobody is told.
        """
        tail = self._store.tail(conversation)
        if tail is not None:
            _must_be_hers(tail.conversation, resume)
            if not may_return(tail.conversation, self._clock.now()):
                raise _refused()
            return self._ticket(_grant(conversation, resume), resume)
        return self._ticket(self._grant_of_new(conversation, resume), resume)

    def exit(self, conversation: ConversationId | None, resume: str, unsent: Unsent | None = None) -> None:
        """The quick exit without a socket: the same as ``pause``, and what the page had not sent yet is kept.

        What has no place in her conversation, because it has ended, is full, cannot be continued or never began,
        becomes one of its own, which an officer finds as a message that was left.

        Raises
        ------
        Forbidden
            ``resume_refused``: not hers; what the page had not sent is kept all the same.
        Invalid, Unavailable
            Like :meth:`harbour.conversation.service.ConversationService.leave`.
        """
        if unsent is None or not unsent.texts:
            tail = self._store.tail(conversation) if conversation else None
            if tail is not None:
                _must_be_hers(tail.conversation, resume)
                self._conversations.pause(tail.conversation.id)
            return
        try:
            rest = self._leave_in_hers(conversation, resume, unsent) if conversation else unsent
        except Forbidden:
            self._leave_elsewhere(unsent)
            raise
        self._leave_elsewhere(rest)

    def _leave_in_hers(self, conversation: ConversationId, resume: str, unsent: Unsent) -> Unsent:
        tail = self._store.tail(conversation)
        if tail is not None:
            _must_be_hers(tail.conversation, resume)
        return self._conversations.leave(self._grant_of_new(conversation, resume), unsent)

    def _leave_elsewhere(self, unsent: Unsent) -> None:
        """The conversation is named after the page, so that the same exit twice makes no second one; nobody can come
        back to it."""
        if unsent.texts:
            place = ConversationId(sha256(f"left behind by {unsent.client}".encode()).hexdigest()[:32])
            self._conversations.leave(_grant(place, new_token()), replace(unsent, n=1))

    def _grant_of_new(self, conversation: ConversationId, resume: str) -> Grant:
        """What a conversation that is not stored yet begins with."""
        known = self._tickets.introduced(resume)
        crime = known.crime if known and known.conversation == conversation else ""
        return _grant(conversation, resume, crime)

    def _ticket(self, grant: Grant, resume: str) -> Admission:
        return Admission(self._tickets.issue(grant), ConversationId(grant.conversation), resume)


def _grant(conversation: ConversationId, resume: str, crime: str = "") -> Grant:
    return Grant(role=Role.VISITOR, conversation=conversation, resume_hash=token_hash(resume), crime=crime)


def _must_be_hers(conversation: Conversation, resume: str) -> None:
    if not same_token(resume, conversation.resume_hash):
        raise _refused()


def _refused() -> Forbidden:
    return Forbidden("resume_refused", "This conversation cannot be continued here. Start a new one.")
