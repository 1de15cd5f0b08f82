"""`hotline places ask`: what the line answers to a question about a place."""

from __future__ import annotations

import json
from collections.abc import Callable

import click

from core.db import Sessions
from core.settings import Settings
from knowledge.places.guide import load_guide
from knowledge.places.port import Decision, Told, Whence
from knowledge.places.route_commands import place_of


def add_ask(group: click.Group, load_store: Callable[[], tuple[Settings, Sessions]]) -> None:
    """Add the command to the group `places`."""

    @group.command()
    @click.argument("text")
    @click.option("--near", default="", help="Where the caller is: LAT,LON or a place.")
    @click.option("--json", "as_json", is_flag=True, help="One JSON object.")
    def ask(text: str, near: str, as_json: bool) -> None:
        """Answer TEXT: 这附近有什么, 香梅路在哪个区, 东风路以前叫什么, 香梅路怎么写.

        Exit code 1 when nothing was found, or --near is needed to know where the caller is.
        """
        settings, sessions = load_store()
        guide, router = load_guide(sessions, settings.data / "routes")
        router.stop()
        here = place_of(guide, near, None).token if near else ""
        told = guide.reply((text,), "", here, Whence())
        click.echo(_json(told) if as_json else _plain(told))
        if told.decision in (Decision.NOTHING, Decision.WHERE):
            raise SystemExit(1)


def _plain(told: Told) -> str:
    if told.decision is Decision.WHERE:
        return "先要知道在哪里：请用 --near 说一个地名，或者 纬度,经度。"
    return told.why or "\n".join(place.label for place in told.places)


def _json(told: Told) -> str:
    places = [
        {"name": place.name, "label": place.label, "kind": place.kind, "point": place.point,
         "metres": place.metres}
        for place in told.places
    ]  # fmt: skip
    value = {"decision": told.decision.value, "why": told.why, "places": places}
    return json.dumps(value, ensure_ascii=False, indent=2)
