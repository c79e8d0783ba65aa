"""No conversation is ever lost, and no message lost, doubled or reordered: whatever interleaves, whatever crashes.

Hypothesis draws people's actions, the order in which their calls reach AWS, and the call at which a machine stops.
"""

from __future__ import annotations

from collections.abc import Callable

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from harbour.conversation.model import ConversationId, Kind, State
from harbour.conversation.model import work_list as list_of
from harbour.conversation.service import Unsent
from harbour.evidence.chain import GENESIS, head_hash
from harbour.identity.model import Officer, Role
from tests.unit.conversation.interleaving import Interleaving
from tests.unit.conversation.world import AMELIA, TOM, Person, World

VISITOR_DOES = ("say", "say", "lose", "vanish", "reconnect", "exit", "exit without socket", "exit unsent", "close")
OFFICER_DOES = ("take", "say", "say", "lose", "reconnect", "release", "close", "is disabled")

ROUND = st.tuples(
    st.sampled_from(VISITOR_DOES),
    st.sampled_from(OFFICER_DOES),
    st.sampled_from(OFFICER_DOES),
    st.booleans(),
    st.integers(0, 400),
)


class Story:
    """One visitor, two officers and the timer, each doing one thing at a time, several at once. An account may go."""

    def __init__(self, draw: Callable[[st.SearchStrategy[int]], int]) -> None:
        self.draw = draw
        self.world = World()
        self.world.accounts.enabled.add("9999")  # somebody is always left
        self.officers = [self.world.officer(AMELIA), self.world.officer(TOM)]
        self.visitor = self.world.visitor()
        self.written: dict[str, list[str]] = {}
        self.promised = 0

    def round(self, visitor_does: str, first: str, second: str, timer: bool, seconds: int) -> None:
        operations = [
            self.visitors(visitor_does),
            self.officers_(self.officers[0], first),
            self.officers_(self.officers[1], second),
        ]
        if timer:
            operations.append(lambda: void(self.world.watch.run()))
        crash_at = {i: self.draw(st.one_of(st.just(0), st.integers(1, 25))) for i in range(len(operations))}
        Interleaving(self.world, lambda alive: alive[self.draw(st.integers(0, len(alive) - 1))], crash_at).run(
            operations
        )
        self.world.wait(seconds=seconds)
        self.holds()

    def speak(self, person: Person) -> None:
        """As a client does: the same ``n`` again until it is acknowledged, then the next."""
        acked, mine = acked_of(person), self.write(person, 1)
        person.say(mine[acked], n=acked + 1)

    def write(self, person: Person, unacknowledged: int) -> list[str]:
        """All that the page ever held, with at least so many messages that are not acknowledged."""
        mine = self.written.setdefault(person.client, [])
        mine += [
            f"{person.role.value} {person.client} {n}"
            for n in range(len(mine) + 1, acked_of(person) + unacknowledged + 1)
        ]
        return mine

    def leave_unsent(self) -> None:
        """The exit carries all that is not acknowledged. Once it is answered, nothing of that may be missing."""
        visitor, acked = self.visitor, acked_of(self.visitor)
        carried = tuple(self.write(visitor, 2)[acked:])
        self.world.entrance.exit(
            visitor.conversation, visitor.resume, Unsent(visitor.client, visitor.language, acked + 1, carried)
        )
        self.promised = acked + len(carried)

    def visitors(self, does: str) -> Callable[[], None]:
        visitor, world = self.visitor, self.world
        return {
            "say": lambda: self.speak(visitor),
            "lose": visitor.lose_socket,
            "vanish": lambda: visitor.lose_socket(noticed=False),
            "reconnect": visitor.connect,
            "exit": lambda: world.service.pause(visitor.conversation, visitor.connection),
            "exit without socket": lambda: world.entrance.exit(visitor.conversation, visitor.resume),
            "exit unsent": self.leave_unsent,
            "close": lambda: world.service.close(visitor.caller, visitor.conversation, ""),
        }[does]

    def officers_(self, officer: Person, does: str) -> Callable[[], None]:
        conversation, world = self.visitor.conversation, self.world
        who: Officer = officer.officer  # type: ignore[assignment]

        def reconnect() -> None:
            officer.connect()
            officer.join(conversation)

        return {
            "take": lambda: officer.take(conversation),
            "say": lambda: self.speak(officer) if officer.conversation else None,
            "lose": officer.lose_socket,
            "reconnect": reconnect,
            "release": lambda: void(world.desk.release(who, conversation)),
            "close": lambda: world.service.close(officer.caller, conversation, "safety_plan"),
            "is disabled": lambda: self.disable(who),
        }[does]

    def disable(self, officer: Officer) -> None:
        """The account is disabled, and the next minute begins."""
        self.world.accounts.enabled.discard(officer.collar)
        self.world.muster.run()

    def holds(self) -> None:
        """What is true after every round."""
        state = self.world.state(self.visitor.conversation)
        assert state.sealed or state.due_at is not None, "no owner will come and no timer runs"
        assert state.owner is not None or state.state is not State.ACTIVE
        assert list_of(state) in ("waiting", "active", "paused") or state.state is State.CLOSED
        prev = GENESIS
        record = self.world.record(self.visitor.conversation)
        for seq, entry in enumerate(record, start=1):
            assert (entry.seq, entry.event.head.prev) == (seq, prev)
            prev = head_hash(entry.event.head)
        closed = [e for e in record if e.kind == Kind.CLOSED]
        assert len(closed) == (1 if state.state is State.CLOSED else 0)
        assert not closed or record[-1].kind == Kind.CLOSED, "something was written after the end"
        self.messages_hold()

    def is_another(self, conversation: ConversationId) -> bool:
        return conversation != self.visitor.conversation

    def messages_hold(self) -> None:
        # What the ended conversation could not take is in another one.
        stored = [text for c in sorted(self.world.store.states, key=self.is_another) for text in self.world.texts(c)]
        for person in (self.visitor, *self.officers):
            mine = self.written.get(person.client, [])
            kept = [text for text in stored if text in mine]
            assert kept == mine[: len(kept)], "lost, doubled or reordered"
            assert len(kept) >= acked_of(person), "acknowledged but not stored"
            assert person is not self.visitor or len(kept) >= self.promised, "lost by the exit"

    def settle(self) -> None:
        """Nobody does anything more; only the timers run."""
        for _ in range(12):
            self.world.wait(minutes=1)
            self.world.watch.run()
            self.world.muster.run()
            self.holds()
        state = self.world.state(self.visitor.conversation)
        queue = self.world.desk.queue(AMELIA)
        listed = {c.id for c in (*queue.waiting, *queue.attention)}
        behind = {c for c in self.world.store.states if self.is_another(c) and self.world.texts(c)}
        assert behind <= listed, "nobody sees what was left behind"
        if state.state is State.CLOSED:
            assert ("ConversationClosed", state.id) in self.world.bus.published
            return
        assert state.owner is None or state.owner.collar in self.world.accounts.enabled, "a disabled officer has it"
        sockets = self.world.store.sockets[state.id].values()
        somebody = state.owner and any(p.role is Role.OFFICER and p.collar == state.owner.collar for p in sockets)
        assert somebody or state.id in listed or state.state is State.PAUSED, "nobody has it and nobody sees it"
        if state.left is not None and state.left.value == "dropped":
            assert state.attention is not None or state.owner is not None, "a silent drop ended in no task"
        self.world.wait(days=2)
        self.world.watch.run()
        if state.state is State.PAUSED and (state.owner or not state.attention):
            assert self.world.state(state.id).state is State.CLOSED


def acked_of(person: Person) -> int:
    """The last counter of the person's page that was acknowledged."""
    return max((a["n"] for a in acks_of(person)), default=0)


def acks_of(person: Person) -> list[dict[str, int]]:
    """All acks that any of the person's sockets got for the page's messages."""
    world = person.world
    frames = (f for sent in world.sockets.sent.values() for f in sent if f["type"] == "ack")
    actor = "visitor" if person.role is Role.VISITOR else f"officer:{person.officer.collar}"  # type: ignore[union-attr]
    return [f for f in frames if f["event"]["actor"] == actor]


def void(_: object) -> None:
    """An operation's answer that nobody needs."""


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(st.data(), st.lists(ROUND, min_size=1, max_size=7))
def test_no_conversation_is_lost_and_no_message_lost_doubled_or_reordered(
    data: st.DataObject, rounds: list[tuple[str, str, str, bool, int]]
) -> None:
    story = Story(data.draw)
    for one in rounds:
        story.round(*one)
    story.settle()
