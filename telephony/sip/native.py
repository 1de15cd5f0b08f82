"""PJSIP's own classes as this room uses them: each callback copies its values out and posts them.

Nothing here decides anything, and no callback raises: an exception inside one would unwind through
the library's C code.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Any, Protocol

import pjsua2 as pj
from twisted.logger import Logger, LogLevel

from telephony.sip.audio import FRAME_MS, RATE, SILENCE

log = Logger(namespace="telephony.sip")

Post = Callable[..., None]
"""post(function, *arguments): run on the reactor thread, after the library has let go."""


LEVELS = {0: LogLevel.critical, 1: LogLevel.error, 2: LogLevel.warn}
"""The library's log levels; the rest is of interest to developers only."""


class CallEvents(Protocol):
    """What a call tells the leg that owns it; always posted, never from inside the library."""

    def call_state(self, state: int, code: int, reason: str) -> None:
        """The INVITE session changed its state (PJSIP_INV_STATE_*)."""

    def call_media(self) -> None:
        """The media were negotiated, renewed or stopped."""

    def media_lost(self) -> None:
        """Called inside the library: the port of the media must not be used any more.

        Its number may belong to another call a moment later. Only sets a mark.
        """

    def call_digit(self, digit: str) -> None:
        """A DTMF digit arrived."""


class SipCall(pj.Call):  # type: ignore[misc]
    """A call of the library. Whoever owns it must hold it until it is DISCONNECTED."""

    def __init__(self, account: Any, events: CallEvents, post: Post, call_id: int) -> None:
        super().__init__(account, call_id)
        self._events = events
        self._post = post

    def onCallState(self, prm: Any) -> None:
        try:
            info = self.getInfo()
            if info.state == pj.PJSIP_INV_STATE_DISCONNECTED:
                self._events.media_lost()
            self._post(
                self._events.call_state,
                int(info.state),
                int(info.lastStatusCode),
                info.lastReason,
            )
        except Exception:
            log.failure("a call's state could not be read")

    def onCallMediaState(self, prm: Any) -> None:
        self._events.media_lost()
        self._post(self._events.call_media)

    def onDtmfDigit(self, prm: Any) -> None:
        try:
            self._post(self._events.call_digit, str(prm.digit))
        except Exception:
            log.failure("a digit could not be read")

    def onCallTransferRequest(self, prm: Any) -> None:
        # Left alone, the library would dial whatever number the REFER names: toll fraud.
        prm.statusCode = pj.PJSIP_SC_DECLINE
        log.warn("an inbound REFER was declined")

    def onCallReplaceRequest(self, prm: Any) -> None:
        # Left alone, an INVITE with Replaces would take the call over.
        prm.statusCode = pj.PJSIP_SC_DECLINE
        log.warn("an INVITE with Replaces was declined")


class SipAccount(pj.Account):  # type: ignore[misc]
    """A local address. `on_invite(account, call_id, raw, source)` must make a SipCall at once."""

    def __init__(self, on_invite: Callable[[Any, int, str, str], None]) -> None:
        super().__init__()
        self._on_invite = on_invite

    def onIncomingCall(self, prm: Any) -> None:
        try:
            rdata = prm.rdata
            self._on_invite(self, int(prm.callId), str(rdata.wholeMsg), str(rdata.srcAddress))
        except Exception:
            log.failure("an INVITE could not be taken; the library refuses it")

    def onIncomingSubscribe(self, prm: Any) -> None:
        prm.code = pj.PJSIP_SC_FORBIDDEN


class LibraryLog(pj.LogWriter):  # type: ignore[misc]
    """Hands the library's log lines to Twisted's. They are at most level 3, without messages."""

    def write(self, entry: Any) -> None:
        try:
            level = LEVELS.get(int(entry.level), LogLevel.debug)
            log.emit(level, "pjsip: {line}", line=str(entry.msg).strip())
        except Exception:
            log.failure("a log line of the library could not be read")


class Tap(pj.AudioMediaPort):  # type: ignore[misc]
    """A port that copies what it hears into a queue, in the library's media thread.

    `deliver` is called with it on the reactor thread, from the endpoint's poll; None ends it.
    """

    def __init__(self, queue: deque[tuple[Tap, bytes]], deliver: Callable[[bytes], None]) -> None:
        super().__init__()
        self._queue = queue
        self.deliver: Callable[[bytes], None] | None = deliver
        form = pj.MediaFormatAudio()
        form.init(pj.PJMEDIA_FORMAT_PCM, RATE, 1, FRAME_MS * 1000, 16)
        self.createPort("tap", form)

    def onFrameReceived(self, frame: Any) -> None:
        try:
            if self.deliver is not None:
                # A frame is empty while the far end is on hold or its stream is being renewed.
                self._queue.append((self, frame.toBytes() or SILENCE))
        except Exception:
            self.deliver = None
            log.failure("a frame could not be copied; this leg is no longer listened to")


def option(**values: Any) -> Any:
    """Return call parameters for an offer or answer of one audio stream.

    `values` are set on it (statusCode, reason). Text must be turned off: PJSIP 2.17 offers it.
    """
    parameters = pj.CallOpParam(True)
    parameters.opt.audioCount = 1
    parameters.opt.videoCount = 0
    parameters.opt.textCount = 0
    for name, value in values.items():
        setattr(parameters, name, value)
    return parameters


def add_header(parameters: Any, name: str, value: str) -> None:
    """Add a SIP header to call parameters; line breaks are taken out of both."""
    header = pj.SipHeader()
    header.hName = "".join(name.split())
    header.hValue = " ".join(value.split())
    parameters.txOption.headers.append(header)


def reason_of(error: Exception) -> str:
    """Return what an exception of the library says, in one line."""
    return " ".join(str(getattr(error, "reason", "") or error).split())
