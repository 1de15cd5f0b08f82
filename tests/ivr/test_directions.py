"""Asking the way: the machine alone, and a directions node of the shipped tree."""

from __future__ import annotations

import pytest

from ivr import directions as d
from ivr import events as ev
from ivr.dialogue import Dialogue
from ivr.direction_words import HOW_NEXT, THERE, YES_OR_NO
from ivr.events import PlaceSeen
from ivr.state import Phase, State
from ivr.tree import load
from tests.ivr.conftest import OPEN, SHIPPED

ASKED = d.Asked(("您要去哪里？",), ("您现在在哪里？",))
TO, START = PlaceSeen("1", "香梅路"), PlaceSeen("2", "农林路")
OTHER = PlaceSeen("3", "南山区的香梅路")
SURE_TO, SURE_START = d.Found("sure", (TO,)), d.Found("sure", (START,))
WAY = d.Way("大约两公里。", ("先沿农林路向北走。", "右转。", "就到了。"))


def led(*events: d.Event, first: str = "") -> tuple[d.State, list[d.Reply]]:
    """The state after these events, and all replies."""
    state, replies = d.State(first=first), []
    for event in events:
        state, reply = d.step(ASKED, state, event, ("嗯",))
        replies.append(reply)
    return state, replies


def test_from_the_first_question_to_the_last_step() -> None:
    events = [
        d.Found("ready"), d.Heard("香梅路"), SURE_TO, d.Heard("农林路"), SURE_START,
        d.Heard("是的"), WAY, d.Heard("下一步"), d.Heard("上一步"), d.Heard("再听一遍"),
        d.Heard("继续"), d.Key("1"), d.Heard("下一步"),
    ]  # fmt: skip
    assert led(*events)[1] == [
        d.Say(("您要去哪里？",)),
        d.Find("香梅路"),
        d.Say(("您现在在哪里？",)),
        d.Find("农林路", near="1"),
        d.Say(("从农林路到香梅路，对吗？", YES_OR_NO)),
        d.Route("2", "1"),
        d.Say(("大约两公里。", "先沿农林路向北走。", HOW_NEXT)),
        d.Say(("右转。",)),
        d.Say(("先沿农林路向北走。",)),
        d.Say(("先沿农林路向北走。",)),
        d.Say(("右转。",)),
        d.Say(("就到了。", THERE)),
        d.Done(),
    ]


def test_what_was_said_before_is_the_first_answer() -> None:
    state, replies = led(d.Found("ready"), SURE_TO, first="去香梅路怎么走")
    assert replies == [d.Find("去香梅路怎么走"), d.Say(ASKED.start)] and state.to == TO


def test_words_that_name_no_place_are_no_miss() -> None:
    state, replies = led(d.Found("ready"), d.Found("nothing", why="太短。"), first="我要问路")
    assert replies[-1] == d.Say(ASKED.to) and state.tries == 0


def test_both_ends_in_one_sentence() -> None:
    _, replies = led(d.Found("ready"), d.Heard("从农林路怎么到香梅路"), SURE_TO, SURE_START)
    assert replies[1:] == [
        d.Find("香梅路"),
        d.Find("农林路", near="1"),
        d.Say(("从农林路到香梅路，对吗？", YES_OR_NO)),
    ]


@pytest.mark.parametrize("answer", ["南山区的", "第二个", "南山区的香梅路"])
def test_one_of_several(answer: str) -> None:
    state, replies = led(
        d.Found("ready"), d.Heard("香梅路"), d.Found("choose", (TO, OTHER)), d.Heard(answer)
    )
    assert replies[2] == d.Say(("您说的是香梅路，还是南山区的香梅路？",))
    assert state.to == OTHER and state.stage is d.Stage.FROM


def test_an_unsure_place_is_asked_back() -> None:
    seen = d.Found("choose", (TO,))
    state, replies = led(d.Found("ready"), d.Heard("香没路"), seen, d.Heard("不是"))
    assert replies[2] == d.Say(("您说的是香梅路，对吗？", YES_OR_NO))
    assert state.to is None and replies[3] == d.Say(ASKED.to)


def test_a_no_to_the_read_back_begins_anew() -> None:
    state, replies = led(
        d.Found("ready"), d.Heard("香梅路"), SURE_TO, d.Heard("农林路"), SURE_START, d.Key("9")
    )
    assert replies[-1] == d.Say(ASKED.to) and (state.to, state.start) == (None, None)


def test_no_way_is_said() -> None:
    found = [d.Found("ready"), d.Heard("香梅路"), SURE_TO, d.Heard("农林路"), SURE_START]
    _, replies = led(*found, d.Heard("对"), d.Way(why="走路到不了。"))
    assert replies[-1] == d.Say(("走路到不了。", "您要去哪里？"))


def test_three_misses_lead_to_a_person() -> None:
    nothing = d.Found("nothing", why="没有找到。")
    _, replies = led(d.Found("ready"), d.Heard("啊"), nothing, d.Silence(), d.Heard("啊"), nothing)
    assert replies[2] == d.Say(("没有找到。", "您要去哪里？"))
    assert replies[-1] == d.Person()


def test_silence_between_steps_ends_it_in_the_end() -> None:
    found = [d.Found("ready"), d.Heard("香梅路"), SURE_TO, d.Heard("农林路"), SURE_START]
    _, replies = led(*found, d.Heard("对"), WAY, d.Silence(), d.Silence(), d.Silence())
    assert replies[-3:] == [d.Say((HOW_NEXT,)), d.Say((HOW_NEXT,)), d.Done()]


# ---- in the shipped tree -------------------------------------------------------------------------

DIALOGUE = Dialogue(load(SHIPPED))


def run(*events: ev.Event) -> tuple[State, list[ev.Effect]]:
    """A call that has heard the notice, and these events; the effects of the last."""
    state, effects = DIALOGUE.start(OPEN)
    state, effects = DIALOGUE.step(state, ev.SayDone(state.saying), OPEN)
    for event in events:
        state, effects = DIALOGUE.step(state, event, OPEN)
    return state, list(effects)


def test_a_caller_who_names_the_place_at_once() -> None:
    state, effects = run(ev.Speech("去香梅路怎么走", 0.9), ev.PlacesFound("ready"))
    assert state.node == "directions"
    assert ev.FindPlace("去香梅路怎么走") in effects


def test_key_three_asks() -> None:
    state, effects = run(ev.Digit("3"), ev.PlacesFound("ready"))
    assert state.phase is Phase.LISTENING
    assert any(isinstance(e, ev.Say) and e.texts == ("您要去哪里？",) for e in effects)


def test_without_places_a_person() -> None:
    _, effects = run(ev.Digit("3"), ev.PlacesFound("unavailable"))
    assert any(isinstance(e, ev.Say) and e.texts == ("问路服务由人工为您解答。",) for e in effects)


def test_nothing_found_in_time_is_a_person() -> None:
    state, _ = run(ev.Digit("3"))
    state, effects = DIALOGUE.step(state, ev.TimerFired(state.timer), OPEN)
    assert any(isinstance(e, ev.Say) and "人工" in e.texts[0] for e in effects)


def test_people_and_alarms_are_reached_between_steps() -> None:
    told = [
        ev.Speech("去香梅路怎么走", 0.9), ev.PlacesFound("ready"), ev.PlacesFound("sure", (TO,)),
        ev.Speech("农林路", 0.9), ev.PlacesFound("sure", (START,)), ev.Digit("1"),
        ev.WayFound("大约两公里。", ("先沿农林路向北走。", "就到了。")),
    ]  # fmt: skip
    state, effects = run(*told)
    assert state.way.stage is d.Stage.STEPS
    assert any(isinstance(e, ev.Say) and e.texts[0] == "大约两公里。" for e in effects)
    assert run(*told, ev.Speech("转人工", 0.9))[0].phase is Phase.QUEUED
    assert run(*told, ev.Digit("2"))[0].emergency
    state, _ = run(*told, ev.Digit("1"), ev.Digit("1"))
    assert state.node == "anything_else"
