"""The register's table (.csv, .xlsx): read whole or not at all, and written into the database."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from core import spreadsheet
from core.area import AreaError, normal
from core.spreadsheet import Row, Sheet, TableError
from telephony.pendants import store
from telephony.pendants.tables import Device, State
from telephony.sip.numbers import normalise

PROTOCOLS = ("scaip", "now-ip", "bs8521", "contact-id", "dc-09", "number")
SHEET = Sheet(
    title="呼叫器",
    headings={
        "protocol": "协议",
        "controller": "设备号",
        "model": "型号",
        "person": "姓名",
        "number": "电话",
        "address": "地址",
        "area": "区划代码",
        "state": "状态",
        "test_due": "下次测试",
    },
    needed=("protocol", "controller"),
    hints={
        "protocol": "、".join(PROTOCOLS),
        "controller": "设备自己报的号码，最多32个字",
        "model": "可以不填",
        "person": "使用人姓名",
        "number": "设备打来的电话号码",
        "address": "住址",
        "area": "GB/T 2260代码",
        "state": "、".join(State),
        "test_due": "年-月-日",
    },
    example={"protocol": "scaip", "controller": "26317", "person": "张三", "state": "active"},
    largest=50_000_000,
    most_rows=200_000,
)


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a row; row 0 is the whole file."""

    row: int
    text: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One device of the table, with checked values."""

    protocol: str
    controller: str
    model: str
    person: str
    number: str
    address: str
    area: str
    state: str
    test_due: datetime | None


def read(name: str, content: bytes, zone: str) -> tuple[list[Entry], list[Fault]]:
    """Return the devices of a file, or what is wrong with it; days are of the time zone."""
    try:
        rows = spreadsheet.read(SHEET, name, content)
    except TableError as error:
        return [], [Fault(0, str(error))]
    entries: dict[tuple[str, str], Entry] = {}
    faults = []
    for row in rows:
        try:
            entry = _entry(row, zone)
            key = (entry.protocol, entry.controller)
            if key in entries:
                raise ValueError(f"设备号{entry.controller}前面已经有了")
            entries[key] = entry
        except ValueError as error:
            faults.append(Fault(row.number, str(error)))
    return ([] if faults else list(entries.values())), faults


def _entry(row: Row, zone: str) -> Entry:
    cells = {name: text.strip() for name, text in row.cells.items()}
    protocol = cells.get("protocol", "").lower()
    if protocol not in PROTOCOLS:
        raise ValueError(f"协议要是{'、'.join(PROTOCOLS)}之一")
    controller = cells.get("controller", "").lstrip("+")
    if not controller or len(controller) > 32:
        raise ValueError("设备号要有1到32个字")
    state = cells.get("state", "") or State.ACTIVE.value
    if state not in list(State):
        raise ValueError(f"状态要是{'、'.join(State)}之一")
    area = cells.get("area", "")
    try:
        area = normal(area) if area else ""
    except AreaError as error:
        raise ValueError("区划代码不对") from error
    number = normalise(cells.get("number", ""))
    if cells.get("number") and not number:
        raise ValueError("电话不是号码")
    due = cells.get("test_due", "")
    try:
        at = datetime.fromisoformat(due).replace(tzinfo=ZoneInfo(zone)) if due else None
    except ValueError as error:
        raise ValueError("下次测试要写成年-月-日") from error
    return Entry(
        protocol,
        controller,
        cells.get("model", "")[:64],
        cells.get("person", ""),
        number,
        cells.get("address", ""),
        area,
        state,
        at.astimezone(UTC) if at else None,
    )


def write(db: Session, entries: list[Entry]) -> tuple[int, int]:
    """Put devices in or bring them up to date; returns how many are new and how many were there."""
    new = 0
    for entry in entries:
        device = store.find(db, entry.protocol, entry.controller)
        if device is None:
            device = Device(protocol=entry.protocol, controller=entry.controller)
            db.add(device)
            new += 1
        for name in ("model", "person", "number", "address", "area", "state", "test_due"):
            setattr(device, name, getattr(entry, name))
        device.number_key = store.number_key(entry.number)
    return new, len(entries) - new
