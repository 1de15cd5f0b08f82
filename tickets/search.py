"""The list of tickets: filters, search in what was said, and pages by key."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import ColumnElement, Select, and_, func, or_, select, true
from sqlalchemy.orm import Session

from tickets import callers
from tickets.scope import in_area
from tickets.tables import Ticket, TicketTerm
from tickets.words import searchable, terms

RARE = 2_000
"""A term in fewer tickets leads the search; commoner ones are soon met on the way back."""


@dataclass(frozen=True, slots=True)
class Query:
    """What to look for; empty fields ask nothing. `scope` is the user's own area.

    `since` is included, `until` is not. `text` is searched in what caller and agents said, the
    article's title, the topic and the summary; a ticket or phone number may stand there too.
    """

    scope: str
    text: str = ""
    number: str = ""
    caller: str = ""
    disposition: str = ""
    state: str = ""
    area: str = ""
    agent: str = ""
    emergency: bool = False
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """Tickets, newest first; `next` is the key of the next page, empty at the end."""

    tickets: tuple[Ticket, ...]
    next: str


class PageKeyError(ValueError):
    """The key of a page is not one that `find` gave out."""


class TooShort(ValueError):
    """The words to look for are single characters."""


def find(db: Session, query: Query, after: str = "", limit: int = 50) -> Page:
    """One page of the tickets that fit. Raises PageKeyError, TooShort, core.area.AreaError."""
    statement = select(Ticket).where(*_conditions(db, _sorted_out(query)))
    if after:
        statement = statement.where(_older_than(after))
    statement = statement.order_by(Ticket.opened_at.desc(), Ticket.id.desc()).limit(limit + 1)
    rows = tuple(db.scalars(statement))
    last = f"{rows[limit - 1].opened_at.isoformat()}|{rows[limit - 1].id}" if rows[limit:] else ""
    return Page(rows[:limit], last)


def _sorted_out(query: Query) -> Query:
    """Move a ticket number or phone number out of the free text to where it is found."""
    text = query.text.strip()
    if len(text) == 15 and text[8] == "-" and text.replace("-", "").isdecimal():
        return replace(query, text="", number=text)
    digits = text.lstrip("+").replace(" ", "").replace("-", "")
    if len(digits) >= 7 and digits.isdecimal():
        return replace(query, text="", caller=text)
    return query


def _conditions(db: Session, query: Query) -> list[ColumnElement[bool]]:
    found = [in_area(query.scope, query.area)]
    if query.number:
        found.append(Ticket.number == query.number.strip())
    if query.caller:
        found.append(Ticket.caller_key.in_(callers.keys(query.caller)))
    if query.disposition:
        found.append(Ticket.disposition == query.disposition)
    if query.state:
        found.append(Ticket.state == query.state)
    if query.agent:
        found.append(Ticket.agent == query.agent)
    if query.emergency:
        found.append(Ticket.emergency == true())
    if query.since:
        found.append(Ticket.opened_at >= query.since)
    if query.until:
        found.append(Ticket.opened_at < query.until)
    return found + _text_conditions(db, query.text)


def _text_conditions(db: Session, text: str) -> list[ColumnElement[bool]]:
    if text and not searchable(text):
        raise TooShort("look for two characters or more")
    lists = {
        term: select(TicketTerm.ticket_id).where(TicketTerm.term == term)
        for term in sorted(terms(text))
    }
    counts = {term: _up_to_rare(db, listed) for term, listed in lists.items()}
    found: list[ColumnElement[bool]] = []
    leader = min(counts, key=lambda term: counts[term], default="")
    for term, listed in lists.items():
        if term == leader and counts[term] < RARE:
            found.append(Ticket.id.in_(listed))
        else:
            here = and_(TicketTerm.term == term, TicketTerm.ticket_id == Ticket.id)
            found.append(select(TicketTerm.ticket_id).where(here).exists())
    return found


def _up_to_rare(db: Session, listed: Select[int]) -> int:
    return db.scalar(select(func.count()).select_from(listed.limit(RARE).subquery())) or 0


def _older_than(key: str) -> ColumnElement[bool]:
    at, _, number = key.partition("|")
    try:
        moment, last = datetime.fromisoformat(at), int(number)
        if moment.tzinfo is None:
            raise ValueError("no zone")
    except ValueError as error:
        raise PageKeyError(f"{key[:60]!r} is not a page of this list") from error
    same = and_(Ticket.opened_at == moment, Ticket.id < last)
    return or_(Ticket.opened_at < moment, same)
