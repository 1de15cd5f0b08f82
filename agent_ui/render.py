"""Pages from Jinja2 templates."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from fastapi import Request
from fastapi.templating import Jinja2Templates
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.responses import Response

from agent_ui.accounts.login import Who
from agent_ui.guard import console_of
from agent_ui.roles import Permission, title_of
from agent_ui.view import FILTERS
from tickets.labels import LABELS
from tickets.notes import FIELDS

HERE = Path(__file__).parent
NAVIGATION = (
    ("/live", "正在通话", Permission.LIVE),
    ("/tickets", "通话记录", Permission.TICKETS),
    ("/missed", "未接来电", Permission.TICKETS),
    ("/phone", "我的电话", Permission.PHONE),
    ("/trees", "语音流程", Permission.TREES),
    ("/articles", "政策条目", Permission.ARTICLES),
    ("/service-places", "服务网点", Permission.SERVICE_PLACES),
    ("/quality", "质检", Permission.QUALITY_RESULTS),
    ("/quality/mine", "我的质检", Permission.QUALITY_OWN),
    ("/planning", "排班", Permission.PLANNING),
)

INSIDE = {"/articles": ("/knowledge/",), "/live": ("/wallboard", "/queue", "/agents")}
"""Where else the pages of an entry lie."""


def make_templates() -> Jinja2Templates:
    """The page templates; everything put into them is escaped, and a missing value is an error."""
    environment = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(FILTERS)
    environment.globals.update(LABELS=LABELS, FIELDS=FIELDS, P=Permission)
    return Jinja2Templates(env=environment)


def page(
    request: Request, template: str, who: Who | None = None, status: int = 200, **values: Any
) -> Response:
    """A page for a user (or for nobody, before login)."""
    templates: Jinja2Templates = request.app.state.templates
    console = console_of(request)
    here = request.url.path
    shown = [
        (path, title, here == path or here.startswith((path + "/", *INSIDE.get(path, ()))))
        for path, title, permission in NAVIGATION
        if who is not None and who.could(permission)
    ]
    context = {
        "who": who,
        "role": title_of(who.role) if who is not None else "",
        "navigation": shown,
        "zone": console.settings.timezone,
        "node": console.settings.node,
        "titles": console.node_titles,
        **values,
    }
    return templates.TemplateResponse(request, template, context, status)


def home(who: Who) -> str:
    """The first page that a user may see."""
    return next(path for path, _, permission in NAVIGATION if who.could(permission))


def is_fragment(request: Request) -> bool:
    """Whether a part of a page is asked for; going back in the browser asks for a whole one."""
    headers = request.headers
    return headers.get("hx-request") == "true" and "hx-history-restore-request" not in headers
