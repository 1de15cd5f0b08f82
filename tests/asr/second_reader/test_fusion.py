"""Two readings become one, or two to try."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asr.second_reader.fusion import Candidate, FusionSettings, fuse

TEXTS = ["", "低保怎么申请", "地宝怎么申请", "怎么办离婚", "人工", "养老院在哪里", "，。", "12349"]
candidates = st.builds(Candidate, st.sampled_from(TEXTS), st.floats(0, 1))


@pytest.mark.parametrize(
    "first, second",
    [
        ("低保怎么申请", "低保怎么申请"),
        ("地宝怎么申请", "低保怎么申请"),
        ("开放时间早上九点至下五点", "开放时间早上9点至下5点"),
        ("我要结分", "我要结婚"),
    ],
)
def test_alike_by_sound_is_agreed_and_surer_than_either(first: str, second: str) -> None:
    fused = fuse(Candidate(first, 0.4), Candidate(second, 0.7))
    assert fused.agreed and [c.text for c in fused.candidates] == [second]
    assert 0.75 < fused.confidence <= 0.82
    assert fuse(Candidate(first, 0.7), Candidate(second, 0.4)).text == first


@pytest.mark.parametrize(
    "first, second",
    [
        ("低保怎么申请", "离婚要什么材料"),
        ("人工", "殡葬"),
        ("我要结婚", "我要离婚"),
        ("是", "不是"),
        ("我符合申请的条件", "我不符合申请的条件"),
        ("我想问一下低保怎么申请", "我想问一下特困怎么申请"),
    ],
)
def test_different_readings_are_both_tried_and_doubted(first: str, second: str) -> None:
    fused = fuse(Candidate(first, 0.6), Candidate(second, 0.6))
    assert not fused.agreed
    assert [c.text for c in fused.candidates] == [second, first]
    assert fused.confidence < 0.6


def test_a_sure_first_reading_comes_before_an_unsure_second() -> None:
    fused = fuse(Candidate("人工", 0.9), Candidate("殡葬", 0.3))
    assert [c.text for c in fused.candidates] == ["人工", "殡葬"]


def test_one_reading_alone() -> None:
    first, second = Candidate("人工", 0.4), Candidate("殡葬", 0.5)
    assert fuse(first, None).candidates == fuse(first, Candidate("", 0)).candidates == (first,)
    alone = fuse(Candidate("", 0), second)
    assert alone.text == "殡葬" and 0 < alone.confidence < 0.5
    nothing = fuse(Candidate("", 0), None)
    assert (nothing.candidates, nothing.text, nothing.confidence) == ((), "", 0.0)


def test_thresholds_can_be_set() -> None:
    pair = Candidate("我要结分", 0.5), Candidate("我要结婚", 0.5)
    assert not fuse(*pair, FusionSettings(agree=0.99)).agreed


@given(candidates, st.none() | candidates)
def test_always_ordered_and_within_bounds(first: Candidate, second: Candidate | None) -> None:
    fused = fuse(first, second)
    confidences = [c.confidence for c in fused.candidates]
    assert confidences == sorted(confidences, reverse=True)
    assert all(0 <= c <= 1 for c in confidences)
    assert all(c.text for c in fused.candidates)
    given_texts = {first.text, second.text if second else ""}
    assert {c.text for c in fused.candidates} <= given_texts
    assert len(fused.candidates) == 1 if fused.agreed else len(fused.candidates) <= 2
