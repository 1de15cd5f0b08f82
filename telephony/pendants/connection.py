"""A device's TCP connection, whatever it speaks: kept while it sends, closed when it does not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from twisted.internet.protocol import Factory, Protocol


class Connection(Protocol):
    """One connection. A protocol's own takes what is whole out of `data`."""

    transport: Any

    def __init__(self, reactor: Any, idle_s: float, largest: int) -> None:
        """Close after `idle_s` without a byte, and on over `largest` bytes of nothing whole."""
        self._reactor, self._idle_s, self._largest = reactor, idle_s, largest
        self.data = b""
        self._idle: Any = None

    def connectionMade(self) -> None:
        """Give up on who sends nothing."""
        self._idle = self._reactor.callLater(self._idle_s, self.close)

    def connectionLost(self, reason: Any = None) -> None:
        """Forget it."""
        if self._idle is not None and self._idle.active():
            self._idle.cancel()

    def dataReceived(self, data: bytes) -> None:
        """Take whole messages out of the stream."""
        self._idle.reset(self._idle_s)
        self.data += data
        self.take(self.transport.getPeer())
        if len(self.data) > self._largest:
            self.close()

    def take(self, peer: Any) -> None:
        """Take what is whole out of `data`."""
        raise NotImplementedError

    def send(self, reply: bytes) -> None:
        """Send, unless the other side is gone."""
        if self.transport is not None and self.connected:
            self.transport.write(reply)

    def close(self) -> None:
        """End it."""
        if self.transport is not None:
            self.transport.loseConnection()


class Connections(Factory):
    """Makes connections."""

    noisy = False

    def __init__(self, make: Callable[[], Connection]) -> None:
        self._make = make

    def buildProtocol(self, addr: Any) -> Protocol:
        """Return one."""
        return self._make()
