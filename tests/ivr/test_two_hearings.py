"""A word of distress counts when two hearings of an utterance agree on it, or one is sure of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ivr import events as ev
from ivr.dialogue import Dialogue
from tests.ivr.conftest import OPEN
from tests.ivr.walk import Walk

Call = Callable[..., Walk]
ASK = ("您是需要紧急救助吗？",)
WORDS = ("我摔倒了", "胸口痛", "不想活了", "家里着火")
HARMLESS = "申请低保需要什么材料请问一下在哪里办理呢"


def question(call: Call) -> Walk:
    walk = call().to_question()
    assert not walk.state.distress
    return walk


def sure(*words: tuple[str, float]) -> ev.Speech:
    return ev.Speech("".join(text for text, _ in words), 0.6, words=words)


def test_the_end_of_one_partial_is_a_guess(call: Call) -> None:
    walk = question(call).murmur("办离婚登记中风了").murmur("办离婚登记双方要")
    assert not walk.say("办离婚登记双方要带什么").notes("asked_back")


def test_two_words_in_one_partial_are_two_guesses(call: Call) -> None:
    walk = question(call).murmur("有么及打人想不开").murmur("有么吉祥不什邃的")
    assert not walk.state.distress and not walk.notes("emergency")


def test_a_cry_that_nothing_follows_counts_when_it_is_over(call: Call) -> None:
    walk = question(call).murmur("救命")
    assert not walk.notes("asked_back")
    assert walk.say("救命").notes("asked_back") == ["救命"]


def test_another_form_of_the_same_cry_agrees_with_it(call: Call) -> None:
    assert question(call).murmur("我摔倒").murmur("我摔倒了在家里").notes("asked_back")


def test_a_different_word_in_the_next_partial_does_not_agree(call: Call) -> None:
    walk = question(call).murmur("我想问问我摔倒了").murmur("我想问问胸口痛")
    assert not walk.state.distress


def test_what_the_last_utterance_ended_with_is_no_witness_for_the_next(call: Call) -> None:
    walk = question(call).murmur("请问中风了").say("请问双方").hear_out()
    assert not walk.murmur("那就中风了").state.distress


ENDS = (("后来", 1.0), ("就", 1.0), ("去", 1.0), ("办事处", 1.0), ("问", 1.0), ("材料", 1.0))


@pytest.mark.parametrize(
    ("words", "asked"),
    [
        ((("我", 1.0), ("中风", 1.0), ("了", 1.0), *ENDS), True),
        ((("我", 1.0), ("中", 0.3), ("风", 0.4), ("了", 0.5), *ENDS), False),
        ((("中", 0.3), ("风", 0.4), ("了", 0.5)), True),
        ((("对话中", 1.0), ("风", 1.0), ("了", 1.0), *ENDS), False),
    ],
    ids=["sure", "unsure", "unsure but all that is said", "begins inside another word"],
)
def test_the_whole_alone_must_be_sure(
    call: Call, words: Sequence[tuple[str, float]], asked: bool
) -> None:
    walk = question(call).send(sure(*words))
    assert bool(walk.notes("asked_back")) == asked


def test_an_unsure_whole_counts_when_a_partial_agrees(call: Call) -> None:
    words = (("我", 1.0), ("中", 0.3), ("风", 0.4), ("了", 0.5), *ENDS)
    walk = question(call).murmur("我中风了").murmur("我总共").murmur("我总共后来就去")
    assert not walk.state.distress
    assert walk.send(sure(*words)).notes("asked_back") == ["中风了"]


def test_a_second_reading_that_says_the_same_is_no_second_hearing(call: Call) -> None:
    words = (*ENDS, ("我", 1.0), ("中", 0.3), ("风", 0.4), ("了", 0.5), *ENDS)
    heard = sure(*words)
    again = ev.Speech(heard.text, heard.confidence, True, words)
    walk = question(call).send(again)
    assert walk.of(ev.Reread)
    assert not walk.send(ev.ReadAgain(heard.text, 0.6)).notes("asked_back")


def test_nor_is_one_that_waited_for_a_sound_without_words(call: Call) -> None:
    words = (*ENDS, ("我", 1.0), ("中", 0.3), ("风", 0.4), ("了", 0.5), *ENDS)
    heard = sure(*words)
    walk = question(call).send(ev.Speech(heard.text, heard.confidence, True, words))
    walk.murmur("那个").send(ev.ReadAgain(heard.text, 0.6)).send(ev.Speech("", 0.0))
    assert walk.of(ev.Ask) and not walk.notes("asked_back") and not walk.state.distress


def test_a_second_reading_that_holds_a_cry_is_heard(call: Call) -> None:
    walk = question(call).send(ev.Speech("就由", 0.3, True, (("就", 0.3), ("由", 0.3))))
    assert walk.of(ev.Reread)
    assert walk.send(ev.ReadAgain("救救他", 0.8)).of(ev.Say)[0].texts == ASK


@settings(deadline=None)
@given(st.lists(st.one_of(st.none(), st.sampled_from(WORDS)), min_size=1, max_size=8))
def test_a_word_counts_exactly_when_two_partials_hold_it(
    shipped: Dialogue, words: list[str | None]
) -> None:
    walk = Walk(shipped, OPEN).to_question()
    for length, word in enumerate(words, 1):
        walk.murmur(f"{HARMLESS[:length]}{word or ''}")
    twice = {word for word in words if word and words.count(word) > 1}
    assert bool(walk.state.distress) == bool(twice)
    assert walk.state.emergency == (len(twice) > 1)


@settings(deadline=None)
@given(st.lists(st.sampled_from(WORDS), min_size=1, max_size=4, unique=True))
def test_partials_that_all_differ_are_guesses_until_the_whole_agrees(
    shipped: Dialogue, words: list[str]
) -> None:
    walk = Walk(shipped, OPEN).to_question()
    for length, word in enumerate(words, 1):
        walk.murmur(f"{HARMLESS[:length]}{word}")
    assert not walk.state.distress
    said = ((HARMLESS, 1.0), *((syllable, 0.1) for syllable in words[0]), (HARMLESS, 1.0))
    assert bool(walk.send(sure(*said)).state.distress)
    unheard = Walk(shipped, OPEN).to_question().send(sure(*said))
    assert not unheard.state.distress
