"""Policy articles: the list with its filters, one article, two versions side by side."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Form, Query, Request
from pydantic import BaseModel, Field
from starlette.responses import RedirectResponse, Response

from agent_ui.accounts import users
from agent_ui.accounts.login import Who
from agent_ui.console import Console
from agent_ui.guard import OwnForm, Parts, needs
from agent_ui.pages.article_frame import (
    SAID,
    UNDO,
    article_page,
    may_write,
    version_of,
)
from agent_ui.render import is_fragment
from agent_ui.roles import Permission
from core.area import COUNTRY, serves, valid
from knowledge import notices, store
from knowledge.amounts import in_force
from knowledge.article import HOUSEHOLDS, MODULES
from knowledge.compare import compare
from knowledge.lifecycle import LABELS, SOON, Action, State, possible
from tickets.usage import Usage, usage

router = APIRouter()
See = Annotated[Who, needs(Permission.ARTICLES)]

MOST = 300
USED_SINCE = timedelta(days=30)
DUE = {"soon": "快要失效", "review": "该核对了", "unhelpful": "有人说没帮助", "unused": "没人问过"}


class Asked(BaseModel):
    """The filters as they were filled in."""

    q: str = Field("", max_length=100)
    module: str = Field("", max_length=20)
    state: str = Field("", max_length=16)
    area: str = Field("", max_length=12)
    owner: str = Field("", max_length=60)
    due: str = Field("", max_length=16)


@router.get("/articles")
def articles(
    request: Request, console: Parts, who: See, asked: Annotated[Asked, Query()]
) -> Response:
    """All articles in the version that is told, else the newest; htmx gets the rows alone."""
    everything = store.list_articles(console.sessions, console.today())
    with console.sessions() as db:
        used, votes = usage(db, console.now() - USED_SINCE), notices.votes(db)
    listed = [each for each in everything if _fits(each, asked, console, used, votes)]
    return article_page(
        request,
        "parts/article_rows.html" if is_fragment(request) else "articles.html",
        who,
        asked=asked,
        rows=listed[:MOST],
        count=len(listed),
        more=max(0, len(listed) - MOST),
        used=used,
        votes=votes,
        modules=MODULES,
        owners=sorted({each.content.owner for each in everything if each.content.owner}),
        states=LABELS,
        due=DUE,
        filtered=any(asked.model_dump().values()),
        soon=console.today() + SOON,
    )


@router.get("/articles/{article}")
def article(
    article: str,
    request: Request,
    console: Parts,
    who: See,
    version: int | None = None,
    did: str = "",
) -> Response:
    """One article with its source and validity: the version in use, or the one asked for."""
    shown = version_of(console, article, version)
    versions = store.get_article(console.sessions, article, console.today())
    with console.sessions() as db:
        used = usage(db, console.now() - USED_SINCE).get(article, Usage())
        complaints, people = notices.complaints(db, article), users.names(db)
    mine = may_write(console, who, shown.content.area)
    done = Action(did) if did in set(Action) else None
    return article_page(
        request,
        "article.html",
        who,
        a=shown,
        versions=versions,
        amounts=in_force(shown.content.amounts, _place(who, shown), console.today()),
        households=HOUSEHOLDS,
        states=LABELS,
        used=used,
        complaints=complaints,
        people=people,
        can_do=possible(shown.life, who.name, console.today()) if mine else frozenset(),
        mine=mine,
        approver=who.may(Permission.ARTICLES_APPROVE),
        A=Action,
        S=State,
        said=SAID.get(done, "") if done else "",
        undo=UNDO.get(done) if done else None,
        making=next((each for each in versions if each.state in _MAKING), None),
    )


@router.get("/articles/{article}/compare")
def side_by_side(
    article: str, request: Request, console: Parts, who: See, left: int, right: int
) -> Response:
    """Two versions and where they differ."""
    sides = [version_of(console, article, number) for number in (left, right)]
    versions = store.get_article(console.sessions, article, console.today())
    found = compare(sides[0].content, sides[1].content)
    return article_page(
        request, "article_compare.html", who, left=sides[0], right=sides[1], found=found,
        versions=versions, states=LABELS,
    )  # fmt: skip


@router.post("/articles/{article}/unhelpful", dependencies=[OwnForm])
def unhelpful(
    article: str,
    console: Parts,
    who: See,
    why: Annotated[str, Form(max_length=500)] = "",
) -> Response:
    """Keep that a user found the article of no help."""
    shown = version_of(console, article)
    notices.unhelpful(
        console.sessions, article, shown.content.version, who.name, why, console.now()
    )
    return RedirectResponse(f"/articles/{article}?thanks=1#feedback", 303)


def _place(who: Who, shown: store.Stored) -> str:
    """The area whose amounts a user is shown: their own where the article holds there."""
    area = shown.content.area
    return who.area if serves(area, who.area) and who.area != COUNTRY else area


_MAKING = (State.DRAFT, State.REVIEW, State.APPROVED)


def _fits(
    article: store.Stored,
    asked: Asked,
    console: Console,
    used: Mapping[str, Usage],
    votes: Mapping[str, int],
) -> bool:
    content, today = article.content, console.today()
    text = asked.q.strip()
    where = (
        content.id, content.title, content.topic, content.doc_number, content.long, content.spoken,
        *content.questions, *content.keys,
    )  # fmt: skip
    due = {
        "soon": content.valid_to is not None and content.valid_to <= today + SOON,
        "review": article.life.review_by is not None and article.life.review_by <= today,
        "unhelpful": votes.get(content.id, 0) > 0,
        "unused": content.id not in used,
    }
    return (
        (not text or any(text in each for each in where))
        and (not asked.module or content.topic.split("/")[0] == asked.module)
        and (not asked.state or asked.state in (article.state, article.newer))
        and (not valid(asked.area) or not asked.area or serves(asked.area, content.area))
        and (not asked.owner or content.owner == asked.owner)
        and due.get(asked.due, True)
    )
