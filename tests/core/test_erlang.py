"""Seats for calls: reference values, and what must hold of any."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import erlang

HUNDRED_AN_HOUR = 50.0
"""Per half hour."""

loads = st.floats(0.1, 400)
times = st.floats(20, 900)


@pytest.mark.parametrize(
    ("seats", "waits", "in_20_s", "in_15_s", "wait_s"),
    [
        (8, 0.5327, 0.5233, 0.5099, 95.9),
        (9, 0.3133, 0.7421, 0.7293, 32.2),
        (10, 0.1746, 0.8678, 0.8583, 12.6),
    ],
)
def test_a_hundred_calls_an_hour_of_four_minutes(
    seats: int, waits: float, in_20_s: float, in_15_s: float, wait_s: float
) -> None:
    found = erlang.staffing(seats, HUNDRED_AN_HOUR, 240, 20)
    assert found.load == pytest.approx(6.667, abs=0.001)
    assert found.waits == pytest.approx(waits, abs=0.0001)
    assert found.service_level == pytest.approx(in_20_s, abs=0.0001)
    assert found.wait_s == pytest.approx(wait_s, abs=0.05)
    level = erlang.staffing(seats, HUNDRED_AN_HOUR, 240, 15).service_level
    assert level == pytest.approx(in_15_s, abs=0.0001)


@pytest.mark.parametrize("target_s", [15, 20])
def test_ten_seats_are_the_fewest_that_reach_four_in_five(target_s: float) -> None:
    assert erlang.seats(HUNDRED_AN_HOUR, 240, 0.8, target_s).seats == 10


def test_an_occupancy_that_is_not_to_be_passed_asks_for_more_seats() -> None:
    found = erlang.seats(HUNDRED_AN_HOUR, 240, 0.8, 20, 0.6)
    assert found.seats == 12 and found.occupancy <= 0.6


def test_without_calls_nobody_is_needed() -> None:
    assert erlang.seats(0, 240, 0.8, 15, 0.85).seats == 0


def test_too_few_seats_let_everybody_wait_for_ever() -> None:
    found = erlang.staffing(6, HUNDRED_AN_HOUR, 240, 20)
    assert (found.waits, found.service_level, found.wait_s) == (1.0, 0.0, math.inf)


@pytest.mark.parametrize(
    ("lines", "load", "share"),
    # Tables of Erlang B, e.g. ITU-T E.501: 1 % of 4.461 Erl. on 10 lines, of 12.03 on 20.
    [(10, 4.461, 0.01), (20, 12.03, 0.01), (1, 1.0, 0.5), (0, 3.0, 1.0)],
)
def test_trunks_by_erlang_b(lines: int, load: float, share: float) -> None:
    assert erlang.blocked(lines, load) == pytest.approx(share, abs=0.0001)


@pytest.mark.parametrize(
    "values",
    [(-1, 240, 0.8, 15, 1), (1, 0, 0.8, 15, 1), (1, 240, 1, 15, 1), (1, 240, 0.8, -1, 1),
     (1, 240, 0.8, 15, 0), (math.inf, 240, 0.8, 15, 1), (1e9, 240, 0.8, 15, 1)],
)  # fmt: skip
def test_what_cannot_be_is_refused(values: tuple[float, float, float, float, float]) -> None:
    with pytest.raises(ValueError, match=r"."):
        erlang.seats(*values)


@given(loads, times, st.floats(0, 60))
def test_one_seat_fewer_would_not_do(calls: float, aht_s: float, target_s: float) -> None:
    found = erlang.seats(calls, aht_s, 0.8, target_s, 0.9)
    assert found.service_level >= 0.8 and found.occupancy <= 0.9
    fewer = erlang.staffing(found.seats - 1, calls, aht_s, target_s)
    assert fewer.service_level < 0.8 or fewer.occupancy > 0.9


@given(st.integers(1, 60), loads, times, st.floats(0, 60))
def test_who_never_hangs_up_waits_as_erlang_c_says(
    seats: int, calls: float, aht_s: float, target_s: float
) -> None:
    plain = erlang.staffing(seats, calls, aht_s, target_s)
    if plain.load > 0.9 * seats:
        return
    found = erlang.impatient(seats, calls, aht_s, 1e8, target_s)
    assert found.waits == pytest.approx(plain.waits, abs=1e-4)
    assert found.service_level == pytest.approx(plain.service_level, abs=1e-4)


@given(st.integers(1, 40), st.floats(1, 200), times, st.floats(10, 600), st.floats(0, 60))
def test_shares_of_impatient_callers_are_shares(
    seats: int, calls: float, aht_s: float, patience_s: float, target_s: float
) -> None:
    found = erlang.impatient(seats, calls, aht_s, patience_s, target_s)
    assert 0 <= found.abandons <= found.waits <= 1 + 1e-9
    assert 1 - found.waits - 1e-9 <= found.service_level <= 1 + 1e-9
    assert found.occupancy <= 1 + 1e-9


def test_served_and_lost_within_any_time_are_everybody() -> None:
    found = erlang.impatient(8, HUNDRED_AN_HOUR, 240, 120, 600)
    assert found.service_level + found.abandons == pytest.approx(1, abs=1e-4)
