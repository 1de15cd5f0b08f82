"""`hotline simulate day`: a day of calls through the queue's own machines, without a telephone."""

from __future__ import annotations

import json
from collections.abc import Callable

import click

from core.settings import Settings
from telephony.queue import rules_file
from telephony.queue.rules import Rules
from telephony.queue.simulation.day import Day
from telephony.queue.simulation.plan import Plan
from telephony.queue.simulation.report import figures, table


def make_simulate(load_settings: Callable[[], Settings]) -> click.Group:
    """The group `simulate`. `load_settings` is called when a command runs."""

    @click.group()
    def simulate() -> None:
        """Try the rules of the queue on invented calls."""

    @simulate.command()
    @click.option("--calls", type=click.IntRange(1, 200_000), default=20_000, help="Calls a day.")
    @click.option("--agents", type=click.IntRange(2, 1_000), default=60, help="Seats at the peak.")
    @click.option("--seed", type=int, default=1, help="The same seed is the same day.")
    @click.option("--handling", type=click.FloatRange(10, 3600), help="Talk and wrap-up (s).")
    @click.option(
        "--target", type=click.FloatRange(0, 600), default=15.0, help="Answer within (s)."
    )
    @click.option("--plain", is_flag=True, help="As Erlang C assumes, to be compared with it.")
    @click.option("--json", "as_json", is_flag=True, help="Print JSON.")
    def day(
        calls: int,
        agents: int,
        seed: int,
        handling: float | None,
        target: float,
        plain: bool,
        as_json: bool,
    ) -> None:
        """Simulate a day; exit code 1 when something happened that must never happen."""
        settings = load_settings()
        usual = Plan()
        times = handling / usual.handling_s if handling else 1.0
        plan = Plan(
            calls,
            agents,
            seed,
            usual.talk_s * times,
            usual.wrapup_s * times,
            target_s=target,
            plain=plain,
        )
        try:
            rules = rules_file.load(settings.queues, settings.timezone)
        except rules_file.QueuesRefused as error:
            raise click.ClickException(str(error)) from error
        run = Day(plan, Rules() if plain else rules)
        found = figures(plan, run, run.run())
        click.echo(json.dumps(found, ensure_ascii=False, indent=1) if as_json else table(found))
        if any(found["violations"].values()):
            raise SystemExit(1)

    return simulate
