"""Takes a caller's spoken message: the beep, then sound and silence until it is over."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from telephony.calls import message
from telephony.calls.listening import Line, Listening
from telephony.sip.port import Leg


class MessageTaking:
    """At most one message at a time."""

    def __init__(
        self,
        leg: Leg,
        ears: Listening,
        beep: Path,
        on_line: Callable[[Line], None],
        on_last: Callable[[Line], None],
        on_done: Callable[[float], None],
    ) -> None:
        """`on_line` gets what is heard meanwhile, `on_last` what was being said at the end.

        `on_done(seconds)` follows with the length of what was said, 0 when nothing was.
        """
        self._leg, self._ears, self._beep = leg, ears, beep
        self._on_line, self._on_last, self._on_done = on_line, on_last, on_done
        self._state: message.MessageState | None = None

    @property
    def running(self) -> bool:
        """Whether a message is being taken, from before its beep on."""
        return self._state is not None

    def start(self, limit_ms: int) -> None:
        """Beep, then listen for `limit_ms` at most."""
        self._state = message.MessageState(limit_ms)
        self._leg.play([self._beep], self._listen)

    def drop(self) -> None:
        """Forget the message that is being taken, if there is one; `on_done` is not called."""
        if self._state is not None:
            self._state = None
            self._ears.levels(None)

    def end(self) -> None:
        """Keep what was spoken so far; nothing happens when no message is being taken."""
        state, self._state = self._state, None
        if state is None:
            return
        self._ears.levels(None)
        self._ears.deafen(self._on_last)
        self._on_done(state.seconds)

    def _listen(self) -> None:
        if self._state is not None:
            self._ears.levels(self._level)
            self._ears.words((), self._on_line)

    def _level(self, sound: bool) -> None:
        if self._state is not None:
            self._state = message.step(self._state, sound)
            if self._state.over:
                self.end()
