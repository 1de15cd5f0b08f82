"""Seats per half hour from the calls of past weeks: a page to play with, and a CSV."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, Field
from starlette.responses import Response

from agent_ui.accounts.login import Who
from agent_ui.console import Console
from agent_ui.guard import Parts, needs
from agent_ui.render import page
from agent_ui.roles import Permission
from tickets import planning
from tickets.planning import SLOTS, WEEKDAYS, Assumptions, HalfHour, clock_of

router = APIRouter()
Plan = Annotated[Who, needs(Permission.PLANNING)]

USUAL_AHT_S = 240
"""Where no talk was measured yet."""
HEAD = (
    "星期", "开始", "来电", "话务量(Erl)", "在线坐席", "排班人数", "服务水平", "平均等候(秒)",
    "占用率",
)  # fmt: skip


class Asked(BaseModel):
    """The form as it was filled in: whole percents and seconds. `aht` 0 is the measured one."""

    weeks: int = Field(4, ge=1, le=12)
    aht: int = Field(0, ge=0, le=7200)
    target: int = Field(80, ge=1, le=99)
    within: int = Field(15, ge=0, le=600)
    occupancy: int = Field(85, ge=10, le=100)
    shrinkage: int = Field(30, ge=0, le=90)
    growth: int = Field(0, ge=-90, le=300)


@dataclass(frozen=True, slots=True)
class Made:
    """A plan with what it rests on; `measured` is the handling time of past talks (s), if any."""

    lines: list[HalfHour]
    calls: int
    measured: float | None
    aht_s: int
    since: str
    until: str


@router.get("/planning")
def show(request: Request, console: Parts, who: Plan, asked: Annotated[Asked, Query()]) -> Response:
    """The plan as a table: half hours down, weekdays across."""
    made = make(console, who, asked)
    by_slot = {(line.weekday, line.slot): line for line in made.lines}
    busy = [line.slot for line in made.lines if line.calls]
    shown = range(min(busy), max(busy) + 1) if busy else range(0)
    return page(
        request, "planning.html", who, asked=asked, made=made, by_slot=by_slot, shown=shown,
        weekdays=WEEKDAYS, clock_of=clock_of, download=urlencode(asked.model_dump()),
        hours=[sum(by_slot[day, slot].rostered for slot in range(SLOTS)) / 2 for day in range(7)],
    )  # fmt: skip


@router.get("/planning.csv")
def download(console: Parts, who: Plan, asked: Annotated[Asked, Query()]) -> Response:
    """All 336 half hours of a week, for a spreadsheet."""
    text = io.StringIO()
    rows = csv.writer(text)
    rows.writerow(HEAD)
    for line in make(console, who, asked).lines:
        s = line.staffing
        rows.writerow([
            WEEKDAYS[line.weekday], line.begins, f"{line.calls:.2f}", f"{s.load:.3f}", s.seats,
            line.rostered, f"{s.service_level:.4f}", f"{s.wait_s:.1f}", f"{s.occupancy:.4f}",
        ])  # fmt: skip
    # The mark tells spreadsheets that it is UTF-8.
    return Response(
        "\N{ZERO WIDTH NO-BREAK SPACE}" + text.getvalue(),
        media_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="planning.csv"'},
    )


def make(console: Console, who: Who, asked: Asked) -> Made:
    """The plan for the user's area."""
    zone = console.settings.timezone
    since, until = planning.past_weeks(console.now(), zone, asked.weeks)
    with console.sessions() as db:
        moments = planning.asked_for_a_person(db, who.area, since, until)
        measured = planning.measured_aht(db, who.area, until)
    aht = asked.aht or max(1, round(measured or USUAL_AHT_S))
    assumed = Assumptions(
        aht_s=aht,
        target_share=asked.target / 100,
        target_s=asked.within,
        max_occupancy=asked.occupancy / 100,
        shrinkage=asked.shrinkage / 100,
        growth=asked.growth / 100,
    )
    lines = planning.plan(planning.profile(moments, zone, asked.weeks), assumed)
    last = until.date().toordinal() - 1
    return Made(
        lines,
        len(moments),
        measured,
        aht,
        f"{since:%Y-%m-%d}",
        f"{until.fromordinal(last):%Y-%m-%d}",
    )
