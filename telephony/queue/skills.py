"""Skills with levels: `粤语` or `粤语:4`, as pages, trees and the queues file write them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache

LOWEST, USUAL, HIGHEST = 1, 3, 5
"""What is asked for without a level; what an agent has without one; the best."""


@lru_cache(maxsize=4096)
def had(skills: tuple[str, ...]) -> Mapping[str, int]:
    """Return an agent's levels by skill; one that is named twice counts at its best."""
    levels: dict[str, int] = {}
    for skill in skills:
        name, level = _parts(skill, USUAL)
        levels[name] = max(level, levels.get(name, 0))
    return levels


@lru_cache(maxsize=4096)
def asked(needs: tuple[str, ...]) -> tuple[tuple[str, int], ...]:
    """Return what must be had, each skill once with the highest level asked, in order of names."""
    levels: dict[str, int] = {}
    for need in needs:
        name, level = _parts(need, LOWEST)
        levels[name] = max(level, levels.get(name, 0))
    return tuple(sorted(levels.items()))


def able(skills: tuple[str, ...], needs: Iterable[tuple[str, int]]) -> bool:
    """Whether these skills are enough."""
    levels = had(skills)
    return all(levels.get(name, 0) >= level for name, level in needs)


def shown(needs: Iterable[tuple[str, int]]) -> tuple[str, ...]:
    """Return them as they are written."""
    return tuple(name if level == LOWEST else f"{name}:{level}" for name, level in needs)


def _parts(skill: str, without: int) -> tuple[str, int]:
    name, _, level = skill.partition(":")
    if level.isascii() and level.isdigit():
        return name.strip(), min(HIGHEST, max(LOWEST, int(level)))
    return name.strip(), without
