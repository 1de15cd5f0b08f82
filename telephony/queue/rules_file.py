"""Reads the queues file; one with a mistake is refused with its line."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from core.source import Source
from ivr import hours, rules
from ivr.findings import Finding
from telephony.queue.rules import Pause, Queue, Rules, Widening

SHIPPED = Path(__file__).with_name("queues.yaml")
SCHEMA = Path(__file__).with_name("queues.schema.json")
PAGE = "docs/queue.md"


class QueuesRefused(Exception):
    """The queues file has mistakes; `findings` holds them all, the message the first."""

    def __init__(self, findings: list[Finding]) -> None:
        """Take the findings, at least one."""
        more = f" (and {len(findings) - 1} more)" if len(findings) > 1 else ""
        super().__init__(f"{findings[0]}{more}")
        self.findings = findings


def load(path: Path = SHIPPED, zone: str = "Asia/Shanghai") -> Rules:
    """Return the rules of a file. Raises QueuesRefused."""
    found, findings = examine(path, zone)
    if found is None:
        raise QueuesRefused(findings)
    return found


def examine(
    path: Path = SHIPPED, zone: str = "Asia/Shanghai"
) -> tuple[Rules | None, list[Finding]]:
    """Return the rules, if there is no mistake, and all findings in the order of their lines."""
    file = str(path)
    _, read, findings = rules.read(path)
    if read is None:
        return None, findings
    findings = rules.broken(file, read, schema(), PAGE)
    if not findings:
        findings = [*_unknown(file, read), *_circles(file, read), *_disorder(file, read)]
    calendars: dict[str, hours.Calendar] = {}
    if not findings:
        calendars, findings = _calendars(path, read, zone)
    if findings:
        return None, sorted(findings, key=lambda finding: finding.line)
    return _rules(read.data, calendars), []


@cache
def schema() -> dict[str, Any]:
    """Return the JSON Schema of queues files."""
    found: dict[str, Any] = json.loads(SCHEMA.read_text(encoding="utf-8"))
    return found


def _unknown(file: str, read: Source) -> Iterator[Finding]:
    """Skills and queues that are named and not there."""
    skills, queues = read.data["skills"], read.data["queues"]
    for name, queue in queues.items():
        for at, need in enumerate(queue.get("needs", ())):
            if need.partition(":")[0] not in skills:
                line = read.line(("queues", name, "needs", at))
                yield Finding(file, line, f"there is no skill {need}", "add it under skills")
        for step, widening in enumerate(queue.get("widen", ())):
            for at, skill in enumerate(widening.get("drop", ())):
                if skill != "*" and skill not in skills:
                    line = read.line(("queues", name, "widen", step, "drop", at))
                    yield Finding(file, line, f"there is no skill {skill}", "add it under skills")
        for key in ("overflow", "after_hours"):
            if key in queue and queue[key] not in queues:
                line = read.line(("queues", name, key))
                remedy = f"the queues are {', '.join(queues)}"
                yield Finding(file, line, f"{name}.{key}: no queue {queue[key]}", remedy)
        if "after_hours" in queue and "hours" not in queue:
            line = read.line(("queues", name, "after_hours"))
            yield Finding(file, line, f"{name} has after_hours and no hours", "name a calendar")
        if "overflow" in queue and not queue.get("most"):
            line = read.line(("queues", name, "overflow"))
            yield Finding(file, line, f"{name} has an overflow and is never full", "add most")


def _circles(file: str, read: Source) -> Iterator[Finding]:
    """Queues that send callers round and round."""
    queues = read.data["queues"]
    for key in ("overflow", "after_hours"):
        for name in queues:
            seen, at = [name], queues[name].get(key)
            while at in queues and at not in seen:
                seen.append(at)
                at = queues[at].get(key)
            if at == name:
                line = read.line(("queues", name, key))
                yield Finding(file, line, f"{key} leads from {name} back to it", "end it somewhere")


def _disorder(file: str, read: Source) -> Iterator[Finding]:
    """Widening whose steps do not follow one another."""
    for name, queue in read.data["queues"].items():
        before = 0.0
        for step, widening in enumerate(queue.get("widen", ())):
            if widening["after_s"] <= before:
                line = read.line(("queues", name, "widen", step, "after_s"))
                what = f"{name}.widen: after {widening['after_s']} s does not follow {before} s"
                yield Finding(file, line, what, "order the steps by time")
            before = widening["after_s"]


def _calendars(
    path: Path, read: Source, zone: str
) -> tuple[dict[str, hours.Calendar], list[Finding]]:
    found: dict[str, hours.Calendar] = {}
    wrong: list[Finding] = []
    for name, queue in read.data["queues"].items():
        if "hours" not in queue:
            continue
        try:
            found[name] = hours.read(path.parent / queue["hours"], zone)
        except hours.WrongCalendar as error:
            line = read.line(("queues", name, "hours"))
            wrong.append(Finding(str(path), line, str(error), "mend the calendar"))
    return found, wrong


def _rules(data: dict[str, Any], calendars: dict[str, hours.Calendar]) -> Rules:
    plain = Rules()
    return Rules(
        {name: _queue(name, each, calendars) for name, each in data["queues"].items()},
        {key: _pause(key, each) for key, each in data.get("pauses", {}).items()},
        data.get("ageing_s", plain.ageing_s),
        data.get("reserve_one_in", plain.reserve_one_in),
        data.get("wrapup_s", plain.wrapup_s),
        tuple(data["skills"].items()),
    )


def _queue(name: str, data: dict[str, Any], calendars: dict[str, hours.Calendar]) -> Queue:
    plain = Queue()
    return Queue(
        name,
        data["title"],
        tuple(data.get("needs", ())),
        tuple(
            Widening(
                step["after_s"],
                step.get("level", 0),
                tuple(step.get("drop", ())),
                step.get("areas", False),
            )
            for step in data.get("widen", ())
        ),
        tuple(data.get("order", plain.order)),
        data.get("most", 0),
        data.get("overflow", ""),
        calendars.get(name),
        data.get("after_hours", ""),
    )


def _pause(key: str, data: dict[str, Any]) -> Pause:
    return Pause(key, data["title"], data.get("minutes", 0), data.get("at_once", 0))
