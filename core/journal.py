"""The journal: what must not be lost is in the database, or in the spool, before it is acted on.

One thread writes all records of this node, many to a transaction, in the order given. While the
database is away they go to a spool file (fsynced) and are replayed, in order and once.
"""

from __future__ import annotations

import os
import queue
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import insert, select
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import Session
from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IReactorFromThreads
from twisted.logger import Logger

from core.db import Sessions
from core.journal_tables import CallEvent
from core.record import Record

Applier = Callable[[Session, Record], None]
BATCH = 200
GATHER_S = 0.008
RETRY_S = 2.0
RETRY_SHARE = 4  # of the time while the database is away, at most a fifth goes into trying it


@dataclass(slots=True)
class _Job:
    record: Record
    done: Deferred[None] | None


class Journal:
    """Writes records durably. `write` is called on the reactor thread."""

    log = Logger()

    def __init__(
        self,
        sessions: Sessions,
        spool: Path,
        reactor: IReactorFromThreads,
        appliers: Sequence[Applier],
        on_degraded: Callable[[bool], None] = lambda degraded: None,
        seconds: Callable[[], float] = time.monotonic,
    ) -> None:
        """Take where to write, the spool file, and what each record does to other rows.

        `on_degraded` is called on the reactor thread when the database goes away or comes back;
        `seconds` is a clock that only counts up and may be read from any thread.
        """
        self._sessions, self._spool, self._reactor = sessions, spool, reactor
        self._appliers, self._on_degraded, self._seconds = appliers, on_degraded, seconds
        self._jobs: queue.Queue[_Job | None] = queue.Queue()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="journal", daemon=True)
        self._try_at = 0.0
        self.degraded = spool.exists()

    def start(self) -> None:
        """Replay what a former run left in the spool, then start the writing thread.

        Blocks while it replays: whoever looks for calls left open afterwards finds them as the
        former run left them.
        """
        if self.degraded:
            self._replay()
        self._thread.start()

    def stop(self) -> None:
        """Write what is queued and end the thread. Blocks up to 10 s."""
        self._stopping.set()
        self._jobs.put(None)
        if self._thread.is_alive():
            self._thread.join(10)

    def write(self, record: Record) -> Deferred[None]:
        """Queue a record; the Deferred fires on the reactor thread once it is durable.

        It fires as well when neither database nor disk takes the record (logged as critical).
        """
        done: Deferred[None] = Deferred()
        self._jobs.put(_Job(record, done))
        return done

    def _run(self) -> None:
        while True:
            try:
                first = self._jobs.get(timeout=RETRY_S if self.degraded else None)
            except queue.Empty:
                self._guarded(self._replay)
                continue
            batch, last = self._collect(first)
            if batch:
                self._guarded(self._write, batch)
                done = [job.done for job in batch if job.done is not None]
                self._reactor.callFromThread(_fire, done)
            if last:
                return

    def _guarded(self, work: Callable[..., None], *arguments: object) -> None:
        # Without its thread the journal would hold up every call for ever.
        try:
            work(*arguments)
        except Exception:
            self.log.failure("the journal's thread failed")

    def _collect(self, first: _Job | None) -> tuple[list[_Job], bool]:
        # Records come in bursts; one transaction for a burst costs a third of one for each.
        self._stopping.wait(GATHER_S)
        batch: list[_Job] = []
        job = first
        while job is not None:
            batch.append(job)
            if len(batch) >= BATCH:
                return batch, False
            try:
                job = self._jobs.get_nowait()
            except queue.Empty:
                return batch, False
        return batch, True

    def _write(self, batch: list[_Job]) -> None:
        records = [job.record for job in batch]
        if self.degraded and self._seconds() >= self._try_at:
            self._replay()
        if self.degraded or not self._store(records, fresh=True):
            self._append(records)

    def _store(self, records: Sequence[Record], fresh: bool = False) -> bool:
        """Write in one transaction; on a bad record, one by one. False: the database is away.

        `fresh` records come straight from their calls: none can have been written before.
        """
        try:
            with self._sessions() as db:
                if fresh:
                    apply_fresh(db, records, self._appliers)
                else:
                    for record in records:
                        apply_once(db, record, self._appliers)
            return True
        except DBAPIError as error:
            if _away(error):
                self.log.warn("the database is away, records go to the spool: {e}", e=error.orig)
                return False
            fault: Exception = error
        except (PoolTimeout, OSError) as error:
            self.log.warn("the database is out of reach, records go to the spool: {e}", e=error)
            return False
        except Exception as error:
            fault = error
        if len(records) == 1 and not fresh:
            self.log.error("record left out: {r}: {e}", r=_named(records[0]), e=fault)
            return True
        return self._store_each(records)

    def _store_each(self, records: Sequence[Record]) -> bool:
        # Records already written are skipped on a second pass, so the whole batch may go to the
        # spool when the database goes away half-way.
        return all(self._store([record]) for record in records)

    def _append(self, records: Sequence[Record]) -> None:
        if not self.degraded:
            self._try_at = self._seconds() + RETRY_S
        try:
            torn = _torn(self._spool)
            lines = self._lines(records)
            with self._spool.open("a", encoding="utf-8") as file:
                # A record behind a line that was cut off would be lost with it.
                file.write("\n" if torn else "")
                file.writelines(lines)
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            # Neither database nor disk: the call matters more than its record.
            self.log.critical("journal records lost, no database and no disk: {e}", e=error)
        self._set_degraded(True)

    def _lines(self, records: Sequence[Record]) -> list[str]:
        lines = []
        for record in records:
            try:
                lines.append(record.to_json() + "\n")
            except (TypeError, ValueError) as error:
                self.log.error("record left out: {r}: {e}", r=_named(record), e=error)
        return lines

    def _replay(self) -> None:
        began = self._seconds()
        if not self._replayed():
            now = self._seconds()
            self._try_at = now + max(RETRY_S, (now - began) * RETRY_SHARE)
            return
        self._set_degraded(False)

    def _replayed(self) -> bool:
        """Write the spool to the database and remove it; false when that must be tried again."""
        try:
            lines = self._spool.read_text(encoding="utf-8", errors="replace").split("\n")
        except FileNotFoundError:
            return True
        except OSError as error:
            self.log.error("the spool cannot be read: {e}", e=error)
            return False
        records = []
        for line in filter(None, lines):
            try:
                records.append(Record.from_json(line))
            except ValueError as error:
                self.log.error("torn spool line left out: {e}", e=error)
        for start in range(0, len(records), BATCH):
            if not self._store(records[start : start + BATCH]):
                return False
        try:
            self._spool.unlink()
        except OSError as error:
            self.log.error("the spool cannot be removed: {e}", e=error)
            return False
        return True

    def _set_degraded(self, degraded: bool) -> None:
        if degraded != self.degraded:
            self.degraded = degraded
            self._reactor.callFromThread(self._on_degraded, degraded)


def apply_fresh(db: Session, records: Sequence[Record], appliers: Sequence[Applier]) -> None:
    """Apply records that were never applied, with one insert for all their events.

    A record that was applied before makes the transaction fail by the events' unique key.
    """
    for record in records:
        for apply in appliers:
            apply(db, record)
    db.flush()
    db.execute(insert(CallEvent), [_event(record) for record in records])


def apply_once(db: Session, record: Record, appliers: Sequence[Applier]) -> None:
    """Apply a record to the rows of the session's transaction, unless that was done before."""
    known = select(CallEvent.id).where(
        CallEvent.call_id == record.call_id, CallEvent.seq == record.seq
    )
    if db.execute(known).first() is not None:
        return
    for apply in appliers:
        apply(db, record)
    db.add(CallEvent(**_event(record)))
    db.flush()


def _event(record: Record) -> dict[str, object]:
    """The columns of a record's event; what identifies the caller is kept in the call alone."""
    return {
        "call_id": record.call_id,
        "seq": record.seq,
        "at": record.at,
        "kind": record.kind,
        "data": {k: v for k, v in record.data.items() if k not in ("invite", "caller")},
    }


SQLITE_AWAY = (
    "locked",
    "busy",
    "unable to open",
    "disk i/o",
    "disk is full",
    "readonly",
    "malformed",
    "not a database",
)
# Connection, resources, operator, system (PostgreSQL, appendix A); a read-only server, a deadlock
# and a lock that was waited for too long pass as well.
POSTGRES_AWAY = ("08", "53", "57", "58", "25006", "40", "55P03")


def _away(error: DBAPIError) -> bool:
    """Say whether an error means that the database cannot be reached or written now."""
    if error.connection_invalidated:
        return True
    if hasattr(error.orig, "sqlstate"):
        # No state: the server was never reached or is gone, or the value could not be sent.
        state = getattr(error.orig, "sqlstate", None) or ""
        return state.startswith(POSTGRES_AWAY) or (
            not state and isinstance(error, (OperationalError, InterfaceError))
        )
    text = str(error.orig).lower()
    return any(sign in text for sign in SQLITE_AWAY)


def _named(record: Record) -> str:
    # Its data is about a person and does not belong into a log.
    return f"{record.kind}, number {record.seq} of call {record.call_id}"


def _torn(spool: Path) -> bool:
    try:
        with spool.open("rb") as file:
            file.seek(-1, os.SEEK_END)
            return file.read(1) != b"\n"
    except FileNotFoundError:
        return False
    except OSError:
        return spool.stat().st_size > 0


def _fire(done: Sequence[Deferred[None]]) -> None:
    for each in done:
        each.callback(None)
