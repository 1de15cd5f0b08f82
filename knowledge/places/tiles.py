"""Valhalla's tiles in the data folder: built beside the old ones, swapped in when whole."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from knowledge.places.osm import ATTRIBUTION
from knowledge.places.port import RouterFault
from knowledge.places.record import PlaceProblem

CURRENT = "current"
_NOTE = "built.json"
_MADE = "tiles-"
_LONGEST_S = 6 * 3600

Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Built:
    """What the tiles in use were made from."""

    file: str
    sha256: str
    built_at: str
    tiles: int
    attribution: str = ATTRIBUTION


def current(folder: Path) -> Path:
    """The folder of the tiles in use, links resolved. Raises RouterFault when there are none."""
    tiles = folder / CURRENT
    if not tiles.is_dir():
        raise RouterFault(
            "no street network was built yet; run hotline places build-routes FILE.osm.pbf"
        )
    return tiles.resolve()


def built(folder: Path) -> Built:
    """What the tiles in use were made from. Raises RouterFault."""
    try:
        return Built(**json.loads((current(folder) / _NOTE).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError) as bad:
        raise RouterFault("the street network is damaged; build it again") from bad


def config(tiles: Path) -> dict[str, Any]:
    """Valhalla's configuration for these tiles. Raises RouterFault when the package is missing."""
    try:
        from valhalla.config import get_config
    except ImportError as bad:
        raise RouterFault(
            "the package pyvalhalla-weekly is not installed; run make routing"
        ) from bad
    found: dict[str, Any] = get_config(tile_extract="", tile_dir=str(tiles))
    found["mjolnir"]["tile_extract"] = ""
    found["mjolnir"]["logging"] = {"type": "std_err", "color": False}
    return found


def build(file: Path, folder: Path, now: datetime, progress: Progress) -> Built:
    """Build tiles from an extract (.osm.pbf) and put them in use. Raises PlaceProblem, RouterFault.

    A running service goes on with the old ones until the new ones are whole, then takes those.
    The tiles before the last are removed.
    """
    if not file.is_file():
        raise PlaceProblem(f"{file} is not a file")
    digest = _sha256(file)
    folder.mkdir(parents=True, exist_ok=True)
    work = Path(tempfile.mkdtemp(prefix="building-", dir=folder))
    try:
        (work / "tiles").mkdir()
        progress(f"building from {file.name} ({file.stat().st_size / 1e6:.1f} MB) …")
        _run(file, work)
        tiles = sum(1 for _ in (work / "tiles").rglob("*.gph"))
        if not tiles:
            raise PlaceProblem(f"{file} holds no street: no tiles came of it")
        note = Built(file.name, digest, now.isoformat(timespec="seconds"), tiles)
        (work / "tiles" / _NOTE).write_text(
            json.dumps(asdict(note), ensure_ascii=False, indent=1), encoding="utf-8"
        )
        made = folder / f"{_MADE}{now:%Y%m%dT%H%M%S}-{digest[:8]}-{work.name[-4:]}"
        (work / "tiles").rename(made)
    finally:
        shutil.rmtree(work, ignore_errors=True)
    _swap(folder, made)
    progress(f"{tiles} tiles in use")
    return note


def _swap(folder: Path, made: Path) -> None:
    link = folder / CURRENT
    before = link.resolve().name if link.is_symlink() else ""
    fresh = folder / f"{CURRENT}.{made.name}"
    fresh.symlink_to(made.name)
    os.replace(fresh, link)
    for old in folder.glob(f"{_MADE}*"):
        if old.name not in (made.name, before):
            shutil.rmtree(old, ignore_errors=True)


def _run(file: Path, work: Path) -> None:
    settings = work / "valhalla.json"
    settings.write_text(json.dumps(config(work / "tiles")), encoding="utf-8")
    command = [str(_builder()), "-c", str(settings), str(file.resolve())]
    try:
        # It writes notes into its working folder.
        done = subprocess.run(
            command, cwd=work, capture_output=True, timeout=_LONGEST_S, check=False
        )
    except subprocess.TimeoutExpired as bad:
        raise PlaceProblem(f"{file}: no tiles after {_LONGEST_S // 3600} hours") from bad
    except OSError as bad:
        raise RouterFault(f"Valhalla's tile builder does not start: {bad.strerror}") from bad
    if done.returncode:
        last = (done.stdout + done.stderr).decode(errors="replace").strip().splitlines()[-1:]
        raise PlaceProblem(
            f"{file} is not a whole OpenStreetMap extract; fetch it again. "
            f"Valhalla says: {last[0] if last else f'ended with {done.returncode}'}"
        )


def _builder() -> Path:
    found = find_spec("valhalla")
    if found is None or found.origin is None:
        raise RouterFault("the package pyvalhalla-weekly is not installed; run make routing")
    return Path(found.origin).parent / "bin" / "valhalla_build_tiles"


def _sha256(file: Path) -> str:
    with file.open("rb") as data:
        return hashlib.file_digest(data, "sha256").hexdigest()
