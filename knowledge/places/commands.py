"""`hotline places …`: load place names, find them, and ask the way from the command line."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime
from enum import Enum
from pathlib import Path
from typing import Any

import click
from sqlalchemy.exc import SQLAlchemyError

from core.area import AreaError
from core.area import normal as normal_area
from core.db import Sessions
from core.settings import Settings
from knowledge.places import divisions, geo, osm, store, table_file
from knowledge.places.ask_command import add_ask
from knowledge.places.gazetteer import Gazetteer
from knowledge.places.guide import load_gazetteer as read_names
from knowledge.places.live import tell
from knowledge.places.map_commands import add_maps
from knowledge.places.port import FoundPlace, FoundPlaces, Sureness
from knowledge.places.record import PlaceProblem, Reading
from knowledge.places.route_commands import add_routes, coordinates

Store = Callable[[], tuple[Settings, Sessions]]
Now = Callable[[], datetime]

_SHOWN = 20
_NO_NAMES = "no place names were imported yet; say hotline places import FILE"


def make_places(load_store: Store, load_settings: Callable[[], Settings], now: Now) -> click.Group:
    """The group `places`. `load_store` opens settings and database when a command runs."""

    @click.group()
    def places() -> None:
        """Place names and directions: import, find, ask the way."""

    @places.command(name="import")
    @click.argument("file", type=click.Path(path_type=Path))
    @click.option("--area", default="", help="GB/T 2260 code for rows that name none.")
    @click.option("--source", default="", help="Name to keep it under; empty: the file's name.")
    @click.option("--check", is_flag=True, help="Read and report only; write nothing.")
    def import_(file: Path, area: str, source: str, check: bool) -> None:
        """Import FILE: an OpenStreetMap extract (.osm.pbf) or a table (.csv, .xlsx).

        All or nothing. Importing the same file again changes nothing; places that a newer file no
        longer holds are no longer found.
        """
        code = _area(area)
        reading = _read(file, code)
        name = source or file.name.split(".")[0]
        _store(load_store, name, reading, now(), check)

    @places.command(name="divisions")
    def import_divisions() -> None:
        """Import the divisions of Guangdong down to villages, which come with the hotline."""
        _store(load_store, divisions.SOURCE, divisions.read(), now(), check=False)

    @places.command()
    @click.argument("file", type=click.Path(path_type=Path))
    def template(file: Path) -> None:
        """Write an empty table of place names to FILE (.xlsx or .csv)."""
        if file.exists():
            raise click.ClickException(f"{file} exists; choose another name")
        try:
            table_file.write_template(file)
        except OSError as bad:
            raise click.ClickException(f"{file} cannot be written: {bad.strerror}") from bad
        click.echo(f"{file} written; fill it in and say hotline places import {file}")

    @places.command()
    @click.argument("text")
    @click.option("--near", default="", help="Where the caller is: LAT,LON or a place.")
    @click.option("--area", default="", help="GB/T 2260 code of the call.")
    @click.option("--json", "as_json", is_flag=True, help="One JSON object.")
    def find(text: str, near: str, area: str, as_json: bool) -> None:
        """Find the place that TEXT names; exit code 0 when sure, 1 otherwise."""
        gazetteer = load_gazetteer(load_store()[1])
        here = _where(gazetteer, near).point if near else None
        found = gazetteer.find(text, here, _area(area))
        click.echo(as_text(found, as_json))
        if found.sureness is not Sureness.SURE:
            raise SystemExit(1)

    @places.command()
    @click.argument("file", type=click.Path(path_type=Path))
    def phrases(file: Path) -> None:
        """Write the names with a position to FILE, for the recogniser (setting asr_phrases)."""
        named = {name.name for name in store.names(load_store()[1]) if name.point}
        if not named:
            raise click.ClickException(_NO_NAMES)
        try:
            file.write_text("".join(f"{name}\n" for name in sorted(named)), encoding="utf-8")
        except OSError as bad:
            raise click.ClickException(f"{file} cannot be written: {bad.strerror}") from bad
        click.echo(
            f"{len(named)} names in {file}; set asr_phrases to it, then hotline models build"
        )

    def put(source: str, reading: Reading) -> None:
        _store(load_store, source, reading, now(), check=False)

    add_routes(places, load_store, load_settings, now)
    add_ask(places, load_store)
    add_maps(places, load_settings, now, put)
    return places


def load_gazetteer(sessions: Sessions) -> Gazetteer:
    """All names of the database in memory. Blocking. Ends the command when there are none."""
    gazetteer = read_names(sessions)
    if not len(gazetteer):
        raise click.ClickException(_NO_NAMES)
    return gazetteer


def as_text(found: FoundPlaces, as_json: bool) -> str:
    """What was found, for people or as JSON."""
    if as_json:
        return json.dumps(asdict(found), ensure_ascii=False, indent=2, default=_value)
    lines = [found.why]
    for place in found.places:
        where = f"{place.point.lat:.6f},{place.point.lon:.6f}" if place.point else "没有坐标"
        away = f"，{place.metres:.0f} 米" if place.metres is not None else ""
        fits = f"{place.match.value} {place.score:.2f}"
        lines.append(f"  {place.label}（{place.area_name or '区划不明'}，{where}{away}）[{fits}]")
    return "\n".join(lines)


def _where(gazetteer: Gazetteer, text: str) -> FoundPlace:
    """One place that a text surely means: coordinates or a name. Ends the command else."""
    try:
        point = geo.parsed(text)
    except geo.PointError as bad:
        raise click.ClickException(f"{text}: {bad}") from bad
    if point is not None:
        return coordinates(point)
    found = gazetteer.find(text, placed=True)
    if found.sureness is not Sureness.SURE:
        raise click.ClickException(found.why)
    return found.places[0]


def _value(value: object) -> Any:
    return value.value if isinstance(value, Enum) else str(value)


def _area(code: str) -> str:
    try:
        return normal_area(code) if code else ""
    except AreaError as bad:
        raise click.ClickException(str(bad)) from bad


def _read(file: Path, area: str) -> Reading:
    name = file.name.lower()
    try:
        if name.endswith((".osm.pbf", ".osm", ".osm.bz2", ".pbf")):
            return osm.read(file, area, _progress)
        if name.endswith((".csv", ".xlsx")):
            return table_file.read(file, area)
    except PlaceProblem as bad:
        raise click.ClickException(str(bad)) from bad
    raise click.ClickException(f"{file}: say an extract (.osm.pbf) or a table (.csv, .xlsx)")


def _store(load_store: Store, source: str, reading: Reading, now: datetime, check: bool) -> None:
    for problem in reading.problems[:_SHOWN]:
        click.echo(str(problem), err=True)
    if len(reading.problems) > _SHOWN:
        click.echo(f"… 还有 {len(reading.problems) - _SHOWN} 行有错", err=True)
    if reading.problems:
        wrong, well = len(reading.problems), len(reading.places)
        raise click.ClickException(
            f"{wrong} rows are wrong and {well} are well; nothing was imported. Mend and repeat."
        )
    if check:
        click.echo(f"{len(reading.places)} places and {len(reading.crossings)} crossings are well.")
        return
    settings, sessions = load_store()
    try:
        done = store.put(sessions, source, reading, now, _progress)
    except SQLAlchemyError as bad:
        reason = str(getattr(bad, "orig", None) or bad).splitlines()[0]
        raise click.ClickException(f"nothing was imported, the database says: {reason}") from bad
    skipped = f", {reading.skipped} without a Chinese name left out" if reading.skipped else ""
    click.echo(
        f"{source}: {done.added} added, {done.changed} changed, {done.kept} as before, "
        f"{done.gone} gone, {done.crossings} crossings{skipped}."
    )
    if tell(settings):
        click.echo("The running service was told; it uses the names in some seconds.")


def _progress(line: str) -> None:
    click.echo(line, err=True)
