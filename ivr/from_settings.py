"""What the operator's settings mean to the dialogue and its voice."""

from __future__ import annotations

from pathlib import Path

from core.settings import Settings
from ivr import hours
from ivr.voice.kokoro import Kokoro
from ivr.voice.worker import VoiceWorker


def calendar(settings: Settings) -> hours.Calendar:
    """Return when people work. Raises WrongCalendar on a table that cannot be used."""
    if settings.holidays is None:
        return hours.Calendar(zone=settings.timezone)
    return hours.read(settings.holidays, settings.timezone)


def speaker(settings: Settings) -> Kokoro:
    """Load the synthetic voice into this process. Raises VoiceUnavailable."""
    rate, pause = settings.voice_rate, settings.voice_pause_ms
    return Kokoro(settings.kokoro, settings.voice, rate=rate, pause_ms=pause)


def voice_worker(settings: Settings) -> VoiceWorker:
    """Return the synthetic voice as a child process, which starts when first needed."""
    rate, pause = settings.voice_rate, settings.voice_pause_ms
    return VoiceWorker(settings.kokoro, settings.voice, rate=rate, pause_ms=pause)


def prompt_cache(settings: Settings) -> Path:
    """Return where the service keeps the prompts that it renders."""
    return settings.data / "prompts"
