"""Who phones from a number, as far as earlier tickets say: people, tickets and cases.

The names are those that agents wrote into the form, and the applicants of cases whose check the
caller passed. Which person is on the phone now nobody knows: each has a share.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from tickets.cases.tables import Case, TicketCase
from tickets.labels import State
from tickets.tables import CallerRecord, Ticket, TicketNote

LOOKED_AT = 50
"""So many of the number's latest tickets count."""

SHOWN = 8
HALF_LIFE_DAYS = 180
NEW_SHARE = 0.35
"""How much it counts that it may be somebody who never phoned from here."""

PROVED = 2.0
"""A name proved with an identity number counts so much more than one written down."""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who may be on the phone: `sure` is 0..1, `times` how often, `last` when last."""

    name: str
    sure: float
    times: int
    last: datetime
    proved: bool


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of a number before anybody speaks. `earlier` are its tickets, latest first."""

    people: tuple[Person, ...] = ()
    earlier: tuple[Ticket, ...] = ()
    open: tuple[Ticket, ...] = ()
    cases: tuple[Case, ...] = ()
    calls: int = 0
    elder: bool = False
    has_home: bool = False


@dataclass(frozen=True, slots=True)
class Sighting:
    """A name that came with an earlier call from the number."""

    name: str
    at: datetime
    proved: bool = False


def ranked(seen: Iterable[Sighting], now: datetime) -> tuple[Person, ...]:
    """The people of a number, the likeliest first; all `sure` and a stranger's share make 1.

    A sighting counts less with age: half after HALF_LIFE_DAYS.
    """
    weights: dict[str, float] = {}
    times: dict[str, list[Sighting]] = {}
    for each in seen:
        days = max(0.0, (now - each.at).total_seconds() / 86_400)
        weight = 0.5 ** (days / HALF_LIFE_DAYS) * (PROVED if each.proved else 1.0)
        weights[each.name] = weights.get(each.name, 0.0) + weight
        times.setdefault(each.name, []).append(each)
    whole = sum(weights.values()) + NEW_SHARE
    people = (
        Person(
            name,
            round(weight / whole, 2),
            len(times[name]),
            max(each.at for each in times[name]),
            any(each.proved for each in times[name]),
        )
        for name, weight in weights.items()
    )
    return tuple(sorted(people, key=lambda each: (-each.sure, each.name)))


def known(db: Session, ticket: Ticket, now: datetime) -> Known:
    """What earlier calls from the ticket's number left; nothing for a withheld or unknown one."""
    if ticket.withheld or not ticket.caller_key:
        return Known()
    record = db.get(CallerRecord, ticket.caller_key)
    query = select(Ticket).where(Ticket.caller_key == ticket.caller_key, Ticket.id != ticket.id)
    query = query.order_by(Ticket.opened_at.desc(), Ticket.id.desc()).limit(LOOKED_AT)
    # A call of which the number was withheld tells nobody who phones from the number.
    earlier = [each for each in db.scalars(query) if not each.withheld]
    ids = [each.id for each in earlier]
    opened = {each.id: each.opened_at for each in earlier}
    named = select(TicketNote).where(TicketNote.ticket_id.in_(ids), TicketNote.field == "name")
    seen = [
        Sighting(note.text.strip(), opened[note.ticket_id])
        for note in db.scalars(named)
        if note.text.strip()
    ]
    linked = (
        select(Case, TicketCase.ticket_id)
        .join(TicketCase, TicketCase.case_number == Case.number)
        .where(TicketCase.ticket_id.in_(ids))
    )
    cases: dict[str, Case] = {}
    for case, ticket_id in db.execute(linked):
        cases[case.number] = case
        if case.applicant:
            seen.append(Sighting(case.applicant, opened[ticket_id], True))
    return Known(
        ranked(seen, now),
        tuple(earlier[:SHOWN]),
        tuple(each for each in earlier if each.state == State.OPEN),
        tuple(cases.values()),
        len(earlier),
        bool(record and record.elder),
        bool(record and record.home),
    )
