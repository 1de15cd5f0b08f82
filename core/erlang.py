"""How many seats calls need: Erlang B, C and A as pure functions.

Calls come at random (Poisson), talks last at random (exponential), N agents take any call in the
order in which they came. Erlang C: everybody waits as long as it takes. Erlang A: callers hang up
at random (exponential patience). Sources: A. K. Erlang 1917; C. Palm 1957; Garnett, Mandelbaum and
Reiman, "Designing a call center with impatient customers", 2002.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

HALF_HOUR_S = 1800.0
MOST_SEATS = 10_000
_STEPS = 200
"""Of Simpson's rule; even. The integrand is smooth over any target that is asked for."""


@dataclass(frozen=True, slots=True)
class Staffing:
    """What N seats make of a half hour.

    `load` in Erlang; `waits` the share of callers who wait at all; `service_level` the share
    answered within the target; `wait_s` the mean wait of all; `occupancy` the share of their time
    that agents are with callers.
    """

    seats: int
    load: float
    waits: float
    service_level: float
    wait_s: float
    occupancy: float


@dataclass(frozen=True, slots=True)
class Impatient:
    """What N seats make of callers who hang up: shares of all callers, and the mean wait (s)."""

    waits: float
    abandons: float
    service_level: float
    wait_s: float
    occupancy: float


def load(calls_per_half_hour: float, aht_s: float) -> float:
    """Return the traffic in Erlang; `aht_s` is talk and wrap-up. Raises ValueError below 0."""
    if not (0 <= calls_per_half_hour < math.inf and 0 < aht_s < math.inf):
        raise ValueError("calls must not be below 0, and the handling time must be above 0 s")
    return calls_per_half_hour * aht_s / HALF_HOUR_S


def blocked(lines: int, erlang: float) -> float:
    """Erlang B: the share of calls that find all of so many lines taken."""
    share = 1.0
    for line in range(1, lines + 1):
        share = erlang * share / (line + erlang * share)
    return share


def waits(seats_: int, erlang: float) -> float:
    """Erlang C: the share of callers who wait; 1 where the seats cannot carry the load."""
    if erlang <= 0:
        return 0.0
    if seats_ <= erlang:
        return 1.0
    share = blocked(seats_, erlang)
    return share / (1 - erlang / seats_ * (1 - share))


def staffing(seats_: int, calls_per_half_hour: float, aht_s: float, target_s: float) -> Staffing:
    """Erlang C for a given number of seats. Too few: everybody waits for ever."""
    erlang = load(calls_per_half_hour, aht_s)
    if erlang == 0:
        return Staffing(seats_, 0.0, 0.0, 1.0, 0.0, 0.0)
    if seats_ <= erlang:
        return Staffing(seats_, erlang, 1.0, 0.0, math.inf, 1.0)
    share, spare = waits(seats_, erlang), seats_ - erlang
    level = 1 - share * math.exp(-spare * max(0.0, target_s) / aht_s)
    return Staffing(seats_, erlang, share, level, share * aht_s / spare, erlang / seats_)


def seats(
    calls_per_half_hour: float,
    aht_s: float,
    target_share: float,
    target_s: float,
    max_occupancy: float = 1.0,
) -> Staffing:
    """Return the fewest seats that answer `target_share` of callers within `target_s` seconds.

    No agent is to be with callers more than `max_occupancy` of the time. Raises ValueError for
    values that cannot be, and for more than 10,000 seats.
    """
    if not 0 < target_share < 1:
        raise ValueError("the share to be answered must be between 0 and 1")
    if not 0 < max_occupancy <= 1:
        raise ValueError("the occupancy must be above 0 and at most 1")
    if not 0 <= target_s < math.inf:
        raise ValueError("the target must not be below 0 s")
    erlang = load(calls_per_half_hour, aht_s)
    number = math.ceil(erlang / max_occupancy)
    while number <= MOST_SEATS:
        found = staffing(number, calls_per_half_hour, aht_s, target_s)
        if found.service_level >= target_share and found.occupancy <= max_occupancy:
            return found
        number += 1
    raise ValueError(f"so many calls need more than {MOST_SEATS} seats")


def impatient(
    seats_: int, calls_per_half_hour: float, aht_s: float, patience_s: float, target_s: float
) -> Impatient:
    """Erlang A: callers hang up after `patience_s` on average; level is answered in time by all.

    Raises ValueError for values that cannot be.
    """
    if seats_ < 1 or not 0 < patience_s < math.inf:
        raise ValueError("there must be a seat, and the patience must be above 0 s")
    erlang = load(calls_per_half_hour, aht_s)
    if erlang == 0:
        return Impatient(0.0, 0.0, 1.0, 0.0, 0.0)
    arrive, serve, leave = calls_per_half_hour / HALF_HOUR_S, 1 / aht_s, 1 / patience_s
    full, queued, long = blocked(seats_, erlang), 0.0, 0.0
    share, place = 1.0, 0
    while share > 1e-15 or arrive > seats_ * serve + place * leave:
        place += 1
        share *= arrive / (seats_ * serve + place * leave)
        queued += share
        long += place * share
    all_busy = full / (1 + full * queued)
    abandons = leave * long * all_busy / arrive
    at_once = (1 - full) / (1 + full * queued)
    level = at_once + _answered(all_busy, seats_ * serve, arrive, leave, target_s)
    answered = 1 - abandons
    return Impatient(
        all_busy * (1 + queued), abandons, level, abandons * patience_s, answered * erlang / seats_
    )


def _answered(
    all_busy: float, serve_all: float, arrive: float, leave: float, target_s: float
) -> float:
    """The share who wait and are answered within the target.

    The wait before everybody who came earlier is gone has the density
    p(N)·Nμ·exp(-Nμ·v + λ/θ·(1 - exp(-θ·v))); the caller is still there with exp(-θ·v).
    """

    def density(after: float) -> float:
        still = math.exp(-leave * after)
        return (
            all_busy
            * serve_all
            * still
            * math.exp(-serve_all * after + arrive / leave * (1 - still))
        )

    if target_s <= 0:
        return 0.0
    step = target_s / _STEPS
    total = density(0) + density(target_s)
    total += sum((4 if at % 2 else 2) * density(at * step) for at in range(1, _STEPS))
    return total * step / 3
