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
        self._peers: list[Wiring] = []

    @property
    def peers(self) -> tuple[Wiring, ...]:
        """The wirings of the legs that this one is bridged with."""
        return tuple(self._peers)

    def use(self, media: Any) -> None:
        """Take the leg's (new) port and make all connections."""
        self.media = media
        for ear in self._ears:
            _connect(media, ear)
        for source, begun in self._sources:
            _connect(source, media)
            begun()
        for peer in self._peers:
            self._join(peer)

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
        for peer in self._peers:
            if peer.media is not None:
                _connect(peer.media, port)

    def bridge(self, other: Wiring) -> None:
        """Let two legs hear each other. A second time changes nothing."""
        if other not in self._peers:
            self._peers.append(other)
            other._peers.append(self)
        self._join(other)

    def unbridge(self, other: Wiring) -> None:
        """Undo `bridge`; nothing happens where there was none."""
        if other not in self._peers:
            return
        self._peers.remove(other)
        other._peers.remove(self)
        for one, two in ((self, other), (other, self)):
            if one.media is not None:
                for sink in (two.media, two.heard):
                    if sink is not None:
                        _disconnect(one.media, sink)

    def _join(self, other: Wiring) -> None:
        for one, two in ((self, other), (other, self)):
            if one.media is not None:
                for sink in (two.media, two.heard):
                    if sink is not None:
                        _connect(one.media, sink)


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
