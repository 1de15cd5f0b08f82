"""Articles in the database: seeding again changes nothing, texts are never lost."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from core.db import Sessions
from knowledge import editing, store
from knowledge.article import ArticleContent
from knowledge.lifecycle import Action, Event, State
from knowledge.load import FOLDER
from knowledge.rows import FILE
from knowledge.tables import Article
from tests.knowledge.published import publish

NOW = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)
DAY = NOW.date()
Make = Callable[..., ArticleContent]


def versions(sessions: Sessions, article: str) -> list[tuple[int, bool]]:
    """(version, in use) of one article, newest first."""
    return [
        (each.content.version, each.in_use) for each in store.get_article(sessions, article, DAY)
    ]


def test_the_shipped_folder_is_seeded_once(sessions: Sessions) -> None:
    first = store.seed(sessions, FOLDER, NOW)
    assert len(first.added) >= 30 and first.changed == first.kept == first.problems == ()
    again = store.seed(sessions, FOLDER, NOW + timedelta(days=1))
    assert again.kept == first.added and again.added == again.changed == ()
    listed = store.list_articles(sessions, DAY)
    assert sorted(each.content.id for each in listed) == sorted(first.added)
    assert all(each.created_at == NOW and each.origin == FILE for each in listed)


def test_what_comes_out_is_what_went_in(sessions: Sessions, article: Make) -> None:
    content = article("jiehun-hukouben", valid_to=date(2027, 1, 1))
    store.put(sessions, [content], NOW)
    assert store.in_force(sessions, DAY) == [content]


def test_a_changed_file_is_a_new_version_and_the_old_one_stays(
    sessions: Sessions, article: Make
) -> None:
    store.put(sessions, [article("dibao-shenqing")], NOW)
    changed = article("dibao-shenqing", spoken="请到街道办事处申请。", area="440000")
    done = store.put(sessions, [changed], NOW)
    assert done.changed == ("dibao-shenqing",)
    assert versions(sessions, "dibao-shenqing") == [(2, True), (1, False)]
    (told,) = store.in_force(sessions, DAY)
    assert (told.version, told.spoken, told.area) == (2, "请到街道办事处申请。", "440000")
    with sessions() as db:
        assert db.get_one(Article, "dibao-shenqing").area == "440000"


def test_a_users_text_is_not_replaced_by_a_file(sessions: Sessions, article: Make) -> None:
    store.put(sessions, [article("dibao-shenqing")], NOW)
    mine = article("dibao-shenqing", spoken="请按本县的规定办理低保申请。")
    publish(sessions, mine, "li.na", "chen")
    assert store.put(sessions, [article("dibao-shenqing")], NOW).kept == ("dibao-shenqing",)
    done = store.put(sessions, [article("dibao-shenqing", spoken="软件带来的新文本。")], NOW)
    assert done.held_back == ("dibao-shenqing",)
    assert versions(sessions, "dibao-shenqing") == [(3, False), (2, True), (1, False)]
    assert store.in_force(sessions, DAY)[0].spoken == "请按本县的规定办理低保申请。"


def test_an_article_whose_file_is_gone_stays(sessions: Sessions, tmp_path: Path) -> None:
    for name in ("dibao-shenqing", "lihun-cailiao"):
        shutil.copy(FOLDER / f"{name}.yaml", tmp_path)
    store.seed(sessions, tmp_path, NOW)
    (tmp_path / "lihun-cailiao.yaml").write_text("id: [", encoding="utf-8")
    done = store.seed(sessions, tmp_path, NOW)
    assert done.kept == ("dibao-shenqing",)
    assert [Path(problem.file).name for problem in done.problems] == ["lihun-cailiao.yaml"]
    assert len(store.in_force(sessions, DAY)) == 2


@pytest.mark.parametrize(
    ("begin", "end", "told"),
    [
        (None, None, True),
        (None, DAY, True),
        (None, DAY - timedelta(days=1), False),
        # Tomorrow's article is loaded today: the search looks at the day of each question.
        (DAY + timedelta(days=1), None, True),
    ],
)
def test_expired_articles_are_not_loaded(
    sessions: Sessions, article: Make, begin: date | None, end: date | None, told: bool
) -> None:
    store.put(sessions, [article("lihun-cailiao", valid_from=begin, valid_to=end)], NOW)
    assert bool(store.in_force(sessions, DAY)) is told


def test_a_withdrawn_article_is_listed_but_not_told(sessions: Sessions, article: Make) -> None:
    store.put(sessions, [article("lihun-cailiao")], NOW)
    event, doer = Event(Action.WITHDRAW, "chen", "已废止"), editing.Doer("chen", NOW, DAY)
    assert editing.act(sessions, "lihun-cailiao", 1, event, doer).heard
    assert store.in_force(sessions, DAY) == []
    (listed,) = store.list_articles(sessions, DAY)
    assert (listed.state, listed.why) == (State.WITHDRAWN, "已废止")
    with pytest.raises(LookupError):
        editing.act(sessions, "no-such", 1, event, doer)
    assert store.get_article(sessions, "no-such", DAY) == []


def test_a_file_does_not_bring_back_what_was_withdrawn(sessions: Sessions, article: Make) -> None:
    store.put(sessions, [article("lihun-cailiao")], NOW)
    event, doer = Event(Action.WITHDRAW, "chen", "已废止"), editing.Doer("chen", NOW, DAY)
    editing.act(sessions, "lihun-cailiao", 1, event, doer)
    newer = article("lihun-cailiao", spoken="新的软件带来的新文本。")
    assert store.put(sessions, [newer], NOW).held_back == ("lihun-cailiao",)
    assert store.in_force(sessions, DAY) == []
    (listed,) = store.list_articles(sessions, DAY)
    assert listed.newer is State.DRAFT
