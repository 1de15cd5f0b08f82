"""One call from ring to record: opening, speaking, listening."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from twisted.logger import formatEvent, globalLogPublisher

from ivr import events as ivr
from telephony.sip.port import LegState
from tests.calls.hall import LOUD, PROMPT_S, START, Hall
from tests.calls.toy import Toy


def test_nobody_is_answered_before_the_journal_has_the_call(hall: Hall) -> None:
    hall.journal.held = []
    leg = hall.ring(caller="+8613800138000", called="12349", raw="INVITE ...")
    hall.pass_time(5)
    assert leg.state is LegState.RINGING and leg.code == 0
    (opened,) = hall.journal.records
    assert (opened.kind, opened.seq, opened.at) == ("opened", 0, START)
    assert opened.data == {
        "area": "440106", "trunk": "loopback", "node": "node1", "sip_call_id": "leg1@fake",
        "caller": "+8613800138000", "withheld": False, "called": "12349", "diversion": "",
        "invite": "INVITE ...",
    }  # fmt: skip
    hall.journal.release()
    hall.pass_time(0)
    assert leg.state is LegState.UP
    assert hall.journal.kinds[1:4] == ["answered", "recording", "speech"]


def test_who_gives_up_before_the_journal_has_the_call_has_one_all_the_same(hall: Hall) -> None:
    hall.journal.held = []
    leg = hall.ring()
    leg.far_hangs_up()
    hall.pass_time(1)
    hall.journal.release()
    assert leg.code == 0, "a call that is over was answered"
    assert hall.ended["disposition"] == "abandoned"
    assert hall.recording == {"state": "none", "fault": "the call was never answered"}
    hall.over()


def test_the_machine_speaks_and_the_transcript_says_when(hall: Hall) -> None:
    leg = hall.call()
    assert hall.playing(leg) == ["您好，请说您的需求。"]
    hall.pass_time(PROMPT_S)
    (said,) = hall.journal.data("said")
    assert (said["speaker"], said["start_ms"], said["end_ms"]) == ("machine", 0, 2000)
    leg.far_hangs_up()
    hall.over()


def test_what_is_heard_is_kept_with_its_words_in_the_recording_s_time(hall: Hall) -> None:
    leg = hall.call()
    hall.pass_time(3)
    hall.session(leg)._ears.close()
    leg.far_presses("5")
    hall.ears.final("低保", start_ms=1000, end_ms=1800)
    (heard,) = hall.journal.data("heard")
    assert (heard["start_ms"], heard["end_ms"], heard["text"]) == (4000, 4800, "低保")
    assert heard["words"] == [["低保", 4050, 4800, 0.9]]
    leg.far_hangs_up()
    hall.over()


def test_an_empty_utterance_is_told_but_not_written(hall: Hall) -> None:
    hall.call()
    hall.ears.final("")
    assert hall.journal.data("heard") == []


def test_speech_over_a_prompt_silences_it_at_once(real: Hall) -> None:
    leg = real.call()
    real.pass_time(PROMPT_S)
    assert real.playing(leg) == ["您好，这里是12349民政服务热线，请说您的需求。"]
    real.pass_time(0.5)
    real.ears.partial("低保怎么")
    assert leg.playing == ()
    cut = real.journal.data("said")[-1]
    assert (cut["start_ms"], cut["end_ms"]) == (2000, 2500)


def test_a_question_is_answered_and_the_version_of_the_article_kept(real: Hall) -> None:
    leg = real.call()
    real.pass_time(2 * PROMPT_S + 1)
    real.ears.final("低保怎么申请")
    assert "到街道申请。" in real.playing(leg)
    notes = {data["key"]: data for data in real.journal.data("note")}
    assert notes["article"] == {
        "key": "article", "value": "dibao", "version": 3, "title": "低保",
    }  # fmt: skip
    leg.far_hangs_up()
    real.over()
    assert real.ended["disposition"] == "machine"


def test_a_prompt_that_must_be_rendered_is_waited_for(hall: Hall) -> None:
    hall.prompts.missing.add("您好，请说您的需求。")
    leg = hall.call()
    assert leg.playing == ()
    hall.prompts.render("您好，请说您的需求。")
    assert hall.playing(leg) == ["您好，请说您的需求。"]


@pytest.mark.parametrize("how", ["fails", "never comes"])
def test_a_prompt_that_cannot_be_said_is_skipped(how: str, tmp_path: Path) -> None:
    class Long(Toy):
        def start(
            self, now: object, known: frozenset[str] = frozenset()
        ) -> tuple[int, tuple[ivr.Effect, ...]]:
            return 0, (ivr.Say(("一。二。三。",), 1),)

    hall = Hall(tmp_path, Long())
    hall.prompts.missing.add("二。")
    leg = hall.call()
    assert hall.playing(leg) == ["一。"]
    hall.pass_time(PROMPT_S)
    assert leg.playing == ()
    if how == "fails":
        hall.prompts.fail("二。")
    else:
        hall.pass_time(8)
    assert hall.playing(leg) == ["三。"]
    hall.pass_time(PROMPT_S)
    assert hall.journal.texts("said") == ["一。", "三。"]


def test_without_any_voice_the_call_still_goes_on(hall: Hall) -> None:
    hall.prompts.missing.update(["您好，请说您的需求。", "低保在街道申请。"])
    leg = hall.call()
    hall.prompts.fail("您好，请说您的需求。")
    leg.far_presses("0")
    assert ("join", "normal", False) in hall.room.told


def test_without_a_recogniser_the_call_begins_with_the_keypad(real: Hall) -> None:
    real.ears.ready = False
    leg = real.call()
    assert real.journal.data("speech") == [{"state": "keypad"}]
    real.pass_time(PROMPT_S)
    assert real.playing(leg)[-2].endswith("人工服务请按0。")
    leg.far_hangs_up()
    real.over()


def test_a_recogniser_that_fails_in_mid_call_leaves_the_keypad(real: Hall) -> None:
    leg = real.call()
    real.ears.ready = False
    real.session(leg)._ears.close()
    real.pass_time(PROMPT_S)
    assert real.journal.data("speech") == [{"state": "live"}, {"state": "keypad"}]
    leg.far_presses("0")
    real.pass_time(PROMPT_S)
    leg.far_hangs_up()
    real.over()
    assert real.journal.data("speech")[1:] == [{"state": "keypad"}], "told more than once"


def test_a_decoder_that_fails_in_mid_call_leaves_the_keypad_at_once(real: Hall) -> None:
    leg = real.call()
    real.pass_time(PROMPT_S)
    logged: list[str] = []

    def observe(event: dict[str, Any]) -> None:
        logged.append(formatEvent(event) or "")

    globalLogPublisher.addObserver(observe)
    try:
        real.ears.open_streams[0].fail()
    finally:
        globalLogPublisher.removeObserver(observe)
    assert any("recogniser" in line and "keypad" in line for line in logged)
    assert real.journal.data("speech") == [{"state": "live"}, {"state": "keypad"}]
    real.pass_time(0)
    assert any(said.endswith("人工服务请按0。") for said in real.playing(leg))
    assert len(real.ears.streams) == 1, "a recogniser that failed is not tried again in this call"
    leg.far_says(LOUD)
    leg.far_presses("0")
    real.pass_time(PROMPT_S)
    leg.far_hangs_up()
    real.over()
    assert real.journal.data("speech")[1:] == [{"state": "keypad"}], "told more than once"


def test_an_effect_that_fails_does_not_cost_the_caller_the_others(hall: Hall) -> None:
    def broken(texts: object, done: object) -> None:
        raise RuntimeError("voice")

    leg = hall.call()
    session = hall.session(leg)
    session._saying.say = broken  # type: ignore[method-assign, assignment]
    leg.far_presses("1")
    leg.far_presses("0")
    assert ("join", "normal", False) in hall.room.told


def test_a_dialogue_that_breaks_does_not_keep_the_caller_from_hanging_up(tmp_path: Path) -> None:
    class Broken(Toy):
        def step(self, state: object, event: object, now: object) -> tuple[object, tuple[()]]:
            raise RuntimeError("tree")

    hall = Hall(tmp_path, Broken())
    leg = hall.call()
    leg.far_presses("1")
    leg.far_hangs_up()
    hall.pass_time(0)
    hall.over()


def test_a_withheld_number_is_not_shown(hall: Hall) -> None:
    hall.call(caller="+8613800138000", withheld=True)
    shown = [message for topic, message in hall.published if topic == "call.changed"]
    assert "138" not in f"{[row['caller'] for row in shown]}"
    assert hall.journal.records[0].data["caller"] == "+8613800138000"
