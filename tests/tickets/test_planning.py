"""From past calls to seats: what is counted, and what it comes to."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.db import Sessions
from tests.tickets.journalled import Journalled
from tickets import planning
from tickets.planning import Assumptions, handled, past_weeks, plan, profile

ZONE = "Asia/Shanghai"
MONDAY = datetime(2026, 3, 2, 1, 40, tzinfo=UTC)  # 09:40 in Shanghai


def test_reference_values() -> None:
    """Domain reference D: 100 calls an hour of 240 s need ten seats for 80 % within 15 s."""
    by = Assumptions(240, 0.8, 15, max_occupancy=1.0, shrinkage=0.3)
    line = plan({(0, 19): 50.0}, by)[19]
    assert (line.begins, line.staffing.seats, line.rostered) == ("09:30", 10, 15)
    assert line.staffing.load == pytest.approx(6.667, abs=0.001)
    assert line.staffing.service_level == pytest.approx(0.8583, abs=0.0001)
    assert line.staffing.wait_s == pytest.approx(12.6, abs=0.05)


def test_whole_weeks_before_this_one() -> None:
    since, until = past_weeks(MONDAY + timedelta(days=3), ZONE, 4)
    assert f"{since:%F %T %z}" == "2026-02-02 00:00:00 +0800"
    assert f"{until:%F %T %z}" == "2026-03-02 00:00:00 +0800"


def test_means_by_weekday_and_half_hour_of_the_authority_s_clock() -> None:
    moments = [MONDAY, MONDAY + timedelta(minutes=19), MONDAY + timedelta(minutes=20),
               MONDAY - timedelta(days=7), datetime(2026, 3, 1, 16, 0, tzinfo=UTC)]  # fmt: skip
    assert profile(moments, ZONE, 2) == {(0, 19): 1.5, (0, 20): 0.5, (0, 0): 0.5}


@given(st.floats(0, 400), st.integers(10, 900), st.floats(0, 0.8), st.floats(0, 2))
def test_more_of_anything_never_needs_fewer(
    calls: float, aht: int, shrinkage: float, growth: float
) -> None:
    def rostered(calls: float, by: Assumptions) -> int:
        line = plan({(0, 0): calls}, by)[0]
        if calls:
            assert line.staffing.service_level >= by.target_share
            assert line.staffing.occupancy <= by.max_occupancy + 1e-9
        assert line.rostered >= line.staffing.seats
        return line.rostered

    by = Assumptions(aht, shrinkage=shrinkage, growth=growth)
    here = rostered(calls, by)
    assert rostered(calls + 1, by) >= here
    assert rostered(calls, Assumptions(aht + 60, shrinkage=shrinkage, growth=growth)) >= here
    assert rostered(calls, Assumptions(aht, 0.95, shrinkage=shrinkage, growth=growth)) >= here


def test_no_calls_need_no_seats_and_every_half_hour_is_there() -> None:
    lines = plan({}, Assumptions(240))
    assert len(lines) == 336 and not any(line.rostered for line in lines)
    with pytest.raises(ValueError, match="shrinkage"):
        plan({}, Assumptions(240, shrinkage=1.0))


@pytest.mark.parametrize(
    ("talk", "wrap", "spent"),
    [(120, None, 120), (120, 30, 150), (120, 3600, 720), (120, -5, 120), (-1, None, 0)],
)
def test_what_one_call_takes(talk: int, wrap: int | None, spent: int) -> None:
    ended = MONDAY + timedelta(seconds=talk)
    wrapped = None if wrap is None else ended + timedelta(seconds=wrap)
    assert handled(MONDAY, ended, wrapped) == spent


def test_calls_are_counted_once_in_their_area_whether_answered_or_not(sessions: Sessions) -> None:
    journal = Journalled(sessions)
    for name, area, kinds in (
        ("talked", "440106", ("queued", "connected", "queued", "connected")),
        ("gave-up", "440104", ("queued",)), ("machine", "440106", ()),
        ("elsewhere", "440300", ("queued",)),
    ):  # fmt: skip
        journal.opened(name, MONDAY, area=area)
        for number, kind in enumerate(kinds):
            more = {"agent": "wang"} if kind == "connected" else {}
            journal.write(name, kind, MONDAY + timedelta(seconds=30 * number), **more)
        journal.ended(name, "connected", MONDAY + timedelta(minutes=2))
    since, until = MONDAY - timedelta(days=1), MONDAY + timedelta(days=1)
    with sessions() as db:
        assert planning.asked_for_a_person(db, "440100", since, until) == [MONDAY, MONDAY]
        assert planning.asked_for_a_person(db, "440300", since, until) == [MONDAY]
        assert planning.asked_for_a_person(db, "440100", until, until) == []
        assert planning.measured_aht(db, "440100", until) == 150
        assert planning.measured_aht(db, "440300", until) is None
