"""Notes at a moment of a recording, as a part of the ticket's page."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request
from sqlalchemy.orm import Session
from starlette.responses import HTMLResponse, RedirectResponse, Response

from agent_ui import sight
from agent_ui.accounts import users
from agent_ui.accounts.login import Who
from agent_ui.guard import OwnForm, Parts, address_of, needs
from agent_ui.recording_notes.store import NoteRefused, add_note, notes_of, remove_note
from agent_ui.render import is_fragment, page
from agent_ui.roles import Permission
from tickets import store
from tickets.tables import Ticket

router = APIRouter()
Writer = Annotated[Who, needs(Permission.NOTES)]


@router.post("/recordings/{call_id}/notes", dependencies=[OwnForm])
def add(
    call_id: str,
    request: Request,
    console: Parts,
    who: Writer,
    at_ms: Annotated[int, Form()] = 0,
    text: Annotated[str, Form(max_length=2000)] = "",
) -> Response:
    """Write a note down."""
    with console.sessions() as db:
        ticket, fault, kept = sight.ticket_by_call(db, call_id, who), "", text
        try:
            add_note(db, call_id, at_ms, text, who.name, console.now())
            store.audit(db, console.now(), who.name, "note.written", ticket, address_of(request))
            kept = ""
        except NoteRefused as refused:
            fault = str(refused)
        return _shown(db, request, who, ticket, fault, kept)


@router.post("/recordings/{call_id}/notes/{note_id}/remove", dependencies=[OwnForm])
def remove(call_id: str, note_id: int, request: Request, console: Parts, who: Writer) -> Response:
    """Take a note of one's own back."""
    with console.sessions() as db:
        ticket, fault = sight.ticket_by_call(db, call_id, who), ""
        try:
            remove_note(db, call_id, note_id, who.name)
            store.audit(db, console.now(), who.name, "note.removed", ticket, address_of(request))
        except NoteRefused as refused:
            fault = str(refused)
        return _shown(db, request, who, ticket, fault, "")


def _shown(
    db: Session, request: Request, who: Who, ticket: Ticket, fault: str, kept: str
) -> Response:
    if not is_fragment(request):
        to_ticket = RedirectResponse(f"/tickets/{ticket.number}", 303)
        return HTMLResponse(fault, 400) if fault else to_ticket
    return page(
        request,
        "parts/recording_notes.html",
        who,
        call_id=ticket.call_id,
        notes=notes_of(db, ticket.call_id),
        people=users.names(db),
        note_fault=fault,
        note_text=kept,
    )
