"""The authenticator on a user's phone, and the two forms that ask for its codes."""

from __future__ import annotations

import base64
import re
from datetime import UTC, datetime

from playwright.async_api import Page

from agent_ui.accounts import totp

_SECRET = re.compile(r'id="secret">(.*?)</p>', re.DOTALL)


class Authenticator:
    """Keeps secrets by user and console, and gives each code once, the oldest that still counts."""

    def __init__(self) -> None:
        self._kept: dict[str, tuple[str, int]] = {}

    def learn(self, user: str, secret: str) -> None:
        self._kept[user] = (secret, 0)

    def code(self, user: str, now: datetime | None = None) -> str:
        secret, last = self._kept[user]
        here = totp.step_of(now or datetime.now(UTC))
        step = max(last, here - 1 - totp.DRIFT) + 1
        # One who logs in more than three times in half a minute would have to wait.
        assert step <= here + totp.DRIFT, f"{user} logs in too often"
        self._kept[user] = (secret, step)
        return totp.code(base64.b32decode(secret), step)


PHONE = Authenticator()
"""One for all tests of a process, as users' names are told apart by their console."""


def secret_on(text: str) -> str | None:
    """The secret that a page sets up; None on another page."""
    found = _SECRET.search(text)
    return re.sub(r"<[^>]*>|\s", "", found.group(1)) if found else None


async def pass_second_factor(page: Page, key: str) -> None:
    """Set the second factor up, or prove it, where the page asks for that.

    `key` names user and console.
    """
    if "/second-factor" not in page.url:
        return
    secret = secret_on(await page.content())
    if secret is not None:
        PHONE.learn(key, secret)
    await page.fill("[name=code]", PHONE.code(key))
    await page.click("button.main")
    if secret is not None:
        await page.click("a.button.main")
    await page.wait_for_url(lambda url: "/second-factor" not in url)
