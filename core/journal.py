"""The journal: what must not be lost is in the database, or in the spool, before it is acted on.

One thread writes all records of this node, many to a transaction, in the order given. While the
database is away they go to a spool file (fsynced) and are replayed, in order and once.
"""

from __future__ import annotations

import os
import queue
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session
from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IReactorFromThreads
from twisted.logger import Logger

from core.db import Sessions
from core.journal_tables import CallEvent
from core.record import Record

Applier = Callable[[Session, Record], None]
BATCH = 200
RETRY_S = 2.0


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
    ) -> None:
        """Take where to write, the spool file, and what each record does to other rows.

        `on_degraded` is called on the reactor thread when the database goes away or comes back.
        """
        self._sessions, self._spool, self._reactor = sessions, spool, reactor
        self._appliers, self._on_degraded = appliers, on_degraded
        self._jobs: queue.Queue[_Job | None] = queue.Queue()
        self._thread = threading.Thread(target=self._run, name="journal", daemon=True)
        self.degraded = spool.exists()

    def start(self) -> None:
        """Start the writing thread; what a former run left in the spool goes first."""
        self._thread.start()

    def stop(self) -> None:
        """Write what is queued and end the thread. Blocks up to 10 s."""
        self._jobs.put(None)
        self._thread.join(10)

    def write(self, record: Record) -> Deferred[None]:
        """Queue a record; the Deferred fires on the reactor thread once it is durable."""
        done: Deferred[None] = Deferred()
        self._jobs.put(_Job(record, done))
        return done

    def _run(self) -> None:
        while True:
            try:
                first = self._jobs.get(timeout=RETRY_S if self.degraded else None)
            except queue.Empty:
                self._replay()
                continue
            batch, last = self._collect(first)
            if batch:
                self._write(batch)
            if last:
                return

    def _collect(self, first: _Job | None) -> tuple[list[_Job], bool]:
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
        if self.degraded:
            self._replay()
        if self.degraded or not self._store(records):
            self._append(records)
        done = [job.done for job in batch if job.done is not None]
        self._reactor.callFromThread(_fire, done)

    def _store(self, records: Sequence[Record]) -> bool:
        """Write in one transaction; on a bad record, one by one. False: the database is away."""
        try:
            with self._sessions() as db:
                for record in records:
                    self._apply(db, record)
            return True
        except DBAPIError as error:
            if _away(error):
                self.log.warn("the database is away, records go to the spool: {e}", e=error.orig)
                return False
            fault: Exception = error
        except Exception as error:
            fault = error
        if len(records) == 1:
            self.log.error("record left out: {r}: {e}", r=records[0].to_json()[:300], e=fault)
            return True
        return self._store_each(records)

    def _store_each(self, records: Sequence[Record]) -> bool:
        # Records already written are skipped on a second pass, so the whole batch may go to the
        # spool when the database goes away half-way.
        return all(self._store([record]) for record in records)

    def _apply(self, db: Session, record: Record) -> None:
        known = select(CallEvent.id).where(
            CallEvent.call_id == record.call_id, CallEvent.seq == record.seq
        )
        if db.execute(known).first() is not None:
            return
        for apply in self._appliers:
            apply(db, record)
        db.add(
            CallEvent(
                call_id=record.call_id,
                seq=record.seq,
                at=record.at,
                kind=record.kind,
                data={k: v for k, v in record.data.items() if k not in ("invite", "caller")},
            )
        )
        db.flush()

    def _append(self, records: Sequence[Record]) -> None:
        try:
            with self._spool.open("a", encoding="utf-8") as file:
                file.writelines(record.to_json() + "\n" for record in records)
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            # Neither database nor disk: the call matters more than its record.
            self.log.critical("journal records lost, no database and no disk: {e}", e=error)
        self._set_degraded(True)

    def _replay(self) -> None:
        try:
            lines = self._spool.read_text(encoding="utf-8").splitlines()
        except FileNotFoundError:
            self._set_degraded(False)
            return
        except OSError as error:
            self.log.error("the spool cannot be read: {e}", e=error)
            return
        records = []
        for line in lines:
            try:
                records.append(Record.from_json(line))
            except ValueError as error:
                self.log.error("torn spool line left out: {e}", e=error)
        for start in range(0, len(records), BATCH):
            if not self._store(records[start : start + BATCH]):
                return
        self._spool.unlink()
        self._set_degraded(False)

    def _set_degraded(self, degraded: bool) -> None:
        if degraded != self.degraded:
            self.degraded = degraded
            self._reactor.callFromThread(self._on_degraded, degraded)


def _away(error: DBAPIError) -> bool:
    """Say whether an error means that the database cannot be reached or written now."""
    text = str(error.orig).lower()
    return error.connection_invalidated or any(
        sign in text
        for sign in ("locked", "unable to open", "disk i/o", "full", "readonly", "connect")
    )


def _fire(done: Sequence[Deferred[None]]) -> None:
    for each in done:
        each.callback(None)
