"""Why a caller got an agent: kept with every offer, and told in a sentence."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

CLASS_NAMES = {
    "alarm": "报警",
    "emergency": "紧急",
    "elder": "长者",
    "normal": "普通",
    "callback": "回拨",
}

BY_NAMES = {
    "only": "只有该话务员可以接",
    "last_agent": "上次就是该话务员接听",
    "ticket": "该话务员办理过同一工单",
    "level": "技能等级最高",
    "longest_idle": "空闲最久",
    "least_occupied": "今天最不忙",
    "emergency": "会处理紧急来电",
    "able": "技能和区域相符",
}


@dataclass(frozen=True, slots=True)
class Why:
    """Why this caller, why this agent.

    `priority` is the caller's class and `counted_as` the class after ageing; `by` is what told the
    agent from the others who could (a key of BY_NAMES), `others` how many those were; `needs` are
    the skills asked for in the end, `given_up` those no longer; `passed` counts callers further
    ahead for whom no free agent would do.
    """

    priority: str
    counted_as: str
    waited_s: float
    by: str
    idle_s: float = 0.0
    needs: tuple[str, ...] = ()
    given_up: tuple[str, ...] = ()
    any_area: bool = False
    others: int = 0
    passed: int = 0

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON values; times in whole seconds."""
        found = asdict(self)
        return {
            **found,
            "waited_s": round(self.waited_s),
            "idle_s": round(self.idle_s),
            "needs": list(self.needs),
            "given_up": list(self.given_up),
        }


def sentence(why: Why) -> str:
    """Say it to a supervisor."""
    told = [f"{CLASS_NAMES[why.priority]}来电，已等 {why.waited_s:.0f} 秒"]
    if why.counted_as != why.priority:
        told.append(f"等得久，按{CLASS_NAMES[why.counted_as]}级别排")
    if why.passed:
        told.append(f"前面 {why.passed} 位在等别的技能或区域")
    if why.needs:
        told.append(f"需要{'、'.join(why.needs)}")
    if why.given_up:
        told.append(f"久等后不再要求{'、'.join(why.given_up)}")
    if why.any_area:
        told.append("久等后不限区域")
    agent = BY_NAMES[why.by]
    if why.by == "longest_idle":
        agent += f"（{why.idle_s:.0f} 秒）"
    if why.others:
        agent += f"，另有 {why.others} 人可接"
    return "；".join([*told, agent]) + "。"
