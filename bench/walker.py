"""Whether somebody who hears the steps arrives: random routes, walked by what is said alone."""

from __future__ import annotations

import math
import os
import random
import statistics
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bench.process import ROOT
from bench.steps_walker import Walker
from bench.streets import Streets
from core.sound import sounds
from knowledge.places import osm, tiles
from knowledge.places.directions import directions
from knowledge.places.gazetteer import Gazetteer
from knowledge.places.geo import Point, length, metres, towards
from knowledge.places.port import Mode, RouteProblem
from knowledge.places.record import Reading
from knowledge.places.store import Named
from knowledge.places.valhalla_router import ValhallaRouter

ROUTES = 200
ENDS_M = 60.0
ARRIVED_M = 60.0
LENGTH_SHARE = 0.02
_AREA = "440304"


def extract() -> Path:
    """The real extract of the shared data. Raises FileNotFoundError."""
    shared = Path(os.environ.get("HOTLINE_SHARED", ROOT.parent / "shared"))
    file = shared / "data" / "places" / "shenzhen_futian.osm.pbf"
    if not file.is_file():
        raise FileNotFoundError(f"{file} is absent (set HOTLINE_SHARED)")
    return file


def gazetteer(reading: Reading) -> Gazetteer:
    """The places of a reading, without a database."""
    names = (
        Named(
            at, each.name, sounds(each.name), "", each.name, each.kind.value, each.area,
            each.point, each.importance, each.address,
        )
        for at, each in enumerate(reading.places)
    )  # fmt: skip
    return Gazetteer(names, reading.crossings)


def run(quick: bool) -> dict[str, Any]:
    """Ask for random routes and walk them; `quick` takes 40 instead of 200."""
    file = extract()
    with tempfile.TemporaryDirectory() as folder:
        routes = Path(folder)
        tiles.build(file, routes, datetime.now(UTC), lambda line: None)
        router = ValhallaRouter(routes)
        try:
            return walked(file, router, 40 if quick else ROUTES)
        finally:
            router.stop()


def walked(
    file: Path, router: ValhallaRouter, count: int, show: bool = False, seed: int = 12349
) -> dict[str, Any]:
    """Figures of `count` random routes on foot; with `show` those that went wrong are printed."""
    streets = Streets(file)
    walker, around = Walker(streets), gazetteer(osm.read(file, _AREA, lambda line: None))
    rng = random.Random(seed)
    ends, agree, arrived, times, steps, unreachable = 0, 0, 0, [], [], 0
    done, worked = 0, 0.0
    while done < count:
        start, end = _somewhere(streets, rng), _somewhere(streets, rng)
        began, before = time.perf_counter(), _worked(router)
        try:
            route = router.route(start, end, Mode.WALK)
        except RouteProblem:
            unreachable += 1
            continue
        times.append((time.perf_counter() - began) * 1000)
        worked += _worked(router) - before if done else 0.0  # the first one starts the process
        done += 1
        told = directions(route, end, "目的地", around, start)
        steps.append(len(told.steps))
        near = max(metres(start, route.line[0]), metres(end, route.line[-1])) <= ENDS_M
        ends += near
        said = sum(step.metres for step in told.steps)
        agree += all(
            math.isclose(found, route.metres, rel_tol=LENGTH_SHARE, abs_tol=15)
            for found in (length(list(route.line)), said)
        )
        stands = walker.walk(start, [step.text for step in told.steps])
        there = metres(stands, route.line[-1]) <= ARRIVED_M
        arrived += there
        if show and not there:
            print(
                f"lost by {metres(stands, end):.0f} m:", *(s.text for s in told.steps), sep="\n  "
            )
    cuts = statistics.quantiles(times, n=100)
    return {
        "routes": count,
        "ends_within_60_m": round(ends / count, 3),
        "length_agrees": round(agree / count, 3),
        "walker_arrives": round(arrived / count, 3),
        "budget_arrives": 0.98,
        "steps_mean": round(statistics.mean(steps), 1),
        "pairs_without_a_way": unreachable,
        "route_p50_ms": round(statistics.median(times), 2),
        "route_p99_ms": round(cuts[98], 2),
        "route_cpu_mean_ms": round(worked * 1000 / max(1, count - 1), 2),
        "budget_route_ms": 10,
        "within_budget": ends == agree == count and arrived >= 0.98 * count,
    }


def _worked(router: ValhallaRouter) -> float:
    """The seconds of a core that this thread and the router's process have worked."""
    child = 0.0
    if router.pid:
        fields = Path(f"/proc/{router.pid}/stat").read_text().rpartition(")")[2].split()
        child = (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    return time.thread_time() + child


def _somewhere(streets: Streets, rng: random.Random) -> Point:
    """A point up to 30 m beside some street."""
    street = rng.choice(streets.all)
    return towards(rng.choice(street.line), rng.uniform(0, 360), rng.uniform(0, 30))
