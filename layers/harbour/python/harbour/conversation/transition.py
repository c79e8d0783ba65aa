"""Apply a step to a conversation under races: read, decide, write guarded; on a lost race read again."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import dataclass, replace

from harbour.conversation.model import Change, ConversationId, Entry, Tail, next_entry
from harbour.conversation.ports import ConversationStore, Moved
from harbour.runtime.clock import Clock
from harbour.runtime.errors import NotFound, Unavailable

ATTEMPTS = 12
"""Writers of one conversation are a handful of people; a dozen lost races in a row means something is wrong."""

FIRST_PAUSE_SECONDS = 0.005


@dataclass(frozen=True, slots=True)
class Done:
    """The conversation after the step, and the entry that the step added to its record (``None``: none)."""

    tail: Tail
    entry: Entry | None
    changed: bool = True


class Transitions:
    """Makes steps that several writers may try at once happen once each, in some order."""

    def __init__(self, store: ConversationStore, clock: Clock, sleep: Callable[[float], None] = time.sleep) -> None:
        self._store = store
        self._clock = clock
        self._sleep = sleep

    def read(self, conversation: ConversationId) -> Tail:
        """The end of a conversation.

        Raises
        ------
        NotFound
            ``no_conversation``.
        """
        tail = self.find(conversation)
        if tail is None:
            raise NotFound("no_conversation", "There is no such conversation.")
        return tail

    def find(self, conversation: ConversationId) -> Tail | None:
        """The end of a conversation with those who take part in it now; ``None`` if there is none."""
        tail = self._store.tail(conversation)
        return tail.parties if tail else None

    def apply(self, conversation: ConversationId, decide: Callable[[Tail], Change | None]) -> Done:
        """Decide on the newest state and store the step. ``decide`` may run several times, and may raise.

        Raises
        ------
        NotFound
            ``no_conversation``.
        Unavailable
            ``try_again`` after too many lost races. Nothing was stored.
        """
        for attempt in range(ATTEMPTS):
            tail = self.read(conversation)
            change = decide(tail)
            if change is None:
                return Done(tail, None, changed=False)
            entry = (
                next_entry(tail.last, kind=change.kind, actor=change.actor, body=change.body, now=self._clock.now())
                if change.kind
                else None
            )
            after = replace(change.conversation, step=entry.seq) if entry else change.conversation
            try:
                self._store.change(after, entry)
            except Moved:
                self.pause(attempt)
                continue
            return Done(replace(tail, conversation=after, last=entry or tail.last), entry)
        raise Unavailable("try_again", "Too many people write at once. Nothing was stored; send it again.")

    def pause(self, attempt: int) -> None:
        """Wait a little, longer each time, at random: two writers that collide must not collide again."""
        self._sleep(random.uniform(0, FIRST_PAUSE_SECONDS * 2**attempt))  # noqa: S311 - not a secret
