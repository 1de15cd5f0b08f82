"""When does a sound start that may be speech, and when is it over? Decided from its loudness.

Pure: no audio library, no clock; time is counted in the 20 ms frames that are pushed. Kaldi's own
end-point rules need the net's look-ahead and a decoded chunk before they can fire, some 400 ms that
a caller would notice. Whether the sound is speech is told by `asr.voicing`, and whether more of it
will come after a pause by `asr.patience`.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from enum import Enum

FRAME_MS = 20
RECENT_FRAMES = 500 // FRAME_MS


class Change(Enum):
    """What a frame brought about."""

    STARTED = "started"
    ENDED = "ended"
    """Silence long enough after speech."""
    STALLED = "stalled"
    """Sound goes on, but nothing new is understood, or the utterance is too long."""


@dataclass(frozen=True, slots=True)
class EndOfSpeechSettings:
    """Times in ms, levels in dB. Levels of frames are dB relative to full scale (RMS)."""

    trailing_ms: int = 440
    """Silence after which a stretch of speech is over; perhaps more of the utterance follows."""
    onset_ms: int = 60
    """Sound within `onset_window_ms` that makes an utterance start."""
    onset_window_ms: int = 120
    stall_ms: int = 1200
    """Sound that brings no new text for so long is noise (or an unknown language)."""
    unvoiced_ms: int = 700
    """Loud sound in which no voice is found for so long, and no new text, is noise after speech.
    The voice detector misses up to 600 ms in the middle of synthetic speech, hence the text."""
    longest_ms: int = 20_000
    above_floor_db: float = 7.0
    """How far above the background speech must be."""
    hold_db: float = 3.0
    """Less is needed to go on than to start."""
    below_peak_db: float = 24.0
    """What is this much weaker than the utterance's loudest part is echo or breath."""
    faintest_db: float = -58.0
    """Below this nothing is speech, however quiet the line."""
    window_ms: int = 1600
    """The quietest frame of so long is the background: even fast speech has a gap in it."""
    loudest_guess_db: float = -45.0
    """The background is not taken for louder in the first half second."""


class EndOfSpeech:
    """Follows one stream. Push every frame's level; ask `speaking` between."""

    def __init__(self, settings: EndOfSpeechSettings | None = None) -> None:
        """Start in silence, with a quiet background assumed."""
        self._settings = settings or EndOfSpeechSettings()
        self._lowest = self._settings.faintest_db - self._settings.above_floor_db
        self._floor = self._lowest
        window = self._settings.onset_window_ms // FRAME_MS
        self._onset: deque[bool] = deque([False] * window, maxlen=window)
        self._recent: deque[float] = deque(maxlen=self._settings.window_ms // FRAME_MS)
        self._speaking = False
        self._peak = -100.0
        self._length_ms = self._sound_ms = self._quiet_ms = self._since_text_ms = 0
        self._unvoiced_ms = self._pause_ms = 0

    @property
    def settings(self) -> EndOfSpeechSettings:
        """The settings it was made with."""
        return self._settings

    @property
    def speaking(self) -> bool:
        """True from `STARTED` to `ENDED` or `STALLED`."""
        return self._speaking

    @property
    def sound_ms(self) -> int:
        """How much of the utterance (the last one, once it is over) was sound."""
        return self._sound_ms

    @property
    def quiet_ms(self) -> int:
        """Silence since the last sound of the utterance."""
        return self._quiet_ms

    @property
    def pause_ms(self) -> int:
        """The silence that the latest frame ended; 0 when it ended none."""
        return self._pause_ms

    def push(self, level_db: float, voiced: bool = True) -> Change | None:
        """Take the level of the next 20 ms frame; say what it changed.

        `voiced` is false when a voice detector is sure that what is heard is no voice.
        """
        self._pause_ms = 0
        self._follow_background(level_db)
        if not self._speaking:
            return self._listen(level_db)
        self._length_ms += FRAME_MS
        self._since_text_ms += FRAME_MS
        self._peak = max(self._peak, level_db)
        self._unvoiced_ms = 0 if voiced else self._unvoiced_ms + FRAME_MS
        if level_db >= self._threshold(hold=True):
            self._pause_ms, self._quiet_ms = self._quiet_ms, 0
            self._sound_ms += FRAME_MS
        else:
            self._quiet_ms += FRAME_MS
        if self._quiet_ms >= self._settings.trailing_ms:
            return self._end(Change.ENDED)
        if (
            self._length_ms >= self._settings.longest_ms
            or self._since_text_ms >= self._settings.stall_ms
            or min(self._unvoiced_ms, self._since_text_ms) >= self._settings.unvoiced_ms
        ):
            return self._stall()
        return None

    def cut(self) -> None:
        """The recogniser sees an end that the level does not: noise goes on after speech."""
        if self._speaking:
            self._stall()

    def understood_more(self) -> None:
        """The recogniser's text has changed, so this is speech, whatever the level says."""
        self._since_text_ms = 0

    def _listen(self, level_db: float) -> Change | None:
        self._onset.append(level_db >= self._threshold(hold=False))
        if sum(self._onset) * FRAME_MS < self._settings.onset_ms:
            return None
        self._speaking, self._peak = True, level_db
        self._sound_ms = sum(self._onset) * FRAME_MS
        self._length_ms = self._quiet_ms = self._since_text_ms = self._unvoiced_ms = 0
        return Change.STARTED

    def _threshold(self, hold: bool) -> float:
        settings = self._settings
        if not hold:
            return max(settings.faintest_db, self._floor + settings.above_floor_db)
        above = self._floor + settings.above_floor_db - settings.hold_db
        return max(settings.faintest_db, above, self._peak - settings.below_peak_db)

    def _follow_background(self, level_db: float) -> None:
        self._recent.append(level_db)
        floor = min(self._recent)
        if len(self._recent) < RECENT_FRAMES:
            floor = min(floor, self._settings.loudest_guess_db)
        self._floor = max(self._lowest, floor)

    def _stall(self) -> Change:
        # Whatever goes on sounding is the background: forget how quiet it was before the speech.
        last = list(self._recent)[-RECENT_FRAMES:]
        self._recent.extend(last * (self._recent.maxlen or 0))
        return self._end(Change.STALLED)

    def _end(self, change: Change) -> Change:
        self._speaking = False
        self._onset.extend([False] * len(self._onset))
        return change
