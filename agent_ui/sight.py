"""Which tickets a user may see and finish."""

from __future__ import annotations

from sqlalchemy.orm import Session

from agent_ui.accounts.login import Who
from agent_ui.roles import Permission
from core.area import COUNTRY, serves
from tickets import store
from tickets.tables import Ticket


class NoSuchTicket(Exception):
    """There is none, or it is not for this user; nobody is told which."""


def ticket_by_number(db: Session, number: str, who: Who, now: str = "") -> Ticket:
    """A ticket of the user's area, of a call they took, or of `now`, the call they have now.

    Raises NoSuchTicket.
    """
    return _seen(store.by_number(db, number, COUNTRY), who, now)


def ticket_by_call(db: Session, call_id: str, who: Who, now: str = "") -> Ticket:
    """The ticket of a call, if the user may see it (as `ticket_by_number`). Raises NoSuchTicket."""
    return _seen(store.by_call(db, call_id, COUNTRY), who, now)


def may_wrap_up(who: Who, ticket: Ticket) -> bool:
    """Agents finish their own calls and those that nobody took; supervisors all."""
    if who.may(Permission.WRAP_UP_ALL):
        return True
    return who.may(Permission.WRAP_UP) and ticket.agent in ("", who.name)


def may_reveal(who: Who, ticket: Ticket) -> bool:
    """Whether the user may have the caller's number shown (each time is audited)."""
    needed = Permission.REVEAL_WITHHELD if ticket.withheld else Permission.REVEAL
    return bool(ticket.caller) and who.may(needed)


def sees(who: Who, ticket: Ticket) -> bool:
    """Whether a ticket lies in the user's area, or is of a call they took."""
    return ticket.agent == who.name or serves(who.area, ticket.area)


def _seen(ticket: Ticket | None, who: Who, now: str) -> Ticket:
    if ticket is None:
        raise NoSuchTicket
    mine = ticket.agent == who.name or ticket.call_id == now
    if mine or serves(who.area, ticket.area):
        return ticket
    raise NoSuchTicket
