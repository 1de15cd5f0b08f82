"""Service places as the database keeps them, and what each import changed."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Date,
    Float,
    ForeignKey,
    Index,
    Integer,
    String,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base, Moment

Number = BigInteger().with_variant(Integer, "sqlite")


class ServicePlaceImport(Base):
    """One file that was read in; undone as a whole."""

    __tablename__ = "service_place_imports"

    id: Mapped[int] = mapped_column(Number, primary_key=True, autoincrement=True)
    file: Mapped[str] = mapped_column(String(255))
    by: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(Moment)
    added: Mapped[int] = mapped_column(Integer)
    changed: Mapped[int] = mapped_column(Integer)
    undone_at: Mapped[datetime | None] = mapped_column(Moment)


class ServicePlaceRow(Base):
    """One service place, as `knowledge.service_places.record.ServicePlace` has it.

    Nothing is deleted: one whose import was undone is `gone`. `batch` is the import that it is as
    it is from.
    """

    __tablename__ = "service_places"
    __table_args__ = (Index("ix_service_places_kind", "kind", "area"),)

    code: Mapped[str] = mapped_column(String(64), primary_key=True)
    kind: Mapped[str] = mapped_column(String(24))
    name: Mapped[str] = mapped_column(String(128))
    area: Mapped[str] = mapped_column(String(12))
    address: Mapped[str] = mapped_column(String(255))
    lat: Mapped[float | None] = mapped_column(Float)
    lon: Mapped[float | None] = mapped_column(Float)
    hours: Mapped[str] = mapped_column(String(255))
    phone: Mapped[str] = mapped_column(String(128))
    level: Mapped[int] = mapped_column(Integer)
    price_from: Mapped[int | None] = mapped_column(Integer)
    price_to: Mapped[int | None] = mapped_column(Integer)
    beds: Mapped[int | None] = mapped_column(Integer)
    beds_free: Mapped[int | None] = mapped_column(Integer)
    beds_date: Mapped[date | None] = mapped_column(Date)
    note: Mapped[str] = mapped_column(Text)
    is_open: Mapped[bool] = mapped_column(Boolean)
    gone: Mapped[bool] = mapped_column(Boolean, default=False)
    batch: Mapped[int] = mapped_column(ForeignKey("service_place_imports.id"))


class ServicePlaceChange(Base):
    """What one import found in one place: its columns before, null where there was none."""

    __tablename__ = "service_place_changes"
    __table_args__ = (UniqueConstraint("batch", "code"),)

    id: Mapped[int] = mapped_column(Number, primary_key=True, autoincrement=True)
    batch: Mapped[int] = mapped_column(ForeignKey("service_place_imports.id"))
    code: Mapped[str] = mapped_column(ForeignKey("service_places.code"))
    before: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
