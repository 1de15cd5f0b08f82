"""A small made-up town (sample_town.yaml) as an OpenStreetMap extract, for a fresh machine."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import Any

import yaml

from knowledge.places.geo import Point, towards
from knowledge.places.record import PlaceProblem

SOURCE = "sample"
FILE = "sample-town.osm.pbf"
ATTRIBUTION = "样例镇，不是真实的地方"
_PLAN = Path(__file__).with_name("sample_town.yaml")

Spot = tuple[float, float]


def write(folder: Path) -> Path:
    """Write the extract into a folder; the same bytes each time. Raises PlaceProblem."""
    try:
        import osmium
    except ImportError as bad:
        raise PlaceProblem("the package osmium is not installed; run make setup") from bad
    plan = yaml.safe_load(_PLAN.read_text(encoding="utf-8"))
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder) as work:
        made = Path(work) / FILE
        with osmium.SimpleWriter(str(made)) as writer:
            _fill(writer, osmium.osm.mutable, plan)
        os.replace(made, folder / FILE)
    return folder / FILE


def _fill(writer: Any, osm: Any, plan: dict[str, Any]) -> None:
    """Nodes first, then ways, as the format wants it."""
    middle = Point(*plan["middle"])
    corners: dict[Spot, int] = {}
    ways = []
    for thing in (*plan["streets"], *plan["lines"], *plan["areas"]):
        nodes = [corners.setdefault((x, y), len(corners) + 1) for x, y in thing["line"]]
        ways.append((thing, [*nodes, nodes[0]] if thing in plan["areas"] else nodes))
    for spot, number in corners.items():
        writer.add_node(osm.Node(id=number, location=_where(middle, spot), version=1))
    for number, place in enumerate(plan["places"], len(corners) + 1):
        where = _where(middle, tuple(place["at"]))
        writer.add_node(osm.Node(id=number, location=where, tags=_tags(place), version=1))
    for number, (thing, nodes) in enumerate(ways, 1):
        writer.add_way(osm.Way(id=number, nodes=nodes, tags=_tags(thing), version=1))


def _tags(thing: dict[str, Any]) -> dict[str, str]:
    return {key: value for key, value in thing.items() if key not in ("line", "at") and value}


def _where(middle: Point, spot: Spot) -> tuple[float, float]:
    point = towards(towards(middle, 90, spot[0]), 0, spot[1])
    return point.lon, point.lat
