"""The evaluation set is whole and new, and what is counted is what callers would get."""

from __future__ import annotations

from pathlib import Path

import pytest

from knowledge.article import ArticleContent
from knowledge.evaluation.counting import Counting
from knowledge.evaluation.questions import FILE, load
from knowledge.search import KnowledgeIndex
from knowledge.synonyms import Synonyms, shipped

ROOT = Path(__file__).resolve().parents[2]
QUESTIONS = load()


def test_there_are_300_questions_in_two_halves(articles: tuple[ArticleContent, ...]) -> None:
    known = {article.id for article in articles}
    halves = (QUESTIONS.tuning, QUESTIONS.heldout)
    texts = [text for half in halves for _, text in half.answered]
    outside = [text for half in halves for text in half.outside]
    assert [len(half.answered) for half in halves] == [150, 150]
    assert all({article for article, _ in half.answered} == known for half in halves)
    assert [len(half.outside) for half in halves] == [50, 50]
    assert len({*texts, *outside}) == 400


def test_the_questions_stand_nowhere_else(articles: tuple[ArticleContent, ...]) -> None:
    asked = {q for article in articles for q in (*article.questions, article.title)}
    others = ["tests/knowledge/heldout.yaml", "tests/knowledge/tuning.yaml"]
    others += ["asr/evaluation/intents.yaml", "asr/training/hotline.txt"]
    lines = {line.strip(" -\n") for name in others for line in (ROOT / name).open(encoding="utf-8")}
    texts = {text for half in (QUESTIONS.tuning, QUESTIONS.heldout) for _, text in half.answered}
    assert not texts & asked and not texts & lines


def test_shares_and_counts(index: KnowledgeIndex) -> None:
    counting = Counting(index, "440106", QUESTIONS.today)
    pairs = [("dibao-shenqing", "低保怎么申请"), ("lihun-cailiao", "低保怎么申请")]
    pairs += [("lihun-cailiao", "嗯"), ("lihun-cailiao", "甲")]
    found = counting.answered(pairs, hear)
    assert (found["questions"], found["top1"], found["told_right"]) == (4, 50, 50)
    assert (found["told_wrong"], found["nothing"]) == (25, 25)
    outside = counting.outside(["今天天气", "低保怎么申请"], hear)
    assert outside == {"outside": 2, "outside_told": 1, "outside_offered": 0}


def hear(text: str) -> list[str]:
    """The recogniser hears 离婚要带什么材料 for one letter."""
    return ["离婚要带什么材料" if text == "甲" else text]


def test_the_held_out_half_is_found(articles: tuple[ArticleContent, ...]) -> None:
    """Half a percent below what `python -m bench answer_accuracy` prints."""
    index = KnowledgeIndex(articles, synonyms=Synonyms(shipped()))
    counting = Counting(index, QUESTIONS.area, QUESTIONS.today)
    found = counting.answered(QUESTIONS.heldout.answered)
    print(found)
    assert found["top1"] >= TOP1 and found["top3"] >= TOP3 and found["told_wrong"] <= 2.1
    outside = counting.outside(QUESTIONS.heldout.outside)
    print(outside)
    assert outside["outside_told"] <= 2


TOP1, TOP3 = 90.0, 97.0


def test_a_file_that_is_not_whole_is_refused(tmp_path: Path) -> None:
    broken = tmp_path / "questions.yaml"
    text = FILE.read_text(encoding="utf-8")
    broken.write_text(text.replace("heldout:", "held:"), encoding="utf-8")
    with pytest.raises(KeyError):
        load(broken)


def test_the_surer_of_two_readings_counts(index: KnowledgeIndex) -> None:
    counting = Counting(index, "440106", QUESTIONS.today)
    pairs = [("dibao-shenqing", "乙")]
    found = counting.answered(pairs, lambda _: ["天气怎么样", "低保怎么申请"])
    assert (found["top1"], found["told_right"]) == (100, 100)
