"""The second factor at the door: set up, proved, never twice, and never guessed for long."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from click.testing import CliRunner
from playwright.async_api import Page, expect
from sqlalchemy import select, text

from agent_ui.accounts import totp, users
from agent_ui.commands import make_user
from core.journal_tables import AuditEntry
from tests.agent_ui.authenticator import PHONE
from tests.agent_ui.browser import Chromium, enter
from tests.agent_ui.served import PASSWORD, Served, field_of, log_in, pass_second_factor


def _type(client: httpx.Client, code: str, next: str = "/") -> httpx.Response:
    page = client.get("/second-factor").text
    form = {"csrf": field_of(page, "csrf"), "code": code, "next": next}
    return client.post("/second-factor", data=form)


def _key(served: Served, name: str) -> str:
    return f"{name} 127.0.0.1:{served.settings.http_port}"


def _enrolled(served: Served, name: str) -> list[str]:
    """Make a supervisor who has set it up; returns the recovery codes."""
    served.user(name, "supervisor")
    with served.client() as client:
        log_in(client, name, PASSWORD)
        return re.findall(r"<code>(.*?)</code>", pass_second_factor(client, name).text)


def _did(served: Served, name: str) -> list[str]:
    with served.sessions() as db:
        return list(db.scalars(select(AuditEntry.did).where(AuditEntry.who == name)))


@pytest.mark.parametrize("role", ["supervisor", "operator", "auditor"])
def test_password_alone_opens_no_page(served: Served, role: str) -> None:
    name = served.user(f"half-{role}", role)
    with served.client() as client:
        assert log_in(client, name, PASSWORD, "/articles").headers["location"] == "/articles"
        assert client.get("/articles").headers["location"] == "/second-factor?next=/articles"
        fragment = client.get("/articles", headers={"HX-Request": "true"})
        assert fragment.headers["hx-redirect"].startswith("/second-factor")
        assert pass_second_factor(client, name).status_code == 200
        assert client.get("/articles").status_code == 200
    assert _did(served, name) == ["login", "second_factor.set_up"]


def test_others_are_not_asked(served: Served) -> None:
    served.user("plain")
    with served.signed_in("plain") as client:
        assert client.get("/live").status_code == 200
        assert client.get("/second-factor").headers["location"] == "/"


def test_secret_is_the_same_until_it_is_set_up_and_sealed_at_rest(served: Served) -> None:
    served.user("twice-shown", "supervisor")
    with served.client() as client:
        log_in(client, "twice-shown", PASSWORD)
        first, second = (client.get("/second-factor").text for _ in range(2))
    assert "data:image/svg+xml" in first
    shown = [re.sub(r"\s|<.*?>", "", page.split('id="secret">')[1].split("</p>")[0])
             for page in (first, second)]  # fmt: skip
    assert shown[0] == shown[1] and len(shown[0]) == 32
    with served.sessions() as db:
        kept = db.scalar(text("select secret from second_factors where user = 'twice-shown'"))
    assert kept and shown[0] not in kept


def test_code_is_taken_once(served: Served) -> None:
    _enrolled(served, "replayed")
    code = PHONE.code(_key(served, "replayed"))
    with served.client() as one, served.client() as two:
        for client in (one, two):
            log_in(client, "replayed", PASSWORD)
        answer = _type(one, code[:3] + " " + code[3:], "/tickets")
        assert (answer.status_code, answer.headers["location"]) == (303, "/tickets")
        refused = _type(two, code)
        assert refused.status_code == 401 and "已经用过" in refused.text
        assert two.get("/live").headers["location"].startswith("/second-factor")


def test_right_password_does_not_give_new_guesses(served: Served) -> None:
    _enrolled(served, "guessed")
    with served.client() as client:
        for _ in range(served.settings.login_attempts):
            assert log_in(client, "guessed", PASSWORD).status_code == 303
            assert _type(client, "000000").status_code == 401
        locked = _type(client, PHONE.code(_key(served, "guessed")))
        assert locked.status_code == 401 and "锁定" in locked.text
        assert log_in(client, "guessed", PASSWORD).status_code == 401
    assert _did(served, "guessed")[-2:] == ["second_factor.locked", "login.locked"]
    later = datetime.now(UTC) + timedelta(seconds=served.settings.login_lock_s + 1)
    served.world.now = lambda: later
    try:
        with served.client() as client:
            assert log_in(client, "guessed", PASSWORD).status_code == 303
    finally:
        served.world.now = lambda: datetime.now(UTC)


def test_wrong_passwords_and_wrong_codes_are_counted_together(served: Served) -> None:
    _enrolled(served, "both")
    with served.client() as client:
        assert log_in(client, "both", "guess").status_code == 401
        log_in(client, "both", PASSWORD)
        assert _type(client, "000000").status_code == 401
        assert log_in(client, "both", "guess").status_code == 401
        assert log_in(client, "both", PASSWORD).status_code == 401


def test_many_logins_without_a_code_lock_nobody_out(served: Served) -> None:
    _enrolled(served, "hesitates")
    with served.client() as client:
        for _ in range(served.settings.login_attempts * 2):
            assert log_in(client, "hesitates", PASSWORD).status_code == 303
        assert _type(client, PHONE.code(_key(served, "hesitates"))).status_code == 303


def test_recovery_codes_work_once_each(served: Served) -> None:
    codes = _enrolled(served, "lost-phone")
    assert len(set(codes)) == 10
    with served.client() as client:
        log_in(client, "lost-phone", PASSWORD)
        assert _type(client, codes[3].upper()).status_code == 303
        assert client.get("/live").status_code == 200
    with served.client() as client:
        log_in(client, "lost-phone", PASSWORD)
        assert _type(client, codes[3]).status_code == 401
        assert _type(client, codes[4].replace("-", "")).status_code == 303
    assert _did(served, "lost-phone").count("second_factor.recovery") == 2


def test_password_cannot_be_changed_before_the_code(served: Served) -> None:
    _enrolled(served, "careful")
    with served.client() as client:
        log_in(client, "careful", PASSWORD)
        assert client.get("/password").headers["location"].startswith("/second-factor")
        csrf = field_of(client.get("/second-factor").text, "csrf")
        form = {
            "csrf": csrf,
            "old": PASSWORD,
            "new": "another horse 43",
            "again": "another horse 43",
        }
        assert client.post("/password", data=form).headers["location"] == "/second-factor"
        assert client.post("/logout", data={"csrf": csrf}).headers["location"] == "/login"
    with served.client() as client:
        assert log_in(client, "careful", PASSWORD).status_code == 303


def test_one_time_password_comes_before_setting_up(served: Served) -> None:
    with served.sessions() as db:
        once = users.add(db, "new-boss", "supervisor", "440000", datetime.now(UTC))
    with served.client() as client:
        log_in(client, "new-boss", once)
        assert client.get("/second-factor").headers["location"] == "/password"
        csrf = field_of(client.get("/password").text, "csrf")
        form = {"csrf": csrf, "old": once, "new": PASSWORD, "again": PASSWORD}
        assert client.post("/password", data=form).status_code == 303
    with served.client() as client:
        log_in(client, "new-boss", PASSWORD)
        assert pass_second_factor(client, "new-boss").status_code == 200
        assert client.get("/live").status_code == 200


def test_operator_resets_it_by_command(served: Served) -> None:
    _enrolled(served, "phone-gone")
    run = CliRunner().invoke
    group = make_user(served.load, lambda: datetime.now(UTC))
    assert run(group, ["unenrol", "phone-gone"]).output == "phone-gone: second factor forgotten\n"
    assert "no second factor yet" in run(group, ["list"]).output
    assert run(group, ["unenrol", "nobody"]).exit_code == 1
    with served.client() as client:
        log_in(client, "phone-gone", PASSWORD)
        assert pass_second_factor(client, "phone-gone").status_code == 200


def test_who_is_made_supervisor_is_asked_at_the_next_click(served: Served) -> None:
    served.user("rises")
    with served.signed_in("rises") as client:
        assert client.get("/live").status_code == 200
        with served.sessions() as db:
            users.set_role(db, "rises", "supervisor", datetime.now(UTC), "test")
        assert client.get("/live").headers["location"] == "/second-factor?next=/live"


def test_wrong_first_code_sets_nothing_up(served: Served) -> None:
    served.user("mistypes", "supervisor")
    with served.client() as client:
        log_in(client, "mistypes", PASSWORD)
        assert _type(client, "123").status_code == 401
        assert client.get("/live").headers["location"].startswith("/second-factor")


def test_codes_of_a_clock_that_is_half_a_minute_off_are_taken(served: Served) -> None:
    _enrolled(served, "slow-clock")
    ahead = datetime.now(UTC) + timedelta(seconds=3 * totp.STEP_S)
    served.world.now = lambda: ahead
    try:
        with served.client() as client:
            log_in(client, "slow-clock", PASSWORD)
            stale = PHONE.code(_key(served, "slow-clock"))
            assert _type(client, stale).status_code == 401
    finally:
        served.world.now = lambda: datetime.now(UTC)


def test_it_is_set_up_and_proved_in_a_real_browser(served: Served, chromium: Chromium) -> None:
    served.user("in-chromium", "supervisor")

    async def scene(page: Page) -> None:
        await page.goto("/login?next=/articles")
        await page.fill("[name=name]", "in-chromium")
        await page.fill("[name=password]", PASSWORD)
        await page.click("button.main")
        await expect(page.get_by_role("heading", name="设置动态验证码", exact=True)).to_be_visible()
        await expect(page.get_by_alt_text("二维码")).to_be_visible()
        await page.context.clear_cookies()
        for _ in range(2):  # set up, then prove
            await enter(page, "in-chromium", PASSWORD)
            await expect(page.get_by_role("navigation", name="主菜单")).to_be_visible()
            await page.context.clear_cookies()

    chromium.play(scene)
