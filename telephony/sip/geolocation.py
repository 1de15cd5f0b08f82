"""Where a device says that it is: the PIDF-LO document or Geolocation header of an INVITE. Pure.

Understood are points and circles, and the middle of other shapes, in WGS-84 (RFC 4119, RFC 5491),
and geo URIs (RFC 5870). A reference to be fetched elsewhere is not followed.
"""

from __future__ import annotations

import math
import re
from xml.etree import ElementTree

LARGEST = 20_000
"""A longer document is no place."""
WIDEST_M = 1_000.0
"""A place that may be farther off than this says nothing to whoever walks."""

_GML = "{http://www.opengis.net/gml}"
_RADIUS = "{http://www.opengis.net/pidflo/1.0}radius"
_GEO = re.compile(
    r"geo:(-?[0-9]{1,3}(?:\.[0-9]+)?),(-?[0-9]{1,3}(?:\.[0-9]+)?)(?P<more>[^>\s,]*)", re.IGNORECASE
)
_UNCERTAIN = re.compile(r";u=([0-9]+(?:\.[0-9]+)?)", re.IGNORECASE)
_WGS84 = re.compile(r"(?:EPSG::?|#)(?:4326|4979)$|^$")


def position(text: str) -> tuple[float, float] | None:
    """Latitude and longitude in degrees; None where the text says none or too vague a place.

    Takes what `Invitation.geolocation` holds. Never raises.
    """
    text = text.strip()[: LARGEST + 1]
    if len(text) > LARGEST:
        return None
    return _document(text) if text.startswith("<?xml") or "<presence" in text else _uri(text)


def _uri(text: str) -> tuple[float, float] | None:
    found = _GEO.search(text)
    if not found:
        return None
    uncertain = _UNCERTAIN.search(found["more"])
    if uncertain and float(uncertain[1]) > WIDEST_M:
        return None
    return _checked(float(found[1]), float(found[2]))


def _document(text: str) -> tuple[float, float] | None:
    if "<!" in text.replace("<!--", ""):
        return None  # a document type may name entities that grow without end
    try:
        root = ElementTree.fromstring(text)
        if not _WGS84.search(_system(root)):
            return None
        radius = root.find(f".//{_RADIUS}")
        if radius is not None and float(radius.text or 0) > WIDEST_M:
            return None
        points = _points(root)
        if not points:
            return None  # a street address only
        middle = [sum(axis) / len(points) for axis in zip(*points, strict=True)]
        return _checked(middle[0], middle[1])
    except (ElementTree.ParseError, ValueError, IndexError):
        return None


def _system(root: ElementTree.Element) -> str:
    return next((e.attrib["srsName"] for e in root.iter() if "srsName" in e.attrib), "")


def _points(root: ElementTree.Element) -> list[tuple[float, float]]:
    """The corners of the shape; the last of a ring repeats the first."""
    rows = [[float(n) for n in (e.text or "").split()] for e in root.iter(f"{_GML}pos")]
    for element in root.iter(f"{_GML}posList"):
        numbers = [float(n) for n in (element.text or "").split()]
        size = int(element.get("srsDimension", 2))
        rows += [numbers[at : at + size] for at in range(0, len(numbers), size)]
    if len(rows) > 2 and rows[0] == rows[-1]:
        rows.pop()
    return [(row[0], row[1]) for row in rows]


def _checked(lat: float, lon: float) -> tuple[float, float] | None:
    if not (math.isfinite(lat) and math.isfinite(lon) and abs(lat) <= 90 and abs(lon) <= 180):
        return None
    return (lat, lon) if (lat, lon) != (0.0, 0.0) else None
