"""The voice flow, drawn with today's counts, and the policy articles."""

from __future__ import annotations

from collections import Counter
from typing import Annotated

from fastapi import APIRouter, Query, Request
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from starlette.exceptions import HTTPException
from starlette.responses import Response

from agent_ui.accounts.login import Who
from agent_ui.console import Console
from agent_ui.guard import Parts, needs
from agent_ui.render import page
from agent_ui.roles import Permission
from core.clock import local
from core.journal_tables import Call, CallEvent
from knowledge import store

router = APIRouter()

# The drawing carries its own style; as an image it can run nothing.
DRAWING_POLICY = "default-src 'none'; style-src 'unsafe-inline'; sandbox"


@router.get("/trees")
def trees(
    request: Request, console: Parts, who: Annotated[Who, needs(Permission.TREES)]
) -> Response:
    """The tree that answers, and how often each node was entered today."""
    with console.sessions() as db:
        counts = entered_today(db, console)
    return page(request, "trees.html", who, counts=counts.most_common(), total=_calls(console))


@router.get("/trees/drawing.svg")
def drawing(console: Parts, _who: Annotated[Who, needs(Permission.TREES)]) -> Response:
    """The drawing alone."""
    with console.sessions() as db:
        counts = entered_today(db, console)
    headers = {"Content-Security-Policy": DRAWING_POLICY}
    return Response(console.draw_tree(dict(counts)), media_type="image/svg+xml", headers=headers)


@router.get("/articles")
def articles(
    request: Request,
    console: Parts,
    who: Annotated[Who, needs(Permission.ARTICLES)],
    q: Annotated[str, Query(max_length=100)] = "",
) -> Response:
    """All articles in the version in use, by topic."""
    listed = [each for each in store.list_articles(console.sessions) if _fits(each, q.strip())]
    topics: dict[str, list[store.Stored]] = {}
    for each in listed:
        topics.setdefault(each.content.topic, []).append(each)
    today = local(console.now(), console.settings.timezone).date()
    return page(request, "articles.html", who, topics=topics, count=len(listed), q=q, today=today)


@router.get("/articles/{article}")
def article(
    article: str,
    request: Request,
    console: Parts,
    who: Annotated[Who, needs(Permission.ARTICLES)],
    version: int | None = None,
) -> Response:
    """One article with its source and validity: the version in use, or the one asked for."""
    versions = store.get_article(console.sessions, article)
    shown = next(
        (
            each
            for each in versions
            if (each.in_use if version is None else each.content.version == version)
        ),
        None,
    )
    if shown is None:
        raise HTTPException(404)
    today = local(console.now(), console.settings.timezone).date()
    return page(request, "article.html", who, a=shown, versions=versions, today=today)


def entered_today(db: Session, console: Console) -> Counter[str]:
    """How often each node was entered in calls that began today."""
    events = (
        select(CallEvent.data)
        .join(Call, Call.id == CallEvent.call_id)
        .where(Call.started_at >= console.midnight(), CallEvent.kind == "node")
    )
    return Counter(str(data.get("name", "")) for data in db.scalars(events))


def _calls(console: Console) -> int:
    with console.sessions() as db:
        today = select(func.count()).where(Call.started_at >= console.midnight())
        return db.scalar(today.select_from(Call)) or 0


def _fits(article: store.Stored, text: str) -> bool:
    content = article.content
    where = (content.title, content.topic, content.doc_number, content.long, *content.questions)
    return not text or any(text in each for each in where)
