"""The part of Twisted's reactor that a caller uses, as types; Twisted's own are zope interfaces."""

from __future__ import annotations

from typing import Any, Protocol

from core.clock import Timing


class UdpPort(Protocol):
    """An open socket."""

    def getHost(self) -> Any:
        """Its address, with `host` and `port`."""

    def stopListening(self) -> Any:
        """Close it."""


class Reactor(Timing, Protocol):
    """A reactor with time and datagrams."""

    def listenUDP(self, port: int, protocol: Any, interface: str = "") -> UdpPort:
        """Open a socket for `protocol`; port 0 takes a free one."""
