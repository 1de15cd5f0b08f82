"""/api/v1: what programs may ask. Described by /api/v1/openapi.json and docs/api.md."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, HTTPException, Query, Request
from sqlalchemy import select
from sqlalchemy.orm import Session
from starlette.responses import Response

from agent_ui import sight
from agent_ui.accounts.login import Who
from agent_ui.api import convert
from agent_ui.api.models import CallDetail, CallPage, Problem, TicketDetail, TicketPage
from agent_ui.guard import Parts, program_needs
from agent_ui.pages.sound import recording_response
from agent_ui.roles import Permission
from core.area import AreaError
from core.journal_tables import Call
from tickets import search, store
from tickets.search import PageKeyError, TooShort

MOST = 200
FAILS: dict[int | str, dict[str, Any]] = {
    400: {"model": Problem, "description": "A parameter is wrong."},
    401: {"model": Problem, "description": "No valid token was sent."},
    403: {"model": Problem, "description": "The token's user may not do this."},
    404: {"model": Problem, "description": "Not there, or outside the token's area."},
    422: {"model": Problem, "description": "A parameter has no valid form."},
}
SOUND: dict[int | str, dict[str, Any]] = {
    200: {"content": {"audio/wav": {}}, "description": "8 kHz stereo: caller left."},
    206: {"content": {"audio/wav": {}}, "description": "The range asked for (RFC 9110 14)."},
}

router = APIRouter(prefix="/api/v1", responses=FAILS)

Limit = Annotated[int, Query(ge=1, le=MOST, description="Rows per page.")]
After = Annotated[str, Query(max_length=80, description="`next` of the page before.")]
Since = Annotated[datetime | None, Query(description="Begun then or later (with time zone).")]
Until = Annotated[datetime | None, Query(description="Begun before then (with time zone).")]
Area = Annotated[str, Query(max_length=12, description="GB/T 2260 code; includes areas below.")]
Seer = Annotated[Who, program_needs(Permission.TICKETS)]
Listener = Annotated[Who, program_needs(Permission.LISTEN)]


@router.get("/calls", tags=["calls"])
def list_calls(
    console: Parts,
    who: Seer,
    area: Area = "",
    since: Since = None,
    until: Until = None,
    after: After = "",
    limit: Limit = 50,
) -> CallPage:
    """Calls of the token's area, newest first."""
    query = search.Query(scope=who.area, area=area, since=_zoned(since), until=_zoned(until))
    with console.sessions() as db:
        found = _found(db, query, after, limit)
        ids = [ticket.call_id for ticket in found.tickets]
        calls = {call.id: call for call in db.scalars(select(Call).where(Call.id.in_(ids)))}
    rows = [convert.call_summary(calls[t.call_id], t) for t in found.tickets]
    return CallPage(calls=rows, next=found.next)


@router.get("/calls/{id}", tags=["calls"])
def get_call(id: str, console: Parts, who: Seer) -> CallDetail:
    """One call with its events and transcript."""
    with console.sessions() as db:
        return convert.call_detail(store.dossier(db, sight.ticket_by_call(db, id, who)))


@router.get("/tickets", tags=["tickets"])
def list_tickets(
    console: Parts,
    who: Seer,
    q: Annotated[str, Query(max_length=100, description="Words, ticket or phone number.")] = "",
    caller: Annotated[str, Query(max_length=32, description="Phone number.")] = "",
    state: Annotated[str, Query(max_length=16, description="draft, open or closed.")] = "",
    disposition: Annotated[str, Query(max_length=32, description="How the call ended.")] = "",
    area: Area = "",
    since: Since = None,
    until: Until = None,
    after: After = "",
    limit: Limit = 50,
) -> TicketPage:
    """Tickets of the token's area, newest first."""
    query = search.Query(
        scope=who.area,
        text=q,
        caller=caller,
        state=state,
        disposition=disposition,
        area=area,
        since=_zoned(since),
        until=_zoned(until),
    )
    with console.sessions() as db:
        found = _found(db, query, after, limit)
    rows = [convert.ticket_summary(ticket) for ticket in found.tickets]
    return TicketPage(tickets=rows, next=found.next)


@router.get("/tickets/{id}", tags=["tickets"])
def get_ticket(id: str, console: Parts, who: Seer) -> TicketDetail:
    """One ticket by its number, with transcript and recording."""
    with console.sessions() as db:
        return convert.ticket_detail(store.dossier(db, sight.ticket_by_number(db, id, who)))


@router.get(
    "/recordings/{id}", tags=["calls"], response_class=Response, responses={**FAILS, **SOUND}
)
def get_recording(id: str, request: Request, console: Parts, who: Listener) -> Response:
    """The sound of a call by the call's id. Each listening is audited."""
    return recording_response(request, console, id, who)


def _zoned(moment: datetime | None) -> datetime | None:
    if moment is not None and moment.tzinfo is None:
        raise HTTPException(400, "since and until need a time zone, e.g. 2026-03-02T09:30:00+08:00")
    return moment


def _found(db: Session, query: search.Query, after: str, limit: int) -> search.Page:
    try:
        return search.find(db, query, after, limit)
    except (AreaError, PageKeyError, TooShort) as error:
        raise HTTPException(400, str(error)) from error
