"""The gazetteer as the database keeps it: places, their other names, and crossings of roads."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, Float, ForeignKey, Index, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base, Moment

_ID = BigInteger().with_variant(Integer, "sqlite")


class Place(Base):
    """One place. Nothing is deleted: what a newer file no longer holds gets the status `gone`.

    `source` and `source_key` name the record where it came from. `kind` is a word of
    `knowledge.places.kinds`, `category` the GB/T 18521 code where the source gives one. `area` is
    a GB/T 2260 code (six digits) or longer down to a village (twelve). `lat` and `lon` are WGS-84
    and empty for a name that the source does not place; `datum` is what the source gave them in.
    `sounds` are the syllables of `core.sound`, parted by blanks. `extent_m` is the length of a
    line; `importance` 0..1.
    """

    __tablename__ = "places"
    __table_args__ = (UniqueConstraint("source", "source_key"),)

    id: Mapped[int] = mapped_column(_ID, primary_key=True, autoincrement=True)
    source: Mapped[str] = mapped_column(String(64))
    source_key: Mapped[str] = mapped_column(String(128))
    name: Mapped[str] = mapped_column(String(128), index=True)
    sounds: Mapped[str] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(String(16))
    category: Mapped[str] = mapped_column(String(16))
    area: Mapped[str] = mapped_column(String(12))
    lat: Mapped[float | None] = mapped_column(Float)
    lon: Mapped[float | None] = mapped_column(Float)
    datum: Mapped[str] = mapped_column(String(8))
    shape: Mapped[str] = mapped_column(String(8))
    extent_m: Mapped[float] = mapped_column(Float)
    importance: Mapped[float] = mapped_column(Float)
    address: Mapped[str] = mapped_column(String(255))
    note: Mapped[str] = mapped_column(Text)
    status: Mapped[str] = mapped_column(String(8), index=True)
    digest: Mapped[str] = mapped_column(String(32))
    changed_at: Mapped[datetime] = mapped_column(Moment)


class PlaceAlias(Base):
    """Another name of a place; `kind` is old, popular, short or wrong."""

    __tablename__ = "place_aliases"
    __table_args__ = (UniqueConstraint("place_id", "name"),)

    id: Mapped[int] = mapped_column(_ID, primary_key=True, autoincrement=True)
    place_id: Mapped[int] = mapped_column(ForeignKey("places.id"))
    name: Mapped[str] = mapped_column(String(128))
    sounds: Mapped[str] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(String(8))


class Crossing(Base):
    """Where two named roads meet, from the street network; `road_a` < `road_b`."""

    __tablename__ = "crossings"
    __table_args__ = (Index("ix_crossings_roads", "road_a", "road_b"),)

    id: Mapped[int] = mapped_column(_ID, primary_key=True, autoincrement=True)
    source: Mapped[str] = mapped_column(String(64), index=True)
    road_a: Mapped[str] = mapped_column(String(128))
    road_b: Mapped[str] = mapped_column(String(128))
    area: Mapped[str] = mapped_column(String(12))
    lat: Mapped[float] = mapped_column(Float)
    lon: Mapped[float] = mapped_column(Float)
