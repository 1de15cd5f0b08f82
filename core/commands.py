"""`hotline db`: the database's tables."""

from __future__ import annotations

from collections.abc import Callable

import click

from core import migrate
from core.settings import Settings


def make_db(load_settings: Callable[[], Settings]) -> click.Group:
    """The group `db`. `load_settings` is called when a command runs.

    The modules of all tables must have been imported by then.
    """

    @click.group()
    def db() -> None:
        """The database."""

    @db.command()
    def upgrade() -> None:
        """Bring the database's tables up to date."""
        try:
            revision = migrate.upgrade(load_settings().database_url)
        except migrate.MigrationError as error:
            raise click.ClickException(str(error)) from error
        click.echo(f"The database is up to date (revision {revision}).")

    return db
