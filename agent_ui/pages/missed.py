"""Missed calls: who waited in vain, the clock, and what became of calling them back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

from fastapi import APIRouter, Form, Request
from sqlalchemy.orm import Session
from starlette.concurrency import run_in_threadpool
from starlette.responses import HTMLResponse, RedirectResponse, Response

from agent_ui.accounts import users
from agent_ui.accounts.login import Who
from agent_ui.console import Console
from agent_ui.guard import OwnForm, Parts, address_of, needs
from agent_ui.render import is_fragment, page
from agent_ui.roles import Fact, Field, Permission, sees_whole
from tickets import store as tickets
from tickets.missed import rule, store
from tickets.missed.store import MissedError
from tickets.missed.tables import MissedCall

router = APIRouter()
Viewer = Annotated[Who, needs(Permission.TICKETS)]
Handler = Annotated[Who, needs(Permission.PHONE)]


@router.get("/missed")
def missed(request: Request, console: Parts, who: Viewer) -> Response:
    """The list; the page fetches it anew, without its frame, when the line says that it changed."""
    return _list(request, console, who)


@router.post("/missed/{entry}/claim", dependencies=[OwnForm])
def claim(entry: int, request: Request, console: Parts, who: Handler) -> Response:
    """Take an entry."""
    return _do(
        request, console, who, entry,
        lambda db, found: store.claim(db, found, who.name, console.now()),
    )  # fmt: skip


@router.post("/missed/{entry}/release", dependencies=[OwnForm])
def release(entry: int, request: Request, console: Parts, who: Handler) -> Response:
    """Give it back."""
    over = over_others(who)
    return _do(
        request, console, who, entry, lambda db, found: store.release(db, found, who.name, over)
    )


@router.post("/missed/{entry}/mark", dependencies=[OwnForm])
def mark(
    entry: int,
    request: Request,
    console: Parts,
    who: Handler,
    result: Annotated[str, Form(max_length=16)] = "",
) -> Response:
    """Say what came of calling them back."""

    def marked(db: Session, found: MissedCall) -> None:
        store.mark(db, found, who.name, result, console.now())
        _audit(db, request, console, who, found, f"missed.{result}")

    return _do(request, console, who, entry, marked)


@router.post("/missed/{entry}/undo", dependencies=[OwnForm])
def undo(entry: int, request: Request, console: Parts, who: Handler) -> Response:
    """Take the last mark back."""

    def undone(db: Session, found: MissedCall) -> None:
        store.undo(db, found, who.name)
        _audit(db, request, console, who, found, "missed.undone")

    return _do(request, console, who, entry, undone)


@router.post("/missed/{entry}/dial", dependencies=[OwnForm])
async def dial(entry: int, request: Request, console: Parts, who: Handler) -> Response:
    """Claim the entry and have telephony ring the agent and then the citizen."""

    def claimed() -> tuple[str, str]:
        with console.sessions() as db:
            found = store.one(db, entry, who.area)
            if not may_dial(who, found):
                raise MissedError("这个号码不能从这里拨打。")
            store.claim(db, found, who.name, console.now())
            ticket = tickets.by_call(db, found.call_id, who.area)
            _audit(db, request, console, who, found, "missed.dialled")
            return found.caller, ticket.number if ticket else ""

    try:
        number, ticket = await run_in_threadpool(claimed)
    except MissedError as why:
        fault = str(why)
    else:
        request.app.state.publish("missed.changed", {})
        wanted = {"command": "dial", "number": number, "ticket": ticket}
        answer = await request.app.state.controls.ask(who.name, wanted)
        fault = "" if answer.ok else answer.why
    told = "" if fault else "正在拨打，请在“我的电话”接听。"
    return await run_in_threadpool(_answer, request, console, who, fault, told)


def may_dial(who: Who, found: MissedCall) -> bool:
    """Whether the user may have it dialled: a hidden number for emergencies or supervisors only."""
    if not found.caller or found.state != "open" or not who.may(Permission.PHONE):
        return False
    facts = () if found.withheld else (Fact.PUBLIC_NUMBER,)
    return found.emergency or sees_whole(who.role, Field.NUMBER, facts)


def over_others(who: Who) -> bool:
    """Whether the user may give back what somebody else claimed."""
    return who.may(Permission.WRAP_UP)


def _do(
    request: Request,
    console: Console,
    who: Who,
    entry: int,
    change: Callable[[Session, MissedCall], None],
) -> Response:
    fault = ""
    try:
        with console.sessions() as db:
            change(db, store.one(db, entry, who.area))
    except MissedError as why:
        fault = str(why)
    else:
        request.app.state.publish("missed.changed", {})
    return _answer(request, console, who, fault)


def _answer(request: Request, console: Console, who: Who, fault: str, told: str = "") -> Response:
    if is_fragment(request):
        return _list(request, console, who, fault, told)
    return HTMLResponse(fault, 400) if fault else RedirectResponse("/missed", 303)


def _list(
    request: Request, console: Console, who: Who, fault: str = "", told: str = ""
) -> Response:
    now = console.now()
    with console.sessions() as db:
        values: dict[str, Any] = {
            "entries": store.open_entries(db, who.area),
            "closed": store.done_entries(db, who.area, now),
            "people": users.names(db),
        }
    template = "parts/missed.html" if is_fragment(request) else "missed.html"
    return page(
        request, template, who, **values, now=now, overdue=rule.overdue, marks=rule.MARKS,
        may_dial=lambda found: may_dial(who, found), fault=fault, told=told,
        may_handle=who.may(Permission.PHONE), over_others=over_others(who),
    )  # fmt: skip


def _audit(
    db: Session, request: Request, console: Console, who: Who, found: MissedCall, did: str
) -> None:
    ticket = tickets.by_call(db, found.call_id, "")
    if ticket is not None:
        tickets.audit(db, console.now(), who.name, did, ticket, address_of(request))
