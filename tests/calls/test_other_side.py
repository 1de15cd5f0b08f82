"""The caller and a person: agents who come, who do not, who vanish; offices that are rung."""

from __future__ import annotations

import pytest

from telephony.calls.machine import Phase
from telephony.sip.port import LegState
from tests.calls.hall import PROMPT_S, Hall
from tests.fakes.sip import FakeLeg


@pytest.fixture
def waiting(hall: Hall) -> FakeLeg:
    leg = hall.call()
    leg.far_presses("0")
    return leg


def _phase(hall: Hall, leg: FakeLeg) -> Phase:
    return hall.session(leg).state.phase


def test_who_waits_hears_what_happens_and_then_music(hall: Hall, waiting: FakeLeg) -> None:
    assert hall.playing(waiting) == ["正在为您转接人工，请稍候。"]
    hall.pass_time(PROMPT_S)
    assert hall.playing(waiting) == ["hold.wav"]


def test_the_music_goes_on_while_a_browser_rings(hall: Hall, waiting: FakeLeg) -> None:
    hall.pass_time(PROMPT_S)
    hall.offer(waiting)
    hall.pass_time(5)
    assert hall.playing(waiting) == ["hold.wav"]


def test_an_agent_who_takes_it_is_bridged_and_the_music_ends(hall: Hall, waiting: FakeLeg) -> None:
    side = hall.connect(waiting)
    assert side in waiting.peers
    assert waiting.playing == ()
    assert hall.room.told[-1] == ("talking", "li")
    assert hall.journal.kinds[-2:] == ["offered", "connected"]


def test_both_sides_of_the_talk_are_transcribed(hall: Hall, waiting: FakeLeg) -> None:
    side = hall.connect(waiting)
    hall.ears.final("我想问低保", stream=0)
    hall.ears.final("请说您的户口所在地", stream=1)
    heard = [(data["speaker"], data["text"]) for data in hall.journal.data("heard")]
    assert heard == [("caller", "我想问低保"), ("agent", "请说您的户口所在地")]
    assert _phase(hall, waiting) is Phase.CONNECTED
    side.far_hangs_up()
    hall.pass_time(0)
    hall.over()
    assert hall.ended == {"reason": "agent hung up", "disposition": "connected"}
    assert hall.room.told[-1] == ("done", "li")
    assert waiting.state is LegState.ENDED


def test_both_sides_of_the_talk_are_followed_live_with_the_times_of_words(
    hall: Hall, waiting: FakeLeg
) -> None:
    hall.connect(waiting)
    hall.published.clear()
    for stream in (0, 1):
        hall.ears.partial("我想", stream=stream)
        hall.ears.final("我想问低保", stream=stream)
    lines = [message for topic, message in hall.published if topic == "call.line"]
    assert [(line["speaker"], line["final"]) for line in lines] == [
        ("caller", False), ("caller", True), ("agent", False), ("agent", True),
    ]  # fmt: skip
    assert lines[0]["words"] == lines[2]["words"] == []
    for line in lines[1::2]:
        ((text, start_ms, end_ms, confidence),) = line["words"]
        assert (text, confidence) == ("我想问低保", 0.9)
        assert line["start_ms"] < start_ms < end_ms == line["end_ms"]
    kept = [data["words"] for data in hall.journal.data("heard")]
    assert kept == [line["words"] for line in lines[1::2]]


def test_words_that_came_to_nothing_are_taken_back_on_the_live_page(
    hall: Hall, waiting: FakeLeg
) -> None:
    hall.connect(waiting)
    hall.published.clear()
    hall.ears.final("")
    assert not hall.published, "nothing was shown, so nothing is taken back"
    hall.ears.partial("我想")
    hall.ears.final("")
    lines = [message for topic, message in hall.published if topic == "call.line"]
    assert [(line["text"], line["final"]) for line in lines] == [("我想", False), ("", True)]
    assert not hall.journal.data("heard")


def test_an_agent_who_does_not_answer_in_20_s_is_stopped_ringing(
    hall: Hall, waiting: FakeLeg
) -> None:
    side = hall.offer(waiting)
    hall.pass_time(19.5)
    assert side.state is LegState.EARLY
    hall.pass_time(0.5)
    assert side.state is LegState.ENDED
    assert hall.gate.told[-1] == ("end", "li")
    assert hall.room.told[-1] == ("refused", "li", "no answer")
    assert _phase(hall, waiting) is Phase.QUEUED
    assert hall.playing(waiting) == ["hold.wav"]
    hall.connect(waiting, "wang")
    assert _phase(hall, waiting) is Phase.CONNECTED


def test_an_agent_who_rejects_leaves_the_caller_waiting(hall: Hall, waiting: FakeLeg) -> None:
    side = hall.offer(waiting)
    hall.line.browser_rejected(side.id)
    hall.pass_time(0)
    assert hall.room.told[-1] == ("refused", "li", "declined")
    assert _phase(hall, waiting) is Phase.QUEUED
    assert hall.journal.data("refused") == [{"agent": "li", "reason": "declined"}]


def test_a_browser_that_vanishes_while_it_rings(hall: Hall, waiting: FakeLeg) -> None:
    hall.pass_time(PROMPT_S)
    hall.offer(waiting)
    hall.line.browser_gone("li")
    hall.pass_time(0)
    assert hall.room.told[-1] == ("refused", "li", "the browser is gone")
    assert _phase(hall, waiting) is Phase.QUEUED
    assert hall.playing(waiting) == ["hold.wav"]


@pytest.mark.parametrize("code", [480, 408, 500])
def test_a_browser_that_vanishes_in_the_talk_puts_the_caller_at_the_head_with_music(
    code: int, hall: Hall, waiting: FakeLeg
) -> None:
    side = hall.connect(waiting)
    side._end(code, "whatever the far end's fault is called")
    assert waiting.state is LegState.UP
    assert hall.playing(waiting) == ["hold.wav"]
    assert hall.room.told[-2:] == [("done", "li"), ("join", "normal", True)]
    assert _phase(hall, waiting) is Phase.QUEUED
    hall.connect(waiting, "wang")
    assert hall.room.told[-1] == ("talking", "wang")
    waiting.far_hangs_up()
    hall.pass_time(0)
    hall.over()


def test_after_a_lost_talk_the_dialogue_hears_the_caller_again(real: Hall) -> None:
    leg = real.call()
    leg.far_presses("0")
    real.connect(leg)
    real.line.browser_gone("li")
    real.pass_time(0)
    real.ears.partial("救命啊我摔倒了")
    real.ears.partial("救命啊我摔倒了快来")
    assert real.room.told[-1] == ("join", "emergency", False)
    real.session(leg).wait_ended("nobody")
    real.pass_time(0)
    assert real.playing(leg)[0] == "现在没有工作人员能接听。"


def test_a_caller_who_gives_up_while_the_browser_rings_stops_it_and_frees_the_agent(
    hall: Hall, waiting: FakeLeg
) -> None:
    side = hall.offer(waiting)
    waiting.far_hangs_up()
    assert hall.room.told[-2:] == [("leave",), ("refused", "li", "caller gone")]
    hall.pass_time(0)
    assert side.state is LegState.ENDED
    assert hall.gate.told == [("offer", "li"), ("end", "li")]
    hall.over()
    assert hall.ended["disposition"] == "abandoned"


def test_an_offer_for_a_call_that_is_gone_frees_the_agent_at_once(
    hall: Hall, waiting: FakeLeg
) -> None:
    session = hall.session(waiting)
    waiting.far_hangs_up()
    session.offer("li")
    assert hall.room.told[-1] == ("refused", "li", "call is gone")
    assert hall.line.dialled == []


def test_a_second_offer_harms_neither_the_ringing_nor_the_talking_agent(
    hall: Hall, waiting: FakeLeg
) -> None:
    side = hall.offer(waiting)
    hall.session(waiting).offer("wang")
    assert hall.room.told[-1] == ("refused", "wang", "call is gone")
    hall.line.browser_answered(side.id, "v=0")
    hall.pass_time(0)
    hall.session(waiting).offer("wang")
    assert hall.room.told[-1] == ("refused", "wang", "call is gone")
    assert side.state is LegState.UP and _phase(hall, waiting) is Phase.CONNECTED


def test_a_browser_that_cannot_be_rung_leaves_the_caller_waiting(
    hall: Hall, waiting: FakeLeg, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(agent: str, owner: object) -> FakeLeg:
        raise RuntimeError("no ports left")

    with monkeypatch.context() as patch:
        patch.setattr(hall.line, "dial_browser", broken)
        hall.session(waiting).offer("li")
    assert hall.room.told[-1] == ("refused", "li", "cannot be rung")
    assert _phase(hall, waiting) is Phase.QUEUED
    hall.connect(waiting, "wang")
    assert _phase(hall, waiting) is Phase.CONNECTED


def test_an_emergency_while_a_browser_rings_lets_it_ring(hall: Hall, waiting: FakeLeg) -> None:
    side = hall.offer(waiting)
    waiting.far_presses("2")
    assert hall.room.told[-1] == ("join", "emergency", False)
    assert side.state is LegState.EARLY
    hall.line.browser_answered(side.id, "v=0")
    hall.pass_time(0)
    assert _phase(hall, waiting) is Phase.CONNECTED


def test_nobody_to_be_had_goes_back_to_the_dialogue(hall: Hall, waiting: FakeLeg) -> None:
    hall.session(waiting).wait_ended("nobody")
    assert hall.playing(waiting) == ["现在没有人。"]
    assert hall.journal.data("waited") == [{"reason": "nobody"}]


def test_talks_beyond_what_the_machine_can_follow_are_not_transcribed(hall: Hall) -> None:
    object.__setattr__(hall.parts, "transcribe", lambda: False)
    leg = hall.call()
    leg.far_presses("0")
    hall.connect(leg)
    assert hall.ears.open_streams == []


# ---- transfers --------------------------------------------------------------------------------


def test_a_target_that_is_not_on_the_allow_list_is_not_dialled(hall: Hall) -> None:
    object.__setattr__(hall.parts, "transfer_targets", frozenset())
    leg = hall.call()
    leg.far_presses("4")
    assert hall.line.dialled == []
    assert hall.playing(leg) == ["现在没有人。"]


def test_a_transfer_is_bridged_and_ends_with_the_far_end(hall: Hall) -> None:
    leg = hall.call(caller="+8613800138000")
    leg.far_presses("4")
    assert hall.playing(leg) == ["hold.wav"]
    (office,) = hall.line.dialled
    assert (office.uri, office.caller) == ("sip:office@127.0.0.1", "+8613800138000")
    office.far_answers()
    assert office in leg.peers and leg.playing == ()
    office.far_hangs_up()
    hall.pass_time(0)
    hall.over()
    assert hall.ended == {"reason": "far end hung up", "disposition": "connected"}


@pytest.mark.parametrize("way", ["refuses", "never answers", "cannot be dialled"])
def test_an_office_that_does_not_take_it_gives_the_caller_back(
    way: str, hall: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    leg = hall.call()
    if way == "cannot be dialled":
        monkeypatch.setattr(hall.line, "dial", lambda *a, **k: 1 // 0)
    leg.far_presses("4")
    if way == "refuses":
        hall.line.dialled[0].far_refuses(486)
    elif way == "never answers":
        hall.pass_time(61)
        assert hall.line.dialled[0].state is LegState.ENDED
    assert hall.playing(leg) == ["现在没有人。"]
    leg.far_hangs_up()
    hall.pass_time(0)
    hall.over()
    assert hall.ended["disposition"] == "abandoned"
