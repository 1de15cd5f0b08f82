"""Word vectors: near words are near, unknown ones say nothing, and how the table is made."""

from __future__ import annotations

import numpy as np
import pytest

from knowledge.meaning import distil, table
from knowledge.meaning.table import Meanings, Subjects
from knowledge.words import frequent, segment


@pytest.mark.parametrize(
    ("word", "near", "far"),
    [("爷爷", "奶奶", "申请"), ("医院", "医生", "结婚"), ("洪水", "台风", "电话")],
)
def test_near_words_are_near(word: str, near: str, far: str) -> None:
    known = table.shipped()
    asked, like, unlike = (known.of([each]) for each in (word, near, far))
    assert asked @ like > asked @ unlike + 0.1


def test_the_table_covers_what_articles_ask() -> None:
    known = table.shipped()
    words = {word for word in distil.vocabulary(0)}
    unknown = [word for word in words if not known.of([word]).any()]
    assert len(unknown) <= len(words) * 0.05


def test_a_text_is_the_direction_of_its_words() -> None:
    known = Meanings(["一", "二"], np.array([[127, 0], [0, 5]], dtype=np.int8))
    assert np.linalg.norm(known.of(["一", "二"])) == pytest.approx(1)
    assert known.of(["二"]).tolist() == [0, 1]
    assert not known.of(["三"]).any() and not known.of([]).any()


def test_what_a_group_is_about_is_what_others_do_not_share() -> None:
    share = [0.9, 0.0, 0.0]
    vectors = np.array([[0.9, 0.4, 0], [0.9, 0.3, 0], [0.9, 0, 0.4]], dtype=np.float32)
    about = Subjects(vectors, np.array([0, 2, 3]))
    both = np.arange(2)
    first, second = about.scores(np.array([0.9, 0.5, 0], dtype=np.float32), both)
    assert first > 0.9 and second == 0
    assert not about.scores(np.zeros(3, dtype=np.float32), both).any()
    assert abs(about.scores(np.array(share, dtype=np.float32), both)).max() < 0.9


def test_without_groups_nothing_is_about_anything() -> None:
    about = Subjects(np.zeros((0, 3), dtype=np.float32), np.array([0]))
    assert about.scores(np.ones(3, dtype=np.float32), np.arange(0)).size == 0


def test_the_directions_that_all_words_share_are_left_out() -> None:
    rng = np.random.default_rng(3)
    vectors = rng.normal(size=(300, 200)).astype(np.float32)
    vectors[:, 0] += rng.normal(size=300) * 100
    found = distil.reduced(vectors)
    assert found.shape == (300, distil.DIMENSIONS) and found.dtype == np.int8
    shared = np.corrcoef(found.astype(float).T, vectors[:, 0])[-1, :-1]
    assert np.abs(shared).max() < 0.5


def test_frequent_words_are_chinese_and_most_frequent_first() -> None:
    words = frequent(50)
    assert len(words) == 50 and {"是", "了"} < set(words[:5])
    assert segment("的") == ["的"]
