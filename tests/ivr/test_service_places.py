"""Looking for a service place: the machine alone, and the node of the shipped tree."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from ivr import events as ev
from ivr import service_places as s
from ivr.direction_words import YES_OR_NO
from ivr.events import PlaceSeen, ServicePlaceSeen, ServicePlacesFound
from ivr.matching import best
from ivr.nodes import ListenNode
from ivr.service_place_words import HOW_AGAIN, HOW_NEXT, PHRASES, THAT_IS_ALL
from ivr.state import Phase
from ivr.tree import load
from tests.ivr.conftest import SHIPPED
from tests.ivr.walk import Walk

Call = Callable[..., Walk]

ASKED = s.Asked(("您要找什么地方？",), ("请问您在哪个区？",))
A = ServicePlaceSeen("23.1,113.2,甲养老院", "甲养老院", ("第一家，甲养老院。", "地址，一路1号。"))
B = ServicePlaceSeen("", "乙养老院", ("第二家，乙养老院。",))
HERE, THERE = PlaceSeen("at:1", "越秀区的人民路"), PlaceSeen("at:2", "南海区的人民路")
FOUND = ServicePlacesFound(
    "found", "care_home", "养老机构", "area:440104", places=(A, B), why="越秀区有两家养老机构。"
)
WHERE = ServicePlacesFound("where", "care_home", "养老机构")
KIND = ServicePlacesFound("kind")


def led(*events: s.Event) -> tuple[s.State, list[s.Reply]]:
    """The state after these events, and all replies."""
    state, replies = s.State(), []
    for event in events:
        state, reply = s.step(ASKED, state, event, ("嗯",))
        replies.append(reply)
    return state, replies


def test_one_after_the_other_again_and_back() -> None:
    _, replies = led(
        FOUND, s.Heard("下一个"), s.Heard("上一个"), s.Key("8"), s.Heard("还有别的吗"), s.Key("1")
    )
    assert replies == [
        s.Say(("越秀区有两家养老机构。", *A.texts, HOW_NEXT)),
        s.Say((*B.texts, THAT_IS_ALL, HOW_AGAIN)),
        s.Say(A.texts),
        s.Say(A.texts),
        s.Say((*B.texts, THAT_IS_ALL, HOW_AGAIN)),
        s.Done(),
    ]


def test_where_is_asked_and_what_is_known_is_kept() -> None:
    _, replies = led(WHERE, s.Heard("越秀区"), FOUND)
    assert replies[:2] == [s.Say(("请问您在哪个区？",)), s.Find("越秀区", "care_home")]
    assert replies[2] == s.Say((FOUND.why, *A.texts, HOW_NEXT))


def test_kind_then_where() -> None:
    _, replies = led(KIND, s.Heard("养老院", "养路院"), WHERE)
    assert replies == [
        s.Say(("您要找什么地方？",)), s.Find("养老院", otherwise="养路院"),
        s.Say(("请问您在哪个区？",)),
    ]  # fmt: skip


@pytest.mark.parametrize("answer", ["南海区的", "第二个", "南海区的人民路"])
def test_one_of_several_places(answer: str) -> None:
    choose = ServicePlacesFound("choose", "care_home", "养老机构", choices=(HERE, THERE))
    state, replies = led(WHERE, s.Heard("人民路"), choose, s.Heard(answer))
    assert replies[2] == s.Say(("您说的是越秀区的人民路，还是南海区的人民路？",))
    assert replies[3] == s.Find("", "care_home", "at:2") and state.stage is s.Stage.WHICH


@pytest.mark.parametrize(
    ("answer", "reply"),
    [
        (s.Heard("是的"), s.Find("", "care_home", "at:1")),
        (s.Key("1"), s.Find("", "care_home", "at:1")),
        (s.Heard("不是"), s.Say(("请问您在哪个区？",))),
        (s.Key("9"), s.Say(("请问您在哪个区？",))),
        (s.Heard("东山口"), s.Find("东山口", "care_home")),
    ],
)
def test_an_unsure_place_is_asked_back(answer: s.Event, reply: s.Reply) -> None:
    choose = ServicePlacesFound("choose", "care_home", "养老机构", choices=(HERE,))
    _, replies = led(WHERE, s.Heard("人名路"), choose, answer)
    assert replies[2] == s.Say(("您说的是越秀区的人民路，对吗？", YES_OR_NO))
    assert replies[3] == reply


def test_the_way_begins_where_the_caller_is() -> None:
    near = ServicePlacesFound("found", "care_home", "养老机构", "at:1", HERE, places=(A,))
    assert led(near, s.Heard("这里怎么走"))[1][-1] == s.ShowTheWay(A, HERE)
    assert led(FOUND, s.Key("3"))[1][-1] == s.ShowTheWay(A, None)


def test_another_question_while_one_is_told() -> None:
    state, replies = led(FOUND, s.Heard("那救助站呢"))
    assert replies[-1] == s.Find("那救助站呢", "care_home", "area:440104")
    # It named nothing: what was being told stays.
    state, reply = s.step(ASKED, state, WHERE, ())
    assert reply == s.Say((HOW_NEXT,)) and state.places == (A, B)


def test_nothing_is_told_plainly() -> None:
    nothing = ServicePlacesFound("nothing", "canteen", "长者饭堂", why="没有登记长者饭堂。")
    assert led(nothing)[1] == [s.Nothing(("没有登记长者饭堂。",))]


def test_three_misses_lead_to_a_person() -> None:
    lost = ServicePlacesFound("where", "care_home", "养老机构", why="没有找到。")
    _, replies = led(WHERE, s.Heard("啊啊"), lost, s.Silence(), s.Heard("啊啊"), lost)
    assert replies[2] == s.Say(("没有找到。", "请问您在哪个区？"))
    assert replies[-1] == s.Person()


def test_silence_after_a_place_ends_it_in_the_end() -> None:
    assert led(FOUND, s.Silence(), s.Silence(), s.Silence())[1][1:] == [
        s.Say((HOW_NEXT,)), s.Say((HOW_NEXT,)), s.Done(),
    ]  # fmt: skip
    assert led(FOUND, s.Heard("知道了谢谢"))[1][-1] == s.Done()


# ---- in the shipped tree -------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "附近的养老院",
        "离我最近的婚姻登记处在哪",
        "越秀区有哪些养老院",
        "请问天河区的民政局在哪里",
        "我想找附近的老人饭堂",
        "附近有没有救助站",
        "最近的养老院怎么走",
        "养老院的电话是多少",
    ],
)
def test_what_callers_say_leads_there_with_their_words(call: Call, text: str) -> None:
    walk = call().to_question().say(text)
    assert walk.state.node == "service_places"
    assert walk.of(ev.FindServicePlaces) == [ev.FindServicePlaces(text)]
    assert walk.notes("intent") == ["service_places"] and walk.notes("question") == [text]


@pytest.mark.parametrize(
    "text",
    [
        "养老院怎么备案", "我想开个养老院去哪里备案", "救助站可以住多久", "离婚要跑民政局几趟",
        "结婚登记要带什么材料", "去民政局怎么走", "从火车站到婚姻登记处怎么走", "低保在哪里申请",
        "我要投诉养老院", "救助站管不管流浪的人",
    ],
)  # fmt: skip
def test_what_is_asked_otherwise_goes_where_it_went(call: Call, text: str) -> None:
    assert call().to_question().say(text).state.node != "service_places"


def test_no_phrase_sounds_like_a_word_of_distress() -> None:
    tree = load(SHIPPED)
    asking = tree.nodes["need"]
    assert isinstance(asking, ListenNode)
    wanted = next(choice for choice in asking.choices if choice.intent == "service_places")
    assert [phrase for phrase in wanted.mentions if tree.distress.spot(phrase)] == []
    assert [phrase for phrase in PHRASES if tree.distress.spot(phrase)] == []
    assert all(best(phrase, 0.0, tree.anywhere, ()) is None for phrase in wanted.mentions)


def told(call: Call) -> Walk:
    """A caller who hears the first of two places."""
    return call().to_question().say("附近的养老院").send(FOUND)


def test_a_whole_call_to_its_end(call: Call) -> None:
    walk = call().to_question().say("附近的养老院").send(WHERE)
    assert walk.said == "请问您在哪个区？也可以说附近的路名。"
    walk.hear_out().say("越秀区")
    assert walk.of(ev.FindServicePlaces) == [ev.FindServicePlaces("越秀区", "", "care_home")]
    walk.send(FOUND)
    assert walk.said == f"{FOUND.why}{''.join(A.texts)}{HOW_NEXT}"
    walk.hear_out().say("下一个")
    assert walk.said.startswith("第二家")
    walk.hear_out().say("知道了")
    assert walk.state.node == "anything_else"
    assert walk.notes("topic") == ["养老机构"] * 2 and walk.notes("disposition") == ["machine"]


def test_the_way_to_a_place_that_was_told(call: Call) -> None:
    walk = told(call).hear_out().say("怎么走")
    assert walk.state.node == "directions" and walk.state.going is None
    walk.send(ev.PlacesFound("ready"))
    assert "您现在在哪里" in walk.said
    walk.hear_out().say("人民路").send(ev.PlacesFound("sure", (HERE,)))
    assert "从越秀区的人民路到甲养老院，对吗" in walk.said
    walk.hear_out().say("是的")
    assert walk.of(ev.FindWay) == [ev.FindWay(HERE.token, A.token)]


def test_the_way_from_the_place_that_was_named(call: Call) -> None:
    near = ServicePlacesFound("found", "care_home", "养老机构", "at:1", HERE, places=(A,))
    walk = call().to_question().say("附近的养老院").send(near).hear_out().press("3")
    walk.send(ev.PlacesFound("ready"))
    assert "从越秀区的人民路到甲养老院，对吗" in walk.said


def test_the_way_to_a_place_without_a_position_is_asked_by_its_name(call: Call) -> None:
    walk = told(call).hear_out().say("下一个").hear_out().say("怎么走")
    walk.send(ev.PlacesFound("ready"))
    assert walk.of(ev.FindPlace) == [ev.FindPlace("乙养老院")]


def test_a_second_call_for_the_way_is_not_led_by_the_first(call: Call) -> None:
    walk = told(call).hear_out().say("怎么走").send(ev.PlacesFound("ready")).hear_out()
    walk.press("3").send(ev.PlacesFound("ready"))
    assert "您要去哪里" in walk.said


def test_people_and_alarms_are_reached_while_places_are_told(call: Call) -> None:
    assert told(call).say("转人工").state.phase is Phase.QUEUED
    assert told(call).press("0").state.phase is Phase.QUEUED
    assert told(call).press("2").state.emergency
    assert told(call).cry("救命啊我摔倒了").state.emergency


@pytest.mark.parametrize("first", ["附近的养老院", "我要问路"])
def test_who_was_asked_back_while_something_is_found_is_asked_anew(call: Call, first: str) -> None:
    walk = call().to_question().say(first).say("我摔倒了")
    assert walk.state.asked_back and walk.state.phase is Phase.ASKING
    walk.say("不用了")
    assert walk.state.timer and walk.of(ev.FindServicePlaces) + walk.of(ev.FindPlace)


@pytest.mark.parametrize(
    "event",
    [ServicePlacesFound("unavailable"), ev.PlacesFound("unavailable"), ev.NoRecogniser()],
)
def test_without_places_a_person(call: Call, event: ev.Event) -> None:
    walk = call().to_question().say("附近的养老院").send(event)
    if isinstance(event, ev.NoRecogniser):
        walk.wait()
    assert walk.said == "服务网点由人工为您查询。"
    assert walk.hear_out().state.phase is Phase.QUEUED


def test_nothing_found_in_time_is_a_person(call: Call) -> None:
    walk = call().to_question().say("附近的养老院").wait()
    assert walk.said == "服务网点由人工为您查询。"


def test_none_of_that_kind_is_said_and_a_person_follows(call: Call) -> None:
    nothing = ServicePlacesFound("nothing", "canteen", "长者饭堂", why="越秀区没有登记长者饭堂。")
    walk = call().to_question().say("附近的长者饭堂").send(nothing)
    assert walk.said == "越秀区没有登记长者饭堂。为您转人工，请话务员帮您查。"
    assert walk.hear_out().state.phase is Phase.QUEUED


def test_a_late_reply_changes_nothing(call: Call) -> None:
    walk = told(call).hear_out().say("知道了")
    before = walk.state
    assert walk.send(FOUND).state == before and walk.effects == ()
