"""The supervisor's pages with a busy morning on them, and their pictures in light and dark.

`python -m tests.agent_ui.supervisor_pictures FOLDER`; `fill` and `SCREENS` serve any command that
takes pictures of all pages.
"""

from __future__ import annotations

import sys
import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Literal

from playwright.async_api import Page

from agent_ui.agent_days.day import Change, PauseKind
from agent_ui.agent_days.store import keep
from agent_ui.recording_notes.store import add_note
from core.area import COUNTRY
from tests.agent_ui import sample
from tests.agent_ui.browser import Chromium
from tests.agent_ui.served import Served

PEOPLE = (("wang", "王小梅"), ("li", "李敏"), ("zhao", "赵秀英"), ("lin", "林芳"), ("he", "何建华"))
TALK = "call0003"


@dataclass(frozen=True, slots=True)
class Screen:
    """One picture: who sees it, where, what is waited for, and what is done before it is taken."""

    name: str
    path: str
    ready: str
    user: str = "chen"
    script: str = ""
    size: tuple[int, int] = (1366, 768)
    dark: bool = True


HEAR = "document.querySelector('#audio').currentTime = 10.4"
SCREENS = (
    Screen("supervisor-live", "/live", "#calls tr.alarm"),
    Screen("supervisor-queue", "/queue", "#waiting tbody tr"),
    Screen("supervisor-agents", "/agents", "#days tbody tr"),
    Screen("supervisor-wallboard", "/wallboard", "#wall:not([aria-busy])"),
    Screen("supervisor-wallboard-large", "/wallboard", "#wall:not([aria-busy])", size=(1920, 1080)),
    Screen("supervisor-recording", f"/calls/{TALK}", "#wave", script=HEAR, dark=False),
)


def fill(served: Served) -> None:
    """Bring a morning into a console."""
    for name, display in PEOPLE:
        served.user(name, "agent", "440106", display)
    served.user("chen", "supervisor", COUNTRY, "陈建国")
    pauses = {"break": PauseKind("小休", 30), "meal": PauseKind("用餐", 60)}
    object.__setattr__(served.console, "pauses", pauses)
    now = datetime.now(UTC)
    kinds = {0: ("connected", sample.PERSON), 2: ("abandoned", sample.DIBAO)}
    for number in range(40):
        end, talk = kinds[2 if number % 13 == 4 else 0]
        at = now - timedelta(minutes=3 * (40 - number))
        call = f"call{number:04}"
        sample.call(served.journal, call, at, talk, ended=False)
        served.journal.write(call, "queued", at, queue="people", priority="normal")
        if end == "connected":
            took = timedelta(seconds=40 if number % 11 == 0 else 6 + number % 5)
            served.journal.write(call, "connected", at + took, agent="wang")
        if number == 3:
            length = talk[-1][3] + 900
            done = sample.record(served.settings.data, call, talk, length)
            served.journal.write(call, "recording", at, **done)
        served.journal.ended(call, end, at)
    served.journal.opened("left1", now - timedelta(minutes=40))
    served.journal.write("left1", "queued", now - timedelta(minutes=40), queue="people")
    served.journal.write("left1", "waited", now - timedelta(minutes=39), reason="timeout")
    served.journal.write("left1", "message", now - timedelta(minutes=38), seconds=12.0)
    served.journal.ended("left1", "message", now - timedelta(minutes=38))
    with served.sessions() as db:
        add_note(db, TALK, 27_000, "问候语标准，报了工号", "chen", now)
        add_note(db, TALK, 36_000, "没有说明需要老人的银行卡，下次提醒", "chen", now)
        keep(db, _days(now))
    _run(served, now)
    served.run(served.app.state.boards.refresh())


def _days(now: datetime) -> list[Change]:
    found = []
    for number, (name, _) in enumerate(PEOPLE):
        at, turn = now - timedelta(hours=5, minutes=7 * number), number
        while at < now - timedelta(minutes=14):
            for doing, minutes, pause in (
                ("free", 3 + turn % 5, ""), ("offered", 0.3, ""), ("talking", 4 + turn % 7, ""),
                ("wrapup", 1 + turn % 3, ""), ("break", 9 if turn % 6 == 0 else 0, "meal"),
            ):  # fmt: skip
                if minutes:
                    kept = pause if doing == "break" else ""
                    found.append(Change(name, at, doing, "440106", kept))
                    at += timedelta(minutes=minutes)
            turn += 1
    return sorted(found, key=lambda change: change.at)


def _run(served: Served, now: datetime) -> None:
    def row(name: str, seconds: int, **changes: Any) -> None:
        shown = sample.live_row(name, now - timedelta(seconds=seconds), **changes)
        if changes.get("state") == "queued":
            shown["queued_at"] = (now - timedelta(seconds=seconds - 4)).isoformat()
        served.publish("call.changed", shown)

    row("live1", 192, state="connected", agent="wang", heard="户口在天河区石牌街道",
        topic="person", caller="+86139****5521")  # fmt: skip
    row("live2", 47, heard="我想问一下低保怎么申请", topic="policy", area="440104")
    row("live3", 65, state="queued", heard="转人工", caller="+86137****9034")
    row("live4", 12, state="queued", emergency=True, heard="救命啊我摔倒了起不来",
        caller="+86159****8812", area="440111", priority="emergency")  # fmt: skip
    row("live5", 33, state="queued", heard="我要讲白话", caller="+86135****2207", area="440103",
        language="粤语", priority="elder")  # fmt: skip
    for agent, status, state, call, reason in (
        ("wang", "ready", "talking", "live1", ""), ("li", "ready", "offered", "live4", ""),
        ("zhao", "break", "idle", "", ""), ("lin", "ready", "wrapup", "call0016", ""),
        ("he", "break", "idle", "", "no answer"),
    ):  # fmt: skip
        told = {
            "agent": agent, "area": "440106", "status": status, "state": state, "call": call,
            "reason": reason, "pause": "meal" if agent == "zhao" else "", "skills": "",
        }  # fmt: skip
        served.publish("agent.state", told)
    for call, agent, why in (
        ("live1", "wang", "级别普通，等候最久；王小梅空闲最久"),
        ("live4", "li", "紧急，排在最前；李敏空闲"),
    ):
        decided = {"call": call, "agent": agent, "why": why, "at": now.isoformat()}
        served.publish("queue.decided", decided)
    state = {
        "node": "node1", "calls": 5, "warnings": [],
        "trunks": [{"name": "电信", "calls": 4, "limit": 60},
                   {"name": "联通备用", "calls": 1, "limit": 30}],
        "recogniser": {"streams": 3, "lag_ms": 120, "most_lag_ms": 2000},
    }  # fmt: skip
    served.publish("node.state", state)


def take(
    served: Served, browser: Chromium, folder: Path, scheme: Literal["light", "dark"]
) -> list[Path]:
    """Take all pictures of one colour scheme; returns the files."""
    made = []
    for screen in SCREENS:
        if scheme == "dark" and not screen.dark:
            continue
        file = folder / f"{screen.name}-{scheme}.png"

        async def scene(page: Page, screen: Screen = screen, file: Path = file) -> None:
            await page.wait_for_selector(screen.ready)
            if screen.script:
                await page.evaluate(screen.script)
            await page.evaluate("document.fonts.ready")
            await page.wait_for_load_state("networkidle")
            await page.screenshot(path=file, animations="disabled")

        width, height = screen.size
        browser.play(
            scene, screen.user, screen.path, viewport={"width": width, "height": height},
            color_scheme=scheme,
        )  # fmt: skip
        made.append(file)
    return made


def main(folder: Path) -> None:
    """Start a console, fill it, take the pictures."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as name:
        served = Served(Path(name))
        served.start()
        browser = Chromium(served)
        try:
            fill(served)
            browser.start()
            take(served, browser, folder, "light")
            take(served, browser, folder, "dark")
        finally:
            browser.stop()
            served.stop()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
