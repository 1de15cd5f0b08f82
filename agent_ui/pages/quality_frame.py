"""What the quality pages share: their menu, who acts, and how a refusal is shown."""

from __future__ import annotations

from typing import Any

from fastapi import Request
from starlette.responses import Response

from agent_ui.accounts.login import Who
from agent_ui.console import Console
from agent_ui.guard import address_of
from agent_ui.render import page
from agent_ui.roles import Permission
from tickets.quality.form import MARKS
from tickets.quality.results import DECISIONS
from tickets.quality.sampling import REASONS
from tickets.quality.store import Doing

MENU = (
    ("/quality", "待评通话", Permission.QUALITY_RESULTS),
    ("/quality/results", "结果", Permission.QUALITY_RESULTS),
    ("/quality/appeals", "申诉", Permission.QUALITY_RESULTS),
    ("/quality/coaching", "辅导", Permission.QUALITY_RESULTS),
)
WORDS: dict[str, Any] = {"MARKS": MARKS, "DECISIONS": DECISIONS, "REASONS": REASONS}
"""What the templates call the values of marks, decisions and reasons."""


def quality_page(
    request: Request, template: str, who: Who, status: int = 200, **values: Any
) -> Response:
    """A page with the second menu."""
    here = request.url.path
    menu = [(path, title, path == here) for path, title, right in MENU if who.may(right)]
    return page(request, template, who, status, menu=menu, **WORDS, **values)


def refused(request: Request, who: Who, fault: str, back: str) -> Response:
    """Say why something was not kept; the browser's way back keeps what was typed."""
    return quality_page(request, "quality_refused.html", who, 400, fault=fault, back=back)


def doing(request: Request, console: Console, who: Who) -> Doing:
    """Who acts, for the tickets room."""
    return Doing(who.name, console.now(), address_of(request))
