"""What all pages about articles share: their second menu, who may do what, and who acts."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from fastapi import Request
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response

from agent_ui.accounts.login import Who
from agent_ui.console import Console
from agent_ui.guard import Forbidden, address_of
from agent_ui.render import page
from agent_ui.roles import Permission
from core.area import serves
from knowledge import notices, questions, store
from knowledge.editing import Doer, Done
from knowledge.lifecycle import Action, State
from knowledge.live import CHANGED

NOT_YOURS = "这个地区的条目由上级维护，您的账号不能改。"

MENU = (
    ("/articles", "条目", Permission.ARTICLES),
    ("/knowledge/approvals", "审批", Permission.ARTICLES),
    ("/knowledge/questions", "没答上的问题", Permission.QUESTIONS),
    ("/knowledge/notices", "变更通知", Permission.ARTICLES),
    ("/knowledge/synonyms", "同义词", Permission.ARTICLES),
    ("/knowledge/exchange", "导入导出", Permission.ARTICLES_EXCHANGE),
)

SAID = {
    Action.EDIT: "草稿已保存。",
    Action.SUBMIT: "已送审，等另一位同事审批。",
    Action.APPROVE: "已批准，还没有发布。",
    Action.SEND_BACK: "已退回修改。",
    Action.PUBLISH: "已发布，市民来电马上能听到。",
    Action.WITHDRAW: "已停用，市民来电不再听到。",
    Action.REOPEN: "已恢复。",
    Action.CONFIRM: "已确认仍然有效，下次核对在90天后。",
}
"""What is said after an action."""

UNDO = {
    Action.SUBMIT: Action.SEND_BACK,
    Action.APPROVE: Action.SEND_BACK,
    Action.WITHDRAW: Action.REOPEN,
}
"""What takes an action back."""


def article_page(
    request: Request, template: str, who: Who, status: int = 200, **values: Any
) -> Response:
    """A page with the second menu and what waits behind each of its entries."""
    console: Console = request.app.state.console
    waiting = {
        "/knowledge/approvals": len(waiting_versions(console)),
        "/knowledge/notices": notices.unread(console.sessions, who.name, who.area, console.now()),
    }
    if who.may(Permission.QUESTIONS):
        waiting["/knowledge/questions"] = questions.count_open(console.sessions, who.area)
    menu = [
        (path, title, request.url.path.removesuffix("/look") == path, waiting.get(path, 0))
        for path, title, permission in MENU
        if who.may(permission)
    ]
    values = {"menu": menu, "today": console.today(), "can": lambda p: who.may(p), **values}
    return page(request, template, who, status, **values)


def waiting_versions(console: Console) -> list[store.Stored]:
    """What waits for approval or for being published."""
    states = (State.REVIEW, State.APPROVED)
    return store.in_state(console.sessions, states, console.today())


def may_write(console: Console, who: Who, area: str) -> bool:
    """Whether a user may write an area's articles.

    They may in their own area and below, and everywhere when theirs is the whole of what this
    hotline serves.
    """
    if not who.may(Permission.ARTICLES_WRITE) and not who.may(Permission.ARTICLES_EXCHANGE):
        return False
    return serves(who.area, area) or serves(who.area, console.settings.area)


def must_write(console: Console, who: Who, area: str) -> None:
    """Raise Forbidden unless the user may write an area's articles."""
    if not may_write(console, who, area):
        raise Forbidden(NOT_YOURS)


def version_of(console: Console, article: str, version: int | None = None) -> store.Stored:
    """One version, the one that lists show without `version`. Raises 404."""
    for each in store.get_article(console.sessions, article, console.today()):
        if each.in_use if version is None else each.content.version == version:
            return each
    raise HTTPException(404)


def doer(request: Request, console: Console, who: Who) -> Doer:
    """Who acts, for the knowledge room."""
    return Doer(who.name, console.now(), console.today(), address_of(request))


def told(request: Request, done: Done) -> None:
    """Let the running line read its articles again where callers hear something else now."""
    if done.heard:
        body = {"article": done.article, "version": done.version, "state": done.state.value}
        request.app.state.publish(CHANGED, body)


def shown_after(done: Done, action: Action) -> Response:
    """Go to the article and say what was done."""
    query = urlencode({"version": done.version, "did": action.value})
    return RedirectResponse(f"/articles/{done.article}?{query}", 303)
