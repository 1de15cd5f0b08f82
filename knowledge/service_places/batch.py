"""Reading a file of service places in: judged row by row, then written as a whole or not at all."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from core import spreadsheet
from core.db import Sessions
from core.journal_tables import AuditEntry
from core.spreadsheet import TableError
from knowledge.editing import Doer
from knowledge.exchange.batch import RowFault
from knowledge.lifecycle import Refused
from knowledge.service_places import store
from knowledge.service_places.columns import HEADINGS, SHEET, judged
from knowledge.service_places.record import ServicePlace
from knowledge.service_places.tables import ServicePlaceChange, ServicePlaceImport, ServicePlaceRow

NOT_YOURS = "您不能改这个地区的网点，请由上级账号导入。"

MayWrite = Callable[[str], bool]
"""Whether an area's places may be written, by its code of six digits."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What reading a file in would do; nothing is written while there are faults."""

    added: tuple[ServicePlace, ...] = ()
    changed: tuple[ServicePlace, ...] = ()
    same: tuple[str, ...] = ()
    faults: tuple[RowFault, ...] = ()

    @property
    def places(self) -> tuple[ServicePlace, ...]:
        """What would be written."""
        return self.added + self.changed


def plan(sessions: Sessions, name: str, content: bytes, may_write: MayWrite, today: date) -> Plan:
    """Judge a file. Blocking.

    Places that the file does not hold stay as they are, so that a district can send its own rows,
    or yesterday's free beds, alone.
    """
    try:
        rows = spreadsheet.read(SHEET, name, content)
    except TableError as bad:
        return Plan(faults=(RowFault(0, "", str(bad)),))
    known = {place.code: place for place in store.load(sessions)}
    wrong: list[RowFault] = []
    good: list[ServicePlace] = []
    seen: dict[str, int] = {}
    for row in rows:
        place, found = judged(row.cells, today)
        wrong += [RowFault(row.number, HEADINGS[field], text) for field, text in found.items()]
        code = row.cells.get("code", "").strip()
        first = seen.setdefault(code, row.number)
        if code and first != row.number:
            wrong.append(RowFault(row.number, HEADINGS["code"], f"和第{first}行的编号相同。"))
        if place is None:
            continue
        before = known.get(code)
        if not all(may_write(each.area[:6]) for each in (place, before) if each):
            wrong.append(RowFault(row.number, HEADINGS["area"], NOT_YOURS))
        good.append(place)
    return Plan(
        tuple(place for place in good if place.code not in known),
        tuple(place for place in good if known.get(place.code, place) != place),
        tuple(place.code for place in good if known.get(place.code) == place),
        tuple(wrong),
    )


def write(sessions: Sessions, planned: Plan, file: str, doer: Doer) -> int:
    """Write all of a plan in one transaction; returns the import's number. Blocking.

    Raises Refused when the plan has faults or nothing to write.
    """
    if planned.faults:
        raise Refused("还有错误没有改好，什么都没有导入。")
    if not planned.places:
        raise Refused("文件里的网点和现有的完全一样，不用导入。")
    with sessions() as db:
        kept = ServicePlaceImport(
            file=file[:255],
            by=doer.name,
            at=doer.now,
            added=len(planned.added),
            changed=len(planned.changed),
        )
        db.add(kept)
        db.flush()
        codes = {place.code for place in planned.places}
        rows = {row.code: row for row in db.scalars(select(ServicePlaceRow)) if row.code in codes}
        before = {code: store.written(row) for code, row in rows.items() if not row.gone}
        for place in planned.places:
            row = rows.get(place.code)
            if row is None:
                row = ServicePlaceRow(code=place.code)
                db.add(row)
            for name, value in store.values_of(place).items():
                setattr(row, name, value)
            row.gone, row.batch = False, kept.id
        db.flush()
        db.add_all(
            ServicePlaceChange(batch=kept.id, code=code, before=before.get(code)) for code in codes
        )
        db.add(
            AuditEntry(at=doer.now, who=doer.name, did="service_places.imported", what=kept.file)
        )
        return kept.id


def undo(sessions: Sessions, number: int, doer: Doer, may_write: MayWrite) -> int:
    """Make all places of an import what they were before it; returns how many. Blocking.

    Raises Refused when a later import changed one of them, the import is undone already, or an area
    is not the user's; LookupError.
    """
    with sessions() as db:
        kept = db.get(ServicePlaceImport, number)
        if kept is None:
            raise LookupError(f"there is no import {number}")
        if kept.undone_at is not None:
            raise Refused("这次导入已经撤销过了。")
        query = (
            select(ServicePlaceChange, ServicePlaceRow)
            .join(ServicePlaceRow, ServicePlaceRow.code == ServicePlaceChange.code)
            .where(ServicePlaceChange.batch == number)
            .order_by(ServicePlaceChange.code)
        )
        changes = [(change, row) for change, row in db.execute(query)]
        later = [row.name for _, row in changes if row.batch != number]
        if later:
            raise Refused(f"后来的导入又改过：{'、'.join(later[:3])}。请先撤销后来的导入。")
        if not all(may_write(row.area[:6]) for _, row in changes):
            raise Refused(NOT_YOURS)
        for change, row in changes:
            if change.before is None:
                row.gone = True
            else:
                store.restore(row, change.before)
        kept.undone_at = doer.now
        db.add(AuditEntry(at=doer.now, who=doer.name, did="service_places.undone", what=kept.file))
        return len(changes)


def imports(sessions: Sessions, most: int = 20) -> list[ServicePlaceImport]:
    """The last imports, newest first. Blocking."""
    with sessions() as db:
        query = select(ServicePlaceImport).order_by(ServicePlaceImport.id.desc()).limit(most)
        return list(db.scalars(query))
