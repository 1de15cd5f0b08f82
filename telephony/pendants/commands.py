"""`hotline devices import|list`: the register of pendants."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import click
from sqlalchemy import select

from core.crypto import mask_name, mask_number
from core.db import Sessions
from core.settings import Settings
from telephony.pendants import register
from telephony.pendants.tables import Device

SHOWN = 20


def make_devices(load_store: Callable[[], tuple[Settings, Sessions]]) -> click.Group:
    """Return the command group `devices`; `load_store` gives settings and database."""

    @click.group()
    def devices() -> None:
        """Pendants and other devices of people at home."""

    @devices.command(name="import")
    @click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
    def import_file(file: Path) -> None:
        """Read FILE (.xlsx, .csv) in: all of it, or nothing when a row has a fault."""
        settings, sessions = load_store()
        entries, faults = register.read(file.name, file.read_bytes(), settings.timezone)
        for fault in faults[:SHOWN]:
            click.echo(f"{file.name}:{fault.row}: {fault.text}", err=True)
        if faults:
            raise click.ClickException(f"{len(faults)} faults; nothing was read in.")
        with sessions() as db:
            new, old = register.write(db, entries)
        click.echo(f"{new} devices are new, {old} were brought up to date.")

    @devices.command(name="list")
    @click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
    def list_them(as_json: bool) -> None:
        """List the register; names and numbers are masked."""
        _, sessions = load_store()
        with sessions() as db:
            rows = db.scalars(select(Device).order_by(Device.protocol, Device.controller)).all()
        for device in rows:
            seen = device.last_seen.isoformat(timespec="seconds") if device.last_seen else "-"
            values = {
                "protocol": device.protocol,
                "controller": device.controller,
                "state": device.state,
                "last_seen": seen,
                "model": device.model,
                "person": mask_name(device.person),
                "number": mask_number(device.number),
            }
            click.echo(
                json.dumps(values, ensure_ascii=False)
                if as_json
                else "  ".join(value or "-" for value in values.values())
            )
        if not rows and not as_json:
            click.echo("There are no devices yet: hotline devices import FILE")

    return devices
