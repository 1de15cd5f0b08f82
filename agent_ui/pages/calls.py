"""Running calls, and the help page."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from starlette.responses import RedirectResponse, Response

from agent_ui import sight
from agent_ui.accounts.login import Who
from agent_ui.guard import Parts, needs, signed_in
from agent_ui.pages.supervision import menu
from agent_ui.render import page
from agent_ui.roles import Permission

router = APIRouter()


@router.get("/live")
def live(request: Request, who: Annotated[Who, needs(Permission.LIVE)]) -> Response:
    """Running calls; filled and kept up to date over the WebSocket."""
    return page(request, "live.html", who, menu=menu(who, "/live"))


@router.get("/calls/{call_id}")
def ticket_of(
    call_id: str, console: Parts, who: Annotated[Who, needs(Permission.TICKETS)]
) -> Response:
    """Go to the ticket of a call."""
    with console.sessions() as db:
        number = sight.ticket_by_call(db, call_id, who).number
    return RedirectResponse(f"/tickets/{number}", 303)


@router.get("/help")
def help_page(request: Request, who: Annotated[Who, Depends(signed_in)]) -> Response:
    """What the keys do."""
    return page(request, "help.html", who)
