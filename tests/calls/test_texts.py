"""A caller asks for a text: it goes to the right number, and the call says what became of it."""

from __future__ import annotations

from pathlib import Path

import pytest
from twisted.internet.defer import Deferred

from core.sms.port import Told
from ivr.dialogue import Dialogue
from ivr.tree import load
from tests.calls.conftest import TREE
from tests.calls.hall import PROMPT_S, Hall, Post
from tests.fakes.sip import FakeLeg

MOBILE, LANDLINE = "+8613800138000", "+862087654321"
WRITTEN = "低保：到街道申请。\n办法"


@pytest.fixture
def post() -> Post:
    return Post()


@pytest.fixture
def town(tmp_path: Path, post: Post) -> Hall:
    """The real dialogue and the shipped tree, with somewhere to send texts."""
    return Hall(tmp_path, Dialogue(load(TREE)), post=post)


def answered(hall: Hall, **invitation: object) -> FakeLeg:
    """A caller who has heard an answer."""
    leg = hall.call(**invitation)
    hall.pass_time(2 * PROMPT_S + 1)
    hall.ears.final("低保怎么申请")
    hall.pass_time(4 * PROMPT_S)
    return leg


def told(hall: Hall, post: Post, status: Told) -> list[str]:
    """What the caller hears of the text."""
    post.waiting.pop().callback(status)
    leg = next(iter(hall.calls._sessions.values()))._leg
    assert isinstance(leg, FakeLeg)
    return hall.playing(leg)


def test_an_answer_is_sent_to_the_number_that_phones(town: Hall, post: Post) -> None:
    leg = answered(town, caller=MOBILE)
    assert "要把内容发到手机，请说发短信，或者按8。" in town.journal.texts("said")
    leg.far_presses("8")
    ((call, number, text),) = post.asked
    assert (call, number, text) == (town.session(leg).call_id, MOBILE, WRITTEN)
    assert told(town, post, Told("sent")) == ["短信已经发送，请留意查收。"]
    nodes = [data["name"] for data in town.journal.data("node")]
    assert nodes[-1] == "sms"
    assert {"key": "sms", "value": "sent"} in town.journal.data("note")
    leg.far_hangs_up()
    town.over()
    assert town.ended["disposition"] == "machine"


def test_after_five_the_caller_hears_why_there_are_no_more(town: Hall, post: Post) -> None:
    leg = answered(town, caller=MOBILE)
    town.ears.final("发短信给我")
    assert told(town, post, Told("capped", 5)) == ["今天已经发过五条短信，不能再发了，请明天再试。"]
    leg.far_hangs_up()
    town.over()


@pytest.mark.parametrize("caller", [{"caller": LANDLINE}, {"caller": MOBILE, "withheld": True}])
def test_who_phones_from_no_known_mobile_gives_a_number(
    town: Hall, post: Post, caller: dict[str, object]
) -> None:
    leg = answered(town, **caller)
    leg.far_presses("8")
    assert post.asked == []
    for digit in "13800138001":
        leg.far_presses(digit)
    town.pass_time(6 * PROMPT_S)
    leg.far_presses("1")
    assert [number for _, number, _ in post.asked] == ["13800138001"]
    notes = [data["value"] for data in town.journal.data("note")]
    assert not any("13800138001" in value for value in notes)
    told(town, post, Told("queued"))
    leg.far_hangs_up()
    town.over()


def test_without_a_gateway_the_line_says_so(real: Hall) -> None:
    leg = answered(real, caller=MOBILE)
    assert not any("短信" in text for text in real.journal.texts("said"))
    leg.far_presses("8")
    assert real.playing(leg) == ["对不起，这条线路不能发短信。"]
    leg.far_hangs_up()
    real.over()


def test_word_of_a_text_that_comes_after_the_call_is_nobody_s(town: Hall, post: Post) -> None:
    leg = answered(town, caller=MOBILE)
    leg.far_presses("8")
    leg.far_hangs_up()
    town.over()
    post.waiting.pop().callback(Told("sent"))
    town.over()


def test_an_office_that_breaks_down_costs_no_call(town: Hall, post: Post) -> None:
    leg = answered(town, caller=MOBILE)
    leg.far_presses("8")
    waiting: Deferred[Told] = post.waiting.pop()
    waiting.errback(RuntimeError("no memory"))
    assert town.playing(leg) == ["对不起，短信现在发不出去，请稍后再试。"]
    leg.far_hangs_up()
    town.over()
