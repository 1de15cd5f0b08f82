"""Valhalla's encoded lines (Google's polyline algorithm with six decimals)."""

from __future__ import annotations

from collections.abc import Iterable

from knowledge.places.geo import Point

_SCALE = 1e6


def encoded(points: Iterable[Point]) -> str:
    """A line as printable ASCII; `decoded` reads it, to a tenth of a metre."""
    text, last = "", (0, 0)
    for point in points:
        now = round(point.lat * _SCALE), round(point.lon * _SCALE)
        for step in (now[0] - last[0], now[1] - last[1]):
            value = ~(step << 1) if step < 0 else step << 1
            while value >= 32:
                text += chr((value & 31 | 32) + 63)
                value >>= 5
            text += chr(value + 63)
        last = now
    return text


def decoded(text: str) -> list[Point]:
    """The points of an encoded line. Raises ValueError on a torn one."""
    numbers, value, shift = [], 0, 0
    for char in text:
        piece = ord(char) - 63
        if not 0 <= piece < 64:
            raise ValueError(f"{char!r} is not part of an encoded line")
        value |= (piece & 31) << shift
        shift += 5
        if piece < 32:
            numbers.append(~(value >> 1) if value & 1 else value >> 1)
            value = shift = 0
    if shift or len(numbers) % 2:
        raise ValueError("an encoded line ends too soon")
    points, lat, lon = [], 0, 0
    for north, east in zip(numbers[::2], numbers[1::2], strict=True):
        lat, lon = lat + north, lon + east
        points.append(Point(lat / _SCALE, lon / _SCALE))
    return points
