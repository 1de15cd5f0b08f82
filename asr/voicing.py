"""Is the sound that passed the loudness gate speech? Decided from a voice detector's probabilities.

Pure. Fax and key tones, ringing, hum, hiss and music are loud and therefore sound like the start of
an utterance to `asr.endofspeech`; the net then finds words in them (a fax tone is 办 with 0.96). In
doubt a sound is speech: words heard in music are a nuisance, a cry that is not heard is a disaster.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum

import numpy as np

from asr.endofspeech import FRAME_MS

RATE = 8_000
_KEY_ROWS = (697.0, 770.0, 852.0, 941.0)
_KEY_COLUMNS = (1209.0, 1336.0, 1477.0, 1633.0)
_KEY_TOLERANCE = 0.025
"""Of a key's tones (ITU-T Q.23); Q.24 has receivers take 1.8 %, and a short window adds to it."""


class Tone(IntEnum):
    """Whether a sound is made of one or two lines of the spectrum; false when it is not."""

    NO = 0
    TONE = 1
    """Fax, ringing, hum."""
    KEY = 2
    """A key of the telephone."""


def no_tone() -> Tone:
    """For streams in which nobody looks for tones."""
    return Tone.NO


@dataclass(frozen=True, slots=True)
class VoicingSettings:
    """Shares and probabilities 0..1, times in ms.

    Chosen so that cries are not missed in music, hiss and overdriven sound, at the price of a word
    now and then in music with a tune: docs/models.md has the figures. Silero 6 gives coughs and
    hiss below 0.1, and a cry that music drowns seldom more than 0.3.
    """

    likely: float = 0.15
    """A piece of sound with this probability counts as voice."""
    unlikely: float = 0.1
    """Below this it is none, even inside of an utterance."""
    confirm_ms: int = 64
    """So much voice, and the sound is decoded."""
    sure_ms: int = 160
    """So much voice, and nobody looks for tones in it any longer, nor how much else there was."""
    share: float = 0.05
    """So much of the whole sound must have been voice for its text to be passed on."""
    faint: float = 0.1
    """In a short sound this is enough: of 516 words of one to three syllables, quiet and in hiss,
    one has less of it than `faint_ms`; of coughs, knocks and breath none has as much."""
    faint_ms: int = 64
    short_ms: int = 500
    key_tail_ms: int = 128
    """So long after a key's tone the detector still speaks of the tone."""
    undecided_ms: int = 1_200
    """Sound without voice for so long is none. Clear speech shows within 150 ms."""
    doubt_ms: int = 10_000
    """So long after a sound that was no speech the next is told when it is speech, not before."""
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
        self._doubt_ms = self._key_ms = 0
        self._voice_ms = self._faint_ms = self._length_ms = 0
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

    def begin(self, tone: Tone) -> bool:
        """A sound begins. Tell whether it may be taken for a voice before its words are known."""
        self._voice_ms = self._faint_ms = self._length_ms = self._key_ms = 0
        self._latest, self._confirmed = 1.0, False
        return not tone and not self.doubtful

    def pass_frame(self) -> None:
        """Another 20 ms of the stream, sound or silence."""
        self._doubt_ms = max(0, self._doubt_ms - FRAME_MS)
        self._length_ms += FRAME_MS

    def hear(self, probability: float, milliseconds: int, tone: Callable[[], Tone]) -> None:
        """Take the probability that so much of the sound is voice.

        `tone` is asked, until it is surely speech, whether it is a tone: the detector takes some of
        the key tones for voices.
        """
        settings = self._settings
        self._latest = probability
        if self._voice_ms < settings.sure_ms and self._toned(tone(), milliseconds):
            return
        if probability >= settings.faint:
            self._faint_ms += milliseconds
        if probability >= settings.likely:
            self._voice_ms += milliseconds
        self._confirmed = self._confirmed or self._voice_ms >= settings.confirm_ms

    def over(self, sound_ms: int) -> bool:
        """The sound is over; tell whether it was speech. `sound_ms` is how much of it was loud.

        That may be seen only now: a single syllable is short, and the detector slow to be sure.
        """
        settings = self._settings
        needed = min(settings.share * sound_ms, settings.sure_ms)
        speech = self._confirmed and self._voice_ms >= needed
        short = sound_ms <= settings.short_ms and self._faint_ms >= settings.faint_ms
        if speech:
            self._doubt_ms = 0
        elif sound_ms >= settings.noticed_ms and not short:
            self._doubt_ms = settings.doubt_ms
        return speech or short

    def _toned(self, tone: Tone, milliseconds: int) -> bool:
        """Whether this piece is a tone, or so soon after a key's that it is judged as one."""
        after = self._key_ms > 0
        self._key_ms = max(0, self._key_ms - milliseconds)
        if tone is Tone.KEY:
            self._key_ms = self._settings.key_tail_ms
        return after or tone is not Tone.NO


def tone_of(pcm: bytes, settings: VoicingSettings) -> Tone:
    """Whether 16-bit samples at 8 kHz (60 ms will do) are one or two steady tones, or mains hum."""
    samples = np.frombuffer(pcm, dtype="<i2").astype(np.float64)
    if len(samples) < 2:
        return Tone.NO
    size = 1024
    power = np.abs(np.fft.rfft(samples * np.hanning(len(samples)), size)) ** 2
    total = float(power.sum())
    if total <= 0:
        return Tone.NO
    strongest = float(power.argmax()) * RATE / size
    if settings.tone_below_hz <= strongest <= settings.tone_above_hz:
        return Tone.NO
    reach = 2 * size // len(samples) * 8  # bins on either side that the window spreads a line over
    found, lines = 0.0, []
    for _ in range(2):
        middle = int(power.argmax())
        lines.append(middle * RATE / size)
        line = slice(max(0, middle - reach), middle + reach + 1)
        found += float(power[line].sum())
        power[line] = 0.0
    if found / total < settings.tone:
        return Tone.NO
    row, column = sorted(lines)
    key = _near(row, _KEY_ROWS) and _near(column, _KEY_COLUMNS)
    return Tone.KEY if key else Tone.TONE


def _near(hertz: float, lines: tuple[float, ...]) -> bool:
    return any(abs(hertz - line) <= line * _KEY_TOLERANCE for line in lines)
