"""Synonyms: found by sound, kept in groups, and what they do to the search."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from core.db import Sessions
from knowledge import synonyms
from knowledge.article import ArticleContent
from knowledge.port import Decision
from knowledge.search import KnowledgeIndex
from knowledge.synonyms import Synonyms, WrongGroup
from tests.knowledge.published import NOW

GROUPS = (("低保", "最低生活保障", "低保金"), ("特困人员", "五保户"))
DAY = date(2026, 3, 1)


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("五保户怎么申请", ["特困人员怎么申请"]),
        ("无保护怎么申请", ["特困人员怎么申请"]),
        ("低保金多少", ["低保多少", "最低生活保障多少"]),
        ("今天天气", []),
        ("", []),
    ],
)
def test_words_are_found_by_sound(text: str, read: list[str]) -> None:
    assert [each.text for each in Synonyms(GROUPS).readings(text)] == read


def test_what_callers_call_it_finds_what_documents_call_it(
    articles: tuple[ArticleContent, ...],
) -> None:
    """A name that no article knows leads to the article once it is a synonym."""
    question = "老来保要符合什么条件"
    plain = KnowledgeIndex(articles).ask(question, "440106", DAY)
    taught = KnowledgeIndex(articles, synonyms=Synonyms([("老来保", "特困人员")]))
    found = taught.ask(question, "440106", DAY)
    assert plain.decision is not Decision.ANSWER
    assert (found.decision, found.answers[0].article) == (Decision.ANSWER, "tekun-tiaojian")
    assert "老来保 read as 特困人员" in str(found.answers[0].why)


def test_articles_that_know_the_word_are_not_read_otherwise(
    articles: tuple[ArticleContent, ...],
) -> None:
    """Else the longer word would weigh more than what the question is about."""
    question = "老公广州户口，我是广西户口，我们家低保该找哪边"
    day = date(2026, 3, 1)
    plain = KnowledgeIndex(articles).explain(question, "440106", day)
    taught = KnowledgeIndex(articles, synonyms=Synonyms(GROUPS)).explain(question, "440106", day)
    for before, after in zip(plain.ranked, taught.ranked, strict=True):
        assert after.answer == before.answer and "低保" in after.words


def test_shipped_groups_are_put_in_once_and_edited(sessions: Sessions, tmp_path: Path) -> None:
    count = synonyms.seed_groups(sessions, NOW)
    assert count == len(synonyms.shipped()) == len(synonyms.list_groups(sessions)) > 5
    first = synonyms.list_groups(sessions)[0]
    assert synonyms.remove(sessions, first.id, "chen", NOW)
    assert synonyms.seed_groups(sessions, NOW) == 0
    assert first not in synonyms.list_groups(sessions)
    assert synonyms.remove(sessions, first.id, "chen", NOW, removed=False)
    number = synonyms.keep(sessions, ["低保", "低保", " 吃低保 "], "chen", NOW, first.id)
    assert number == first.id
    assert replace(synonyms.list_groups(sessions)[0], by="") == synonyms.Kept(
        first.id, ("低保", "吃低保"), ""
    )


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["低保"], "至少要有两个词"),
        (["低保", "低"], "长度"),
        (["低保", "低保!"], "读不出来"),
        (["五保", "特殊困难"], "已经在"),
    ],
)
def test_wrong_groups_get_a_sentence(sessions: Sessions, words: list[str], said: str) -> None:
    synonyms.seed_groups(sessions, NOW)
    if said == "长度" or said == "读不出来":
        words = ["新词", *words[1:]]
    with pytest.raises(WrongGroup, match=said):
        synonyms.keep(sessions, words, "chen", NOW)
