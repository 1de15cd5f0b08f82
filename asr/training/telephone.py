"""The line between a speaker and the hotline: room, handset, noise, codec, lost packets.

Everything is drawn per clip and per epoch, so the net never hears the same call twice.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import soxr
from numpy.typing import NDArray
from scipy.fft import irfft, next_fast_len, rfft  # type: ignore[import-untyped]
from scipy.signal import butter, lfilter, sosfilt  # type: ignore[import-untyped]

from asr.g711 import ALAW, ULAW
from asr.training.codecs import AMR_MODES, amr, gsm

LINE_RATE = 8_000
Audio = NDArray[np.float32]


def _nearest(table: NDArray[np.int16]) -> Audio:
    """For each 16-bit sample (as an unsigned index) the nearest level of a codec, -1..1."""
    levels = np.unique(table).astype(np.float32)
    samples = np.arange(65536, dtype=np.uint16).view(np.int16)
    at = np.searchsorted((levels[1:] + levels[:-1]) / 2, samples)
    return np.asarray(levels[at] / 32768, dtype=np.float32)


_CODECS = {"A": _nearest(ALAW), "u": _nearest(ULAW)}
# Band limits of telephone channels and handsets, made once: designing a filter takes longer than
# using it.
_BANDS = [
    butter(2, (low, high), "bandpass", fs=LINE_RATE, output="sos")
    for low in range(80, 400, 40)
    for high in range(3000, 3900, 100)
]


_TALK = 0.38
"""Of the calls have people talking in the background."""
_KEY_ROWS = (697.0, 770.0, 852.0, 941.0)
_KEY_COLUMNS = (1209.0, 1336.0, 1477.0, 1633.0)


def companded(audio: Audio, law: str = "A") -> Audio:
    """The samples (-1..1) after one trip through G.711: each becomes the nearest codec level."""
    samples = np.clip(audio * 32768, -32768, 32767).astype(np.int16)
    return _CODECS[law][samples.view(np.uint16)]


def at_level(audio: Audio, dbfs: float) -> Audio:
    """The audio with its peak at `dbfs`."""
    peak = float(np.abs(audio).max()) if len(audio) else 0.0
    return audio if peak < 1e-6 else (audio * (10 ** (dbfs / 20) / peak)).astype(np.float32)


class Line:
    """Draws telephone lines. `babble` are clips (16 kHz, -1..1) that make other people's talk."""

    def __init__(self, chance: np.random.Generator, babble: list[Audio]) -> None:
        """Keep the random source and the voices of the background."""
        self.chance = chance
        self.babble = babble

    def through(self, audio: Audio) -> Audio:
        """One clip (16 kHz, -1..1) as the hotline hears it: 8 kHz, -1..1, silence around it."""
        chance = self.chance
        # Resampling by a factor moves pitch and formants together: a larger or smaller head.
        factor = chance.uniform(0.86, 1.16) if chance.random() < 0.8 else 1.0
        audio = soxr.resample(audio, 16_000 * factor, LINE_RATE).astype(np.float32)
        # Most of the padding is short; sometimes long, so that the net learns what silence is.
        # Where others talk it always is: they are no caller, before him and after.
        talk = bool(self.babble) and chance.random() < _TALK
        before, after = chance.uniform(0.05, 0.5, 2)
        if talk or chance.random() < 0.2:
            after += chance.uniform(0.3, 1.5)
        if talk or chance.random() < 0.1:
            before += chance.uniform(0.3, 0.8)
        audio = np.pad(audio, (int(before * LINE_RATE), int(after * LINE_RATE)))
        if chance.random() < 0.4:
            audio = self._room(audio)
        audio = self._handset(audio)
        audio = at_level(audio, -chance.uniform(3, 35) if chance.random() < 0.8 else -6)
        if talk or chance.random() < 0.7:
            audio = self._noise(audio, talk)
        if chance.random() < 0.1:
            audio = self._echo(audio)
        if chance.random() < 0.08:
            audio = np.clip(audio * chance.uniform(1.5, 4), -0.7, 0.7).astype(np.float32)
        if chance.random() < 0.1:
            audio = self._keys(audio)
        audio = self._mobile(audio)
        audio = companded(audio, "A" if chance.random() < 0.8 else "u")
        if chance.random() < 0.15:
            audio = self._losses(audio)
        return audio

    def _mobile(self, audio: Audio) -> Audio:
        """A third of the calls come from mobile telephones; on the air frames are lost as well."""
        chance = self.chance
        kind = chance.random()
        if kind < 0.05:
            return gsm(audio)
        if kind < 0.33:
            bad = chance.uniform(0, 0.05) if chance.random() < 0.3 else 0.0
            mode = int(chance.integers(AMR_MODES))
            return amr(audio, mode, lambda: bool(chance.random() < bad))
        return audio

    def _keys(self, audio: Audio) -> Audio:
        """Keys pressed before or while somebody speaks (ITU-T Q.23): no sound of speech."""
        chance, out = self.chance, audio.copy()
        for _ in range(chance.integers(1, 4)):
            length = int(chance.uniform(0.05, 0.25) * LINE_RATE)
            at = int(chance.integers(max(1, len(audio) - length)))
            time = np.arange(min(length, len(audio) - at)) / LINE_RATE
            pair = chance.choice(_KEY_ROWS), chance.choice(_KEY_COLUMNS)
            tone = sum(np.sin(2 * np.pi * hertz * time) for hertz in pair)
            level = np.float32(10 ** (-chance.uniform(6, 30) / 20) / 2)
            out[at : at + len(time)] += (tone * level).astype(np.float32)
        return out

    def _room(self, audio: Audio) -> Audio:
        seconds = self.chance.uniform(0.1, 0.45)
        length = int(seconds * LINE_RATE)
        decay = np.exp(-6.9 * np.arange(length) / length)
        tail = self.chance.standard_normal(length) * decay
        tail *= self.chance.uniform(0.1, 0.7) / np.sqrt(np.sum(tail**2))
        tail[0] = 1.0
        size = next_fast_len(len(audio) + length, real=True)
        product = rfft(audio, size) * rfft(tail.astype(np.float32), size)
        return np.asarray(irfft(product, size)[: len(audio)], dtype=np.float32)

    def _handset(self, audio: Audio) -> Audio:
        """Band limits of a telephone channel and a tilt of a few dB, as microphones differ."""
        chance = self.chance
        audio = sosfilt(_BANDS[chance.integers(len(_BANDS))], audio)
        tilt = chance.uniform(-0.5, 0.5)
        return np.asarray(lfilter([1.0, tilt], [1.0], audio), dtype=np.float32)

    def _noise(self, audio: Audio, talk: bool) -> Audio:
        chance = self.chance
        size = len(audio)
        kind = chance.random()
        if talk:
            noise: NDArray[Any] = np.zeros(size)
            for _ in range(chance.integers(2, 6)):
                other = self.babble[chance.integers(len(self.babble))][::2]
                noise += np.resize(np.roll(other, chance.integers(len(other))), size)
        elif kind < 0.14:
            hum = chance.choice((50.0, 100.0, 150.0))
            time = np.arange(size) / LINE_RATE
            noise = 0.2 * chance.standard_normal(size)
            for n in range(1, 8):
                noise += np.sin(2 * np.pi * hum * n * time) / n
        elif kind < 0.28:
            noise = self._music(size)
        elif kind < 0.45:
            # A street: what is near in the spectrum of wheels comes and goes in seconds.
            near = np.interp(
                np.arange(size),
                np.linspace(0, size, 2 + size // 4000),
                chance.random(2 + size // 4000),
            )
            noise = self._coloured(size, chance.uniform(0.4, 1.0)) * (0.1 + near**2)
        else:
            # From white to pink; hiss is what lines have most.
            noise = self._coloured(size, chance.uniform(0.0, 1.0 if chance.random() < 0.5 else 0.1))
        power = float(np.mean(np.square(audio)[np.abs(audio) > 1e-4])) if np.any(audio) else 0.0
        level = np.sqrt(power) * 10 ** (-chance.uniform(3, 28) / 20)
        noise = noise / max(1e-9, float(np.sqrt(np.mean(np.square(noise))))) * level
        return (audio + noise).astype(np.float32)

    def _coloured(self, size: int, steep: float) -> NDArray[np.floating]:
        """Noise whose amplitude falls with the frequency to the power of `steep`."""
        whole = next_fast_len(size, real=True)
        spectrum = rfft(self.chance.standard_normal(whole, dtype=np.float32))
        shape = np.arange(1, len(spectrum) + 1) ** -steep
        return np.asarray(irfft(spectrum * shape, whole)[:size])

    def _music(self, size: int) -> NDArray[np.floating]:
        """Chords of plucked notes, as a television or a radio plays them in the background."""
        chance, noise, at = self.chance, np.zeros(size), 0
        while at < size:
            length = min(int(chance.uniform(0.2, 0.8) * LINE_RATE), size - at)
            time = np.arange(length) / LINE_RATE
            for _ in range(chance.integers(1, 4)):
                pitch = 110 * 2 ** (chance.integers(0, 36) / 12)
                for n in range(1, 5):
                    noise[at : at + length] += np.sin(2 * np.pi * pitch * n * time) / n**1.5
            noise[at : at + length] *= np.exp(-time * chance.uniform(0.5, 6))
            at += length
        return noise

    def _echo(self, audio: Audio) -> Audio:
        """The speaker's own voice once more, as bad lines and loudspeaker telephones return it."""
        delay = int(self.chance.uniform(0.03, 0.25) * LINE_RATE)
        level = np.float32(10 ** (-self.chance.uniform(12, 30) / 20))
        if delay >= len(audio):
            return audio
        out = audio.copy()
        out[delay:] += audio[:-delay] * level
        return out

    def _losses(self, audio: Audio) -> Audio:
        """Drop some 20 ms packets; a receiver repeats the packet before, quieter, or is silent."""
        packet = LINE_RATE * 20 // 1000
        audio, chance = audio.copy(), self.chance
        share, level = chance.uniform(0.01, 0.08), chance.choice((0.0, 0.5, 0.8))
        for number in np.flatnonzero(chance.random(len(audio) // packet) < share):
            if number:
                at = number * packet
                audio[at : at + packet] = audio[at - packet : at] * level
        return audio
