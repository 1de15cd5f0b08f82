"""When an utterance begins, pauses, goes on and is over. `asr.decoding` does what this decides.

Pure: levels, probabilities of voice and texts in; what to do out. Time is counted in the 20 ms
frames that are pushed. Loudness (`asr.endofspeech`) opens a sound; the voice detector's
probabilities (`asr.voicing`) make it speech or nothing; the text of a stretch of speech and the
speaker's habits (`asr.patience`) say how long to wait for the next one.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum

from asr.endofspeech import FRAME_MS, Change, EndOfSpeech, EndOfSpeechSettings
from asr.patience import Patience, PatienceSettings
from asr.voicing import Tone, Voicing, VoicingSettings, no_tone

GOING_ON_MS = 100
"""So much sound after a pause makes it a pause in speech, and not one before a click."""
LATE_SOUND_MS = 200
"""A sound in the last moment of waiting has so long to be speech: it shows within 150 ms."""


class Do(Enum):
    """What is to be done, in this order."""

    OPEN = "open"
    """A sound begins: keep it, and what was just before it."""
    TELL = "tell"
    """It seems to be somebody: `VoiceStarted`."""
    DECODE = "decode"
    """It is speech: have it decoded as it comes."""
    PIECE = "piece"
    """A stretch of speech is over: finish decoding, then call `piece` with all the text so far."""
    DISCARD = "discard"
    """What was decoded was no speech after all: forget it."""
    DROP = "drop"
    """The sound was never decoded: forget it."""
    FINAL = "final"
    """The utterance is over: `Final`, of all its pieces."""


class Turn:
    """Follows one stream."""

    def __init__(
        self,
        ends: EndOfSpeechSettings,
        voicing: VoicingSettings | None,
        patience: PatienceSettings | None = None,
    ) -> None:
        """Without `voicing` there is no voice detector, and every sound is taken for speech."""
        self._ends = EndOfSpeech(ends)
        self._voicing = Voicing(voicing) if voicing else None
        self.patience = Patience(patience)
        self._now = self._began = self._utterance = 0
        self._last_sound = self._due = 0
        self._told = self._speech = self._holding = self._stalled = False
        self._ended: int | None = None
        self._pause: tuple[int, int] | None = None

    @property
    def sounding(self) -> bool:
        """Whether there is a sound, of whatever kind."""
        return self._ends.speaking

    @property
    def speech(self) -> bool:
        """Whether that sound is speech."""
        return self._ends.speaking and self._speech

    @property
    def open(self) -> bool:
        """Whether a `TELL` still awaits its `FINAL`."""
        return self._told

    @property
    def sound_ms(self) -> int:
        """How much of the sound (the last one, once it is over) was loud."""
        return self._ends.sound_ms

    @property
    def quiet_ms(self) -> int:
        """How long the sound has been silent."""
        return self._ends.quiet_ms

    def push(self, level_db: float, tone: Callable[[], Tone] = no_tone) -> list[Do]:
        """Take the next 20 ms frame's level (dB below full scale); what it brings about.

        `tone` is asked at the start of a sound whether that is a tone.
        """
        self._now += FRAME_MS
        if self._voicing:
            self._voicing.pass_frame()
        change = self._ends.push(level_db, self._voicing is None or self._voicing.voiced)
        self._learn()
        if change is Change.STARTED:
            return self._begin(tone)
        if change is not None:
            return self._sound_over(change is Change.STALLED)
        if self._ends.speaking and not self._speech and self._voicing and self._voicing.hopeless:
            self._ends.cut()
            return self._nothing()
        if self._holding and self._now >= self._due and self._quiet_enough():
            return self._over()
        return []

    def hear(
        self, probability: float, milliseconds: int, tone: Callable[[], Tone] = no_tone
    ) -> list[Do]:
        """Take the probability that so much of the sound was a voice; `tone` as in `push`."""
        if self._voicing is None or not self._ends.speaking:
            return []
        self._voicing.hear(probability, milliseconds, tone)
        if self._speech or not self._voicing.confirmed:
            return []
        return self._tell() + self._confirm()

    def understood_more(self) -> None:
        """The text of the sound has grown."""
        self._ends.understood_more()

    def cut(self) -> list[Do]:
        """The decoder sees an end that the level does not."""
        if not self._ends.speaking:
            return []
        self._ends.cut()
        return self._sound_over(stalled=True)

    def piece(self, text: str) -> list[Do]:
        """After a `PIECE`: all that was understood of the utterance so far."""
        self._last_sound = self._now - self._ends.quiet_ms
        long = self._now - self._utterance >= self._ends.settings.longest_ms
        wait_ms = self.patience.wanted_ms(text)
        if self._stalled or long or not text or self._now - self._last_sound >= wait_ms:
            return self._over(bool(text))
        self._holding, self._due = True, self._last_sound + wait_ms
        return []

    def restart(self, skipped_ms: int = 0) -> None:
        """Begin anew in silence, so much later; what was open is forgotten."""
        self._now += skipped_ms
        self._ends = EndOfSpeech(self._ends.settings)
        self._told = self._speech = self._holding = False
        self._ended = self._pause = None

    def _begin(self, tone: Callable[[], Tone]) -> list[Do]:
        self._began = self._now - self._ends.sound_ms
        self._pause = None
        at_once = self._voicing.begin(tone()) if self._voicing else True
        self._speech = False
        told = self._tell() if at_once else []
        return [Do.OPEN, *told, *([] if self._voicing else self._confirm())]

    def _tell(self) -> list[Do]:
        if self._told:
            return []
        self._told, self._utterance = True, self._now
        return [Do.TELL]

    def _confirm(self) -> list[Do]:
        self._speech = True
        if self._holding:
            self._holding = False
            self.patience.paused(self._began - self._last_sound)
        elif self._ended is not None:
            self.patience.went_on(self._began - self._ended)
        self._ended = None
        return [Do.DECODE]

    def _sound_over(self, stalled: bool) -> list[Do]:
        self._stalled = stalled
        speech = self._voicing is None or self._voicing.over(self._ends.sound_ms)
        if self._speech:
            return [Do.PIECE] if speech else [Do.DISCARD, *self._unless_holding()]
        if speech and not stalled:
            return [*self._tell(), *self._confirm(), Do.PIECE]
        return [Do.DROP, *self._unless_holding()]

    def _nothing(self) -> list[Do]:
        if self._voicing:
            self._voicing.over(self._ends.sound_ms)
        return [Do.DROP, *self._unless_holding()]

    def _unless_holding(self) -> list[Do]:
        self._speech = False
        if self._holding or not self._told:
            return []
        return self._over(False)

    def _quiet_enough(self) -> bool:
        if not self._ends.speaking:
            return True
        return not self._speech and self._now - self._began >= LATE_SOUND_MS

    def _over(self, text: bool = True) -> list[Do]:
        self._told = self._holding = False
        if text:
            self._ended = self._last_sound
            self.patience.finished()
        return [Do.FINAL]

    def _learn(self) -> None:
        """Note a pause in speech, once it is seen to be one."""
        if self._ends.pause_ms:
            self._pause = self._ends.pause_ms, self._ends.sound_ms
        if self._pause and self._ends.sound_ms - self._pause[1] >= GOING_ON_MS:
            if self._speech:
                self.patience.paused(self._pause[0])
            self._pause = None
