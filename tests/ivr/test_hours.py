"""People keep office hours, with the country's holidays and make-up days."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from pathlib import Path

import pytest
from twisted.logger import capturedLogs

from ivr import hours
from ivr.hours import OFFICE, Calendar, WrongCalendar, is_open, periods_of, read


def china(text: str) -> datetime:
    return datetime.fromisoformat(text + "+08:00")


@pytest.mark.parametrize(
    ("moment", "open_"),
    [
        ("2026-03-04T08:29:59", False),
        ("2026-03-04T08:30:00", True),
        ("2026-03-04T11:59:59", True),
        ("2026-03-04T12:00:00", False),
        ("2026-03-04T14:00:00", True),
        ("2026-03-04T17:30:00", False),
        ("2026-03-07T10:00:00", False),  # Saturday
        ("2025-10-01T10:00:00", False),  # National Day
        ("2025-10-08T10:00:00", False),  # a Wednesday of the holiday
        ("2025-09-28T10:00:00", True),  # a Sunday worked to make up for it
        ("2025-10-11T10:00:00", True),  # and a Saturday
        ("2026-02-17T10:00:00", False),  # Spring Festival
    ],
)
def test_office_hours(moment: str, open_: bool) -> None:
    assert is_open(china(moment), Calendar()) is open_


def test_other_time_zones_are_converted() -> None:
    assert is_open(datetime(2026, 3, 4, 0, 30, tzinfo=UTC), Calendar())
    assert not is_open(datetime(2026, 3, 4, 10, 0, tzinfo=UTC), Calendar())


def test_year_beyond_the_table_follows_weekdays_and_says_so_once() -> None:
    hours._say_once.cache_clear()
    with capturedLogs() as events:
        assert is_open(china("2044-10-03T10:00:00"), Calendar())  # a Monday
        assert not is_open(china("2044-10-01T10:00:00"), Calendar())  # a Saturday
        assert is_open(china("2044-10-04T10:00:00"), Calendar())
    said = [event for event in events if "chinesecalendar" in str(event["log_format"])]
    assert [event["year"] for event in said] == [2044]


def test_table_overrides_day_by_day(tmp_path: Path) -> None:
    table = tmp_path / "hours.yaml"
    table.write_text(
        'periods: ["9:00-17:00"]\nweekdays: [1, 2, 3, 4, 5, 6]\n'
        "days:\n  2026-03-04: off\n  2026-03-08: work\n"
        '  2026-03-09: ["9:00-10:00", "20:00-24:00"]\n  "2026-10-01": work\n',
        encoding="utf-8",
    )
    calendar = read(table)
    nine_to_five = ((time(9), time(17)),)
    assert periods_of(date(2026, 3, 4), calendar) == ()
    assert periods_of(date(2026, 3, 8), calendar) == nine_to_five
    assert periods_of(date(2026, 3, 7), calendar) == nine_to_five
    assert periods_of(date(2026, 10, 1), calendar) == nine_to_five
    assert periods_of(date(2026, 10, 2), calendar) == ()
    assert is_open(china("2026-03-09T23:59:59"), calendar)


def test_empty_table_is_the_ordinary_calendar(tmp_path: Path) -> None:
    (tmp_path / "hours.yaml").write_text("")
    assert read(tmp_path / "hours.yaml") == Calendar(periods=OFFICE)


@pytest.mark.parametrize(
    "text",
    [
        "periods: 9-17", "periods: [9-17]", 'periods: ["12:00-9:00"]', 'periods: ["25:00-26:00"]',
        'periods: ["9:00-12:00", "11:00-13:00"]', "weekdays: [8]", "weekdays: 5", "holidays: 3",
        "days: [2026-01-01]", "days: {tomorrow: off}", "days: {2026-01-01: closed}", "hours: 1",
        "- a", "a: [",
    ],
)  # fmt: skip
def test_wrong_table_is_refused_in_one_sentence(tmp_path: Path, text: str) -> None:
    table = tmp_path / "hours.yaml"
    table.write_text(text, encoding="utf-8")
    with pytest.raises(WrongCalendar) as caught:
        read(table)
    assert str(caught.value).startswith(str(table)) and "\n" not in str(caught.value)


def test_missing_table_is_refused(tmp_path: Path) -> None:
    with pytest.raises(WrongCalendar, match="cannot be read"):
        read(tmp_path / "none.yaml")
