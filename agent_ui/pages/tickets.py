"""The call log with its search, a ticket, and what is done with it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated, Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Form, Query, Request
from pydantic import BaseModel, Field
from starlette.responses import HTMLResponse, RedirectResponse, Response

from agent_ui import recordings, sight
from agent_ui.accounts import users
from agent_ui.accounts.login import Who
from agent_ui.console import Console
from agent_ui.guard import Forbidden, OwnForm, Parts, address_of, needs
from agent_ui.pages import quality, quality_frame, street_map
from agent_ui.recording_notes.store import notes_of
from agent_ui.render import is_fragment, page
from agent_ui.roles import Permission
from core.area import AreaError
from knowledge.places.kept import way_of
from tickets import search, store

router = APIRouter()

PER_PAGE = 50


class Asked(BaseModel):
    """The search form as it was filled in."""

    q: str = Field("", max_length=100)
    disposition: str = Field("", max_length=32)
    state: str = Field("", max_length=16)
    area: str = Field("", max_length=12)
    agent: str = Field("", max_length=64)
    since: str = Field("", max_length=10)
    until: str = Field("", max_length=10)
    emergency: str = Field("", max_length=1)


@router.get("/tickets")
def log(
    request: Request,
    console: Parts,
    who: Annotated[Who, needs(Permission.TICKETS)],
    asked: Annotated[Asked, Query()],
    after: Annotated[str, Query(max_length=80)] = "",
) -> Response:
    """The call log; htmx gets the results alone, or the next rows of them."""
    fault, found, people = "", search.Page((), ""), dict[str, str]()
    try:
        query = to_query(asked, who.area, console.settings.timezone)
        with console.sessions() as db:
            found = search.find(db, query, after, PER_PAGE)
            people = users.names(db)
    except BadDate as error:
        fault = str(error)
    except AreaError:
        fault = "地区代码是六位数字，例如440106。"
    except search.TooShort:
        fault = "请至少输入两个字。"
    except search.PageKeyError:
        fault = "这一页已失效，请重新查找。"
    kept = {key: value for key, value in asked.model_dump().items() if value}
    template = "tickets.html"
    if is_fragment(request):
        template = "parts/rows.html" if after else "parts/results.html"
    more = urlencode({**kept, "after": found.next}) if found.next else ""
    return page(
        request,
        template,
        who,
        asked=asked,
        found=found,
        more=more,
        fault=fault,
        people=people,
        filtered=bool(kept),
    )


@router.get("/tickets/{number}")
def ticket(
    number: str,
    request: Request,
    console: Parts,
    who: Annotated[Who, needs(Permission.TICKETS)],
) -> Response:
    """One ticket; htmx gets the parts that change while the call runs."""
    with console.sessions() as db:
        values = _ticket_values(db, console, number, who)
        template = "parts/ticket_body.html" if is_fragment(request) else "ticket.html"
        return page(request, template, who, **values)


@router.post("/tickets/{number}/caller", dependencies=[OwnForm])
def reveal(
    number: str,
    request: Request,
    console: Parts,
    who: Annotated[Who, needs(Permission.TICKETS)],
) -> Response:
    """Show the caller's number, and audit it."""
    with console.sessions() as db:
        now = request.app.state.hub.own_call(who.name)
        found = sight.ticket_by_number(db, number, who, now)
        if not sight.may_reveal(who, found):
            raise Forbidden("来电人要求号码保密，需要时请联系值班主管。")
        store.audit(db, console.now(), who.name, "number.shown", found, address_of(request))
        return page(request, "parts/number.html", who, ticket=found)


@router.post("/tickets/{number}/wrapup", dependencies=[OwnForm])
def wrap_up(
    number: str,
    request: Request,
    console: Parts,
    who: Annotated[Who, needs(Permission.WRAP_UP)],
    disposition: Annotated[str, Form()] = "",
    summary: Annotated[str, Form()] = "",
) -> Response:
    """Keep an agent's result and summary, and tell telephony and the open pages."""
    fault = ""
    done = store.WrapUp(disposition, summary, who.name, address_of(request))
    with console.sessions() as db:
        found = sight.ticket_by_number(db, number, who)
        if not sight.may_wrap_up(who, found):
            raise Forbidden("这个通话由其他话务员接听，请由本人或值班主管填写。")
        try:
            store.wrap_up(db, found, done, console.now())
        except store.WrapUpError as error:
            fault = str(error)
        call, people = found.call_id, users.names(db)
    if not fault:
        told = {"agent": who.name, "call": call, "disposition": disposition, "summary": summary}
        request.app.state.publish("agent.wrapup", told)
        request.app.state.publish("ticket.changed", {"number": number, "call": call})
    if is_fragment(request):
        values: dict[str, Any] = {"ticket": found, "people": people, "fault": fault}
        return page(request, "parts/wrapup.html", who, **values, saved=not fault)
    if fault:
        return HTMLResponse(fault, 400)
    return RedirectResponse(f"/tickets/{number}", 303)


class BadDate(ValueError):
    """A date in the search form is none; the message is a sentence in Chinese."""


def to_query(asked: Asked, scope: str, zone: str) -> search.Query:
    """What the form asks, for `tickets.search`. Raises BadDate."""
    since, until = _day(asked.since, zone), _day(asked.until, zone)
    return search.Query(
        scope=scope,
        text=asked.q,
        disposition=asked.disposition,
        state=asked.state,
        area=asked.area,
        agent=asked.agent,
        emergency=bool(asked.emergency),
        since=since,
        until=until + timedelta(days=1) if until else None,
    )


def _day(text: str, zone: str) -> datetime | None:
    if not text:
        return None
    try:
        return datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=ZoneInfo(zone))
    except ValueError as error:
        raise BadDate("日期请写成 2026-03-02 的样子。") from error


def _ticket_values(db: Any, console: Console, number: str, who: Who) -> dict[str, Any]:
    found = sight.ticket_by_number(db, number, who)
    dossier = store.dossier(db, found)
    file = recordings.file_of(console.settings.data, dossier.recording)
    return {
        "d": dossier,
        "ways": [way for e in dossier.events if e.kind == "way" and (way := way_of(e.data))],
        "street_map": street_map.is_there(console),
        "no_map": street_map.NO_MAP,
        "people": users.names(db),
        "notes": notes_of(db, found.call_id),
        "playable": file is not None and who.may(Permission.LISTEN),
        "may_reveal": sight.may_reveal(who, found),
        "may_wrap_up": sight.may_wrap_up(who, found),
        "quality": quality.of_ticket(db, who, found),
        **quality_frame.WORDS,
    }
