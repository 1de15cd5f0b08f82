"""What one or two reviews and an appeal come to, and who may still do what. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

APPEAL_WITHIN = timedelta(days=7)
LONGEST = 1_000
REVIEWERS = 2


class Decision(StrEnum):
    """What became of an appeal."""

    KEPT = "kept"
    CHANGED = "changed"


DECISIONS = {Decision.KEPT: "维持原分", Decision.CHANGED: "改分", "": "等待裁定"}


class QualityError(ValueError):
    """Something cannot be done; the message is one sentence in Chinese."""


@dataclass(frozen=True, slots=True)
class Result:
    """A call's score 0..100, and by how much two reviewers differ (None with one)."""

    score: float
    difference: float | None
    apart: bool


def result(scores: Sequence[float], decided: float | None, tolerance: float) -> Result:
    """The mean of the reviews, or what a decision on an appeal made of it.

    `apart`: the reviewers differ by more than the tolerance and nobody has decided yet.
    """
    difference = round(max(scores) - min(scores), 1) if len(scores) > 1 else None
    if decided is not None:
        return Result(decided, difference, False)
    mean = round(sum(scores) / len(scores), 1)
    return Result(mean, difference, difference is not None and difference > tolerance)


def check_review(reviewer: str, agent: str, reviewers: Sequence[str], appealed: bool) -> None:
    """Raise QualityError unless this reviewer may score this call of an agent."""
    if not agent:
        raise QualityError("这个通话没有话务员接听，不用评分。")
    if reviewer == agent:
        raise QualityError("不能给自己的通话评分。")
    if appealed:
        raise QualityError("话务员已经申诉，评分不能再改；请在“申诉”里裁定。")
    if reviewer not in reviewers and len(reviewers) >= REVIEWERS:
        raise QualityError("已经有两个人评过，不用再评。")


def check_appeal(why: str, reviewed_at: datetime | None, now: datetime, appealed: bool) -> None:
    """Raise QualityError unless an agent may object now."""
    if reviewed_at is None:
        raise QualityError("这个通话还没有质检结果。")
    if appealed:
        raise QualityError("这个结果已经申诉过，每个结果只能申诉一次。")
    if now - reviewed_at > APPEAL_WITHIN:
        raise QualityError(f"超过{APPEAL_WITHIN.days}天的结果不能再申诉。")
    check_text(why, "申诉的理由")


def check_decision(decision: str, score: float | None, reply: str, decided: bool) -> None:
    """Raise QualityError unless this decides an appeal."""
    if decided:
        raise QualityError("这个申诉已经裁定。")
    if decision not in (Decision.KEPT, Decision.CHANGED):
        raise QualityError("请选择维持原分或者改分。")
    if decision == Decision.CHANGED and (score is None or not 0 <= score <= 100):
        raise QualityError("改分时请填写0到100的新分数。")
    check_text(reply, "给话务员的答复")


def check_text(text: str, what: str) -> None:
    """Raise QualityError unless something was written, and not too much."""
    if not text.strip():
        raise QualityError(f"请写{what}。")
    if len(text) > LONGEST:
        raise QualityError(f"{what}最多{LONGEST}字。")
