"""`hotline service-places …`: load an authority's table of service places, and search it."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict
from datetime import date
from enum import Enum
from pathlib import Path
from typing import Any

import click

from core import spreadsheet
from core.area import COUNTRY, names
from core.clock import Now, local
from core.db import Sessions
from core.settings import Settings
from knowledge.editing import Doer
from knowledge.exchange.commands import to_disk
from knowledge.lifecycle import Refused
from knowledge.places.commands import load_gazetteer
from knowledge.places.geo import Point, PointError, parsed
from knowledge.places.port import Sureness
from knowledge.places.spoken import distance
from knowledge.service_places import batch, store
from knowledge.service_places.asked import districts
from knowledge.service_places.columns import SHEET, to_cells
from knowledge.service_places.record import LABELS, kind_of
from knowledge.service_places.search import Hit, Wanted, search
from knowledge.service_places.spoken import beds

WRITERS = {".xlsx": spreadsheet.to_xlsx, ".csv": spreadsheet.to_csv}


def make_service_places(
    load_store: Callable[[], tuple[Settings, Sessions]], now: Now
) -> click.Group:
    """The group `service-places`. `load_store` opens settings and database when a command runs."""

    def today(settings: Settings) -> date:
        return local(now(), settings.timezone).date()

    def doer(settings: Settings, by: str) -> Doer:
        return Doer(by, now(), today(settings), "command line")

    @click.group(name="service-places")
    def service_places() -> None:
        """Care homes, marriage registries, relief stations, offices, canteens: load and find."""

    @service_places.command(name="import")
    @click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
    @click.option("--by", default="command line", help="Who answers for it.")
    @click.option("--check", is_flag=True, help="Only say what would be done.")
    def import_file(file: Path, by: str, check: bool) -> None:
        """Read FILE (.xlsx, .csv) in: all of it, or nothing when a row has a fault.

        A row whose 编号 is known changes that place; places that FILE lacks stay as they are.
        """
        settings, sessions = load_store()
        day = today(settings)
        planned = batch.plan(sessions, file.name, file.read_bytes(), lambda area: True, day)
        for fault in planned.faults:
            click.echo(f"{file.name}:{fault.row}: {fault.column} {fault.text}", err=True)
        click.echo(
            f"{len(planned.added)} new, {len(planned.changed)} changed, "
            f"{len(planned.same)} the same, {len(planned.faults)} faults."
        )
        if planned.faults:
            raise click.ClickException("nothing was read in; mend the rows above.")
        if check or not planned.places:
            return
        number = batch.write(sessions, planned, file.name, doer(settings, by))
        click.echo(f"Read in as import {number}. Undo: hotline service-places undo {number}")

    @service_places.command()
    @click.argument("number", type=int)
    @click.option("--by", default="command line", help="Who undoes it.")
    def undo(number: int, by: str) -> None:
        """Make all places of import NUMBER what they were before it."""
        settings, sessions = load_store()
        try:
            count = batch.undo(sessions, number, doer(settings, by), lambda area: True)
        except (Refused, LookupError) as refused:
            raise click.ClickException(str(refused)) from refused
        click.echo(f"{count} places are as they were before.")

    @service_places.command()
    @click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
    def export(file: Path) -> None:
        """Write all service places to FILE (.xlsx, .csv), to be changed and read in again."""
        write = WRITERS.get(file.suffix.lower())
        if write is None:
            raise click.ClickException("the file's name must end in .xlsx or .csv.")
        places = store.load(load_store()[1])
        to_disk(file, write(SHEET, map(to_cells, places)))
        click.echo(f"{len(places)} service places are in {file}.")

    @service_places.command()
    @click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
    def template(file: Path) -> None:
        """Write an empty workbook with the columns and how to fill them in."""
        to_disk(file, spreadsheet.template(SHEET))
        click.echo(f"The template is in {file}.")

    @service_places.command()
    @click.argument("text", default="")
    @click.option("--kind", default="", help="养老机构, 婚姻登记处, 救助站, 民政局, 长者饭堂.")
    @click.option("--area", default="", help="A district by name (越秀区) or GB/T 2260 code.")
    @click.option("--near", default="", help="Nearest first: LAT,LON or a place name.")
    @click.option(
        "--level", type=click.IntRange(1, 5), default=None, help="At least so many stars."
    )
    @click.option("--price", type=click.IntRange(0), default=None, help="Most yuan a month.")
    @click.option("--beds", "beds_free", is_flag=True, help="Only those with beds free.")
    @click.option("--most", type=click.IntRange(1), default=20, help="Print so many at most.")
    @click.option("--json", "as_json", is_flag=True, help="One JSON object.")
    def find(
        text: str, kind: str, area: str, near: str, level: int | None, price: int | None,
        beds_free: bool, most: int, as_json: bool,
    ) -> None:  # fmt: skip
        """Find service places; TEXT is a part of name, address or 编号. Exit code 1: none."""
        settings, sessions = load_store()
        wanted_kind = kind_of(kind) if kind else None
        if kind and wanted_kind is None:
            raise click.ClickException(f"{kind}: say one of {'、'.join(LABELS.values())}.")
        point = _point(sessions, near) if near else None
        wanted = Wanted(
            wanted_kind, _area(area, settings.area), point, level or 0, price, beds_free, text
        )
        open_ones = (place for place in store.load(sessions, wanted_kind) if place.is_open)
        hits = search(open_ones, wanted)
        if as_json:
            shown = {"count": len(hits), "places": [_plain(hit) for hit in hits[:most]]}
            click.echo(json.dumps(shown, ensure_ascii=False, indent=2))
        else:
            click.echo(f"{len(hits)} found" + (f", the first {most}:" if len(hits) > most else ":"))
            for hit in hits[:most]:
                click.echo(_line(hit))
        if not hits:
            raise SystemExit(1)

    return service_places


def _area(text: str, home: str) -> str:
    if not text:
        return COUNTRY
    if text.isdigit():
        return text
    found = districts(text, home)
    if len(found) != 1:
        named = "、".join(f"{names()[code]} {code}" for code in found)
        raise click.ClickException(f"{text}: {f'say which: {named}' if named else 'no such area'}.")
    return found[0]


def _point(sessions: Sessions, text: str) -> Point:
    try:
        point = parsed(text)
    except PointError as bad:
        raise click.ClickException(f"{text}: {bad}") from bad
    if point is not None:
        return point
    found = load_gazetteer(sessions).find(text, placed=True)
    if found.sureness is not Sureness.SURE or found.places[0].point is None:
        raise click.ClickException(found.why)
    return found.places[0].point


def _plain(hit: Hit) -> dict[str, Any]:
    away = None if hit.metres is None else round(hit.metres)
    place = {
        name: value.value if isinstance(value, Enum) else value
        for name, value in asdict(hit.place).items()
    }
    day = hit.place.beds_date
    return {**place, "beds_date": day.isoformat() if day else None, "metres": away}


def _line(hit: Hit) -> str:
    place = hit.place
    away = "" if hit.metres is None else f"，{distance(hit.metres)}"
    parts = (place.address, place.phone, place.hours, beds(place).rstrip("。"))
    return f"  {place.code} {place.name}{away}：{'；'.join(filter(None, parts))}"
