"""The voice flow, drawn with today's counts."""

from __future__ import annotations

from collections import Counter
from typing import Annotated

from fastapi import APIRouter, Request
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from starlette.responses import Response

from agent_ui.accounts.login import Who
from agent_ui.console import Console
from agent_ui.guard import Parts, needs
from agent_ui.render import page
from agent_ui.roles import Permission
from core.journal_tables import Call, CallEvent

router = APIRouter()

# The drawing carries its own style; as an image it can run nothing.
DRAWING_POLICY = "default-src 'none'; style-src 'unsafe-inline'; sandbox"


@router.get("/trees")
def trees(
    request: Request, console: Parts, who: Annotated[Who, needs(Permission.TREES)]
) -> Response:
    """The tree that answers, and how often each node was entered today."""
    with console.sessions() as db:
        counts = entered_today(db, console)
    return page(request, "trees.html", who, counts=counts.most_common(), total=_calls(console))


@router.get("/trees/drawing.svg")
def drawing(console: Parts, _who: Annotated[Who, needs(Permission.TREES)]) -> Response:
    """The drawing alone."""
    with console.sessions() as db:
        counts = entered_today(db, console)
    headers = {"Content-Security-Policy": DRAWING_POLICY}
    return Response(console.draw_tree(dict(counts)), media_type="image/svg+xml", headers=headers)


def entered_today(db: Session, console: Console) -> Counter[str]:
    """How often each node was entered in calls that began today."""
    events = (
        select(CallEvent.data)
        .join(Call, Call.id == CallEvent.call_id)
        .where(Call.started_at >= console.midnight(), CallEvent.kind == "node")
    )
    return Counter(str(data.get("name", "")) for data in db.scalars(events))


def _calls(console: Console) -> int:
    with console.sessions() as db:
        today = select(func.count()).where(Call.started_at >= console.midnight())
        return db.scalar(today.select_from(Call)) or 0
