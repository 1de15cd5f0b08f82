"""Confidence is turned into the share of texts that are right."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asr.calibration import calibrated, fitted, read_points

share = st.floats(0, 1)


def test_without_points_it_stays() -> None:
    assert calibrated(0.6, ()) == 0.6


@pytest.mark.parametrize(("said", "means"), [(0.1, 0.2), (0.5, 0.2), (0.7, 0.5), (0.95, 0.8)])
def test_between_the_points_it_is_on_a_line(said: float, means: float) -> None:
    assert calibrated(said, ((0.5, 0.2), (0.9, 0.8))) == pytest.approx(means)


def test_an_overconfident_recogniser_is_taken_down() -> None:
    heard = [(0.9, n % 2 == 0) for n in range(50)] + [(0.3, False) for _ in range(50)]
    points = fitted(heard)
    assert calibrated(0.9, points) == pytest.approx(0.5)
    assert calibrated(0.3, points) == pytest.approx(0.0)


def test_too_few_texts_give_no_points() -> None:
    assert fitted([(0.5, True)] * 10) == ()
    assert fitted([]) == ()


@given(st.lists(st.tuples(share, st.booleans()), max_size=300), share, share)
def test_surer_never_means_less_right(
    heard: list[tuple[float, bool]], one: float, other: float
) -> None:
    points = fitted(heard, 5)
    low, high = sorted((one, other))
    assert calibrated(low, points) <= calibrated(high, points) + 1e-9
    assert 0 <= calibrated(low, points) <= 1


@given(st.lists(st.tuples(share, st.booleans()), max_size=200))
def test_what_is_fitted_can_be_read(heard: list[tuple[float, bool]]) -> None:
    points = fitted(heard, 5)
    assert read_points([list(pair) for pair in points]) == points


@pytest.mark.parametrize(
    "value", ["ab", [1], [[0.5]], [[0.5, 2]], [[0.5, 0.5], [0.5, 0.6]], [[0.1, 0.9], [0.2, 0.1]], 7]
)
def test_what_is_no_calibration_is_refused(value: object) -> None:
    with pytest.raises(ValueError, match="rising"):
        read_points(value)
