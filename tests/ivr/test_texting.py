"""发短信: what was told is sent as a text, after an answer and between the steps of a way."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from ivr import events as ev
from ivr.direction_words import HOW_NEXT
from ivr.events import PlaceSeen
from ivr.state import Phase
from ivr.tree import examine
from ivr.writing import of_answer, of_way
from tests.ivr.conftest import SHIPPED
from tests.ivr.walk import Walk

Call = Callable[..., Walk]
FOUND = ev.Answered(
    "answer", "dibao", "低保怎么申请？", "向户籍所在地的街道申请。", "根据办法。", 0.9,
    materials="需要准备：身份证、户口本。",
)  # fmt: skip
WRITTEN = "低保怎么申请：向户籍所在地的街道申请。\n需要准备：身份证、户口本。\n根据办法。"
TO, START = PlaceSeen("1", "香梅路"), PlaceSeen("2", "农林路")
STEPS = ("先沿农林路向北走。", "右转。", "就到了。")
MOBILE = frozenset({"number", "mobile", "sms"})
LANDLINE = frozenset({"number", "sms"})
OFFER = "请说发短信"


def answered(call: Call, known: frozenset[str] = MOBILE) -> Walk:
    """A caller who has heard an answer and is asked what else there is."""
    walk = call(known=known).to_question().say("低保怎么申请").send(FOUND).hear_out()
    assert walk.state.node == "anything_else"
    return walk


def on_the_way(call: Call, known: frozenset[str] = MOBILE) -> Walk:
    """A caller who is told the second step of a way."""
    walk = call(known=known).to_question().say("去香梅路怎么走").send(ev.PlacesFound("ready"))
    walk.send(ev.PlacesFound("sure", (TO,))).hear_out().say("农林路")
    walk.send(ev.PlacesFound("sure", (START,))).hear_out().say("是的")
    walk.send(ev.WayFound("大约两公里。", STEPS))
    assert (OFFER in walk.said) == ("sms" in known)
    return walk.hear_out().press("1").hear_out()


@pytest.mark.parametrize("how", ["8", "发短信", "麻烦发短信给我", "发到我手机上"])
def test_an_answer_goes_to_the_caller_s_own_mobile(call: Call, how: str) -> None:
    walk = answered(call)
    walk.press(how) if how.isdigit() else walk.say(how)
    assert walk.of(ev.SendSms) == [ev.SendSms(WRITTEN)]
    walk.send(ev.SmsDone("sent"))
    assert walk.said == "短信已经发送，请留意查收。"
    assert walk.notes("sms") == ["sent"]
    walk.hear_out()
    assert walk.state.node == "anything_else" and walk.state.phase is Phase.LISTENING


def test_what_was_asked_stays_on_the_ticket(call: Call) -> None:
    walk = answered(call).say("发短信")
    assert not [e for e in walk.effects if isinstance(e, ev.Note) and e.key == "intent"]
    assert walk.nodes[-1] == "sms"


@pytest.mark.parametrize(
    ("done", "said"),
    [
        (ev.SmsDone("queued"), "短信正在发送"),
        (ev.SmsDone("capped", 5), "今天已经发过五条短信"),
        (ev.SmsDone("capped", 2), "今天已经发过两条短信"),
        (ev.SmsDone("refused"), "这个号码收不了短信"),
        (ev.SmsDone("unavailable"), "现在发不出去"),
        (ev.SmsDone("?"), "现在发不出去"),
    ],
)
def test_the_caller_hears_what_became_of_it(call: Call, done: ev.SmsDone, said: str) -> None:
    walk = answered(call).press("8").send(done)
    assert said in walk.said
    assert walk.hear_out().state.node == "anything_else"


def test_no_word_in_time_is_no_promise(call: Call) -> None:
    walk = answered(call).press("8").wait()
    assert "现在发不出去" in walk.said
    assert walk.hear_out().send(ev.SmsDone("sent")).effects == ()


def test_said_over_the_answer_it_is_sent_at_once(call: Call) -> None:
    walk = call(known=MOBILE).to_question().say("低保怎么申请").send(FOUND)
    assert OFFER in walk.said
    assert walk.say("发短信").of(ev.SendSms) == [ev.SendSms(WRITTEN)]
    walk = call(known=MOBILE).to_question().say("低保怎么申请").send(FOUND).press("8")
    assert walk.of(ev.SendSms) == [ev.SendSms(WRITTEN)]


def test_it_is_offered_once_in_a_call(call: Call) -> None:
    walk = answered(call).say("离婚要多久").send(FOUND)
    assert OFFER not in walk.said


def test_elders_hear_no_offer_and_are_sent_texts_all_the_same(call: Call) -> None:
    walk = call(known=MOBILE | {"elder"}).to_question().say("低保怎么申请").send(FOUND)
    assert OFFER not in walk.said
    assert walk.hear_out().say("发短信").of(ev.SendSms)


def test_without_a_gateway_nothing_is_offered_and_who_asks_is_told(call: Call) -> None:
    walk = call(known=frozenset({"number", "mobile"})).to_question().say("低保怎么申请")
    assert OFFER not in walk.send(FOUND).said
    walk.hear_out().say("发短信")
    assert walk.said == "对不起，这条线路不能发短信。" and not walk.of(ev.SendSms)
    assert walk.hear_out().state.node == "anything_else"


def test_before_anything_was_told_there_is_nothing_to_send(call: Call) -> None:
    walk = call(known=MOBILE).to_question().press("8")
    assert "没有可以发送的内容" in walk.said and not walk.of(ev.SendSms)


# ---- another number ------------------------------------------------------------------------------


@pytest.mark.parametrize("known", [LANDLINE, frozenset({"sms"})])
def test_who_phones_from_no_mobile_is_asked_for_one(call: Call, known: frozenset[str]) -> None:
    walk = answered(call, known).press("8")
    assert "收短信的手机号码" in walk.said and walk.state.node == "sms_number"
    walk.hear_out().say("幺三八零零幺三八零零零")
    assert "您说的是" in walk.said
    walk.hear_out().say("对")
    assert walk.of(ev.SendSms) == [ev.SendSms(WRITTEN, "13800138000")]
    assert walk.send(ev.SmsDone("sent")).hear_out().state.node == "anything_else"
    noted = [e.value for e in walk.all if isinstance(e, ev.Note)]
    assert not any("13800138000" in value for value in noted), "the outbox keeps it, encrypted"


def test_a_landline_is_asked_again(call: Call) -> None:
    walk = answered(call, LANDLINE).press("8").hear_out()
    for digit in "02087654321":
        walk.press(digit)
    assert "这个手机号码好像不对" in walk.said


def test_who_gives_no_number_hears_that_nothing_was_sent(call: Call) -> None:
    walk = answered(call, LANDLINE).press("8")
    for _ in range(3):
        walk.hear_out().wait()
    assert walk.said == "没有记下号码，短信没有发送。"
    assert walk.hear_out().state.node == "anything_else"


def test_a_person_is_reached_while_the_number_is_asked(call: Call) -> None:
    walk = answered(call, LANDLINE).press("8").hear_out().say("转人工")
    assert walk.state.phase is Phase.QUEUED


def test_a_number_given_before_is_not_taken_for_this(call: Call) -> None:
    walk = answered(call, LANDLINE).press("8").hear_out().say("幺三八零零幺三八零零零").hear_out()
    walk.say("对").send(ev.SmsDone("sent")).hear_out().press("8")
    assert walk.state.node == "sms_number" and not walk.of(ev.SendSms)


# ---- on the way ----------------------------------------------------------------------------------


@pytest.mark.parametrize("how", ["8", "发短信"])
def test_a_way_is_sent_and_then_told_on(call: Call, how: str) -> None:
    walk = on_the_way(call)
    walk.press(how) if how.isdigit() else walk.say(how)
    written = "从农林路到香梅路：大约两公里。\n1.先沿农林路向北走。\n2.右转。\n3.就到了。"
    assert walk.of(ev.SendSms) == [ev.SendSms(written)]
    walk.send(ev.SmsDone("sent")).hear_out()
    assert walk.state.node == "directions" and walk.state.phase is Phase.LISTENING
    assert walk.nodes[-1] == "directions"
    assert "就到了。" in walk.say("下一步").said


def test_after_sending_the_caller_hears_how_the_way_goes_on(call: Call) -> None:
    walk = on_the_way(call).press("8").send(ev.SmsDone("sent"))
    assert walk.send(ev.SayDone(walk.state.saying)).said == HOW_NEXT


def test_a_number_is_asked_for_and_the_way_told_on(call: Call) -> None:
    walk = on_the_way(call, LANDLINE).press("8").hear_out()
    walk.say("幺三八零零幺三八零零零").hear_out().say("对")
    assert walk.of(ev.SendSms)[0].number == "13800138000"
    assert walk.send(ev.SmsDone("sent")).hear_out().say("上一步").said == STEPS[0]


def test_without_a_gateway_the_way_goes_on_too(call: Call) -> None:
    walk = on_the_way(call, frozenset({"number", "mobile"})).press("8")
    assert "不能发短信" in walk.said
    assert walk.hear_out().state.node == "directions"


def test_who_leaves_the_way_does_not_come_back_to_it(call: Call) -> None:
    walk = on_the_way(call, LANDLINE).press("8").hear_out().say("转人工")
    walk.send(ev.QueueEnded("nobody")).hear_out().press("8").hear_out()
    walk.say("幺三八零零幺三八零零零").hear_out().say("对").send(ev.SmsDone("sent"))
    assert walk.hear_out().state.node == "anything_else"
    walk = on_the_way(call).say("知道了").hear_out().press("8").send(ev.SmsDone("sent"))
    assert walk.hear_out().state.node == "anything_else"


def test_key_six_repeats_a_step_as_it_repeats_an_answer(call: Call) -> None:
    assert on_the_way(call).press("6").said == STEPS[1]


# ---- in writing ----------------------------------------------------------------------------------


def test_parts_that_an_article_lacks_leave_no_gap() -> None:
    assert of_answer(FOUND) == WRITTEN
    bare = ev.Answered("answer", "a", "低保", "到街道申请。", "根据办法。")
    assert of_answer(bare) == "低保：到街道申请。\n根据办法。"
    assert of_way("甲", "乙", "五百米。", ("到了。",)) == "从甲到乙：五百米。\n1.到了。"


# ---- trees ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("old", "new", "found"),
    [
        ("    number: sms_number", "    number: new_number", "does not ask for the number"),
        ("    number: mobile", "    number: phone", "does not ask for the number"),
        ("{cap}条", "{count}条", "a placeholder stands"),
        ("短信已经发送，请", "短信{cap}已经发送，请", "a placeholder stands"),
        ("    sent: 短信已经发送，请留意查收。", "    sent: 。", "has no prompt"),
    ],
)
def test_a_tree_that_cannot_send_is_refused(
    tree_file: Callable[[str], Path], old: str, new: str, found: str
) -> None:
    text = SHIPPED.read_text(encoding="utf-8")
    assert text.count(old) == 1
    _, findings = examine(tree_file(text.replace(old, new)))
    assert any(found in str(finding) for finding in findings), findings
