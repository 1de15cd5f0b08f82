"""A running service takes over a new graph for the calls that come; running ones keep theirs."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, Protocol

from twisted.internet.defer import Deferred
from twisted.internet.threads import deferToThread
from twisted.logger import Logger

from asr.graphs.building import in_use
from asr.model_folder import ModelFolder

TOPIC = "asr.graph"
"""The bus topic that tells of a new graph: {"model": name, "folder": path}."""


class Bus(Protocol):
    """The part of `core.bus.Bus` that is used here."""

    def subscribe(
        self, topics: Iterable[str], listener: Callable[[str, dict[str, Any]], None]
    ) -> Callable[[], None]:
        """Call the listener for each message; returns the way to stop it."""


class Reloads(Protocol):
    """A recogniser that can take another model while streams run."""

    @property
    def model(self) -> ModelFolder | None:
        """What is known of the loaded model."""

    def reload(self, folder: Path) -> Deferred[str]:
        """Load it for new streams; fires with why that failed, or an empty string."""


def follow(bus: Bus, recogniser: Reloads, data: Path, shipped: Path) -> Callable[[], None]:
    """Look for a new build whenever the bus tells of one; returns the way to stop it."""
    log = Logger()

    def look(_topic: str, _message: dict[str, Any]) -> None:
        deferToThread(in_use, data, shipped).addCallback(take).addErrback(
            lambda failure: log.failure("a new graph could not be taken over", failure)
        )

    def take(folder: Path) -> Deferred[None] | None:
        if recogniser.model is not None and recogniser.model.path == folder:
            return None
        return recogniser.reload(folder).addCallback(tell, folder)

    def tell(fault: str, folder: Path) -> None:
        if fault:
            log.error("The new graph is not used, the old one stays: {fault}", fault=fault)
        else:
            log.info("New calls are heard with the graph in {folder}", folder=folder)

    # A message may have been lost while Redis was away.
    return bus.subscribe((TOPIC, "bus.restored"), look)
