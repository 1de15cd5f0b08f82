"""What is drawn on the map, from which zoom on, by OpenStreetMap's tags."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from knowledge.places import kinds

LEVELS = (9, 12, 14)
"""The zooms for which pieces are made; a map at another zoom shows those of the last one before."""
ZOOMS_TO = {9: 11, 12: 13, 14: 18}
"""Until which zoom the pieces of a level are shown."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """How a thing is drawn: its class, the first level that has it, the first zoom of its name."""

    kind: str
    level: int
    name_zoom: int


_MOTORWAY, _TRUNK, _PRIMARY = (Drawn(kind, 9, 12) for kind in ("motorway", "trunk", "primary"))
_SECONDARY, _TERTIARY = Drawn("secondary", 12, 13), Drawn("tertiary", 12, 14)
_STREET, _SERVICE, _FOOT = Drawn("street", 14, 15), Drawn("service", 14, 16), Drawn("foot", 14, 16)
_HIGHWAYS = {
    "motorway": _MOTORWAY, "trunk": _TRUNK, "primary": _PRIMARY, "secondary": _SECONDARY,
    "tertiary": _TERTIARY, "unclassified": _STREET, "residential": _STREET, "road": _STREET,
    "living_street": _STREET, "service": _SERVICE, "track": _SERVICE, "busway": _SERVICE,
    "pedestrian": _FOOT, "footway": _FOOT, "path": _FOOT, "steps": _FOOT, "cycleway": _FOOT,
    "bridleway": _FOOT, "corridor": _FOOT,
}  # fmt: skip
_LINK = Drawn("link", 12, 16)
_RAILWAYS = {
    "rail": Drawn("rail", 9, 14), "light_rail": Drawn("rail", 12, 14),
    "monorail": Drawn("rail", 12, 14), "tram": Drawn("rail", 14, 16),
    "subway": Drawn("subway", 12, 14), "narrow_gauge": Drawn("rail", 12, 14),
}  # fmt: skip
_WATERWAYS = {
    "river": Drawn("river", 9, 12), "canal": Drawn("river", 12, 14),
    "stream": Drawn("river", 14, 15),
}  # fmt: skip
_WATER, _PARK = Drawn("water", 9, 13), Drawn("park", 9, 14)
_AREAS = {
    ("natural", "water"): _WATER, ("waterway", "riverbank"): _WATER,
    ("landuse", "reservoir"): _WATER, ("natural", "bay"): _WATER,
    ("leisure", "park"): _PARK, ("leisure", "garden"): _PARK,
    ("leisure", "nature_reserve"): _PARK, ("landuse", "forest"): _PARK, ("natural", "wood"): _PARK,
    ("landuse", "grass"): _PARK, ("landuse", "recreation_ground"): _PARK,
}  # fmt: skip
_SPOT_ZOOMS = {
    kinds.Kind.AREA: 11, kinds.Kind.TOWN: 13, kinds.Kind.VILLAGE: 14, kinds.Kind.STATION: 14,
    kinds.Kind.HOSPITAL: 15, kinds.Kind.CARE: 15, kinds.Kind.OFFICE: 16, kinds.Kind.SCHOOL: 16,
    kinds.Kind.PARK: 15, kinds.Kind.ESTATE: 16, kinds.Kind.BUILDING: 17, kinds.Kind.HILL: 15,
    kinds.Kind.BRIDGE: 16, kinds.Kind.WATER: 15,
}  # fmt: skip


def line_kind(tags: Mapping[str, str]) -> Drawn | None:
    """How a way is drawn as a line; None when it is not."""
    highway = tags.get("highway", "")
    plain = highway.removesuffix("_link")
    if found := _HIGHWAYS.get(plain):
        if plain == highway:
            return found
        return _LINK
    found = _RAILWAYS.get(tags.get("railway", "")) or _WATERWAYS.get(tags.get("waterway", ""))
    return found if not (found and tags.get("service")) else None  # no sidings


def area_kind(tags: Mapping[str, str]) -> Drawn | None:
    """How a closed shape is drawn as an area; None when it is not."""
    for key, value in _AREAS:
        if tags.get(key) == value:
            return _AREAS[key, value]
    return None


def spot_zoom(tags: Mapping[str, str]) -> tuple[int, float] | None:
    """From which zoom on a place's name is shown, and how important it is."""
    kind = kinds.by_tags(tags)
    if kind is None or kind not in _SPOT_ZOOMS:
        return None
    return _SPOT_ZOOMS[kind], kinds.IMPORTANCE[kind]
