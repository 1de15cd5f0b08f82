"""The agent's desk (我的电话): the page, what it shows of a call, and what is typed there."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Form, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import JSONResponse, RedirectResponse, Response

from agent_ui import handling, sight
from agent_ui.accounts import users
from agent_ui.accounts.login import Who
from agent_ui.guard import OwnForm, Parts, address_of, needs
from agent_ui.handling import Doing
from agent_ui.live.control import Controls
from agent_ui.live.hub import Hub
from agent_ui.pages import street_map
from agent_ui.render import page
from agent_ui.roles import Permission
from agent_ui.view import when
from tickets import dispositions, homes, people, store
from tickets.dispositions import DispositionRefused
from tickets.notes import Note, NoteRefused, notes_of, past_of

router = APIRouter()

Agent = Annotated[Who, needs(Permission.PHONE)]
Writer = Annotated[Who, needs(Permission.WRAP_UP)]


@router.get("/phone")
def phone(request: Request, console: Parts, who: Agent) -> Response:
    """The desk; filled over the WebSocket."""
    kinds, pauses = dispositions.dispositions(), console.pause_titles
    return page(request, "desk.html", who, pauses=pauses, dispositions=kinds)


@router.get("/desk")
def other_name(who: Agent) -> Response:
    """The same page under the name that colleagues call it."""
    return RedirectResponse("/phone", 303)


@router.get("/calls/{call_id}/card")
def card(call_id: str, request: Request, console: Parts, who: Agent) -> Response:
    """The screen pop: who phones, their tickets and cases, what was said, and the form."""
    hub: Hub = request.app.state.hub
    now = console.now()
    with console.sessions() as db:
        ticket = sight.ticket_by_call(db, call_id, who, hub.own_call(who.name))
        reveal = sight.may_reveal(who, ticket)
        home = homes.home_by_key(db, ticket.caller_key) if reveal else None
        known = people.known(db, ticket, now)
        earlier = [each for each in known.earlier if sight.sees(who, each)]
        no_text = handling.NO_SMS if handling.no_texts(console) else handling.unreachable(ticket)
        return page(
            request,
            "parts/desk_call.html",
            who,
            d=store.dossier(db, ticket),
            known=known,
            # Who may not have the number may not have the names that belong to it.
            callers=known.people if reveal else (),
            earlier=earlier,
            open=[each for each in known.open if sight.sees(who, each)],
            cases=known.cases if reveal else (),
            has_map=home is not None and home.position is not None
            and street_map.is_there(console),
            notes=notes_of(db, ticket),
            past=past_of(db, ticket),
            people=users.names(db),
            may_reveal=reveal,
            no_text=no_text,
            results={each.code: each.text for each in dispositions.dispositions()},
        )  # fmt: skip


@router.get("/calls/{call_id}/home")
def home_position(call_id: str, request: Request, console: Parts, who: Agent) -> Response:
    """Where the caller lives, for the map; audited like the address."""
    with console.sessions() as db:
        ticket = sight.ticket_by_call(db, call_id, who, _own(request, who))
        home = homes.home_by_key(db, ticket.caller_key) if sight.may_reveal(who, ticket) else None
        if home is None or home.position is None:
            return JSONResponse({"why": "没有记下住址的位置。"}, 404)
        store.audit(db, console.now(), who.name, "home.shown", ticket, address_of(request))
        return JSONResponse({"address": home.address, "position": home.position})


@router.get("/tickets/{number}/notes")
def notes_now(number: str, request: Request, console: Parts, who: Writer) -> Response:
    """The form as it stands, for a page that was away or is told of another writer."""
    found = _doing(request, console, who).notes(number)
    with console.sessions() as db:
        names = users.names(db)
    zone = console.settings.timezone
    return JSONResponse({field: _shown(note, names, zone) for field, note in found.items()})


@router.post("/tickets/{number}/notes", dependencies=[OwnForm])
def save_note(
    number: str,
    request: Request,
    console: Parts,
    who: Writer,
    field: Annotated[str, Form(max_length=16)],
    text: Annotated[str, Form(max_length=10_000)] = "",
    base: Annotated[int, Form(ge=0)] = 0,
) -> Response:
    """Keep a field as it was typed; 409 with the other text where somebody was there first."""
    try:
        saved = _doing(request, console, who).save_note(number, field, text, base)
    except NoteRefused as refused:
        return JSONResponse({"why": str(refused)}, 400)
    with console.sessions() as db:
        shown = _shown(saved.note, users.names(db), console.settings.timezone)
    return JSONResponse(shown, 200 if saved.kept else 409)


@router.post("/tickets/{number}/disposition", dependencies=[OwnForm])
def dispose(
    number: str,
    request: Request,
    console: Parts,
    who: Writer,
    code: Annotated[str, Form(max_length=32)] = "",
) -> Response:
    """Finish the ticket with a disposition."""
    try:
        chosen = _doing(request, console, who).dispose(number, code)
    except DispositionRefused as refused:
        return JSONResponse({"why": str(refused)}, 400)
    return JSONResponse({"code": chosen.code, "text": chosen.text})


@router.post("/tickets/{number}/disposition/undo", dependencies=[OwnForm])
def take_back(number: str, request: Request, console: Parts, who: Writer) -> Response:
    """Take the disposition back."""
    try:
        taken = _doing(request, console, who).take_back(number)
    except DispositionRefused as refused:
        return JSONResponse({"why": str(refused)}, 400)
    return JSONResponse({"code": taken})


@router.post("/tickets/{number}/text", dependencies=[OwnForm])
def send_article(
    number: str,
    request: Request,
    console: Parts,
    who: Writer,
    article: Annotated[str, Form(max_length=64)],
    version: Annotated[int, Form(ge=1)],
) -> Response:
    """Send an article to the caller as a text message."""
    try:
        kept = _doing(request, console, who).send_article(number, article, version)
    except handling.CallerRefused as refused:
        return JSONResponse({"why": str(refused)}, 400)
    return JSONResponse({"status": kept.status.value})


@router.post("/tickets/{number}/dial", dependencies=[OwnForm])
async def dial(number: str, request: Request, console: Parts, who: Agent) -> Response:
    """Call the caller of a ticket back."""
    doing = _doing(request, console, who)
    try:
        target = await run_in_threadpool(doing.number_to_dial, number)
    except handling.CallerRefused as refused:
        return JSONResponse({"why": str(refused)}, 400)
    controls: Controls = request.app.state.controls
    asked = {"command": "dial", "number": target, "ticket": number}
    answer = await controls.ask(who.name, asked)
    return JSONResponse({"ok": answer.ok, "why": answer.why}, 200 if answer.ok else 400)


def _own(request: Request, who: Who) -> str:
    hub: Hub = request.app.state.hub
    return hub.own_call(who.name)


def _doing(request: Request, console: Any, who: Who) -> Doing:
    publish = request.app.state.publish
    return Doing(console, who, _own(request, who), address_of(request), publish)


def _shown(note: Note, names: dict[str, str], zone: str) -> dict[str, Any]:
    by = names.get(note.by, note.by)
    return {"text": note.text, "version": note.version, "by": note.by, "by_name": by,
            "at": when(note.at, zone)}  # fmt: skip
