"""Commands on what is remembered of callers, for `hotline.py` to add to its own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click

from core.db import Sessions
from tickets.callers import forget


def make_caller(load_store: Callable[[], tuple[Any, Sessions]]) -> click.Group:
    """Return the command group `caller`; `load_store` gives settings and database."""

    @click.group()
    def caller() -> None:
        """What is remembered of callers by their numbers."""

    @caller.command("forget")
    @click.argument("number")
    def forget_number(number: str) -> None:
        """Remove what is remembered of who phones from NUMBER (elder mode)."""
        _, sessions = load_store()
        with sessions() as db:
            found = forget(db, number)
        click.echo("forgotten" if found else "nothing was remembered of this number")

    return caller
