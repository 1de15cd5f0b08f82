"""Breaks have kinds, and kinds have limits: minutes a day, and how many agents at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from telephony.queue import agents as machine
from telephony.queue.agents import Agent, Status
from telephony.queue.rules import Pause

OVER = "pause is over"
"""The reason shown of who is longer on a break than the day's minutes allow."""


def refusal(
    agent: Agent, pause: str, agents: Iterable[Agent], kinds: Mapping[str, Pause], now: float
) -> str:
    """Say why an agent may not begin this break, in Chinese; empty when they may.

    A break without a kind, as after a call that was let ring, has no limit.
    """
    if not pause:
        return ""
    kind = kinds.get(pause)
    if kind is None:
        return "没有这种小休原因，请重新选择。"
    if kind.minutes and machine.pause_used(agent, pause, now) >= kind.minutes * 60:
        return f"今天的{kind.title}时间（{kind.minutes:.0f} 分钟）已用完。"
    others = sum(
        other.pause == pause and other.status is Status.BREAK
        for other in agents
        if other.name != agent.name
    )
    if kind.at_once and others >= kind.at_once:
        return f"已有 {others} 人在{kind.title}，请稍后再试。"
    return ""


def overdue(agent: Agent, kinds: Mapping[str, Pause], now: float) -> bool:
    """Whether the break that runs has used up the day's minutes."""
    kind = kinds.get(agent.pause)
    on_break = agent.status is Status.BREAK and kind is not None and kind.minutes > 0
    if not on_break or kind is None:
        return False
    return machine.pause_used(agent, agent.pause, now) > kind.minutes * 60
