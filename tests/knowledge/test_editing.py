"""Drafts, approval, publishing and their undoing in the database."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from core.db import Sessions
from core.journal_tables import AuditEntry
from knowledge import editing, notices, store
from knowledge.amounts import Amount
from knowledge.article import ArticleContent
from knowledge.compare import compare
from knowledge.lifecycle import Action, Event, Refused, State
from tests.knowledge.published import NOW, doer, publish, submit

DAY = NOW.date()
Make = Callable[..., ArticleContent]


@pytest.fixture
def own(article: Make) -> ArticleContent:
    """An article of this city with all that one can have."""
    return article(
        "dibao-shenqing", id="dibao-biaozhun", title="低保标准是多少", age_from=18, age_to=99,
        household="local", materials=("身份证", "户口本"), place="街道办事处", hours="工作日",
        fee="免费", limit="20个工作日", area="440100",
        amounts=(Amount("低保标准", "1280", "元每人每月", "440100", DAY),),
    )  # fmt: skip


def states(sessions: Sessions, article: str) -> list[State]:
    """Of all versions, oldest first."""
    return [each.state for each in reversed(store.get_article(sessions, article, DAY))]


def test_a_text_goes_through_two_hands(sessions: Sessions, own: ArticleContent) -> None:
    done = submit(sessions, own, "li")
    assert store.in_force(sessions, DAY) == [] and not done.heard
    (waiting,) = store.in_state(sessions, [State.REVIEW], DAY)
    assert (waiting.content, waiting.life.authors) == (own, ("li",))
    approve = Event(Action.APPROVE, "li")
    with pytest.raises(Refused, match="另一位"):
        editing.act(sessions, own.id, 1, approve, doer("li"))
    editing.act(sessions, own.id, 1, replace(approve, by="chen"), doer("chen"))
    done = editing.act(sessions, own.id, 1, Event(Action.PUBLISH, "chen"), doer("chen"))
    assert done.heard and store.in_force(sessions, DAY) == [own]
    with sessions() as db:
        did = db.scalars(select(AuditEntry.did).order_by(AuditEntry.id)).all()
    assert did == ["article.drafted", "article.submit", "article.approve", "article.publish"]


def test_a_new_version_replaces_the_old_one_only_when_published(
    sessions: Sessions, own: ArticleContent
) -> None:
    publish(sessions, own, "li", "chen")
    second = replace(own, spoken="从今年起，低保标准有了新的规定。")
    submit(sessions, second, "wang")
    assert [each.spoken for each in store.in_force(sessions, DAY)] == [own.spoken]
    (listed,) = store.list_articles(sessions, DAY)
    assert (listed.content.version, listed.state, listed.newer) == (
        1, State.PUBLISHED, State.REVIEW,
    )  # fmt: skip
    for action in (Action.APPROVE, Action.PUBLISH):
        editing.act(sessions, own.id, 2, Event(action, "chen"), doer("chen"))
    assert [each.spoken for each in store.in_force(sessions, DAY)] == [second.spoken]
    assert states(sessions, own.id) == [State.REPLACED, State.PUBLISHED]
    (found,) = compare(own, second)
    assert found.name == "口语答复" and "".join(p.text for p in found.right) == second.spoken


def test_publishing_is_undone_by_taking_up_the_version_before(
    sessions: Sessions, own: ArticleContent
) -> None:
    publish(sessions, own, "li", "chen")
    publish(sessions, replace(own, spoken="从今年起，低保标准有了新的规定。"), "li", "chen")
    done = editing.act(sessions, own.id, 1, Event(Action.REOPEN, "chen"), doer("chen"))
    assert done.heard and store.in_force(sessions, DAY) == [own]
    assert states(sessions, own.id) == [State.PUBLISHED, State.REPLACED]


def test_withdrawn_and_taken_up_again(sessions: Sessions, own: ArticleContent) -> None:
    publish(sessions, own, "li", "chen")
    editing.act(sessions, own.id, 1, Event(Action.WITHDRAW, "chen", "有误"), doer("chen"))
    assert store.in_force(sessions, DAY) == []
    editing.act(sessions, own.id, 1, Event(Action.REOPEN, "chen"), doer("chen"))
    assert store.in_force(sessions, DAY) == [own]


def test_expired_is_shown_so_and_not_told(sessions: Sessions, own: ArticleContent) -> None:
    publish(sessions, replace(own, valid_to=DAY), "li", "chen")
    tomorrow = DAY + timedelta(1)
    assert len(store.in_force(sessions, DAY)) == 1 and store.in_force(sessions, tomorrow) == []
    assert store.list_articles(sessions, tomorrow)[0].state is State.EXPIRED


def test_restore_begins_a_draft_with_the_old_text(sessions: Sessions, own: ArticleContent) -> None:
    publish(sessions, own, "li", "chen")
    publish(sessions, replace(own, spoken="从今年起，低保标准有了新的规定。"), "li", "chen")
    done = editing.restore(sessions, own.id, 1, doer("wang"))
    assert (done.version, done.state) == (3, State.DRAFT)
    newest = store.get_article(sessions, own.id, DAY)[0]
    assert newest.content == replace(own, version=3) and newest.life.authors == ("wang",)
    with pytest.raises(Refused, match="在起草"):
        editing.restore(sessions, own.id, 1, doer("wang"))


def test_two_who_write_at_once_do_not_overwrite_each_other(
    sessions: Sessions, own: ArticleContent
) -> None:
    editing.draft(sessions, own, doer("li"))
    mine = replace(own, long="李敏的改动，比原来的长一些。")
    editing.draft(sessions, mine, doer("li"), seen=own.digest())
    with pytest.raises(Refused, match="刷新"):
        editing.draft(sessions, replace(own, fee="二十元"), doer("wang"), seen=own.digest())
    newest = store.get_article(sessions, own.id, DAY)[0]
    assert newest.content == mine and newest.life.authors == ("li",)


def test_what_is_incomplete_can_be_kept_but_not_handed_in(
    sessions: Sessions, own: ArticleContent
) -> None:
    done = editing.draft(sessions, replace(own, spoken="", questions=("低保多少",)), doer("li"))
    with pytest.raises(Refused, match="问法只有1条，至少要3条。口语答复没有填。"):
        editing.act(sessions, own.id, done.version, Event(Action.SUBMIT, "li"), doer("li"))
    assert states(sessions, own.id) == [State.DRAFT]


def test_a_text_under_review_is_not_changed(sessions: Sessions, own: ArticleContent) -> None:
    submit(sessions, own, "li")
    with pytest.raises(Refused, match="待审批"):
        editing.draft(sessions, replace(own, fee="二十元"), doer("li"), seen=own.digest())


def test_agents_are_told_and_their_reading_is_kept(sessions: Sessions, own: ArticleContent) -> None:
    publish(sessions, own, "li", "chen")
    editing.act(sessions, own.id, 1, Event(Action.WITHDRAW, "chen", "有误"), doer("chen"))
    found = notices.notices(sessions, "440106", NOW)
    assert [(each.kind, each.why) for each in found] == [("withdrawn", "有误"), ("published", "")]
    assert notices.notices(sessions, "440300", NOW) == []
    assert notices.unread(sessions, "wang", "440106", NOW) == 2
    assert notices.read(sessions, found[0].id, "wang", NOW)
    assert notices.read(sessions, found[0].id, "wang", NOW + timedelta(hours=1))
    assert notices.notices(sessions, "440106", NOW)[0].readers == {"wang": NOW}
    assert notices.unread(sessions, "wang", "440106", NOW) == 1
    assert not notices.read(sessions, 99, "wang", NOW)


def test_not_helpful_counts_once_per_person_and_version(
    sessions: Sessions, own: ArticleContent
) -> None:
    publish(sessions, own, "li", "chen")
    for why in ("没说深圳", "没说深圳的标准"):
        assert notices.unhelpful(sessions, own.id, 1, "wang", why, NOW)
    assert not notices.unhelpful(sessions, "no-such", 1, "wang", "", NOW)
    with sessions() as db:
        assert notices.votes(db) == {own.id: 1}
        assert [each.why for each in notices.complaints(db, own.id)] == ["没说深圳的标准"]
