"""Who hears whom: the connections of one leg on the library's bridge, redone when its media change.

A renewed stream (hold, re-INVITE) is a new port without connections, so what should be connected is
kept here and connected again.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pjsua2 as pj

from telephony.sip.native import log, reason_of


class Wiring:
    """The ports around one leg. Every method may be called whether or not the media are active."""

    def __init__(self) -> None:
        self.media: Any = None
        self.heard: Any = None
        self._sources: list[tuple[Any, Callable[[], None]]] = []
        self._ears: list[Any] = []
        self._speakers: list[Wiring] = []
        self._listeners: list[Wiring] = []

    def use(self, media: Any) -> None:
        """Take the leg's (new) port and make all connections."""
        self.media = media
        for ear in self._ears:
            _connect(media, ear)
        for source, begun in self._sources:
            _connect(source, media)
            begun()
        for speaker in self._speakers:
            self._link(speaker)
        for listener in self._listeners:
            listener._link(self)

    def lose(self) -> None:
        """Forget the leg's port, which takes its connections with it."""
        self.media = None

    def add_source(self, port: Any, begun: Callable[[], None]) -> None:
        """Let the leg hear `port`; `begun` is called whenever it starts to."""
        self._sources.append((port, begun))
        if self.heard is not None:
            _connect(port, self.heard)
        if self.media is not None:
            _connect(port, self.media)
            begun()

    def remove_source(self, port: Any) -> None:
        """Silence a source."""
        self._sources = [entry for entry in self._sources if entry[0] is not port]
        for sink in (self.media, self.heard):
            if sink is not None:
                _disconnect(port, sink)

    def add_ear(self, port: Any) -> None:
        """Let `port` hear what the far end says."""
        self._ears.append(port)
        if self.media is not None:
            _connect(self.media, port)

    def remove_ear(self, port: Any) -> None:
        """Let it hear no more."""
        self._ears = [ear for ear in self._ears if ear is not port]
        if self.media is not None:
            _disconnect(self.media, port)

    def record_heard(self, port: Any) -> None:
        """Let `port` hear whatever the far end hears; None ends it (the port is then destroyed)."""
        self.heard = port
        if port is None:
            return
        for source, _ in self._sources:
            _connect(source, port)
        for speaker in self._speakers:
            if speaker.media is not None:
                _connect(speaker.media, port)

    def hear(self, speaker: Wiring) -> None:
        """Let this leg's far end hear that of another. A second time changes nothing."""
        if speaker not in self._speakers:
            self._speakers.append(speaker)
            speaker._listeners.append(self)
        self._link(speaker)

    def unhear(self, speaker: Wiring) -> None:
        """Undo `hear`; nothing happens where there was none."""
        if speaker not in self._speakers:
            return
        self._speakers.remove(speaker)
        speaker._listeners.remove(self)
        if speaker.media is not None:
            for sink in (self.media, self.heard):
                if sink is not None:
                    _disconnect(speaker.media, sink)

    def part(self) -> None:
        """Neither hear nor be heard by any other leg."""
        for speaker in tuple(self._speakers):
            self.unhear(speaker)
        for listener in tuple(self._listeners):
            listener.unhear(self)

    def _link(self, speaker: Wiring) -> None:
        if speaker.media is not None:
            for sink in (self.media, self.heard):
                if sink is not None:
                    _connect(speaker.media, sink)


def _connect(source: Any, sink: Any) -> None:
    try:
        source.startTransmit(sink)
    except pj.Error as error:
        log.error("two ports could not be connected: {error}", error=reason_of(error))


def _disconnect(source: Any, sink: Any) -> None:
    try:
        source.stopTransmit(sink)
    except pj.Error as error:
        log.debug("two ports were not connected: {error}", error=reason_of(error))
