"""Which of several variants of one answer is told to whom, and what must be asked for it. Pure.

Articles of one topic that share a question are variants of one answer (`knowledge.variants`): of
several areas, ages or households. A single article is told whatever its ages and household are:
people also ask for others, and its text says whom it is about.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from core.area import level
from core.asker import AGE, AREA, HOUSEHOLD, Asker

LOCAL, OTHER = "local", "other"
_EVERY_AGE = 200


@dataclass(frozen=True, slots=True)
class Scope:
    """Whom a variant is about: `area` and its ages and household, as in an article.

    `holds` says whether it holds where the question is about; one that does not is of an area
    inside that, so that it may.
    """

    area: str
    age_from: int | None = None
    age_to: int | None = None
    household: str = ""
    holds: bool = True


@dataclass(frozen=True, slots=True)
class Told:
    """`at` is the variant to tell, None where none fits; `asks` the condition that decides."""

    at: int | None
    asks: str = ""


def choose(scopes: Sequence[Scope], asker: Asker, named: int | None = None) -> Told:
    """Pick the variant of the nearest area, then of the fewest ages, that fits who asks.

    A condition is asked for only when it is not known, not settled, and the pick depends on it:
    the area first, then age, then household. `named` is the variant whose ages or household the
    question itself names (外地户口能申请吗): they need not be asked for.
    """
    single = len(scopes) == 1
    fitting = [at for at, scope in enumerate(scopes) if single or _may_fit(scope, asker)]
    holding = [at for at in fitting if scopes[at].holds]
    told = _pick(scopes, holding, asker, single)
    if len(holding) < len(fitting) and AREA not in asker.settled:
        return Told(told, AREA)
    if single:
        return Told(told)
    if named in holding and named is not None and not _fits(scopes[named], asker):
        return Told(named)
    for condition in (AGE, HOUSEHOLD):
        if _open(asker, condition) and _matters(scopes, holding, asker, condition):
            return Told(told, condition)
    return Told(told)


def _open(asker: Asker, condition: str) -> bool:
    known = asker.age is not None if condition == AGE else bool(asker.household)
    return not known and condition not in asker.settled


def _may_fit(scope: Scope, asker: Asker) -> bool:
    """Whether nothing that is known speaks against it."""
    aged = asker.age is None or (
        (scope.age_from or 0) <= asker.age <= (_EVERY_AGE if scope.age_to is None else scope.age_to)
    )
    return aged and (not asker.household or scope.household in ("", asker.household))


def _fits(scope: Scope, asker: Asker) -> bool:
    """Whether all that it asks for is known to be so."""
    anybody = scope.age_from is None and scope.age_to is None
    return (
        _may_fit(scope, asker)
        and (anybody or asker.age is not None)
        and (not scope.household or bool(asker.household))
    )


def _pick(scopes: Sequence[Scope], among: list[int], asker: Asker, single: bool) -> int | None:
    fitting = [at for at in among if single or _fits(scopes[at], asker)]
    return max(fitting, key=lambda at: _narrow(scopes[at]), default=None)


def _narrow(scope: Scope) -> tuple[int, int, bool]:
    until = _EVERY_AGE if scope.age_to is None else scope.age_to
    return level(scope.area), (scope.age_from or 0) - until, bool(scope.household)


def _matters(scopes: Sequence[Scope], among: list[int], asker: Asker, condition: str) -> bool:
    """Whether two people who differ in this alone are told different variants."""
    other = HOUSEHOLD if condition == AGE else AGE
    rest = _kinds(scopes, asker, other) if _open(asker, other) else iter((asker,))
    for known in rest:
        picks = {
            _pick(scopes, among, each, single=False) for each in _kinds(scopes, known, condition)
        }
        if len(picks - {None}) > 1:
            return True
    return False


def _kinds(scopes: Sequence[Scope], asker: Asker, condition: str) -> Iterator[Asker]:
    """One asker of each kind that the variants tell apart by a condition."""
    if condition == HOUSEHOLD:
        yield from (replace(asker, household=each) for each in (LOCAL, OTHER))
        return
    begins = {scope.age_from for scope in scopes if scope.age_from is not None}
    ends = {scope.age_to + 1 for scope in scopes if scope.age_to is not None}
    yield from (replace(asker, age=age) for age in sorted({0} | begins | ends))
