"""Valhalla in a process of its own: `python -m knowledge.places.valhalla_worker TILES`.

Its C++ code can end the process on a broken tile; then only this child is gone. Requests and
replies are one line of JSON each; the first reply says whether the tiles are loaded.
"""

from __future__ import annotations

import contextlib
import json
import os
import sys
from itertools import pairwise
from pathlib import Path
from typing import IO, Any

from knowledge.places.geo import Point, metres, turn
from knowledge.places.polyline import decoded
from knowledge.places.port import RouterFault
from knowledge.places.tiles import config

_COSTING = {"walk": "pedestrian", "car": "auto"}
SNAP_M = 200.0
"""A place farther than this from any street of the network is not on the map."""

NO_START = "您说的起点不在我们的地图上，附近没有路。请说一个附近的路名或路口。"
NO_END = "您要去的地方不在我们的地图上，附近没有路。"
NO_WAY = {
    "walk": "从那里走路到不了，中间没有连起来的路。",
    "car": "从那里开车到不了，中间没有连起来的路。",
}
TOO_FAR = {"walk": "太远了，走路到不了，请改问开车怎么走。", "car": "太远了，算不出路线。"}

# The library throws its sentences without the codes that its server adds.
_REFUSALS = (
    ("No suitable edges", {"walk": NO_END, "car": NO_END}),
    ("No path could be found", NO_WAY),
    ("exceeds the max distance", TOO_FAR),
    ("too far", TOO_FAR),
)


def answer(actor: Any, request: dict[str, Any]) -> dict[str, Any]:
    """Route from `start` to `end` ([lat, lon]) by `mode`; a `problem` is a sentence for callers."""
    start, end = Point(*request["start"]), Point(*request["end"])
    mode = request["mode"]
    asked = {
        "locations": [{"lat": point.lat, "lon": point.lon} for point in (start, end)],
        "costing": _COSTING[mode],
        "directions_type": "none",
    }
    try:
        trip = actor.route(asked)["trip"]
    except Exception as error:
        return _refused(error, mode)
    shape, summary = trip["legs"][0]["shape"], trip["summary"]
    line = decoded(shape)
    if metres(start, line[0]) > SNAP_M:
        return {"problem": NO_START}
    if metres(end, line[-1]) > SNAP_M:
        return {"problem": NO_END}
    found = {
        "metres": round(summary["length"] * 1000, 1),
        "seconds": round(summary["time"]),
        "line": line,
        "edges": _edges(actor, shape, mode) or [_whole(line, summary)],
    }
    return {"route": found}


def _edges(actor: Any, shape: str, mode: str) -> list[dict[str, Any]]:
    traced = {"encoded_polyline": shape, "costing": _COSTING[mode], "shape_match": "edge_walk"}
    trace: dict[str, Any] = {}
    with contextlib.suppress(Exception):
        trace = actor.trace_attributes(traced)
    if not trace.get("edges"):
        # The ends of a route are cut to centimetres, which can lie beside the edge.
        trace = actor.trace_attributes({**traced, "shape_match": "walk_or_snap"})
    line, edges = decoded(trace["shape"]), []
    way = "walkability" if mode == "walk" else "driveability"
    for edge, following in pairwise([*trace["edges"], {}]):
        taken = following.get("begin_heading")
        piece = line[edge["begin_shape_index"] : edge["end_shape_index"] + 1]
        others = edge.get("end_node", {}).get("intersecting_edges", [])
        edges.append(
            {
                "names": edge.get("names", []),
                "use": edge.get("use", "road"),
                "metres": round(edge["length"] * 1000, 1),
                "line": piece if len(piece) > 1 else [*piece, *piece],
                "exits": [
                    [other["begin_heading"], bool(other.get("from_edge_name_consistency"))]
                    for other in others
                    if other.get(way) in ("forward", "both")
                    and not _drawn_twice(other["begin_heading"], taken)
                ],
            }
        )
    return edges


def _drawn_twice(heading: float, taken: float | None) -> bool:
    """Whether an exit is the way taken, which some maps hold a second time."""
    return taken is not None and abs(turn(heading, taken)) <= 1


def _whole(line: list[Point], summary: dict[str, Any]) -> dict[str, Any]:
    """A way of which nothing is known but where it runs."""
    far = round(summary["length"] * 1000, 1)
    return {"names": [], "use": "road", "metres": far, "line": line, "exits": []}


def _refused(error: Exception, mode: str) -> dict[str, Any]:
    for said, sentences in _REFUSALS:
        if said in str(error):
            return {"problem": sentences[mode]}
    return {"fault": f"Valhalla refused the question: {str(error)[:200]}"}


def serve(tiles: Path, requests: IO[str], replies: IO[str]) -> None:
    """Load the tiles, then answer until the input ends."""

    def reply(body: dict[str, Any]) -> None:
        replies.write(json.dumps(body, ensure_ascii=False) + "\n")
        replies.flush()

    try:
        import valhalla

        actor = valhalla.Actor(config(tiles))
    except (ImportError, RuntimeError, RouterFault) as error:
        reply({"fault": f"Valhalla cannot use the street network: {error}"})
        return
    reply({"loaded": True})
    for line in requests:
        try:
            reply(answer(actor, json.loads(line)))
        except BrokenPipeError:
            os._exit(0)
        except Exception as error:
            reply({"fault": f"Valhalla failed: {error!r}"})


if __name__ == "__main__":
    # What Valhalla prints must not get between the replies.
    lines = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    serve(Path(sys.argv[1]), sys.stdin, lines)
