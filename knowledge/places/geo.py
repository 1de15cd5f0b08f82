"""Points on the earth: distance, bearing, turns and compass words. WGS-84 degrees, metres."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import NamedTuple

_RADIUS_M = 6_371_008.8
"""Mean radius of the earth (IUGG)."""

_COMPASS = ("北", "东北", "东", "东南", "南", "西南", "西", "西北")


class Point(NamedTuple):
    """Latitude and longitude in degrees, WGS-84 unless said otherwise."""

    lat: float
    lon: float


class PointError(ValueError):
    """A text or a pair of numbers is no point on the earth; the message says why."""


def checked(lat: float, lon: float) -> Point:
    """Return the point. Raises PointError when it is not on the earth."""
    if not (math.isfinite(lat) and math.isfinite(lon) and abs(lat) <= 90 and abs(lon) <= 180):
        raise PointError(f"{lat}, {lon} is no latitude and longitude")
    return Point(lat, lon)


def parsed(text: str) -> Point | None:
    """Read ``22.54,114.02`` (latitude first); None when it is not two numbers.

    Raises PointError when it is, but no point on the earth.
    """
    parts = text.replace("，", ",").split(",")
    try:
        lat, lon = (float(part) for part in parts)
    except ValueError:
        return None
    return checked(lat, lon)


def metres(a: Point, b: Point) -> float:
    """Distance of two points (haversine)."""
    (lat_a, lon_a), (lat_b, lon_b) = (map(math.radians, a), map(math.radians, b))
    half = (
        math.sin((lat_b - lat_a) / 2) ** 2
        + math.cos(lat_a) * math.cos(lat_b) * math.sin((lon_b - lon_a) / 2) ** 2
    )
    return 2 * _RADIUS_M * math.asin(math.sqrt(min(1.0, half)))


def bearing(a: Point, b: Point) -> float:
    """The direction from a to b, degrees clockwise from north, 0..360."""
    (lat_a, lon_a), (lat_b, lon_b) = (map(math.radians, a), map(math.radians, b))
    east = math.sin(lon_b - lon_a) * math.cos(lat_b)
    north = math.cos(lat_a) * math.sin(lat_b) - math.sin(lat_a) * math.cos(lat_b) * math.cos(
        lon_b - lon_a
    )
    return math.degrees(math.atan2(east, north)) % 360


def turn(before: float, after: float) -> float:
    """The turn from one bearing to another, degrees in [-180, 180): positive is to the right."""
    return (after - before + 180) % 360 - 180


def compass(degrees: float) -> str:
    """The nearest of the eight compass words, e.g. 东北."""
    return _COMPASS[round(degrees / 45) % 8]


def length(line: list[Point]) -> float:
    """How long a line is."""
    return sum(metres(a, b) for a, b in pairwise(line))


def towards(start: Point, degrees: float, distance: float) -> Point:
    """The point so many metres from `start` in a direction; for distances within a city."""
    lat = start.lat + math.degrees(distance * math.cos(math.radians(degrees)) / _RADIUS_M)
    shrink = math.cos(math.radians(start.lat))
    lon = start.lon + math.degrees(distance * math.sin(math.radians(degrees)) / _RADIUS_M / shrink)
    return Point(lat, lon)


def off_line(point: Point, a: Point, b: Point) -> tuple[float, float]:
    """How far a point is from the segment a-b in metres, and where its foot is (0 at a, 1 at b).

    On a flat earth around the segment: right for segments of a street.
    """
    shrink = math.cos(math.radians(a.lat))
    ax, ay = (b.lon - a.lon) * shrink, b.lat - a.lat
    px, py = (point.lon - a.lon) * shrink, point.lat - a.lat
    square = ax * ax + ay * ay
    share = 0.0 if square == 0 else min(1.0, max(0.0, (px * ax + py * ay) / square))
    away = math.hypot(px - share * ax, py - share * ay)
    return math.radians(away) * _RADIUS_M, share
