"""Events of a talk with a person and the effects its machine (`telephony.calls.talk`) asks for."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from telephony.calls.parties import Target

# ---- events ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Command:
    """What an agent asks for; `id` names the request, to be answered with Told."""

    by: str
    name: str
    id: str = ""
    target: Target | None = None
    digits: str = ""
    slot: str = ""


@dataclass(frozen=True, slots=True)
class Supervise:
    """What a supervisor asks for: listen, whisper, barge, takeover or leave."""

    by: str
    name: str
    id: str = ""


@dataclass(frozen=True, slots=True)
class Up:
    """A party that rang has audio."""

    party: str


@dataclass(frozen=True, slots=True)
class Gone:
    """A party is over or never came; `lost` when a network failed, `why` for who asked for them."""

    party: str
    lost: bool = False
    why: str = ""


@dataclass(frozen=True, slots=True)
class ParkedTooLong:
    """Nobody retrieved the caller in time."""


Event = Command | Supervise | Up | Gone | ParkedTooLong

# ---- effects -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Ring:
    """Ring a new party; what cannot be rung is Gone at once. `asked` is told what came of it."""

    party: str
    target: Target
    asked: str


@dataclass(frozen=True, slots=True)
class Drop:
    """End a party's leg."""

    party: str


@dataclass(frozen=True, slots=True)
class Lead:
    """The party becomes the agent; who was the agent before has been dropped or is gone."""

    party: str


@dataclass(frozen=True, slots=True)
class Keys:
    """Send digits to a party."""

    party: str
    digits: str


@dataclass(frozen=True, slots=True)
class ParkTimer:
    """Start the time after which ParkedTooLong comes, or stop it."""

    on: bool


@dataclass(frozen=True, slots=True)
class Told:
    """Answer a request; `why` is a Chinese sentence when it was not done."""

    id: str
    ok: bool
    why: str = ""


@dataclass(frozen=True, slots=True)
class Write:
    """Journal it."""

    kind: str
    data: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Handed:
    """Somebody else leads the talk now; empty for nobody, or somebody `outside`."""

    agent: str
    outside: bool = False


@dataclass(frozen=True, slots=True)
class Over:
    """The talk is over and the call ends."""

    reason: str


@dataclass(frozen=True, slots=True)
class Requeue:
    """The talk is over and the caller waits again, before all others of their class.

    `lost` when the agent's network failed; `skill` is whom they wait for, None for as before.
    """

    why: str
    lost: bool = False
    skill: str | None = None


Effect = Ring | Drop | Lead | Keys | ParkTimer | Told | Write | Handed | Over | Requeue
