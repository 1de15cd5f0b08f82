"""A case in sentences for the telephone. Pure."""

from __future__ import annotations

from datetime import date

from core.clock import local
from tickets.cases.record import DECIDED, Status
from tickets.cases.tables import Case


def sentences(case: Case, today: date, zone: str) -> tuple[str, ...]:
    """Say what a case is about, its last step, what comes next and by when, and how new this is.

    Its status is not among them: the tree has words of its own for each. Nor is the applicant.
    """
    return tuple(
        filter(
            None,
            (
                f"办的是{case.matter}。",
                _last(case),
                _next(case),
                _promise(case, today),
                _as_of(case, zone),
            ),
        )
    )


def _last(case: Case) -> str:
    if not case.steps:
        return ""
    on, name, _ = case.steps[-1]
    return f"最近一次办理是{_day(date.fromisoformat(on))}，环节是{name}。"


def _next(case: Case) -> str:
    return f"接下来是{case.next_step}。" if case.next_step else ""


def _promise(case: Case, today: date) -> str:
    if case.promised_on is None or Status(case.status) in DECIDED:
        return ""
    day = _day(case.promised_on)
    if case.promised_on < today:
        return f"原定{day}前办结，现在还没有办结，需要催办请说转人工。"
    return f"承诺在{day}前办结。"


def _as_of(case: Case, zone: str) -> str:
    return f"以上是{_day(local(case.updated_at, zone).date())}的办理情况。"


def _day(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"
