"""Every page of the console, found by its routes, shown in Chromium and examined by axe.

A new page is in the list by itself; only a new parameter of a path needs a sample here.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from fastapi.routing import APIRoute
from playwright.async_api import Page
from sqlalchemy import select

from core.area import COUNTRY
from core.settings import CODE
from ivr.draw import draw
from ivr.tree import load as load_tree
from tests.agent_ui import pictures, sample
from tests.agent_ui.browser import Chromium, type_password
from tests.agent_ui.served import PASSWORD, Served
from tickets import homes, store
from tickets.quality import store as quality
from tickets.quality.form import load_rules
from tickets.quality.store import Doing
from tickets.tables import Ticket

AXE = CODE / "agent_ui" / "node_modules" / "axe-core" / "axe.min.js"
SIZE = {"width": 1366, "height": 768}
USERS = {
    "chen": ("supervisor", COUNTRY), "wang": ("agent", "440106"), "zhi": ("quality", COUNTRY),
    "shen": ("auditor", COUNTRY), "yun": ("operator", COUNTRY), "bian": ("editor", COUNTRY),
}  # fmt: skip
"""Who looks: the first of them who may see a page."""
LOOKED_AT_BY = {
    "/phone": "wang", "/quality": "zhi", "/tickets/{number}": "zhi", "/knowledge/questions": "bian",
    "/roles": "yun",
}  # fmt: skip
QUERIES = {"/articles/{article}/compare": "left=1&right=1"}
"""What a page must be asked."""
NO_PAGES = {"/map/{version}/{level}/{x}/{y}": "a piece of the map"}
"""What no sample can be given for, and why it is no page."""


@dataclass(frozen=True, slots=True)
class Screen:
    """One page to look at: its name in files, whose eyes, and where.

    `half`: who has shown the password alone.
    """

    name: str
    user: str
    path: str
    half: str = ""


class NoSample(LookupError):
    """A page cannot be opened: a parameter of its path has no sample, or nobody may see it."""


def fill(served: Served) -> dict[str, str]:
    """A morning's calls, a week of quality; returns a sample for each parameter of a path."""
    tree = load_tree(CODE / "ivr/trees/12349.yaml")
    object.__setattr__(served.console, "draw_tree", lambda counts: draw(tree, counts))
    pictures.fill(served)
    for name, (role, area) in USERS.items():
        if name not in ("chen", "wang"):
            served.user(
                name, role, area, {"zhi": "郑知", "shen": "沈审", "yun": "云海"}.get(name, "")
            )
    served.user("xin", "supervisor", COUNTRY, "新主管")
    _judge(served)
    with served.sessions() as db:
        ticket = db.scalars(select(Ticket).where(Ticket.call_id == "call0013")).one()
        number, home = ticket.number, homes.read("样例镇幸福路1号", "22.54, 114.05")
        homes.keep(db, ticket.caller_key, home, datetime.now(UTC))
    return {
        "number": str(number), "call_id": "call0013", "article": "dibao-shenqing",
        "agent": "wang", "kind": "csv",
    }  # fmt: skip


def _judge(served: Served) -> None:
    """Last week's calls, some of them scored, one twice and appealed against."""
    last = datetime.now(UTC) - timedelta(days=7)
    for number in range(40):
        call, at = f"past{number:02}", last - timedelta(minutes=11 * number)
        sample.call(served.journal, call, at, sample.PERSON[:4], ended=False)
        served.journal.write(call, "queued", at + timedelta(seconds=8), queue="", priority="normal")
        wait = 250 if number % 9 == 0 else 12
        at += timedelta(seconds=8 + wait)
        served.journal.write(call, "connected", at, agent=("wang", "li", "zhao")[number % 3])
        served.journal.ended(call, "connected", at + timedelta(seconds=100 + 7 * number))
    zone, form = served.settings.timezone, load_rules()[0]
    good = {item.key: "full" for item in form.items}
    poor = good | {"listening": "not", "record": "partly"}
    with served.sessions() as db:
        for week in {quality.week_of((last - timedelta(days=d)).date()) for d in (0, 1)}:
            quality.draw_week(db, week, zone, COUNTRY, Doing("zhi", last))
        rows = [ticket for _, ticket, _ in quality.to_score(db, COUNTRY, "zhi")]
        mine = [ticket for ticket in rows if ticket.agent == "wang"]
        now = datetime.now(UTC)
        quality.review(db, mine[0], poor, "没有复述地址", "练习复述地址", Doing("zhi", now))
        quality.review(db, mine[0], good, "", "", Doing("chen", now))
        quality.review(db, mine[1], good, "", "", Doing("zhi", now))
        quality.appeal(db, mine[0], "三十秒处复述过地址，请再听", Doing("wang", now))
        called = store.by_call(db, "call0013", COUNTRY)
        assert called is not None
        quality.review(db, called, good | {"closing": "partly"}, "", "", Doing("zhi", now))


def routes(served: Served) -> Iterator[str]:
    """The paths of everything that a browser can open, as the application knows them."""
    seen: set[str] = set()
    pending: list[Any] = list(served.app.routes)
    while pending:
        route = pending.pop(0)
        if isinstance(route, APIRoute):
            own = not route.path.startswith("/api/") and "GET" in route.methods
            if own and route.path not in NO_PAGES and route.path not in seen:
                seen.add(route.path)
                yield route.path
        else:
            inner = getattr(route, "original_router", None) or getattr(route, "router", None)
            pending.extend(getattr(inner, "routes", ()))


def screens(served: Served, samples: dict[str, str]) -> list[Screen]:
    """All pages, and who looks at each. Raises NoSample."""
    found = [
        Screen("login", "", "/login"),
        Screen("second-factor-setup", "", "/login?next=/roles", half="xin"),
        Screen("second-factor", "", "/login?next=/roles", half="chen"),
    ]
    for path in routes(served):
        if path == "/login":
            continue
        found += screen_of(served, path, samples)
    return found


def screen_of(served: Served, path: str, samples: dict[str, str]) -> list[Screen]:
    """The page of a route for the first who may see it, [] when it is none. Raises NoSample."""
    asked = re.findall(r"{(\w+)(?::\w+)?}", path)
    missing = [name for name in asked if name not in samples]
    if missing:
        raise NoSample(f"{path}: give {missing[0]} a sample in tests/agent_ui/screens.py")
    where = re.sub(r"{(\w+)(?::\w+)?}", lambda found: samples[found.group(1)], path)
    where += f"?{QUERIES[path]}" if path in QUERIES else ""
    first = [LOOKED_AT_BY[path]] if path in LOOKED_AT_BY else []
    for user in (*first, *USERS):
        with served.signed_in(user) as client:
            answer = client.get(where)
        if answer.status_code == 200:
            name = re.sub(r"\W+", "-", path.replace("_", "-")).strip("-") or "home"
            html = answer.headers["content-type"].startswith("text/html")
            return [Screen(name, user, where)] if html and "<html" in answer.text else []
        if answer.is_redirect:
            return []
    raise NoSample(f"{path}: nobody can open {where}")


async def settled(page: Page) -> None:
    """Wait until fonts and pictures are there and nothing is fetched any more."""
    await page.wait_for_load_state("load")
    await page.evaluate("document.fonts.ready")
    await page.wait_for_function("[...document.images].every((image) => image.complete)")


async def examine(page: Page) -> list[str]:
    """What axe finds serious or critical, one line each: rule, where, and how it is mended."""
    await page.evaluate(AXE.read_text(encoding="utf-8"))
    found = await page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    return [
        f"{violation['impact']} {violation['id']}: {node['html'][:160]} ({node['failureSummary']})"
        for violation in found["violations"]
        if violation["impact"] in ("serious", "critical")
        for node in violation["nodes"]
    ]


async def picture(page: Page) -> bytes:
    """What the window shows as WebP, which Chromium makes itself."""
    devtools = await page.context.new_cdp_session(page)
    how = {"format": "webp", "quality": 70}
    answer = await devtools.send("Page.captureScreenshot", how)
    return base64.b64decode(answer["data"])


def show(browser: Chromium, screen: Screen, scheme: str) -> tuple[list[str], bytes]:
    """Open a page in a colour scheme; returns axe's findings, and its picture."""

    async def scene(page: Page) -> tuple[list[str], bytes]:
        if screen.half:
            await type_password(page, screen.half, PASSWORD)
        await settled(page)
        return await examine(page), await picture(page)

    return browser.play(  # type: ignore[no-any-return]
        scene, screen.user, screen.path, viewport=SIZE, color_scheme=scheme, reduced_motion="reduce"
    )
