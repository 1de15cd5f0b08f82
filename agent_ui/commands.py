"""`hotline user` and `hotline token`: who may log in, and which programs may ask."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import click

from agent_ui.accounts import login, second_factor, users
from agent_ui.roles import Role, needs_second_factor
from agent_ui.tables import User
from core.area import COUNTRY, name
from core.clock import Now, local
from core.db import Sessions
from core.settings import Settings

OPERATOR = "(command line)"
"""Who the audit names for what is done with the command line."""

Load = Callable[[], tuple[Settings, Sessions]]


def make_user(load: Load, now: Now) -> click.Group:
    """The group `user`. `load` opens settings and database when a command runs."""

    @click.group()
    def user() -> None:
        """People who use the console."""

    @user.command()
    @click.argument("login_name", metavar="NAME")
    @click.option("--role", type=click.Choice([each.value for each in Role]), default="agent")
    @click.option("--area", default=COUNTRY, help="GB/T 2260 code; sees this area and below.")
    @click.option("--display", default="", help="Name shown to colleagues.")
    def add(login_name: str, role: str, area: str, display: str) -> None:
        """Make a user and print the one-time password."""
        _, sessions = load()
        try:
            with sessions() as db:
                password = users.add(db, login_name, role, area, now(), display)
        except users.AccountError as error:
            raise click.ClickException(str(error)) from error
        click.echo(f"{login_name}: one-time password {password}")

    @user.command()
    @click.argument("login_name", metavar="NAME")
    def passwd(login_name: str) -> None:
        """Print a new one-time password, unlock the user, end their sessions."""
        _, sessions = load()
        try:
            with sessions() as db:
                password = users.reset(db, login_name)
        except users.AccountError as error:
            raise click.ClickException(str(error)) from error
        click.echo(f"{login_name}: one-time password {password}")

    @user.command("role")
    @click.argument("login_name", metavar="NAME")
    @click.argument("role", type=click.Choice([each.value for each in Role]))
    def change_role(login_name: str, role: str) -> None:
        """Give a user another role; it counts from their next click."""
        _, sessions = load()
        try:
            with sessions() as db:
                before = users.set_role(db, login_name, role, now(), OPERATOR)
        except users.AccountError as error:
            raise click.ClickException(str(error)) from error
        click.echo(f"{login_name}: {role}, was {before}")

    @user.command()
    @click.argument("login_name", metavar="NAME")
    def unenrol(login_name: str) -> None:
        """Forget a user's second factor (a lost phone) and end their sessions.

        Be sure who asks: whoever logs in next with their password sets up a new one.
        """
        _, sessions = load()
        with sessions() as db:
            if db.get(User, login_name) is None:
                raise click.ClickException(f"There is no user {login_name}.")
            had = second_factor.forget(db, login_name, now(), OPERATOR)
        click.echo(f"{login_name}: {'second factor forgotten' if had else 'had none'}")

    @user.command()
    @click.argument("login_name", metavar="NAME")
    @click.argument("languages", nargs=-1, metavar="[SKILL]...")
    def skills(login_name: str, languages: tuple[str, ...]) -> None:
        """Say which languages (粤语 客家话 潮汕话) a user speaks with callers; none takes all back.

        It counts from when they next open their phone's page.
        """
        _, sessions = load()
        try:
            with sessions() as db:
                found = users.set_skills(db, login_name, languages)
        except users.AccountError as error:
            raise click.ClickException(str(error)) from error
        click.echo(f"{login_name}: {' '.join(found) or 'Mandarin alone'}")

    @user.command("list")
    def show() -> None:
        """List the users: name, role, area, and whether they are locked out."""
        settings, sessions = load()
        with sessions() as db:
            rows = users.listed(db)
            enrolled = users.enrolled(db)
        for row in rows:
            locked = ""
            if row.locked_until is not None and row.locked_until > now():
                locked = f"  locked until {local(row.locked_until, settings.timezone):%H:%M}"
            fresh = "  one-time password not yet used" if row.must_change else ""
            if needs_second_factor(row.role) and row.name not in enrolled:
                fresh += "  no second factor yet"
            area = f"{row.area} {name(row.area)}"
            spoken = f"  {' '.join(row.skills)}" if row.skills else ""
            click.echo(f"{row.name}\t{row.role}\t{area}\t{row.display}{spoken}{locked}{fresh}")

    return user


def make_token(load: Load, now: Now) -> click.Group:
    """The group `token`. `load` opens settings and database when a command runs."""

    @click.group()
    def token() -> None:
        """Programs that use the API."""

    @token.command()
    @click.argument("program", metavar="NAME")
    @click.option("--user", "login_name", required=True, help="User whose rights it gets.")
    @click.option("--days", type=click.IntRange(1, 3650), default=365, help="Ends after so long.")
    def create(program: str, login_name: str, days: int) -> None:
        """Make a token and print it; it cannot be shown again."""
        _, sessions = load()
        try:
            with sessions() as db:
                expires = now() + timedelta(days=days)
                made = login.new_bearer(db, login_name, program[:64], expires)
        except LookupError as error:
            raise click.ClickException(str(error.args[0])) from error
        click.echo(made)

    return token
