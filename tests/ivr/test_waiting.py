"""Who waits: told of the place, books a call-back, asks the machine meanwhile, keeps the place."""

from __future__ import annotations

from datetime import timedelta

import pytest

from ivr import events as ev
from ivr.dialogue import Dialogue
from ivr.standing import EVERY
from ivr.state import Phase
from tests.ivr.conftest import OPEN
from tests.ivr.walk import Walk

OWN = frozenset({"number", "call_backs"})


def waiting(shipped: Dialogue, known: frozenset[str] = OWN) -> Walk:
    """A caller who asked for a person in office hours."""
    walk = Walk(shipped, OPEN, known).to_question().press("0")
    assert walk.state.node == "waiting" and walk.state.phase is Phase.QUEUED
    return walk


def told(walk: Walk, ahead: int, wait_s: float | None = None) -> str:
    """What the caller hears of their place."""
    walk.send(ev.QueueStanding(ahead, wait_s))
    return "".join(text for say in walk.of(ev.SayWaiting) for text in say.texts)


def test_place_and_wait_are_told_over_the_music_with_what_can_be_done(shipped: Dialogue) -> None:
    walk = waiting(shipped)
    said = told(walk, 3, 290)
    assert said.startswith("您前面还有三位。大约需要等五分钟。不想等，请按1，")
    assert "请按3" in said
    assert walk.state.phase is Phase.QUEUED and not walk.of(ev.Say)


def test_no_more_than_once_a_minute_and_offers_less_often(shipped: Dialogue) -> None:
    walk = waiting(shipped)
    assert told(walk, 3)
    walk.now += EVERY - timedelta(seconds=1)
    assert not told(walk, 1)
    walk.now += timedelta(seconds=1)
    assert told(walk, 1) == "您前面还有一位。"
    walk.now += EVERY
    assert told(walk, 0) == "下一位就是您。"
    walk.now += EVERY
    assert "请按1" in told(walk, 0)


def test_nothing_over_an_emergency(shipped: Dialogue) -> None:
    walk = Walk(shipped, OPEN, OWN).to_question().press("2")
    assert walk.state.node == "emergency"
    assert not told(walk, 2, 100)
    assert not walk.press("1").effects and not walk.press("3").effects


def test_nothing_while_a_cry_is_asked_back(shipped: Dialogue) -> None:
    walk = waiting(shipped).cry("我摔倒了")
    assert walk.state.asked_back
    assert not told(walk, 2, 100)


def test_without_a_way_out_no_call_back_is_offered_or_taken(shipped: Dialogue) -> None:
    walk = waiting(shipped, frozenset({"number"}))
    assert "请按1" not in told(walk, 3) and "请按3" in "".join(
        text for say in walk.of(ev.SayWaiting) for text in say.texts
    )
    assert not walk.press("1").of(ev.BookCallBack)
    assert walk.state.phase is Phase.QUEUED


@pytest.mark.parametrize("how", ["1", "不想等了", "给我打回来"])
def test_a_call_back_to_the_own_number(shipped: Dialogue, how: str) -> None:
    walk = waiting(shipped)
    walk.press(how) if len(how) == 1 else walk.say(how)
    assert walk.of(ev.BookCallBack) == [ev.BookCallBack("")]
    assert walk.of(ev.KeepPlace) == [ev.KeepPlace(True)]
    walk.send(ev.CallBackBooked("kept"))
    assert "给您打回来" in walk.said and ev.KeepPlace(False) in walk.effects
    assert walk.notes("call_back") == ["kept"]
    walk.hear_out()
    assert walk.state.node == "book_change"
    walk.wait().hear_out()
    assert walk.ended


def number(walk: Walk, digits: str) -> Walk:
    """Key a number in and say that it is right."""
    for digit in digits + "#":
        walk.press(digit)
    walk.hear_out()
    return walk.press("1")


def test_a_call_back_to_another_number_which_is_read_back(shipped: Dialogue) -> None:
    walk = waiting(shipped).press("1").send(ev.CallBackBooked("kept")).hear_out()
    walk.press("1").hear_out()
    assert walk.state.node == "book_number"
    for digit in "13800138000":
        walk.press(digit)
    assert "幺三八" in walk.said
    walk.hear_out().press("1")
    assert walk.of(ev.BookCallBack) == [ev.BookCallBack("13800138000")]
    walk.send(ev.CallBackBooked("kept", given=True)).hear_out()
    assert walk.ended


def test_who_hides_the_number_is_asked_for_one(shipped: Dialogue) -> None:
    walk = waiting(shipped, frozenset({"call_backs"})).press("1")
    assert walk.state.node == "book_number" and not walk.of(ev.BookCallBack)
    walk.hear_out()
    for digit in "13800138000":
        walk.press(digit)
    walk.hear_out().press("1")
    assert walk.of(ev.BookCallBack) == [ev.BookCallBack("13800138000")]


def test_who_gives_no_number_waits_on_in_the_old_place(shipped: Dialogue) -> None:
    walk = waiting(shipped, frozenset({"call_backs"})).press("1").hear_out()
    for _ in range(4):
        if walk.state.phase is not Phase.QUEUED:
            walk.wait().hear_out()
    assert walk.state.node == "waiting" and walk.state.phase is Phase.QUEUED
    assert ev.KeepPlace(False) not in walk.all


@pytest.mark.parametrize(
    ("status", "node"),
    [("refused", "book_number"), ("unavailable", "waiting"), ("nonsense", "waiting")],
)
def test_what_cannot_be_booked(shipped: Dialogue, status: str, node: str) -> None:
    walk = waiting(shipped).press("1").send(ev.CallBackBooked(status)).hear_out()
    assert walk.state.node == node
    assert ev.KeepPlace(False) not in walk.all and not walk.ended


def test_a_desk_that_does_not_answer_costs_nothing(shipped: Dialogue) -> None:
    walk = waiting(shipped).press("1").wait().hear_out()
    assert walk.state.node == "waiting" and walk.state.phase is Phase.QUEUED
    assert walk.notes("call_back") == ["unavailable"]
    assert not walk.send(ev.CallBackBooked("kept")).effects


def test_one_call_back_a_call(shipped: Dialogue) -> None:
    walk = waiting(shipped).press("1").send(ev.CallBackBooked("kept")).hear_out().press("0")
    assert walk.state.node == "waiting"
    assert "请按1" not in told(walk, 3)


def asking(shipped: Dialogue) -> Walk:
    """Who asks the machine meanwhile."""
    walk = waiting(shipped).press("3")
    assert walk.state.node == "need_meanwhile" and walk.state.holding == "waiting"
    assert ev.KeepPlace(True) in walk.effects
    return walk.hear_out()


ANSWER = ev.Answered("answer", "dibao", "低保", "到街道申请。", "办法", 0.9)


def test_the_machine_answers_meanwhile_and_the_caller_comes_back(shipped: Dialogue) -> None:
    walk = asking(shipped).say("低保怎么申请")
    assert walk.of(ev.Ask)
    walk.send(ANSWER).hear_out()
    assert walk.state.node == "anything_else" and not told(walk, 1)
    walk.say("没有了")
    assert walk.state.node == "waiting" and walk.state.phase is Phase.QUEUED and not walk.ended
    (enqueue,) = walk.of(ev.Enqueue)
    assert "您的位置还在" in enqueue.texts[0]
    assert walk.state.holding == "" and ev.KeepPlace(False) not in walk.all


@pytest.mark.parametrize("way", ["silence", "0"])
def test_silence_and_0_lead_back_to_the_queue(shipped: Dialogue, way: str) -> None:
    walk = asking(shipped)
    walk.press("0") if way == "0" else walk.wait().hear_out()
    assert walk.state.node == "waiting" and walk.state.phase is Phase.QUEUED
    assert "您的位置还在" in walk.of(ev.Enqueue)[0].texts[0]


def test_a_person_comes_while_the_machine_talks(shipped: Dialogue) -> None:
    walk = asking(shipped).say("低保怎么申请").send(ANSWER).send(ev.PersonCame())
    assert (walk.state.node, walk.state.phase) == ("waiting", Phase.QUEUED)
    assert not walk.state.saying and not walk.state.timer
    walk.send(ev.PersonLeft())
    assert walk.state.node == "goodbye"


def test_the_wait_ends_while_the_machine_talks(shipped: Dialogue) -> None:
    walk = asking(shipped).send(ev.QueueEnded("nobody"))
    assert walk.state.node == "message_nobody" and walk.state.holding == ""


def test_a_cry_while_the_machine_talks_goes_before_everyone(shipped: Dialogue) -> None:
    walk = asking(shipped).press("2")
    assert walk.state.node == "emergency"
    assert walk.of(ev.Enqueue)[0].priority == "emergency"
    assert not told(walk, 0)


def test_who_is_called_back_hears_who_calls_and_waits_at_the_head(shipped: Dialogue) -> None:
    walk = Walk(shipped, OPEN, OWN | {"called_back"})
    (enqueue,) = walk.of(ev.Enqueue)
    assert "12349民政服务热线" in enqueue.texts[0] and any("录音" in t for t in enqueue.texts)
    assert walk.state.phase is Phase.QUEUED


def test_all_that_is_said_is_rendered_beforehand(shipped: Dialogue) -> None:
    fixed = set(shipped.tree.fixed_texts())
    assert {"您前面还有三位。", "大约需要等五分钟。", "下一位就是您。"} <= fixed
    assert any("打回来" in text for text in fixed)
