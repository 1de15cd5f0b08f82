"""Service places out of the database. Blocking: for a thread."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import Row, Select, select

from core.db import Sessions
from knowledge.places.geo import Point
from knowledge.service_places.record import Kind, ServicePlace
from knowledge.service_places.tables import ServicePlaceRow

PLAIN = (
    "code", "name", "area", "address", "hours", "phone", "level", "price_from", "price_to", "beds",
    "beds_free", "beds_date", "note", "is_open",
)  # fmt: skip
"""What a place and its row call the same."""

_TABLE = ServicePlaceRow.__table__


def load(sessions: Sessions, kind: Kind | None = None) -> list[ServicePlace]:
    """All places of a kind, of every kind without one, by their code; also those not open."""
    query: Select[Any] = select(_TABLE).where(~_TABLE.c.gone).order_by(_TABLE.c.code)
    if kind is not None:
        query = query.where(_TABLE.c.kind == kind.value)
    with sessions() as db:
        return [place_of(row) for row in db.execute(query)]


def is_empty(sessions: Sessions) -> bool:
    """Whether there is no place that callers could be told of."""
    query = select(_TABLE.c.code).where(~_TABLE.c.gone, _TABLE.c.is_open).limit(1)
    with sessions() as db:
        return db.scalar(query) is None


def place_of(row: Row[Any] | ServicePlaceRow) -> ServicePlace:
    """The place of a row."""
    lat, lon = row.lat, row.lon
    return ServicePlace(
        kind=Kind(row.kind),
        point=None if lat is None or lon is None else Point(lat, lon),
        **{name: getattr(row, name) for name in PLAIN},
    )


def values_of(place: ServicePlace) -> dict[str, Any]:
    """The columns of a place's row."""
    return {
        **{name: getattr(place, name) for name in PLAIN},
        "kind": place.kind.value,
        "lat": place.point.lat if place.point else None,
        "lon": place.point.lon if place.point else None,
    }


def written(row: ServicePlaceRow) -> dict[str, Any]:
    """All columns of a row but its code, fit for JSON."""
    names = (column.key for column in _TABLE.columns if column.key != "code")
    values = {name: getattr(row, name) for name in names}
    day: date | None = values["beds_date"]
    return {**values, "beds_date": day.isoformat() if day else None}


def restore(row: ServicePlaceRow, before: dict[str, Any]) -> None:
    """Give a row back the columns that `written` took down."""
    day = before["beds_date"]
    for name, value in {**before, "beds_date": date.fromisoformat(day) if day else None}.items():
        setattr(row, name, value)
