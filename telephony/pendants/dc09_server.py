"""SIA DC-09 over TCP and UDP: frames from LF to CR, each answered once its signal is stored."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from twisted.internet.protocol import DatagramProtocol

from telephony.pendants.connection import Connection
from telephony.pendants.dc09 import LARGEST
from telephony.pendants.desk import PendantDesk

IDLE_S = 120.0


class Dc09Server:
    """What both transports share. `allowed(host)` says who may send; `key` is empty for plain."""

    def __init__(self, desk: PendantDesk, key: bytes, allowed: Callable[[str], bool]) -> None:
        self._desk, self._key, self.allowed = desk, key, allowed

    def frame(self, raw: bytes, source: str, send: Callable[[bytes], None]) -> None:
        """Take a frame of an allowed host; `send` carries the reply."""
        done = self._desk.frame(raw, source, self._key)
        done.addCallback(lambda reply: send(reply) if reply else None)
        done.addErrback(
            lambda failure: self._desk.log.failure("a frame could not be taken", failure)
        )


class UdpFrames(DatagramProtocol):
    """The UDP side: a frame each datagram."""

    transport: Any

    def __init__(self, server: Dc09Server) -> None:
        self._server = server

    def datagramReceived(self, datagram: bytes, addr: Any) -> None:
        """Take one datagram."""
        host, port = addr[:2]
        if self._server.allowed(host):
            self._server.frame(datagram, f"{host}:{port}", lambda reply: self._send(reply, addr))

    def _send(self, reply: bytes, to: Any) -> None:
        if self.transport is not None:
            self.transport.write(reply, to)


class TcpFrames(Connection):
    """One connection."""

    def __init__(self, server: Dc09Server, reactor: Any) -> None:
        super().__init__(reactor, IDLE_S, LARGEST)
        self._server = server

    def connectionMade(self) -> None:
        """Close at once on a stranger."""
        super().connectionMade()
        if not self._server.allowed(self.transport.getPeer().host):
            self.close()

    def take(self, peer: Any) -> None:
        """Take frames."""
        if not self._server.allowed(peer.host):
            self.data = b""
        while b"\r" in self.data:
            raw, _, self.data = self.data.partition(b"\r")
            self._server.frame(raw, f"{peer.host}:{peer.port}", self.send)
