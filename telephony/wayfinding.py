"""Tells calls the way: what a dialogue asks, put to the gazetteer and router of the knowledge room.

Runs in a thread of its own per question (`telephony.calls.ports.Guide`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Protocol

from ivr import events as ivr
from telephony.calls.ports import Guide, Seeker, Showing, Sought

Home = Callable[[], Any]
"""Looks up where the caller lives, as the gazetteer takes it."""


class Seen(Protocol):
    """A place."""

    @property
    def token(self) -> str:
        """What the dialogue keeps of it."""

    @property
    def label(self) -> str:
        """What it is called aloud."""


class Answer(Protocol):
    """What is known to what a caller said; the fields are those of `ivr.events.PlacesFound`."""

    @property
    def word(self) -> str:
        """The decision."""

    @property
    def places(self) -> Sequence[Seen]:
        """The places."""

    @property
    def why(self) -> str:
        """The sentence."""


class Way(Protocol):
    """A way as it is told, or why there is none."""

    @property
    def summary(self) -> str:
        """How far and how long."""

    @property
    def texts(self) -> tuple[str, ...]:
        """The steps; none when there is no way."""

    @property
    def why(self) -> str:
        """Why there is none."""

    @property
    def kept(self) -> dict[str, Any]:
        """What the ticket keeps of it."""


class Places(Protocol):
    """Place names and the streets between them. Blocking; safe in several threads."""

    def __bool__(self) -> bool:
        """Whether any name is loaded."""

    def answer(
        self, texts: Sequence[str], near: str, here: str, area: str,
        position: tuple[float, float] | None, home: Home,
    ) -> Answer:  # fmt: skip
        """Answer what was said, in one or two readings."""

    def tell(self, start: str, end: str, mode: str) -> Way:
        """The way between two tokens. Raises when ways cannot be asked for at all."""


def wayfinding(
    places: Places, homes: Callable[[str], Any], warm: Callable[[tuple[str, ...]], None]
) -> Guide:
    """Return what answers a dialogue's questions.

    `homes` looks up where who phones from a number lives, `warm` has texts rendered that will be
    said soon. What the guide raises (no router) is for the call to report.
    """

    def guide(asked: Sought, asker: Seeker) -> Showing:
        if isinstance(asked, ivr.FindServicePlaces) or not places:
            return ivr.PlacesFound("unavailable")
        if isinstance(asked, ivr.FindWay):
            return way(asked.start, asked.end, asked.mode)
        if not asked.text:
            return ivr.PlacesFound("ready")
        return found(asked, asker)

    def found(asked: ivr.FindPlace, asker: Seeker) -> ivr.PlacesFound:
        answer = places.answer(
            (asked.text, asked.otherwise),
            asked.near,
            asked.here,
            asker.area,
            asker.position,
            lambda: homes(asker.number),
        )
        seen = tuple(ivr.PlaceSeen(place.token, place.label) for place in answer.places)
        if asked.near and answer.word == "sure":
            # While the two ends are read back the voice can already render the way.
            way(seen[0].token, asked.near, "walk")
        return ivr.PlacesFound(answer.word, seen, answer.why)

    def way(start: str, end: str, mode: str) -> ivr.WayFound:
        told = places.tell(start, end, mode)
        if told.texts:
            warm((told.summary, *told.texts))
        return ivr.WayFound(told.summary, told.texts, told.why, told.kept)

    return guide
