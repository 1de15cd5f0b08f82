"""`hotline queues check`: is the queues file in order?"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import click

from core.settings import Settings
from telephony.queue import rules_file


def make_queues(load_settings: Callable[[], Settings]) -> click.Group:
    """The group `queues`. `load_settings` is called when a command runs."""

    @click.group()
    def queues() -> None:
        """Queues, skills and reasons for breaks."""

    @queues.command()
    @click.argument("file", type=click.Path(path_type=Path), required=False)
    def check(file: Path | None) -> None:
        """Check a queues file (else the one that is set); exit code 1 when it has a mistake."""
        settings = load_settings()
        found, findings = rules_file.examine(file or settings.queues, settings.timezone)
        for finding in findings:
            click.echo(str(finding), err=True)
        if found is None:
            raise SystemExit(1)
        click.echo(f"{len(found.queues)} queues, {len(found.skills)} skills: in order.")

    return queues
