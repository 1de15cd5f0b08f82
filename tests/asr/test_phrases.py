"""Phrases are spelled in a model's own words."""

from __future__ import annotations

from pathlib import Path

from asr.phrases import UNKNOWN, Speller

WORDS = ["<eps>", UNKNOWN, "低保", "怎么", "申请", "保", "怎", "零", "一", "二", "深", "#0"]


def test_long_words_come_first() -> None:
    assert Speller(WORDS).grammar(["低保怎么申请"]) == ["低保 怎么 申请", UNKNOWN]


def test_punctuation_and_repeats_are_dropped_and_digits_are_read() -> None:
    assert Speller(WORDS).grammar(["低保，申请！", "低保申请", "1", "２ 0"]) == [
        "低保 申请",
        "一",
        "二 零",
        UNKNOWN,
    ]


def test_an_unknown_character_is_spelled_by_its_sound() -> None:
    assert Speller(WORDS).grammar(["身宝"]) == ["深 保", UNKNOWN]


def test_what_cannot_be_spelled_is_left_out() -> None:
    assert Speller(WORDS).grammar(["人工", "ok", ""]) == []
    assert Speller(WORDS).grammar(["人工", "保"]) == ["保", UNKNOWN]


def test_a_model_without_a_word_list_knows_none(tmp_path: Path) -> None:
    assert Speller.of_model(tmp_path).grammar(["低保"]) == []
    (tmp_path / "words.txt").write_text("<eps> 0\n低保 1\n", encoding="utf-8")
    assert Speller.of_model(tmp_path).grammar(["低保"]) == ["低保", UNKNOWN]
