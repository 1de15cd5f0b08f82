"""The approval queue, and everything that moves a version along."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request
from starlette.exceptions import HTTPException
from starlette.responses import Response

from agent_ui.accounts import users
from agent_ui.accounts.login import Who
from agent_ui.guard import Forbidden, OwnForm, Parts, needs
from agent_ui.pages.article_frame import (
    NOT_YOURS,
    SAID,
    article_page,
    doer,
    may_write,
    must_write,
    shown_after,
    told,
    version_of,
    waiting_versions,
)
from agent_ui.roles import Permission
from knowledge import editing, store
from knowledge.compare import compare
from knowledge.lifecycle import LABELS, Action, Event, Refused, State, possible

router = APIRouter()
See = Annotated[Who, needs(Permission.ARTICLES)]

BOTH = "approve-publish"
"""Approve and publish in one go: what the queue's button does."""

_FOR_AUTHORS = {
    Action.SUBMIT: (State.DRAFT,),
    Action.SEND_BACK: (State.REVIEW,),
    Action.WITHDRAW: (State.DRAFT, State.REVIEW),
    Action.REOPEN: (State.WITHDRAWN,),
}
"""What those who wrote a version may do with it, and from which states, without approving."""


@router.get("/knowledge/approvals")
def approvals(request: Request, console: Parts, who: See) -> Response:
    """What waits for somebody to approve or publish it, with what would change."""
    rows = []
    for each in waiting_versions(console):
        versions = store.get_article(console.sessions, each.content.id, console.today())
        before = next((v for v in versions if v.in_use and v.life.told), None)
        changes = compare(before.content, each.content) if before else []
        mine = may_write(console, who, each.content.area)
        can = possible(each.life, who.name, console.today()) if mine else frozenset()
        rows.append((each, before, changes, can))
    with console.sessions() as db:
        people = users.names(db)
    return article_page(
        request, "article_approvals.html", who, rows=rows, people=people, states=LABELS, A=Action,
        approver=who.may(Permission.ARTICLES_APPROVE), S=State,
    )  # fmt: skip


@router.post("/articles/{article}/{version}/restore", dependencies=[OwnForm])
def restore(article: str, version: int, request: Request, console: Parts, who: See) -> Response:
    """Begin a draft with the text of an old version."""
    shown = version_of(console, article, version)
    if not who.may(Permission.ARTICLES_WRITE):
        raise Forbidden(NOT_YOURS)
    must_write(console, who, shown.content.area)
    by = doer(request, console, who)
    try:
        done = editing.restore(console.sessions, article, version, by)
    except Refused as refused:
        return _refused(request, who, article, refused)
    return shown_after(done, Action.EDIT)


@router.post("/articles/{article}/{version}/{action}", dependencies=[OwnForm])
def act(
    article: str,
    version: int,
    action: str,
    request: Request,
    console: Parts,
    who: See,
    why: Annotated[str, Form(max_length=500)] = "",
) -> Response:
    """Do something with a version; what callers hear changes within seconds."""
    wanted = (Action.APPROVE, Action.PUBLISH) if action == BOTH else _action(action)
    shown = version_of(console, article, version)
    must_write(console, who, shown.content.area)
    by = doer(request, console, who)
    for each in wanted:
        if not _allowed(who, each, shown):
            raise Forbidden("这一步要由值班主管来做。")
    try:
        with console.sessions() as db:
            for each in wanted:
                event = Event(each, who.name, why)
                done = editing.act_in(db, article, version, event, by)
    except Refused as refused:
        return _refused(request, who, article, refused)
    told(request, done)
    return shown_after(done, wanted[-1])


def _action(text: str) -> tuple[Action, ...]:
    offered = set(SAID) - {Action.EDIT}
    if text not in offered:
        raise HTTPException(404)
    return (Action(text),)


def _allowed(who: Who, action: Action, shown: store.Stored) -> bool:
    if who.may(Permission.ARTICLES_APPROVE):
        return True
    mine = who.name in shown.life.authors and not shown.life.told
    wrote = action is Action.SUBMIT and who.may(Permission.ARTICLES_WRITE)
    return wrote or (mine and shown.state in _FOR_AUTHORS.get(action, ()))


def _refused(request: Request, who: Who, article: str, why: Refused) -> Response:
    return article_page(request, "article_refused.html", who, 409, why=str(why), article=article)
