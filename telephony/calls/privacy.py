"""Keeps what a caller says in private (`ivr.events.Private`) out of everything that is kept.

An utterance is hidden when any of it was said in private: one that was begun then is hidden to its
end, though the dialogue has gone on.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from core.clock import Timing
from telephony.calls.listening import Line

HIDDEN = "〔身份核对内容，不记录〕"
"""What stands in transcript, journal and live page instead."""


class Privacy:
    """One call's."""

    def __init__(self, reactor: Timing) -> None:
        """Begin with nothing private."""
        self._reactor = reactor
        self._on = False
        self._ended = float("-inf")
        self._begun = self._tail = False
        self._shown: Callable[[str], str] = str

    @property
    def on(self) -> bool:
        """Whether the call is private now."""
        return self._on

    def set(self, on: bool) -> None:
        """Be private from now on, or no longer."""
        if self._on and not on:
            self._ended = self._reactor.seconds()
            self._tail = self._begun
        self._on = on

    def voice(self) -> None:
        """The caller begins to make a sound."""
        self._begun = True

    def of(self, line: Line) -> Line:
        """Return what may be kept of something heard; asked once for each line, in order."""
        hidden = self._on or self._tail or line.start < self._ended
        self._begun = not line.final
        self._tail = self._tail and not line.final
        self._shown = _hidden if hidden else str
        return replace(line, text=HIDDEN, words=()) if hidden and line.text else line

    @property
    def shown(self) -> Callable[[str], str]:
        """What makes, of another reading of the last line, what may be kept of it."""
        return self._shown


def _hidden(text: str) -> str:
    return HIDDEN if text else text
