"""How long may a speaker be silent before they have finished? Depends on words and speaker.

Pure: texts and pauses in, milliseconds out.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

from asr.unfinished import Ending, ending


@dataclass(frozen=True, slots=True)
class PatienceSettings:
    """Silences in ms after which an utterance is over.

    The recogniser tells it some 60 ms later than these say: sound dies away, and audio is decoded
    in batches. So 440 is an end half a second after the last syllable, which the dialogue's budget
    of 800 ms to a reply allows; the longest is what people take for a dead line.
    """

    shortest_ms: int = 440
    """After a whole answer or request."""
    told_ms: int = 700
    """After something told and nothing asked: the next clause comes within this."""
    digits_ms: int = 900
    """Between the groups of a number."""
    open_ms: int = 1_200
    """After a filler or in mid-phrase."""
    longest_ms: int = 1_500
    """However slow the speaker."""
    telling_ms: int = 360
    """Pauses shorter than this are rhythm, which everybody has, and teach nothing."""
    margin_ms: int = 240
    """More than the speaker's longest pause so far."""
    remembered: int = 4
    """So many utterances back is the longest pause looked for."""
    cut_ms: int = 1_500
    """Who goes on so soon after the end of an utterance had not finished it."""


class Patience:
    """Follows one speaker."""

    def __init__(self, settings: PatienceSettings | None = None) -> None:
        """Start with a speaker of whom nothing is known."""
        self._settings = settings or PatienceSettings()
        self._floor_ms = 0
        self._pauses: deque[int] = deque(maxlen=self._settings.remembered)
        self._longest_ms = 0

    @property
    def settings(self) -> PatienceSettings:
        """The settings it was made with."""
        return self._settings

    def at_least(self, milliseconds: int) -> None:
        """Wait no shorter than this, whatever is said, up to `longest_ms`; 0 takes it back."""
        self._floor_ms = min(max(0, milliseconds), self._settings.longest_ms)

    def paused(self, milliseconds: int) -> None:
        """Learn that the speaker was silent for so long and then went on."""
        self._longest_ms = max(self._longest_ms, milliseconds)

    def finished(self) -> None:
        """The utterance is over: its longest pause is remembered for the next few."""
        self._pauses.append(self._longest_ms)
        self._longest_ms = 0

    def went_on(self, milliseconds: int) -> None:
        """Learn that somebody spoke again so long after an utterance was taken for finished."""
        if milliseconds <= self._settings.cut_ms:
            self.paused(milliseconds)

    def wanted_ms(self, text: str) -> int:
        """The silence that ends an utterance of which `text` is understood so far."""
        settings, how = self._settings, ending(text)
        if how is Ending.SHORT:
            return max(settings.shortest_ms, self._floor_ms)
        wanted = {
            Ending.WHOLE: settings.shortest_ms,
            Ending.TOLD: settings.told_ms,
            Ending.DIGITS: settings.digits_ms,
            Ending.OPEN: settings.open_ms,
        }[how]
        longest = max((self._longest_ms, *self._pauses))
        if longest >= settings.telling_ms:
            wanted = max(wanted, longest + settings.margin_ms)
        return min(max(wanted, self._floor_ms), settings.longest_ms)
