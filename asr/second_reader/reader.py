"""The second reader as the hotline uses it: Whisper's process, a thread, and who waits."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from twisted.internet.defer import Deferred
from twisted.logger import Logger
from twisted.python.threadpool import ThreadPool

from asr.second_reader import waiting, weights
from asr.second_reader.config import SecondReaderSettings
from asr.second_reader.port import Reading
from asr.second_reader.worker import ReaderWorker, WorkerFailed

OFF = "the second reader is switched off (second_reader_on)"


class WhisperReader:
    """`asr.second_reader.port.SecondReader` with Whisper. What is missing is a `fault`."""

    log = Logger()

    def __init__(self, settings: SecondReaderSettings, reactor: Any) -> None:
        """Start to load the model in a process of its own; `ready` turns true when it is done."""
        self._settings, self._reactor = settings, reactor
        self._worker = ReaderWorker(settings.folder, settings.load_limit_s, settings.read_limit_s)
        self._jobs: dict[int, tuple[bytes, Deferred[Reading | None], Any]] = {}
        self._number = 0
        self._settling: list[Deferred[None]] = []
        self._rest: Any = None
        self._thread: ThreadPool | None = ThreadPool(0, 1, name="second-reader")
        self._thread.start()
        wrong = weights.fault(settings.folder) if settings.on else OFF
        self._state, effects = waiting.initial(settings, wrong)
        if wrong and settings.on:
            self.log.error("No second reader: {fault}", fault=wrong)
        self._carry_out(effects)

    @property
    def ready(self) -> bool:
        """Whether an utterance given now would be read."""
        return self._state.worker in (waiting.Worker.IDLE, waiting.Worker.BUSY)

    @property
    def fault(self) -> str:
        """Why not, in one sentence; empty when ready."""
        return self._state.fault

    @property
    def pid(self) -> int:
        """The process's id, 0 when none runs."""
        return self._worker.pid

    def when_settled(self) -> Deferred[None]:
        """As the port."""
        settled: Deferred[None] = Deferred()
        if self._state.worker is waiting.Worker.LOADING and not self._state.failures:
            self._settling.append(settled)
        else:
            settled.callback(None)
        return settled

    def read(self, pcm: bytes, deadline_s: float) -> Deferred[Reading | None]:
        """As the port."""
        self._number += 1
        number = self._number
        wanted: Deferred[Reading | None] = Deferred(lambda _: self._on(waiting.Expired(number)))
        now = self._reactor.seconds()
        timer = self._reactor.callLater(max(0.0, deadline_s), self._on, waiting.Expired(number))
        self._jobs[number] = bytes(pcm), wanted, timer
        self._on(waiting.Asked(waiting.Job(number, now + deadline_s)))
        return wanted

    def stop(self) -> None:
        """As the port."""
        if self._thread is None:
            return
        self._on(waiting.Stopped())
        if self._rest is not None and self._rest.active():
            self._rest.cancel()
        self._worker.kill()
        thread, self._thread = self._thread, None
        thread.stop()
        self._worker.reap()

    # ---- the machine ---------------------------------------------------------------------------

    def _on(self, event: waiting.Event) -> None:
        now = self._reactor.seconds()
        self._state, effects = waiting.step(self._state, event, now, self._settings)
        self._carry_out(effects)

    def _carry_out(self, effects: list[waiting.Effect]) -> None:
        for effect in effects:
            match effect:
                case waiting.Load():
                    self._in_thread(self._load)
                case waiting.Send(number):
                    self._in_thread(partial(self._read, number, self._jobs[number][0]))
                case waiting.Drop(number):
                    self._give(number, None)
                case waiting.Rest(seconds):
                    self._rest = self._reactor.callLater(seconds, self._on, waiting.Rested())

    def _give(self, number: int, reading: Reading | None) -> None:
        job = self._jobs.pop(number, None)
        if job is None:
            return
        _, wanted, timer = job
        if timer.active():
            timer.cancel()
        wanted.callback(reading)

    def _settle(self) -> None:
        settling, self._settling = self._settling, []
        for settled in settling:
            settled.callback(None)

    # ---- in the thread -------------------------------------------------------------------------

    def _in_thread(self, work: Callable[[], None]) -> None:
        if self._thread:
            self._thread.callInThread(work)

    def _load(self) -> None:
        self._try(self._worker.load, lambda _: self._on(waiting.Loaded()))

    def _read(self, number: int, pcm: bytes) -> None:
        def answered(reading: Reading) -> None:
            self._on(waiting.Answered())
            self._give(number, reading)

        self._try(lambda: self._worker.read(pcm), answered)

    def _try(self, work: Callable[[], Any], then: Callable[[Any], None]) -> None:
        try:
            result = work()
        except WorkerFailed as error:
            self._reactor.callFromThread(self._failed, str(error))
        else:
            self._reactor.callFromThread(self._went_well, then, result)

    def _went_well(self, then: Callable[[Any], None], result: Any) -> None:
        if self._thread:
            then(result)
            self._settle()

    def _failed(self, why: str) -> None:
        if self._thread:
            self.log.error("The second reader failed: {why}", why=why)
            self._on(waiting.Failed(why))
            self._settle()
