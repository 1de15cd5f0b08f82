"""The weights of the graph of sentences; `python -m bench.graph_tuning` measures others."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class GraphPlan:
    """Shares are probabilities (0..1), costs natural logs of them.

    `weight` multiplies what all of it costs beside the sounds: the net's own certainty is worth
    more. `word_cost` is added to each word of the hotline (below 0 favours them over open speech),
    `unknown_cost` is that of what is no word; neither is multiplied. `least_back` of the mass of
    every known pair of words is kept for words that were never seen in its place. `open_share` is
    how likely such a word is none of the hotline's at all; of the dictionary words that then follow
    each other `open_stays` are followed by another one.
    """

    utterances: int = 30_000
    weight: float = 0.8
    word_cost: float = -0.3
    unknown_cost: float = 10.0
    least_back: float = 0.03
    open_share: float = 0.3
    open_stays: float = 0.5
    open_words: int = 30_000
    classes: dict[str, float] = field(
        default_factory=lambda: {
            "place": 0.02,
            "digits": 0.02,
            "amount": 0.02,
            "date": 0.005,
            "phrase": 0.02,
        }
    )
    """How likely one of each class is where any word may follow."""
