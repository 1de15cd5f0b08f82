"""The way of a text through the hands of two people."""

from __future__ import annotations

from datetime import UTC, datetime

from core.db import Sessions
from knowledge import editing
from knowledge.article import ArticleContent
from knowledge.editing import Doer, Done
from knowledge.lifecycle import Action, Event

NOW = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)


def doer(name: str, now: datetime = NOW) -> Doer:
    """Somebody who acts."""
    return Doer(name, now, now.date())


def submit(sessions: Sessions, content: ArticleContent, author: str, now: datetime = NOW) -> Done:
    """Draft a text and hand it in."""
    by = doer(author, now)
    done = editing.draft(sessions, content, by)
    return editing.act(sessions, content.id, done.version, Event(Action.SUBMIT, author), by)


def publish(
    sessions: Sessions, content: ArticleContent, author: str, approver: str, now: datetime = NOW
) -> Done:
    """Draft a text, have it approved by somebody else, and publish it."""
    done = submit(sessions, content, author, now)
    for action in (Action.APPROVE, Action.PUBLISH):
        event = Event(action, approver)
        done = editing.act(sessions, content.id, done.version, event, doer(approver, now))
    return done
