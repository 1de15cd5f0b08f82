"""/api/v1: what programs may do for an agent: call control, dispositions, the form of a ticket.

A token acts as its user, and for nobody else.
"""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, HTTPException, Request
from pydantic import BaseModel, Field

from agent_ui.accounts.login import Who
from agent_ui.api.models import Problem
from agent_ui.api.routes import FAILS
from agent_ui.guard import Parts, address_of, program_needs
from agent_ui.handling import Doing, masked
from agent_ui.live.control import Controls
from agent_ui.roles import Permission
from tickets import dispositions
from tickets.dispositions import DispositionRefused
from tickets.notes import NoteRefused

CONFLICT: dict[int | str, dict[str, Any]] = {
    409: {"model": Problem, "description": "Somebody else wrote the field meanwhile."}
}

router = APIRouter(prefix="/api/v1", responses=FAILS)
Phoner = Annotated[Who, program_needs(Permission.PHONE)]
Writer = Annotated[Who, program_needs(Permission.WRAP_UP)]


class ControlAsked(BaseModel):
    """What is to be done with the agent's call."""

    command: str = Field(
        max_length=16,
        description="hold, resume, mute, unmute, digits, transfer, consult, complete, join, drop, "
        "park, retrieve, hangup or dial.",
    )
    call: str = Field("", max_length=64, description="Id of the agent's call; not for dial.")
    to: str = Field(
        "",
        max_length=80,
        description="agent:NAME, queue:SKILL, number:DIGITS or agency:120.",
    )
    digits: str = Field("", max_length=32, description="Keys to send: 0-9 * # A-D.")
    slot: str = Field("", max_length=16, description="Where the call to retrieve is parked.")
    number: str = Field("", max_length=20, description="Number to dial.")
    ticket: str = Field("", max_length=16, description="Ticket that the dialled call belongs to.")


class ControlDone(BaseModel):
    """What telephony said of it."""

    ok: bool = Field(description="Whether it was done.")
    why: str = Field(description="Why not, one Chinese sentence.")


class DispositionShown(BaseModel):
    """One result that an agent can give a call."""

    code: str = Field(description="What it is stored as.")
    key: str = Field(description="The key that chooses it on the page.")
    text: str = Field(description="What it is called.")
    outcome: str = Field(description="What it means to the ticket.")
    summary: bool = Field(description="Whether the summary must say something, too.")


class DispositionList(BaseModel):
    """The results, in the order of their keys."""

    dispositions: list[DispositionShown]


class DispositionAsked(BaseModel):
    """The result of a call."""

    code: str = Field(max_length=32, description="One of /dispositions.")


class NoteShown(BaseModel):
    """One field of a ticket's form."""

    field: str = Field(
        description="name, phone, identity, address, money, date, request or summary."
    )
    text: str = Field(description="What stands there; phone and identity are masked.")
    version: int = Field(description="Counts up with each text; 0 where nobody wrote.")
    by: str = Field(description="Who wrote it.")


class NoteList(BaseModel):
    """The form of a ticket."""

    notes: list[NoteShown]


class NoteAsked(BaseModel):
    """A text for a field."""

    text: str = Field(max_length=2000, description="What is to stand there.")
    base: int = Field(0, ge=0, description="The version that it was written over.")


@router.post("/agent/control", tags=["agents"])
async def control(request: Request, who: Phoner, asked: ControlAsked) -> ControlDone:
    """Control the call that the token's user has now."""
    controls: Controls = request.app.state.controls
    answer = await controls.ask(who.name, asked.model_dump())
    return ControlDone(ok=answer.ok, why=answer.why)


@router.get("/dispositions", tags=["agents"])
def list_dispositions(_who: Writer) -> DispositionList:
    """The results that an agent can give a call."""
    rows = [
        DispositionShown(
            code=each.code, key=each.key, text=each.text, outcome=each.outcome, summary=each.summary
        )
        for each in dispositions.dispositions()
    ]
    return DispositionList(dispositions=rows)


@router.put("/tickets/{id}/disposition", tags=["agents"])
def dispose(
    id: str, request: Request, console: Parts, who: Writer, asked: DispositionAsked
) -> DispositionAsked:
    """Finish a ticket with a result; the agent leaves wrap-up."""
    try:
        return DispositionAsked(code=_doing(request, console, who).dispose(id, asked.code).code)
    except DispositionRefused as refused:
        raise HTTPException(400, str(refused)) from refused


@router.delete("/tickets/{id}/disposition", tags=["agents"])
def take_back(id: str, request: Request, console: Parts, who: Writer) -> DispositionAsked:
    """Take back the result that the token's user gave in the last five minutes."""
    try:
        return DispositionAsked(code=_doing(request, console, who).take_back(id))
    except DispositionRefused as refused:
        raise HTTPException(400, str(refused)) from refused


@router.get("/tickets/{id}/notes", tags=["agents"])
def list_notes(id: str, request: Request, console: Parts, who: Writer) -> NoteList:
    """The form of a ticket as it was typed."""
    found = _doing(request, console, who).notes(id)
    rows = [
        NoteShown(field=note.field, text=masked(note), version=note.version, by=note.by)
        for note in found.values()
    ]
    return NoteList(notes=rows)


@router.put("/tickets/{id}/notes/{field}", tags=["agents"], responses={**FAILS, **CONFLICT})
def save_note(
    id: str, field: str, request: Request, console: Parts, who: Writer, asked: NoteAsked
) -> NoteShown:
    """Write a field over the version `base`; 409 where somebody else was there first."""
    try:
        saved = _doing(request, console, who).save_note(id, field, asked.text, asked.base)
    except NoteRefused as refused:
        raise HTTPException(400, str(refused)) from refused
    note = saved.note
    if not saved.kept:
        raise HTTPException(409, f"{note.by} wrote version {note.version} meanwhile")
    return NoteShown(field=field, text=masked(note), version=note.version, by=note.by)


def _doing(request: Request, console: Any, who: Who) -> Doing:
    own = request.app.state.hub.own_call(who.name)
    return Doing(console, who, own, address_of(request), request.app.state.publish)
