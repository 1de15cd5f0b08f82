"""Tables of cases as XLSX and CSV: their columns, and what is wrong with a row. Pure but for time.

The identity number is read, checked and forgotten: what is kept is a keyed hash of its end and the
birthday (`tickets.cases.record.identity_key`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from core import area, chinese_ids, spreadsheet
from core.crypto import Vault
from core.spreadsheet import Sheet, TableError
from tickets.cases.record import (
    LABELS,
    MODULES,
    CaseRecord,
    Status,
    Step,
    digits_of,
    identity_key,
)

SHEET = Sheet(
    title="办件",
    headings={
        "number": "办件编号", "module": "业务模块", "matter": "事项", "applicant": "申请人",
        "id_number": "身份证号码", "last_four": "身份证后四位", "born": "出生日期",
        "area": "地区代码", "status": "状态", "steps": "办理经过", "next_step": "下一步",
        "promised_on": "承诺办结日期", "updated_at": "更新时间",
    },
    needed=("number", "matter", "status", "updated_at"),
    hints={
        "number": "6到18个数字，可以带字母和横线；请把这一列设为文本",
        "module": f"可以不填，或者是：{'、'.join(MODULES)}",
        "matter": "电话里这样说，例如 最低生活保障申请；最多64字",
        "applicant": "加密保存，电话里不说",
        "id_number": "只用来核对来电人，不保存；也可以只填后四位和出生日期",
        "last_four": "最后一位可以是X；填了身份证号码就不用填",
        "born": "1958-03-05；填了身份证号码就不用填",
        "area": "GB/T 2260代码，例如440106；不填就用导入时给的代码",
        "status": "、".join(LABELS.values()),
        "steps": "一行一步：日期|环节|说明，例如 2026-03-01|受理|",
        "next_step": "例如 入户调查",
        "promised_on": "2026-04-10，可以不填",
        "updated_at": "2026-03-02或2026-03-02 09:30，当地时间",
    },
    example={
        "number": "DB-20260301-0001", "module": "救灾救济", "matter": "最低生活保障申请",
        "applicant": "张三（示例，导入前请删除这一行）", "id_number": "", "last_four": "002X",
        "born": "1949-12-31", "area": "440106", "status": "审核中",
        "steps": "2026-03-01|受理|\n2026-03-02|入户调查|", "next_step": "民主评议",
        "promised_on": "2026-04-10", "updated_at": "2026-03-02 09:30",
    },
    widths={"number": 24, "matter": 28, "steps": 44, "id_number": 22},
    freeze="B2",
    largest=100_000_000,
    most_rows=200_000,
)  # fmt: skip

_STATUSES = {
    **{text: status for status, text in LABELS.items()},
    "已受理": Status.RECEIVED, "审核": Status.REVIEWING, "审批中": Status.REVIEWING,
    "公示中": Status.ANNOUNCED, "通过": Status.APPROVED, "不通过": Status.REJECTED,
    "不予通过": Status.REJECTED, "办结": Status.CLOSED,
}  # fmt: skip
_NUMBER = re.compile(r"[0-9A-Za-z_\-]{6,32}")
_LAST_FOUR = re.compile(r"[0-9]{3}[0-9Xx]")
_MOST = {"matter": 64, "next_step": 64, "applicant": 64}
_MOST_STEPS = 50


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with one row (0: with the file), in a sentence in Chinese."""

    row: int
    column: str
    text: str


class _Wrong(ValueError):
    """One cell is wrong: its field, and the sentence."""

    def __init__(self, field: str, text: str) -> None:
        super().__init__(text)
        self.field = field


@dataclass(frozen=True, slots=True)
class Home:
    """What the rows do not say: the area of those without one, the time zone, and today."""

    area: str
    zone: str
    today: date


def read(
    name: str, content: bytes, home: Home, vault: Vault
) -> tuple[list[CaseRecord], list[Fault]]:
    """Return the cases of a file and all that is wrong with it; nothing is written."""
    try:
        rows = spreadsheet.read(SHEET, name, content)
    except TableError as bad:
        return [], [Fault(0, "", str(bad))]
    found: list[CaseRecord] = []
    faults: list[Fault] = []
    seen: dict[str, int] = {}
    for row in rows:
        cells = {field: text.strip() for field, text in row.cells.items()}
        try:
            record = _record(cells, home, vault)
        except _Wrong as bad:
            faults.append(Fault(row.number, SHEET.headings[bad.field], str(bad)))
            continue
        first = seen.setdefault(record.digits, row.number)
        if first != row.number:
            text = f"和第{first}行的编号相同，或者只差字母，电话里分不开。"
            faults.append(Fault(row.number, SHEET.headings["number"], text))
        found.append(record)
    return found, faults


def template() -> bytes:
    """A workbook with the columns, what each takes, and one example."""
    return spreadsheet.template(SHEET)


def _record(cells: Mapping[str, str], home: Home, vault: Vault) -> CaseRecord:
    number = cells["number"]
    if not _NUMBER.fullmatch(number) or not 6 <= len(digits_of(number)) <= 18:
        raise _Wrong("number", "办件编号要有6到18个数字，可以带字母和横线。")
    for field, most in _MOST.items():
        if len(cells.get(field, "")) > most:
            raise _Wrong(field, f"最多{most}个字。")
    if not cells["matter"]:
        raise _Wrong("matter", "请写明办的是什么事。")
    status = _STATUSES.get(cells["status"])
    if status is None:
        raise _Wrong("status", f"状态是其中之一：{'、'.join(LABELS.values())}。")
    module = cells.get("module", "")
    if module and module not in MODULES:
        raise _Wrong("module", f"业务模块是其中之一：{'、'.join(MODULES)}。")
    promised = cells.get("promised_on", "")
    return CaseRecord(
        number=number,
        module=module,
        matter=cells["matter"],
        applicant=cells.get("applicant", ""),
        area=_area(cells.get("area", "") or home.area),
        status=status,
        steps=_steps(cells.get("steps", "")),
        next_step=cells.get("next_step", ""),
        promised_on=_day("promised_on", promised) if promised else None,
        updated_at=_moment(cells["updated_at"], home.zone),
        identity=_identity(cells, number, home.today, vault),
    )


def _identity(cells: Mapping[str, str], number: str, today: date, vault: Vault) -> str:
    whole = cells.get("id_number", "").upper()
    last_four, born = cells.get("last_four", "").upper(), cells.get("born", "")
    if whole:
        if chinese_ids.identity_fault(whole, today):
            raise _Wrong("id_number", "身份证号码不对（GB 11643）。请核对，并把这一列设为文本。")
        last_four, day = whole[-4:], whole[6:14]
    elif last_four or born:
        if not _LAST_FOUR.fullmatch(last_four):
            raise _Wrong("last_four", "身份证后四位是四个数字，最后一位可以是X。")
        day = f"{_day('born', born):%Y%m%d}"
        if chinese_ids.birthday(day, today) is None:
            raise _Wrong("born", "没有这样的出生日期。")
    else:
        return ""
    return identity_key(vault, digits_of(number), last_four, day)


def _area(code: str) -> str:
    try:
        return area.normal(code)
    except area.AreaError as bad:
        raise _Wrong("area", "地区代码是六位数字，例如440106。") from bad


def _steps(text: str) -> tuple[Step, ...]:
    lines = [line.strip() for line in re.split(r"[\r\n]+", text) if line.strip()]
    if len(lines) > _MOST_STEPS:
        raise _Wrong("steps", f"最多{_MOST_STEPS}步。")
    steps = []
    for line in lines:
        on, name, note = [*(part.strip() for part in re.split("[|｜]", line, maxsplit=2)), "", ""][
            :3
        ]
        if not name or len(name) > 32 or len(note) > 200:
            raise _Wrong("steps", "一行一步，写成：日期|环节|说明。环节最多32个字。")
        steps.append(Step(_day("steps", on), name, note))
    return tuple(sorted(steps, key=lambda step: step.on))


def _day(field: str, text: str) -> date:
    try:
        return date.fromisoformat(text.replace("/", "-"))
    except ValueError as bad:
        raise _Wrong(field, "日期写成2026-03-02。") from bad


def _moment(text: str, zone: str) -> datetime:
    try:
        read = datetime.fromisoformat(text.replace("/", "-"))
    except ValueError as bad:
        raise _Wrong("updated_at", "时间写成2026-03-02或2026-03-02 09:30。") from bad
    return read if read.tzinfo else read.replace(tzinfo=ZoneInfo(zone))
