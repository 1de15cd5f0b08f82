"""When people work: weekdays, Chinese holidays and make-up days, several periods a day.

The State Council's yearly notice on holidays comes from `chinesecalendar`; the operator's table
overrides it day by day, since the notice for a year appears in the autumn before it and
authorities have days of their own. Years outside `chinesecalendar` follow the weekdays.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import chinese_calendar
import yaml
from twisted.logger import Logger

LOG = Logger()

Period = tuple[time, time]

OFFICE: tuple[Period, ...] = ((time(8, 30), time(12)), (time(14), time(17, 30)))
"""The working day of most authorities in Guangdong."""

_PERIOD = re.compile(r"(\d{1,2}):(\d{2})\s*[-~–—]\s*(\d{1,2}):(\d{2})")


class WrongCalendar(Exception):
    """The operator's table cannot be used; the message says what is wrong where."""


@dataclass(frozen=True, slots=True)
class Calendar:
    """When there are people.

    `periods` are those of an ordinary working day, `weekdays` ISO numbers (Monday is 1), `days`
    the days that differ: an empty tuple is a day off, periods are the periods of that day.
    `holidays` tells whether the national holidays hold.
    """

    periods: tuple[Period, ...] = OFFICE
    weekdays: tuple[int, ...] = (1, 2, 3, 4, 5)
    days: Mapping[date, tuple[Period, ...]] = field(default_factory=dict)
    holidays: bool = True
    zone: str = "Asia/Shanghai"


def is_open(moment: datetime, calendar: Calendar) -> bool:
    """Tell whether people work at `moment` (aware). A period's end is outside it."""
    local = moment.astimezone(ZoneInfo(calendar.zone))
    return any(start <= local.time() < end for start, end in periods_of(local.date(), calendar))


def periods_of(day: date, calendar: Calendar) -> tuple[Period, ...]:
    """Return the working periods of a day, none on a day off."""
    if day in calendar.days:
        return calendar.days[day]
    works = day.isoweekday() in calendar.weekdays
    if calendar.holidays:
        try:
            off, occasion = chinese_calendar.get_holiday_detail(day)
            # A plain Saturday is off without an occasion, and some authorities work on it.
            if works and off and occasion:
                works = False
            elif not works and not off:
                works = True
        except NotImplementedError:
            _say_once(day.year)
    return calendar.periods if works else ()


def read(path: Path, zone: str = "Asia/Shanghai") -> Calendar:
    """Read the operator's table. Raises WrongCalendar with the file and what is wrong in it.

    YAML with the optional keys `periods` (a list of "8:30-12:00"), `weekdays` (numbers 1-7),
    `holidays` (true or false) and `days`: a date with `off`, `work` or a list of periods.
    """
    try:
        data = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise WrongCalendar(f"{path}: cannot be read: {' '.join(str(error).split())}") from error
    try:
        return _calendar(data, zone)
    except (ValueError, TypeError) as error:
        raise WrongCalendar(f"{path}: {error}") from error


def _calendar(data: Any, zone: str) -> Calendar:
    if not isinstance(data, dict):
        raise TypeError("write keys such as `periods:` and `days:`")
    unknown = set(data) - {"periods", "weekdays", "holidays", "days"}
    if unknown:
        raise ValueError(f"there is no key {min(map(str, unknown))}")
    periods = _periods(data["periods"], "periods") if "periods" in data else OFFICE
    weekdays = data.get("weekdays", [1, 2, 3, 4, 5])
    if not isinstance(weekdays, list) or any(day not in range(1, 8) for day in weekdays):
        raise ValueError("weekdays must be a list of numbers from 1 (Monday) to 7")
    holidays = data.get("holidays", True)
    if not isinstance(holidays, bool):
        raise TypeError("holidays must be true or false")
    days = data.get("days") or {}
    if not isinstance(days, dict):
        raise TypeError("days must be dates, each with off, work or a list of periods")
    table = {_date(key): _day(value, periods, str(key)) for key, value in days.items()}
    return Calendar(periods, tuple(weekdays), table, holidays, zone)


def _date(value: Any) -> date:
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    try:
        return date.fromisoformat(str(value))
    except ValueError as error:
        raise ValueError(f"{value} is not a date such as 2026-10-01") from error


def _day(value: Any, ordinary: tuple[Period, ...], where: str) -> tuple[Period, ...]:
    # YAML 1.1 reads the bare word off as false.
    if value is False or value == "off":
        return ()
    if value == "work":
        return ordinary
    return _periods(value, where)


def _periods(value: Any, where: str) -> tuple[Period, ...]:
    if not isinstance(value, list):
        raise TypeError(f"{where} must be a list such as [8:30-12:00, 14:00-17:30]")
    found: list[Period] = []
    for item in value:
        match = _PERIOD.fullmatch(str(item).strip())
        try:
            if match is None:
                raise ValueError
            a, b, c, d = map(int, match.groups())
            period = (
                time(a, b),
                time(23, 59, 59, 999_999) if (c, d) == (24, 0) else time(c, d),
            )
        except ValueError as error:
            raise ValueError(f"{where}: {item} is not a period such as 8:30-12:00") from error
        if period[0] >= period[1] or (found and found[-1][1] > period[0]):
            raise ValueError(f"{where}: {item} must begin before it ends and after the one before")
        found.append(period)
    return tuple(found)


@cache
def _say_once(year: int) -> None:
    LOG.warn(
        "the holidays of {year} are not known to chinesecalendar; weekdays decide until it is "
        "updated or the operator's table names the days",
        year=year,
    )
