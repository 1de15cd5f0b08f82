"""Three datums of Chinese maps: WGS-84, GCJ-02 (all maps published in China) and BD-09 (Baidu).

The formulae of GCJ-02 are not published by the authority; those used here are the ones that all
open converters share (ellipsoid of Krasovsky). Outside China GCJ-02 equals WGS-84.
"""

from __future__ import annotations

import math
from enum import Enum

from knowledge.places.geo import Point

_A = 6_378_245.0
_E2 = 0.00669342162296594323
_BD_PI = math.pi * 3000 / 180
_CLOSE = 1e-9


class Datum(Enum):
    """What latitude and longitude refer to."""

    WGS84 = "WGS-84"
    GCJ02 = "GCJ-02"
    BD09 = "BD-09"


NAMES = {
    "": Datum.WGS84, "wgs84": Datum.WGS84, "wgs-84": Datum.WGS84, "cgcs2000": Datum.WGS84,
    "国家2000": Datum.WGS84, "gcj02": Datum.GCJ02, "gcj-02": Datum.GCJ02, "火星坐标": Datum.GCJ02,
    "高德": Datum.GCJ02, "腾讯": Datum.GCJ02, "bd09": Datum.BD09, "bd-09": Datum.BD09,
    "bd09ll": Datum.BD09, "百度": Datum.BD09,
}  # fmt: skip
"""How tables name a datum, in lower case. CGCS2000 differs from WGS-84 by centimetres."""


def to_wgs84(point: Point, datum: Datum) -> Point:
    """Convert to WGS-84, to less than a centimetre of the formulae."""
    if datum is Datum.BD09:
        point = _bd09_to_gcj02(point)
    return point if datum is Datum.WGS84 else _gcj02_to_wgs84(point)


def from_wgs84(point: Point, datum: Datum) -> Point:
    """Convert from WGS-84."""
    if datum is Datum.WGS84:
        return point
    shifted = _wgs84_to_gcj02(point)
    return shifted if datum is Datum.GCJ02 else _gcj02_to_bd09(shifted)


def in_china(point: Point) -> bool:
    """Whether GCJ-02 shifts this point: the box that its converters use."""
    return 0.8293 <= point.lat <= 55.8271 and 72.004 <= point.lon <= 137.8347


def _wgs84_to_gcj02(point: Point) -> Point:
    if not in_china(point):
        return point
    x, y = point.lon - 105.0, point.lat - 35.0
    waves = (20 * math.sin(6 * x * math.pi) + 20 * math.sin(2 * x * math.pi)) * 2 / 3
    lat = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * math.sqrt(abs(x)) + waves
    lat += (20 * math.sin(y * math.pi) + 40 * math.sin(y / 3 * math.pi)) * 2 / 3
    lat += (160 * math.sin(y / 12 * math.pi) + 320 * math.sin(y * math.pi / 30)) * 2 / 3
    lon = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * math.sqrt(abs(x)) + waves
    lon += (20 * math.sin(x * math.pi) + 40 * math.sin(x / 3 * math.pi)) * 2 / 3
    lon += (150 * math.sin(x / 12 * math.pi) + 300 * math.sin(x / 30 * math.pi)) * 2 / 3
    phi = math.radians(point.lat)
    magic = 1 - _E2 * math.sin(phi) ** 2
    lat = math.degrees(lat / (_A * (1 - _E2) / (magic * math.sqrt(magic))))
    lon = math.degrees(lon / (_A / math.sqrt(magic) * math.cos(phi)))
    return Point(point.lat + lat, point.lon + lon)


def _gcj02_to_wgs84(point: Point) -> Point:
    # The shift hardly changes over its own length, so each round gains some three digits.
    guess = point
    for _ in range(10):
        shifted = _wgs84_to_gcj02(guess)
        lat, lon = shifted.lat - point.lat, shifted.lon - point.lon
        guess = Point(guess.lat - lat, guess.lon - lon)
        if abs(lat) < _CLOSE and abs(lon) < _CLOSE:
            break
    return guess


def _gcj02_to_bd09(point: Point) -> Point:
    lat, lon = point
    z = math.hypot(lon, lat) + 0.00002 * math.sin(lat * _BD_PI)
    theta = math.atan2(lat, lon) + 0.000003 * math.cos(lon * _BD_PI)
    return Point(z * math.sin(theta) + 0.006, z * math.cos(theta) + 0.0065)


def _bd09_to_gcj02(point: Point) -> Point:
    guess = Point(point.lat - 0.006, point.lon - 0.0065)
    for _ in range(10):
        shifted = _gcj02_to_bd09(guess)
        lat, lon = shifted.lat - point.lat, shifted.lon - point.lon
        guess = Point(guess.lat - lat, guess.lon - lon)
        if abs(lat) < _CLOSE and abs(lon) < _CLOSE:
            break
    return guess
