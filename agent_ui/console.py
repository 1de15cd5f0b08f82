"""What the console works with; `hotline.py` puts it together."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from redis.asyncio import Redis

from agent_ui.accounts.lockout import Limits
from agent_ui.accounts.login import Door
from agent_ui.agent_days.day import PauseKind
from core.bus import Bus
from core.check import Check
from core.clock import Now, local
from core.db import Sessions
from core.settings import Settings
from knowledge.port import Found


@dataclass(frozen=True)
class Console:
    """The parts that console and API need from the rest of the hotline.

    `draw_tree` gives the tree as an SVG document, with how often each node was entered today.
    `health` and `metrics` (Prometheus text) are called in threads and may block. `node_titles` are
    the Chinese names of the tree's nodes; a node without one is shown by its own name. `speak`
    gives a text in the hotline's voice as a WAV file, None when there is no voice. `ask` puts a
    question, asked from an area today, to the search that callers are answered from.
    `pauses` are the kinds of breaks by their keys.
    """

    settings: Settings
    sessions: Sessions
    bus: Bus
    redis: Redis
    draw_tree: Callable[[dict[str, int]], str]
    health: Callable[[], list[Check]]
    metrics: Callable[[], bytes]
    now: Now
    speak: Callable[[str], Awaitable[bytes | None]]
    ask: Callable[[str, str], Found]
    node_titles: Mapping[str, str] = field(default_factory=dict)
    pauses: Mapping[str, PauseKind] = field(default_factory=dict)

    @property
    def pause_titles(self) -> dict[str, str]:
        """What breaks are called, by their keys."""
        return {key: kind.title for key, kind in self.pauses.items()}

    @property
    def door(self) -> Door:
        """How logins are judged."""
        limits = Limits(self.settings.login_attempts, self.settings.login_lock_s)
        return Door(limits, timedelta(hours=self.settings.session_hours))

    def today(self) -> date:
        """The day in the authority's time zone."""
        return local(self.now(), self.settings.timezone).date()

    def midnight(self) -> datetime:
        """When today began in the authority's time zone."""
        today = local(self.now(), self.settings.timezone)
        return today.replace(hour=0, minute=0, second=0, microsecond=0)
