"""Comparing by sound: what is read how, what is close to what, and that junk never hurts."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.sound import ONE, contains, fold, similarity, sounds, split, syllable_cost
from core.sound_index import SoundIndex

HAN = "低保怎么申请婚姻登记残疾人补贴流浪救助站女男湖飞老脑知资张赞英音幺一二零"
spoken = st.text(alphabet=HAN, min_size=1, max_size=14)
anything = st.text(max_size=40)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("低保", ("di", "bao")),
        ("低保,怎么 申请?", ("di", "bao", "zen", "me", "shen", "qing")),
        ("１２０", (ONE, "er", "ling")),
        ("幺二零", (ONE, "er", "ling")),
        ("80岁", ("ba", "shi", "sui")),
        ("18岁", ("shi", "ba", "sui")),
        ("10005元", ("yi", "wan", "ling", "wu", "yuan")),
        ("110000元", ("shi", "yi", "wan", "yuan")),
        ("2005元", ("er", "qian", "ling", "wu", "yuan")),
        ("2021年", ("er", "ling", "er", ONE, "nian")),
        ("SOS键", ("S", "O", "S", "jian")),
        ("重庆的行长", ("chong", "qing", "de", "hang", "zhang")),
        ("二〇二五", ("er", "ling", "er", "wu")),
        ("……!?", ()),
        ("", ()),
        ("\ud800\x00\u200b", ()),
    ],
)
def test_texts_are_read_as_they_are_spoken(text: str, expected: tuple[str, ...]) -> None:
    assert sounds(text) == expected


@pytest.mark.parametrize(
    ("syllable", "parts"),
    [
        ("shi", ("sh", "i")),
        ("yuan", ("", "van")),
        ("ju", ("j", "v")),
        ("xue", ("x", "ve")),
        ("lu", ("l", "u")),
        ("an", ("", "an")),
        ("wei", ("", "ui")),
        ("er", ("", "er")),
    ],
)
def test_syllables_are_split_as_they_are_heard(syllable: str, parts: tuple[str, str]) -> None:
    assert split(syllable) == parts


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("牛", "刘"),
        ("知", "资"),
        ("吃", "次"),
        ("是", "四"),
        ("安", "昂"),
        ("人", "仍"),
        ("因", "英"),
        ("湖", "服"),
    ],
)
def test_usual_confusions_cost_little_and_fall_in_one_class(a: str, b: str) -> None:
    (first,), (second,) = sounds(a), sounds(b)
    assert 0 < syllable_cost(first, second) <= 0.15
    assert fold(first) == fold(second)


@pytest.mark.parametrize(
    ("heard", "near", "far"),
    [
        ("地堡怎么神情", "低保怎么申请", "婚姻怎么登记"),
        ("流氓乞讨", "流浪乞讨", "社会团体"),
        ("鼓灰撒海", "骨灰撒海", "孤儿补贴"),
        ("要二零", "120", "110"),
        ("轮工", "人工", "收养"),
        ("兰海", "男孩", "女孩"),
    ],
)
def test_what_sounds_alike_is_nearer(heard: str, near: str, far: str) -> None:
    assert similarity(heard, near) > similarity(heard, far) + 0.2
    assert similarity(heard, near) > 0.75


@pytest.mark.parametrize(
    ("heard", "phrase", "least", "most"),
    [
        ("那个我想转人工服务", "人工", 1.0, 1.0),
        ("快叫救护车我爸晕倒了", "救护车", 1.0, 1.0),
        ("快叫旧富车我爸晕倒了", "救护车", 0.9, 0.99),
        ("我想问低保", "婚姻登记", 0.0, 0.5),
        ("人", "人工服务", 0.2, 0.3),
        ("", "人工", 0.0, 0.0),
        ("人工", "", 0.0, 0.0),
    ],
)
def test_a_phrase_is_found_inside_what_was_heard(
    heard: str, phrase: str, least: float, most: float
) -> None:
    assert least <= contains(heard, phrase) <= most


@given(spoken, spoken)
def test_similarity_is_symmetric_and_bounded(a: str, b: str) -> None:
    assert similarity(a, b) == pytest.approx(similarity(b, a))
    assert 0.0 <= similarity(a, b) <= 1.0


@given(spoken)
def test_a_text_sounds_like_itself(text: str) -> None:
    assert similarity(text, text) == 1.0
    assert contains(text, text) == 1.0


@given(spoken, spoken, spoken)
def test_what_is_around_a_phrase_does_not_hide_it(before: str, phrase: str, after: str) -> None:
    # Read apart, so that a polyphone's neighbours do not change its reading.
    assert contains(f"{before},{phrase},{after}", phrase) == 1.0


@given(anything, anything)
def test_junk_never_raises(a: str, b: str) -> None:
    for score in (similarity(a, b), contains(a, b)):
        assert 0.0 <= score <= 1.0
    assert sounds(a) == sounds(a)


@settings(max_examples=40, deadline=None)
@given(st.lists(spoken, min_size=1, max_size=12), spoken)
def test_the_index_scores_as_the_plain_functions_do(texts: list[str], heard: str) -> None:
    index = SoundIndex(enumerate(texts))
    for inside, plain in ((False, similarity), (True, contains)):
        for key, score in index.best(heard, 5, inside=inside):
            assert score == pytest.approx(plain(heard, texts[key]), abs=1e-4)


def test_the_index_gives_each_key_once_best_first() -> None:
    index = SoundIndex(
        [("低保", "低保怎么申请"), ("低保", "怎么办低保"), ("婚姻", "结婚怎么登记"), ("空", "!!")]
    )
    assert len(index) == 3
    found = index.best("地宝怎么神情", 5)
    assert [key for key, _ in found] == ["低保", "婚姻"]
    assert found[0][1] > 0.95 > found[1][1]
    assert index.best("", 5) == [] and index.best("低保", 0) == []
    assert SoundIndex[str]([]).best("低保", 3) == []


def test_the_index_finds_one_text_among_many_through_noise() -> None:
    topics = ("低保", "养老", "孤儿", "婚姻", "收养", "殡葬", "流浪", "高龄", "残疾", "社团")
    places = ("广州", "惠州", "深圳", "佛山", "东莞", "中山", "江门", "湛江", "茂名", "肇庆")
    acts = ("怎么申请", "在哪里办", "要多少钱", "带什么材料", "多久能办好", "谁可以办")
    texts = [f"{place}{topic}{act}" for place in places for topic in topics for act in acts]
    index = SoundIndex(enumerate(texts))
    assert texts[index.best("广走牌葬带什么才料", 1)[0][0]] == "广州殡葬带什么材料"
