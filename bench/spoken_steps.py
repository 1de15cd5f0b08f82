"""What somebody understands who hears a spoken step of the way."""

from __future__ import annotations

import re
from dataclasses import dataclass

from core.spoken_numbers import amount

_COMPASS = {
    "北": 0,
    "东北": 45,
    "东": 90,
    "东南": 135,
    "南": 180,
    "西南": 225,
    "西": 270,
    "西北": 315,
}
_STEP = re.compile(
    r"沿(?P<road>.+?)向(?P<compass>东北|东南|西南|西北|东|南|西|北)走，(?:大约)?"
    r"(?P<far>.+?)(?P<unit>公里|米)"
)
_FIRST = re.compile(
    r"先向(?P<compass>东北|东南|西南|西北|东|南|西|北)走(?:大约)?(?P<far>.+?)(?P<unit>公里|米)，到"
)
_AFTER = re.compile(r"过了(?P<road>[^，。]+?)路口再走大约(?P<far>[^，。]+?)(?P<unit>公里|米)")
_COUNT = re.compile(r"在(?P<side>[左右])手边第(?P<count>.+?)个路口")
_TURN = re.compile(
    r"(向左前方走|向右前方走|向左后方转|向右后方转|左转|右转|掉头|直走)(?:走..那条路)?，沿"
)
_FORK = re.compile(r"走(左边|中间|右边)那条路")
_UNNAMED = "没有路名的"


@dataclass(frozen=True, slots=True)
class Told:
    """One spoken step, understood."""

    road: str
    compass: float
    metres: float
    turn: str
    fork: str
    side: str
    count: int
    over: bool
    last: str
    after: float
    first: float
    to_it: float


def understood(text: str) -> Told:
    """Read a spoken step. Raises ValueError when it tells no way."""
    step, turning, counted = _STEP.search(text), _TURN.search(text), _COUNT.search(text)
    if step is None:
        raise ValueError(f"tells no way: {text}")
    return Told(
        road="" if step["road"].startswith(_UNNAMED) else step["road"],
        compass=_COMPASS[step["compass"]],
        metres=_metres(step["far"], step["unit"]),
        turn=turning[1] if turning else "",
        fork=forked[1] if (forked := _FORK.search(text)) else "",
        side=counted["side"] if counted else "",
        count=int(amount(counted["count"]) or 0) if counted else 0,
        over="过了马路再" in text or "第二个岔路口" in text,
        first=_COMPASS[first["compass"]] if (first := _FIRST.match(text)) else 0.0,
        to_it=_metres(first["far"], first["unit"]) if first else 0.0,
        last=last["road"] if (last := _AFTER.search(text)) else "",
        after=_metres(last["far"], last["unit"]) if last else 0.0,
    )


def _metres(said: str, unit: str) -> float:
    far = 10.0 if said == "十来" else float(amount(said) or 0)
    return far * (1000 if unit == "公里" else 1)
