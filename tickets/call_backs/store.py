"""Keeps call-backs and their attempts in the database. Everything here blocks: for a thread."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.call_back import OUTSTANDING, Attempt, CallBack, State
from core.db import Secret, Sessions
from tickets.call_backs.tables import CallBackAttempt, CallBackRow
from tickets.missed.apply import not_called_back
from tickets.tables import Ticket


@dataclass(frozen=True, slots=True)
class Tried:
    """An attempt and the number of the ticket that came of it, empty where none did."""

    attempt: Attempt
    ticket: str


class CallBackStore:
    """Implements what telephony needs of the database for call-backs."""

    def __init__(self, sessions: Sessions) -> None:
        """Take the factory of sessions."""
        self._sessions = sessions

    def outstanding(self) -> list[CallBack]:
        """Those that wait or were being dialled, the longest waiting first."""
        with self._sessions() as db:
            query = select(CallBackRow).where(CallBackRow.state.in_(OUTSTANDING))
            return [_read(row) for row in db.scalars(query.order_by(CallBackRow.since))]

    def add(self, back: CallBack) -> bool:
        """Keep a new one; False where another call's to the same number is outstanding."""
        with self._sessions() as db:
            key = Secret._vault().search_key(back.number)
            same = CallBackRow.number_key == key, CallBackRow.state.in_(OUTSTANDING)
            if db.scalar(select(CallBackRow.id).where(*same)) is not None:
                return False
            row = CallBackRow(
                id=back.id, call_id=back.call_id, area=back.area, number=back.number,
                number_key=key, skill=back.skill, asked_at=back.asked_at, since=back.since,
                state=back.state.value, changed_at=back.asked_at,
            )  # fmt: skip
            db.add(row)
            return True

    def save(self, back: CallBack, at: datetime) -> None:
        """Keep how far one has come; who was not reached is among the missed calls from then on."""
        with self._sessions() as db:
            row = db.get_one(CallBackRow, back.id)
            row.state, row.attempts, row.next_at = back.state.value, back.attempts, back.next_at
            row.changed_at = at
            if back.state is State.UNREACHED:
                not_called_back(db, back, at)

    def attempt(self, attempt: Attempt) -> None:
        """Keep that an attempt began, or what it came to."""
        with self._sessions() as db:
            same = (
                CallBackAttempt.call_back_id == attempt.call_back,
                CallBackAttempt.number == attempt.number,
            )
            row = db.scalar(select(CallBackAttempt).where(*same))
            if row is None:
                row = CallBackAttempt(
                    call_back_id=attempt.call_back, number=attempt.number, agent=attempt.agent,
                    began_at=attempt.at,
                )  # fmt: skip
                db.add(row)
            if attempt.result:
                row.result, row.code, row.ended_at = attempt.result, attempt.code, attempt.at
                row.call_id = attempt.call_id or None


def of_call(db: Session, call_id: str) -> list[tuple[CallBack, list[Tried]]]:
    """The call-backs asked for in a call, each with its attempts in order."""
    rows = db.scalars(
        select(CallBackRow).where(CallBackRow.call_id == call_id).order_by(CallBackRow.asked_at)
    )
    return [(_read(row), _tried(db, row.id)) for row in rows]


def _tried(db: Session, call_back: str) -> list[Tried]:
    query = (
        select(CallBackAttempt, Ticket.number)
        .outerjoin(Ticket, Ticket.call_id == CallBackAttempt.call_id)
        .where(CallBackAttempt.call_back_id == call_back)
        .order_by(CallBackAttempt.number)
    )
    return [
        Tried(
            Attempt(
                call_back, row.number, row.agent, row.ended_at or row.began_at, row.result,
                row.code, row.call_id or "",
            ),
            ticket or "",
        )
        for row, ticket in db.execute(query)
    ]  # fmt: skip


def _read(row: CallBackRow) -> CallBack:
    return CallBack(
        row.id, row.call_id, row.area, row.number, row.asked_at, row.since, row.skill,
        State(row.state), row.attempts, row.next_at,
    )  # fmt: skip
