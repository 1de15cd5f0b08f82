"""Tickets as the database keeps them: one for every call, drafted in its first second."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import JSON, BigInteger, ForeignKey, Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base, Moment, Secret

Number = BigInteger().with_variant(Integer, "sqlite")


class Ticket(Base):
    """The case record of one call. `number` is YYYYMMDD-NNNNNN in the authority's time zone.

    `disposition` is how the machine saw the call end, `outcome` what an agent made of it;
    `tickets.labels` has the values of both. `result` is which of `tickets.dispositions` it was.
    `path` lists the nodes of the tree in order. `city` and `province` are the first four and two
    digits of `area`. `elder` is why the call was in elder mode, empty when it was not; `language`
    what the caller speaks, empty for Mandarin.
    """

    __tablename__ = "tickets"
    __table_args__ = (
        Index("ix_tickets_opened", "opened_at", "id"),
        # A list of one area's tickets is a walk along one of these, whatever the area's level.
        Index("ix_tickets_area_opened", "area", "opened_at", "id"),
        Index("ix_tickets_city_opened", "city", "opened_at", "id"),
        Index("ix_tickets_province_opened", "province", "opened_at", "id"),
        Index("ix_tickets_disposition_opened", "disposition", "opened_at", "id"),
    )

    id: Mapped[int] = mapped_column(Number, primary_key=True, autoincrement=True)
    number: Mapped[str] = mapped_column(String(16), unique=True)
    call_id: Mapped[str] = mapped_column(ForeignKey("calls.id"), unique=True)
    area: Mapped[str] = mapped_column(String(12))
    city: Mapped[str] = mapped_column(String(4))
    province: Mapped[str] = mapped_column(String(2))
    caller: Mapped[str] = mapped_column(Secret, default="")
    caller_key: Mapped[str] = mapped_column(String(64), default="", index=True)
    withheld: Mapped[bool] = mapped_column(default=False)
    called: Mapped[str] = mapped_column(String(64), default="")
    opened_at: Mapped[datetime] = mapped_column(Moment)
    closed_at: Mapped[datetime | None] = mapped_column(Moment)
    state: Mapped[str] = mapped_column(String(16))
    disposition: Mapped[str] = mapped_column(String(32), default="")
    emergency: Mapped[bool] = mapped_column(default=False)
    elder: Mapped[str] = mapped_column(String(16), default="")
    language: Mapped[str] = mapped_column(String(16), default="")
    topic: Mapped[str] = mapped_column(String(64), default="")
    intent: Mapped[str] = mapped_column(String(64), default="")
    article: Mapped[str] = mapped_column(String(64), default="")
    article_version: Mapped[int | None] = mapped_column(Integer)
    article_title: Mapped[str] = mapped_column(String(255), default="")
    path: Mapped[list[str]] = mapped_column(JSON, default=list)
    agent: Mapped[str] = mapped_column(String(64), default="")
    message_s: Mapped[int] = mapped_column(Integer, default=0)
    summary: Mapped[str] = mapped_column(Text, default="")
    outcome: Mapped[str] = mapped_column(String(32), default="")
    result: Mapped[str] = mapped_column(String(32), default="")
    wrapped_by: Mapped[str] = mapped_column(String(64), default="")
    wrapped_at: Mapped[datetime | None] = mapped_column(Moment)


class CallerRecord(Base):
    """What is remembered of who phones from a number; the number itself is not kept.

    `elder`: they said that they are old, or asked for slower speech, at `elder_at`. `home` is the
    address that an agent wrote down, `home_position` its latitude and longitude where known
    (`tickets.homes`).
    """

    __tablename__ = "callers"

    caller_key: Mapped[str] = mapped_column(String(64), primary_key=True)
    elder: Mapped[bool] = mapped_column(default=False)
    elder_at: Mapped[datetime | None] = mapped_column(Moment)
    home: Mapped[str] = mapped_column(Secret, default="")
    home_position: Mapped[str] = mapped_column(Secret, default="")
    home_changed_at: Mapped[datetime | None] = mapped_column(Moment)


class TicketCounter(Base):
    """The last number given out on a day (YYYYMMDD)."""

    __tablename__ = "ticket_counters"

    day: Mapped[str] = mapped_column(String(8), primary_key=True)
    last: Mapped[int] = mapped_column(Integer)


class TicketTerm(Base):
    """Where a pair of characters occurs (see tickets.words)."""

    __tablename__ = "ticket_terms"
    __table_args__ = ({"sqlite_with_rowid": False},)  # the key is all there is

    term: Mapped[str] = mapped_column(String(2), primary_key=True)
    ticket_id: Mapped[int] = mapped_column(
        Number, ForeignKey("tickets.id"), primary_key=True, autoincrement=False
    )


class TicketNote(Base):
    """One field of a ticket's form as typed last (`tickets.notes`); versions count from 1."""

    __tablename__ = "ticket_notes"

    ticket_id: Mapped[int] = mapped_column(
        Number, ForeignKey("tickets.id"), primary_key=True, autoincrement=False
    )
    field: Mapped[str] = mapped_column(String(16), primary_key=True)
    text: Mapped[str] = mapped_column(Secret, default="")
    version: Mapped[int] = mapped_column(Integer)
    by: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(Moment)


class TicketNotePast(Base):
    """A text of a field that somebody else's replaced, or that came too late; never lost.

    Field `disposition` keeps the codes of results that another one replaced.
    """

    __tablename__ = "ticket_notes_past"
    __table_args__ = (Index("ix_ticket_notes_past", "ticket_id", "field", "id"),)

    id: Mapped[int] = mapped_column(Number, primary_key=True, autoincrement=True)
    ticket_id: Mapped[int] = mapped_column(Number, ForeignKey("tickets.id"))
    field: Mapped[str] = mapped_column(String(16))
    text: Mapped[str] = mapped_column(Secret, default="")
    by: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(Moment)
