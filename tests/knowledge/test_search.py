"""The search's decisions: sure, unsure, nothing; where and when an article holds."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge.article import ArticleContent
from knowledge.explained import Limits
from knowledge.load import load_folder
from knowledge.port import Decision, Knowledge
from knowledge.search import KnowledgeIndex

DAY = date(2026, 3, 1)
GUANGDONG = "440000"
ARTICLES = load_folder().articles
INDEX = KnowledgeIndex(ARTICLES)
Make = Callable[..., ArticleContent]


def test_the_model_question_is_answered_with_its_source(index: Knowledge) -> None:
    found = index.ask("我想问一下低保怎么申请", GUANGDONG, DAY)
    assert found.decision is Decision.ANSWER
    (answer,) = found.answers
    assert answer.article == "dibao-shenqing"
    assert "乡镇政府或者街道办事处" in answer.spoken
    assert "二零二一年" in answer.spoken_source
    assert answer.score == 1.0
    assert "dibao-shenqing" in found.why


@pytest.mark.parametrize(
    "text",
    [
        "地堡怎么神情",
        "嗯那个我想问一下低保怎么申请啊谢谢",
        "请问一下，低保怎么申请？",
        "喂你好我想咨询一下低保怎么申请",
        "低保 怎么 申请",
    ],
)
def test_fillers_punctuation_and_characters_do_not_matter(index: Knowledge, text: str) -> None:
    found = index.ask(text, GUANGDONG, DAY)
    assert (found.decision, found.answers[0].article) == (Decision.ANSWER, "dibao-shenqing")


@pytest.mark.parametrize("text", ["", "嗯", "喂", "你好", "是", "啊啊啊", "。。。", "\ud800"])
def test_too_little_finds_nothing(index: Knowledge, text: str) -> None:
    found = index.ask(text, GUANGDONG, DAY)
    assert (found.decision, found.answers) == (Decision.NOTHING, ())
    assert "too little" in found.why


def test_two_articles_too_near_to_each_other_are_both_offered(article: Make) -> None:
    twins = [article("lihun-cailiao", id=name) for name in ("first", "second")]
    found = KnowledgeIndex(twins).ask("离婚要带什么材料", "", DAY)
    assert found.decision is Decision.UNSURE
    assert {answer.article for answer in found.answers} == {"first", "second"}
    assert "too near" in found.why


def test_a_question_that_names_no_key_word_counts_less(article: Make) -> None:
    named = KnowledgeIndex([article("jiehun-hukouben", keys=("在哪里",))])
    unnamed = KnowledgeIndex([article("jiehun-hukouben", keys=("结婚",))])
    text = "护照在哪里办"
    high, low = (each.ask(text, "", DAY) for each in (named, unnamed))
    assert low.decision is not Decision.ANSWER
    meant = 0.17 * high.answers[0].why.meaning
    said = high.answers[0].score - meant
    assert low.answers[0].score == pytest.approx(0.6 * said + meant, abs=0.01)


@pytest.mark.parametrize(
    ("area", "decision"),
    [
        ("441302", Decision.ANSWER),
        ("441300", Decision.ANSWER),
        ("440106", Decision.NOTHING),
        ("", Decision.NOTHING),
        ("junk", Decision.NOTHING),
    ],
)
def test_an_article_serves_its_area_alone(article: Make, area: str, decision: Decision) -> None:
    local = KnowledgeIndex([article("lihun-cailiao", area="441300")])
    assert local.ask("离婚要带什么材料", area, DAY).decision is decision


def test_a_caller_who_names_a_city_gets_its_article(index: Knowledge) -> None:
    found = index.ask("飞洲火化可以免多少钱", GUANGDONG, DAY)
    assert all(answer.article != "binzang-huizhou" for answer in found.answers)
    found = index.ask("惠州火化可以免多少钱", GUANGDONG, DAY)
    assert [answer.article for answer in found.answers] == ["binzang-huizhou"]


def test_who_names_a_city_gets_its_article_before_the_province_s(article: Make) -> None:
    province = article("binzang-mianfei", id="province")
    city = article("binzang-mianfei", id="city", area="441300")
    asked = KnowledgeIndex([province, city])
    for text, first in (("惠州火化要不要钱", "city"), ("火化要不要钱", "province")):
        ranked = asked.explain(text, "441302", DAY).ranked
        assert ranked[0].answer.article == first


@pytest.mark.parametrize(
    ("day", "decision"),
    [
        (date(2025, 12, 31), Decision.NOTHING),
        (date(2026, 1, 1), Decision.ANSWER),
        (date(2026, 6, 30), Decision.ANSWER),
        (date(2026, 7, 1), Decision.NOTHING),
    ],
)
def test_an_article_is_told_from_its_first_day_to_its_last(
    article: Make, day: date, decision: Decision
) -> None:
    begin, end = date(2026, 1, 1), date(2026, 6, 30)
    index = KnowledgeIndex([article("lihun-cailiao", valid_from=begin, valid_to=end)])
    assert index.ask("离婚要带什么材料", "", day).decision is decision


def test_an_empty_index_answers_nothing() -> None:
    empty = KnowledgeIndex([])
    assert empty.ask("低保怎么申请", GUANGDONG, DAY).decision is Decision.NOTHING
    assert empty.phrases() == [] and len(empty) == 0


def test_limits_can_be_set() -> None:
    strict = KnowledgeIndex(ARTICLES, Limits(answer=0.99))
    assert strict.ask("老人家想办低保找谁", GUANGDONG, DAY).decision is not Decision.ANSWER


@pytest.mark.parametrize(
    "said", ["屋里头没收入了，低保咋个申请", "家里没收入了，低保怎么申请", "低保能不能申请不"]
)
def test_words_of_the_regions_are_read_as_the_usual_ones(index: KnowledgeIndex, said: str) -> None:
    found = index.ask(said, GUANGDONG, DAY)
    assert found.answers[0].article == "dibao-shenqing"


def test_a_decision_is_explained(index: KnowledgeIndex) -> None:
    explained = index.explain("嗯我想问一下低保咋个申请", GUANGDONG, DAY)
    value = explained.to_dict()
    assert (value["decision"], value["article"]) == ("answer", "dibao-shenqing")
    assert value["compared"] == "低保怎么申请"
    assert value["thresholds"]["answer"] == Limits().answer
    best, second = value["best"], value["runner_up"]
    assert best["article"] == "dibao-shenqing" != second["article"]
    assert best["confidence"] == value["confidence"] > second["confidence"]
    assert "d.i b.ao" in best["terms"] and {"低保", "申请"} <= set(best["words"])
    assert sum(best["terms"].values()) == pytest.approx(best["scores"]["sounds"], abs=0.02)


@pytest.mark.parametrize("text", ["", "嗯", "今天天气怎么样"])
def test_nothing_is_explained_too(index: KnowledgeIndex, text: str) -> None:
    explained = index.explain(text, GUANGDONG, DAY)
    assert explained.found == index.ask(text, GUANGDONG, DAY)
    assert explained.to_dict()["article"] == ""


def test_a_word_that_no_article_has_leads_to_what_means_nearly_the_same(article: Make) -> None:
    storm = article("jiuzai-yingji", id="storm", questions=("台风来了找谁",), title="台风")
    study = article("jiuzai-yingji", id="study", questions=("考试来了找谁",), title="考试")
    explained = KnowledgeIndex([storm, study]).explain("暴雨来了找谁", "", DAY)
    best = explained.ranked[0]
    assert best.answer.article == "storm"
    assert best.answer.why.meaning > explained.ranked[1].answer.why.meaning


def test_all_ways_to_ask_are_given_to_the_recogniser(index: Knowledge) -> None:
    phrases = index.phrases()
    assert len(phrases) == len(set(phrases)) > 350
    assert {"怎么吃低保", "低保在哪里申请"} <= set(phrases)


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=80), st.text(max_size=7))
def test_junk_never_raises_and_the_reply_is_whole(text: str, area: str) -> None:
    found = INDEX.ask(text, area, DAY)
    assert (found.decision is Decision.NOTHING) == (found.answers == ())
    assert len(found.answers) <= 3
    scores = [answer.score for answer in found.answers]
    assert scores == sorted(scores, reverse=True) and all(0 < score <= 1 for score in scores)
