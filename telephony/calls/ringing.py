"""How an agent is rung: in the browser, or at the desk phone that the operator set for them."""

from __future__ import annotations

from telephony.calls.ports import Parts
from telephony.sip.port import Leg, LegEvents


def ring_agent(parts: Parts, agent: str, owner: LegEvents, caller: str = "") -> Leg:
    """Ring an agent; `caller` is the number that a desk phone shows."""
    phone = parts.desk_phones.get(agent)
    if phone is not None:
        return parts.line.dial(phone, owner, caller=caller)
    return parts.line.dial_browser(agent, owner)


def why(code: int, reason: str = "") -> str:
    """Say in Chinese why somebody could not be reached, by the SIP code."""
    match code:
        case 486 | 600:
            return "对方正忙。"
        case 403:
            return "这个号码不允许拨打。"
        case 404 | 410 | 484:
            return "没有这个号码，请核对后再拨。"
        case 408 | 480 | 487:
            return "对方没有接听。"
        case 603:
            return "对方拒绝接听。"
        case 503:
            return "外线现在打不出去，请稍后再试。"
    return f"没有接通（{code}）。"
