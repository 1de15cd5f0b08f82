"""What the operator's settings mean to speech recognition."""

from __future__ import annotations

from typing import Any

from asr.config import AsrSettings
from asr.languages import ByLanguage
from asr.second_reader.config import SecondReaderSettings
from asr.second_reader.reader import WhisperReader
from asr.vosk_recogniser import VoskRecogniser
from core.settings import Settings


def recogniser(settings: Settings, reactor: Any, workers: int = 0) -> VoskRecogniser:
    """Return the recogniser, which begins to load; `workers` threads, 0 for as many as set."""
    asr = AsrSettings(model=settings.asr_model, workers=workers or settings.asr_workers)
    return VoskRecogniser(asr, reactor)


def by_language(settings: Settings, reactor: Any) -> ByLanguage:
    """Return the recognisers of all languages that are set up; they begin to load."""
    others = {
        language: VoskRecogniser(AsrSettings(model=folder, workers=1), reactor)
        for language, folder in settings.asr_models.items()
    }
    return ByLanguage(recogniser(settings, reactor), others)


def second_reader(settings: Settings, reactor: Any) -> WhisperReader:
    """Return the second reader, which begins to load unless it is switched off."""
    set_as = SecondReaderSettings(settings.whisper, settings.second_reader_on)
    return WhisperReader(set_as, reactor)
