"""Pages of the shift's supervisor: the wall, the queue, and what agents did over the day."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date, datetime, timedelta
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Query, Request
from starlette.responses import JSONResponse, Response

from agent_ui.accounts import users
from agent_ui.accounts.login import Who
from agent_ui.agent_days.day import Stretch, line, sums
from agent_ui.agent_days.store import changes_between
from agent_ui.console import Console
from agent_ui.guard import Parts, needs
from agent_ui.render import page
from agent_ui.roles import Permission
from agent_ui.wallboard.figures import FORMULA
from agent_ui.wallboard.queue import REASONS
from core.area import serves

router = APIRouter()

MENU = (
    ("/live", "正在通话", Permission.LIVE),
    ("/queue", "排队", Permission.QUEUE),
    ("/agents", "话务员", Permission.AGENT_DAYS),
    ("/wallboard", "大屏", Permission.WALLBOARD),
)
Watcher = Annotated[Who, needs(Permission.AGENT_DAYS)]


def menu(who: Who, here: str) -> list[tuple[str, str, bool]]:
    """The pages beside the running calls that a user may open."""
    return [(path, title, path == here) for path, title, right in MENU if who.may(right)]


@router.get("/wallboard")
def wallboard(request: Request, who: Annotated[Who, needs(Permission.WALLBOARD)]) -> Response:
    """The wall; filled and kept up to date over the WebSocket."""
    return page(request, "wallboard.html", who, formula=FORMULA)


@router.get("/queue")
def queue(request: Request, who: Annotated[Who, needs(Permission.QUEUE)]) -> Response:
    """Who waits, and why."""
    return page(request, "queue.html", who, menu=menu(who, "/queue"))


@router.get("/agents")
def agents(
    request: Request, console: Parts, who: Watcher, day: Annotated[str, Query(max_length=10)] = ""
) -> Response:
    """Agents' day lines."""
    shown, today, beside = _day(console, day), console.today(), menu(who, "/agents")
    return page(request, "agents.html", who, day=shown, today=today, menu=beside)


@router.get("/agents/lines")
def lines(
    request: Request,
    console: Parts,
    who: Watcher,
    day: Annotated[str, Query(max_length=10)] = "",
    agent: Annotated[str, Query(max_length=64)] = "",
) -> Response:
    """The day lines themselves, as JSON: moments in ms since the day began."""
    return JSONResponse(day_lines(request, console, who, _day(console, day), agent))


def day_lines(
    request: Request, console: Console, who: Who, day: date, agent: str = ""
) -> dict[str, Any]:
    """What each agent of the user's area did on a day, up to now; `agent`: one of them alone."""
    start = datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(console.settings.timezone))
    end = min(start + timedelta(days=1), console.now())
    agents = request.app.state.boards.agents()
    here = {name: row for row in agents if (name := str(row.get("agent"))) == (agent or name)}
    with console.sessions() as db:
        changes = changes_between(db, start, end, agent)
        people = users.names(db)
    rows = []
    for name in sorted({*changes, *(here if day == console.today() else ())}):
        mine = changes.get(name, [])
        area = str(here.get(name, {}).get("area", "")) or (mine[-1].area if mine else "")
        if not serves(who.area, area):
            continue
        stretches = line(mine, start, end)
        if not stretches and name not in here:
            continue
        rows.append(
            {
                "agent": name,
                "agent_name": people.get(name, name),
                "stretches": [_shown(each, start, people) for each in stretches],
                "sums": {key: round(seconds) for key, seconds in sums(stretches).items()},
                **_state(here.get(name, {}), people),
            }
        )
    return {
        "day": day.isoformat(),
        "start": round(start.timestamp() * 1000),
        "end": _ms(end, start),
        "pauses": {key: asdict(kind) for key, kind in console.pauses.items()},
        "rows": rows,
    }


def _state(agent: Mapping[str, Any], people: Mapping[str, str]) -> dict[str, str]:
    found = {key: str(agent.get(key) or "") for key in ("status", "state", "call", "pause")}
    reason, by = str(agent.get("reason") or ""), str(agent.get("forced_by") or "")
    return {**found, "reason": REASONS.get(reason, reason), "forced_by": people.get(by, by)}


def _shown(stretch: Stretch, start: datetime, people: Mapping[str, str]) -> list[Any]:
    """One stretch: from, to (ms), what, pause, who forced it, why."""
    moments = (_ms(stretch.start, start), _ms(stretch.end, start))
    by, reason = people.get(stretch.by, stretch.by), REASONS.get(stretch.reason, stretch.reason)
    return [*moments, stretch.doing, stretch.pause, by, reason]


def _ms(moment: datetime, start: datetime) -> int:
    return int((moment - start).total_seconds() * 1000)


def _day(console: Console, text: str) -> date:
    """The day asked for; today for one that is none or is yet to come."""
    try:
        return min(date.fromisoformat(text), console.today())
    except ValueError:
        return console.today()
