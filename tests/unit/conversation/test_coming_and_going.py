"""Hello, exit, cover, lost sockets, closing: what each side sees, and what is never said."""

from __future__ import annotations

from contextlib import nullcontext

import pytest

from harbour.conversation.model import Attention, ConversationId, Left, State
from harbour.identity.model import TICKET_LIFETIME, Role
from harbour.runtime.errors import Conflict, Forbidden, Invalid
from tests.unit.conversation.world import AMELIA, TOM, Crash, Person, World


def test_a_visitor_is_told_at_once_that_nobody_is_on_duty(world: World) -> None:
    visitor = world.visitor()
    assert visitor.got("welcome")[0]["on_duty"] is False
    visitor.say("¿hay alguien?")
    assert visitor.got("ack")


def test_a_visitor_is_told_that_somebody_is_there(world: World) -> None:
    world.officer()
    assert world.visitor().got("welcome")[0]["on_duty"] is True


def test_an_officer_who_went_home_does_not_count(world: World) -> None:
    officer = world.officer()
    officer.lose_socket()
    assert world.visitor().got("welcome")[0]["on_duty"] is True, "she is probably reconnecting"
    world.wait(minutes=3)
    assert world.visitor().got("welcome")[0]["on_duty"] is False


def test_officers_on_duty_are_alerted_by_a_new_conversation_and_others_are_not(world: World) -> None:
    on, off = world.officer(), world.officer(TOM, on_duty=False)
    world.visitor()
    assert on.got("queue")
    assert not off.got("queue")


def test_a_ticket_opens_one_socket(world: World) -> None:
    admission = world.entrance.admit()
    assert world.tickets.redeem(admission.ticket) is not None
    assert world.tickets.redeem(admission.ticket) is None


def test_a_ticket_dies_after_thirty_seconds(world: World) -> None:
    admission = world.entrance.admit()
    world.now += TICKET_LIFETIME
    assert world.tickets.redeem(admission.ticket) is None


def test_who_comes_from_the_portal_may_read_before_she_writes_and_the_chat_still_knows_the_crime(world: World) -> None:
    admission = world.entrance.admit(crime="44/123/26")
    world.wait(minutes=20)
    assert world.tickets.redeem(admission.ticket) is None
    for _ in range(2):  # the answer to the first may be lost
        again = world.entrance.readmit(admission.conversation, admission.resume)
    grant = world.tickets.redeem(again.ticket)
    assert grant is not None
    assert grant.crime == "44/123/26"
    person = Person(world, Role.VISITOR, conversation=admission.conversation, resume=admission.resume)
    person.grant = grant
    person.connect()
    assert world.state(admission.conversation).crime == "44/123/26"


def test_what_the_portal_said_of_a_chat_is_forgotten_opens_no_socket_and_is_of_no_other_chat(world: World) -> None:
    admission = world.entrance.admit(crime="44/123/26")
    assert world.tickets.redeem(admission.resume) is None
    other = world.entrance.readmit(ConversationId("f" * 32), admission.resume)
    grant = world.tickets.redeem(other.ticket)
    assert grant is not None
    assert grant.crime == ""
    world.wait(minutes=30)
    late = world.tickets.redeem(world.entrance.readmit(admission.conversation, admission.resume).ticket)
    assert late is not None
    assert late.crime == ""


def test_a_reconnected_visitor_gets_what_she_missed_and_nothing_twice(world: World) -> None:
    officer, visitor = world.officer(), world.visitor()
    officer.take(visitor.conversation)
    visitor.say("hola")
    seen = visitor.got("ack")[-1]["event"]["seq"]
    visitor.lose_socket()
    officer.say("Are you there?")
    visitor.connect(last=seen)
    assert visitor.got("welcome")[0]["n"] == 1
    assert visitor.seen_texts() == ["Are you there?"]


def test_only_the_right_resume_token_opens_a_conversation_again(world: World) -> None:
    visitor = world.visitor()
    assert world.entrance.readmit(visitor.conversation, visitor.resume).ticket
    with pytest.raises(Forbidden) as refused:
        world.entrance.readmit(visitor.conversation, "x" * 43)
    assert refused.value.code == "resume_refused"


def test_the_quick_exit_pauses_and_the_officer_sees_do_not_contact(world: World) -> None:
    officer, visitor = world.officer(), world.visitor()
    officer.take(visitor.conversation)
    visitor.say("viene")
    world.service.pause(visitor.conversation, visitor.connection)
    state = world.state(visitor.conversation)
    assert (state.state, state.left) == (State.PAUSED, Left.QUICK_EXIT)
    shown = officer.got("event")[-1]["event"]
    assert (shown["type"], shown["body"]) == ("left", {"how": "quick_exit"})
    with pytest.raises(Conflict) as refused:
        officer.say("Are you all right?")
    assert refused.value.code == "paused"


def test_the_quick_exit_works_without_a_socket_and_twice(world: World) -> None:
    visitor = world.visitor()
    world.entrance.exit(visitor.conversation, visitor.resume)
    world.entrance.exit(visitor.conversation, visitor.resume)
    world.service.pause(visitor.conversation, visitor.connection)
    assert [e.kind for e in world.record(visitor.conversation)] == ["opened", "left"]


def test_what_she_wrote_before_the_exit_is_a_task_if_nobody_had_taken_it(world: World) -> None:
    visitor = world.visitor()
    visitor.say("necesito ayuda")
    world.service.pause(visitor.conversation, visitor.connection)
    assert world.state(visitor.conversation).attention is Attention.LEFT_MESSAGE


def leaves(world: World, visitor: Person) -> None:
    """As the page does: it says so twice, and its socket closes."""
    world.service.pause(visitor.conversation, visitor.connection)
    world.entrance.exit(visitor.conversation, visitor.resume)
    visitor.lose_socket()


@pytest.mark.parametrize("step", ["tail", "append"])
def test_what_she_sent_just_before_the_exit_is_kept_whichever_arrives_first(world: World, step: str) -> None:
    """A message is translated before it is stored, which takes longer than to leave."""
    officer, visitor = world.officer(), world.visitor()
    officer.take(visitor.conversation)

    def exits(at: str) -> None:
        if at == step:
            world.on_step = None
            leaves(world, visitor)

    world.on_step = exits
    visitor.say("viene")
    assert world.texts(visitor.conversation) == ["viene"]
    assert officer.seen_texts() == ["viene"]
    state = world.state(visitor.conversation)
    assert (state.state, state.left) == (State.PAUSED, Left.QUICK_EXIT), "and nobody may contact her"
    assert visitor.got("ack") == []


@pytest.mark.parametrize("stops", [False, True])
@pytest.mark.parametrize("later", [0, 300], ids="{} minutes later".format)
def test_what_came_after_the_exit_is_a_task_if_nobody_had_taken_it(world: World, stops: bool, later: int) -> None:
    visitor = world.visitor()
    leaves(world, visitor)
    world.wait(minutes=later)
    world.watch.run()
    assert world.state(visitor.conversation).attention is None

    def stop(at: str) -> None:
        if stops and at == "change done":
            raise Crash

    world.on_step = stop
    with pytest.raises(Crash) if stops else nullcontext():
        visitor.say("ayuda")
    world.on_step = None
    world.wait(minutes=3)
    world.watch.run()
    state = world.state(visitor.conversation)
    assert (state.state, state.attention) == (State.PAUSED, Attention.LEFT_MESSAGE)
    assert [c.id for c in world.desk.queue(AMELIA).attention] == [visitor.conversation]


def test_nothing_reaches_a_page_after_its_exit(world: World) -> None:
    officer, visitor = world.officer(), world.visitor()
    officer.take(visitor.conversation)
    world.service.pause(visitor.conversation, visitor.connection)
    before = len(visitor.frames)
    world.desk.release(AMELIA, visitor.conversation)
    assert len(visitor.frames) == before


def test_a_visitor_who_comes_back_goes_on_with_her_officer(world: World) -> None:
    officer, visitor = world.officer(), world.visitor()
    officer.take(visitor.conversation)
    world.service.pause(visitor.conversation, visitor.connection)
    visitor.connect()
    state = world.state(visitor.conversation)
    assert (state.state, state.left) == (State.ACTIVE, None)
    assert officer.got("event")[-1]["event"]["type"] == "returned"
    officer.say("Good to see you.")
    assert visitor.seen_texts() == ["Good to see you."]


def test_the_officer_sees_that_the_screen_is_covered(world: World) -> None:
    officer, visitor = world.officer(), world.visitor()
    officer.take(visitor.conversation)
    world.service.cover(visitor.caller, on=True)
    assert officer.got("presence")[-1] == {
        "type": "presence",
        "conversation": visitor.conversation,
        "party": "visitor",
        "state": "covered",
    }
    officer.connect()
    officer.join(visitor.conversation)
    assert officer.got("welcome")[-1]["visitor"] == "covered"
    world.service.cover(visitor.caller, on=False)
    assert officer.got("presence")[-1]["state"] == "here"


def test_typing_and_reading_are_passed_on_and_not_stored(world: World) -> None:
    officer, visitor = world.officer(), world.visitor()
    officer.take(visitor.conversation)
    officer.say("hello")
    before = len(world.record(visitor.conversation))
    world.service.typing(visitor.caller, visitor.conversation)
    world.service.typing(visitor.caller, visitor.conversation)
    world.service.read(visitor.caller, visitor.conversation, 999)
    assert len(officer.got("typing")) == 1, "more often than every few seconds is dropped"
    assert officer.got("read")[-1]["seq"] == before, "nobody has read what is not written"
    assert len(world.record(visitor.conversation)) == before


def test_of_two_officers_one_gets_the_conversation(world: World) -> None:
    world.officer()
    world.officer(TOM)
    visitor = world.visitor()
    world.desk.accept(AMELIA, visitor.conversation)
    with pytest.raises(Conflict) as refused:
        world.desk.accept(TOM, visitor.conversation)
    assert refused.value.code == "already_accepted"


def test_accepting_again_after_a_lost_answer_is_the_same_acceptance(world: World) -> None:
    visitor = world.visitor()
    first = world.desk.accept(AMELIA, visitor.conversation)
    assert world.desk.accept(AMELIA, visitor.conversation).conversation == first.conversation
    assert [e.kind for e in world.record(visitor.conversation)] == ["opened", "joined"]
    assert world.bus.published.count(("ConversationAccepted", visitor.conversation)) == 1


def test_only_the_owner_may_join_release_or_close(world: World) -> None:
    officer, other, visitor = world.officer(), world.officer(TOM), world.visitor()
    officer.take(visitor.conversation)
    with pytest.raises(Forbidden):
        other.join(visitor.conversation)
    with pytest.raises(Forbidden):
        world.desk.release(TOM, visitor.conversation)
    with pytest.raises(Forbidden):
        world.service.close(other.caller, visitor.conversation, "safety_plan")


def test_an_officer_who_gave_it_back_no_longer_hears_it(world: World) -> None:
    officer, visitor = world.officer(), world.visitor()
    officer.take(visitor.conversation)
    world.desk.release(AMELIA, visitor.conversation)
    before = len(officer.got("event"))
    visitor.say("¿hola?")
    assert len(officer.got("event")) == before
    assert [c.id for c in world.desk.queue(TOM).waiting] == [visitor.conversation]


def test_joining_is_audited_once_for_each_socket(world: World) -> None:
    officer, visitor = world.officer(), world.visitor()
    officer.take(visitor.conversation)
    officer.join(visitor.conversation, last=1)
    officer.join(visitor.conversation, last=2)
    read = {"what": "TranscriptRead", "by": "4417", "why": "own"}
    assert world.bus.reads == [read]
    officer.lose_socket()
    officer.connect()
    officer.join(visitor.conversation)
    assert world.bus.reads == [read, read]


def test_closing_needs_an_outcome_that_the_force_knows(world: World) -> None:
    officer, visitor = world.officer(), world.visitor()
    officer.take(visitor.conversation)
    with pytest.raises(Invalid) as refused:
        world.service.close(officer.caller, visitor.conversation, "because")
    assert refused.value.field == "outcome"


def test_closing_is_told_to_both_and_asks_for_the_seal(world: World) -> None:
    officer, visitor = world.officer(), world.visitor()
    officer.take(visitor.conversation)
    world.service.close(officer.caller, visitor.conversation, "safety_plan")
    assert officer.got("event")[-1]["event"]["body"] == {"by": "officer", "outcome": "safety_plan"}
    assert visitor.got("event")[-1]["event"]["body"] == {"by": "officer"}, "the outcome is the force's own word"
    assert ("ConversationClosed", visitor.conversation) in world.bus.published


def test_an_ended_conversation_cannot_be_opened_again(world: World) -> None:
    officer, visitor = world.officer(), world.visitor()
    officer.take(visitor.conversation)
    world.service.close(visitor.caller, visitor.conversation, "")
    length = len(world.record(visitor.conversation))
    visitor.connect()
    with pytest.raises(Conflict) as refused:
        visitor.say("¿hola?")
    assert refused.value.code == "closed"
    assert len(world.record(visitor.conversation)) == length
    world.wait(hours=1)
    with pytest.raises(Conflict):
        visitor.connect()
    with pytest.raises(Forbidden):
        world.entrance.readmit(visitor.conversation, visitor.resume)


def test_who_had_no_line_when_it_ended_reads_the_last_words_and_the_end(world: World) -> None:
    officer, visitor = world.officer(), world.visitor()
    officer.take(visitor.conversation)
    visitor.say("hola")
    seen = visitor.got("ack")[-1]["event"]["seq"]
    visitor.lose_socket()
    officer.say("A car is on its way. Stay where you are.")
    world.service.close(officer.caller, visitor.conversation, "safety_plan")
    assert world.entrance.readmit(visitor.conversation, visitor.resume).ticket
    visitor.connect(last=seen)
    assert visitor.got("welcome")[0]["state"] == "closed"
    events = visitor.got("events")[0]["events"]
    assert [e["type"] for e in events] == ["message", "closed"]
    assert events[1]["body"] == {"by": "officer"}
    assert not any(p.role is Role.VISITOR for p in world.store.sockets[visitor.conversation].values())


def test_an_officer_from_whom_it_was_taken_hears_nothing_though_a_machine_stopped(world: World) -> None:
    amelia, tom, visitor = world.officer(), world.officer(TOM), world.visitor()
    amelia.take(visitor.conversation)

    def stop(step: str) -> None:
        if step == "leave":
            raise Crash

    world.on_step = stop
    with pytest.raises(Crash):
        world.desk.release(AMELIA, visitor.conversation)
    world.on_step = None
    before = len(amelia.got("event"))
    tom.take(visitor.conversation)
    visitor.say("solo para Tom")
    assert len(amelia.got("event")) == before
    tom.lose_socket()
    assert world.state(visitor.conversation).officer_gone_at is not None, "her socket does not pass for his"


def test_a_visitor_does_not_see_what_is_meant_for_officers(world: World) -> None:
    visitor = world.visitor()
    visitor.say("hola")
    world.wait(minutes=5)
    world.watch.run()
    attention = next(f["event"] for f in visitor.got("event") if f["event"]["type"] == "attention")
    assert attention["body"] == {}


def test_nothing_follows_the_end_of_a_record(world: World) -> None:
    officer, visitor = world.officer(), world.visitor()
    officer.take(visitor.conversation)
    world.service.close(officer.caller, visitor.conversation, "safety_plan")
    for late in (
        lambda: world.desk.release(AMELIA, visitor.conversation),
        lambda: world.desk.accept(TOM, visitor.conversation),
        lambda: world.service.close(officer.caller, visitor.conversation, "safety_plan"),
    ):
        with pytest.raises(Conflict):
            late()
    world.service.pause(visitor.conversation)
    assert world.record(visitor.conversation)[-1].kind == "closed"


def test_a_console_opened_elsewhere_is_told_that_it_was_replaced(world: World) -> None:
    first = world.officer()
    old = first.connection
    first.connect()
    assert [f["code"] for f in world.sockets.sent[old] if f["type"] == "error"] == ["replaced"]


def test_an_officers_socket_that_has_been_silent_for_hours_does_not_count(world: World) -> None:
    world.officer()
    world.wait(hours=3)
    assert world.visitor().got("welcome")[0]["on_duty"] is False
