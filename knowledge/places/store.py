"""Put the places of one source into the database and read all of them. Blocking: for a thread."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import bindparam, delete, insert, select, update
from sqlalchemy.orm import Session

from core.db import Sessions
from core.sound import sounds
from knowledge.places.geo import Point
from knowledge.places.record import CrossingRecord, PlaceRecord, Reading
from knowledge.places.tables import Crossing, Place, PlaceAlias

IN_USE = "in use"
GONE = "gone"
_BATCH = 2000

Progress = Callable[[str], None]
Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import did, in places; `gone` are no longer in the file and no longer found."""

    added: int
    changed: int
    kept: int
    gone: int
    crossings: int


def put(
    sessions: Sessions, source: str, reading: Reading, now: datetime, progress: Progress
) -> Imported:
    """Make the places of a source those of a reading, in one transaction: all or nothing.

    Does nothing for a place that is as it was. Places that the reading lacks are kept with the
    status `gone`. Raises sqlalchemy errors.
    """
    with sessions() as db:
        known = {
            key: (place, digest, status)
            for key, place, digest, status in db.execute(
                select(Place.source_key, Place.id, Place.digest, Place.status).where(
                    Place.source == source
                )
            )
        }
        fresh, changed, kept = [], [], 0
        for record in reading.places:
            place, digest, status = known.pop(record.key, (0, "", ""))
            if not place:
                fresh.append(record)
            elif (digest, status) != (record.digest(), IN_USE):
                changed.append((place, record))
            else:
                kept += 1
        _add(db, source, fresh, now, progress)
        _change(db, changed, now)
        gone = [place for place, _, status in known.values() if status == IN_USE]
        for some in _batches(gone):
            values = {"status": GONE, "changed_at": now}
            db.execute(update(Place).where(Place.id.in_(some)).values(values))
        progress("crossings …")
        _replace_crossings(db, source, reading.crossings)
    return Imported(len(fresh), len(changed), kept, len(gone), len(reading.crossings))


def _add(
    db: Session, source: str, records: list[PlaceRecord], now: datetime, progress: Progress
) -> None:
    done = 0
    for some in _batches(records):
        rows = [{"source": source, "source_key": each.key, **_row(each, now)} for each in some]
        db.execute(insert(Place), rows)
        keys = [each.key for each in some]
        query = select(Place.source_key, Place.id).where(Place.source == source)
        ids = {key: place for key, place in db.execute(query.where(Place.source_key.in_(keys)))}
        _add_aliases(db, ((ids[each.key], each) for each in some))
        done += len(some)
        progress(f"{done} of {len(records)} new places stored")


def _change(db: Session, changed: list[tuple[int, PlaceRecord]], now: datetime) -> None:
    for some in _batches(changed):
        rows = [{"at": place, **_row(record, now)} for place, record in some]
        values: dict[str, Any] = {name: bindparam(name) for name in rows[0] if name != "at"}
        statement = update(Place).where(Place.id == bindparam("at")).values(values)
        db.connection().execute(statement, rows)
        ids = [place for place, _ in some]
        db.execute(delete(PlaceAlias).where(PlaceAlias.place_id.in_(ids)))
        _add_aliases(db, some)


def _add_aliases(db: Session, records: Iterable[tuple[int, PlaceRecord]]) -> None:
    rows = [
        {"place_id": place, "name": name, "sounds": _spoken(name), "kind": kind.value}
        for place, record in records
        for name, kind in dict(record.aliases).items()
    ]
    if rows:
        db.execute(insert(PlaceAlias), rows)


def _replace_crossings(db: Session, source: str, crossings: tuple[CrossingRecord, ...]) -> None:
    db.execute(delete(Crossing).where(Crossing.source == source))
    for some in _batches(crossings):
        rows: list[dict[str, Any]] = [
            {
                "source": source,
                "road_a": each.road_a,
                "road_b": each.road_b,
                "area": each.area,
                "lat": each.point.lat,
                "lon": each.point.lon,
            }
            for each in some
        ]
        db.execute(insert(Crossing), rows)


def _row(record: PlaceRecord, now: datetime) -> dict[str, Any]:
    return {
        "name": record.name,
        "sounds": _spoken(record.name),
        "kind": record.kind.value,
        "category": record.category,
        "area": record.area,
        "lat": record.point.lat if record.point else None,
        "lon": record.point.lon if record.point else None,
        "datum": record.datum.value,
        "shape": record.shape,
        "extent_m": record.extent_m,
        "importance": record.importance,
        "address": record.address,
        "note": record.note,
        "status": IN_USE,
        "digest": record.digest(),
        "changed_at": now,
    }


def _batches(items: Sequence[Item]) -> Iterator[Sequence[Item]]:
    return (items[at : at + _BATCH] for at in range(0, len(items), _BATCH))


def _spoken(name: str) -> str:
    return " ".join(sounds(name))


@dataclass(frozen=True, slots=True)
class Named:
    """One name of one place in use, ready for the index. `alias` is empty for the standard name.

    `point` is WGS-84.
    """

    place: int
    name: str
    sounds: tuple[str, ...]
    alias: str
    standard: str
    kind: str
    area: str
    point: Point | None
    importance: float
    address: str


def names(sessions: Sessions) -> Iterator[Named]:
    """All names of all places in use: the standard name, then the others."""
    columns = (
        Place.id, Place.name, Place.sounds, Place.kind, Place.area, Place.lat, Place.lon,
        Place.importance, Place.address,
    )  # fmt: skip
    others = (
        select(PlaceAlias.name, PlaceAlias.sounds, PlaceAlias.kind, *columns)
        .join(Place, Place.id == PlaceAlias.place_id)
        .where(Place.status == IN_USE)
        .order_by(PlaceAlias.id)
    )
    with sessions() as db:
        query = select(*columns).where(Place.status == IN_USE).order_by(Place.id)
        for row in db.execute(query):
            yield _named("", row.name, row.sounds, row)
        for alias, spoken, kind, *rest in db.execute(others):
            yield _named(kind, alias, spoken, _Rest(*rest))


@dataclass(frozen=True, slots=True)
class _Rest:
    id: int
    name: str
    sounds: str
    kind: str
    area: str
    lat: float | None
    lon: float | None
    importance: float
    address: str


def _named(alias: str, name: str, spoken: str, row: Any) -> Named:
    return Named(
        place=row.id,
        name=name,
        sounds=tuple(spoken.split()),
        alias=alias,
        standard=row.name,
        kind=row.kind,
        area=row.area,
        point=None if row.lat is None or row.lon is None else Point(row.lat, row.lon),
        importance=row.importance,
        address=row.address,
    )


def crossings(sessions: Sessions) -> list[CrossingRecord]:
    """All crossings of roads."""
    with sessions() as db:
        return [
            CrossingRecord(row.road_a, row.road_b, Point(row.lat, row.lon), row.area)
            for row in db.scalars(select(Crossing).order_by(Crossing.id))
        ]
