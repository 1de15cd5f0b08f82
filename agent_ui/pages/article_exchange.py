"""Articles as files: read in after a look at every row, taken back as a whole, written out."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Form, Request, UploadFile
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response

from agent_ui.accounts import users
from agent_ui.accounts.login import Who
from agent_ui.console import Console
from agent_ui.guard import OwnForm, Parts, needs
from agent_ui.pages import uploads
from agent_ui.pages.article_frame import article_page, doer, may_write
from agent_ui.roles import Permission
from knowledge import store
from knowledge.exchange import batch, sheets
from knowledge.lifecycle import Refused

router = APIRouter()
Exchange = Annotated[Who, needs(Permission.ARTICLES_EXCHANGE)]

WRITERS = {
    "xlsx": (sheets.to_xlsx, uploads.XLSX),
    "csv": (sheets.to_csv, "text/csv"),
    "json": (batch.to_json, "application/json"),
}


@router.get("/knowledge/exchange")
def start(request: Request, console: Parts, who: Exchange, done: int = 0) -> Response:
    """Where files come in and go out, and the last imports."""
    return _page(request, who, done=done)


@router.get("/knowledge/template.xlsx")
def template(_who: Exchange) -> Response:
    """The workbook to fill in."""
    return uploads.download(sheets.template(), uploads.XLSX, "hotline-template.xlsx")


@router.get("/knowledge/articles.{kind}")
def export(kind: str, console: Parts, who: Exchange) -> Response:
    """All articles in the version that lists show."""
    if kind not in WRITERS:
        raise HTTPException(404)
    write, media = WRITERS[kind]
    listed = store.list_articles(console.sessions, console.today())
    day = console.today().isoformat()
    return uploads.download(
        write([each.content for each in listed]), media, f"hotline-{day}.{kind}"
    )


@router.post("/knowledge/exchange/look", dependencies=[OwnForm])
def look(request: Request, console: Parts, who: Exchange, file: UploadFile) -> Response:
    """Judge a file row by row; nothing is written yet."""
    name, content = uploads.received(file)
    planned = batch.plan(console.sessions, name, content, lambda a: may_write(console, who, a))
    token = "" if planned.faults else uploads.set_aside(console, who, name, content)
    return _page(
        request, who, planned=planned, name=name, token=token, status=400 if planned.faults else 200
    )


@router.post("/knowledge/exchange/write", dependencies=[OwnForm])
def write(
    request: Request,
    console: Parts,
    who: Exchange,
    token: Annotated[str, Form()] = "",
    name: Annotated[str, Form(max_length=100)] = "",
) -> Response:
    """Read in what was looked at: all of it or nothing."""
    file = uploads.taken_up(console, who, token)
    name, content = Path(name).stem + file.suffix, file.read_bytes()
    planned = batch.plan(console.sessions, name, content, lambda a: may_write(console, who, a))
    try:
        number = batch.write(console.sessions, planned, name, doer(request, console, who))
    except Refused as refused:
        return _page(request, who, planned=planned, name=name, fault=str(refused), status=409)
    file.unlink(missing_ok=True)
    return RedirectResponse(f"/knowledge/exchange?done={number}", 303)


@router.post("/knowledge/exchange/{number}/undo", dependencies=[OwnForm])
def undo(number: int, request: Request, console: Parts, who: Exchange) -> Response:
    """Withdraw all that an import brought."""
    try:
        batch.undo(console.sessions, number, doer(request, console, who))
    except Refused as refused:
        return _page(request, who, fault=str(refused), status=409)
    except LookupError as missing:
        raise HTTPException(404) from missing
    return RedirectResponse("/knowledge/exchange", 303)


def _page(
    request: Request,
    who: Who,
    planned: batch.Plan | None = None,
    name: str = "",
    token: str = "",
    fault: str = "",
    done: int = 0,
    status: int = 200,
) -> Response:
    console: Console = request.app.state.console
    with console.sessions() as db:
        people = users.names(db)
    return article_page(
        request, "article_exchange.html", who, status, planned=planned, name=name, token=token,
        fault=fault, done=done, imports=batch.imports(console.sessions), people=people,
        shown=uploads.FAULTS_SHOWN,
    )  # fmt: skip
