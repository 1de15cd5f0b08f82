"""The street map in the data folder: pieces by zoom in one SQLite file, made from an extract.

Built beside the old one and swapped in when it is whole. Data © OpenStreetMap contributors.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import math
import os
import sqlite3
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass, field
from datetime import datetime
from itertools import groupby
from pathlib import Path
from typing import Any

from knowledge.places import map_labels, osm
from knowledge.places.geo import Point
from knowledge.places.kinds import road_importance
from knowledge.places.map_kinds import LEVELS, ZOOMS_TO, Drawn, area_kind, line_kind, spot_zoom
from knowledge.places.map_labels import Label, Spot, Street
from knowledge.places.map_shapes import (
    EXTENT,
    Piece,
    World,
    area_pieces,
    extent_units,
    line_pieces,
    packed,
    world,
)
from knowledge.places.record import PlaceProblem

FILE = "streets.sqlite"
ATTRIBUTION = "© OpenStreetMap contributors"
HOW = "hotline places build-map FILE.osm.pbf"
_FORMAT = 1
_FINE = {9: 6.0, 12: 6.0, 14: 1.0}
_SMALLEST_AREA = 48.0
"""An area whose longer side is shorter (units; three pixels) is left out of a level."""
_LABEL_MARGIN = 0.35
"""Labels reach over the edge of a piece: those so near (pieces) belong to it too."""
_REPORT_EVERY = 200_000

Progress = Callable[[str], None]


class MapMissing(Exception):
    """There is no street map, or it is damaged; the message says which command makes one."""


@dataclass(frozen=True, slots=True)
class About:
    """What the map in use was made from. `bounds` are south, west, north, east in degrees."""

    version: str
    file: str
    built_at: str
    bounds: tuple[float, float, float, float]
    pieces: int
    levels: tuple[int, ...] = LEVELS
    extent: int = EXTENT
    attribution: str = ATTRIBUTION


@dataclass(slots=True)
class _Gathered:
    """What one pass over the extract finds beside the shapes, which go to the scratch file."""

    named: dict[tuple[str, int, float], list[tuple[World, ...]]] = field(default_factory=dict)
    spots: list[Spot] = field(default_factory=list)
    box: list[float] = field(default_factory=lambda: [90.0, 180.0, -90.0, -180.0])
    shapes: int = 0

    def widen(self, points: Iterable[Point]) -> None:
        """Let the bounds hold these points."""
        for lat, lon in points:
            south, west, north, east = self.box
            self.box = [min(south, lat), min(west, lon), max(north, lat), max(east, lon)]


def about(folder: Path) -> About:
    """What the map of a data folder is. Raises MapMissing."""
    try:
        with closing(_opened(folder)) as db:
            (text,) = db.execute("SELECT about FROM about").fetchone()
        found = json.loads(text)
        return About(
            **{**found, "bounds": tuple(found["bounds"]), "levels": tuple(found["levels"])}
        )
    except (sqlite3.Error, ValueError, TypeError, KeyError) as bad:
        raise MapMissing(f"no street map was built yet; run {HOW}") from bad


def piece(folder: Path, level: int, x: int, y: int) -> bytes | None:
    """A piece of the map as JSON, packed with gzip; None where nothing is. Raises MapMissing."""
    try:
        with closing(_opened(folder)) as db:
            where = (level, x, y)
            row = db.execute("SELECT body FROM piece WHERE level=? AND x=? AND y=?", where)
            found = row.fetchone()
    except sqlite3.Error as bad:
        raise MapMissing(f"no street map was built yet; run {HOW}") from bad
    return bytes(found[0]) if found else None


def build(
    file: Path, folder: Path, now: datetime, progress: Progress, attribution: str = ATTRIBUTION
) -> About:
    """Build the map from an extract (.osm.pbf) and put it in use. Raises PlaceProblem.

    `attribution` says on the map whose data it is. Pages show the new one from then on.
    """
    if not file.is_file():
        raise PlaceProblem(f"{file} is not a file")
    folder.mkdir(parents=True, exist_ok=True)
    with file.open("rb") as data:
        digest = hashlib.file_digest(data, "sha256").hexdigest()
    with tempfile.TemporaryDirectory(prefix="building-", dir=folder) as name:
        work = Path(name)
        with closing(sqlite3.connect(work / "scratch.sqlite")) as scratch:
            scratch.execute("PRAGMA journal_mode=OFF")
            scratch.execute("PRAGMA synchronous=OFF")
            scratch.execute(
                "CREATE TABLE part (level INT, x INT, y INT, layer TEXT, kind TEXT, body TEXT)"
            )
            gathered = _read(file, scratch, progress)
            progress(f"{gathered.shapes} shapes; placing names …")
            _labels(gathered, scratch)
            made = work / FILE
            south, west, north, east = (round(v, 6) for v in gathered.box)
            found = About(
                version=f"{digest[:8]}-{_FORMAT}-{now:%Y%m%dT%H%M%S}",
                file=file.name,
                built_at=now.isoformat(timespec="seconds"),
                bounds=(south, west, north, east),
                pieces=_pieces(made, scratch),
                attribution=attribution,
            )
            with closing(sqlite3.connect(made)) as db, db:
                db.execute("INSERT INTO about VALUES (?)", (json.dumps(asdict(found)),))
        os.replace(made, folder / FILE)
    progress(f"{found.pieces} pieces in use")
    return found


# ---- reading the extract -------------------------------------------------------------------------


def _read(file: Path, scratch: sqlite3.Connection, progress: Progress) -> _Gathered:
    gathered = _Gathered()
    with osm.whole(file):
        for done, thing in enumerate(osm.things(file), 1):
            scratch.executemany("INSERT INTO part VALUES (?,?,?,?,?,?)", _parts(gathered, thing))
            if done % _REPORT_EVERY == 0:
                progress(f"{done} objects read, {gathered.shapes} shapes")
    if not gathered.shapes:
        raise PlaceProblem(f"{file} holds no street: no map came of it")
    return gathered


def _parts(gathered: _Gathered, thing: Any) -> Iterator[tuple[Any, ...]]:
    tags = {tag.k: tag.v for tag in thing.tags}
    if thing.is_way():
        drawn = line_kind(tags)
        points = [Point(n.lat, n.lon) for n in thing.nodes if n.location.valid()]
        if drawn is not None and len(points) > 1:
            yield from _line(gathered, drawn, tags, points)
        return
    if thing.is_relation() or not tags:
        return
    if thing.is_area() and (drawn := area_kind(tags)):
        yield from _area(gathered, drawn, thing)
    name, shown = osm.chinese_name(thing.tags), spot_zoom(tags)
    point = osm.place_of(thing) if name and shown else None
    if point is not None and shown is not None:
        gathered.spots.append(Spot(name, world(point), shown[0], shown[1]))


def _line(
    gathered: _Gathered, drawn: Drawn, tags: dict[str, str], points: list[Point]
) -> Iterator[tuple[Any, ...]]:
    line = tuple(world(point) for point in points)
    gathered.shapes += 1
    gathered.widen(points)
    name = osm.chinese_name(tags)
    if name:
        rank = road_importance(tags.get("highway", ""))
        gathered.named.setdefault((name, drawn.name_zoom, rank), []).append(line)
    for level in LEVELS:
        if level >= drawn.level:
            for (x, y), part in line_pieces(line, level, _FINE[level]):
                yield level, x, y, "lines", drawn.kind, json.dumps(packed(part))


def _area(gathered: _Gathered, drawn: Drawn, thing: Any) -> Iterator[tuple[Any, ...]]:
    rings = []
    for outer in thing.outer_rings():
        for ring in (outer, *thing.inner_rings(outer)):
            rings.append([world(Point(n.lat, n.lon)) for n in ring if n.location.valid()])
    gathered.shapes += 1
    for level in LEVELS:
        if level < drawn.level:
            continue
        in_piece: dict[Piece, list[list[int]]] = {}
        for ring in rings:
            if len(ring) > 3 and extent_units(ring, level) >= _SMALLEST_AREA:
                for where, part in area_pieces(ring, level, _FINE[level]):
                    in_piece.setdefault(where, []).append(packed(part))
        for (x, y), parts in in_piece.items():
            yield level, x, y, "areas", drawn.kind, json.dumps(parts)


# ---- names ---------------------------------------------------------------------------------------


def _labels(gathered: _Gathered, scratch: sqlite3.Connection) -> None:
    streets = [
        Street(name, tuple(line), zoom, rank)
        for (name, zoom, rank), lines in gathered.named.items()
        for _, line in map_labels.joined((name, line) for line in lines)
    ]
    for label in map_labels.placed(streets, gathered.spots):
        for level in LEVELS:
            if label.zoom <= ZOOMS_TO[level]:
                rows = _label_parts(label, level)
                scratch.executemany("INSERT INTO part VALUES (?,?,?,?,?,?)", rows)


def _label_parts(label: Label, level: int) -> Iterator[tuple[Any, ...]]:
    x, y = (place * 2**level for place in label.place)
    first, last = (math.floor(v) for v in (x - _LABEL_MARGIN, x + _LABEL_MARGIN))
    top, bottom = (math.floor(v) for v in (y - _LABEL_MARGIN, y + _LABEL_MARGIN))
    for column in range(first, last + 1):
        for row in range(top, bottom + 1):
            inside = round((x - column) * EXTENT), round((y - row) * EXTENT)
            body = [label.text, *inside, label.angle, label.zoom]
            yield level, column, row, "labels", "", json.dumps(body, ensure_ascii=False)


# ---- the file ------------------------------------------------------------------------------------


def _pieces(made: Path, scratch: sqlite3.Connection) -> int:
    """Put the parts of each piece together into the file; returns how many pieces there are."""
    rows = scratch.execute("SELECT * FROM part ORDER BY level, x, y, layer, kind")
    count = 0
    with closing(sqlite3.connect(made)) as db, db:
        db.execute("CREATE TABLE about (about TEXT)")
        db.execute(
            "CREATE TABLE piece (level INT, x INT, y INT, body BLOB, PRIMARY KEY (level, x, y))"
            " WITHOUT ROWID"
        )
        for where, parts in groupby(rows, key=lambda row: row[:3]):
            body = gzip.compress(_body(parts).encode(), mtime=0)
            db.execute("INSERT INTO piece VALUES (?,?,?,?)", (*where, body))
            count += 1
    return count


def _body(parts: Iterable[Sequence[Any]]) -> str:
    """One piece: lines and areas by class, and labels."""
    layers: dict[str, dict[str, list[str]]] = {"lines": {}, "areas": {}, "labels": {}}
    for _, _, _, layer, kind, body in parts:
        layers[layer].setdefault(kind, []).append(body)
    shapes = [
        f'"{layer}":{{'
        + ",".join(f'"{kind}":[{",".join(each)}]' for kind, each in layers[layer].items())
        + "}"
        for layer in ("areas", "lines")
    ]
    labels = ",".join(layers["labels"].get("", []))
    return f'{{{",".join(shapes)},"labels":[{labels}]}}'.replace(", ", ",")


def _opened(folder: Path) -> sqlite3.Connection:
    # immutable: the file is never written again, only replaced.
    address = f"{(folder / FILE).absolute().as_uri()}?mode=ro&immutable=1"
    return sqlite3.connect(address, uri=True)
