"""A ticket's recording for the player: the sound, and its waveform."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Request
from starlette.responses import FileResponse, JSONResponse, Response

from agent_ui import recordings, sight
from agent_ui.accounts.login import Who
from agent_ui.console import Console
from agent_ui.guard import Parts, address_of, needs
from agent_ui.roles import Permission
from core.journal_tables import Recording

router = APIRouter()

FOREVER = {"Cache-Control": "private, max-age=3600"}


class NoRecording(Exception):
    """The call has no recording that can be heard."""


@router.get("/recordings/{call_id}")
def sound(
    call_id: str, request: Request, console: Parts, who: Annotated[Who, needs(Permission.LISTEN)]
) -> Response:
    """The sound as WAV, with Range (RFC 9110 14)."""
    return recording_response(request, console, call_id, who)


@router.get("/recordings/{call_id}/download")
def download(
    call_id: str, request: Request, console: Parts, who: Annotated[Who, needs(Permission.DOWNLOAD)]
) -> Response:
    """The file, to be kept elsewhere; each time is audited."""
    file = _file(console, call_id, who)
    with console.sessions() as db:
        ticket = sight.ticket_by_call(db, call_id, who)
        recordings.downloaded(db, console.now(), who, ticket, address_of(request))
    return FileResponse(file, media_type="audio/wav", filename=f"{ticket.number}.wav")


@router.get("/recordings/{call_id}/waveform")
def waveform(
    call_id: str, console: Parts, who: Annotated[Who, needs(Permission.LISTEN)]
) -> Response:
    """How loud each channel is over time."""
    file = _file(console, call_id, who)
    try:
        found = recordings.kept_waveform(file)
    except (recordings.NoWaveform, OSError) as error:
        raise NoRecording(str(error)) from error
    body: dict[str, Any] = {
        "duration_ms": found.duration_ms,
        "left": found.left,
        "right": found.right,
    }
    return JSONResponse(body, headers=FOREVER)


def recording_response(request: Request, console: Console, call_id: str, who: Who) -> Response:
    """The sound of a call that the user may see, audited. Raises NoRecording, NoSuchTicket."""
    file = _file(console, call_id, who)
    with console.sessions() as db:
        ticket = sight.ticket_by_call(db, call_id, who)
        recordings.heard(db, console.now(), who, ticket, address_of(request))
    return FileResponse(file, media_type="audio/wav", filename=f"{ticket.number}.wav",
                        content_disposition_type="inline")  # fmt: skip


def _file(console: Console, call_id: str, who: Who) -> Path:
    with console.sessions() as db:
        sight.ticket_by_call(db, call_id, who)
        file = recordings.file_of(console.settings.data, db.get(Recording, call_id))
    if file is None:
        raise NoRecording(call_id)
    return file
