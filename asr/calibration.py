"""Makes a recogniser's confidence mean something: how often a text as sure as this one is right.

The points are measured by `make eval ARGS=--calibrate`, stand in the model's `model.json`, and are
explained in its card. Without points confidence stays what the recogniser says.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence

Points = tuple[tuple[float, float], ...]
"""(what the recogniser says, share of such texts that are right), both 0..1 and rising."""

_APART = 0.002
FEWEST = 25
"""Texts that a point rests on at least: fewer say little about a share."""


def calibrated(confidence: float, points: Points) -> float:
    """The share of texts of this confidence that are right, between the points on a line.

    Below the first and above the last point it is theirs; without points `confidence` itself.
    """
    if not points:
        return confidence
    at = bisect_right(points, (confidence, 2.0))
    if at == 0:
        return points[0][1]
    if at == len(points):
        return points[-1][1]
    (x0, y0), (x1, y1) = points[at - 1], points[at]
    return y0 + (y1 - y0) * (confidence - x0) / (x1 - x0)


def fitted(heard: Iterable[tuple[float, bool]], fewest: int = FEWEST) -> Points:
    """Fit points to (confidence, right) of texts: never falling, each on `fewest` texts or more.

    Pool-adjacent-violators (Ayer et al. 1955) over groups of neighbours; empty when there are fewer
    than two groups.
    """
    ranked = sorted(heard, key=lambda pair: pair[0])
    groups = [ranked[at : at + fewest] for at in range(0, len(ranked), fewest)]
    if len(groups) > 1 and len(groups[-1]) < fewest:
        last = groups.pop()
        groups[-1] += last
    pools: list[tuple[float, float, int]] = []
    for group in groups:
        size = len(group)
        pool = (sum(c for c, _ in group) / size, sum(right for _, right in group) / size, size)
        while pools and (pools[-1][1] >= pool[1] or pool[0] - pools[-1][0] < _APART):
            pool = _together(pools.pop(), pool)
        pools.append(pool)
    if len(pools) < 2:
        return ()
    return tuple((round(c, 3), round(right, 3)) for c, right, _ in pools)


def read_points(value: object) -> Points:
    """The points of a `model.json`; empty for None.

    Raises ValueError when they are no rising pairs of numbers 0..1.
    """
    if value is None:
        return ()
    wrong = ValueError("calibration must be pairs of numbers from 0 to 1, rising")
    if not isinstance(value, Sequence) or isinstance(value, str):
        raise wrong
    points: list[tuple[float, float]] = []
    for pair in value:
        if not isinstance(pair, Sequence) or isinstance(pair, str) or len(pair) != 2:
            raise wrong
        if not all(isinstance(part, int | float) and 0 <= part <= 1 for part in pair):
            raise wrong
        if points and (pair[0] <= points[-1][0] or pair[1] < points[-1][1]):
            raise wrong
        points.append((float(pair[0]), float(pair[1])))
    return tuple(points)


def _together(a: tuple[float, float, int], b: tuple[float, float, int]) -> tuple[float, float, int]:
    size = a[2] + b[2]
    return (a[0] * a[2] + b[0] * b[2]) / size, (a[1] * a[2] + b[1] * b[2]) / size, size
