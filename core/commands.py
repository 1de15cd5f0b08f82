"""What commands begin with: the settings and the store; and `hotline db`."""

from __future__ import annotations

from collections.abc import Callable

import click

from core import migrate
from core import settings as core_settings
from core.crypto import Vault
from core.db import Sessions, open_database, open_sessions
from core.settings import Settings, SettingsError


def load_settings() -> Settings:
    """Read the settings, or end the command with one sentence."""
    try:
        return core_settings.load()
    except SettingsError as error:
        raise click.ClickException(str(error)) from error


def load_store() -> tuple[Settings, Sessions]:
    """Open settings and database for a command that needs no running service.

    The database is brought up to date; the modules of all tables must have been imported by then.
    Ends the command with one sentence when one of them cannot be used.
    """
    settings = load_settings()
    try:
        migrate.upgrade(settings.database_url)
        vault = Vault.at(settings.data / "keys" / "personal.key")
    except (migrate.MigrationError, OSError, ValueError) as error:
        raise click.ClickException(str(error)) from error
    return settings, open_sessions(open_database(settings.database_url, vault))


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
