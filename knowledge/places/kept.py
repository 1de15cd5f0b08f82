"""What a call's ticket keeps of a way that was told: enough to draw it and read it again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from knowledge.places.directions import Directions
from knowledge.places.geo import Point, checked
from knowledge.places.polyline import decoded, encoded
from knowledge.places.port import FoundPlace, Mode

MODES = {Mode.WALK.value: "走路", Mode.CAR.value: "开车"}


@dataclass(frozen=True, slots=True)
class KeptPlace:
    """One end of a way."""

    name: str
    at: Point


@dataclass(frozen=True, slots=True)
class KeptStep:
    """One step as it was told, and where it begins."""

    text: str
    at: Point


@dataclass(frozen=True, slots=True)
class KeptWay:
    """A way that was told in a call. `mode` is a value of Mode."""

    mode: str
    start: KeptPlace
    end: KeptPlace
    summary: str
    steps: tuple[KeptStep, ...]
    line: tuple[Point, ...]

    @property
    def going(self) -> str:
        """走路 or 开车."""
        return MODES.get(self.mode, "")


def kept_way(start: FoundPlace, end: FoundPlace, mode: Mode, way: Directions) -> dict[str, Any]:
    """The data of a journal record `way`, in JSON values."""
    ends = {"from": start, "to": end}
    return {
        "mode": mode.value,
        **{
            key: {"name": place.name, "at": _pair(place.point)}
            for key, place in ends.items()
            if place.point is not None
        },
        "metres": way.metres,
        "duration_s": way.seconds,
        "line": encoded(way.line),
        "summary": way.summary,
        "steps": [{"text": step.text, "at": _pair(step.at)} for step in way.steps],
    }


def way_of(data: dict[str, Any]) -> KeptWay | None:
    """Read what `kept_way` wrote; None where it is something else, which costs only the picture."""
    try:
        start, end = (
            KeptPlace(str(data[key]["name"]), checked(*data[key]["at"])) for key in ("from", "to")
        )
        steps = tuple(KeptStep(str(s["text"]), checked(*s["at"])) for s in data["steps"])
        line = tuple(decoded(data["line"]))
        return KeptWay(str(data["mode"]), start, end, str(data["summary"]), steps, line)
    except (KeyError, TypeError, ValueError):
        return None


def _pair(point: Point) -> list[float]:
    return [round(point.lat, 6), round(point.lon, 6)]
