"""The life of one version of an article: `step(life, event, today) -> (life, effects)`.

draft → review → approved → published → expired or withdrawn. The one who approves is not one of
those who wrote it. Nothing is ever deleted: what is given up is withdrawn and can be taken up
again. A published version is expired from the day after its last; that is a matter of the
calendar, so nobody has to be there at midnight.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum

REVIEW_EVERY = timedelta(days=90)
SOON = timedelta(days=30)
"""So long before its last day an article counts as expiring soon."""


class State(StrEnum):
    """Where a version stands. `REPLACED`: told once, until a newer version was."""

    DRAFT = "draft"
    REVIEW = "review"
    APPROVED = "approved"
    PUBLISHED = "published"
    REPLACED = "replaced"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"


class Action(StrEnum):
    """What can be done with a version."""

    EDIT = "edit"
    SUBMIT = "submit"
    APPROVE = "approve"
    SEND_BACK = "send-back"
    PUBLISH = "publish"
    REPLACE = "replace"
    WITHDRAW = "withdraw"
    REOPEN = "reopen"
    CONFIRM = "confirm"


class Effect(StrEnum):
    """What has to follow."""

    TELL = "tell"
    """Answer callers with this version from now on, and no longer with the one before."""
    SILENCE = "silence"
    """Answer callers with it no more."""
    NOTIFY = "notify"
    """Tell agents that it changed."""


@dataclass(frozen=True, slots=True)
class Life:
    """One version: `authors` wrote it (the first began it), `approver` said that it is right.

    `told` says that it was published once; `review_by` is the day before which somebody has to
    confirm that it still holds.
    """

    state: State = State.DRAFT
    authors: tuple[str, ...] = ()
    approver: str = ""
    valid_to: date | None = None
    told: bool = False
    review_by: date | None = None


@dataclass(frozen=True, slots=True)
class Event:
    """Somebody does something; `why` is their reason, needed to send back or to withdraw."""

    action: Action
    by: str
    why: str = ""


class Refused(ValueError):
    """An action is not possible; the message is a sentence in Chinese that says what to do."""


FROM: dict[Action, frozenset[State]] = {
    Action.EDIT: frozenset({State.DRAFT}),
    Action.SUBMIT: frozenset({State.DRAFT}),
    Action.APPROVE: frozenset({State.REVIEW}),
    Action.SEND_BACK: frozenset({State.REVIEW, State.APPROVED}),
    Action.PUBLISH: frozenset({State.APPROVED}),
    Action.REPLACE: frozenset({State.PUBLISHED, State.EXPIRED}),
    Action.WITHDRAW: frozenset(
        {State.DRAFT, State.REVIEW, State.APPROVED, State.PUBLISHED, State.EXPIRED}
    ),
    Action.REOPEN: frozenset({State.WITHDRAWN, State.REPLACED}),
    Action.CONFIRM: frozenset({State.PUBLISHED}),
}
"""The states in which an action is possible."""


def as_of(life: Life, today: date) -> Life:
    """The version as it stands on a day: what is published may have expired meanwhile."""
    if life.state is State.PUBLISHED and life.valid_to is not None and life.valid_to < today:
        return replace(life, state=State.EXPIRED)
    return life


def step(life: Life, event: Event, today: date) -> tuple[Life, tuple[Effect, ...]]:
    """Do something with a version; returns how it stands then and what follows. Raises Refused."""
    life = as_of(life, today)
    _check(life, event, today)
    match event.action:
        case Action.EDIT:
            return replace(life, authors=_added(life.authors, event.by)), ()
        case Action.SUBMIT:
            return replace(life, state=State.REVIEW), ()
        case Action.APPROVE:
            return replace(life, state=State.APPROVED, approver=event.by), ()
        case Action.SEND_BACK:
            return replace(life, state=State.DRAFT, approver=""), ()
        case Action.PUBLISH:
            return _published(life, today)
        case Action.REPLACE:
            return replace(life, state=State.REPLACED), ()
        case Action.WITHDRAW:
            spoken = life.state in (State.PUBLISHED, State.EXPIRED)
            effects = (Effect.SILENCE, Effect.NOTIFY) if spoken else ()
            return replace(life, state=State.WITHDRAWN), effects
        case Action.REOPEN:
            if life.told:
                return _published(life, today)
            return replace(life, state=State.DRAFT, approver=""), ()
        case Action.CONFIRM:
            return replace(life, review_by=today + REVIEW_EVERY), ()


def possible(life: Life, by: str, today: date) -> frozenset[Action]:
    """What somebody can do with a version now."""
    found = set()
    for action in Action:
        try:
            _check(as_of(life, today), Event(action, by, "?"), today)
        except Refused:
            continue
        found.add(action)
    return frozenset(found)


def _published(life: Life, today: date) -> tuple[Life, tuple[Effect, ...]]:
    told = replace(life, state=State.PUBLISHED, told=True, review_by=today + REVIEW_EVERY)
    return told, (Effect.TELL, Effect.NOTIFY)


def _check(life: Life, event: Event, today: date) -> None:
    if life.state not in FROM[event.action]:
        raise Refused(f"{_WHAT[event.action]}：这个版本现在是“{LABELS[life.state]}”，不能这样做。")
    match event.action:
        case Action.APPROVE if event.by in life.authors:
            raise Refused("不能审批自己写的内容，请由另一位同事审批。")
        case Action.SEND_BACK | Action.WITHDRAW if not event.why.strip():
            raise Refused(f"{_WHAT[event.action]}要写明原因。")
        case Action.PUBLISH if _over(life, today):
            raise Refused(_OVER)
        case Action.REOPEN if life.told and _over(life, today):
            raise Refused(_OVER)


def _over(life: Life, today: date) -> bool:
    return life.valid_to is not None and life.valid_to < today


def _added(authors: tuple[str, ...], name: str) -> tuple[str, ...]:
    return authors if name in authors else (*authors, name)


LABELS = {
    State.DRAFT: "草稿",
    State.REVIEW: "待审批",
    State.APPROVED: "已批准",
    State.PUBLISHED: "使用中",
    State.REPLACED: "旧版本",
    State.EXPIRED: "已过期",
    State.WITHDRAWN: "已停用",
}
_OVER = "有效期已过，请先起草新版本并改有效期。"
_WHAT = {
    Action.EDIT: "修改",
    Action.SUBMIT: "送审",
    Action.APPROVE: "批准",
    Action.SEND_BACK: "退回",
    Action.PUBLISH: "发布",
    Action.REPLACE: "换成新版本",
    Action.WITHDRAW: "停用",
    Action.REOPEN: "恢复使用",
    Action.CONFIRM: "确认仍然有效",
}
