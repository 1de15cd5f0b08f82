"""The Vosk adapter: loads a model beside the reactor and opens streams on it."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import soxr
from twisted.internet.defer import Deferred
from twisted.logger import Logger
from twisted.python.threadpool import ThreadPool

from asr import voice
from asr.config import AsrSettings
from asr.decoding import RATE, Decoding, Doubt
from asr.model_folder import ModelBroken, ModelFolder, inspect, probe
from asr.phrases import Speller
from asr.port import Heard, Load, RecogniserUnavailable
from asr.stream import FromThread, QueuedStream


class LoadedModel:
    """A Vosk model in memory. Making decoders is thread-safe."""

    def __init__(self, folder: ModelFolder, ends_from: AsrSettings) -> None:
        """Load it; takes from 50 ms to a minute. The folder must have been checked before."""
        import vosk

        vosk.SetLogLevel(-1)
        self._vosk = vosk
        self.folder = folder
        self._settings = ends_from
        self._model = vosk.Model(str(folder.path))
        self._voices = voice.load()
        self._speller = Speller.of_model(folder.path) if folder.grammar else Speller(())

    @property
    def detects_voices(self) -> bool:
        """Whether sound that is no voice is kept from the decoder."""
        return self._voices is not None

    def decoding(self, phrases: Sequence[str] = ()) -> Decoding:
        """For a fresh stream, with these phrases only if there are any and the model can do so."""
        rate = self.folder.rate
        grammar = self._speller.grammar(phrases) if phrases else []
        only = [json.dumps(grammar, ensure_ascii=False)] if grammar else []

        def decoder() -> Any:
            fresh = self._vosk.KaldiRecognizer(self._model, rate, *only)
            fresh.SetWords(True)
            return fresh

        doubt = Doubt(self.folder.min_confidence, self.folder.calibration)
        resample = _Upsampler(rate) if rate != RATE else None
        settings = self._settings
        detector = self._voices.detector() if self._voices else None
        return Decoding(
            decoder, doubt, settings.ends, resample, detector, settings.voicing, settings.patience
        )


class _Upsampler:
    """Brings the line's 8 kHz to the rate of a wide-band model, piece by piece."""

    def __init__(self, rate: int) -> None:
        self._stream = soxr.ResampleStream(RATE, rate, 1, dtype="int16")

    def __call__(self, pcm: bytes) -> bytes:
        return bytes(self._stream.resample_chunk(np.frombuffer(pcm, dtype="<i2")).tobytes())


class VoskRecogniser:
    """`asr.port.Recogniser` with Vosk. A model that cannot be used is a `fault`, never an error."""

    log = Logger()

    def __init__(
        self, settings: AsrSettings, reactor: Any, choose: Callable[[], Path] | None = None
    ) -> None:
        """Start to load the model in a thread of its own; `ready` turns true when it is done.

        `choose` is called in that thread and names a folder to load before that of the settings,
        which serves when the one chosen cannot be loaded.
        """
        self._settings, self._reactor = settings, reactor
        self._choose = choose
        self._loading = threading.Lock()
        self._model: LoadedModel | None = None
        self._fault = "the speech model is still being loaded"
        self._streams: set[QueuedStream] = set()
        self._stopped = False
        self._waiting: list[Deferred[None]] = []
        self._settled = False
        self._workers = ThreadPool(minthreads=0, maxthreads=settings.workers, name="asr")
        self._workers.start()
        threading.Thread(target=self._load, name="asr-load", daemon=True).start()

    @property
    def ready(self) -> bool:
        """Whether streams can be opened."""
        return self._model is not None

    @property
    def fault(self) -> str:
        """Why not, in one sentence; empty when ready."""
        return self._fault

    @property
    def model(self) -> ModelFolder | None:
        """What is known of the loaded model."""
        return self._model.folder if self._model else None

    @property
    def streams(self) -> int:
        """How many streams are open."""
        return len(self._streams)

    @property
    def load(self) -> Load:
        """See the port."""
        lag = max((stream.lag_ms for stream in self._streams), default=0)
        return Load(len(self._streams), lag, self._settings.most_lag_ms)

    def when_settled(self) -> Deferred[None]:
        """Fires when the model is loaded or has failed to; look at `ready` then."""
        waiting: Deferred[None] = Deferred()
        if self._settled:
            waiting.callback(None)
        else:
            self._waiting.append(waiting)
        return waiting

    def open(
        self, on_heard: Callable[[Heard], None], phrases: Sequence[str] = (), language: str = ""
    ) -> QueuedStream:
        """Start listening; see the port. Raises RecogniserUnavailable.

        One model, one language: `asr.languages` chooses between models.
        """
        if language:
            raise RecogniserUnavailable(f"this model is not for {language}")
        model = self._model
        if model is None:
            raise RecogniserUnavailable(self._fault)
        stream = QueuedStream(
            partial(model.decoding, tuple(phrases)),
            on_heard,
            self._streams.discard,
            self._reactor,
            self._workers,
            self._settings,
        )
        self._streams.add(stream)
        return stream

    def reload(self, folder: Path) -> Deferred[str]:
        """Load another model in a thread, for the streams opened from then on.

        Fires with why that failed, in one sentence, and the model that was there stays; with an
        empty string when it is in use. Streams that are open keep theirs to their end.
        """
        done: Deferred[str] = Deferred()

        def load() -> None:
            with self._loading:
                model, fault = self._tried(folder)
                self._reactor.callFromThread(taken, model, fault)

        def taken(model: LoadedModel | None, fault: str) -> None:
            if model is not None and not self._stopped:
                self._model, self._fault = model, ""
            done.callback(fault)

        threading.Thread(target=load, name="asr-reload", daemon=True).start()
        return done

    def stop(self) -> None:
        """End all streams and threads; blocks until the workers are done (some 10 ms)."""
        if self._stopped:
            return
        self._stopped = True
        for stream in list(self._streams):
            stream.close()
        self._model, self._fault = None, "the recogniser was stopped"
        self._workers.stop()

    def _load(self) -> None:
        usual = self._settings.model
        with self._loading:
            chosen = self._choose() if self._choose is not None else usual
            model, fault = self._tried(chosen)
            if model is None and chosen != usual:
                self.log.error("{fault}; {usual} serves instead", fault=fault, usual=usual)
                model, fault = self._tried(usual)
            self._reactor.callFromThread(self._loaded, model, fault)

    def _tried(self, path: Path) -> tuple[LoadedModel | None, str]:
        """The model of a folder, or None and why not. Blocking."""
        try:
            folder = inspect(path)
            if not folder.ours:
                probe(folder, self._settings.probe_seconds)
            return LoadedModel(folder, self._settings), ""
        except ModelBroken as error:
            return None, str(error)
        except Exception as error:  # Vosk raises a bare Exception when a model is not to its taste
            return None, f"the speech model in {path} failed: {error!r}"

    def _loaded(self, model: LoadedModel | None, fault: str) -> None:
        if not self._stopped:
            self._model, self._fault = model, fault
        if fault:
            self.log.error("No speech recognition: {fault}", fault=fault)
        self._settled = True
        for waiting in self._waiting:
            waiting.callback(None)
        self._waiting.clear()


__all__ = ["FromThread", "LoadedModel", "VoskRecogniser"]
