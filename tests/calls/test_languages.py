"""A call whose caller speaks Cantonese: keypad without a model, the language on the offer."""

from __future__ import annotations

from pathlib import Path

from ivr.dialogue import Dialogue
from ivr.tree import load
from tests.calls.conftest import TREE
from tests.calls.hall import PROMPT_S, Hall


def test_the_queue_is_told_the_skill_and_the_page_the_language(tmp_path: Path) -> None:
    hall = Hall(tmp_path, Dialogue(load(TREE)))
    leg = hall.call()
    leg.far_presses("5")
    hall.pass_time(0)
    assert hall.room.skills == ["粤语"]
    (row,) = hall.calls.rows().values()
    assert row["language"] == "粤语"
    assert {"state": "keypad"} in hall.journal.data("speech")
    hall.session(leg).wait_ended("nobody")
    hall.pass_time(2 * PROMPT_S)
    assert hall.room.skills == ["粤语", ""]
    (row,) = hall.calls.rows().values()
    assert row["language"] == "粤语"
    hall.connect(leg)
    assert not hall.ears.open_streams, "nothing is written down in a language without a model"
    leg.far_hangs_up()
    hall.pass_time(3)
    hall.over()
