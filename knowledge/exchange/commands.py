"""`hotline kb import|export|template|undo`: articles as XLSX, CSV or JSON."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import click

from core.clock import Now, local
from core.db import Sessions
from core.settings import Settings
from knowledge.editing import Doer
from knowledge.exchange import batch, sheets
from knowledge.lifecycle import Refused
from knowledge.store import list_articles

WRITERS = {".xlsx": sheets.to_xlsx, ".csv": sheets.to_csv, ".json": batch.to_json}


def add_exchange(
    group: click.Group, load_store: Callable[[], tuple[Settings, Sessions]], now: Now
) -> None:
    """Give a group its commands for files."""

    def doer(settings: Settings, by: str) -> Doer:
        return Doer(by, now(), local(now(), settings.timezone).date(), "command line")

    @group.command(name="import")
    @click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
    @click.option("--by", required=True, help="Who answers for it; somebody else must approve.")
    @click.option("--check", is_flag=True, help="Only say what would be done.")
    def import_file(file: Path, by: str, check: bool) -> None:
        """Read FILE (.xlsx, .csv, .json) in: all of it, or nothing when a row has a fault."""
        settings, sessions = load_store()
        planned = batch.plan(sessions, file.name, file.read_bytes(), lambda area: True)
        for fault in planned.faults:
            click.echo(f"{file.name}:{fault.row}: {fault.column} {fault.text}", err=True)
        click.echo(
            f"{len(planned.added)} new, {len(planned.changed)} changed, "
            f"{len(planned.same)} the same, {len(planned.faults)} faults."
        )
        if planned.faults:
            raise click.ClickException("nothing was read in; mend the rows above.")
        if check:
            return
        try:
            number = batch.write(sessions, planned, file.name, doer(settings, by))
        except Refused as refused:
            raise click.ClickException(str(refused)) from refused
        click.echo(
            f"Read in as import {number}; waits for approval. Undo: hotline kb undo {number}"
        )

    @group.command()
    @click.argument("number", type=int)
    @click.option("--by", default="command line", help="Who undoes it.")
    def undo(number: int, by: str) -> None:
        """Withdraw all that import NUMBER brought."""
        settings, sessions = load_store()
        try:
            count = batch.undo(sessions, number, doer(settings, by))
        except (Refused, LookupError) as refused:
            raise click.ClickException(str(refused)) from refused
        click.echo(f"{count} versions are withdrawn.")

    @group.command()
    @click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
    def export(file: Path) -> None:
        """Write all articles in use to FILE; its ending (.xlsx, .csv, .json) says how."""
        write = WRITERS.get(file.suffix.lower())
        if write is None:
            raise click.ClickException("the file's name must end in .xlsx, .csv or .json.")
        settings, sessions = load_store()
        listed = list_articles(sessions, local(now(), settings.timezone).date())
        to_disk(file, write([each.content for each in listed]))
        click.echo(f"{len(listed)} articles are in {file}.")

    @group.command()
    @click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
    def template(file: Path) -> None:
        """Write an empty workbook with the columns and how to fill them in."""
        to_disk(file, sheets.template())
        click.echo(f"The template is in {file}.")


def to_disk(file: Path, content: bytes) -> None:
    """Write a file. Ends the command when it cannot be written."""
    try:
        file.write_bytes(content)
    except OSError as bad:
        raise click.ClickException(f"{file} cannot be written: {bad.strerror}.") from bad
