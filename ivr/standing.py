"""What who waits is told of their place and of the wait: pure, and never worse than before.

What is told is true when it is said, and what was said once never grows: a place or a wait that
became worse meanwhile (an emergency went first, an agent left) is left out rather than said. Waits
are rounded up.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from ivr.voice.numbers import number

EVERY = timedelta(seconds=60)
"""A caller is told of their place no more often."""

MINUTES = (1, 2, 3, 4, 5, 10, 15, 20, 25, 30, 45, 60)
"""The waits that are said; a longer one than the last is said as more than an hour."""

LONGER = 61
"""Stands for a wait beyond the last of MINUTES."""

EXACT = 20
"""Up to so many callers ahead are counted, beyond it by tens."""

MANY = 100

NEXT = "下一位就是您。"
MANY_AHEAD = "您前面还有一百多位。"
OVER_AN_HOUR = "可能需要等一个小时以上。"
STILL = "请您继续等候，您的位置一直为您保留。"


@dataclass(frozen=True, slots=True)
class Announced:
    """What a caller was told so far: the smallest place and wait (min), when last, how often."""

    ahead: int | None = None
    minutes: int | None = None
    at: datetime | None = None
    times: int = 0


def announce(
    before: Announced, ahead: int, wait_s: float | None, now: datetime
) -> tuple[Announced, tuple[str, ...]]:
    """Return what a caller with `ahead` before them is told now; nothing within EVERY of the last.

    `wait_s` is the estimated wait in seconds, None where it cannot be estimated.
    """
    if before.at is not None and now - before.at < EVERY:
        return before, ()
    minutes = None if wait_s is None else rounded(wait_s)
    place = ahead if before.ahead is None or ahead <= before.ahead else None
    wait = minutes
    if minutes is not None and before.minutes is not None and minutes > before.minutes:
        wait = None
    texts: list[str] = []
    if place is not None:
        texts.append(place_text(place))
    if wait is not None:
        texts.append(wait_text(wait))
    after = Announced(
        before.ahead if place is None else place,
        before.minutes if wait is None else wait,
        now,
        before.times + 1,
    )
    return after, tuple(texts) or (STILL,)


def rounded(wait_s: float) -> int:
    """Return a wait in seconds as one of MINUTES, rounded up, or LONGER."""
    return next((each for each in MINUTES if wait_s <= each * 60), LONGER)


def place_text(ahead: int) -> str:
    """Say how many are ahead: 您前面还有三位; beyond EXACT 二十多位, 三十多位."""
    if ahead <= 0:
        return NEXT
    if ahead <= EXACT:
        return f"您前面还有{_count(ahead)}位。"
    return f"您前面还有{number(ahead // 10 * 10)}多位。" if ahead < MANY else MANY_AHEAD


def wait_text(minutes: int) -> str:
    """Say a wait of `rounded`."""
    if minutes == LONGER:
        return OVER_AN_HOUR
    if minutes == 60:
        return "大约需要等一个小时。"
    return f"大约需要等{_count(minutes)}分钟。"


def texts() -> tuple[str, ...]:
    """Return all that can be said, to be rendered beforehand."""
    places = [*range(EXACT + 1), *range(EXACT + 1, MANY, 10), MANY]
    return (
        *dict.fromkeys(map(place_text, places)),
        *map(wait_text, (*MINUTES, LONGER)),
        STILL,
    )


def _count(value: int) -> str:
    return "两" if value == 2 else number(value)
