"""Synonyms, and a question put to the search as a caller would."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Query, Request
from starlette.responses import RedirectResponse, Response

from agent_ui.accounts import users
from agent_ui.accounts.login import Who
from agent_ui.guard import OwnForm, Parts, needs
from agent_ui.pages.article_frame import article_page
from agent_ui.roles import Permission
from core.area import names, valid
from knowledge import synonyms
from knowledge.live import CHANGED

router = APIRouter()
See = Annotated[Who, needs(Permission.ARTICLES)]
Edit = Annotated[Who, needs(Permission.ARTICLES_EXCHANGE)]

DECISIONS = {
    "answer": ("直接答复", "good"),
    "unsure": ("先问一句再答", "wait"),
    "nothing": ("转人工并记下问题", ""),
}


@router.get("/knowledge/synonyms")
def listed(
    request: Request,
    console: Parts,
    who: See,
    q: Annotated[str, Query(max_length=100)] = "",
    area: Annotated[str, Query(max_length=6)] = "",
    removed: int = 0,
) -> Response:
    """The groups, and what a question would find; `removed` is the group just taken away."""
    return _page(request, who, q=q, area=area, removed=removed)


@router.post("/knowledge/synonyms", dependencies=[OwnForm])
def keep(
    request: Request,
    console: Parts,
    who: Edit,
    words: Annotated[str, Form(max_length=300)] = "",
    group: Annotated[int, Form()] = 0,
) -> Response:
    """Keep a group; words stand apart by commas, spaces or 、."""
    split = words
    for mark in "，,、 \n=＝":
        split = split.replace(mark, "\n")
    try:
        synonyms.keep(console.sessions, split.split("\n"), who.name, console.now(), group)
    except synonyms.WrongGroup as wrong:
        return _page(request, who, fault=str(wrong), words=words, edited=group, status=400)
    request.app.state.publish(CHANGED, {"synonyms": True})
    return RedirectResponse("/knowledge/synonyms", 303)


@router.post("/knowledge/synonyms/{group}/remove", dependencies=[OwnForm])
def remove(group: int, request: Request, console: Parts, who: Edit) -> Response:
    """Use a group no more."""
    synonyms.remove(console.sessions, group, who.name, console.now())
    request.app.state.publish(CHANGED, {"synonyms": True})
    return RedirectResponse(f"/knowledge/synonyms?removed={group}", 303)


@router.post("/knowledge/synonyms/{group}/restore", dependencies=[OwnForm])
def restore(group: int, request: Request, console: Parts, who: Edit) -> Response:
    """Use a removed group again."""
    synonyms.remove(console.sessions, group, who.name, console.now(), removed=False)
    request.app.state.publish(CHANGED, {"synonyms": True})
    return RedirectResponse("/knowledge/synonyms", 303)


def _page(
    request: Request,
    who: Who,
    q: str = "",
    area: str = "",
    removed: int = 0,
    fault: str = "",
    words: str = "",
    edited: int = 0,
    status: int = 200,
) -> Response:
    console = request.app.state.console
    where = area if area and valid(area) else who.area
    with console.sessions() as db:
        people = users.names(db)
    return article_page(
        request, "article_synonyms.html", who, status,
        groups=synonyms.list_groups(console.sessions),
        gone=[g for g in synonyms.list_groups(console.sessions, removed=True) if g.id == removed],
        q=q, area=where, found=console.ask(q, where) if q.strip() else None, decisions=DECISIONS,
        fault=fault, words=words, edited=edited, areas=names(), people=people,
        may_edit=who.may(Permission.ARTICLES_EXCHANGE),
    )  # fmt: skip
