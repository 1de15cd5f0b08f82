"""However and whenever a call ends, it is closed once, with its last words."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from asr.port import Final
from telephony.sip.port import LegState
from tests.calls.hall import LOUD, Hall
from tests.fakes.sip import FakeLeg

WAYS: dict[str, Callable[[Hall, FakeLeg], object]] = {
    "while the prompt plays": lambda hall, leg: None,
    "while a prompt is rendered": lambda hall, leg: (
        hall.prompts.missing.add("低保在街道申请。"), leg.far_presses("1"),
    ),
    "after the prompt": lambda hall, leg: hall.pass_time(10),
    "while waiting": lambda hall, leg: leg.far_presses("0"),
    "while a browser rings": lambda hall, leg: (leg.far_presses("0"), hall.offer(leg)),
    "while talking": lambda hall, leg: (leg.far_presses("0"), hall.connect(leg)),
    "waiting again": lambda hall, leg: (
        leg.far_presses("0"), hall.connect(leg), hall.line.browser_gone("li"), hall.pass_time(0),
    ),
    "in the beep": lambda hall, leg: leg.far_presses("3"),
    "in the message": lambda hall, leg: (
        leg.far_presses("3"), hall.pass_time(1), leg.far_says(LOUD * 100),
    ),
    "while the office rings": lambda hall, leg: leg.far_presses("4"),
    "while the office talks": lambda hall, leg: (
        leg.far_presses("4"), hall.line.dialled[-1].far_answers(),
    ),
}  # fmt: skip


@pytest.mark.parametrize("who", ["caller", "service"])
@pytest.mark.parametrize("way", WAYS)
def test_an_end_at_any_moment_closes_everything_once(way: str, who: str, hall: Hall) -> None:
    leg = hall.call()
    WAYS[way](hall, leg)
    hall.pass_time(0.1)
    if who == "caller":
        leg.far_hangs_up()
    else:
        hall.calls.stop_all("the service stops")
    hall.pass_time(0)
    hall.over()
    assert hall.recording["state"] == "complete"
    assert (hall.folder / hall.recording["path"]).is_file()
    assert hall.ended["reason"] == ("caller hung up" if who == "caller" else "the service stops")
    assert not hall.room.waiting


@pytest.mark.parametrize("steps", range(0, 40, 3))
def test_hanging_up_anywhere_in_the_shipped_tree_closes_everything_once(
    steps: int, real: Hall
) -> None:
    leg = real.call()
    for n in range(steps):
        real.pass_time(1.5)
        if leg.state is LegState.UP and n % 8 == 5:
            leg.far_presses("3")
    if leg.state is LegState.UP:
        leg.far_hangs_up()
    real.pass_time(0)
    real.over()


def test_the_machine_ends_the_call_itself(hall: Hall) -> None:
    leg = hall.call()
    leg.far_presses("19")
    hall.pass_time(0)
    assert leg.state is LegState.ENDED
    hall.over()
    assert hall.ended == {"reason": "machine hung up", "disposition": "machine"}


def test_a_leg_that_never_says_that_its_files_are_whole_keeps_no_call_open(hall: Hall) -> None:
    leg = hall.call()
    leg.stop_recording = lambda done=None: None  # type: ignore[method-assign]
    leg.far_hangs_up()
    assert len(hall.calls) == 1
    hall.pass_time(3)
    assert len(hall.calls) == 0


def test_what_is_said_last_by_either_side_is_kept(hall: Hall) -> None:
    leg = hall.call()
    leg.far_presses("0")
    hall.connect(leg)
    hall.ears.last = "再见"
    leg.far_hangs_up()
    hall.pass_time(0)
    hall.over()
    heard = [(data["speaker"], data["text"]) for data in hall.journal.data("heard")]
    assert sorted(heard) == [("agent", "再见"), ("caller", "再见")]


def test_a_recogniser_that_never_ends_an_utterance_keeps_no_call_open(hall: Hall) -> None:
    leg = hall.call()
    hall.ears.streams[0].finish = lambda: None  # type: ignore[method-assign]
    leg.far_hangs_up()
    assert len(hall.calls) == 1
    hall.pass_time(3)
    assert len(hall.calls) == 0


def test_a_word_that_comes_after_the_last_record_is_not_written(hall: Hall) -> None:
    leg = hall.call()
    (stream,) = hall.ears.streams
    stream.finish = lambda: None  # type: ignore[method-assign]
    leg.far_hangs_up()
    hall.pass_time(3)
    assert hall.journal.kinds[-1] == "ended"
    stream.on_heard(Final("喂", (), 0.9, 0, 900))
    assert hall.journal.kinds[-1] == "ended"
