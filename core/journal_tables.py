"""Calls as the database keeps them: the journal's events and what they add up to."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    ForeignKey,
    Index,
    Integer,
    String,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base, Moment, Secret


class Call(Base):
    """One call of a citizen; written by the node that owns it (and by whoever recovers it)."""

    __tablename__ = "calls"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    node: Mapped[str] = mapped_column(String(64))
    area: Mapped[str] = mapped_column(String(12), index=True)
    trunk: Mapped[str] = mapped_column(String(64))
    sip_call_id: Mapped[str] = mapped_column(String(255))
    caller: Mapped[str] = mapped_column(Secret, default="")
    caller_key: Mapped[str] = mapped_column(String(64), default="", index=True)
    withheld: Mapped[bool] = mapped_column(default=False)
    called: Mapped[str] = mapped_column(String(64), default="")
    diversion: Mapped[str] = mapped_column(Text, default="")
    invite: Mapped[str] = mapped_column(Secret, default="")
    state: Mapped[str] = mapped_column(String(16))
    started_at: Mapped[datetime] = mapped_column(Moment, index=True)
    answered_at: Mapped[datetime | None] = mapped_column(Moment)
    ended_at: Mapped[datetime | None] = mapped_column(Moment)
    end_reason: Mapped[str] = mapped_column(String(64), default="")
    disposition: Mapped[str] = mapped_column(String(32), default="")
    agent: Mapped[str] = mapped_column(String(64), default="")
    speech: Mapped[str] = mapped_column(Text, default="")


class CallEvent(Base):
    """One transition; (call, seq) is unique, which makes a replay of the spool harmless."""

    __tablename__ = "call_events"
    __table_args__ = (UniqueConstraint("call_id", "seq"),)

    id: Mapped[int] = mapped_column(
        BigInteger().with_variant(Integer, "sqlite"),
        primary_key=True,
        autoincrement=True,
    )
    call_id: Mapped[str] = mapped_column(ForeignKey("calls.id"))
    seq: Mapped[int] = mapped_column(Integer)
    at: Mapped[datetime] = mapped_column(Moment)
    kind: Mapped[str] = mapped_column(String(32))
    data: Mapped[dict[str, Any]] = mapped_column(JSON)


class Utterance(Base):
    """One thing said: by the caller, the machine or an agent. Times are ms into the recording."""

    __tablename__ = "utterances"
    __table_args__ = (Index("ix_utterances_call", "call_id", "start_ms"),)

    id: Mapped[int] = mapped_column(
        BigInteger().with_variant(Integer, "sqlite"),
        primary_key=True,
        autoincrement=True,
    )
    call_id: Mapped[str] = mapped_column(ForeignKey("calls.id"))
    speaker: Mapped[str] = mapped_column(String(16))
    start_ms: Mapped[int] = mapped_column(Integer)
    end_ms: Mapped[int] = mapped_column(Integer)
    text: Mapped[str] = mapped_column(Text)
    confidence: Mapped[float] = mapped_column(default=1.0)
    words: Mapped[list[Any]] = mapped_column(JSON, default=list)


class Recording(Base):
    """A call's one stereo file: caller left, everyone else right; `path` below the data folder."""

    __tablename__ = "recordings"

    call_id: Mapped[str] = mapped_column(ForeignKey("calls.id"), primary_key=True)
    state: Mapped[str] = mapped_column(String(16))
    path: Mapped[str] = mapped_column(String(255), default="")
    started_at: Mapped[datetime] = mapped_column(Moment)
    duration_ms: Mapped[int] = mapped_column(Integer, default=0)
    bytes: Mapped[int] = mapped_column(BigInteger, default=0)
    sha256: Mapped[str] = mapped_column(String(64), default="")
    fault: Mapped[str] = mapped_column(Text, default="")


class AuditEntry(Base):
    """Who saw or did what; append-only."""

    __tablename__ = "audit"

    id: Mapped[int] = mapped_column(
        BigInteger().with_variant(Integer, "sqlite"),
        primary_key=True,
        autoincrement=True,
    )
    at: Mapped[datetime] = mapped_column(Moment, index=True)
    who: Mapped[str] = mapped_column(String(64))
    did: Mapped[str] = mapped_column(String(64))
    what: Mapped[str] = mapped_column(String(255))
    area: Mapped[str] = mapped_column(String(12), default="")
    address: Mapped[str] = mapped_column(String(64), default="")
