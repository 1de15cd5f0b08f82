"""Cutting words, leaving out fillers, weighing terms."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.terms import Bm25, Overlap, rareness
from knowledge.words import plain, rarity, segment


@pytest.mark.parametrize(
    ("said", "matter"),
    [
        ("我想问一下低保怎么申请", "低保怎么申请"),
        ("喂，你好，请问一下低保怎么申请啊？谢谢你", "低保怎么申请"),
        ("那个那个嗯我想咨询一下离婚的事", "离婚的事"),
        ("麻烦问一下收养登记在哪里办呢", "收养登记在哪里办"),
        ("我想要低保", "我想要低保"),
        ("就是说低保", "低保"),
        ("你好", ""),
        ("嗯嗯嗯", ""),
        ("", ""),
    ],
)
def test_fillers_are_left_out_and_the_matter_stays(said: str, matter: str) -> None:
    assert plain(said) == matter


@given(st.text(max_size=60))
def test_what_is_plain_stays_plain(text: str) -> None:
    once = plain(text)
    assert plain(once) == once or len(text) > 20
    assert all(word.strip() for word in segment(text))


def test_words_are_cut_long_and_short() -> None:
    assert {"残疾", "残疾人", "补贴"} <= set(segment("残疾人补贴"))


def test_rare_words_tell_more_than_common_ones() -> None:
    assert rarity("我") < 0.2 < rarity("申请") < rarity("低保") == 1.0


def test_bm25_is_scaled_by_what_the_query_could_reach() -> None:
    index = Bm25([{"低保": 2, "申请": 1}, {"离婚": 1, "申请": 1}], lambda _term: 1.0)
    both, one = index.scores(["低保", "申请"])
    assert both == pytest.approx(1.0, abs=0.01) and 0 < one < both
    assert index.scores(["低保", "天气"])[0] < 0.7
    assert list(index.scores([])) == [0.0, 0.0]
    assert list(Bm25([], lambda _term: 1.0).scores(["低保"])) == []


def test_overlap_holds_against_a_text_what_the_query_lacks() -> None:
    groups = [[["收养", "条件"]], [["收养", "登记", "条件"], ["登记"]]]
    short, long = Overlap(groups, lambda _term: 0.5, trust=0.5).scores(
        ["收养", "条件"], np.arange(2)
    )
    assert short == pytest.approx(1.0) and 0 < long < short
    assert list(Overlap(groups, lambda _term: 0.5, trust=0.5).scores([], np.arange(2))) == [
        0.0,
        0.0,
    ]


def test_rareness_goes_from_all_to_one() -> None:
    assert rareness(100, 1) == pytest.approx(1.0)
    assert 0 < rareness(100, 100) < rareness(100, 50) < 1
    assert rareness(1, 1) > 0


def test_what_each_term_adds_is_the_score() -> None:
    index = Bm25([{"a": 1, "b": 2}, {"b": 1, "c": 1}], lambda term: 0.5)
    for at in (0, 1):
        shared = index.shared(["a", "b", "x", "b"], at)
        assert sum(shared.values()) == pytest.approx(index.scores(["a", "b", "x", "b"])[at])
    assert list(index.shared(["b", "a"], 0)) == ["a", "b"]
    assert index.shared([], 0) == {} and index.shared(["x"], 1) == {}


@pytest.mark.parametrize(
    ("terms", "holders"), [(["b"], [1, 1]), (["a", "b"], [1, 0]), (["x"], [0, 0]), ([], [0, 0])]
)
def test_documents_that_hold_all_terms(terms: list[str], holders: list[int]) -> None:
    index = Bm25([{"a": 1, "b": 2}, {"b": 1, "c": 1}], lambda term: 0.5)
    assert index.holds(terms).tolist() == holders


def test_words_shared_are_those_of_any_text_of_the_group() -> None:
    overlap = Overlap([[["a", "b"], ["c"]], [["d"]]], lambda term: 1.0, trust=0.5)
    assert overlap.shared(["c", "x", "a", "c"], 0) == ["c", "a"]
    assert overlap.shared(["c", "x"], 1) == []
