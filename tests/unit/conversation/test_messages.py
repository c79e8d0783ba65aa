"""One message: stored once, in order, translated once, acknowledged after it is stored, delivered to nobody else."""

from __future__ import annotations

import pytest

from harbour.conversation.model import ClientId, Kind
from harbour.conversation.ports import Moved
from harbour.evidence.chain import GENESIS, commitment, head_hash
from harbour.runtime.errors import Conflict, Forbidden, Invalid
from harbour.translation.model import Translation
from tests.unit.conversation.world import TOM, Crash, Person, World


@pytest.fixture
def pair(world: World) -> tuple[Person, Person]:
    officer = world.officer()
    visitor = world.visitor()
    officer.take(visitor.conversation)
    return visitor, officer


def test_a_message_reaches_the_officer_in_both_languages(pair: tuple[Person, Person]) -> None:
    visitor, officer = pair
    visitor.say("No puedo hablar")
    body = officer.got("event")[-1]["event"]["body"]
    assert body["text"] == "No puedo hablar"
    assert body["language"] == "es"
    assert body["translations"] == [{"to": "en", "from": "es", "text": "[es>en] No puedo hablar", "engine": "test"}]


def test_the_sender_is_acknowledged_with_the_same_event(pair: tuple[Person, Person]) -> None:
    visitor, officer = pair
    visitor.say("hola")
    ack = visitor.got("ack")[-1]
    assert ack["n"] == 1
    assert ack["duplicate"] is False
    assert ack["event"] == officer.got("event")[-1]["event"]


def test_it_is_stored_before_anybody_hears_of_it(world: World, pair: tuple[Person, Person]) -> None:
    visitor, _ = pair
    world.steps.clear()
    visitor.say("hola")
    assert world.steps == ["tail", "append", "append done", "post", "post"]


def test_the_hot_path_is_one_read_one_write_and_a_post_to_each_party(world: World, pair: tuple[Person, Person]) -> None:
    visitor, _ = pair
    for _ in range(40):  # people who have nothing to do with it
        world.visitor()
    world.steps.clear()
    visitor.say("hola")
    counted = {name: world.steps.count(name) for name in ("tail", "append", "post", "events", "change")}
    assert counted == {"tail": 1, "append": 1, "post": 2, "events": 0, "change": 0}


def test_nobody_outside_the_conversation_gets_a_frame(world: World, pair: tuple[Person, Person]) -> None:
    visitor, _ = pair
    stranger, other = world.visitor(), world.officer(TOM)
    before = len(stranger.frames), len(other.frames)
    visitor.say("solo para Amelia")
    assert (len(stranger.frames), len(other.frames)) == before


def test_text_is_kept_exactly_as_it_was_written(world: World, pair: tuple[Person, Person]) -> None:
    visitor, _ = pair
    text = "  e\u0301 \u202eabc\u200f\t\n 😀\u0000 "
    visitor.say(text)
    assert world.texts(visitor.conversation) == [text]


def test_a_resend_is_acknowledged_again_and_stored_once(world: World, pair: tuple[Person, Person]) -> None:
    visitor, officer = pair
    visitor.say("hola")
    visitor.say("hola", n=1)
    acks = visitor.got("ack")
    assert [a["duplicate"] for a in acks] == [False, True]
    assert acks[0]["event"] == acks[1]["event"]
    assert world.texts(visitor.conversation) == ["hola"]
    assert officer.seen_texts() == ["hola"]


def test_a_message_whose_store_answered_too_late_still_reaches_the_officer(
    world: World, pair: tuple[Person, Person]
) -> None:
    """The first try was stored, its answer lost; the second is refused, because its number is taken."""
    visitor, officer = pair
    lost = False

    def answer_is_lost(step: str) -> None:
        nonlocal lost
        if step == "append done" and not lost:
            lost = True
            raise Moved

    world.on_step = answer_is_lost
    visitor.say("hola")
    assert world.texts(visitor.conversation) == ["hola"]
    assert officer.seen_texts() == ["hola"]
    assert visitor.got("ack")[-1]["n"] == 1


def test_a_message_that_was_stored_and_not_delivered_is_delivered_with_the_resend(
    world: World, pair: tuple[Person, Person]
) -> None:
    visitor, officer = pair

    def stop(step: str) -> None:
        if step == "append done":
            raise Crash

    world.on_step = stop
    with pytest.raises(Crash):
        visitor.say("hola")
    world.on_step = None
    visitor.say("hola", n=1)
    assert world.texts(visitor.conversation) == ["hola"]
    assert officer.seen_texts() == ["hola"]


def test_a_resend_of_an_older_message_finds_its_own_number(world: World, pair: tuple[Person, Person]) -> None:
    visitor, _ = pair
    for text in ("uno", "dos", "tres"):
        visitor.say(text)
    visitor.say("uno", n=1)
    assert visitor.got("ack")[-1]["event"]["body"]["text"] == "uno"
    assert world.texts(visitor.conversation) == ["uno", "dos", "tres"]


def test_a_resend_is_recognised_after_many_other_pages_have_spoken(world: World, pair: tuple[Person, Person]) -> None:
    visitor, officer = pair
    visitor.say("hola")
    first_page, first_n = visitor.client, visitor.n
    for number in range(6):  # the page was loaded again and again
        visitor.client, visitor.n = ClientId(f"reloaded-{number}"), 0
        visitor.connect()
        visitor.say(f"otra vez {number}")
    visitor.client = first_page
    visitor.connect()
    visitor.say("hola", n=first_n)
    assert visitor.got("ack")[-1]["duplicate"] is True
    assert world.texts(visitor.conversation).count("hola") == 1
    visitor.say("después", n=first_n + 1)
    assert world.texts(visitor.conversation)[-1] == "después"
    del officer


def test_a_gap_in_the_counter_is_refused_and_says_what_is_expected(pair: tuple[Person, Person]) -> None:
    visitor, _ = pair
    visitor.say("uno")
    with pytest.raises(Invalid) as refused:
        visitor.say("tres", n=3)
    assert (refused.value.code, refused.value.extra) == ("counter_gap", {"expected": 2})


def test_a_lost_race_is_tried_again_and_translated_only_once(world: World, pair: tuple[Person, Person]) -> None:
    visitor, officer = pair
    raced = False

    def race(step: str) -> None:
        nonlocal raced
        if step == "append" and not raced:
            raced = True
            officer.say("I am here")

    world.on_step = race
    world.translation.calls.clear()
    visitor.say("ayuda")
    assert world.texts(visitor.conversation) == ["I am here", "ayuda"]
    assert [call[0] for call in world.translation.calls] == ["ayuda", "I am here"]


def test_the_chain_holds_from_the_first_event(world: World, pair: tuple[Person, Person]) -> None:
    visitor, officer = pair
    visitor.say("hola")
    officer.say("hello")
    prev = GENESIS
    for seq, entry in enumerate(world.record(visitor.conversation), start=1):
        assert entry.seq == seq
        assert entry.event.head.prev == prev
        assert entry.event.head.commit == commitment(entry.event.salt, entry.event.body)
        prev = head_hash(entry.event.head)
        assert entry.hash == prev


def test_time_never_runs_backwards_in_the_record(world: World, pair: tuple[Person, Person]) -> None:
    visitor, _ = pair
    visitor.say("uno")
    world.wait(minutes=-30)
    visitor.say("dos")
    stamps = [e.event.head.ts for e in world.record(visitor.conversation)]
    assert stamps == sorted(stamps)


def test_a_message_without_an_engine_is_delivered_as_it_is_and_says_so(
    world: World, pair: tuple[Person, Person]
) -> None:
    visitor, officer = pair
    world.translation.fail = "no_engine"
    visitor.say("pomoc")
    body = officer.got("event")[-1]["event"]["body"]
    assert body["text"] == "pomoc"
    assert body["untranslated"] == [{"to": "en", "reason": "no_engine"}]
    assert world.late.asked == []


def test_a_late_translation_is_asked_for_and_becomes_an_event_of_its_own(
    world: World, pair: tuple[Person, Person]
) -> None:
    visitor, officer = pair
    world.translation.fail = "timeout"
    visitor.say("ayuda")
    message = world.record(visitor.conversation)[-1]
    assert world.late.asked == [(visitor.conversation, message.seq, ("en",))]
    world.translation.fail = None
    assert world.later.translate(visitor.conversation, message.seq, "en")
    body = officer.got("event")[-1]["event"]["body"]
    assert (body["of"], body["of_commit"], body["text"]) == (message.seq, message.event.head.commit, "[es>en] ayuda")
    assert not world.later.translate(visitor.conversation, message.seq, "en"), "the queue delivered it twice"
    assert [e.kind for e in world.record(visitor.conversation)].count(Kind.TRANSLATION) == 1


def test_what_people_have_translated_and_checked_is_what_she_reads(world: World, pair: tuple[Person, Person]) -> None:
    visitor, officer = pair
    checked = Translation("es", "en", "¿Está a salvo?", "prepared:safe_now")
    world.prepared["Are you safe?", "es"] = checked
    world.translation.calls.clear()
    officer.say("Are you safe?")
    assert visitor.got("event")[-1]["event"]["body"] == {
        "text": "Are you safe?",
        "language": "en",
        "translations": [checked.as_body()],
    }
    assert world.translation.calls == [], "no machine was asked"
    assert world.late.asked == []


def test_prepared_words_are_the_officers_only_and_only_as_they_stand(world: World, pair: tuple[Person, Person]) -> None:
    visitor, officer = pair
    world.prepared["Are you safe?", "es"] = Translation("es", "en", "¿Está a salvo?", "prepared:safe_now")
    world.prepared["Are you safe?", "en"] = Translation("en", "en", "never", "prepared:safe_now")
    officer.say("Are you safe? And your son?")
    visitor.say("Are you safe?")
    said = [e.event.body["translations"] for e in world.record(visitor.conversation) if e.kind == Kind.MESSAGE]
    assert [t["engine"] for both in said for t in both] == ["test", "test"]  # type: ignore[index,union-attr,call-overload]


def test_a_language_is_recognised_once(world: World) -> None:
    officer = world.officer()
    visitor = world.visitor(language="auto")
    officer.take(visitor.conversation)
    world.translation.detects = "so"
    visitor.say("I caawi")
    visitor.say("fadlan")
    assert [source for _, source, _ in world.translation.calls] == ["auto", "so"]
    assert world.state(visitor.conversation).language == "so"
    officer.say("I am here")
    assert world.translation.calls[-1] == ("I am here", "en", ("so",))


def test_an_officer_who_reads_another_language_gets_what_was_said_before_in_it(world: World) -> None:
    visitor, officer = world.visitor(), world.officer(TOM, language="pl")
    visitor.say("hola")
    visitor.say("😀 123")
    officer.take(visitor.conversation)
    asked = [(visitor.conversation, 2, ("pl",))]
    assert world.late.asked == asked, "the emoji says the same to all"
    visitor.say("¿quién es?")
    assert officer.got("event")[-1]["event"]["body"]["translations"][0]["to"] == "pl"
    assert world.later.translate(visitor.conversation, 2, "pl")
    officer.lose_socket()
    officer.connect()
    officer.join(visitor.conversation)
    assert world.late.asked == asked, "it is there"
    assert officer.seen_texts() == ["hola", "😀 123", "¿quién es?"]


def test_an_officer_who_spoke_before_the_language_was_known_is_translated_then(world: World) -> None:
    visitor, officer = world.visitor(language="auto"), world.officer()
    officer.take(visitor.conversation)
    officer.say("Hello, are you safe?")
    assert "translations" not in visitor.got("event")[-1]["event"]["body"], "nobody knows yet into what"
    world.translation.detects = "pl"
    visitor.say("Nie wiem")
    first = next(e for e in world.record(visitor.conversation) if e.kind == Kind.MESSAGE)
    assert world.late.asked == [(visitor.conversation, first.seq, ("pl",))]
    assert world.later.translate(visitor.conversation, first.seq, "pl")
    assert visitor.got("event")[-1]["event"]["body"]["text"] == "[en>pl] Hello, are you safe?"


def test_a_socket_that_has_not_said_hello_may_not_speak(world: World, pair: tuple[Person, Person]) -> None:
    visitor, _ = pair
    stranger = world.officer(TOM)
    stranger.conversation = visitor.conversation
    with pytest.raises(Forbidden) as refused:
        stranger.say("let me in")
    assert refused.value.code == "not_joined"


def test_what_a_forgotten_socket_sends_is_kept_and_its_page_is_told_to_say_hello(
    world: World, pair: tuple[Person, Person]
) -> None:
    visitor, officer = pair
    world.store.leave(visitor.conversation, visitor.connection)
    with pytest.raises(Forbidden) as refused:
        visitor.say("hola")
    assert refused.value.code == "not_joined"
    assert officer.seen_texts() == ["hola"]
    with pytest.raises(Forbidden):
        visitor.say("hola", n=1)
    visitor.connect()
    assert visitor.got("welcome")[0]["n"] == 1, "the page need not send it again"
    visitor.say("hola", n=1)
    assert world.texts(visitor.conversation) == ["hola"]


def test_an_ended_conversation_takes_no_more(pair: tuple[Person, Person]) -> None:
    visitor, officer = pair
    officer.world.service.close(officer.caller, visitor.conversation, "safety_plan")
    with pytest.raises(Conflict) as refused:
        visitor.say("espera")
    assert refused.value.code == "closed"


def test_a_dead_socket_costs_the_others_nothing_and_is_forgotten(world: World, pair: tuple[Person, Person]) -> None:
    visitor, officer = pair
    officer.lose_socket(noticed=False)
    visitor.say("hola")
    assert visitor.got("ack")
    assert officer.connection not in world.store.sockets[visitor.conversation]
    world.steps.clear()
    visitor.say("¿sigue ahí?")
    assert world.steps.count("post") == 1


def test_a_socket_that_missed_a_frame_comes_back_and_gets_it(world: World, pair: tuple[Person, Person]) -> None:
    visitor, officer = pair
    visitor.say("uno")
    last = officer.got("event")[-1]["event"]["seq"]
    world.sockets.unreachable.add(officer.connection)
    visitor.say("dos")
    officer.connect()
    officer.join(visitor.conversation, last)
    assert officer.seen_texts() == ["dos"]


def test_too_many_lost_races_store_nothing_and_say_try_again(world: World, pair: tuple[Person, Person]) -> None:
    visitor, _ = pair
    before = world.snapshot()

    def always(step: str) -> None:
        if step == "append":
            raise Moved

    world.on_step = always
    with pytest.raises(Exception, match="Nothing was stored"):
        visitor.say("hola")
    world.on_step = None
    assert world.snapshot() == before


def test_missed_events_come_in_frames_that_fit(world: World, pair: tuple[Person, Person]) -> None:
    visitor, officer = pair
    officer.lose_socket()
    for number in range(12):
        visitor.say(f"{number} " + "ä" * 3_900)
    officer.connect()
    officer.join(visitor.conversation, 2)
    frames = officer.got("events")
    assert len(frames) > 1
    assert [f["more"] for f in frames] == [True] * (len(frames) - 1) + [False]
    assert officer.seen_texts() == world.texts(visitor.conversation)
