"""Takes what devices send: read, stored, and only then answered. One per node."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from twisted.internet.defer import Deferred, succeed
from twisted.internet.threads import deferToThreadPool
from twisted.logger import Logger
from twisted.python.threadpool import ThreadPool

from core.clock import Now
from core.db import Sessions
from telephony.pendants import dc09, now_ip, scaip, store
from telephony.pendants.dc09 import Dc09Error
from telephony.pendants.now_ip import NowIpError
from telephony.pendants.scaip import ScaipError
from telephony.pendants.signal import Signal
from telephony.pendants.store import Taken


@dataclass(frozen=True, slots=True)
class Answer:
    """What to say to a device: a SIP status and its reason, a body and what it is."""

    code: int
    reason: str
    body: bytes = b""
    kind: str = ""


class PendantDesk:
    """`taken(signal, what became of it)` is called for each new signal, after it was answered."""

    log = Logger()

    def __init__(
        self,
        sessions: Sessions,
        reactor: Any,
        now: Now,
        taken: Callable[[Signal, Taken], None] = lambda signal, taken: None,
    ) -> None:
        self._sessions, self._reactor, self._now, self._taken = sessions, reactor, now, taken
        # One writer: a burst waits here and not in the pool that all the service shares.
        self._pool = ThreadPool(1, 1, "pendants")
        self._pool.start()

    def stop(self) -> None:
        """End the writing thread once what is queued is stored. Blocks for so long."""
        self._pool.stop()

    def message(self, kind: str, body: bytes, source: str) -> Deferred[Answer]:
        """Take the body of a SIP MESSAGE of a content type; fires with the answer."""
        name = kind.partition(";")[0].strip().lower()
        # Some devices name no type, or text/plain or text/xml.
        is_atm = b"<ATM" in body[:200]
        if is_atm and name != scaip.CONTENT_TYPE:
            return self._now_ip(body, source)
        if name == scaip.CONTENT_TYPE or b"<mrq" in body[:200]:
            return self._scaip(body, source)
        return succeed(Answer(415, "Unsupported Media Type"))

    def _scaip(self, body: bytes, source: str) -> Deferred[Answer]:
        try:
            signal = scaip.signal_of(scaip.parse(body))
        except ScaipError as error:
            self.log.warn("a SCAIP message of {s} was refused: {e}", s=source, e=str(error))
            refusal = scaip.encode(scaip.refused(error))
            return succeed(Answer(200, "OK", refusal, scaip.CONTENT_TYPE))
        done = self._store(
            signal, lambda signal, live: scaip.encode(scaip.accepted(signal, live)), source
        )
        return done.addCallback(
            lambda reply: (
                Answer(500, "Not Stored")
                if reply is None
                else Answer(200, "OK", reply, scaip.CONTENT_TYPE)
            )
        )

    def _now_ip(self, body: bytes, source: str) -> Deferred[Answer]:
        try:
            message = now_ip.parse(body)
            signal = now_ip.signal_of(message, body)
        except NowIpError as error:
            self.log.warn("a NOW-IP message of {s} was refused: {e}", s=source, e=str(error))
            return succeed(Answer(400, "Bad Message"))
        done = self._store(signal, lambda signal, live: now_ip.answer(message), source)
        return done.addCallback(
            lambda reply: (
                Answer(500, "Not Stored")
                if reply is None
                else Answer(200, "OK", reply, now_ip.CONTENT_TYPE)
            )
        )

    def frame(self, raw: bytes, source: str, key: bytes) -> Deferred[bytes]:
        """Take a DC-09 frame; fires with the reply, empty where none is due."""
        now = self._now()
        try:
            frame = dc09.parse(raw, now, key)
            signal = dc09.signal_of(frame, raw)
        except Dc09Error as error:
            self.log.warn("a DC-09 frame of {s} was refused: {e}", s=source, e=str(error))
            reply = dc09.reply(error.reply, error.frame, now) if error.reply else b""
            return succeed(reply)
        done = self._store(signal, lambda signal, live: dc09.reply("ACK", frame, now, key), source)
        # Without an ACK the device sends its frame again, or takes its second path.
        return done.addCallback(lambda reply: reply or b"")

    def _store(
        self, signal: Signal, answer: Callable[[Signal, bool], bytes], source: str
    ) -> Deferred[bytes | None]:
        done = deferToThreadPool(
            self._reactor,
            self._pool,
            store.take,
            self._sessions,
            signal,
            answer,
            self._now(),
            source[:64],
        )

        def stored(taken: Taken) -> bytes:
            if taken.fresh:
                self._reactor.callLater(0, self._taken, signal, taken)
            return taken.reply

        def failed(failure: Any) -> None:
            self.log.failure("a signal could not be stored and is not acknowledged", failure)

        return done.addCallbacks(stored, failed)
