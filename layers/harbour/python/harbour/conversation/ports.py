"""What the conversation needs from outside. Fakes and adapters obey one contract suite (``tests/integration``)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Protocol

from harbour.conversation.model import (
    ClientId,
    ConnectionId,
    Conversation,
    ConversationId,
    Entry,
    Presence,
    Tail,
)
from harbour.identity.model import Officer


class Moved(Exception):
    """Somebody else wrote first. Nothing of this call was stored; read the tail again."""


class ConversationStore(Protocol):
    """One partition per conversation. Every method is one request unless it says otherwise."""

    def open(self, conversation: Conversation, first: Entry) -> None:
        """Store a new conversation with its first entry, both or none. Raises :class:`Moved` if it exists."""
        ...

    def tail(self, conversation: ConversationId) -> Tail | None:
        """State, presences and last entry, strongly consistent and of one moment; ``None`` if there is none."""
        ...

    def append(self, entry: Entry) -> None:
        """Store the next entry. Raises :class:`Moved` if its number is taken."""
        ...

    def change(self, conversation: Conversation, entry: Entry | None) -> None:
        """Store revision *r* over *r - 1*, and the entry if there is one, both or none. Raises :class:`Moved`."""
        ...

    def events(self, conversation: ConversationId, after: int = 0) -> Iterator[Entry]:
        """Entries with a number above ``after``, in order; strongly consistent; pages as it goes."""
        ...

    def said(self, conversation: ConversationId, client: ClientId, n: int) -> Entry | None:
        """The entry that message ``n`` of a client became, by reading the record (rare: see :class:`Counter`)."""
        ...

    def last_said(self, conversation: ConversationId, client: ClientId) -> int:
        """The highest counter of a client in the record, 0 if it never spoke (rare, like :meth:`said`)."""
        ...

    def join(self, conversation: ConversationId, presence: Presence) -> None:
        """A socket takes part from now on. Replaces what the same socket said before."""
        ...

    def leave(self, conversation: ConversationId, connection: ConnectionId) -> None:
        """A socket is gone. No error if it was."""
        ...

    def due(self, now: datetime, limit: int) -> Sequence[ConversationId]:
        """Conversations whose moment has come, the longest overdue first. May lag by moments."""
        ...

    def listed(self, work: str, limit: int | None = None, *, newest_first: bool = False) -> Sequence[Conversation]:
        """Conversations of one work list (see :func:`harbour.conversation.model.work_list`). May lag by moments."""
        ...


@dataclass(frozen=True, slots=True)
class OnDuty:
    """An officer's session: on duty or not, and by which socket alerts reach her."""

    officer: Officer
    language: str
    on_duty: bool
    connection: ConnectionId | None
    seen_at: datetime


class DutyRoster(Protocol):
    """Who of the force is on duty."""

    def all(self) -> Sequence[OnDuty]:
        """Everybody with a session."""
        ...

    def get(self, collar: str) -> OnDuty | None:
        """One officer's session."""
        ...

    def set_duty(self, officer: Officer, language: str, *, on_duty: bool, at: datetime) -> OnDuty:
        """Go on or off duty; the session's socket stays as it is, whoever changes it at the same time."""
        ...

    def connected(self, officer: Officer, connection: ConnectionId, language: str, at: datetime) -> OnDuty:
        """A new socket of this officer. Duty and language stay; a new session is off duty, in ``language``."""
        ...

    def drop(self, collar: str, connection: ConnectionId, at: datetime) -> None:
        """The socket is gone; the session stays, without it, if it is still that session's socket."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """What officers tell each other about a conversation. Not part of the chain, never shown to the visitor."""

    id: str
    at: datetime
    by: Officer
    text: str


class NoteStore(Protocol):
    """Officers' notes of a conversation."""

    def add(self, conversation: ConversationId, note: Note) -> None:
        """Store a note."""
        ...

    def notes(self, conversation: ConversationId) -> Sequence[Note]:
        """All notes, oldest first."""
        ...


class Posted(Enum):
    """What became of a frame."""

    SENT = "sent"
    GONE = "gone"
    UNREACHABLE = "unreachable"


class ConnectionGateway(Protocol):
    """Posts frames to sockets."""

    def post(self, frames: Sequence[tuple[ConnectionId, bytes]]) -> Sequence[Posted]:
        """Post each frame, all at once; a slow or dead socket delays none of the others. Never raises for one socket.

        ``UNREACHABLE`` means that the frame may be missing there: the socket was closed, so that its client comes
        back and asks for what it missed.
        """
        ...

    def hang_up(self, connection: ConnectionId) -> None:
        """Close a socket. Never raises: one that cannot be closed is logged, and ends by itself."""
        ...


class DomainEvents(Protocol):
    """The force's event bus. Thin events: ids, no content."""

    def publish(self, detail_type: str, conversation: Conversation, **ids: str) -> None:
        """Publish one event about a conversation.

        Never raises: what it tells of is stored already, and the caller must not be told otherwise. An event that the
        bus does not take is alarmed; the one that matters (``ConversationClosed``) is published until it is sealed.
        """
        ...


class LateTranslations(Protocol):
    """Messages that were delivered untranslated and are to be translated later."""

    def ask(self, conversation: ConversationId, seq: int, languages: Iterable[str]) -> None:
        """Translate message ``seq`` into these languages when the service answers again."""
        ...
