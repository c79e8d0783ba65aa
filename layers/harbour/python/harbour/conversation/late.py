"""Translations that come later: each is its own entry in the record, once per message and language."""

from __future__ import annotations

from dataclasses import replace

from harbour.conversation.delivery import Delivery
from harbour.conversation.model import TRANSLATED_UNTIL, Change, ConversationId, Entry, Kind, Tail
from harbour.conversation.ports import ConversationStore
from harbour.conversation.transition import Transitions
from harbour.evidence.chain import Body
from harbour.runtime.errors import Unavailable
from harbour.translation.model import Translation
from harbour.translation.service import TranslationService


class LateTranslationService:
    """Translates what could not be translated in time."""

    def __init__(
        self,
        store: ConversationStore,
        transitions: Transitions,
        delivery: Delivery,
        translation: TranslationService,
    ) -> None:
        self._store = store
        self._transitions = transitions
        self._delivery = delivery
        self._translation = translation

    def translate(self, conversation: ConversationId, seq: int, language: str) -> bool:
        """Add the translation of message ``seq`` to the record and deliver it.

        ``False`` when there is nothing to do: it is there already, no engine has the pair, or the conversation is
        closed (a sealed record does not grow) or too full for it.

        Raises
        ------
        Unavailable
            The service still does not answer; try later.
        """
        tail = self._transitions.read(conversation)
        message = next(iter(self._store.events(conversation, after=seq - 1)), None)
        if message is None or message.seq != seq or message.kind != Kind.MESSAGE or not tail.conversation.open:
            return False
        if tail.last.weight >= TRANSLATED_UNTIL or self._translated(conversation, message, language):
            return False
        body = message.event.body
        outcome = self._translation.translate_message(str(body["text"]), str(body["language"]), [language])
        if not outcome.translations:
            if any(u.reason != "no_engine" for u in outcome.untranslated):
                raise Unavailable("try_again", "The translation service does not answer.")
            return False
        translation = outcome.translations[0]

        def decide(tail: Tail) -> Change | None:
            if not tail.conversation.open or self._translated(conversation, message, language):
                return None
            return _entry(tail, message, translation)

        done = self._transitions.apply(conversation, decide)
        if done.entry:
            self._delivery.entry(done.tail, done.entry)
        return done.entry is not None

    def _translated(self, conversation: ConversationId, message: Entry, language: str) -> bool:
        """Whether the record has it. Read after the tail: an append in between makes the write fail."""
        return any(
            e.kind == Kind.TRANSLATION and e.event.body["of"] == message.seq and e.event.body["to"] == language
            for e in self._store.events(conversation, after=message.seq)
        )


def _entry(tail: Tail, message: Entry, translation: Translation) -> Change:
    """The step that adds a translation: it binds the very message by its commitment, not only by its number."""
    conversation = replace(tail.conversation, revision=tail.conversation.revision + 1)
    body: Body = {"of": message.seq, "of_commit": message.event.head.commit, **translation.as_body()}
    return Change(conversation, Kind.TRANSLATION, "system", body)
