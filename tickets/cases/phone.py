"""Tells a caller how a case stands, if they prove who they are; holds up who guesses.

What does not fit is answered alike, whether or not there is such a case. Failed calls are counted
by caller and by number asked for, also for numbers that do not exist (`tickets.cases.limit`).
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from core.clock import Now, local
from core.crypto import Vault
from core.db import Secret, Sessions
from tickets.cases import store
from tickets.cases.limit import COUNTED, locked
from tickets.cases.record import identity_key
from tickets.cases.spoken import sentences
from tickets.cases.tables import Case, FailedCheck

READY, TOLD, REFUSED, LOCKED, UNAVAILABLE = "ready", "told", "refused", "locked", "unavailable"


@dataclass(frozen=True, slots=True)
class Answer:
    """What a caller is told: `decision` is one of the above, the rest only when TOLD.

    `number` is the case's own, `status` a value of `tickets.cases.record.Status`.
    """

    decision: str
    number: str = ""
    matter: str = ""
    status: str = ""
    more: tuple[str, ...] = ()


class CaseDesk:
    """Checks callers. Its methods block: for a thread."""

    def __init__(self, sessions: Sessions, now: Now, zone: str) -> None:
        """`zone` is the authority's time zone."""
        self._sessions, self._now, self._zone = sessions, now, zone

    def ready(self, call: str, caller: str) -> Answer:
        """Say whether this caller can be told anything now.

        Nobody is told who hides their number: nothing would hold up who guesses.
        """
        with self._sessions() as db:
            if not caller or db.scalar(select(Case.number).limit(1)) is None:
                return Answer(UNAVAILABLE)
            if _locked(db, _caller_key(caller), call, self._now()):
                return Answer(LOCKED)
        return Answer(READY)

    def check(self, call: str, caller: str, digits: str, last_four: str, born: str) -> Answer:
        """Check who asks for the case with these `digits`; `born` is YYYYMMDD."""
        if not caller:
            return Answer(UNAVAILABLE)
        vault, now = Secret._vault(), self._now()
        keys = _caller_key(caller), _number_key(vault, digits)
        with self._sessions() as db:
            db.execute(delete(FailedCheck).where(FailedCheck.at < now - COUNTED))
            if any(_locked(db, key, call, now) for key in keys):
                return Answer(LOCKED)
            case = store.by_digits(db, digits)
            given = identity_key(vault, digits, last_four, born)
            kept = case.identity_key if case is not None else ""
            if case is None or not hmac.compare_digest(given, kept):
                for key in keys:
                    _failed(db, key, call, keys[1], now)
                return Answer(REFUSED)
            # A slip before the right answer is no failed call.
            own = FailedCheck.call_id == call, FailedCheck.asked == keys[1]
            db.execute(delete(FailedCheck).where(*own))
            more = sentences(case, local(now, self._zone).date(), self._zone)
            return Answer(TOLD, case.number, case.matter, case.status, more)


def _caller_key(caller: str) -> str:
    return Secret._vault().search_key(f"case caller {caller}")


def _number_key(vault: Vault, digits: str) -> str:
    return vault.search_key(f"case number {digits}")


def _locked(db: Session, key: str, call: str, now: datetime) -> bool:
    """Whether other calls' failures lock this key."""
    others = FailedCheck.key == key, FailedCheck.call_id != call
    query = select(func.max(FailedCheck.at)).where(*others).group_by(FailedCheck.call_id)
    return locked(db.scalars(query), now)


def _failed(db: Session, key: str, call: str, asked: str, now: datetime) -> None:
    same = FailedCheck.key == key, FailedCheck.call_id == call, FailedCheck.asked == asked
    if db.scalar(select(FailedCheck.id).where(*same)) is None:
        db.add(FailedCheck(key=key, call_id=call, asked=asked, at=now))
