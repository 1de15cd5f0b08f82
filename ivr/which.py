"""Which of a few things that were offered an utterance means, by its number or its name. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from core.sound import contains, similarity

ORDINALS = ("第一个", "第二个", "第三个")
ALIKE = 0.6
_PART = 0.9


def which(text: str, labels: Sequence[str]) -> int | None:
    """The index of the label that is meant; None when none is, or two are alike.

    The part that tells a label apart is enough (南山区的).
    """
    for at, label in enumerate(labels):
        if (at < len(ORDINALS) and ORDINALS[at] in text) or text == label:
            return at
    alike = [max(similarity(text, label), _PART * contains(label, text)) for label in labels]
    if labels and max(alike) >= ALIKE and alike.count(max(alike)) == 1:
        return alike.index(max(alike))
    return None
