"""What is known of who asks, as far as an answer may depend on it."""

from __future__ import annotations

from dataclasses import dataclass

AREA, AGE, HOUSEHOLD = "area", "age", "household"
CONDITIONS = (AREA, AGE, HOUSEHOLD)
"""What an answer may depend on, in the order in which it is asked for."""


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks: `area` is a GB/T 2260 code ('': that of the call), `age` in years (None: unknown).

    `household` is local (registered here), other, or '' (unknown). `settled` are the conditions
    that are not to be asked for: they were, or cannot be.
    """

    area: str = ""
    age: int | None = None
    household: str = ""
    settled: frozenset[str] = frozenset()


UNKNOWN = Asker()
"""Somebody of whom nothing is known yet."""

UNASKED = Asker(settled=frozenset(CONDITIONS))
"""Somebody of whom nothing is known and who cannot be asked."""
