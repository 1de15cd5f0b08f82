"""SIA DC-09 over TCP and UDP: frames from LF to CR, each answered once its signal is stored."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from twisted.internet.protocol import DatagramProtocol, Factory, Protocol

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


class TcpFrames(Protocol):
    """One connection."""

    transport: Any

    def __init__(self, server: Dc09Server, reactor: Any) -> None:
        self._server, self._reactor = server, reactor
        self._data = b""
        self._idle: Any = None

    def connectionMade(self) -> None:
        """Close at once on a stranger, later on who sends nothing."""
        self._idle = self._reactor.callLater(IDLE_S, self._close)
        if not self._server.allowed(self.transport.getPeer().host):
            self._close()

    def connectionLost(self, reason: Any = None) -> None:
        """Forget it."""
        if self._idle is not None and self._idle.active():
            self._idle.cancel()

    def dataReceived(self, data: bytes) -> None:
        """Take whole frames out of the stream."""
        peer = self.transport.getPeer()
        if not self._server.allowed(peer.host):
            return
        self._idle.reset(IDLE_S)
        self._data += data
        while b"\r" in self._data:
            raw, _, self._data = self._data.partition(b"\r")
            self._server.frame(raw, f"{peer.host}:{peer.port}", self._send)
        if len(self._data) > LARGEST:
            self._close()

    def _send(self, reply: bytes) -> None:
        if self.transport is not None and self.connected:
            self.transport.write(reply)

    def _close(self) -> None:
        if self.transport is not None:
            self.transport.loseConnection()


class FramesFactory(Factory):
    """Makes connections."""

    noisy = False

    def __init__(self, server: Dc09Server, reactor: Any) -> None:
        self._server, self._reactor = server, reactor

    def buildProtocol(self, addr: Any) -> Protocol:
        """Return one."""
        return TcpFrames(self._server, self._reactor)
