"""hotline user and hotline token."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import select

from agent_ui.accounts.login import by_bearer
from agent_ui.commands import make_token, make_user
from core.journal_tables import AuditEntry
from tests.agent_ui.served import PASSWORD, Served, log_in

NOW = datetime.now(UTC)


def _user(served: Served, *words: str) -> Result:
    return CliRunner().invoke(make_user(served.load, lambda: NOW), list(words))


def _token(served: Served, *words: str) -> Result:
    return CliRunner().invoke(make_token(served.load, lambda: NOW), list(words))


def _password(result: Result) -> str:
    assert result.exit_code == 0, result.output
    return result.output.strip().rsplit(" ", 1)[1]


def test_user_is_made_and_can_log_in(served: Served) -> None:
    made = _user(served, "add", "mei", "--role", "agent", "--area", "440106", "--display", "小梅")
    with served.client() as client:
        assert log_in(client, "mei", _password(made)).status_code == 303
    shown = _user(served, "list").output
    assert "mei\tagent\t440106 天河区\t小梅  one-time password not yet used" in shown


def test_new_password_unlocks_and_ends_sessions(served: Served) -> None:
    served.user("forgot")
    with served.signed_in("forgot") as session:
        with served.client() as client:
            for _ in range(served.settings.login_attempts):
                log_in(client, "forgot", "guess")
        assert "locked until" in _user(served, "list").output
        once = _password(_user(served, "passwd", "forgot"))
        assert session.get("/live").headers["location"].startswith("/login")
    with served.client() as client:
        assert log_in(client, "forgot", PASSWORD).status_code == 401
        assert log_in(client, "forgot", once).status_code == 303


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("add", "mei2", "--area", "99"), "area code"),
        (("add", "Mei!"), "not a user name"),
        (("add", "../x"), "not a user name"),
        (("add", "mei3", "--role", "king"), "Invalid value"),
        (("passwd", "nobody"), "There is no user nobody"),
    ],
)
def test_wrong_words_are_explained(served: Served, words: tuple[str, ...], said: str) -> None:
    result = _user(served, *words)
    assert result.exit_code != 0
    assert said in result.output


def test_name_is_taken_once(served: Served) -> None:
    assert _user(served, "add", "twin").exit_code == 0
    assert "There is a user twin already" in _user(served, "add", "twin").output


def test_token_has_its_user_s_rights(served: Served) -> None:
    served.user("robot", "supervisor", "440300")
    token = _token(served, "create", "export", "--user", "robot").output.strip()
    who = by_bearer(served.sessions, token, NOW)
    assert who is not None
    assert (who.name, who.area, who.csrf) == ("robot", "440300", "")


def test_token_for_nobody_is_refused(served: Served) -> None:
    result = _token(served, "create", "export", "--user", "ghost")
    assert result.exit_code == 1
    assert "There is no user ghost" in result.output


def test_languages_of_an_agent_are_set_shown_and_taken_back(served: Served) -> None:
    _user(served, "add", "mei")
    assert _user(served, "skills", "mei", "潮汕话", "粤语").output == "mei: 粤语 潮汕话\n"
    assert "粤语 潮汕话" in _user(served, "list").output
    assert _user(served, "skills", "mei").output == "mei: Mandarin alone\n"
    assert "粤语" not in _user(served, "list").output


def test_role_is_changed_and_audited(served: Served) -> None:
    _user(served, "add", "mover")
    assert _user(served, "role", "mover", "quality").output == "mover: quality, was agent\n"
    assert "mover\tquality" in _user(served, "list").output
    assert "no user nobody" in _user(served, "role", "nobody", "agent").output
    assert "Invalid value" in _user(served, "role", "mover", "king").output
    with served.sessions() as db:
        kept = db.scalars(select(AuditEntry.what).where(AuditEntry.did == "user.role")).all()
    assert kept == ["mover: agent to quality"]


@pytest.mark.parametrize(
    ("words", "said"),
    [(("mei", "英语"), "is not a skill: 粤语, 客家话, 潮汕话"), (("nobody",), "no user nobody")],
)
def test_wrong_languages_are_refused(served: Served, words: tuple[str, ...], said: str) -> None:
    _user(served, "add", "mei")
    refused = _user(served, "skills", *words)
    assert refused.exit_code == 1 and said in refused.output
