"""A service that is told of a new build takes it over once, and says why when it cannot."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable
from pathlib import Path
from typing import Any

import pytest_twisted
from twisted.internet import reactor

from asr.graphs.building import build, builds_of
from asr.graphs.following import TOPIC, follow
from tests.asr.graphs.kit import NOW, SMALL, sources
from tests.asr.kit import LIMIT_S, MODEL, turns, vosk

Steps = Generator[Any, Any, None]


class Told:
    """A bus that a test speaks on."""

    def __init__(self) -> None:
        self.listeners: list[tuple[frozenset[str], Callable[[str, dict[str, Any]], None]]] = []

    def subscribe(
        self, topics: Iterable[str], listener: Callable[[str, dict[str, Any]], None]
    ) -> Callable[[], None]:
        entry = (frozenset(topics), listener)
        self.listeners.append(entry)
        return lambda: self.listeners.remove(entry)

    def tell(self, topic: str) -> None:
        for topics, listener in self.listeners:
            if topic in topics:
                listener(topic, {})


@pytest_twisted.inlineCallbacks
def test_a_new_build_is_taken_over_when_the_bus_tells_or_comes_back(tmp_path: Path) -> Steps:
    bus, recogniser = Told(), vosk()
    yield recogniser.when_settled().addTimeout(LIMIT_S, reactor)
    builds, texts = builds_of(tmp_path, MODEL), sources(tmp_path / "texts")
    stop = follow(bus, recogniser, tmp_path, MODEL)
    try:
        for topic in (TOPIC, "bus.restored"):
            (texts.tree).write_text(f"say: 你好{topic}\n", encoding="utf-8")
            wanted = build(MODEL, texts, builds, NOW, plan=SMALL, check=lambda *_: None).folder
            bus.tell(topic)
            while recogniser.model is None or recogniser.model.path != wanted.resolve():
                yield turns(1)
        (builds / "current").unlink()
        bus.tell(TOPIC)
        while recogniser.model is None or recogniser.model.path != MODEL:
            yield turns(1)
    finally:
        stop()
        recogniser.stop()
    assert not bus.listeners
