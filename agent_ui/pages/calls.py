"""Running calls, the agent's phone, and the pieces of a call that these pages fetch."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from starlette.responses import RedirectResponse, Response

from agent_ui import sight
from agent_ui.accounts import users
from agent_ui.accounts.login import Who
from agent_ui.guard import Parts, needs, signed_in
from agent_ui.pages.supervision import menu
from agent_ui.render import page
from agent_ui.roles import Permission
from tickets import store

router = APIRouter()


@router.get("/live")
def live(request: Request, who: Annotated[Who, needs(Permission.LIVE)]) -> Response:
    """Running calls; filled and kept up to date over the WebSocket."""
    return page(request, "live.html", who, menu=menu(who, "/live"))


@router.get("/phone")
def phone(request: Request, who: Annotated[Who, needs(Permission.PHONE)]) -> Response:
    """The agent's phone."""
    return page(request, "phone.html", who)


@router.get("/calls/{call_id}")
def ticket_of(
    call_id: str, console: Parts, who: Annotated[Who, needs(Permission.TICKETS)]
) -> Response:
    """Go to the ticket of a call."""
    with console.sessions() as db:
        number = sight.ticket_by_call(db, call_id, who).number
    return RedirectResponse(f"/tickets/{number}", 303)


@router.get("/calls/{call_id}/card")
def card(
    call_id: str,
    request: Request,
    console: Parts,
    who: Annotated[Who, needs(Permission.PHONE)],
) -> Response:
    """What the phone page shows of a call: its ticket, what was said so far, the wrap-up."""
    with console.sessions() as db:
        now = request.app.state.hub.own_call(who.name)
        ticket = sight.ticket_by_call(db, call_id, who, now)
        dossier = store.dossier(db, ticket)
        return page(
            request,
            "parts/card.html",
            who,
            d=dossier,
            people=users.names(db),
            may_reveal=sight.may_reveal(who, ticket),
            may_wrap_up=sight.may_wrap_up(who, ticket),
        )


@router.get("/help")
def help_page(request: Request, who: Annotated[Who, Depends(signed_in)]) -> Response:
    """What the keys do."""
    return page(request, "help.html", who)
