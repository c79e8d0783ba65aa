"""Closed conversations as sealing wants them: the record itself, and the state that remembers the package."""

from __future__ import annotations

from collections.abc import Callable

from harbour.aws.conversations import ConversationTable
from harbour.conversation.model import ConversationId
from harbour.evidence.model import ConversationRecord, Sealed


class ConversationRecords:
    """See :class:`harbour.evidence.ports.Records`. ``force_name`` turns a force's id into its name for people."""

    def __init__(self, table: ConversationTable, force_name: Callable[[str], str]) -> None:
        self._table = table
        self._force_name = force_name

    def load(self, conversation: str) -> ConversationRecord:
        """The whole record, strongly consistent. Raises ``NotFound``."""
        state = self._table.conversation(ConversationId(conversation))
        events = [entry.event for entry in self._table.events(state.id)]
        return ConversationRecord.of(events, force_name=self._force_name(state.force), sealed=state.sealed)

    def mark_sealed(self, conversation: str, sealed: Sealed) -> None:
        """Remember where the package is; the same again changes nothing."""
        self._table.mark_sealed(conversation, sealed)
