"""The outbox of text messages: kept before anybody is told, claimed for each attempt. Blocking."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import CursorResult, Update, func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from core.clock import local
from core.db import Secret, Sessions
from core.sms.length import fitted, parts
from core.sms.numbers import mobile
from core.sms.port import Outcome, Outgoing
from tickets.sms.status import CAPPED, NOT_MOBILE, Receipt, State, Status, step
from tickets.sms.tables import SmsMessage
from tickets.tables import Ticket

CLAIM_S = 120
"""An attempt of which nothing is heard for so long (its process died) is made again."""

LONGEST_REASON = 255


@dataclass(frozen=True, slots=True)
class Limits:
    """`cap` texts to one number a day in `zone`, each of at most `most_parts` parts.

    `name` stands in 【】 before every text, `rest` in place of what does not fit.
    """

    cap: int
    zone: str
    most_parts: int
    name: str
    rest: str


@dataclass(frozen=True, slots=True)
class Kept:
    """A text in the outbox."""

    id: str
    status: Status
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Changed:
    """A text after an attempt or a receipt, with its call and the number of its ticket."""

    id: str
    status: Status
    call_id: str
    ticket: str


def keep(
    sessions: Sessions, call_id: str, number: str, text: str, limits: Limits, now: datetime
) -> Kept:
    """Put a text into the outbox, refused if the number gets none or none more today.

    The same text to the same number in one call is kept once, unless it was refused or failed.
    Raises SQLAlchemyError when it cannot be kept.
    """
    head = f"【{limits.name}】" if limits.name else ""
    whole = fitted(head + text, limits.most_parts, limits.rest)
    for _ in range(limits.cap):
        try:
            with sessions() as db:
                return _kept(db, call_id, number, whole, limits, now)
        except IntegrityError:
            # Another call took the number's slot between our look and our write; so it can go
            # once for each slot, and then there are none.
            continue
    with sessions() as db:
        return _kept(db, call_id, number, whole, limits, now)


def _kept(db: Session, call_id: str, number: str, text: str, limits: Limits, now: datetime) -> Kept:
    target = mobile(number)
    key = Secret._vault().search_key(target or number)
    for earlier in of_call(db, call_id):
        again = earlier.number_key == key and earlier.text == text
        if again and earlier.status not in (Status.REFUSED, Status.FAILED):
            return Kept(earlier.id, Status(earlier.status))
    day = f"{local(now, limits.zone):%Y%m%d}"
    of_today = SmsMessage.number_key == key, SmsMessage.day == day
    slot = (db.scalar(select(func.max(SmsMessage.slot)).where(*of_today)) or 0) + 1
    reason = NOT_MOBILE if not target else CAPPED if slot > limits.cap else ""
    message = SmsMessage(
        id=uuid.uuid4().hex,
        call_id=call_id,
        number=target or number,
        number_key=key,
        day=day,
        slot=None if reason else slot,
        text=text,
        parts=parts(text),
        status=(Status.REFUSED if reason else Status.QUEUED).value,
        reason=reason,
        created_at=now,
        due_at=None if reason else now,
        changed_at=now,
    )
    db.add(message)
    db.flush()
    return Kept(message.id, Status(message.status), reason)


def claim(
    sessions: Sessions, now: datetime, most: int
) -> tuple[tuple[Outgoing, ...], datetime | None]:
    """Take up to `most` texts that are due, for one attempt each, and say when the next is due.

    A claim is a compare-and-set, so that of several nodes one makes the attempt.
    """
    queued = SmsMessage.status == Status.QUEUED.value
    with sessions() as db:
        due = select(SmsMessage).where(queued, SmsMessage.due_at <= now)
        found = db.scalars(due.order_by(SmsMessage.due_at).limit(most)).all()
        taken = tuple(
            Outgoing(each.id, each.number, each.text, each.parts)
            for each in found
            if _claimed(db, each, now)
        )
        return taken, db.scalar(select(func.min(SmsMessage.due_at)).where(queued))


def _claimed(db: Session, message: SmsMessage, now: datetime) -> bool:
    same = SmsMessage.id == message.id, SmsMessage.attempts == message.attempts
    queued = SmsMessage.status == Status.QUEUED.value
    values = {"attempts": message.attempts + 1, "due_at": now + timedelta(seconds=CLAIM_S)}
    return _changed(db, update(SmsMessage).where(*same, queued).values(**values))


def settle(sessions: Sessions, id: str, event: Outcome | Receipt, now: datetime) -> Changed | None:
    """Bring a text up to date with the outcome of an attempt or a receipt; None: not known."""
    while True:
        with sessions() as db:
            message = db.get(SmsMessage, id)
            if message is None:
                return None
            status = Status(message.status)
            before = State(
                status, message.attempts, message.reason, message.reference, message.due_at
            )
            state = step(before, event, now)
            if _written(db, before, id, state, now):
                number = db.scalar(select(Ticket.number).where(Ticket.call_id == message.call_id))
                return Changed(id, state.status, message.call_id, number or "")
        # A receipt and the answer to an attempt met: the later one begins from what is there now.


def _written(db: Session, before: State, id: str, state: State, now: datetime) -> bool:
    same = SmsMessage.id == id, SmsMessage.status == before.status.value
    values = {
        "status": state.status.value,
        "reason": state.reason[:LONGEST_REASON],
        "reference": state.reference,
        "due_at": state.due_at,
        "changed_at": now,
    }
    return _changed(db, update(SmsMessage).where(*same).values(**values))


def _changed(db: Session, statement: Update) -> bool:
    done = db.execute(statement.execution_options(synchronize_session=False))
    return bool(cast(CursorResult[Any], done).rowcount)


def of_call(db: Session, call_id: str) -> list[SmsMessage]:
    """Return the texts that were asked for in a call, in order."""
    found = select(SmsMessage).where(SmsMessage.call_id == call_id)
    return list(db.scalars(found.order_by(SmsMessage.created_at, SmsMessage.id)))
