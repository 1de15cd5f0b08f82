"""Logging in and out, and who a cookie or a bearer token stands for."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, select, update
from sqlalchemy.orm import Session

from agent_ui.accounts import passwords
from agent_ui.accounts.lockout import Attempts, Limits, attempt
from agent_ui.roles import Fact, Permission, could, may, needs_second_factor
from agent_ui.tables import ApiToken, LoginSession, SecondFactor, User
from core.db import Sessions
from core.journal_tables import AuditEntry

TOKEN_BYTES = 32
SEEN_EVERY = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Who:
    """The user behind a request. `csrf` is empty for a program's token.

    `second` is what the second factor still lacks: "prove", "enrol", or "" for nothing.
    """

    name: str
    display: str
    role: str
    area: str
    must_change: bool
    csrf: str = ""
    skills: tuple[str, ...] = ()
    second: str = ""

    def may(self, permission: Permission, facts: Iterable[Fact] = ()) -> bool:
        """Whether the user has a permission, given what is so of the thing at hand."""
        return may(self.role, permission, facts)

    def could(self, permission: Permission) -> bool:
        """Whether there are cases in which the user has a permission."""
        return could(self.role, permission)


@dataclass(frozen=True, slots=True)
class Door:
    """How logins are judged: limits of wrong passwords, and how long a session lasts."""

    limits: Limits
    session: timedelta


def log_in(
    sessions: Sessions, door: Door, name: str, password: str, now: datetime, address: str
) -> str | None:
    """Return the token of a new session, or None; why not is told to nobody but the audit.

    The token is always new, so that one planted in the browser before is worth nothing.
    """
    kept, allowed = _count(sessions, door.limits, name, now)
    right = passwords.fits(kept or passwords.nobody(), password)
    with sessions() as db:
        if not (right and allowed and kept):
            db.add(_audit(now, name, "login.locked" if not allowed else "login.refused", address))
            return None
        factor = db.get(SecondFactor, name)
        if factor is not None and factor.confirmed_at is not None:
            # This attempt is taken back, but none before it: else whoever knows the password
            # could guess codes for ever by logging in between.
            kept_failures: int | ColumnElement[int] = User.failures - 1
        else:
            kept_failures = 0
        values = {"failures": kept_failures, "locked_until": None}
        db.execute(update(User).where(User.name == name).values(values))
        db.execute(delete(LoginSession).where(LoginSession.expires <= now))
        token = secrets.token_urlsafe(TOKEN_BYTES)
        db.add(
            LoginSession(
                token=digest(token),
                user=name,
                csrf=secrets.token_urlsafe(TOKEN_BYTES),
                expires=now + door.session,
            )
        )
        db.add(_audit(now, name, "login", address))
    return token


def log_out(sessions: Sessions, token: str) -> None:
    """End a session."""
    with sessions() as db:
        db.execute(delete(LoginSession).where(LoginSession.token == digest(token)))


def by_cookie(sessions: Sessions, token: str, now: datetime) -> Who | None:
    """Who is logged in with this cookie; None when it is unknown or has ended."""
    with sessions() as db:
        row = db.execute(
            select(User, LoginSession, SecondFactor.confirmed_at)
            .join(LoginSession, LoginSession.user == User.name)
            .outerjoin(SecondFactor, SecondFactor.user == User.name)
            .where(LoginSession.token == digest(token), LoginSession.expires > now)
        ).first()
        if row is None:
            return None
        user, session, confirmed_at = row
        return _who(user, session.csrf, _lacks(user, session, confirmed_at))


def by_bearer(sessions: Sessions, token: str, now: datetime) -> Who | None:
    """Whose program this is; None when the token is unknown or has ended."""
    with sessions() as db:
        found = db.scalar(select(ApiToken).where(ApiToken.token == digest(token)))
        if found is None or (found.expires is not None and found.expires <= now):
            return None
        if found.last_used is None or now - found.last_used >= SEEN_EVERY:
            found.last_used = now
        return _who(db.get_one(User, found.user))


def new_bearer(db: Session, user: str, name: str, expires: datetime | None) -> str:
    """Make a token with a user's rights; it can be read only now. Raises LookupError."""
    if db.get(User, user) is None:
        raise LookupError(f"There is no user {user}.")
    token = secrets.token_urlsafe(TOKEN_BYTES)
    db.add(ApiToken(token=digest(token), name=name, user=user, expires=expires))
    return token


def _count(sessions: Sessions, limits: Limits, name: str, now: datetime) -> tuple[str, bool]:
    """Count the attempt; returns the password's hash ('' for nobody) and whether to look at it."""
    with sessions() as db:
        # Written first, so that the row is this transaction's alone on either database.
        db.execute(update(User).where(User.name == name).values(failures=User.failures))
        user = db.get(User, name)
        if user is None:
            return "", True
        after, allowed = attempt(Attempts(user.failures, user.locked_until), now, limits)
        user.failures, user.locked_until = after.failures, after.locked_until
        return user.password, allowed


def _lacks(user: User, session: LoginSession, confirmed_at: datetime | None) -> str:
    if session.proved:
        return ""
    if confirmed_at is not None:
        return "prove"
    return "enrol" if needs_second_factor(user.role) else ""


def _who(user: User, csrf: str = "", second: str = "") -> Who:
    skills = tuple(user.skills)
    changes = user.must_change
    return Who(user.name, user.display, user.role, user.area, changes, csrf, skills, second)


def digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _audit(now: datetime, who: str, did: str, address: str) -> AuditEntry:
    return AuditEntry(at=now, who=who[:64], did=did, what="console", address=address)
