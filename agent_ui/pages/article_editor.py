"""Writing an article: the form with its live preview, hearing it, saving it as a draft."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Query, Request
from sqlalchemy import select
from starlette.datastructures import FormData
from starlette.responses import PlainTextResponse, Response

from agent_ui.accounts.login import Who
from agent_ui.console import Console
from agent_ui.guard import OwnForm, Parts, needs
from agent_ui.pages import article_form
from agent_ui.pages.article_frame import (
    article_page,
    doer,
    must_write,
    shown_after,
    version_of,
)
from agent_ui.roles import Permission
from core.area import names
from core.clock import local
from knowledge import editing, questions, store
from knowledge.amounts import in_force, sentences
from knowledge.article import HOUSEHOLDS, MODULES
from knowledge.content import build
from knowledge.faults import NAMES, Fault, faults
from knowledge.lifecycle import Action, Event, Refused
from knowledge.tables import Article

router = APIRouter()
Write = Annotated[Who, needs(Permission.ARTICLES_WRITE)]

SPOKEN_MOST = 200
HEARD_MOST = 500
NEW = "new"
"""Stands for the name of an article that has none yet."""


async def sent_form(request: Request) -> FormData:
    """The form that was sent, whatever is in it."""
    return await request.form()


Sent = Annotated[FormData, Depends(sent_form)]


@router.get("/knowledge/new")
def new(
    request: Request,
    console: Parts,
    who: Write,
    question: Annotated[list[int], Query()] = [],  # noqa: B006 FastAPI copies it
) -> Response:
    """An empty form, or one begun from questions that nobody could answer."""
    asked = questions.texts(console.sessions, question, who.area)
    fields: dict[str, Any] = {"area": who.area, "mark": "K", "questions": asked}
    if asked:
        fields["title"] = asked[0][:60]
    return _editor(request, console, who, article_form.filled(fields), question=question)


@router.get("/articles/{article}/edit")
def edit(
    article: str, request: Request, console: Parts, who: Write, version: int | None = None
) -> Response:
    """The article's draft if there is one, else what is told, to be changed."""
    made = [
        each
        for each in store.get_article(console.sessions, article, console.today())
        if each.state in editing.MADE
    ]
    shown = made[0] if made and version is None else version_of(console, article, version)
    must_write(console, who, shown.content.area)
    values = article_form.of_article(shown.content)
    seen = shown.content.digest() if made else ""
    return _editor(request, console, who, values, seen=seen, known=shown)


@router.post("/knowledge/preview", dependencies=[OwnForm])
def preview(request: Request, console: Parts, who: Write, form: Sent) -> Response:
    """What callers and agents would get of what stands in the form."""
    fields = article_form.to_fields(form)
    if not fields.get("id"):
        fields["id"] = NEW
    wrong, told = faults(fields), ""
    if not faults(fields, complete=False):
        content = build(fields)
        told = sentences(in_force(content.amounts, content.area, console.today()))
    rival = console.ask(str(fields.get("title", "")), str(fields.get("area", "")))
    return article_page(
        request,
        "parts/article_preview.html",
        who,
        v=article_form.filled(fields),
        wrong=wrong,
        told=told,
        left=SPOKEN_MOST - len(str(fields.get("spoken", ""))),
        near=[each for each in rival.answers if each.article != fields["id"]],
    )


@router.post("/knowledge/sound", dependencies=[OwnForm])
async def hear(
    console: Parts, _who: Write, text: Annotated[str, Form(max_length=HEARD_MOST)] = ""
) -> Response:
    """A text as callers would hear it: WAV."""
    sound = await console.speak(text) if text.strip() else None
    if sound is None:
        said = "没有可以念的文字。" if not text.strip() else "现在不能合成语音，请稍后再试。"
        return PlainTextResponse(said, 409)
    return Response(sound, media_type="audio/wav")


@router.post("/knowledge/save", dependencies=[OwnForm])
def save(request: Request, console: Parts, who: Write, form: Sent) -> Response:
    """Keep the draft, and submit it where that was asked; with faults the form comes back."""
    fields = article_form.to_fields(form)
    seen, submit = str(form.get("seen", "")), form.get("then") == "submit"
    ids = _questions(form)
    with console.sessions() as db:
        taken = frozenset(db.scalars(select(Article.id)))
    if not fields.get("id"):
        fields["id"] = article_form.id_for(str(fields.get("title", "")), taken)
    wrong = faults(fields, complete=submit)
    if wrong:
        return _again(request, console, who, form, wrong, seen)
    content = build(fields)
    must_write(console, who, content.area)
    if content.id in taken:
        must_write(console, who, version_of(console, content.id).content.area)
    action = Action.EDIT
    by = doer(request, console, who)
    try:
        done = editing.draft(console.sessions, content, by, seen)
        seen = content.digest()
        questions.settle(console.sessions, ids, who.name, console.now(), content.id)
        if submit:
            action = Action.SUBMIT
            event = Event(action, who.name)
            done = editing.act(console.sessions, content.id, done.version, event, by)
    except Refused as refused:
        return _again(request, console, who, form, [Fault((), str(refused))], seen)
    return shown_after(done, action)


def _questions(form: FormData) -> list[int]:
    return [int(str(each)) for each in form.getlist("question") if str(each).isdecimal()]


def _again(
    request: Request,
    console: Console,
    who: Who,
    form: FormData,
    wrong: list[Fault],
    seen: str,
) -> Response:
    values = article_form.filled(article_form.to_fields(form))
    values |= {"module": form.get("module", ""), "sub": form.get("sub", "")}
    ids = _questions(form)
    return _editor(
        request, console, who, values, seen=seen, wrong=wrong, question=ids,
        fixed=str(form.get("fixed", "")), status=400,
    )  # fmt: skip


def _editor(
    request: Request,
    console: Console,
    who: Who,
    values: dict[str, Any],
    seen: str = "",
    wrong: list[Fault] | None = None,
    question: list[int] | None = None,
    known: store.Stored | None = None,
    fixed: str = "",
    status: int = 200,
) -> Response:
    topics, owners = store.topics_and_owners(console.sessions)
    subs = {topic.partition("/")[2] for topic in topics}
    return article_page(
        request,
        "article_edit.html",
        who,
        status,
        v=values,
        seen=seen,
        wrong=wrong or [],
        names=NAMES,
        question=question or [],
        fixed=known.content.id if known else fixed,
        back=known,
        modules=MODULES,
        households=HOUSEHOLDS,
        subs=sorted(sub for sub in subs if sub),
        owners=owners,
        areas=names(),
        now=local(console.now(), console.settings.timezone),
        most=SPOKEN_MOST,
    )
