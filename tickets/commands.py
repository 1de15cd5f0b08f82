"""Commands on what is remembered of callers, for `hotline.py` to add to its own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click

from core import clock
from core.db import Sessions
from tickets import homes
from tickets.callers import forget


def make_caller(load_store: Callable[[], tuple[Any, Sessions]]) -> click.Group:
    """Return the command group `caller`; `load_store` gives settings and database."""

    @click.group()
    def caller() -> None:
        """What is remembered of callers by their numbers."""

    @caller.command("forget")
    @click.argument("number")
    def forget_number(number: str) -> None:
        """Remove what is remembered of who phones from NUMBER (elder mode, home)."""
        _, sessions = load_store()
        with sessions() as db:
            found = forget(db, number)
        click.echo("forgotten" if found else "nothing was remembered of this number")

    @caller.command()
    @click.argument("number")
    @click.argument("address", default="")
    @click.option("--at", default="", help="Where it is: LAT,LON (WGS-84).")
    def home(number: str, address: str, at: str) -> None:
        """Keep where who phones from NUMBER lives; without ADDRESS it is removed.

        Whoever then says 我在家 is led from there. Without --at the address must name a road,
        estate or building of the loaded place names.
        """
        _, sessions = load_store()
        try:
            kept = homes.read(address, at)
            with sessions() as db:
                homes.keep_by_number(db, number, kept, clock.utc_now())
        except homes.HomeRefused as refused:
            raise click.ClickException(str(refused)) from refused
        click.echo("kept" if kept.address else "removed")

    return caller
