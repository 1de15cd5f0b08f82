"""The reactor as this room sees it, in types that a checker understands."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol


class Timer(Protocol):
    """A call that is to come."""

    def cancel(self) -> None:
        """Take it back."""


class Clock(Protocol):
    """Time and timers: a reactor, or `task.Clock` in tests."""

    def seconds(self) -> float:
        """Return the time in s, from any start."""

    def callLater(self, delay: float, callable: Callable[..., object], *args: object) -> Timer:
        """Call in `delay` s."""
