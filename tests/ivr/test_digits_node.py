"""A number is collected at a node of the tree: said or keyed, read back, and noted."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from ivr import events as ev
from ivr.dialogue import Dialogue
from ivr.findings import TreeRefused
from ivr.sentences import split
from ivr.state import Phase
from ivr.tree import load
from ivr.voice.spoken_digits import words_of
from tests.ivr.conftest import OPEN, WriteTree
from tests.ivr.test_tree import SOUND
from tests.ivr.walk import Walk

Call = Callable[..., Walk]
PHONE = "幺三八零零幺三八零零零"
KNOWN = frozenset({"number"})


def after_the_message(call: Call, known: frozenset[str] = KNOWN) -> Walk:
    """Leave a message where nobody came, and stay on the line."""
    walk = call(known=known).press("0").send(ev.QueueEnded("nobody")).hear_out()
    return walk.send(ev.MessageDone(8))


def at_the_number(call: Call) -> Walk:
    walk = after_the_message(call).hear_out().say("我要换一个号码")
    assert walk.state.node == "new_number"
    return walk


def test_the_number_of_the_call_is_offered_and_silence_keeps_it(call: Call) -> None:
    walk = after_the_message(call)
    assert "您现在这个号码" in walk.said
    walk.hear_out().wait()
    assert walk.state.node == "message_noted" and walk.hear_out().ended
    assert walk.notes("callback") == [] and walk.notes("intent") == ["person"]


@pytest.mark.parametrize("words", ["不用换", "好的", "就这个", "天气不错", "9"])
def test_whatever_else_is_said_keeps_it_too(call: Call, words: str) -> None:
    walk = after_the_message(call).hear_out()
    walk = walk.press(words) if words.isdigit() else walk.say(words)
    assert walk.state.node == "message_noted" and not walk.notes("callback")


def test_a_caller_without_a_number_is_asked_for_one(call: Call) -> None:
    assert after_the_message(call, frozenset()).state.node == "new_number"


@pytest.mark.parametrize("words", ["换号码", "换个号码吧", "1"])
def test_another_number_is_said_read_back_and_noted(call: Call, words: str) -> None:
    walk = after_the_message(call)
    walk = walk.press(words) if words.isdigit() else walk.hear_out().say(words)
    walk.hear_out().say("幺三八").hear_out().say("零零幺三").hear_out().say("八零零零")
    assert walk.of(ev.Say)[0].texts == (
        "您说的是：",
        "幺三八，",
        "零零幺三，",
        "八零零零。",
        "对吗？",
    )
    walk.say("对的")
    assert walk.notes("callback") == ["13800138000"] and walk.state.node == "message_noted"


def test_keys_are_digits_until_the_number_is_read_back(call: Call) -> None:
    walk = at_the_number(call)
    assert walk.press("0").of(ev.Hush) and walk.state.node == "new_number"
    for key in "2087744444":
        walk.press(key)
    assert "对请按1，不对请按2。" in walk.said
    assert walk.press("2").said.startswith("请从头再说一遍")
    for key in "87744444#":
        walk.press(key)
    walk.press("1")
    assert walk.notes("callback") == ["87744444"] and walk.state.phase is Phase.SAYING


def test_star_begins_again(call: Call) -> None:
    walk = at_the_number(call)
    for key in "139*13800138000#":
        walk.press(key)
    assert walk.notes("callback") == ["13800138000"]


def test_each_key_gives_new_patience(call: Call) -> None:
    walk = at_the_number(call).press("1")
    old = walk.state.timer
    assert old and walk.press("3").state.timer > old
    assert not walk.send(ev.TimerFired(old)).effects
    assert walk.wait().said.startswith("号码还没有说完")


def unsure(walk: Walk, text: str) -> Walk:
    """Say something where a second reading can be had."""
    return walk.send(ev.Speech(text, 0.99, True))


@pytest.mark.parametrize(
    ("first", "second", "otherwise"),
    [
        ("幺三零幺三巴黎", "13800138000", "幺三零幺三巴黎"),
        ("我要零", "我要零", "13800138000"),
        ("幺三八零零幺三", "138001380", "13800138000"),
    ],
)
def test_digits_are_read_again_and_the_reading_that_makes_a_number_counts(
    call: Call, first: str, second: str, otherwise: str
) -> None:
    walk = unsure(at_the_number(call).hear_out(), first)
    assert walk.of(ev.Reread) and not walk.said
    walk.send(ev.ReadAgain(second, 0.7, otherwise))
    assert walk.of(ev.Say)[0].texts[1:4] == ("幺三八，", "零零幺三，", "八零零零。")


def test_a_plain_yes_or_no_is_not_read_again(call: Call) -> None:
    walk = at_the_number(call).say(PHONE).hear_out()
    assert unsure(walk, "对的").notes("callback") == ["13800138000"]


def test_a_piece_that_comes_before_the_last_one_was_read_again_is_added(call: Call) -> None:
    walk = unsure(at_the_number(call).hear_out(), "幺三八")
    walk.murmur("零零幺三")
    unsure(walk, "零零幺三八零零零")
    assert walk.of(ev.Say)[0].texts[1:4] == ("幺三八，", "零零幺三，", "八零零零。")
    assert not walk.send(ev.ReadAgain("幺三八", 0.9)).effects


def test_a_person_and_help_are_reached_by_word(call: Call) -> None:
    assert at_the_number(call).say("转人工").state.phase is Phase.QUEUED
    walk = at_the_number(call).cry("救命啊我摔倒了")
    assert walk.of(ev.Enqueue)[0].priority == "emergency"


def test_after_a_denied_word_of_distress_the_number_goes_on_where_it_was(call: Call) -> None:
    walk = at_the_number(call).hear_out().say("幺三八").hear_out().say("我摔倒了")
    assert walk.state.asked_back
    assert walk.hear_out().say("不是").of(ev.Say)[0].texts == ("幺三八。", "请接着说。")


def test_a_nod_over_the_read_back_is_no_yes_but_after_it_is(call: Call) -> None:
    walk = at_the_number(call).say(PHONE).say("嗯")
    assert not walk.effects
    assert walk.hear_out().say("嗯").notes("callback") == ["13800138000"]


def test_who_says_nothing_keeps_the_number_and_who_is_not_understood_too(call: Call) -> None:
    walk = at_the_number(call)
    for _ in range(3):
        walk.hear_out().wait()
    assert walk.state.node == "message_noted" and not walk.notes("callback")
    walk = at_the_number(call)
    for _ in range(3):
        walk.hear_out().say("天气真不错啊")
    assert walk.state.node == "message_noted"


def test_without_a_recogniser_the_keys_still_collect_it(call: Call) -> None:
    walk = call().send(ev.NoRecogniser()).press("0").send(ev.QueueEnded("nobody")).hear_out()
    walk.send(ev.MessageDone(8))
    assert walk.state.node == "new_number"
    assert not walk.of(ev.Listen)
    for key in "13800138000#":
        walk.press(key)
    assert walk.notes("callback") == ["13800138000"]


NODE = """\
  hello:
    kind: digits
    text: 请说号码。
    number: {number}
    called: 查询码
    note: code
    tries: 2
    done: bye
    otherwise: ask
"""


def tree(tree_file: WriteTree, number: str, note: str = "code") -> Walk:
    """A call whose first node collects a number, with a caller who heard the question."""
    node = NODE.format(number=number).replace("note: code", f"note: {note}")
    text = SOUND.replace("  hello:\n    kind: say\n    text: 你好。\n    next: bye\n", node)
    text = text.replace("start: ask", "start: hello").replace("nobody: hello", "nobody: bye")
    return Walk(Dialogue(load(tree_file(text))), OPEN).hear_out()


def test_a_number_of_a_given_length(tree_file: WriteTree) -> None:
    walk = tree(tree_file, "6").say("幺二三四五六")
    assert "幺二三四五六。" in walk.said
    assert walk.say("对").notes("code") == ["123456"]


def test_a_wrong_check_digit_is_said_plainly_and_asked_again(tree_file: WriteTree) -> None:
    walk = tree(tree_file, "id_number").say("幺幺零幺零五幺九四九幺二三幺零零二一")
    assert "身份证号码核对不上" in walk.said and "请从头再说一遍" in walk.said
    walk.say("幺幺零幺零五幺九四九幺二三幺零零二艾克斯").say("是的")
    assert walk.notes("code") == ["11010519491231002X"]


def test_after_its_tries_the_call_goes_another_way(tree_file: WriteTree) -> None:
    walk = tree(tree_file, "phone").say("天气不错").say("天气不错")
    assert walk.state.node == "ask"
    assert tree(tree_file, "phone").wait().hear_out().wait().state.node == "ask"


def test_a_note_of_the_dialogues_own_is_refused(tree_file: WriteTree) -> None:
    with pytest.raises(TreeRefused, match="the note intent is the dialogue's own"):
        tree(tree_file, "phone", note="intent")


@pytest.mark.parametrize("number", ["1", "19", "telephone"])
def test_numbers_of_no_known_kind_are_refused(tree_file: WriteTree, number: str) -> None:
    with pytest.raises(TreeRefused, match="number"):
        tree(tree_file, number)


def test_all_that_is_said_of_a_number_is_a_fixed_text(tree_file: WriteTree) -> None:
    for said in ("天气不错", "幺幺零", "二二二二二二二二二二二二二二二二二二"):
        walk = tree(tree_file, "id_number").say(said)
        fixed = set(walk.dialogue.tree.fixed_texts())
        texts = [piece for say in walk.of(ev.Say) for text in say.texts for piece in split(text)]
        assert texts and all(text in fixed or words_of(text) for text in texts)
