"""The list of missed calls: reading it, claiming an entry, marking it, taking the mark back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, select, true, update
from sqlalchemy.orm import Session

from core.area import COUNTRY, normal
from tickets.missed.apply import DONE, OPEN
from tickets.missed.rule import MARKS, Result
from tickets.missed.tables import MissedCall
from tickets.tables import Ticket

MOST = 200
DONE_FOR = timedelta(hours=2)
"""So long a closed entry stays on the page, where its mark can be taken back."""


class MissedError(ValueError):
    """It cannot be done; the message is one sentence in Chinese for the agent."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry, with its ticket's number and that of the call that closed it."""

    missed: MissedCall
    ticket: str
    closed_ticket: str = ""


def open_entries(db: Session, scope: str) -> list[Entry]:
    """What is to be called back in an area: emergencies first, then by the clock."""
    order = (MissedCall.emergency.desc(), MissedCall.due_at, MissedCall.id)
    return _entries(db, (MissedCall.state == OPEN, _in(scope)), order)


def done_entries(db: Session, scope: str, now: datetime) -> list[Entry]:
    """What was closed in the last hours, the latest first."""
    recent = MissedCall.state == DONE, MissedCall.result_at > now - DONE_FOR, _in(scope)
    return _entries(db, recent, (MissedCall.result_at.desc(), MissedCall.id.desc()))


def one(db: Session, entry: int, scope: str) -> MissedCall:
    """An entry of the user's area. Raises MissedError."""
    found = db.scalar(select(MissedCall).where(MissedCall.id == entry, _in(scope)))
    if found is None:
        raise MissedError("没有这条未接来电，请刷新页面。")
    return found


def claim(db: Session, missed: MissedCall, who: str, now: datetime) -> None:
    """Take an open entry that nobody has. Raises MissedError when somebody was quicker."""
    free = MissedCall.id == missed.id, MissedCall.state == OPEN, MissedCall.claimed_by == ""
    taken = update(MissedCall).where(*free).values(claimed_by=who, claimed_at=now)
    done = db.execute(taken)
    db.refresh(missed)
    if not done.rowcount and missed.claimed_by != who:  # type: ignore[attr-defined]
        raise MissedError("这条已经有人在处理了。")


def release(db: Session, missed: MissedCall, who: str, over_others: bool) -> None:
    """Give an entry back; a supervisor may do so for others. Raises MissedError."""
    if missed.claimed_by != who and not over_others:
        raise MissedError("这条由别人认领，只有本人或值班主管可以放回。")
    missed.claimed_by, missed.claimed_at = "", None


def mark(db: Session, missed: MissedCall, who: str, result: str, now: datetime) -> None:
    """Say what came of the call back. Raises MissedError.

    Nobody reached leaves the entry open, for anybody to try again; all else closes it.
    """
    if result not in MARKS:
        raise MissedError("请选择回电结果。")
    if missed.state != OPEN:
        raise MissedError("这条已经处理过了。")
    if missed.claimed_by not in ("", who):
        raise MissedError("这条由别人认领，请先让对方放回。")
    missed.before = {
        "claimed_by": missed.claimed_by,
        "tries": missed.tries,
        "result": missed.result,
        "result_by": missed.result_by,
        "result_at": missed.result_at.isoformat() if missed.result_at else "",
    }
    if result == Result.NOT_REACHED:
        missed.tries += 1
        missed.claimed_by, missed.claimed_at = "", None
    else:
        missed.state, missed.claimed_by = DONE, who
    missed.result, missed.result_by, missed.result_at = result, who, now


def undo(db: Session, missed: MissedCall, who: str) -> None:
    """Take the last mark back; only who made it can. Raises MissedError."""
    before = missed.before
    if before is None or missed.result_by != who:
        raise MissedError("没有可以撤销的操作。")
    missed.state, missed.before = OPEN, None
    missed.claimed_by, missed.tries = before["claimed_by"], before["tries"]
    missed.result, missed.result_by = before["result"], before["result_by"]
    at = before["result_at"]
    missed.result_at = datetime.fromisoformat(at) if at else None


def _entries(
    db: Session, where: tuple[ColumnElement[bool], ...], order: tuple[Any, ...]
) -> list[Entry]:
    query = (
        select(MissedCall, Ticket.number)
        .join(Ticket, Ticket.call_id == MissedCall.call_id)
        .where(*where)
        .order_by(*order)
        .limit(MOST)
    )
    rows = [(missed, str(number)) for missed, number in db.execute(query)]
    calls = {missed.closed_call for missed, _ in rows if missed.closed_call}
    tickets = select(Ticket.call_id, Ticket.number).where(Ticket.call_id.in_(calls))
    closed = {call: number for call, number in db.execute(tickets)}
    return [Entry(each, number, closed.get(each.closed_call or "", "")) for each, number in rows]


def _in(scope: str) -> ColumnElement[bool]:
    code = normal(scope)
    if code == COUNTRY:
        return true()
    level = 2 if code.endswith("0000") else 4 if code.endswith("00") else 6
    return MissedCall.area.startswith(code[:level])
