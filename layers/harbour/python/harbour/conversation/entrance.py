"""How a visitor comes in: a ticket for a new conversation or for her own again; and the way out without a socket."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import uuid4

from harbour.conversation.model import Conversation, ConversationId, may_return
from harbour.conversation.ports import ConversationStore
from harbour.conversation.service import ConversationService
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
            self._check(tail.conversation, resume)
            return self._ticket(_grant(conversation, resume), resume)
        known = self._tickets.introduced(resume)
        crime = known.crime if known and known.conversation == conversation else ""
        return self._ticket(_grant(conversation, resume, crime), resume)

    def exit(self, conversation: ConversationId, resume: str) -> None:
        """The quick exit without a socket: the same as ``pause``, and nothing for one that has ended.

        Raises ``Forbidden`` like :meth:`readmit`.
        """
        tail = self._store.tail(conversation)
        if tail is None:
            return
        self._check(tail.conversation, resume)
        self._conversations.pause(conversation)

    def _ticket(self, grant: Grant, resume: str) -> Admission:
        return Admission(self._tickets.issue(grant), ConversationId(grant.conversation), resume)

    def _check(self, conversation: Conversation, resume: str) -> None:
        if not (same_token(resume, conversation.resume_hash) and may_return(conversation, self._clock.now())):
            raise Forbidden("resume_refused", "This conversation cannot be continued here. Start a new one.")


def _grant(conversation: ConversationId, resume: str, crime: str = "") -> Grant:
    return Grant(role=Role.VISITOR, conversation=conversation, resume_hash=token_hash(resume), crime=crime)
