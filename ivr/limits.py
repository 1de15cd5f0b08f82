"""How well a phrase must be heard: shared by choices and emergency words."""

from __future__ import annotations

CLEAR = 0.86
"""A sound match from which a choice holds whatever the recogniser's confidence."""

SHORT_MENTION = {1: 1.0, 2: 0.94, 3: 0.92}
"""What a phrase of so many syllables must reach inside a longer utterance: short ones occur by
chance (残疾人工作 sounds like 接人工 to 0.90, 没去过 like 煤气 to 0.89)."""

IN_PARTIAL = 0.95
"""What an unfinished utterance must reach for an alarm: partials change their mind."""

MOST_OF_IT = 0.5
"""Share of the utterance that a phrase must make up to be what was meant."""


def mention_limit(syllables: int) -> float:
    """Return how well a phrase of so many syllables must be found inside an utterance."""
    return SHORT_MENTION.get(syllables, CLEAR)
