"""Users: made, listed, and given passwords."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from agent_ui.accounts import passwords
from agent_ui.roles import SKILLS, Role
from agent_ui.tables import LoginSession, SecondFactor, User
from core.area import COUNTRY, AreaError, normal
from core.db import Sessions
from core.journal_tables import AuditEntry

FIRST = "admin"
_NAME = re.compile(r"[a-z][a-z0-9._-]{1,31}", re.ASCII)


class AccountError(Exception):
    """An account cannot be made or changed; the message is one sentence."""


def add(db: Session, name: str, role: str, area: str, now: datetime, display: str = "") -> str:
    """Make a user; returns their one-time password. Raises AccountError."""
    if not _NAME.fullmatch(name):
        raise AccountError(
            f"{name!r} is not a user name: 2-32 characters a-z 0-9 . _ - beginning with a letter."
        )
    _known_role(role)
    if db.get(User, name) is not None:
        raise AccountError(f"There is a user {name} already.")
    try:
        code = normal(area)
    except AreaError as error:
        raise AccountError(str(error)) from error
    password = passwords.one_time()
    db.add(
        User(
            name=name,
            display=display or name,
            role=role,
            area=code,
            password=passwords.hashed(password),
            must_change=True,
            created_at=now,
        )
    )
    db.flush()
    return password


def set_skills(db: Session, name: str, skills: Iterable[str]) -> tuple[str, ...]:
    """Say which languages a user speaks with callers; returns them. Raises AccountError.

    It counts from when they next open their phone's page.
    """
    user = db.get(User, name)
    if user is None:
        raise AccountError(f"There is no user {name}.")
    wanted = set(skills)
    wrong = sorted(wanted - set(SKILLS))
    if wrong:
        raise AccountError(f"{wrong[0]!r} is not a skill: {', '.join(SKILLS)}.")
    user.skills = [skill for skill in SKILLS if skill in wanted]
    return tuple(user.skills)


def set_role(db: Session, name: str, role: str, now: datetime, by: str) -> str:
    """Give a user another role; returns the one they had. Raises AccountError.

    It counts from their next click; a role that needs a second factor asks for it then.
    """
    _known_role(role)
    user = db.get(User, name)
    if user is None:
        raise AccountError(f"There is no user {name}.")
    before, user.role = user.role, role
    what = f"{name}: {before} to {role}"
    db.add(AuditEntry(at=now, who=by, did="user.role", what=what, area=user.area, address=""))
    return before


def enrolled(db: Session) -> set[str]:
    """The users who have set up a second factor."""
    has = SecondFactor.confirmed_at.is_not(None)
    return set(db.scalars(select(SecondFactor.user).where(has)))


def reset(db: Session, name: str) -> str:
    """Give a user a new one-time password, unlock them, end their sessions. Raises AccountError."""
    user = db.get(User, name)
    if user is None:
        raise AccountError(f"There is no user {name}.")
    password = passwords.one_time()
    _give(db, user, password, must_change=True)
    return password


def change(db: Session, name: str, old: str, new: str) -> None:
    """Let a user replace their password; all their sessions end.

    Raises AccountError with a sentence in Chinese.
    """
    user = db.get_one(User, name)
    if not passwords.fits(user.password, old):
        raise AccountError("现在的密码不对。")
    if old == new:
        raise AccountError("新密码不能和现在的密码一样。")
    wrong = passwords.fault(new, name)
    if wrong:
        raise AccountError(wrong)
    _give(db, user, new, must_change=False)


def listed(db: Session) -> list[User]:
    """All users by name."""
    return list(db.scalars(select(User).order_by(User.name)))


def names(db: Session) -> dict[str, str]:
    """What each user is called, by login name."""
    return {name: display for name, display in db.execute(select(User.name, User.display))}


def first_administrator(sessions: Sessions, now: datetime) -> str | None:
    """Make the first user, `admin`, a supervisor of the whole country, when there is none.

    Returns the one-time password, or None when somebody can log in already.
    """
    with sessions() as db:
        if db.scalar(select(func.count()).select_from(User)):
            return None
        return add(db, FIRST, Role.SUPERVISOR.value, COUNTRY, now, "管理员")


def _known_role(role: str) -> None:
    if role not in [each.value for each in Role]:
        raise AccountError(f"{role!r} is not a role: {', '.join(each.value for each in Role)}.")


def _give(db: Session, user: User, password: str, must_change: bool) -> None:
    user.password, user.must_change = passwords.hashed(password), must_change
    user.failures, user.locked_until = 0, None
    db.execute(delete(LoginSession).where(LoginSession.user == user.name))
