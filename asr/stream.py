"""A leg's stream: takes audio on the reactor thread, has it decoded in a worker, in order.

At most one worker works on a stream at a time, so its order is kept without locks around decoding;
the queue between the threads is the only thing they share.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Protocol

from twisted.logger import Logger

from asr.config import AsrSettings
from asr.decoding import RATE, Decoding
from asr.port import Failed, Final, Heard, VoiceStarted

_BYTES_PER_MS = RATE * 2 // 1000


class Workers(Protocol):
    """Where decoding is done; Twisted's ThreadPool."""

    def callInThread(self, function: Callable[[], object]) -> None:
        """Call `function` in some thread, soon."""


class FromThread(Protocol):
    """The one thing that a worker asks of the reactor."""

    def callFromThread(self, function: Callable[..., object], *args: object) -> None:
        """Call `function` on the reactor thread."""


class QueuedStream:
    """`asr.port.Stream` over a `Decoding` made in the worker on first use."""

    log = Logger()

    def __init__(
        self,
        make: Callable[[], Decoding],
        on_heard: Callable[[Heard], None],
        on_gone: Callable[[QueuedStream], None],
        reactor: FromThread,
        workers: Workers,
        settings: AsrSettings,
    ) -> None:
        """`on_gone` is called on the reactor thread when the stream is over, however it ended."""
        self._make = make
        self._on_heard, self._on_gone = on_heard, on_gone
        self._reactor, self._workers, self._settings = reactor, workers, settings
        self._decoding: Decoding | None = None
        self._guard = threading.Lock()
        # Guarded by the lock:
        self._audio = bytearray()
        self._skipped_ms = 0
        self._finishing = False
        self._working = False
        self._patience_ms = 0
        # Reactor thread alone:
        self._over = False
        self._said_lag = False
        self._open = False

    @property
    def lag_ms(self) -> int:
        """How much audio waits to be decoded."""
        return len(self._audio) // _BYTES_PER_MS

    def feed(self, pcm: bytes) -> None:
        """Queue samples; decoding starts when a batch is together."""
        if self._over:
            return
        limit = self._settings.most_lag_ms * _BYTES_PER_MS
        with self._guard:
            if self._finishing:
                return
            self._audio += pcm
            lost = self._forget_oldest() if len(self._audio) > limit else 0
            start = self._should_start()
        if lost and not self._said_lag:
            self._said_lag = True
            self.log.warn("Recognition is too slow: {lost} ms of a call went unheard.", lost=lost)
        if start:
            self._workers.callInThread(self._work)

    def patience(self, milliseconds: int) -> None:
        """Wait for at least so much silence, from the audio on that is not decoded yet."""
        with self._guard:
            self._patience_ms = milliseconds

    def finish(self) -> None:
        """End the utterance; its Final comes, then nothing more."""
        with self._guard:
            if self._over or self._finishing:
                return
            self._finishing = True
            start = self._should_start()
        if start:
            self._workers.callInThread(self._work)

    def close(self) -> None:
        """Forget the stream; what a worker still finds is dropped."""
        if self._over:
            return
        self._over = True
        with self._guard:
            self._audio.clear()
        self._on_gone(self)

    def _should_start(self) -> bool:
        enough = len(self._audio) >= self._settings.batch_ms * _BYTES_PER_MS
        if self._working or not (enough or self._finishing):
            return False
        self._working = True
        return True

    def _forget_oldest(self) -> int:
        keep = self._settings.keep_ms * _BYTES_PER_MS
        lost = (len(self._audio) - keep) // _BYTES_PER_MS
        del self._audio[: lost * _BYTES_PER_MS]
        self._skipped_ms += lost
        return lost

    def _work(self) -> None:
        """In a worker: decode until nothing is left."""
        try:
            while self._work_once():
                pass
        except Exception as error:
            self._reactor.callFromThread(self._fail, repr(error))

    def _work_once(self) -> bool:
        with self._guard:
            audio, self._audio = bytes(self._audio), bytearray()
            skipped, self._skipped_ms = self._skipped_ms, 0
            last, patience_ms = self._finishing, self._patience_ms
            if not audio and not skipped and not last:
                self._working = False
                return False
        if self._over:
            return False
        if self._decoding is None:
            self._decoding = self._make()
        self._decoding.patience(patience_ms)
        heard = self._decoding.skip(skipped) if skipped else []
        heard += self._decoding.feed(audio)
        if last:
            heard += self._decoding.finish()
        if heard or last:
            self._reactor.callFromThread(self._deliver, heard, last)
        return not last

    def _deliver(self, heard: list[Heard], last: bool) -> None:
        for what in heard:
            if self._over:
                return
            if isinstance(what, VoiceStarted | Final):
                self._open = isinstance(what, VoiceStarted)
            self._on_heard(what)
        if last:
            self.close()

    def _fail(self, why: str) -> None:
        """A decoder that raises ends its stream: the utterance, then the news; the call goes on."""
        if self._over:
            return
        self.log.error("A stream of the recogniser failed: {why}", why=why)
        if self._finishing or self._open:
            self._on_heard(Final("", (), 0.0, 0, 0))
        if not self._over:
            self._on_heard(Failed(why))
        self.close()
