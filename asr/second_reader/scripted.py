"""A second reader that reads what it was told to: for tests without the weights."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from typing import Any

from twisted.internet.defer import Deferred, succeed

from asr.second_reader import waiting
from asr.second_reader.config import SecondReaderSettings
from asr.second_reader.port import Reading
from asr.second_reader.whisper import as_floats, is_silent


class ScriptedReader:
    """`asr.second_reader.port.SecondReader`. Each reading is the script's next and takes a while.

    It keeps to the same queue and deadlines as the real one.
    """

    def __init__(
        self,
        settings: SecondReaderSettings,
        reactor: Any,
        script: Iterable[Reading],
        seconds: float = 0.0,
        fault: str = "",
    ) -> None:
        """Take the readings; each needs `seconds`. With a `fault` it is never ready."""
        self._settings, self._reactor, self._seconds = settings, reactor, seconds
        self._script = deque(script)
        self._state, _ = waiting.initial(settings, fault)
        self._state, _ = waiting.step(self._state, waiting.Loaded(), 0.0, settings)
        self._jobs: dict[int, tuple[bytes, Deferred[Reading | None], Any]] = {}
        self._number = 0
        self._running: Any = None
        self.asked: list[tuple[bytes, float]] = []
        """Audio and deadline (s) of each utterance, refused ones too."""

    @property
    def ready(self) -> bool:
        """False with a fault and after `stop`."""
        return not self._state.fault

    @property
    def fault(self) -> str:
        """Why it is not ready."""
        return self._state.fault

    def when_settled(self) -> Deferred[None]:
        """At once."""
        return succeed(None)

    def read(self, pcm: bytes, deadline_s: float) -> Deferred[Reading | None]:
        """As the port."""
        self.asked.append((pcm, deadline_s))
        self._number += 1
        number = self._number
        wanted: Deferred[Reading | None] = Deferred(lambda _: self._on(waiting.Expired(number)))
        timer = self._reactor.callLater(max(0.0, deadline_s), self._on, waiting.Expired(number))
        self._jobs[number] = pcm, wanted, timer
        deadline = self._reactor.seconds() + deadline_s
        self._on(waiting.Asked(waiting.Job(number, deadline)))
        return wanted

    def stop(self) -> None:
        """Give None to all who wait."""
        self._on(waiting.Stopped())
        if self._running is not None and self._running.active():
            self._running.cancel()

    def _on(self, event: waiting.Event) -> None:
        now = self._reactor.seconds()
        self._state, effects = waiting.step(self._state, event, now, self._settings)
        for effect in effects:
            match effect:
                case waiting.Send(number):
                    self._running = self._reactor.callLater(self._seconds, self._read, number)
                case waiting.Drop(number):
                    self._give(number, None)

    def _read(self, number: int) -> None:
        job, reading = self._jobs.get(number), Reading("", 0.0)
        if job is not None and self._script and not is_silent(as_floats(job[0])):
            reading = self._script.popleft()
        self._on(waiting.Answered())
        self._give(number, reading)

    def _give(self, number: int, reading: Reading | None) -> None:
        job = self._jobs.pop(number, None)
        if job is not None:
            _, wanted, timer = job
            if timer.active():
                timer.cancel()
            wanted.callback(reading)
