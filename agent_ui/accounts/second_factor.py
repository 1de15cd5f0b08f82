"""The second factor of a login: set up once, proved at each login, forgotten by the operator.

Wrong codes count with wrong passwords (`lockout`), so that both together are guessed no oftener.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
import unicodedata
from datetime import datetime
from enum import Enum

from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from agent_ui.accounts import passwords, totp
from agent_ui.accounts.lockout import Attempts, Limits, attempt
from agent_ui.tables import LoginSession, SecondFactor, User
from core.db import Sessions
from core.journal_tables import AuditEntry

RECOVERY_CODES = 10


class Proof(Enum):
    """What became of a typed code."""

    RIGHT = "right"
    WRONG = "wrong"
    LOCKED = "locked"


def secret_to_set_up(sessions: Sessions, user: str) -> str:
    """The secret that a user is about to put into their app; the same until they have."""
    with sessions() as db:
        factor = db.get(SecondFactor, user)
        if factor is None:
            factor = SecondFactor(user=user, secret=totp.new_secret())
            db.add(factor)
            db.flush()
        return factor.secret


def set_up(
    sessions: Sessions, user: str, session: str, typed: str, now: datetime, address: str
) -> list[str]:
    """Take the first code: returns the recovery codes, to be read only now; [] when it is wrong.

    `session` is the digest of the browser's cookie; it is let in.
    """
    with sessions() as db:
        _hold(db, user)
        factor = db.get(SecondFactor, user)
        if factor is None or factor.confirmed_at is not None:
            return []
        step = totp.accepted(factor.secret, plain(typed), now, factor.last_step)
        if step is None:
            return []
        codes = [_recovery_code() for _ in range(RECOVERY_CODES)]
        factor.confirmed_at, factor.last_step = now, step
        factor.recovery = json.dumps([_hash(each) for each in codes])
        _let_in(db, session)
        db.add(_audit(now, user, "second_factor.set_up", address))
        return codes


def prove(
    sessions: Sessions,
    limits: Limits,
    user: str,
    session: str,
    typed: str,
    now: datetime,
    address: str,
) -> Proof:
    """Take a code of the app, or a recovery code, each once; a right one lets the session in."""
    with sessions() as db:
        _hold(db, user)
        account, factor = db.get_one(User, user), db.get(SecondFactor, user)
        after, allowed = attempt(Attempts(account.failures, account.locked_until), now, limits)
        account.failures, account.locked_until = after.failures, after.locked_until
        if not allowed:
            db.add(_audit(now, user, "second_factor.locked", address))
            return Proof.LOCKED
        did = _used(factor, plain(typed), now) if factor is not None else ""
        if not did:
            db.add(_audit(now, user, "second_factor.refused", address))
            return Proof.WRONG
        account.failures, account.locked_until = 0, None
        _let_in(db, session)
        db.add(_audit(now, user, did, address))
        return Proof.RIGHT


def forget(db: Session, user: str, now: datetime, by: str) -> bool:
    """Take a user's second factor away and end their sessions; whether they had one.

    They are asked to set one up at their next login when their role needs it.
    """
    had = db.get(SecondFactor, user) is not None
    db.execute(delete(SecondFactor).where(SecondFactor.user == user))
    db.execute(delete(LoginSession).where(LoginSession.user == user))
    db.add(AuditEntry(at=now, who=by, did="second_factor.forgotten", what=user, address=""))
    return had


def recovery_left(factor: SecondFactor) -> int:
    """How many recovery codes have not been used."""
    return len(json.loads(factor.recovery or "[]"))


def plain(typed: str) -> str:
    """What was typed, without spaces and hyphens, in the usual digits and small letters."""
    usual = unicodedata.normalize("NFKC", typed).lower()
    return "".join(each for each in usual if each.isalnum())


def _used(factor: SecondFactor, typed: str, now: datetime) -> str:
    """Use up a right code; returns what the audit calls it, '' for a wrong one."""
    step = totp.accepted(factor.secret, typed, now, factor.last_step)
    if step is not None:
        factor.last_step = step
        return "second_factor"
    kept: list[str] = json.loads(factor.recovery or "[]")
    rest = [each for each in kept if not hmac.compare_digest(each, _hash(typed))]
    if len(rest) == len(kept):
        return ""
    factor.recovery = json.dumps(rest)
    return "second_factor.recovery"


def _hold(db: Session, user: str) -> None:
    # Written first, so that one code is not used by two logins at once on either database.
    db.execute(update(User).where(User.name == user).values(failures=User.failures))


def _let_in(db: Session, session: str) -> None:
    db.execute(update(LoginSession).where(LoginSession.token == session).values(proved=True))


def _recovery_code() -> str:
    readable = passwords.READABLE
    return "-".join("".join(secrets.choice(readable) for _ in range(5)) for _ in range(2))


def _hash(code: str) -> str:
    return hashlib.sha256(plain(code).encode()).hexdigest()


def _audit(now: datetime, who: str, did: str, address: str) -> AuditEntry:
    return AuditEntry(at=now, who=who, did=did, what="console", address=address)
