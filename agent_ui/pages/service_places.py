"""Service places: the list that is searched for callers, and files read in and out."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Form, Query, Request, UploadFile
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response

from agent_ui.accounts import users
from agent_ui.accounts.login import Who
from agent_ui.console import Console
from agent_ui.guard import OwnForm, Parts, needs
from agent_ui.pages import uploads
from agent_ui.pages.article_frame import doer
from agent_ui.render import is_fragment, page
from agent_ui.roles import Permission
from core import spreadsheet
from core.area import COUNTRY, name, serves, valid
from knowledge.lifecycle import Refused
from knowledge.service_places import batch, store
from knowledge.service_places.asked import districts
from knowledge.service_places.columns import SHEET, to_cells
from knowledge.service_places.record import LABELS, kind_of
from knowledge.service_places.search import Wanted, search

router = APIRouter()
See = Annotated[Who, needs(Permission.SERVICE_PLACES)]
Import = Annotated[Who, needs(Permission.SERVICE_PLACES_IMPORT)]

HOME = "/service-places"
IMPORT = f"{HOME}/import"
MOST = 300
WRITERS = {
    "xlsx": (spreadsheet.to_xlsx, uploads.XLSX),
    "csv": (spreadsheet.to_csv, "text/csv"),
}


class Asked(BaseModel):
    """The filters as they were filled in."""

    q: str = Field("", max_length=100)
    kind: str = Field("", max_length=24)
    area: str = Field("", max_length=20)
    level: str = Field("", max_length=1)
    price: str = Field("", max_length=7)
    beds: str = Field("", max_length=1)


@router.get(HOME)
def service_places(
    request: Request, console: Parts, who: See, asked: Annotated[Asked, Query()]
) -> Response:
    """All service places that fit; htmx gets the rows alone."""
    everything = store.load(console.sessions)
    wanted, fault = _wanted(asked, console)
    hits = [] if fault else search(everything, wanted)
    return _page(
        request,
        "parts/service_place_rows.html" if is_fragment(request) else "service_places.html",
        who,
        asked=asked,
        rows=[hit.place for hit in hits[:MOST]],
        count=len(hits),
        fault=fault,
        filtered=any(asked.model_dump().values()),
        kinds=LABELS,
        districts=sorted({name(each.area[:6]) for each in everything}),
    )


@router.get(IMPORT)
def start(request: Request, who: Import, done: int = 0, undone: int = 0) -> Response:
    """Where files come in and go out, and the last imports."""
    return _import_page(request, who, done=done, undone=undone)


@router.get(f"{HOME}/template.xlsx")
def template(_who: Import) -> Response:
    """The workbook to fill in."""
    return uploads.download(spreadsheet.template(SHEET), uploads.XLSX, "service-places.xlsx")


@router.get(f"{HOME}/all.{{kind}}")
def export(kind: str, console: Parts, _who: Import) -> Response:
    """All service places."""
    if kind not in WRITERS:
        raise HTTPException(404)
    write, media = WRITERS[kind]
    content = write(SHEET, map(to_cells, store.load(console.sessions)))
    day = console.today().isoformat()
    return uploads.download(content, media, f"service-places-{day}.{kind}")


@router.post(f"{IMPORT}/look", dependencies=[OwnForm])
def look(request: Request, console: Parts, who: Import, file: UploadFile) -> Response:
    """Judge a file row by row; nothing is written yet."""
    name, content = uploads.received(file)
    planned = _plan(console, who, name, content)
    token = "" if planned.faults else uploads.set_aside(console, who, name, content)
    status = 400 if planned.faults else 200
    return _import_page(request, who, status, planned=planned, name=name, token=token)


@router.post(f"{IMPORT}/write", dependencies=[OwnForm])
def write(
    request: Request,
    console: Parts,
    who: Import,
    token: Annotated[str, Form()] = "",
    name: Annotated[str, Form(max_length=100)] = "",
) -> Response:
    """Read in what was looked at: all of it or nothing."""
    file = uploads.taken_up(console, who, token)
    name = Path(name).stem + file.suffix
    planned = _plan(console, who, name, file.read_bytes())
    try:
        number = batch.write(console.sessions, planned, name, doer(request, console, who))
    except Refused as refused:
        return _import_page(request, who, 409, planned=planned, name=name, fault=str(refused))
    file.unlink(missing_ok=True)
    return RedirectResponse(f"{IMPORT}?done={number}", 303)


@router.post(f"{IMPORT}/{{number}}/undo", dependencies=[OwnForm])
def undo(number: int, request: Request, console: Parts, who: Import) -> Response:
    """Make all places of an import what they were before it."""
    by = doer(request, console, who)
    try:
        count = batch.undo(console.sessions, number, by, lambda a: _may_write(console, who, a))
    except Refused as refused:
        return _import_page(request, who, 409, fault=str(refused))
    except LookupError as missing:
        raise HTTPException(404) from missing
    return RedirectResponse(f"{IMPORT}?undone={count}", 303)


def _wanted(asked: Asked, console: Console) -> tuple[Wanted, str]:
    """What the filters ask for, and what is wrong with them."""
    area = asked.area.strip()
    found = [area] if valid(area) else districts(area, console.settings.area)
    if area and len(found) != 1:
        said = f"“{area}”有几个，请填六位地区代码。" if found else f"没有叫“{area}”的地区。"
        return Wanted(), said
    if asked.price and not (asked.price.isascii() and asked.price.isdigit()):
        return Wanted(), f"价格“{asked.price}”不是整数，请填每月多少元。"
    return Wanted(
        kind=kind_of(asked.kind),
        area=found[0] if area else COUNTRY,
        level=int(asked.level) if asked.level in tuple("12345") else 0,
        price=int(asked.price) if asked.price else None,
        beds_free=bool(asked.beds),
        text=asked.q,
    ), ""


def _plan(console: Console, who: Who, name: str, content: bytes) -> batch.Plan:
    return batch.plan(
        console.sessions, name, content, lambda a: _may_write(console, who, a), console.today()
    )


def _may_write(console: Console, who: Who, area: str) -> bool:
    """Whether a user may write an area's places: theirs and below, or all this hotline serves."""
    return serves(who.area, area) or serves(who.area, console.settings.area)


def _import_page(request: Request, who: Who, status: int = 200, **values: Any) -> Response:
    console: Console = request.app.state.console
    with console.sessions() as db:
        people = users.names(db)
    blank = {"planned": None, "name": "", "token": "", "fault": "", "done": 0, "undone": 0}
    values = {**blank, **values, "imports": batch.imports(console.sessions), "people": people}
    return _page(
        request, "service_place_import.html", who, status, shown=uploads.FAULTS_SHOWN, **values
    )


def _page(request: Request, template: str, who: Who, status: int = 200, **values: Any) -> Response:
    labels = {"kind_label": LABELS.get, "may_import": who.may(Permission.SERVICE_PLACES_IMPORT)}
    return page(request, template, who, status, **labels, **values)
