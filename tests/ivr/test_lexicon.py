"""Characters of several readings are said as they are meant."""

from __future__ import annotations

import pytest
from pypinyin import Style, pinyin

from ivr.voice.lexicon import Lexicon, LexiconBroken, parse, said, shipped
from ivr.voice.phonemes import Phonemes

LEXICON = shipped()
PLAIN = Phonemes(Lexicon({}, {}))
MENDED = Phonemes(LEXICON)


def read(by: Phonemes, text: str) -> tuple[str, ...]:
    return tuple(syllable for _, word in by.words(text) for syllable in word)


@pytest.mark.parametrize("word", LEXICON.mends)
def test_mended_word_was_wrong_and_is_right(word: str) -> None:
    assert read(PLAIN, word) != LEXICON.mends[word], "the libraries read it right: move it to keeps"
    assert read(MENDED, word) == LEXICON.mends[word]


@pytest.mark.parametrize("word", LEXICON.keeps)
def test_kept_word_is_read_right_by_the_libraries(word: str) -> None:
    assert read(PLAIN, word) == read(MENDED, word) == LEXICON.keeps[word]


def test_every_reading_is_one_that_the_character_has() -> None:
    for word, syllables in {**LEXICON.mends, **LEXICON.keeps}.items():
        for char, syllable in zip(word, syllables, strict=True):
            known = pinyin(char, style=Style.TONE3, heteronym=True)[0]
            assert syllable in known, f"{word}: {char} is not read {syllable}"


@pytest.mark.parametrize(
    ("text", "syllables"),
    [
        ("花都区民政局", "hua1 du1 qu1 min2 zheng4 ju2"),
        ("特困供养人员", "te4 kun4 gong1 yang3 ren2 yuan2"),
        ("骨灰可以撒海", "gu3 hui1 ke3 yi3 sa3 hai3"),
        ("社会长期关心", "she4 hui4 chang2 qi1 guan1 xin1"),
        ("多长时间", "duo1 chang2 shi2 jian1"),
        ("院长和家长", "yuan4 zhang3 he2 jia1 zhang3"),
    ],
)
def test_sentences_are_read_as_meant(text: str, syllables: str) -> None:
    assert " ".join(read(MENDED, text)) == syllables


def test_phonemes_follow_the_mended_reading_and_nothing_else_changes() -> None:
    assert MENDED("花都") != PLAIN("花都")
    assert MENDED("您好，请说您的需求。") == PLAIN("您好，请说您的需求。")


def test_what_is_said_tells_readings_apart() -> None:
    assert said("12349") == "幺二三四九"
    assert said("最长10年。") == "最长十年。|最长=zui4chang2"


@pytest.mark.parametrize(
    "text",
    [": :", "- a", "others: {}", "mends: [a]", "mends: {最长: zui4}", "mends: {最长: zui chang}"],
)
def test_broken_lexicon_is_refused_in_a_sentence(text: str) -> None:
    with pytest.raises(LexiconBroken):
        parse(text)


def test_empty_lexicon_is_one() -> None:
    assert parse("mends:\nkeeps:\n") == Lexicon({}, {})
