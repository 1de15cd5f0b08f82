"""What both sides say, for the record and for the pages that follow the call."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from core.clock import Timing
from telephony.calls.listening import Line
from telephony.calls.live import LiveRow


class Transcript:
    """Turns lines into records and live lines, with times (ms) on the recording's clock."""

    def __init__(
        self, live: LiveRow, write: Callable[[str, dict[str, Any]], Any], reactor: Timing
    ) -> None:
        """`write(kind, data)` journals; the clock starts now and again at each `restart`."""
        self._live, self._write, self._reactor = live, write, reactor
        self._began = reactor.seconds()
        self._closed = False
        self._begun: set[str] = set()

    def restart(self) -> None:
        """Count times from now on: the audio, or its recording, begins."""
        self._began = self._reactor.seconds()

    def close(self) -> None:
        """Write no more: the call's last record is about to follow."""
        self._closed = True

    def add(self, speaker: str, line: Line) -> None:
        """Show a line of `machine`, `caller` or `agent`; write it when final and not empty."""
        start, end = self._ms(line.start), self._ms(line.end)
        if not line.final:
            self._begun.add(speaker)
            self._live.line(speaker, line.text, start, end, False)
            return
        if self._closed:
            return
        begun = speaker in self._begun
        self._begun.discard(speaker)
        if not line.text:
            # What was shown of it so far came to nothing.
            if begun:
                self._live.line(speaker, "", start, end, True)
            return
        words = [[t, start + a, start + b, round(c, 3)] for t, a, b, c in line.words]
        self._live.line(speaker, line.text, start, end, True, words)
        self._write(
            "said" if speaker == "machine" else "heard",
            {
                "speaker": speaker,
                "start_ms": start,
                "end_ms": end,
                "text": line.text,
                "confidence": round(line.confidence, 3),
                "words": words,
            },
        )

    def _ms(self, seconds: float) -> int:
        return max(0, round((seconds - self._began) * 1000))
