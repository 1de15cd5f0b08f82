"""Asking how a case stands, at the node of the shipped tree."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import yaml

from ivr import case_words as words
from ivr import events as ev
from ivr.matching import best
from ivr.nodes import STATUSES, CaseStatusNode, ListenNode
from ivr.sentences import split
from ivr.state import Phase
from ivr.tree import examine
from ivr.voice.spoken_digits import words_of
from tests.ivr.conftest import ROOT, SHIPPED, WriteTree
from tests.ivr.walk import Walk

Call = Callable[..., Walk]
TOLD = ev.CaseSeen(1, "told", "A20260301", "最低生活保障申请", "reviewing", ("办的是低保。",))


def asked(call: Call, said: str = "我的低保办得怎么样了") -> Walk:
    """A caller who asks, where cases can be looked up."""
    walk = call().to_question().say(said)
    assert walk.state.node == "case_status" and walk.of(ev.CheckCase) == [ev.CheckCase(0)]
    return walk.send(ev.CaseSeen(0, "ready")).hear_out()


def keys(walk: Walk, pressed: str) -> Walk:
    for key in pressed:
        walk.press(key)
    return walk


def at_identity(call: Call) -> Walk:
    return keys(asked(call), "20260301#1")


@pytest.mark.parametrize(
    "said",
    [
        "我的低保办得怎么样了",
        "查一下办件进度",
        "查进度",
        "我申请的救助批下来没有",
        "高龄津贴办好了没有",
        "我的低保怎么样了",
        "我的低保般的怎样了",
        "我申请的高龄津贴有结果了吗",
        "办理进度",
    ],
)
def test_it_is_asked_in_these_words(call: Call, said: str) -> None:
    assert asked(call, said).notes("intent") == ["case_status"]


def test_key_six_asks_too(call: Call) -> None:
    assert call().to_question().press("6").state.node == "case_status"
    again = call().to_question().press("6").send(ev.CaseSeen(0, "unavailable"))
    assert "人工" in again.said and again.hear_out().state.phase is Phase.QUEUED


def test_from_the_number_to_the_status(call: Call) -> None:
    walk = at_identity(call)
    assert walk.of(ev.Private) == [ev.Private(True)] and walk.notes("case_asked") == ["20260301"]
    keys(walk, "002*19580305")
    assert walk.of(ev.CheckCase) == [ev.CheckCase(1, "20260301", "002X", "19580305")]
    assert walk.state.private
    walk.send(TOLD)
    assert walk.of(ev.Private) == [ev.Private(False)]
    assert walk.said == "这个办件正在审核。办的是低保。"
    assert walk.notes("case") == ["A20260301"] and walk.notes("case_check") == ["told"]
    assert walk.notes("disposition") == ["machine"] and walk.notes("topic") == ["最低生活保障申请"]
    assert walk.hear_out().state.node == "anything_else"
    assert "这个办件正在审核" in walk.say("再听一遍").said


def test_nothing_noted_or_said_holds_what_proves_identity(call: Call) -> None:
    walk = keys(at_identity(call), "002*").hear_out().say("一九五八年三月五号")
    walk.send(ev.CaseSeen(1, "refused")).hear_out().say("零零三艾克斯").hear_out().say("19580305")
    walk.send(ev.CaseSeen(2, "told", "1", "申请", "closed"))
    shown = repr([effect for effect in walk.all if isinstance(effect, ev.Note | ev.Say)])
    assert not any(secret in shown for secret in ("002X", "003X", "19580305", "艾克斯，"))
    checks = [effect for effect in walk.all if isinstance(effect, ev.CheckCase)]
    assert len(checks) == 3 and "002X" not in repr(walk.all) and "19580305" not in repr(checks)


def test_three_refusals_lead_to_a_person(call: Call) -> None:
    walk = at_identity(call)
    for tag in (1, 2, 3):
        keys(walk, "123419580305").send(ev.CaseSeen(tag, "refused"))
        assert words.NOTHING_FITS in walk.said
    assert not walk.state.private
    assert walk.hear_out().state.phase is Phase.QUEUED
    assert walk.notes("case_check") == ["refused"] * 3 and not walk.notes("case")


def test_who_is_locked_out_hears_so_and_gets_a_person(call: Call) -> None:
    walk = call().to_question().say("查进度").send(ev.CaseSeen(0, "locked"))
    assert "半小时" in walk.said and walk.hear_out().state.phase is Phase.QUEUED


def test_without_a_reply_in_time_a_person(call: Call) -> None:
    walk = keys(at_identity(call), "123419580305").wait()
    assert "人工" in walk.said and not walk.state.private
    assert not walk.send(ev.CaseSeen(1, "told", "1", "申请", "closed")).notes("case")


def test_a_person_is_reached_by_word_and_the_call_is_private_no_more(call: Call) -> None:
    walk = at_identity(call).hear_out().say("转人工")
    assert walk.state.phase is Phase.QUEUED and walk.of(ev.Private) == [ev.Private(False)]


def test_a_word_of_distress_is_heard_and_asked_back_on_the_record(call: Call) -> None:
    walk = at_identity(call).hear_out().say("我摔倒了")
    assert walk.state.asked_back and walk.of(ev.Private) == [ev.Private(False)]
    walk.hear_out().say("不是")
    assert walk.of(ev.Private) == [ev.Private(True)] and "后四位" in walk.said


def test_a_denied_word_of_distress_while_the_case_is_looked_up(call: Call) -> None:
    walk = keys(at_identity(call), "123419580305").say("我摔倒了")
    assert not walk.send(TOLD).notes("case"), "the reply came between"
    walk.hear_out().say("不是")
    assert walk.of(ev.CheckCase) == [ev.CheckCase(1, "20260301", "1234", "19580305")]
    assert walk.send(TOLD).notes("case") == ["A20260301"]


def test_without_a_recogniser_the_keys_do_it_all(call: Call) -> None:
    walk = call().send(ev.NoRecogniser()).hear_out().press("6").send(ev.CaseSeen(0, "ready"))
    keys(keys(walk, "20260301#1"), "123419580305")
    assert walk.of(ev.CheckCase) and not walk.of(ev.Listen)


def test_digits_are_read_again_in_private(call: Call) -> None:
    walk = at_identity(call).hear_out().send(ev.Speech("要二三四", 0.5, True))
    assert walk.of(ev.Reread)
    walk.send(ev.ReadAgain("一二三四", 0.9))
    assert "出生年月日" in walk.said


@pytest.mark.parametrize(
    ("text", "otherwise"), [("要二三", "一二三四"), ("一二三四", "一二三"), ("啊", "一二三四")]
)
def test_the_reading_that_answers_counts(call: Call, text: str, otherwise: str) -> None:
    walk = at_identity(call).hear_out().send(ev.Speech("要二", 0.5, True))
    walk.send(ev.ReadAgain(text, 0.7, otherwise))
    assert "出生年月日" in walk.said


def test_an_age_inside_it_is_no_elder(call: Call) -> None:
    assert not at_identity(call).hear_out().say("八十岁").state.elder


def test_all_that_is_said_is_a_fixed_text(call: Call) -> None:
    walk = asked(call).say("没有").hear_out().say("二零二六零三零一没了").hear_out().say("对")
    keys(walk.hear_out(), "123419589999").send(ev.CaseSeen(9, "told"))
    fixed = set(walk.dialogue.tree.fixed_texts())
    said = [text for effect in walk.all if isinstance(effect, ev.Say) for text in effect.texts]
    assert all(piece in fixed or words_of(piece) for text in said for piece in split(text))


def test_no_article_question_asks_for_a_case(call: Call) -> None:
    tree = call().dialogue.tree
    need = tree.nodes["need"]
    assert isinstance(need, ListenNode)
    files = (ROOT / "knowledge" / "articles").glob("*.yaml")
    asked = [q for file in files for q in yaml.safe_load(file.read_text("utf-8"))["questions"]]
    assert len(asked) > 100
    for question in asked:
        found = best(question, 0.9, need.choices, tree.courtesies)
        assert found is None or found.intent != "case_status", question


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (("这个办件已经办结。", "。"), "closed says nothing"),
        (("这个办件正在公示。", "这个办件{spoken}。"), "placeholder"),
        (("      closed: 这个办件已经办结。\n", ""), "closed"),
    ],
)
def test_what_is_wrong_with_such_a_node_is_found(
    tree_file: WriteTree, change: tuple[str, str], words: str
) -> None:
    text = SHIPPED.read_text(encoding="utf-8")
    assert change[0] in text
    _, findings = examine(tree_file(text.replace(*change)))
    said = " ".join(str(finding) for finding in findings)
    assert words in said


def test_the_shipped_tree_says_something_of_every_status(call: Call) -> None:
    node = call().dialogue.tree.nodes["case_status"]
    assert isinstance(node, CaseStatusNode) and set(node.statuses) == set(STATUSES)
    assert all(node.statuses.values())
