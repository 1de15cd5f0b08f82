"""What the operator's settings mean to speech recognition."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from asr.config import AsrSettings
from asr.graphs.building import in_use
from asr.graphs.following import Bus, follow
from asr.graphs.texts import Sources
from asr.languages import ByLanguage
from asr.port import Recogniser
from asr.second_reader.config import SecondReaderSettings
from asr.second_reader.reader import WhisperReader
from asr.vosk_recogniser import VoskRecogniser
from core.settings import Settings


def recogniser(settings: Settings, reactor: Any, workers: int = 0) -> VoskRecogniser:
    """Return the recogniser, which begins to load; `workers` threads, 0 for as many as set.

    Its model is the one that is set, with the graph of the operator's own texts if one is built.
    """
    asr = AsrSettings(model=settings.asr_model, workers=workers or settings.asr_workers)
    return VoskRecogniser(asr, reactor, partial(in_use, settings.data, settings.asr_model))


def by_language(settings: Settings, usual: Recogniser, reactor: Any) -> ByLanguage:
    """Return the recognisers of all languages that are set up; they begin to load."""
    others = {
        language: VoskRecogniser(AsrSettings(model=folder, workers=1), reactor)
        for language, folder in settings.asr_models.items()
    }
    return ByLanguage(usual, others)


def follow_graphs(settings: Settings, usual: VoskRecogniser, bus: Bus) -> Callable[[], None]:
    """Take over new graphs that the bus tells of, for new calls; returns the way to stop it."""
    return follow(bus, usual, settings.data, settings.asr_model)


def sources(settings: Settings) -> Sources:
    """Return the texts that a graph is made from."""
    return Sources(settings.tree, settings.emergency_words, settings.articles, settings.asr_phrases)


def second_reader(settings: Settings, reactor: Any) -> WhisperReader:
    """Return the second reader, which begins to load unless it is switched off."""
    set_as = SecondReaderSettings(settings.whisper, settings.second_reader_on)
    return WhisperReader(set_as, reactor)
