"""The device register and the signals of devices. Who a device belongs to is encrypted."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import (
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

_ID = BigInteger().with_variant(Integer, "sqlite")


class State(StrEnum):
    """What the register says of a device."""

    ACTIVE = "active"
    OFFLINE = "offline"
    LOW_BATTERY = "low_battery"
    UNDER_TEST = "under_test"
    SUSPENDED = "suspended"
    LOST = "lost"


class Device(Base):
    """One controller at somebody's home. `number_key` finds it by the number that it calls from."""

    __tablename__ = "pendant_device"
    __table_args__ = (UniqueConstraint("protocol", "controller", name="uq_pendant_device"),)

    id: Mapped[int] = mapped_column(_ID, primary_key=True, autoincrement=True)
    protocol: Mapped[str] = mapped_column(String(16))
    controller: Mapped[str] = mapped_column(String(32))
    model: Mapped[str] = mapped_column(String(64), default="")
    person: Mapped[str] = mapped_column(Secret, default="")
    number: Mapped[str] = mapped_column(Secret, default="")
    number_key: Mapped[str] = mapped_column(String(64), default="", index=True)
    address: Mapped[str] = mapped_column(Secret, default="")
    area: Mapped[str] = mapped_column(String(12), default="")
    state: Mapped[str] = mapped_column(String(16), default=State.ACTIVE.value)
    last_seen: Mapped[datetime | None] = mapped_column(Moment, default=None)
    battery: Mapped[str] = mapped_column(String(16), default="")
    test_due: Mapped[datetime | None] = mapped_column(Moment, default=None)


class SignalRow(Base):
    """One signal as it came. `once` is its controller and reference while they count as the same.

    `reply` is our answer as text (Latin-1), sent again to the same message within 24 hours; `raw`
    likewise the message.
    """

    __tablename__ = "pendant_signal"
    __table_args__ = (
        UniqueConstraint("once", name="uq_pendant_signal_once"),
        Index("ix_pendant_signal_controller", "controller", "at"),
    )

    id: Mapped[int] = mapped_column(_ID, primary_key=True, autoincrement=True)
    at: Mapped[datetime] = mapped_column(Moment, index=True)
    protocol: Mapped[str] = mapped_column(String(16))
    controller: Mapped[str] = mapped_column(String(32))
    ref: Mapped[str] = mapped_column(String(32), default="")
    once: Mapped[str | None] = mapped_column(String(96), default=None)
    kind: Mapped[str] = mapped_column(String(16))
    severity: Mapped[str] = mapped_column(String(16))
    voice: Mapped[str] = mapped_column(String(16))
    code: Mapped[str] = mapped_column(String(16), default="")
    unit: Mapped[str] = mapped_column(String(16), default="")
    place: Mapped[str] = mapped_column(Secret, default="")
    text: Mapped[str] = mapped_column(Secret, default="")
    call_back: Mapped[str] = mapped_column(Secret, default="")
    raw: Mapped[str] = mapped_column(Secret, default="")
    source: Mapped[str] = mapped_column(String(64), default="")
    reply: Mapped[str] = mapped_column(Text, default="")
    device_id: Mapped[int | None] = mapped_column(
        _ID, ForeignKey("pendant_device.id", name="fk_pendant_signal"), default=None
    )
    call_id: Mapped[str] = mapped_column(String(32), default="")
