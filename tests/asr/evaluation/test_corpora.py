"""The declared corpora are what the evaluation says they are; samples are drawn the same twice."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asr.evaluation.corpora import Said, drawn, drawn_by_meaning, intents, load
from asr.evaluation.plan import PARTS, Vocabulary, make
from asr.training.texts import ARTICLES, TREES, Templates, clauses, shipped_texts
from asr.training.voices import RESERVED

CORPORA = load()
WORDS = Vocabulary(
    ("救命",), ("着火",), ("是的", "对"), ("不是",), ("低保怎么申请", "家里着火怎么办")
)


def test_only_voices_that_were_never_trained_on_speak() -> None:
    assert set(CORPORA.voices) == RESERVED


def test_there_are_300_utterances_of_60_intents_and_1757_streets() -> None:
    meanings = [meaning for meaning, _, _ in CORPORA.intents]
    assert len(meanings) == 300 == len({text for _, _, text in CORPORA.intents})
    assert len(set(meanings)) == 60
    assert {meanings.count(meaning) for meaning in meanings} == {5}
    # 1,757 units have 1,613 different names.
    assert len(CORPORA.streets) == 1613


def test_every_article_is_asked_for() -> None:
    articles = {path.stem for path in ARTICLES.glob("*.yaml")}
    assert articles <= {meaning for meaning, _, _ in CORPORA.intents}


def test_no_utterance_stands_in_the_training_text() -> None:
    texts = (*shipped_texts(TREES), *shipped_texts(ARTICLES))
    trained = {"".join(clauses(text)) for text in texts}
    trained |= {clause for text in texts for clause in clauses(text)}
    templates = Templates()
    patterns = [_pattern(line, templates.lists) for line in templates.utterances]
    for _, _, text in CORPORA.intents:
        said = "".join(clauses(text))
        assert said not in trained, text
        assert not any(pattern.fullmatch(said) for pattern in patterns), text


def _pattern(template: str, lists: dict[str, list[str]]) -> re.Pattern[str]:
    slots = re.split(r"\{(\w+)\}", template)
    parts = [
        "(?:" + "|".join(map(re.escape, lists[part])) + ")" if n % 2 else re.escape(part)
        for n, part in enumerate(slots)
    ]
    return re.compile("".join(parts))


def test_intents_may_name_the_node_that_hears_them() -> None:
    document = {"a": ["x", "y"], "b": [{"node": "answer", "says": ["z"]}]}
    assert intents(document) == (("a", "need", "x"), ("a", "need", "y"), ("b", "answer", "z"))


@given(st.integers(0, 40), st.integers())
def test_a_sample_is_the_same_for_one_seed_and_keeps_the_order(count: int, seed: int) -> None:
    items = list(range(30))
    found = drawn(items, count, seed)
    assert found == drawn(items, count, seed) == sorted(set(found))
    assert len(found) == min(count, 30)


@given(st.integers(0, 30))
def test_every_meaning_is_drawn_as_often_as_the_others(count: int) -> None:
    items = [Said(f"{meaning}{n}", "v", meaning) for meaning in "abcde" for n in range(5)]
    found = drawn_by_meaning(items, count, 1)
    often = [sum(said.meaning == meaning for said in found) for meaning in "abcde"]
    assert len(found) == min(count, 25) and max(often) - min(often) <= 1


def test_a_quick_run_hears_a_part_of_the_whole_in_the_same_voices() -> None:
    whole, quick = (make(CORPORA, WORDS, quick, set(PARTS)) for quick in (False, True))
    assert len(whole.intents) == 300 and len(quick.intents) == 60
    assert set(quick.intents) < set(whole.intents)
    assert len({said.meaning for said in quick.intents}) == 60
    assert {said.voice for said in whole.intents} == RESERVED
    assert {said.voice for said in whole.hostile} == {CORPORA.hostile}


def test_parts_that_are_not_wanted_say_nothing() -> None:
    plan = make(CORPORA, WORDS, True, {"streets"})
    assert plan.said() == plan.streets != []


def test_harmless_talk_holds_no_word_of_alarm() -> None:
    texts = {said.text for said in make(CORPORA, WORDS, False, {"talk"}).talk}
    assert "低保怎么申请" in texts and "家里着火怎么办" not in texts


def test_phone_numbers_are_said_digit_by_digit() -> None:
    phones = make(CORPORA, WORDS, False, {"phone"}).phones
    assert len({phone.number for phone in phones}) == len(phones) == 40
    for phone in phones:
        assert re.fullmatch(r"1[3-9]\d{9}", phone.number)
        said = phone.number.translate(str.maketrans("0123456789", "零幺二三四五六七八九"))
        for call in (phone.first, phone.again):
            assert re.sub("[，。]", "", call.text) == said


@pytest.mark.parametrize("quick", [True, False])
def test_all_counts_are_declared(quick: bool) -> None:
    assert CORPORA.hours(quick) > 0
    assert make(CORPORA, WORDS, quick, set(PARTS)).said()
