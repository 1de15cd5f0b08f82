"""`hotline places build-routes` and `hotline places route`."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from core.db import Sessions
from core.settings import Settings
from knowledge.places import geo, tiles
from knowledge.places.directions import Directions
from knowledge.places.guide import Guide, load_guide
from knowledge.places.osm import ATTRIBUTION
from knowledge.places.port import (
    FoundPlace,
    Mode,
    RouteProblem,
    RouterFault,
    Sureness,
    position,
)
from knowledge.places.record import PlaceProblem

Store = Callable[[], tuple[Settings, Sessions]]

NO_BUS = "公交换乘的数据还没有，请问走路（walk）或开车（car）怎么走。"


def add_routes(
    group: click.Group,
    load_store: Store,
    load_settings: Callable[[], Settings],
    now: Callable[[], datetime],
) -> None:
    """Add the two commands to the group `places`."""

    @group.command(name="build-routes")
    @click.argument("file", type=click.Path(path_type=Path))
    def build_routes(file: Path) -> None:
        """Build the street network from FILE, an OpenStreetMap extract (.osm.pbf).

        It is built beside the old one and swapped in when it is whole; a running service takes it
        at its next question.
        """
        folder = load_settings().data / "routes"
        try:
            built = tiles.build(file, folder, now(), lambda line: click.echo(line, err=True))
        except (PlaceProblem, RouterFault) as bad:
            raise click.ClickException(f"{bad} (the street network stays as it was)") from bad
        click.echo(f"{built.tiles} tiles from {built.file} in {folder} ({built.attribution}).")

    @group.command()
    @click.option("--from", "start", required=True, help="A place, a crossing, or LAT,LON.")
    @click.option("--to", "end", required=True, help="A place, a crossing, or LAT,LON.")
    @click.option("--mode", type=click.Choice(["walk", "car", "bus"]), default="walk")
    @click.option("--json", "as_json", is_flag=True, help="One JSON object.")
    def route(start: str, end: str, mode: str, as_json: bool) -> None:
        """Tell the way; exit code 1 and a sentence when there is none."""
        if mode == "bus":
            raise click.ClickException(NO_BUS)
        settings, sessions = load_store()
        guide, router = load_guide(sessions, settings.data / "routes")
        try:
            there = place_of(guide, end, None)
            here = place_of(guide, start, there.point)
            way = guide.way(here, there, Mode(mode))
        except (RouteProblem, RouterFault) as bad:
            raise click.ClickException(str(bad)) from bad
        finally:
            router.stop()
        click.echo(_json(here, there, mode, way) if as_json else _plain(here, there, way))


def place_of(guide: Guide, text: str, near: geo.Point | None) -> FoundPlace:
    """The one place that a text means. Ends the command with a sentence when there is no one."""
    try:
        point = geo.parsed(text)
    except geo.PointError as bad:
        raise click.ClickException(f"{text}: {bad}") from bad
    if point is not None:
        return coordinates(point)
    if not guide:
        raise click.ClickException("no place names were imported yet; use hotline places import")
    found = guide.find(text, near)
    if found.sureness is not Sureness.SURE:
        raise click.ClickException(found.why)
    return found.places[0]


def coordinates(point: geo.Point) -> FoundPlace:
    """A position as a place to go from or to."""
    return position(point, "目的地", f"{point.lat:.5f},{point.lon:.5f}")


def _json(start: FoundPlace, end: FoundPlace, mode: str, way: Directions) -> str:
    line: list[Any] = [[point.lon, point.lat] for point in way.line]
    value = {
        "from": {"name": start.name, "label": start.label, "point": start.point},
        "to": {"name": end.name, "label": end.label, "point": end.point},
        "mode": mode,
        "summary": way.summary,
        "steps": [
            {"text": step.text, "metres": step.metres, "road": step.road, "at": step.at}
            for step in way.steps
        ],
        "metres": way.metres,
        "seconds": way.seconds,
        "turns": way.turns,
        "geometry": {"type": "LineString", "coordinates": line},
        "attribution": ATTRIBUTION,
    }
    return json.dumps(value, ensure_ascii=False, indent=1)


def _plain(start: FoundPlace, end: FoundPlace, way: Directions) -> str:
    steps = [f"{number}. {step.text}" for number, step in enumerate(way.steps, 1)]
    return "\n".join([f"{start.label} → {end.label}：{way.summary}", *steps, ATTRIBUTION])
