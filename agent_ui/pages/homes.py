"""Where a caller lives: shown on a ticket when asked for, and written down there."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request
from sqlalchemy.orm import Session
from starlette.responses import HTMLResponse, RedirectResponse, Response

from agent_ui import sight
from agent_ui.accounts.login import Who
from agent_ui.guard import Forbidden, OwnForm, Parts, address_of, needs
from agent_ui.render import is_fragment, page
from agent_ui.roles import Field, Permission
from tickets import homes, store
from tickets.tables import Ticket

router = APIRouter()


@router.post("/tickets/{number}/home/shown", dependencies=[OwnForm])
def show(
    number: str,
    request: Request,
    console: Parts,
    who: Annotated[Who, needs(Permission.TICKETS)],
) -> Response:
    """Show the caller's home in a form, and audit it."""
    with console.sessions() as db:
        found = _ticket(db, request, number, who)
        store.audit(db, console.now(), who.name, "home.shown", found, address_of(request))
        home = homes.home_by_key(db, found.caller_key)
        return page(
            request, "parts/home.html", who, ticket=found, home=home, typed="",
            fault="", saved=False,
        )  # fmt: skip


@router.post("/tickets/{number}/home", dependencies=[OwnForm])
def keep(
    number: str,
    request: Request,
    console: Parts,
    who: Annotated[Who, needs(Permission.TICKETS)],
    address: Annotated[str, Form(max_length=1000)] = "",
    position: Annotated[str, Form(max_length=100)] = "",
) -> Response:
    """Keep it for the caller's next call; an empty address removes it."""
    fault, typed = "", homes.Home(address)
    with console.sessions() as db:
        found = _ticket(db, request, number, who)
        try:
            typed = homes.read(address, position)
            homes.keep(db, found.caller_key, typed, console.now())
            store.audit(db, console.now(), who.name, "home.changed", found, address_of(request))
        except homes.HomeRefused as refused:
            fault = str(refused)
    if is_fragment(request):
        return page(
            request, "parts/home.html", who, ticket=found, home=typed, typed=position,
            fault=fault, saved=not fault,
        )  # fmt: skip
    return HTMLResponse(fault, 400) if fault else RedirectResponse(f"/tickets/{number}", 303)


def _ticket(db: Session, request: Request, number: str, who: Who) -> Ticket:
    """The ticket, for whoever may see the caller's number too."""
    now = request.app.state.hub.own_call(who.name)
    found = sight.ticket_by_number(db, number, who, now)
    if not sight.may_reveal(who, found, Field.HOME):
        raise Forbidden("来电人要求号码保密，住址也不能查看，需要时请联系值班主管。")
    return found
