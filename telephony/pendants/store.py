"""Signals on disk, each once. Every function takes a session's transaction; threads only."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from core.db import Secret, Sessions
from telephony.pendants.signal import Kind, Severity, Signal
from telephony.pendants.tables import Device, SignalRow, State

DAY = timedelta(hours=24)
SAME_FOR = {"dc-09": timedelta(minutes=5)}
"""So long the same reference of a controller is the same message; a day in SCAIP's practice.

A DC-09 device counts from 1 again when it restarts: its next alarm must not pass for an old one.
"""
LIVE_FOR = timedelta(seconds=60)
"""So long after an alarm a further one of the same device asks for no second voice leg."""


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of a signal: our answer, whether it is new, and its device (None: unknown).

    `id` is its row; `number` the device's telephone number.
    """

    id: int
    reply: bytes
    fresh: bool
    live: bool = False
    device: int | None = None
    number: str = ""


def take(
    sessions: Sessions,
    signal: Signal,
    answer: Callable[[Signal, bool], bytes],
    at: datetime,
    source: str,
) -> Taken:
    """Store a signal, or find that it is stored; committed when this returns.

    `answer(signal, live)` writes our answer, kept with it for when the message comes again.
    Raises what the database raises: then nothing is stored.
    """
    for _ in range(2):
        try:
            with sessions() as db:
                return _take(db, signal, answer, at, source)
        except IntegrityError as error:
            # Another writer stored the same message between our look and our insert.
            fault = error
    raise fault


def _take(
    db: Session,
    signal: Signal,
    answer: Callable[[Signal, bool], bytes],
    at: datetime,
    source: str,
) -> Taken:
    once = _once(signal)
    if once:
        known = db.scalar(select(SignalRow).where(SignalRow.once == once))
        if known is not None and at - known.at < SAME_FOR.get(signal.protocol, DAY):
            return Taken(known.id, known.reply.encode("latin-1"), False)
        if known is not None:
            known.once = None
            db.flush()
    device = find(db, signal.protocol, signal.controller)
    live = signal.severity is Severity.ALARM and _live(db, signal.controller, at)
    reply = answer(signal, live)
    row = SignalRow(
        at=at,
        protocol=signal.protocol,
        controller=signal.controller,
        ref=signal.ref,
        once=once,
        kind=signal.kind.value,
        severity=signal.severity.value,
        voice=signal.voice.value,
        code=signal.code,
        unit=signal.unit,
        place=signal.place,
        text=signal.text,
        call_back=signal.call_back,
        raw=signal.raw.decode("latin-1"),
        source=source,
        reply=reply.decode("latin-1"),
        device_id=device.id if device else None,
    )
    db.add(row)
    if device is not None:
        _seen(device, signal, at)
    db.flush()
    return Taken(
        row.id,
        reply,
        True,
        live,
        device.id if device else None,
        device.number if device else "",
    )


def _once(signal: Signal) -> str | None:
    if not signal.ref:
        return None
    what = f"/{signal.code}/{signal.unit}" if signal.protocol in SAME_FOR else ""
    return f"{signal.protocol}/{signal.controller}/{signal.ref}{what}"


def _live(db: Session, controller: str, at: datetime) -> bool:
    rows = select(SignalRow.id).where(
        SignalRow.controller == controller,
        SignalRow.severity == Severity.ALARM.value,
        SignalRow.at > at - LIVE_FOR,
    )
    return db.scalar(rows.limit(1)) is not None


def _seen(device: Device, signal: Signal, at: datetime) -> None:
    device.last_seen = at
    if device.state == State.OFFLINE:
        device.state = State.ACTIVE
    if signal.kind is Kind.TECHNICAL and signal.code in LOW_BATTERY:
        device.state, device.battery = State.LOW_BATTERY, "low"


LOW_BATTERY = frozenset({"0004/0016", "0003/0016", "0045/0016", "1302", "1384", "053/07", "YT"})


def find(db: Session, protocol: str, controller: str) -> Device | None:
    """Return a controller's device."""
    rows = select(Device).where(Device.protocol == protocol, Device.controller == controller)
    return db.scalar(rows)


def numbers(db: Session) -> dict[str, int]:
    """Return the keyed number of every device that has one, and its id."""
    rows = select(Device.number_key, Device.id).where(Device.number_key != "")
    return {key: device for key, device in db.execute(rows)}


def number_key(number: str) -> str:
    """Return what a device is found by from its number; empty for none."""
    return Secret._vault().search_key(number) if number else ""
