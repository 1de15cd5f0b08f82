"""One service place (服务网点): where people go for a service of civil affairs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import Enum

from knowledge.places.geo import Point


class Kind(Enum):
    """What a service place is; the value is kept in the database."""

    CARE_HOME = "care_home"
    MARRIAGE_REGISTRY = "marriage_registry"
    RELIEF_STATION = "relief_station"
    CIVIL_AFFAIRS_OFFICE = "civil_affairs_office"
    CANTEEN = "canteen"


LABELS = {
    Kind.CARE_HOME: "养老机构",
    Kind.MARRIAGE_REGISTRY: "婚姻登记处",
    Kind.RELIEF_STATION: "救助站",
    Kind.CIVIL_AFFAIRS_OFFICE: "民政办事处",
    Kind.CANTEEN: "长者饭堂",
}
"""What tables, pages and the line call each kind."""

WORDS = {
    Kind.CARE_HOME: (
        "养老机构", "养老院", "敬老院", "老人院", "福利院", "护理院", "养老公寓", "养老中心",
        "托老所",
    ),
    Kind.MARRIAGE_REGISTRY: (
        "婚姻登记处", "婚姻登记中心", "结婚登记处", "离婚登记处", "婚姻登记机关",
        "婚姻登记的地方", "领结婚证的地方",
    ),
    Kind.RELIEF_STATION: ("救助站", "救助管理站", "救助中心"),
    Kind.CIVIL_AFFAIRS_OFFICE: ("民政办事处", "民政局", "民政办", "民政所", "民政窗口"),
    Kind.CANTEEN: (
        "长者饭堂", "长者食堂", "老人饭堂", "老人食堂", "老年食堂", "老年饭堂", "社区食堂",
        "社区饭堂", "助餐点",
    ),
}  # fmt: skip
"""What people call each kind, the usual name first."""

COUNTED = {Kind.CARE_HOME: "家", Kind.CANTEEN: "家"}
"""The measure word of a kind; of the others 个."""


def counted(kind: Kind) -> str:
    """The measure word of a kind."""
    return COUNTED.get(kind, "个")


def kind_of(word: str) -> Kind | None:
    """The kind that a word of a table or command names, also by its value; None for none."""
    clean = word.strip()
    for kind, words in WORDS.items():
        if clean in (kind.value, LABELS[kind], *words):
            return kind
    return None


@dataclass(frozen=True, slots=True)
class ServicePlace:
    """One of them. `code` (编号) names it for good.

    `area` is a GB/T 2260 code or a longer one of a town or village; `point` is WGS-84, None where
    not known. `level` is 1..5 stars, 0 without. Prices are whole yuan a month. `beds_free` were
    free on the day `beds_date`. `is_open` is False while it takes nobody: it is kept and listed at
    the console, and callers do not hear of it.
    """

    code: str
    kind: Kind
    name: str
    area: str
    address: str
    point: Point | None = None
    hours: str = ""
    phone: str = ""
    level: int = 0
    price_from: int | None = None
    price_to: int | None = None
    beds: int | None = None
    beds_free: int | None = None
    beds_date: date | None = None
    note: str = ""
    is_open: bool = True


def inside(area: str, wider: str) -> bool:
    """Whether a code lies in another: 440104003 in 440104, 440104 in 440100, all in 000000."""
    wider = wider[:6].rstrip("0") if len(wider) <= 6 else wider
    # 440110 ends in a digit of its own; provinces and cities end in pairs of noughts.
    wider += "0" * (len(wider) % 2) if len(wider) < 6 else ""
    return area.startswith(wider)
