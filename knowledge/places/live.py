"""The place names that callers are guided by, kept up to date with what is imported.

A message on the bus has all names read again in a thread; then they take the place of the old ones
between two questions. A question never waits for that.
"""

from __future__ import annotations

from collections.abc import Callable

from twisted.internet.defer import Deferred
from twisted.internet.threads import deferToThread
from twisted.logger import Logger

from core import bus
from core.clock import Timing
from core.db import Sessions
from core.redis_server import url_in
from core.reloading import Reloading
from core.settings import Settings
from knowledge.places.gazetteer import Gazetteer
from knowledge.places.guide import Guide, load_gazetteer

CHANGED = "places.changed"
"""Sent on the bus by whoever imports place names."""

LOADED = "places.loaded"
"""Sent on the bus once callers are guided by them: `names` is how many there are."""

_log = Logger()


def tell(settings: Settings) -> int:
    """Tell running services that names were imported; returns how many heard it. Blocking."""
    url = settings.redis_url or url_in(settings.data / "redis")
    return bus.tell(url, CHANGED, {})


def follow_places(
    guide: Guide, sessions: Sessions, line: bus.Bus, reactor: Timing, node: str
) -> Callable[[], None]:
    """Have a guide take new names from now on; returns the way to stop it."""
    return following(guide, lambda: deferToThread(load_gazetteer, sessions), line, reactor, node)


def following(
    guide: Guide,
    read: Callable[[], Deferred[Gazetteer]],
    line: bus.Bus,
    reactor: Timing,
    node: str,
) -> Callable[[], None]:
    """As `follow_places`, with what reads all names."""

    def take(gazetteer: Gazetteer) -> None:
        guide.take(gazetteer)
        _log.info("{n} place names are in use", n=len(gazetteer))
        line.publish(LOADED, {"node": node, "names": len(gazetteer)})

    reloading = Reloading("place names", read, take, reactor)
    unsubscribe = line.subscribe([CHANGED, "bus.restored"], reloading.changed)

    def stop() -> None:
        unsubscribe()
        reloading.stop()

    return stop
