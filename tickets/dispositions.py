"""What an agent says came of a call: the list as data, choosing one, and taking that back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path

import yaml
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.journal_tables import Call
from tickets import store
from tickets.apply import settle
from tickets.labels import Outcome
from tickets.notes import SUMMARY, put_aside, text_of
from tickets.tables import Ticket, TicketNotePast

FILE = Path(__file__).with_name("dispositions.yaml")
FIELD = "disposition"
UNDO_S = 300
"""So long after it was chosen a disposition can be taken back."""


@dataclass(frozen=True, slots=True)
class Disposition:
    """One result: `key` chooses it, `outcome` is what it means, `summary` whether words are due."""

    code: str
    key: str
    text: str
    outcome: str
    summary: bool = False


class DispositionRefused(ValueError):
    """It cannot be chosen or taken back; the message is one sentence in Chinese for the agent."""


@cache
def dispositions() -> tuple[Disposition, ...]:
    """The list. Raises ValueError when two share a code or key, or an outcome is unknown."""
    found = tuple(Disposition(**row) for row in yaml.safe_load(FILE.read_text(encoding="utf-8")))
    for name in ("code", "key", "text"):
        values = [getattr(each, name) for each in found]
        if len(set(values)) != len(values):
            raise ValueError(f"{FILE.name}: two dispositions share a {name}")
    known = {each.value for each in Outcome}
    wrong = [each.code for each in found if each.outcome not in known]
    if wrong:
        raise ValueError(f"{FILE.name}: {wrong[0]} has an unknown outcome")
    return found


def text(code: str) -> str:
    """What a disposition is called; the code itself of one that is no longer on the list."""
    return next((each.text for each in dispositions() if each.code == code), code)


def choose(
    db: Session, ticket: Ticket, code: str, who: str, now: datetime, address: str = ""
) -> Disposition:
    """Finish a ticket with a disposition and the summary as it was typed. Raises
    DispositionRefused.
    """
    chosen = next((each for each in dispositions() if each.code == code), None)
    if chosen is None:
        raise DispositionRefused("请选择处理结果。")
    summary = text_of(db, ticket, SUMMARY) or ticket.summary
    if chosen.summary and not summary.strip():
        raise DispositionRefused(f"选择“{chosen.text}”要先写小结：来电人要办什么、下一步谁来做。")
    before = f"{ticket.outcome} {ticket.result}"
    put_aside(db, ticket, FIELD, before, ticket.wrapped_by, ticket.wrapped_at or now)
    done = store.WrapUp(chosen.outcome, summary, who, address, chosen.code)
    try:
        store.wrap_up(db, ticket, done, now)
    except store.WrapUpError as refused:
        raise DispositionRefused(str(refused)) from refused
    return chosen


def take_back(db: Session, ticket: Ticket, who: str, now: datetime, address: str = "") -> str:
    """Give the ticket the result it had before; returns the code taken back.

    Raises DispositionRefused where somebody else chose it, or too long ago.
    """
    if not ticket.result or ticket.wrapped_by != who or ticket.wrapped_at is None:
        raise DispositionRefused("没有可以撤销的处理结果。")
    if now - ticket.wrapped_at > timedelta(seconds=UNDO_S):
        raise DispositionRefused("已超过5分钟，不能撤销，请到工单页修改。")
    ours = TicketNotePast.ticket_id == ticket.id, TicketNotePast.field == FIELD
    last = db.scalar(select(TicketNotePast).where(*ours).order_by(TicketNotePast.id.desc()))
    taken = ticket.result
    outcome, _, result = (last.text if last else " ").partition(" ")
    ticket.outcome, ticket.result = outcome, result
    ticket.wrapped_by = last.by if last else ""
    ticket.wrapped_at = last.at if last and last.by else None
    if last is not None:
        db.delete(last)
    call = db.get_one(Call, ticket.call_id)
    settle(ticket, now, over=call.ended_at is not None)
    store.audit(db, now, who, "ticket.wrapup.undone", ticket, address)
    return taken
