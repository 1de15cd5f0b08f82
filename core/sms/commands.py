"""Commands on text messages, for `hotline.py` to add to its own."""

from __future__ import annotations

import uuid
from collections.abc import Callable

import click
from twisted.internet.defer import maybeDeferred

from core.clock import Now
from core.settings import Settings
from core.sms import from_settings
from core.sms.length import parts
from core.sms.numbers import mobile
from core.sms.port import Accepted, Outcome, Outgoing


def make_sms(load_settings: Callable[[], Settings], now: Now) -> click.Group:
    """Return the command group `sms`. `load_settings` is called when a command runs."""

    @click.group()
    def sms() -> None:
        """Text messages."""

    @sms.command("try")
    @click.argument("number")
    @click.argument("text", default="这是一条测试短信。")
    def try_out(number: str, text: str) -> None:
        """Send one TEXT to NUMBER at once and print what the gateway says.

        It is neither kept nor tried again, and counts to no daily cap.
        """
        settings = load_settings()
        way = from_settings.sms(settings, now, maybeDeferred)
        if way is None:
            raise click.ClickException("no gateway is set up; docs/sms.md says how")
        target = mobile(number)
        if not target:
            raise click.ClickException(f"{number} is no Chinese mobile number")
        whole = (f"【{settings.sms_name}】" if settings.sms_name else "") + text
        told: list[Outcome] = []
        way.send(Outgoing(uuid.uuid4().hex, target, whole, parts(whole))).addCallback(told.append)
        (outcome,) = told
        if not isinstance(outcome, Accepted):
            kind = type(outcome).__name__.lower()
            raise click.ClickException(f"{kind}: {outcome.reason}")
        click.echo(f"accepted, {parts(whole)} part(s), reference {outcome.reference or '-'}")

    return sms
