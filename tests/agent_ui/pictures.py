"""Draws the pictures of docs/img from the real pages: python -m tests.agent_ui.pictures FOLDER."""

from __future__ import annotations

import sys
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from playwright.async_api import Page

from core.area import COUNTRY
from core.settings import CODE
from ivr.draw import draw
from ivr.tree import load as load_tree
from knowledge.places import osm, street_map, tiles
from knowledge.places import sample as town
from knowledge.places.guide import load_guide
from knowledge.places.kept import kept_way
from knowledge.places.port import Mode
from knowledge.places.store import put
from knowledge.store import seed
from tests.agent_ui import sample
from tests.agent_ui.browser import Chromium
from tests.agent_ui.served import Served

TO_THE_WAY = "document.querySelector('.way').scrollIntoView()"
SIZE = {"width": 1440, "height": 900}


def main(folder: Path) -> None:
    """Fill a console with a morning's calls and take the pictures."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as name:
        served = Served(Path(name))
        tree = load_tree(CODE / "ivr/trees/12349.yaml")
        served.start()
        try:
            object.__setattr__(served.console, "draw_tree", lambda counts: draw(tree, counts))
            fill(served)
            _take(served, folder)
        finally:
            served.stop()


def fill(served: Served) -> None:
    served.user("wang", "agent", "440106", "王小梅")
    for name, display in (("li", "李敏"), ("zhao", "赵秀英"), ("lin", "林芳")):
        served.user(name, "agent", "440106", display)
    served.user("chen", "supervisor", COUNTRY, "陈建国")
    seed(served.sessions, CODE / "knowledge/articles", datetime.now(UTC))
    morning = datetime.now(ZoneInfo("Asia/Shanghai")).replace(hour=8, minute=12, second=5)
    data = served.settings.data
    kinds = [
        (sample.DIBAO, "machine"), (sample.PERSON, "connected"), (sample.DIBAO, "machine"),
        (sample.URGENT, "emergency"), (sample.DIBAO, "abandoned"), (sample.PERSON, "message"),
    ]  # fmt: skip
    for number in range(18):
        talk, end = kinds[number % len(kinds)]
        at = morning + timedelta(minutes=7 * number)
        sample.call(
            served.journal, f"call{number:04}", at, talk, end, data if number > 10 else None,
            caller=f"+86138{number * 7919 % 10**4:04}{number * 104729 % 10**4:04}",
            area=("440106", "440104", "440300", "440105")[number % 4],
        )  # fmt: skip
    _run(served)
    _way(served)


def _way(served: Served) -> None:
    """A way told in the made-up town; the router must be installed (make routing)."""
    data, now = served.settings.data, datetime.now(UTC)
    file = town.write(data / "sample")
    put(served.sessions, town.SOURCE, osm.read(file, "", print), now, print)
    street_map.build(file, data / "map", now, print, town.ATTRIBUTION)
    tiles.build(file, data / "routes", now, print)
    guide, router = load_guide(served.sessions, data / "routes")
    places = [guide.find(name).places[0] for name in ("样例火车站", "样例养老院")]
    way = guide.way(*places, Mode.WALK)
    router.stop()
    talk = [
        ("machine", "您要去哪里？", 300, 1500), ("caller", "去样例养老院", 2100, 3400),
        ("machine", "您现在在哪里？请说附近的路名、路口，或者大楼。", 4000, 7600),
        ("caller", "我在样例火车站", 8200, 9600), ("machine", way.summary, 10100, 14200),
    ]  # fmt: skip
    sample.call(served.journal, "way1", now, talk, ended=False)
    served.journal.write("way1", "way", **kept_way(*places, Mode.WALK, way))
    served.journal.ended("way1", at=now)


def _run(served: Served) -> None:
    now = datetime.now(UTC)
    sample.call(served.journal, "live1", now, sample.PERSON[:4], ended=False)
    rows = [
        ("live1", 192, {"state": "connected", "agent": "wang", "heard": "户口在天河区石牌街道",
                        "topic": "person", "caller": "+86139****5521"}),
        ("live2", 47, {"heard": "我想问一下低保怎么申请", "topic": "policy", "area": "440104"}),
        ("live3", 65, {"state": "queued", "heard": "转人工", "caller": "+86137****9034"}),
        ("live4", 12, {"state": "queued", "emergency": True, "heard": "救命啊我摔倒了起不来",
                       "topic": "emergency", "caller": "+86159****8812", "area": "440111"}),
        ("live5", 4, {"state": "ringing", "node_name": "", "caller": "+86135****2207",
                      "area": "440300"}),
    ]  # fmt: skip
    for name, seconds, changes in rows:
        row = sample.live_row(name, now - timedelta(seconds=seconds), **changes)
        served.publish("call.changed", row)
    for agent, status, state, call in (
        ("wang", "ready", "talking", "live1"), ("li", "ready", "idle", ""),
        ("zhao", "break", "idle", ""), ("lin", "ready", "wrapup", "call0016"),
    ):  # fmt: skip
        told = {"agent": agent, "area": "440106", "status": status, "state": state,
                "call": call, "reason": ""}  # fmt: skip
        served.publish("agent.state", told)


def ring(served: Served) -> None:
    told = {"agent": "li", "area": "440106", "status": "ready", "state": "offered",
            "call": "live4", "reason": ""}  # fmt: skip
    now = datetime.now(UTC)
    sample.call(served.journal, "live4", now, sample.URGENT, ended=False, area="440111")
    served.publish("agent.state", told)

    def offer(topic: str, message: dict[str, Any]) -> None:
        if message["agent"] == "li" and message["kind"] == "hello":
            signal = {"agent": "li", "type": "offer", "leg": "l1", "sdp": "v=0"}
            served.publish("agent.signal", signal)

    served.bus.subscribe(["agent.command"], offer)


def _take(served: Served, folder: Path) -> None:
    browser = Chromium(served)
    browser.start()

    def picture(name: str, user: str, path: str, ready: str, script: str = "") -> None:
        async def scene(page: Page) -> None:
            await page.wait_for_selector(ready)
            if script:
                await page.evaluate(script)
            await page.evaluate("document.fonts.ready")
            await page.wait_for_function("() => document.readyState === 'complete'")
            await page.wait_for_timeout(600)
            await page.screenshot(path=folder / f"{name}.png")

        browser.play(scene, user, path, viewport=SIZE)

    try:
        hear = "document.querySelector('#audio').currentTime = 10.4"
        picture("login", "", "/login", "h1")
        picture("live", "chen", "/live", "#calls tr.alarm")
        picture("tickets", "chen", "/tickets", "table.list")
        picture("ticket", "chen", "/calls/call0012", "#wave", hear)
        picture("agent_ticket", "chen", "/calls/call0013", "#wave", hear)
        picture("way", "chen", "/calls/way1", ".map .pin", TO_THE_WAY)
        picture("trees", "chen", "/trees", "img")
        picture("articles", "chen", "/articles", "table.list")
        picture("article", "chen", "/articles/dibao-shenqing", "h1")
        picture("phone", "wang", "/phone", "#card .talk")
        ring(served)
        picture("ringing", "li", "/phone", "#answer:visible")
        picture("help", "chen", "/help", "h1")
    finally:
        browser.stop()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
