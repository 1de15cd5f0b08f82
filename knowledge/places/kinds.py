"""What kinds of places there are, what they are called in speech, and how sources name them."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum


class Kind(Enum):
    """What a place is; the value is kept in the database."""

    ROAD = "road"
    CROSSING = "crossing"
    STATION = "station"
    STOP = "stop"
    BRIDGE = "bridge"
    ESTATE = "estate"
    BUILDING = "building"
    VILLAGE = "village"
    TOWN = "town"
    AREA = "area"
    PARK = "park"
    HOSPITAL = "hospital"
    SCHOOL = "school"
    OFFICE = "office"
    CARE = "care"
    SHOP = "shop"
    WATER = "water"
    HILL = "hill"
    OTHER = "other"


SPOKEN = {
    Kind.ROAD: "道路", Kind.CROSSING: "路口", Kind.STATION: "车站", Kind.STOP: "公交站",
    Kind.BRIDGE: "桥", Kind.ESTATE: "小区", Kind.BUILDING: "大楼", Kind.VILLAGE: "村居",
    Kind.TOWN: "街道乡镇", Kind.AREA: "行政区", Kind.PARK: "公园", Kind.HOSPITAL: "医院",
    Kind.SCHOOL: "学校", Kind.OFFICE: "办事单位", Kind.CARE: "民政服务机构", Kind.SHOP: "商店",
    Kind.WATER: "河湖", Kind.HILL: "山", Kind.OTHER: "地点",
}  # fmt: skip

IMPORTANCE = {
    Kind.AREA: 0.9, Kind.STATION: 0.8, Kind.TOWN: 0.7, Kind.HOSPITAL: 0.7, Kind.CARE: 0.7,
    Kind.OFFICE: 0.6, Kind.ROAD: 0.5, Kind.PARK: 0.6, Kind.ESTATE: 0.5, Kind.SCHOOL: 0.5,
    Kind.VILLAGE: 0.5, Kind.CROSSING: 0.4, Kind.BUILDING: 0.4, Kind.BRIDGE: 0.3, Kind.WATER: 0.4,
    Kind.HILL: 0.4, Kind.STOP: 0.3, Kind.SHOP: 0.2, Kind.OTHER: 0.3,
}  # fmt: skip
"""How likely a kind is asked for, 0..1, where the source does not say."""

_ROADS = {
    "motorway": 0.6, "trunk": 0.7, "primary": 0.7, "secondary": 0.6, "tertiary": 0.55,
    "unclassified": 0.45, "residential": 0.45, "living_street": 0.4, "pedestrian": 0.4,
    "service": 0.3, "footway": 0.25, "path": 0.25, "steps": 0.2, "cycleway": 0.2, "track": 0.2,
}  # fmt: skip
"""Importance of a road by its OpenStreetMap class."""

# (key, value or '' for any, kind): the first that fits counts.
_OSM = (
    ("railway", "station", Kind.STATION), ("railway", "subway_entrance", Kind.STATION),
    ("station", "", Kind.STATION), ("public_transport", "station", Kind.STATION),
    ("amenity", "bus_station", Kind.STATION), ("highway", "bus_stop", Kind.STOP),
    ("public_transport", "", Kind.STOP), ("amenity", "hospital", Kind.HOSPITAL),
    ("amenity", "clinic", Kind.HOSPITAL), ("healthcare", "", Kind.HOSPITAL),
    ("amenity", "school", Kind.SCHOOL), ("amenity", "kindergarten", Kind.SCHOOL),
    ("amenity", "college", Kind.SCHOOL), ("amenity", "university", Kind.SCHOOL),
    ("amenity", "nursing_home", Kind.CARE), ("amenity", "social_facility", Kind.CARE),
    ("social_facility", "", Kind.CARE), ("amenity", "townhall", Kind.OFFICE),
    ("amenity", "police", Kind.OFFICE), ("amenity", "courthouse", Kind.OFFICE),
    ("amenity", "post_office", Kind.OFFICE), ("office", "", Kind.OFFICE),
    ("government", "", Kind.OFFICE), ("leisure", "park", Kind.PARK),
    ("leisure", "garden", Kind.PARK), ("tourism", "", Kind.PARK), ("historic", "", Kind.PARK),
    ("landuse", "residential", Kind.ESTATE), ("place", "neighbourhood", Kind.ESTATE),
    ("place", "village", Kind.VILLAGE), ("place", "hamlet", Kind.VILLAGE),
    ("place", "suburb", Kind.TOWN), ("place", "town", Kind.TOWN), ("place", "quarter", Kind.TOWN),
    ("place", "", Kind.AREA), ("natural", "peak", Kind.HILL), ("natural", "water", Kind.WATER),
    ("waterway", "", Kind.WATER), ("shop", "", Kind.SHOP), ("amenity", "", Kind.OTHER),
    ("man_made", "bridge", Kind.BRIDGE), ("building", "", Kind.BUILDING),
    ("leisure", "", Kind.OTHER), ("natural", "", Kind.OTHER),
)  # fmt: skip

# How a name ends, and what that makes it; longer endings come before those they end with.
_ENDINGS = (
    ("地铁站", Kind.STATION), ("火车站", Kind.STATION), ("汽车站", Kind.STATION),
    ("公交站", Kind.STOP), ("总站", Kind.STATION), ("路口", Kind.CROSSING),
    ("立交", Kind.BRIDGE), ("大桥", Kind.BRIDGE), ("天桥", Kind.BRIDGE), ("桥", Kind.BRIDGE),
    ("养老院", Kind.CARE), ("敬老院", Kind.CARE), ("福利院", Kind.CARE), ("救助站", Kind.CARE),
    ("登记处", Kind.CARE), ("民政局", Kind.CARE), ("医院", Kind.HOSPITAL), ("学校", Kind.SCHOOL),
    ("小学", Kind.SCHOOL), ("中学", Kind.SCHOOL), ("大学", Kind.SCHOOL), ("公园", Kind.PARK),
    ("广场", Kind.PARK), ("花园", Kind.ESTATE), ("小区", Kind.ESTATE), ("苑", Kind.ESTATE),
    ("大厦", Kind.BUILDING), ("中心", Kind.BUILDING), ("街道办事处", Kind.OFFICE),
    ("居委会", Kind.OFFICE), ("局", Kind.OFFICE), ("派出所", Kind.OFFICE),
    ("大道", Kind.ROAD), ("辅路", Kind.ROAD), ("路", Kind.ROAD), ("巷", Kind.ROAD),
    ("街", Kind.ROAD), ("道", Kind.ROAD), ("村", Kind.VILLAGE), ("河", Kind.WATER),
    ("湖", Kind.WATER), ("水库", Kind.WATER), ("山", Kind.HILL),
)  # fmt: skip

# Words that people put behind a place's own name: 香梅路地铁站 is asked for as 香梅站.
WORDS = {spoken: kind for kind, spoken in SPOKEN.items()}


def by_name(name: str) -> Kind:
    """Guess the kind from how a name ends."""
    return next((kind for ending, kind in _ENDINGS if name.endswith(ending)), Kind.OTHER)


def by_word(word: str, name: str) -> Kind:
    """The kind that a table's word stands for (道路, road, 公园); guessed from the name if none."""
    word = word.strip()
    if word in WORDS:
        return WORDS[word]
    try:
        return Kind(word.lower())
    except ValueError:
        return by_name(word) if word and by_name(word) is not Kind.OTHER else by_name(name)


def by_tags(tags: Mapping[str, str]) -> Kind | None:
    """The kind of an OpenStreetMap object by its tags; None when it is nothing one goes to."""
    for key, value, kind in _OSM:
        if key in tags and (not value or tags[key] == value):
            return kind
    return None


def road_importance(highway: str) -> float:
    """Importance of a road by its class."""
    return _ROADS.get(highway.removesuffix("_link"), 0.3)
