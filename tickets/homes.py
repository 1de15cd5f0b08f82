"""Where a caller lives, as an agent wrote it down: so that 我在家 says where they are."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from core.db import Secret, Sessions
from tickets.callers import keys
from tickets.tables import CallerRecord

LONGEST = 200


class HomeRefused(Exception):
    """An address or position cannot be kept; the message is a Chinese sentence that says why."""


@dataclass(frozen=True, slots=True)
class Home:
    """An address, and where it is (WGS-84, degrees) when somebody said so."""

    address: str
    position: tuple[float, float] | None = None


def read(address: str, position: str = "") -> Home:
    """Take what somebody typed; `position` is `22.54,114.03` or empty. Raises HomeRefused."""
    address = " ".join(address.split())
    if len(address) > LONGEST:
        raise HomeRefused(f"地址最多{LONGEST}个字，请写短一些。")
    if not address and position.strip():
        raise HomeRefused("请先填写地址，再填写坐标。")
    return Home(address, _position(position) if position.strip() else None)


def keep(db: Session, key: str, home: Home, now: datetime) -> None:
    """Keep the home of who phones from the number with this key; an empty address removes it.

    Raises HomeRefused where the number is not known (the key is '').
    """
    if not key:
        raise HomeRefused("这个来电没有号码，地址没有办法保存。")
    record = db.get(CallerRecord, key)
    if record is None:
        record = CallerRecord(caller_key=key, elder=False)
        db.add(record)
    record.home, record.home_changed_at = home.address, now
    record.home_position = "" if home.position is None else "{:.6f},{:.6f}".format(*home.position)


def keep_by_number(db: Session, typed: str, home: Home, now: datetime) -> None:
    """As `keep`, by a number that somebody typed. Raises HomeRefused when it is none."""
    keep(db, next(reversed(keys(typed)), ""), home, now)


def home_by_key(db: Session, key: str) -> Home | None:
    """The home of who phones from the number with this key."""
    record = db.get(CallerRecord, key) if key else None
    if record is None or not record.home:
        return None
    position = record.home_position
    return Home(record.home, _position(position) if position else None)


def recalled_home(sessions: Sessions, number: str) -> Home | None:
    """The home of who phones from a number, as stored. Blocking."""
    if not number:
        return None
    with sessions() as db:
        return home_by_key(db, Secret._vault().search_key(number))


def _position(text: str) -> tuple[float, float]:
    parts = text.replace("，", ",").split(",")
    try:
        lat, lon = (float(part) for part in parts)
    except ValueError as bad:
        raise HomeRefused("坐标请写成 22.5431,114.0579 的样子，先纬度后经度。") from bad
    if not (math.isfinite(lat) and math.isfinite(lon) and abs(lat) <= 90 and abs(lon) <= 180):
        raise HomeRefused("坐标超出了范围，请检查纬度和经度有没有写反。")
    return lat, lon
