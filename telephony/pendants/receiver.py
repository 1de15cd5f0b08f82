"""All that takes pendants' signals on one node, put together; off without its ports."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial
from typing import Any

from twisted.internet.defer import maybeDeferred
from twisted.internet.task import LoopingCall
from twisted.internet.threads import deferToThread

from core.clock import Now
from core.db import Sessions
from core.settings import Settings
from core.teardown import Teardown
from telephony.pendants import store
from telephony.pendants.connection import Connections
from telephony.pendants.dc09_server import Dc09Server, TcpFrames, UdpFrames
from telephony.pendants.desk import PendantDesk
from telephony.pendants.sip_server import MessageServer, TcpMessages, UdpMessages
from telephony.pendants.voice import VoiceLegs
from telephony.sip.config import Trunk, trunk_for

REGISTER_EVERY_S = 60.0


class Receiver:
    """`voice` knows which calls belong to alarms."""

    def __init__(
        self,
        settings: Settings,
        sessions: Sessions,
        trunks: tuple[Trunk, ...],
        reactor: Any,
        now: Now,
        publish: Callable[[str, dict[str, Any]], None],
    ) -> None:
        self._settings, self._sessions, self._trunks = settings, sessions, trunks
        self._reactor, self._now = reactor, now
        self.voice = VoiceLegs(reactor, publish)

    async def start(self, teardown: Teardown) -> None:
        """Read the register and open the ports that are set. Raises OSError (CannotListenError)."""
        reading = LoopingCall(self._read_register)
        reading.clock = self._reactor
        await self._read_register().asFuture(asyncio.get_running_loop())
        reading.start(REGISTER_EVERY_S, now=False)
        teardown.add("device register", reading.stop)
        teardown.add("alarms' voice legs", self.voice.stop)
        settings = self._settings
        if not settings.pendant_sip_port and not settings.dc09_port:
            return
        desk = PendantDesk(self._sessions, self._reactor, self._now, self.voice.taken)
        teardown.add("pendants", desk.stop)
        if settings.pendant_sip_port:
            server = MessageServer(desk, self._trunks, self._reactor)
            port = settings.pendant_sip_port
            self._open(
                teardown,
                port,
                UdpMessages(server),
                Connections(lambda: TcpMessages(server, self._reactor)),
            )
        if settings.dc09_port:
            frames = Dc09Server(
                desk,
                bytes.fromhex(settings.dc09_key),
                lambda host: trunk_for(self._trunks, host) is not None,
            )
            factory = Connections(lambda: TcpFrames(frames, self._reactor))
            self._open(teardown, settings.dc09_port, UdpFrames(frames), factory)

    def _open(self, teardown: Teardown, port: int, udp: Any, tcp: Any) -> None:
        host = self._settings.sip_address
        for listening in (
            self._reactor.listenUDP(port, udp, interface=host, maxPacketSize=65535),
            self._reactor.listenTCP(port, tcp, interface=host),
        ):
            teardown.add("a pendants' port", partial(_closed, listening))

    def _read_register(self) -> Any:
        def read() -> dict[str, int]:
            with self._sessions() as db:
                return store.numbers(db)

        def keep(found: dict[str, int]) -> None:
            self.voice.registered = found

        done = deferToThread(read).addCallback(keep)
        return done.addErrback(
            lambda failure: self.voice.log.failure("the device register cannot be read", failure)
        )


async def _closed(listening: Any) -> None:
    await maybeDeferred(listening.stopListening).asFuture(asyncio.get_running_loop())
