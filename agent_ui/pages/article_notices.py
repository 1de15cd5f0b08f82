"""Change notices to agents, with who has read them."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Request
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response

from agent_ui.accounts import users
from agent_ui.accounts.login import Who
from agent_ui.guard import OwnForm, Parts, needs
from agent_ui.pages.article_frame import article_page
from agent_ui.roles import Permission, Role
from core.area import serves
from knowledge import notices

router = APIRouter()
See = Annotated[Who, needs(Permission.ARTICLES)]


@router.get("/knowledge/notices")
def listed(request: Request, console: Parts, who: See) -> Response:
    """The changes of the last 90 days, unread ones first; supervisors see who has read them."""
    found = notices.notices(console.sessions, who.area, console.now())
    found.sort(key=lambda each: who.name in each.readers)
    with console.sessions() as db:
        people = users.names(db)
        agents = [
            user.name
            for user in users.listed(db)
            if user.role == Role.AGENT and serves(who.area, user.area)
        ]
    return article_page(
        request, "article_notices.html", who, notices=found, people=people, agents=agents,
        sees_readers=who.may(Permission.ARTICLES_APPROVE),
    )  # fmt: skip


@router.post("/knowledge/notices/{notice}/read", dependencies=[OwnForm])
def read(notice: int, console: Parts, who: See) -> Response:
    """Keep that the user has read a notice."""
    if not notices.read(console.sessions, notice, who.name, console.now()):
        raise HTTPException(404)
    return RedirectResponse("/knowledge/notices", 303)
