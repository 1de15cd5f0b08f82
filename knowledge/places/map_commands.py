"""`hotline places build-map` and `hotline places sample`."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import click

from core.settings import Settings
from knowledge.places import osm, sample, street_map, tiles
from knowledge.places.port import RouterFault
from knowledge.places.record import PlaceProblem, Reading


def add_maps(
    group: click.Group,
    load_settings: Callable[[], Settings],
    now: Callable[[], datetime],
    put: Callable[[str, Reading], None],
) -> None:
    """Add the two commands to the group `places`. `put` stores the names of a source."""

    @group.command(name="build-map")
    @click.argument("file", type=click.Path(path_type=Path))
    def build_map(file: Path) -> None:
        """Build the console's street map from FILE, an OpenStreetMap extract (.osm.pbf).

        It is built beside the old one and swapped in when it is whole; pages show it from then on.
        """
        folder = load_settings().data / "map"
        try:
            _say(street_map.build(file, folder, now(), _progress), folder)
        except (PlaceProblem, OSError) as bad:
            raise click.ClickException(f"{bad} (the street map stays as it was)") from bad

    @group.command(name="sample")
    def load_sample() -> None:
        """Load a small made-up town (样例镇): names, map and street network to try things with.

        A map or street network made from an extract of yours stays.
        """
        data = load_settings().data
        try:
            file = sample.write(data / "sample")
            put(sample.SOURCE, osm.read(file, "", _progress))
            if _map_of(data / "map") in ("", sample.FILE):
                made = street_map.build(file, data / "map", now(), _progress, sample.ATTRIBUTION)
                _say(made, data / "map")
            else:
                click.echo("the street map was made from your own extract and stays")
            if _routes_of(data / "routes") in ("", sample.FILE):
                built = tiles.build(file, data / "routes", now(), _progress)
                click.echo(f"{built.tiles} tiles in {data / 'routes'}")
            else:
                click.echo("the street network was made from your own extract and stays")
        except RouterFault as bad:
            click.echo(f"no street network: {bad}", err=True)
        except (PlaceProblem, OSError) as bad:
            raise click.ClickException(str(bad)) from bad
        click.echo("try: hotline places route --from 样例火车站 --to 样例养老院")


def _map_of(folder: Path) -> str:
    """The file that the map in use was made from, empty when there is none."""
    try:
        return street_map.about(folder).file
    except street_map.MapMissing:
        return ""


def _routes_of(folder: Path) -> str:
    try:
        return tiles.built(folder).file
    except RouterFault:
        return ""


def _say(made: street_map.About, folder: Path) -> None:
    click.echo(f"{made.pieces} pieces from {made.file} in {folder} ({made.attribution}).")


def _progress(line: str) -> None:
    click.echo(line, err=True)
