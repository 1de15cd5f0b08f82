"""A real Chromium at the console."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.async_api import Browser, BrowserContext, Page, async_playwright, expect

from agent_ui.guard import COOKIE
from tests.agent_ui.authenticator import pass_second_factor
from tests.agent_ui.served import PASSWORD, Served

Scene = Callable[[Page], Awaitable[Any]]
LIMIT_MS = 20_000


class Chromium:
    """Plays scenes in windows of one browser; each scene has cookies of its own."""

    def __init__(self, served: Served) -> None:
        self._served = served
        self._browser: Browser | None = None
        self.faults: list[str] = []

    def start(self) -> None:
        program = shutil.which("chromium") or shutil.which("chromium-browser")
        if program is None:
            pytest.skip("Chromium is not installed (Debian: chromium)")
        self._served.run(self._start(program))

    def stop(self) -> None:
        self._served.run(self._stop())

    def play(self, scene: Scene, user: str = "", path: str = "/", **context: Any) -> Any:
        """Log `user` in, go to `path`, play the scene; its result is returned.

        Fails when the page logged an error or something broke its own rules (CSP).
        """
        self.faults.clear()
        # A code counts once, so who needs one comes back with the session they have.
        cookie = self._served.session_of(user) if user else None
        result = self._served.run(self._play(scene, user, path, context, cookie), 120)
        assert not self.faults, self.faults
        return result

    async def _start(self, program: str) -> None:
        expect.set_options(timeout=LIMIT_MS)
        self._playwright = await async_playwright().start()
        self._browser = await self._playwright.chromium.launch(
            executable_path=program,
            args=[
                "--no-sandbox",
                "--autoplay-policy=no-user-gesture-required",
                "--use-fake-device-for-media-stream",
                "--use-fake-ui-for-media-stream",
            ],
        )

    async def _stop(self) -> None:
        if self._browser is not None:
            await self._browser.close()
        await self._playwright.stop()

    async def _play(
        self, scene: Scene, user: str, path: str, context: dict[str, Any], cookie: str | None
    ) -> Any:
        assert self._browser is not None
        window: BrowserContext = await self._browser.new_context(
            ignore_https_errors=True,
            base_url=self._served.base,
            locale="zh-CN",
            timezone_id="Asia/Shanghai",
            **context,
        )
        window.set_default_timeout(LIMIT_MS)
        try:
            page = await window.new_page()
            page.on("pageerror", lambda error: self.faults.append(f"page error: {error}"))
            page.on("console", self._logged)
            if cookie is not None:
                kept: Any = {"name": COOKIE, "value": cookie, "url": self._served.base}
                await window.add_cookies([kept | {"secure": True}])
            elif user:
                await enter(page, user, PASSWORD)
            await page.goto(path)
            return await scene(page)
        finally:
            await window.close()

    def _logged(self, message: Any) -> None:
        if message.type == "error" and "401" not in message.text:
            self.faults.append(message.text)


async def enter(page: Page, user: str, password: str) -> None:
    """Fill in the login form, and show the second factor where it is asked for."""
    await page.goto("/login")
    await type_password(page, user, password)
    await pass_second_factor(page, f"{user} {urlsplit(page.url).netloc}")


async def type_password(page: Page, user: str, password: str) -> None:
    """Fill in the login form that is open."""
    await page.fill("[name=name]", user)
    await page.fill("[name=password]", password)
    await page.click("button.main")
    await page.wait_for_url(lambda url: "/login" not in url)


async def within(condition: Callable[[], bool], what: str) -> None:
    """Wait for something outside the page, up to twenty seconds."""
    end = asyncio.get_running_loop().time() + LIMIT_MS / 1000
    while not condition():
        assert asyncio.get_running_loop().time() < end, what
        await asyncio.sleep(0.02)
