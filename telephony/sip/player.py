"""What a leg is being played: one file at a time, through the library's own player."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pjsua2 as pj

from telephony.sip.audio import FRAME_MS, RATE
from telephony.sip.clock import Timer
from telephony.sip.endpoint import Endpoint
from telephony.sip.native import log, reason_of
from telephony.sip.wavs import Joiner, Wav, WavError, read_header
from telephony.sip.wiring import Wiring

TAIL_MS = 2 * FRAME_MS
"""From the request to connect until the first frame, at most, and a frame for the last one."""


class Player:
    """One `play` or `play_loop`: its port is a source of the leg's wiring until it is over.

    The end is known by time and position, not by the library's event for it: that event comes in
    a thread of its own and could find the player gone.
    """

    def __init__(
        self,
        endpoint: Endpoint,
        joiner: Joiner,
        wiring: Wiring,
        files: Sequence[Path],
        done: Callable[[], None] | None,
        from_ms: int = 0,
    ) -> None:
        """Prepare `files` from a place in them; without `done` they are played round and round."""
        self._endpoint = endpoint
        self._wiring = wiring
        self._done = done
        self._looping = done is None
        self._timer: Timer | None = None
        self._started: float | None = None
        self._ms = 0
        self._from_ms = from_ms
        self.port: Any = None
        wav = self._prepare(joiner, files)
        if wav is None:
            # Nothing to hear: the end comes at once, but not before the caller has returned.
            self._timer = endpoint.reactor.callLater(0, self._finish)
            return
        self._ms = wav.ms
        wiring.add_source(self.port, self.begun)

    def _prepare(self, joiner: Joiner, files: Sequence[Path]) -> Wav | None:
        wavs = []
        for path in files:
            try:
                wavs.append(read_header(Path(path)))
            except WavError as error:
                log.error("not played: {error}", error=str(error))
        if not wavs or self._from_ms >= sum(wav.ms for wav in wavs) - FRAME_MS:
            return None
        try:
            wav = joiner.playable(wavs)
            port = pj.AudioMediaPlayer()
            port.createPlayer(str(wav.path), pj.PJMEDIA_FILE_NO_LOOP if self._done else 0)
            if self._from_ms:
                port.setPos(self._from_ms * RATE // 1000)
        except (WavError, pj.Error) as error:
            log.error("not played: {error}", error=reason_of(error))
            return None
        self.port = port
        return wav

    def begun(self) -> None:
        """Say that the port has a listener, so that the file runs from now on."""
        if self._started is not None or self.port is None:
            return
        self._started = self._endpoint.reactor.seconds()
        if self._done is not None:
            self._timer = self._endpoint.reactor.callLater(
                (self._ms - self._from_ms + TAIL_MS) / 1000, self._finish
            )

    def _finish(self) -> None:
        self._timer = None
        left = self._left_ms()
        if left > 0:
            # The audio clock fell behind while the machine was busy.
            self._timer = self._endpoint.reactor.callLater(left / 1000, self._finish)
            return
        done, self._done = self._done, None
        self.close()
        if done is not None:
            done()

    def _left_ms(self) -> int:
        """Return what the library says is still to play; 0 where it cannot tell."""
        if self.port is None:
            return 0
        try:
            position = int(self.port.getPos())
        except pj.Error:
            return 0
        # Within the last buffer (250 ms) the library says 0 or starts over.
        left = self._ms - position // 8
        return left if position > 0 and left > 300 else 0

    def close(self) -> int:
        """End it without `done`; return how many ms were played. Safe to call twice."""
        self._done = None
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self.port is not None:
            self._wiring.remove_source(self.port)
            self._endpoint.bury(self.port)
            self.port = None
        if self._started is None:
            return self._from_ms
        played = int((self._endpoint.reactor.seconds() - self._started) * 1000) - FRAME_MS // 2
        played = self._from_ms + max(0, played)
        return played if self._looping else min(played, self._ms)
