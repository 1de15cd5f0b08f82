"""`hotline cases import|show|template`: cases of the authority's business systems."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
from sqlalchemy.exc import SQLAlchemyError

from core.area import AreaError, normal
from core.area import full_name as area_name
from core.clock import Now, local
from core.crypto import mask_name
from core.db import Secret, Sessions
from core.settings import Settings
from tickets.cases import store, table
from tickets.cases.record import LABELS, Status
from tickets.cases.tables import Case

SHOWN = 20


def make_cases(load_store: Callable[[], tuple[Settings, Sessions]], now: Now) -> click.Group:
    """Return the command group `cases`; `load_store` gives settings and database."""

    @click.group()
    def cases() -> None:
        """Cases (办件) of the civil-affairs business systems."""

    @cases.command(name="import")
    @click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
    @click.option("--source", default="", help="The system it comes from; empty: the file's name.")
    @click.option("--area", default="", help="GB/T 2260 code of rows that name none.")
    @click.option("--by", default="command line", help="Who answers for it.")
    @click.option("--check", is_flag=True, help="Only say what is wrong.")
    def import_file(file: Path, source: str, area: str, by: str, check: bool) -> None:
        """Read FILE (.xlsx, .csv) in: all of it, or nothing when a row has a fault.

        The same file again changes nothing; what is older than what is kept is left out.
        """
        settings, sessions = load_store()
        home = table.Home(_area(area or settings.area), settings.timezone, _today(settings, now))
        found, faults = table.read(file.name, file.read_bytes(), home, Secret._vault())
        for fault in faults[:SHOWN]:
            click.echo(f"{file.name}:{fault.row}: {fault.column} {fault.text}", err=True)
        if faults:
            more = f" ({len(faults) - SHOWN} are not shown)" if len(faults) > SHOWN else ""
            raise click.ClickException(
                f"{len(faults)} rows have faults{more}; nothing was read in. Mend and repeat."
            )
        silent = sum(not record.identity for record in found)
        if not check:
            _write(sessions, source or file.stem, found, by, now)
        else:
            click.echo(f"{len(found)} cases are well.")
        if silent:
            click.echo(f"{silent} have no identity to check and are told to nobody by phone.")

    @cases.command()
    @click.argument("number")
    @click.option("--json", "as_json", is_flag=True, help="One JSON object.")
    def show(number: str, as_json: bool) -> None:
        """Show the case with NUMBER; letters and marks may be left out."""
        settings, sessions = load_store()
        with sessions() as db:
            case = store.find(db, number)
        if case is None:
            raise click.ClickException(f"there is no case {number}.")
        values = _values(case, settings.timezone)
        click.echo(
            json.dumps(values, ensure_ascii=False, indent=2) if as_json else _as_text(values)
        )

    @cases.command()
    @click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
    def template(file: Path) -> None:
        """Write an empty workbook with the columns and how to fill them in."""
        if file.exists():
            raise click.ClickException(f"{file} exists; choose another name.")
        try:
            file.write_bytes(table.template())
        except OSError as bad:
            raise click.ClickException(f"{file} cannot be written: {bad.strerror}.") from bad
        click.echo(f"The template is in {file}.")

    return cases


def _write(sessions: Sessions, source: str, found: list[Any], by: str, now: Now) -> None:
    try:
        done = store.put(sessions, source[:64], found, by, now())
    except store.Foreign as bad:
        raise click.ClickException(f"nothing was read in: {bad}") from bad
    except SQLAlchemyError as bad:
        reason = str(getattr(bad, "orig", None) or bad).splitlines()[0]
        raise click.ClickException(f"nothing was read in, the database says: {reason}") from bad
    click.echo(
        f"{source}: {done.added} new, {done.changed} changed, {done.same} the same, "
        f"{done.older} older than what is kept."
    )


def _values(case: Case, zone: str) -> dict[str, Any]:
    return {
        "number": case.number,
        "matter": case.matter,
        "module": case.module,
        "applicant": mask_name(case.applicant),
        "area": area_name(case.area),
        "status": LABELS[Status(case.status)],
        "steps": [" ".join(filter(None, step)) for step in case.steps],
        "next": case.next_step,
        "promised": case.promised_on.isoformat() if case.promised_on else "",
        "source": case.source,
        "updated": f"{local(case.updated_at, zone):%Y-%m-%d %H:%M}",
        "by phone": bool(case.identity_key),
    }


def _as_text(values: dict[str, Any]) -> str:
    lines = []
    for name, value in values.items():
        if isinstance(value, list):
            value = "\n          ".join(value)
        elif isinstance(value, bool):
            value = "yes" if value else "no: there is no identity to check"
        if value:
            lines.append(f"{name:<9} {value}")
    return "\n".join(lines)


def _area(code: str) -> str:
    try:
        return normal(code)
    except AreaError as bad:
        raise click.ClickException(str(bad)) from bad


def _today(settings: Settings, now: Now) -> Any:
    return local(now(), settings.timezone).date()
