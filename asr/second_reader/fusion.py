"""Puts two readings of one utterance together; pure.

Two recognisers that err in different ways seldom agree by chance: agreement is worth more than
either confidence, and disagreement is a reason to ask rather than to answer.
"""

from __future__ import annotations

from dataclasses import dataclass

from core.sound import GAP, Sounds, sounds, sounds_similarity, syllable_cost

# 不, 没, 未, 别, 非: one of these too many is another meaning.
NEGATIONS = frozenset({"bu", "mei", "wei", "bie", "fei"})


@dataclass(frozen=True, slots=True)
class Candidate:
    """A text that may have been said, and how sure that is, 0..1."""

    text: str
    confidence: float


@dataclass(frozen=True, slots=True)
class Fused:
    """The candidates to try, likeliest first; none when nobody understood anything.

    `agreed`: both readings sound alike, and there is one candidate. `likeness` is how much alike
    they sound, 0..1.
    """

    candidates: tuple[Candidate, ...]
    agreed: bool
    likeness: float

    @property
    def text(self) -> str:
        """The likeliest text; empty when there is none."""
        return self.candidates[0].text if self.candidates else ""

    @property
    def confidence(self) -> float:
        """Its confidence; 0 when there is none."""
        return self.candidates[0].confidence if self.candidates else 0.0


@dataclass(frozen=True, slots=True)
class FusionSettings:
    """The thresholds, all 0..1.

    agree: from this likeness on (`core.sound.similarity`) the two may say the same. Two unrelated
        sentences of the hotline stay below 0.5, but 结婚登记 and 离婚登记 reach 0.83; hence
    nearest: what one syllable heard for another may cost at most (`core.sound.syllable_cost`):
        结 for 离 costs 0.7, 分 for 婚 0.3. Besides, neither may have a negation more.
    first_trust, second_trust: what each one's confidence is worth when they differ. The first
        knows the hotline's words and forces everything into them, so that its confidence says
        little on open speech; the second is only asked where the first was unsure.
    doubt: how much of the confidence is lost when they have nothing in common.
    """

    agree: float = 0.75
    nearest: float = 0.45
    first_trust: float = 0.7
    second_trust: float = 1.0
    doubt: float = 0.4


def fuse(
    first: Candidate, second: Candidate | None, settings: FusionSettings | None = None
) -> Fused:
    """Fuse the first reading with the second; None or an empty text is one that did not come.

    Agreed: the surer one's text, its confidence raised to 1 - (1 - a)(1 - b) in proportion to the
    likeness. Not agreed: both, each lowered by trust and doubt, likeliest first. One alone: that
    one; the first unchanged, the second lowered as if half of `doubt` applied, since the first
    heard nothing in it.
    """
    rule = settings or FusionSettings()
    if second is None or not second.text:
        return Fused((first,) if first.text else (), False, 0.0)
    if not first.text:
        lowered = second.confidence * rule.second_trust * (1 - rule.doubt / 2)
        return Fused((Candidate(second.text, lowered),), False, 0.0)
    heard = sounds(first.text), sounds(second.text)
    likeness = sounds_similarity(*heard)
    if likeness >= rule.agree and _same_meaning(*heard, rule.nearest):
        surer = first if first.confidence >= second.confidence else second
        both = 1 - (1 - first.confidence) * (1 - second.confidence)
        raised = surer.confidence + likeness * (both - surer.confidence)
        return Fused((Candidate(surer.text, raised),), True, likeness)
    kept = 1 - rule.doubt * (1 - likeness)
    pair = [
        Candidate(second.text, second.confidence * rule.second_trust * kept),
        Candidate(first.text, first.confidence * rule.first_trust * kept),
    ]
    pair.sort(key=lambda candidate: -candidate.confidence)
    return Fused(tuple(pair), False, likeness)


def _same_meaning(a: Sounds, b: Sounds, nearest: float) -> bool:
    """Whether, best aligned, no syllable is far from its partner and no negation is without one."""
    table = [[GAP * j for j in range(len(b) + 1)]]
    for i, syllable in enumerate(a, 1):
        row = [GAP * i]
        for j, other in enumerate(b, 1):
            swapped = table[-1][j - 1] + syllable_cost(syllable, other)
            row.append(min(swapped, table[-1][j] + GAP, row[-1] + GAP))
        table.append(row)
    i, j = len(a), len(b)
    while i or j:
        cost = syllable_cost(a[i - 1], b[j - 1]) if i and j else GAP
        if i and j and table[i][j] == table[i - 1][j - 1] + cost:
            i, j = i - 1, j - 1
            if cost > nearest:
                return False
            continue
        if i and table[i][j] == table[i - 1][j] + GAP:
            i -= 1
            alone = a[i]
        else:
            j -= 1
            alone = b[j]
        if alone in NEGATIONS:
            return False
    return True
