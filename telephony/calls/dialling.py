"""Which numbers agents may dial: by class, allow-list and quota. Pure but for the quota's memory.

A stolen password must not become a telephone bill: nothing abroad, no special rates and no short
codes go out whatever is set (`telephony.sip.outgoing.refusal` says so a second time), and the rest
only where the operator allows it.
"""

from __future__ import annotations

import re
from collections import defaultdict, deque
from collections.abc import Mapping
from dataclasses import dataclass, field

import phonenumbers

from core.crypto import mask_number
from telephony.calls.parties import Kind, Target
from telephony.sip.numbers import normalise
from telephony.sip.outgoing import refusal

HOUR_S = 3600.0
NAME = re.compile(r"[a-z][a-z0-9._-]{1,31}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Rules:
    """What the operator allows: classes, prefixes in E.164, and numbers an agent and hour.

    `local` is the E.164 prefix of local fixed lines; agencies have a SIP URI or a number each.
    """

    classes: frozenset[str] = frozenset({"local", "mobile"})
    prefixes: tuple[str, ...] = ("+86",)
    local: str = ""
    per_hour: int = 30
    agencies: Mapping[str, str] = field(default_factory=dict)


def class_of(number: str, rules: Rules) -> str:
    """Return local, mobile or national of a number that is not refused outright, in E.164."""
    kind = phonenumbers.number_type(phonenumbers.parse(number))
    if kind == phonenumbers.PhoneNumberType.MOBILE:
        return "mobile"
    return "local" if rules.local and number.startswith(rules.local) else "national"


def fault(number: str, rules: Rules, dialled: int) -> str:
    """Say in Chinese why a number (E.164) must not be dialled by who dialled so many; empty if not.

    `dialled` counts what the agent dialled within the last hour.
    """
    if not re.fullmatch(r"\+\d{7,15}", number):
        return "这不是完整的电话号码；短号码请从机构列表里选。"
    if refusal(number):
        return "国际号码和特殊收费号码不允许拨打。"
    if class_of(number, rules) not in rules.classes:
        return "这一类号码不允许拨打，需要时请联系值班主管。"
    if not number.startswith(rules.prefixes or ("none",)):
        return "这个号码不在允许拨打的范围内，需要时请联系值班主管。"
    if dialled >= rules.per_hour:
        return f"一小时内最多拨打 {rules.per_hour} 个号码，请稍后再拨。"
    return ""


class Quota:
    """Counts what each agent dialled within the last hour."""

    def __init__(self) -> None:
        self._times: dict[str, deque[float]] = defaultdict(deque)

    def used(self, agent: str, now: float) -> int:
        """Return how many numbers."""
        times = self._times[agent]
        while times and now - times[0] >= HOUR_S:
            times.popleft()
        return len(times)

    def count(self, agent: str, now: float) -> None:
        """One more."""
        self._times[agent].append(now)


def masked(to: str) -> str:
    """Return `to` as it may be written down: a long number without its middle."""
    kind, colon, name = to.partition(":")
    return f"{kind}:{mask_number(normalise(name))}" if colon and kind == "number" else to


def target_of(to: str, by: str, rules: Rules, quota: Quota, now: float) -> Target | str:
    """Return whom `to` means (docs/call-control.md), or a Chinese sentence why it cannot be.

    A number counts at once, whether or not somebody answers.
    """
    kind, _, name = to.partition(":")
    name = name.strip()
    match kind:
        case "agent" if NAME.fullmatch(name):
            return Target(Kind.AGENT, name)
        case "queue" if len(name) <= 32:
            return Target(Kind.QUEUE, name)
        case "agency" if name in rules.agencies:
            return Target(Kind.AGENCY, name, rules.agencies[name])
        case "agency":
            return f"没有登记“{name[:32]}”这个机构，请联系运维人员。"
        case "number":
            number = normalise(name)
            why = fault(number, rules, quota.used(by, now))
            if why:
                return why
            quota.count(by, now)
            return Target(Kind.NUMBER, mask_number(number), number)
    return "不明白要转到哪里。"
