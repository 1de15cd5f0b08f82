"""The columns of a table of service places: what a row says, and what is wrong with it. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from core.area import COUNTRY
from core.chinese_ids import phone_fault
from core.sound import sounds
from core.spreadsheet import Sheet
from knowledge.places import table_file
from knowledge.places.geo import Point
from knowledge.places.record import PlaceProblem
from knowledge.service_places.record import LABELS, Kind, ServicePlace, kind_of

HEADINGS = {
    "code": "编号", "kind": "类型", "name": "名称", "area": "区划代码", "address": "地址",
    "lat": "纬度", "lon": "经度", "datum": "坐标系", "hours": "开放时间", "phone": "电话",
    "level": "星级", "price_from": "每月价格从", "price_to": "每月价格到", "beds": "床位数",
    "beds_free": "空余床位", "beds_date": "空床日期", "is_open": "状态", "note": "备注",
}  # fmt: skip
HINTS = {
    "code": "网点自己的编号，不能重复；导入已有编号就是更新那个网点",
    "kind": "、".join(LABELS.values()),
    "name": "全称，最多128字",
    "area": "区县六位代码（如440104），也可以填到镇街九位、村居十二位",
    "address": "街道和门牌，电话里会读给市民听",
    "lat": "十进制的度，例如23.1290；不知道就和经度一起留空",
    "lon": "十进制的度，例如113.2670",
    "datum": "WGS-84、CGCS2000、GCJ-02（高德、腾讯）或BD-09（百度）；不填是WGS-84",
    "hours": "例如 周一至周五9:00-12:00，14:00-17:00",
    "phone": "带区号，例如020-83000000；几个号码用；分开，电话里读第一个",
    "level": "养老机构的星级（等级），1到5，没有评定就留空",
    "price_from": "每月最低多少元，整数",
    "price_to": "每月最高多少元，整数",
    "beds": "一共有多少张床",
    "beds_free": "现在空着多少张床；填了就要填空床日期",
    "beds_date": "空余床位是哪一天的数字，例如2026-11-20",
    "is_open": "开放或停用；不填是开放。停用的不会告诉市民",
    "note": "给话务员看，电话里不读",
}
EXAMPLE = {
    "code": "SL-0001", "kind": "养老机构", "name": "示例养老院（导入前请改成真实网点）",
    "area": "440104", "address": "示例路1号", "lat": "23.1290", "lon": "113.2670",
    "datum": "GCJ-02", "hours": "每天9:00-17:00", "phone": "020-83000000", "level": "3",
    "price_from": "2000", "price_to": "4500", "beds": "120", "beds_free": "8",
    "beds_date": "2026-11-20", "is_open": "开放", "note": "",
}  # fmt: skip
SHEET = Sheet(
    title="服务网点",
    headings=HEADINGS,
    needed=("code", "name"),
    hints=HINTS,
    example=EXAMPLE,
    widths={"name": 32, "address": 40, "hours": 34, "kind": 14, "area": 12, "level": 8},
)

OPEN = {"": True, "开放": True, "在用": True, "停用": False, "关闭": False}
MOST_BEDS, MOST_YUAN = 100_000, 1_000_000

_CODE = re.compile(r"[\w./-]{1,64}")
_LEVELS = {"一": 1, "二": 2, "三": 3, "四": 4, "五": 5}
_LEVEL = re.compile(r"([1-5一二三四五])(?:星级?|级|A)?")
_SEVERAL = re.compile(r"[;；、,，/]")
_SERVICE_NUMBER = re.compile(r"(?:1[0-2]\d{3}|9[5-9]\d{3,4}|400\d{7}|800\d{7})(?:[#转]\d+)?")
_EXTENSION = re.compile(r"(?:转|#)\d{1,6}$")


class Wrong(ValueError):
    """A cell cannot be taken; the message is a sentence in Chinese."""


def judged(cells: Mapping[str, str], today: date) -> tuple[ServicePlace | None, dict[str, str]]:
    """Read one row: the place when nothing is wrong, and what is wrong by field."""
    wrong: dict[str, str] = {}

    def take(field: str, reader: Callable[[str], Any]) -> Any:
        try:
            return reader(cells.get(field, "").strip())
        except (Wrong, PlaceProblem) as bad:
            wrong[field] = str(bad)
            return None

    values = {field: take(field, reader) for field, reader in _READERS.items()}
    point = take("lat", lambda lat: _point(lat, cells))
    beds, free, day = values["beds"], values["beds_free"], values["beds_date"]
    low, high = values["price_from"], values["price_to"]
    if low is not None and high is not None and low > high:
        wrong.setdefault("price_to", "每月价格到比每月价格从还低。")
    if beds is not None and free is not None and free > beds:
        wrong.setdefault("beds_free", f"空余床位{free}张比床位数{beds}张还多。")
    if free is not None and day is None and "beds_date" not in wrong:
        wrong["beds_date"] = "填了空余床位，就要填是哪一天的数字。"
    if day is not None and day > today:
        wrong["beds_date"] = f"空床日期{day}还没有到。"
    if wrong:
        return None, wrong
    return ServicePlace(point=point, **values), {}


def to_cells(place: ServicePlace) -> dict[str, str]:
    """A row's cells by field, as `judged` reads them."""
    plain = ("price_from", "price_to", "beds", "beds_free", "beds_date")
    shown = {field: getattr(place, field) for field in plain}
    return {
        "code": place.code,
        "kind": LABELS[place.kind],
        "name": place.name,
        "area": place.area,
        "address": place.address,
        "lat": f"{place.point.lat:.7f}" if place.point else "",
        "lon": f"{place.point.lon:.7f}" if place.point else "",
        "datum": "WGS-84" if place.point else "",
        "hours": place.hours,
        "phone": place.phone,
        "level": str(place.level or ""),
        "is_open": "开放" if place.is_open else "停用",
        "note": place.note,
        **{field: "" if value is None else str(value) for field, value in shown.items()},
    }


def _code(text: str) -> str:
    if not text:
        raise Wrong("编号没有填。")
    if not _CODE.fullmatch(text):
        raise Wrong("编号只能用文字、数字、减号、点和斜线，最多64个。")
    return text


def _kind(text: str) -> Kind:
    found = kind_of(text)
    if found is None:
        said = f"不认识类型“{text}”" if text else "类型没有填"
        raise Wrong(f"{said}，请填{'、'.join(LABELS.values())}。")
    return found


def _name(text: str) -> str:
    if not text:
        raise Wrong("名称没有填。")
    if not sounds(text):
        raise Wrong("名称读不出音，请用汉字填写。")
    return _text(text, "名称", 128)


def _area(text: str) -> str:
    if text in ("", COUNTRY):
        raise Wrong("区划代码没有填。")
    return table_file.area_code(text)


def _address(text: str) -> str:
    if not text:
        raise Wrong("地址没有填。")
    return _text(text, "地址", 255)


def _text(text: str, called: str, most: int) -> str:
    if len(text) > most:
        raise Wrong(f"{called}有{len(text)}个字，最多{most}个。")
    return text


def _phone(text: str) -> str:
    for one in filter(None, map(str.strip, _SEVERAL.split(text))):
        bare = re.sub(r"[\s()（）\-—]", "", _EXTENSION.sub("", one))
        if phone_fault(bare) and not _SERVICE_NUMBER.fullmatch(bare):
            raise Wrong(f"电话“{one}”不是电话号码，请填带区号的号码。")
    return _text(text, "电话", 128)


def _level(text: str) -> int:
    if text in ("", "无", "0", "未评定"):
        return 0
    found = _LEVEL.fullmatch(text)
    if found is None:
        raise Wrong(f"星级“{text}”不对，请填1到5，没有评定就留空。")
    return _LEVELS.get(found[1]) or int(found[1])


def _whole(called: str, most: int) -> Callable[[str], int | None]:
    def read(text: str) -> int | None:
        if not text:
            return None
        if not re.fullmatch(r"[0-9]{1,9}", text, re.ASCII) or int(text) > most:
            raise Wrong(f"{called}“{text}”不对，请填0到{most}之间的整数。")
        return int(text)

    return read


def _day(text: str) -> date | None:
    if not text:
        return None
    found = re.fullmatch(r"([0-9]{4})[-/.年]([0-9]{1,2})[-/.月]([0-9]{1,2})日?", text, re.ASCII)
    try:
        if found is None:
            raise ValueError
        return date(*map(int, found.groups()))
    except ValueError as bad:
        raise Wrong(f"日期“{text}”不对，请写成2026-11-20。") from bad


def _open(text: str) -> bool:
    if text not in OPEN:
        raise Wrong(f"状态“{text}”不对，请填开放或停用。")
    return OPEN[text]


def _point(lat: str, cells: Mapping[str, str]) -> Point | None:
    system = table_file.datum_of(cells.get("datum", "").strip())
    found = table_file.position(lat, cells.get("lon", "").strip(), system)
    # Seven decimals are a centimetre, and what is written out is read back the same.
    return Point(round(found.lat, 7), round(found.lon, 7)) if found else None


_READERS: dict[str, Callable[[str], Any]] = {
    "code": _code,
    "kind": _kind,
    "name": _name,
    "area": _area,
    "address": _address,
    "hours": lambda text: _text(text, "开放时间", 255),
    "phone": _phone,
    "level": _level,
    "price_from": _whole("每月价格从", MOST_YUAN),
    "price_to": _whole("每月价格到", MOST_YUAN),
    "beds": _whole("床位数", MOST_BEDS),
    "beds_free": _whole("空余床位", MOST_BEDS),
    "beds_date": _day,
    "note": lambda text: _text(text, "备注", 1000),
    "is_open": _open,
}
