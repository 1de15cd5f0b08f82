"""Where callers live: kept encrypted under the key of their number, and refused in words."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from click.testing import CliRunner
from sqlalchemy import text

from core.db import Sessions
from tickets import homes
from tickets.commands import make_caller
from tickets.homes import Home, HomeRefused, recalled_home

NUMBER = "+8613800138000"
NOW = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)


def test_kept_by_command_recalled_by_number_and_unreadable_in_the_database(
    sessions: Sessions,
) -> None:
    caller = make_caller(lambda: (None, sessions))
    words = ["home", "138 0013 8000", "香梅路8号", "--at", "22.54,114.03"]
    assert CliRunner().invoke(caller, words).output == "kept\n"
    assert recalled_home(sessions, NUMBER) == Home("香梅路8号", (22.54, 114.03))
    assert recalled_home(sessions, "+8613900139000") is None and recalled_home(sessions, "") is None
    with sessions() as db:
        stored = str(db.execute(text("SELECT * FROM callers")).all())
    assert "香梅路" not in stored and "22.54" not in stored and "13800138000" not in stored
    assert CliRunner().invoke(caller, ["home", NUMBER]).output == "removed\n"
    assert recalled_home(sessions, NUMBER) is None


def test_forgetting_a_caller_forgets_the_home(sessions: Sessions) -> None:
    with sessions() as db:
        homes.keep_by_number(db, NUMBER, Home("香梅路8号"), NOW)
    CliRunner().invoke(make_caller(lambda: (None, sessions)), ["forget", NUMBER])
    assert recalled_home(sessions, NUMBER) is None


@pytest.mark.parametrize(
    ("address", "position", "said"),
    [
        ("香" * 201, "", "写短"),
        ("香梅路8号", "一百", "22.5431,114.0579"),
        ("香梅路8号", "114.03,22.54", "写反"),
        ("香梅路8号", "nan,1", "超出"),
        ("", "22.54,114.03", "先填写地址"),
    ],
)
def test_refusals_say_what_to_do(address: str, position: str, said: str) -> None:
    with pytest.raises(HomeRefused, match=said):
        homes.read(address, position)


def test_a_number_that_is_not_known_keeps_nothing(sessions: Sessions) -> None:
    with sessions() as db, pytest.raises(HomeRefused, match="没有号码"):
        homes.keep_by_number(db, "withheld", Home("香梅路8号"), NOW)


def test_the_command_refuses_in_words(sessions: Sessions) -> None:
    caller = make_caller(lambda: (None, sessions))
    wrong = CliRunner().invoke(caller, ["home", NUMBER, "香梅路8号", "--at", "x"])
    assert wrong.exit_code == 1 and "坐标请写成" in wrong.output
