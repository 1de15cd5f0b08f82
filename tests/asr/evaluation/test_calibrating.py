"""The fit of confidence, on utterances that are made up."""

from __future__ import annotations

import pytest

from asr.calibration import calibrated
from asr.evaluation.calibrating import Taken, least, off, worth
from asr.evaluation.scoring import Outcome

HALF_RIGHT = [Taken(0.9, n % 2 == 0, 1.0 if n % 2 == 0 else -2.0) for n in range(100)]
SURE = [Taken(0.99, True, 1.0)] * 100
POINTS = ((0.9, 0.5), (0.99, 1.0))


def test_off_is_the_distance_from_the_share_that_is_right() -> None:
    assert off(HALF_RIGHT, lambda c: c) == pytest.approx(0.4, abs=0.11)
    assert off(HALF_RIGHT + SURE, lambda c: calibrated(c, POINTS)) < 0.1
    assert off([], lambda c: c) == 0.0


def test_what_does_more_harm_than_good_is_not_believed() -> None:
    assert 0.5 < least(HALF_RIGHT + SURE, POINTS) <= 0.6
    assert least(SURE, POINTS) == 0.0


@pytest.mark.parametrize(
    ("meaning", "outcome", "value"),
    [
        ("dibao-shenqing", Outcome("told", "dibao-shenqing"), 1.0),
        ("dibao-shenqing", Outcome("told", "yanglao-beian"), -2.0),
        ("dibao-shenqing", Outcome("choice", "emergency"), -2.0),
        ("dibao-shenqing", Outcome("offered", "yanglao-beian"), -0.5),
        ("dibao-shenqing", Outcome("nothing"), 0.0),
        ("yes", Outcome("yes"), 1.0),
        ("emergency", Outcome("asked back", "emergency"), 1.0),
    ],
)
def test_what_an_action_is_worth(meaning: str, outcome: Outcome, value: float) -> None:
    assert worth(meaning, outcome) == value
