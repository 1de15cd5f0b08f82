"""Service places for a call: what the knowledge room finds, in the dialogue's words."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from ivr import events as ivr
from telephony.calls.ports import Guide, Seeker, Showing, Sought


class Told(Protocol):
    """One service place as it is told."""

    @property
    def token(self) -> str:
        """Where it is, for the way there; empty where that is not known."""

    @property
    def label(self) -> str:
        """What it is called."""

    @property
    def texts(self) -> tuple[str, ...]:
        """Its sentences."""


class Found(Protocol):
    """What was found; the fields are those of `ivr.events.ServicePlacesFound`."""

    @property
    def decision(self) -> str: ...
    @property
    def kind(self) -> str: ...
    @property
    def kind_label(self) -> str: ...
    @property
    def where(self) -> str: ...
    @property
    def start(self) -> tuple[str, str] | None: ...
    @property
    def choices(self) -> Sequence[tuple[str, str]]: ...
    @property
    def places(self) -> Sequence[Told]: ...
    @property
    def why(self) -> str: ...


Find = Callable[[str, str, str, str, str], Found]
"""Finds by text, what it may have been instead, kind, where, and the call's area."""


def with_service_places(guide: Guide, find: Find, warm: Callable[[Sequence[str]], None]) -> Guide:
    """Return a guide that finds service places, too.

    `warm` lets the voice render sentences before they are said; it is called in the thread.
    """

    def show(asked: Sought, asker: Seeker) -> Showing:
        if not isinstance(asked, ivr.FindServicePlaces):
            return guide(asked, asker)
        found = find(asked.text, asked.otherwise, asked.kind, asked.where, asker.area)
        places = tuple(
            ivr.ServicePlaceSeen(each.token, each.label, each.texts) for each in found.places
        )
        warm([*filter(None, [found.why]), *(text for each in places for text in each.texts)])
        return ivr.ServicePlacesFound(
            found.decision,
            found.kind,
            found.kind_label,
            found.where,
            ivr.PlaceSeen(*found.start) if found.start else None,
            tuple(ivr.PlaceSeen(*choice) for choice in found.choices),
            places,
            found.why,
        )

    return show
