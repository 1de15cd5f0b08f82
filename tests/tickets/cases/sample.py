"""A table of three cases as an authority would send it, and who may hear of them."""

from __future__ import annotations

from datetime import UTC, date, datetime

from core import spreadsheet
from core.crypto import Vault
from tickets.cases import table
from tickets.cases.record import CaseRecord

NOW = datetime(2026, 3, 4, 2, 0, tzinfo=UTC)
HOME = table.Home("440106", "Asia/Shanghai", date(2026, 3, 4))
VAULT = Vault(b"k" * 32)

NUMBER, DIGITS, LAST_FOUR, BORN = "DB-20260301-0001", "202603010001", "002X", "19491231"
ROW = {
    "number": NUMBER, "module": "救灾救济", "matter": "最低生活保障申请", "applicant": "李秀兰",
    "id_number": "11010519491231002X", "last_four": "", "born": "", "area": "440106",
    "status": "审核中", "steps": "2026-03-02|入户调查|\n2026-03-01|受理|窗口",
    "next_step": "民主评议", "promised_on": "2026-04-10", "updated_at": "2026-03-02 09:30",
}  # fmt: skip
PARTS = {
    **ROW, "number": "GL20260215", "matter": "高龄津贴申领", "applicant": "王德福",
    "id_number": "", "last_four": "1234", "born": "1940-05-06", "status": "已通过", "steps": "",
}  # fmt: skip
NOBODYS = {**PARTS, "number": "20260220", "last_four": "", "born": "", "status": "公示"}


def file_of(*rows: dict[str, str], kind: str = "csv") -> bytes:
    """A file of rows."""
    write = spreadsheet.to_csv if kind == "csv" else spreadsheet.to_xlsx
    return write(table.SHEET, rows)


def read(*rows: dict[str, str]) -> tuple[list[CaseRecord], list[table.Fault]]:
    """What a file of rows holds, and what is wrong with it."""
    return table.read("cases.csv", file_of(*rows), HOME, VAULT)


def records(*rows: dict[str, str]) -> list[CaseRecord]:
    """The cases of rows that are well."""
    found, faults = read(*(rows or (ROW, PARTS, NOBODYS)))
    assert not faults
    return found
