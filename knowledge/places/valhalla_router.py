"""The router's adapter: Valhalla in a child process that is started when first needed.

`ValhallaRouter.route` blocks a few milliseconds (a second when the child starts): for a thread.
"""

from __future__ import annotations

import contextlib
import json
import os
import select
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

from knowledge.places import tiles
from knowledge.places.geo import Point, metres
from knowledge.places.port import Edge, Exit, Mode, Route, RouteProblem, RouterFault

HERE_M = 30.0
"""Nearer than this, start and destination are one place."""

ALREADY_THERE = "您已经在那里了，起点和要去的地方离得很近。"
_ROOT = Path(__file__).resolve().parents[2]
_LARGEST = 50_000_000


class ValhallaRouter:
    """Routes over the tiles of a data folder; new tiles are taken as soon as they are swapped in.

    Implements `knowledge.places.port.Router`. A child that dies is started again once a question.
    """

    def __init__(self, folder: Path, limit_s: float = 20.0) -> None:
        """Take the folder of `knowledge.places.tiles`; a child that takes longer is ended."""
        self._folder, self._limit_s = folder, limit_s
        self._turn = threading.Lock()
        self._child: subprocess.Popen[bytes] | None = None
        self._tiles = Path()

    def route(self, start: Point, end: Point, mode: Mode) -> Route:
        """The best route. Raises RouteProblem or RouterFault."""
        if metres(start, end) < HERE_M:
            raise RouteProblem(ALREADY_THERE)
        asked = json.dumps({"start": start, "end": end, "mode": mode.value})
        with self._turn:
            try:
                reply = self._ask(asked)
            except (OSError, EOFError):
                # The child died, perhaps long ago: once more with a new one.
                self._end()
                try:
                    reply = self._ask(asked)
                except (OSError, EOFError) as bad:
                    self._end()
                    raise RouterFault(f"Valhalla's process failed: {bad}") from bad
        if "problem" in reply:
            raise RouteProblem(reply["problem"])
        if "fault" in reply:
            raise RouterFault(reply["fault"])
        return _route(reply["route"], mode)

    @property
    def pid(self) -> int:
        """The child's process id, 0 when none runs."""
        return self._child.pid if self._child else 0

    def stop(self) -> None:
        """End the child; a later question starts a new one."""
        with self._turn:
            self._end()

    def _ask(self, line: str) -> dict[str, Any]:
        now = tiles.current(self._folder)
        if self._child is None or now != self._tiles:
            self._end()
            self._start(now)
        assert self._child and self._child.stdin
        self._child.stdin.write(line.encode() + b"\n")
        self._child.stdin.flush()
        return self._reply()

    def _start(self, now: Path) -> None:
        command = [sys.executable, "-m", "knowledge.places.valhalla_worker", str(now)]
        paths = [str(_ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]
        self._child = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(paths)},
            # A Ctrl-C at the terminal is for the service, which ends its child itself.
            start_new_session=True,
        )
        self._tiles = now
        loaded = self._reply()
        if "fault" in loaded:
            self._end()
            raise RouterFault(loaded["fault"])

    def _reply(self) -> dict[str, Any]:
        assert self._child and self._child.stdout
        pipe, data = self._child.stdout.fileno(), b""
        ends = time.monotonic() + self._limit_s
        while not data.endswith(b"\n"):
            left = ends - time.monotonic()
            if left <= 0 or len(data) > _LARGEST or not select.select([pipe], [], [], left)[0]:
                self._end()
                raise RouterFault(f"Valhalla gave no answer in {self._limit_s:.0f} s")
            more = os.read(pipe, 1 << 16)
            if not more:
                raise EOFError("it ended unexpectedly")
            data += more
        reply: dict[str, Any] = json.loads(data)
        return reply

    def _end(self) -> None:
        child, self._child = self._child, None
        if child is None:
            return
        child.kill()
        child.wait()
        for pipe in (child.stdin, child.stdout):
            # What was not written is for a dead child.
            with contextlib.suppress(OSError):
                if pipe:
                    pipe.close()


def _route(found: dict[str, Any], mode: Mode) -> Route:
    edges = tuple(
        Edge(
            names=tuple(edge["names"]),
            use=edge["use"],
            metres=edge["metres"],
            line=_line(edge["line"]),
            exits=tuple(Exit(float(heading), same) for heading, same in edge["exits"]),
        )
        for edge in found["edges"]
    )
    return Route(mode, found["metres"], found["seconds"], _line(found["line"]), edges)


def _line(points: list[list[float]]) -> tuple[Point, ...]:
    return tuple(Point(lat, lon) for lat, lon in points)
