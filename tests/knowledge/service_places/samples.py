"""Made-up service places in Guangzhou and Shenzhen."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from knowledge.places.geo import Point
from knowledge.service_places.record import Kind, ServicePlace

DAY = date(2026, 11, 29)

HOME = ServicePlace(
    code="YX-1",
    kind=Kind.CARE_HOME,
    name="东山示例养老院",
    area="440104",
    address="示例一路1号",
    point=Point(23.125, 113.295),
    hours="每天9:00-17:00",
    phone="020-83000001",
    level=3,
    price_from=2000,
    price_to=4500,
    beds=120,
    beds_free=8,
    beds_date=date(2026, 11, 20),
    note="内部备注",
)
"""A care home in 越秀区 with all that one can have."""


def place(code: str, **changes: Any) -> ServicePlace:
    """`HOME` under another code, with changes."""
    return replace(HOME, **{"code": code, "name": f"示例养老院{code}", **changes})


TABLE = (
    HOME,
    place("YX-2", point=Point(23.135, 113.275), level=0, price_from=1500, price_to=None,
          beds_free=0),
    place("YX-3", point=None, level=5, price_from=9000, price_to=12000, beds_free=None,
          beds_date=None),
    place("YX-4", point=Point(23.126, 113.296), is_open=False),
    place("TH-1", area="440106", point=Point(23.140, 113.330), phone="", hours=""),
    place("YX-H", kind=Kind.MARRIAGE_REGISTRY, name="越秀区婚姻登记处", level=0, price_from=None,
          price_to=None, beds=None, beds_free=None, beds_date=None),
    place("GZ-J", kind=Kind.RELIEF_STATION, name="示例救助站", area="440111",
          point=Point(23.17, 113.27), level=0, price_from=None, price_to=None, beds=None,
          beds_free=None, beds_date=None),
    place("FT-1", area="440304003", point=Point(22.545, 114.03)),
)  # fmt: skip
