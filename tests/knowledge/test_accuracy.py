"""How often the search is right, on sentences that neither the articles nor the tuning saw.

The figures are printed (pytest -s); the bounds leave a little room below what was measured.
"""

from __future__ import annotations

import random
from collections import Counter
from datetime import date
from pathlib import Path

import pytest
import yaml

from knowledge.article import ArticleContent
from knowledge.port import Decision
from knowledge.search import KnowledgeIndex
from tests.knowledge.knowledge_noise import mishear

DAY = date(2026, 3, 1)
GUANGDONG = "440000"
FILES = {
    name: yaml.safe_load(Path(__file__).with_name(f"{name}.yaml").read_text(encoding="utf-8"))
    for name in ("heldout", "tuning")
}

Pairs = list[tuple[str, str]]


def asked(name: str) -> Pairs:
    """(article, question) of one file."""
    return [(article, text) for article, qs in FILES[name]["answered"].items() for text in qs]


def judge(index: KnowledgeIndex, pairs: Pairs) -> dict[str, float]:
    """The share of questions answered rightly, offered among others, answered wrongly, missed."""
    counts: Counter[str] = Counter()
    for article, text in pairs:
        found = index.ask(text, GUANGDONG, DAY)
        told = [answer.article for answer in found.answers]
        if found.decision is Decision.ANSWER:
            counts["right" if told == [article] else "wrong"] += 1
        else:
            counts["offered" if article in told else "missed"] += 1
    shares = {key: counts[key] / len(pairs) for key in ("right", "offered", "wrong", "missed")}
    print({key: round(share, 3) for key, share in shares.items()}, len(pairs))
    return shares


def answered(index: KnowledgeIndex, texts: list[str]) -> list[str]:
    """Those texts that get an answer outright."""
    return [t for t in texts if index.ask(t, GUANGDONG, DAY).decision is Decision.ANSWER]


def test_the_sentences_are_new(articles: tuple[ArticleContent, ...]) -> None:
    known = {question for article in articles for question in article.questions}
    held_out, tuned = ({text for _, text in asked(name)} for name in ("heldout", "tuning"))
    assert not held_out & known and not held_out & tuned and not tuned & known
    assert len(held_out) >= 60 and len(FILES["heldout"]["outside"]) >= 30
    assert {article for article, _ in asked("heldout")} == {article.id for article in articles}


def test_every_question_of_an_article_finds_it(
    index: KnowledgeIndex, articles: tuple[ArticleContent, ...]
) -> None:
    missed = []
    for article in articles:
        for question in article.questions:
            found = index.ask(question, article.area, DAY)
            if found.decision is Decision.NOTHING or found.answers[0].article != article.id:
                missed.append((article.id, question, found.why))
    assert missed == []


def test_paraphrases_find_their_article(index: KnowledgeIndex) -> None:
    shares = judge(index, asked("heldout"))
    assert shares["right"] >= 0.85
    assert shares["right"] + shares["offered"] >= 0.93
    assert shares["wrong"] <= 0.05


@pytest.mark.parametrize(("rate", "right", "wrong"), [(0.1, 0.8, 0.06), (0.2, 0.72, 0.06)])
def test_most_paraphrases_survive_a_bad_line(
    index: KnowledgeIndex, rate: float, right: float, wrong: float
) -> None:
    rng = random.Random(20)
    pairs = [(article, mishear(t, rate, rng)) for article, t in asked("heldout") for _ in range(3)]
    shares = judge(index, pairs)
    assert shares["right"] >= right
    assert shares["wrong"] <= wrong


def test_what_is_none_of_our_business_is_never_answered(index: KnowledgeIndex) -> None:
    texts = FILES["heldout"]["outside"]
    assert answered(index, texts) == []
    offered = [t for t in texts if index.ask(t, GUANGDONG, DAY).decision is not Decision.NOTHING]
    assert len(offered) <= len(texts) * 0.1


def test_matters_without_an_article_are_not_answered_with_another(index: KnowledgeIndex) -> None:
    assert answered(index, FILES["heldout"]["unanswered"]) == []
    # One of these is: 残疾证在哪里办 gets the allowances for disabled people.
    assert len(answered(index, FILES["tuning"]["unanswered"])) <= 1


def test_noise_does_not_turn_nonsense_into_answers(index: KnowledgeIndex) -> None:
    rng = random.Random(7)
    texts = [mishear(text, 0.2, rng) for text in FILES["heldout"]["outside"] for _ in range(3)]
    assert answered(index, texts) == []
