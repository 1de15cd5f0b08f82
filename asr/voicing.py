"""Is the sound that passed the loudness gate speech? Decided from a voice detector's probabilities.

Pure. Fax and key tones, ringing, hum, hiss and music are loud and therefore sound like the start of
an utterance to `asr.endofspeech`; the net then finds words in them (a fax tone is 办 with 0.96).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from asr.endofspeech import FRAME_MS

RATE = 8_000


@dataclass(frozen=True, slots=True)
class VoicingSettings:
    """Shares and probabilities 0..1, times in ms.

    Measured with Silero 6 over A-law, -10 to -50 dBFS: of the time that speech sounds, at least
    0.18 has a probability above `likely` (33 words by a person, 120 synthetic clips, hiss, babble,
    3 % loss); of tones, hum, hiss, coughs and chords at most 0.05; of the hold music 0.42 for one
    note in a hundred, hence the stricter measure once music was heard.
    """

    likely: float = 0.3
    """A piece of sound with this probability counts as voice."""
    unlikely: float = 0.1
    """Below this it is none, even inside of an utterance."""
    confirm_ms: int = 64
    """So much voice, and the sound is decoded."""
    sure_ms: int = 320
    """So much voice, and nobody looks for tones in it any longer."""
    share: float = 0.12
    """So much of the whole sound must have been voice for its text to be passed on."""
    doubtful_confirm_ms: int = 96
    doubtful_share: float = 0.25
    """Both, after a sound that was no speech."""
    undecided_ms: int = 700
    """Sound without voice for so long is none. Speech shows within 150 ms."""
    doubt_ms: int = 10_000
    """How long a sound that was no speech is remembered; speech ends it."""
    noticed_ms: int = 200
    """A shorter one is a click or a breath, and means nothing."""
    tone: float = 0.97
    """With so much of its power in two lines of the spectrum, a sound is a tone ..."""
    tone_above_hz: float = 380.0
    tone_below_hz: float = 70.0
    """... unless the stronger line lies between these, where vowels of one strong harmonic have it.
    Ringing is 425 to 450 Hz, fax 1100 and 2100, keys 697 to 1633, mains hum 50."""


class Voicing:
    """Follows one stream: `begin` a sound, `hear` its probabilities, then `over`."""

    def __init__(self, settings: VoicingSettings | None = None) -> None:
        """Start with a line on which nothing was heard."""
        self._settings = settings or VoicingSettings()
        self._doubt_ms = 0
        self._voice_ms = 0
        self._length_ms = 0
        self._latest = 1.0
        self._confirmed = False

    @property
    def doubtful(self) -> bool:
        """Whether a sound that was no speech was heard not long ago."""
        return self._doubt_ms > 0

    @property
    def confirmed(self) -> bool:
        """Whether this sound is taken for speech, and to be decoded."""
        return self._confirmed

    @property
    def hopeless(self) -> bool:
        """Whether this sound has had its time to become speech."""
        return not self._confirmed and self._length_ms >= self._settings.undecided_ms

    @property
    def voiced(self) -> bool:
        """False when the latest piece of sound was surely no voice."""
        return self._latest >= self._settings.unlikely

    def begin(self, tone: bool) -> bool:
        """A sound begins. Tell whether it may be taken for a voice before its words are known."""
        self._voice_ms, self._length_ms, self._latest = 0, 0, 1.0
        self._confirmed = False
        return not tone and not self.doubtful

    def pass_frame(self) -> None:
        """Another 20 ms of the stream, sound or silence."""
        self._doubt_ms = max(0, self._doubt_ms - FRAME_MS)
        self._length_ms += FRAME_MS

    def hear(self, probability: float, milliseconds: int, tone: Callable[[], bool]) -> None:
        """Take the probability that so much of the sound is voice.

        `tone` is asked, until it is surely speech, whether it is a tone: the detector takes some of
        the key tones for voices.
        """
        settings = self._settings
        self._latest = probability
        if probability >= settings.likely and (self._voice_ms >= settings.sure_ms or not tone()):
            self._voice_ms += milliseconds
        needed = settings.doubtful_confirm_ms if self.doubtful else settings.confirm_ms
        self._confirmed = self._confirmed or self._voice_ms >= needed

    def over(self, sound_ms: int) -> bool:
        """The sound is over; tell whether it was speech. `sound_ms` is how much of it was loud."""
        settings = self._settings
        share = settings.doubtful_share if self.doubtful else settings.share
        speech = self._confirmed and self._voice_ms >= share * sound_ms
        if speech:
            self._doubt_ms = 0
        elif sound_ms >= settings.noticed_ms:
            self._doubt_ms = settings.doubt_ms
        return speech


def is_tone(pcm: bytes, settings: VoicingSettings) -> bool:
    """Whether 16-bit samples at 8 kHz (60 ms will do) are one or two steady tones, or mains hum."""
    samples = np.frombuffer(pcm, dtype="<i2").astype(np.float64)
    if len(samples) < 2:
        return False
    size = 1024
    power = np.abs(np.fft.rfft(samples * np.hanning(len(samples)), size)) ** 2
    total = float(power.sum())
    if total <= 0:
        return False
    strongest = float(power.argmax()) * RATE / size
    if settings.tone_below_hz <= strongest <= settings.tone_above_hz:
        return False
    reach = 2 * size // len(samples) * 8  # bins on either side that the window spreads a line over
    found = 0.0
    for _ in range(2):
        middle = int(power.argmax())
        line = slice(max(0, middle - reach), middle + reach + 1)
        found += float(power[line].sum())
        power[line] = 0.0
    return found / total >= settings.tone
