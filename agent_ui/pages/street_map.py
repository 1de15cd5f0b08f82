"""Serves our own street map to the pages, piece by piece; no outside server is asked."""

from __future__ import annotations

import gzip
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Header
from starlette.responses import JSONResponse, Response

from agent_ui.console import Console
from agent_ui.guard import Parts, needs
from agent_ui.roles import Permission
from knowledge.places import street_map

router = APIRouter(dependencies=[needs(Permission.TICKETS)])

NO_MAP = f"还没有街道图。请运维人员运行 {street_map.HOW}，做好后刷新本页即可看到。"
_FOR_EVER = "private, max-age=31536000, immutable"


def folder(console: Console) -> Path:
    """Where the map lies."""
    return console.settings.data / "map"


def is_there(console: Console) -> bool:
    """Whether there is a map to show."""
    try:
        street_map.about(folder(console))
    except street_map.MapMissing:
        return False
    return True


@router.get("/map")
def about(console: Parts) -> Response:
    """What the map is: version, bounds, levels, whose data."""
    try:
        found = street_map.about(folder(console))
    except street_map.MapMissing:
        return JSONResponse({"fault": NO_MAP}, 404)
    return JSONResponse(
        {
            "version": found.version,
            "bounds": found.bounds,
            "levels": found.levels,
            "extent": found.extent,
            "attribution": found.attribution,
        }
    )


@router.get("/map/{version}/{level}/{x}/{y}")
def piece(
    console: Parts,
    version: str,
    level: int,
    x: int,
    y: int,
    accept_encoding: Annotated[str, Header()] = "",
) -> Response:
    """One piece. Its address holds the map's version, so a browser keeps it for good."""
    try:
        current = street_map.about(folder(console)).version
        found = street_map.piece(folder(console), level, x, y)
    except street_map.MapMissing:
        return JSONResponse({"fault": NO_MAP}, 404)
    headers = {"Cache-Control": _FOR_EVER if version == current else "no-store"}
    if found is None:
        return Response(status_code=204, headers=headers)
    headers["Vary"] = "Accept-Encoding"
    if "gzip" in accept_encoding:
        headers["Content-Encoding"] = "gzip"
    else:
        found = gzip.decompress(found)
    return Response(found, media_type="application/json", headers=headers)
