"""Getting in and out of the console, and what keeps others out."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from agent_ui.accounts import users
from agent_ui.guard import COOKIE
from core.journal_tables import AuditEntry
from tests.agent_ui.served import PASSWORD, Served, csrf_of, field_of, log_in


def test_pages_ask_for_a_login_and_come_back(served: Served) -> None:
    with served.client() as client:
        answer = client.get("/tickets?q=低保")
        assert answer.status_code == 303
        assert answer.headers["location"].startswith("/login?next=/tickets%3Fq%3D")
        form = client.get(answer.headers["location"])
        assert field_of(form.text, "next") == "/tickets?q=%E4%BD%8E%E4%BF%9D"


def test_cookie_is_out_of_reach_of_scripts_and_other_sites(served: Served) -> None:
    served.user("cook")
    with served.client() as client:
        cookie = log_in(client, "cook", PASSWORD).headers["set-cookie"]
    assert cookie.startswith(f"{COOKIE}=")
    assert all(word in cookie for word in ("HttpOnly", "Secure", "SameSite=lax", "Path=/"))


def test_first_login_forces_a_new_password(served: Served) -> None:
    with served.sessions() as db:
        once = users.add(db, "fresh", "agent", "440000", datetime.now(UTC))
    with served.client() as client:
        log_in(client, "fresh", once)
        assert client.get("/live").headers["location"] == "/password"
        csrf = field_of(client.get("/password").text, "csrf")
        form = {"csrf": csrf, "old": once, "new": "short", "again": "short"}
        assert "至少要10个字符" in client.post("/password", data=form).text
        form |= {"new": PASSWORD, "again": PASSWORD}
        assert client.post("/password", data=form).status_code == 303
        assert client.get("/live").headers["location"].startswith("/login")
    with served.client() as client:
        assert log_in(client, "fresh", once).status_code == 401
        assert log_in(client, "fresh", PASSWORD).status_code == 303


def test_unknown_user_and_wrong_password_look_the_same(served: Served) -> None:
    served.user("known")
    with served.client() as client:
        wrong = log_in(client, "known", "not the password")
        unknown = log_in(client, "unknown", "not the password")
    assert wrong.status_code == unknown.status_code == 401
    assert wrong.text == unknown.text


def test_lock_out_and_its_end(served: Served) -> None:
    served.user("locked")
    with served.client() as client:
        for _ in range(served.settings.login_attempts):
            log_in(client, "locked", "guess")
        assert log_in(client, "locked", PASSWORD).status_code == 401
    later = datetime.now(UTC) + timedelta(seconds=served.settings.login_lock_s + 1)
    served.world.now = lambda: later
    try:
        with served.client() as client:
            assert log_in(client, "locked", PASSWORD).status_code == 303
    finally:
        served.world.now = lambda: datetime.now(UTC)
    with served.sessions() as db:
        did = db.scalars(select(AuditEntry.did).where(AuditEntry.who == "locked")).all()
    assert did == ["login.refused"] * 3 + ["login.locked", "login"]


def test_right_password_clears_the_count(served: Served) -> None:
    served.user("clears")
    with served.client() as client:
        for _ in range(2):
            assert log_in(client, "clears", "guess").status_code == 401
            assert log_in(client, "clears", "guess").status_code == 401
            assert log_in(client, "clears", PASSWORD).status_code == 303


def test_planted_session_is_not_adopted(served: Served) -> None:
    served.user("fixed")
    with served.client() as client:
        client.cookies.set(COOKIE, "planted", domain="127.0.0.1", path="/")
        answer = log_in(client, "fixed", PASSWORD)
        assert "planted" not in answer.headers["set-cookie"]
    with served.client() as client:
        client.cookies.set(COOKIE, "planted", domain="127.0.0.1", path="/")
        assert client.get("/live").headers["location"].startswith("/login")


def test_two_logins_have_two_tokens_and_logout_ends_one(served: Served) -> None:
    served.user("twice")
    with served.signed_in("twice") as one, served.signed_in("twice") as two:
        assert one.cookies[COOKIE] != two.cookies[COOKIE]
        kept = one.cookies[COOKIE]
        one.post("/logout", data={"csrf": csrf_of(one)})
        one.cookies.set(COOKIE, kept, domain="127.0.0.1", path="/")
        assert one.get("/live").status_code == 303
        assert two.get("/live").status_code == 200


def test_session_ends_by_itself(served: Served) -> None:
    served.user("tired")
    with served.signed_in("tired") as client:
        later = datetime.now(UTC) + timedelta(hours=served.settings.session_hours, seconds=1)
        served.world.now = lambda: later
        try:
            assert client.get("/live").status_code == 303
        finally:
            served.world.now = lambda: datetime.now(UTC)


@pytest.mark.parametrize("token", [None, "", "wrong"])
def test_form_without_the_token_is_refused(served: Served, token: str | None) -> None:
    name = served.user(f"csrf{token or 'none'}{token is None}".lower())
    with served.signed_in(name) as client:
        data = {} if token is None else {"csrf": token}
        assert client.post("/logout", data=data).status_code == 403
        assert client.get("/live").status_code == 200
        assert client.post("/logout", headers={"X-CSRF-Token": csrf_of(client)}).status_code == 303


def test_form_of_another_site_is_refused(served: Served) -> None:
    name = served.user("origin")
    with served.signed_in(name) as client:
        form = {"csrf": csrf_of(client)}
        for origin in ("https://evil.example", "null", served.base.replace("https", "http")):
            answer = client.post("/logout", data=form, headers={"Origin": origin})
            assert answer.status_code == 403
        assert client.post("/logout", data=form, headers={"Origin": served.base}).status_code == 303


def test_login_form_of_another_browser_is_refused(served: Served) -> None:
    served.user("logincsrf")
    with served.client() as one, served.client() as two:
        csrf = field_of(one.get("/login").text, "csrf")
        two.get("/login")
        form = {"name": "logincsrf", "password": PASSWORD, "csrf": csrf}
        assert two.post("/login", data=form).status_code == 403


@pytest.mark.parametrize("next", ["https://evil.example", "//evil.example", "/\\evil", "x", "/\nx"])
def test_login_leads_nowhere_else(served: Served, next: str) -> None:
    name = f"next{abs(hash(next)) % 10**8}"
    served.user(name)
    with served.client() as client:
        assert log_in(client, name, PASSWORD, next).headers["location"] == "/"


def test_passwords_are_kept_as_argon2(served: Served) -> None:
    name = served.user("hashed")
    with served.sessions() as db:
        kept = next(user.password for user in users.listed(db) if user.name == name)
    assert kept.startswith("$argon2id$")
    assert PASSWORD not in kept


def test_first_administrator_is_made_once(tmp_path_factory: pytest.TempPathFactory) -> None:
    other = Served(tmp_path_factory.mktemp("first"))
    other.start()
    try:
        password = users.first_administrator(other.sessions, datetime.now(UTC))
        assert password is not None
        assert users.first_administrator(other.sessions, datetime.now(UTC)) is None
        with other.client() as client:
            assert log_in(client, users.FIRST, password).status_code == 303
    finally:
        other.stop()
