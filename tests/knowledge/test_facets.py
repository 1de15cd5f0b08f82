"""What a question wants to know tells articles of one matter apart."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from knowledge.facets import Facets, facets
from knowledge.port import Decision
from knowledge.search import KnowledgeIndex

PAPERS = ("离婚要带什么材料", "离婚需要哪些证件", "离婚登记准备什么")
TIME = ("离婚要多久", "离婚冷静期是多少天", "离婚几天能办好")
PLACE = ("离婚去哪里办", "离婚找谁", "离婚去哪个地方")


@pytest.mark.parametrize(
    ("question", "best"),
    [("离婚的材料清单讲一下", 0), ("离婚多长时间", 1), ("离婚归哪个部门", 2)],
)
def test_the_article_that_is_asked_so_goes_first(question: str, best: int) -> None:
    scores = Facets([PAPERS, TIME, PLACE]).scores(question, np.arange(3))
    assert scores.argmax() == best and scores[best] > 0.3
    assert (np.delete(scores, best) < 0).all() and abs(scores).max() <= 1


def test_a_question_that_says_nothing_of_it_speaks_for_nobody() -> None:
    assert not facets("我想离婚").any()
    assert not Facets([PAPERS, TIME]).scores("我想离婚", np.arange(2)).any()


def test_of_one_article_nothing_is_told_apart() -> None:
    assert Facets([PAPERS]).scores("离婚要多久", np.arange(1)).tolist() == [0]
    assert Facets([]).scores("离婚要多久", np.arange(0)).size == 0


def test_what_is_seldom_asked_so_is_asked_back(index: KnowledgeIndex) -> None:
    found = index.ask("补领结婚证要多少天", "440100", date(2026, 3, 1))
    assert found.decision is not Decision.ANSWER
    assert found.answers and "seldom" in found.why
