"""What the database knows for the wallboard: the day's waits, and callers to be phoned back."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import groupby
from operator import attrgetter

from sqlalchemy import select
from sqlalchemy.orm import Session

from agent_ui.wallboard.figures import Due
from agent_ui.wallboard.ledger import CallWait
from core import waits
from core.journal_tables import Call, CallEvent
from tickets.missed.apply import OPEN
from tickets.missed.tables import MissedCall

LONGEST_CALL = timedelta(hours=12)
"""Nobody waits longer: a wait that ended today began at most so long before."""


def waits_since(db: Session, since: datetime) -> list[CallWait]:
    """All waits of calls that ran at `since` or later, read from the journal."""
    events = (
        select(CallEvent.call_id, Call.area, CallEvent.kind, CallEvent.at)
        .join(Call, Call.id == CallEvent.call_id)
        .where(Call.started_at >= since - LONGEST_CALL, CallEvent.kind.in_(waits.KINDS))
        .order_by(CallEvent.call_id, CallEvent.seq)
    )
    found: list[CallWait] = []
    for call, group in groupby(db.execute(events), key=attrgetter("call_id")):
        wait: waits.Wait | None = None
        for event in group:
            before, wait = wait, waits.step(wait, event.kind, event.at)
            if before is not None and wait is not None and wait.since != before.since:
                found.append(CallWait(call, event.area, before))
        if wait is not None:
            found.append(CallWait(call, event.area, wait))
    return found


def due(db: Session) -> list[Due]:
    """Missed calls that nobody has dealt with yet, each with when its caller is to be phoned."""
    waiting = select(MissedCall.call_id, MissedCall.area, MissedCall.due_at)
    return [Due(*row) for row in db.execute(waiting.where(MissedCall.state == OPEN))]
