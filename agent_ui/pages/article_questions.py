"""Questions that nobody could answer: in groups that sound alike, each a click from a draft."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Query, Request
from starlette.responses import RedirectResponse, Response

from agent_ui.accounts.login import Who
from agent_ui.guard import OwnForm, Parts, needs
from agent_ui.pages.article_frame import article_page
from agent_ui.roles import Permission
from knowledge import questions

router = APIRouter()
See = Annotated[Who, needs(Permission.QUESTIONS)]
Ids = Annotated[list[int], Form()]


@router.get("/knowledge/questions")
def listed(
    request: Request,
    console: Parts,
    who: See,
    dismissed: Annotated[list[int], Query()] = [],  # noqa: B006 FastAPI copies it
) -> Response:
    """The open questions of the user's area; `dismissed` are those just taken off, to undo."""
    groups = questions.open_questions(console.sessions, who.area)
    near = {}
    for group in groups:
        found = console.ask(group.text, group.asked[0].area)
        near[group.ids[0]] = found.answers[:2]
    return article_page(
        request, "article_questions.html", who, groups=groups, near=near, dismissed=dismissed
    )


@router.post("/knowledge/questions/dismiss", dependencies=[OwnForm])
def dismiss(console: Parts, who: See, question: Ids) -> Response:
    """Take questions off the list: they need no article."""
    mine = questions.of_area(console.sessions, question, who.area)
    questions.settle(console.sessions, mine, who.name, console.now())
    query = "&".join(f"dismissed={number}" for number in mine)
    return RedirectResponse(f"/knowledge/questions?{query}", 303)


@router.post("/knowledge/questions/reopen", dependencies=[OwnForm])
def reopen(console: Parts, who: See, question: Ids) -> Response:
    """Put questions back on the list."""
    mine = questions.of_area(console.sessions, question, who.area)
    questions.reopen(console.sessions, mine, who.name, console.now())
    return RedirectResponse("/knowledge/questions", 303)
