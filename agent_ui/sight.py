"""Which tickets a user may see and finish."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy.orm import Session

from agent_ui.accounts.login import Who
from agent_ui.roles import Fact, Field, Permission, sees_whole
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
    """Whether the user may fill in what came of the call."""
    return who.may(Permission.WRAP_UP, facts_of(who, ticket))


def may_reveal(who: Who, ticket: Ticket, what: Field = Field.NUMBER) -> bool:
    """Whether the user may have the caller's number, or home, shown (each time is audited)."""
    return bool(ticket.caller) and sees_whole(who.role, what, facts_of(who, ticket))


def facts_of(who: Who, ticket: Ticket, now: str = "") -> frozenset[Fact]:
    """What is so of a ticket for a user who has the call `now`."""
    facts = {
        Fact.OWN_AREA: serves(who.area, ticket.area),
        Fact.OWN_CALL: ticket.agent == who.name or ticket.call_id == now,
        Fact.UNTAKEN_CALL: not ticket.agent,
        Fact.PUBLIC_NUMBER: not ticket.withheld,
    }
    return frozenset(fact for fact, so in facts.items() if so)


def result_facts(who: Who, ticket: Ticket, reviewers: Iterable[str]) -> frozenset[Fact]:
    """What is so of a ticket's quality result for a user."""
    facts = set()
    if ticket.agent == who.name:
        facts.add(Fact.OWN_RESULT)
    if who.name not in reviewers:
        facts.add(Fact.OTHERS_REVIEW)
    return frozenset(facts)


def sees(who: Who, ticket: Ticket) -> bool:
    """Whether a ticket lies in the user's area, or is of a call they took."""
    return ticket.agent == who.name or serves(who.area, ticket.area)


def _seen(ticket: Ticket | None, who: Who, now: str) -> Ticket:
    if ticket is not None and who.may(Permission.TICKET, facts_of(who, ticket, now)):
        return ticket
    raise NoSuchTicket
