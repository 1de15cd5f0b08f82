"""Which tickets a user may see and finish."""

from __future__ import annotations

from sqlalchemy.orm import Session

from agent_ui.accounts.login import Who
from agent_ui.roles import Permission
from core.area import COUNTRY
from tickets import store
from tickets.tables import Ticket


class NoSuchTicket(Exception):
    """There is none, or it is not for this user; nobody is told which."""


def ticket_by_number(db: Session, number: str, who: Who) -> Ticket:
    """A ticket of the user's area, or of a call they took. Raises NoSuchTicket."""
    return _seen(store.by_number(db, number, COUNTRY), store.by_number(db, number, who.area), who)


def ticket_by_call(db: Session, call_id: str, who: Who) -> Ticket:
    """The ticket of a call of the user's area, or of one they took. Raises NoSuchTicket."""
    return _seen(store.by_call(db, call_id, COUNTRY), store.by_call(db, call_id, who.area), who)


def may_wrap_up(who: Who, ticket: Ticket) -> bool:
    """Agents finish their own calls and those that nobody took; supervisors all."""
    if who.may(Permission.WRAP_UP_ALL):
        return True
    return who.may(Permission.WRAP_UP) and ticket.agent in ("", who.name)


def may_reveal(who: Who, ticket: Ticket) -> bool:
    """Whether the user may have the caller's number shown (each time is audited)."""
    needed = Permission.REVEAL_WITHHELD if ticket.withheld else Permission.REVEAL
    return bool(ticket.caller) and who.may(needed)


def _seen(anywhere: Ticket | None, in_area: Ticket | None, who: Who) -> Ticket:
    if in_area is not None:
        return in_area
    if anywhere is not None and anywhere.agent == who.name:
        return anywhere
    raise NoSuchTicket
