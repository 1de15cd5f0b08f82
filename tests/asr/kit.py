"""Sounds to feed a recogniser, and ears that wait for what it hears."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from twisted.internet import reactor
from twisted.internet.defer import Deferred

from asr.config import AsrSettings
from asr.port import Final, Heard, Partial
from asr.vosk_recogniser import VoskRecogniser

ROOT = Path(__file__).resolve().parents[2]
MODEL = ROOT / "asr" / "models" / "12349-zh"
LIMIT_S = 60
RATE = 8000
PACKET = 320


def silence(ms: int) -> bytes:
    """A quiet line: a little hiss, as no real line is without."""
    samples = np.random.default_rng(ms).normal(0, 8, RATE * ms // 1000)
    return samples.astype("<i2").tobytes()


def buzz(ms: int, level: float = 0.2) -> bytes:
    """Sound like a vowel: harmonics of 140 Hz that swell four times a second."""
    time = np.arange(RATE * ms // 1000) / RATE
    wave = sum(np.sin(2 * np.pi * 140 * n * time) / n for n in range(1, 12))
    swell = 0.6 + 0.4 * np.sin(2 * np.pi * 4 * time)
    return (wave * swell * level * 12000).astype("<i2").tobytes()


class Ears:
    """Keeps what a stream heard and tells when so many utterances are over."""

    def __init__(self) -> None:
        self.heard: list[Heard] = []
        self._waiting: list[tuple[int, Deferred[None]]] = []

    def __call__(self, what: Heard) -> None:
        self.heard.append(what)
        for count, waiting in list(self._waiting):
            if len(self.finals) >= count and not waiting.called:
                waiting.callback(None)

    @property
    def finals(self) -> list[Final]:
        return [what for what in self.heard if isinstance(what, Final)]

    @property
    def partials(self) -> list[Partial]:
        return [what for what in self.heard if isinstance(what, Partial)]

    def until(self, count: int) -> Deferred[None]:
        """Fires when `count` utterances are over; fails after LIMIT_S."""
        waiting: Deferred[None] = Deferred()
        self._waiting.append((count, waiting))
        if len(self.finals) >= count:
            waiting.callback(None)
        return waiting.addTimeout(LIMIT_S, reactor)  # type: ignore[arg-type]


def talk(stream: Any, pcm: bytes) -> Deferred[None]:
    """Feed samples packet by packet, as a leg does, no faster than they are decoded."""
    done: Deferred[None] = Deferred()

    def go_on(at: int) -> None:
        while at < len(pcm):
            if getattr(stream, "lag_ms", 0) > 500:
                reactor.callLater(0.005, go_on, at)  # type: ignore[attr-defined]
                return
            stream.feed(pcm[at : at + PACKET])
            at += PACKET
        done.callback(None)

    go_on(0)
    return done


def vosk(model: Path = MODEL, **settings: Any) -> VoskRecogniser:
    """A recogniser that has begun to load its model; its caller stops it."""
    return VoskRecogniser(AsrSettings(model, **settings), reactor)


def turns(count: int = 20) -> Deferred[None]:
    """Fires after so many turns of the reactor and what worker threads posted until then."""
    done: Deferred[None] = Deferred()

    def turn(left: int) -> None:
        if left:
            reactor.callLater(0.01, turn, left - 1)  # type: ignore[attr-defined]
        else:
            done.callback(None)

    turn(count)
    return done


def texts(finals: Sequence[Final]) -> list[str]:
    return [final.text for final in finals]
