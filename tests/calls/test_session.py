"""One call from ring to record: opening, speaking, listening, hanging up at any moment."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from ivr import events as ivr
from telephony.calls.machine import Phase
from telephony.sip.port import LegState
from tests.calls.hall import PROMPT_S, START, Hall
from tests.calls.toy import Toy
from tests.fakes.sip import FakeLeg

LOUD = b"\x00\x20" * 160


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
        def start(self, now: object) -> tuple[int, tuple[ivr.Effect, ...]]:
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
    assert real.playing(leg)[-1].endswith("人工服务请按0。")
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


# ---- hanging up -------------------------------------------------------------------------------

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


# ---- messages ---------------------------------------------------------------------------------


def _recording_message(hall: Hall) -> FakeLeg:
    leg = hall.call()
    leg.far_presses("3")
    assert hall.playing(leg) == ["beep.wav"]
    hall.pass_time(0.5)
    return leg


def _message(hall: Hall) -> float:
    (data,) = hall.journal.data("message")
    return float(data["seconds"])


def test_a_message_ends_with_the_hash_key(hall: Hall) -> None:
    leg = _recording_message(hall)
    leg.far_says(LOUD * 150)
    hall.ears.final("请给我回电话")
    leg.far_presses("#")
    assert _message(hall) == 3.0
    assert hall.playing(leg) == ["已经记录。"]
    assert "请给我回电话" in hall.journal.texts("heard")
    assert "#" not in [data["digit"] for data in hall.journal.data("digit")]


def test_a_message_ends_with_silence(hall: Hall) -> None:
    leg = _recording_message(hall)
    leg.far_says(LOUD * 100)
    leg.far_says(bytes(320) * 250)
    assert _message(hall) == 2.0


def test_a_message_that_nobody_speaks_is_none(hall: Hall) -> None:
    leg = _recording_message(hall)
    leg.far_says(bytes(320) * 400)
    assert _message(hall) == 0.0
    leg.far_hangs_up()
    hall.over()
    assert hall.ended["disposition"] == "abandoned"


def test_a_message_ends_at_its_limit(hall: Hall) -> None:
    leg = _recording_message(hall)
    leg.far_says(LOUD * 3100)
    assert _message(hall) == 60.0


def test_hanging_up_in_a_message_keeps_it(hall: Hall) -> None:
    leg = _recording_message(hall)
    leg.far_says(LOUD * 100)
    leg.far_hangs_up()
    hall.pass_time(0)
    hall.over()
    assert _message(hall) == 2.0
    assert hall.ended["disposition"] == "message"


@pytest.mark.parametrize("how", ["hangs up", "presses hash"])
def test_the_last_words_of_a_message_are_kept_and_lead_nowhere(how: str, real: Hall) -> None:
    leg = real.call()
    leg.far_presses("0")
    real.session(leg).wait_ended("nobody")
    real.pass_time(3 * PROMPT_S + 1)
    leg.far_says(LOUD * 100)
    real.ears.last = "转人工"
    if how == "hangs up":
        leg.far_hangs_up()
    else:
        leg.far_presses("#")
    real.pass_time(0)
    assert "转人工" in real.journal.texts("heard")
    assert real.journal.data("queued") == real.journal.data("queued")[:1]
    real.ears.last = ""
    leg.far_hangs_up()
    real.pass_time(0)
    real.over()
    assert real.ended["disposition"] == "message"


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


def test_words_of_a_message_lead_nowhere_but_an_alarm_word_does(real: Hall) -> None:
    leg = real.call()
    leg.far_presses("0")
    real.session(leg).wait_ended("nobody")
    real.pass_time(3 * PROMPT_S)
    assert real.session(leg).state.phase is Phase.MESSAGE
    real.pass_time(1)
    real.ears.final("请转人工")
    assert real.session(leg).state.phase is Phase.MESSAGE
    real.ears.partial("救命啊我摔倒了")
    assert real.session(leg).state.phase is Phase.QUEUED
    assert real.room.told[-1] == ("join", "emergency", False)
    leg.far_says(LOUD * 400)
    leg.far_hangs_up()
    real.pass_time(0)
    real.over()
    assert real.journal.data("message") == []
    assert real.ended["disposition"] == "emergency"


# ---- recordings -------------------------------------------------------------------------------


def test_a_disk_without_room_stops_recordings_not_calls(hall: Hall, tmp_path: Path) -> None:
    hall.recordings._min_free = 1 << 62
    leg = hall.call()
    assert hall.playing(leg) == ["您好，请说您的需求。"]
    leg.far_presses("1")
    leg.far_hangs_up()
    hall.pass_time(0)
    hall.over()
    assert hall.recording == {"state": "none", "fault": "the disk is full"}


def test_a_disk_that_fills_up_stops_the_recording_and_keeps_what_there_is(hall: Hall) -> None:
    leg = hall.call()
    hall.pass_time(4)
    hall.calls.stop_recordings("the disk is full")
    hall.pass_time(6)
    leg.far_hangs_up()
    hall.pass_time(0)
    hall.over()
    assert hall.recording["state"] == "partial"
    assert hall.recording["fault"] == "the disk is full"
    assert hall.recording["duration_ms"] == 4000


def test_a_folder_that_refuses_files_costs_the_recording_only(hall: Hall) -> None:
    leg = hall.ring()

    def refuse(said: Path, heard: Path) -> None:
        raise OSError("read-only file system")

    leg.record = refuse  # type: ignore[method-assign]
    hall.pass_time(0)
    assert hall.playing(leg) == ["您好，请说您的需求。"]
    leg.far_hangs_up()
    hall.pass_time(0)
    hall.over()
    assert hall.recording["state"] == "none"
    assert "read-only file system" in hall.recording["fault"]


def test_a_recording_that_cannot_be_joined_is_told_and_the_call_ends(hall: Hall) -> None:
    leg = hall.call()
    hall.pass_time(1)
    (hall.folder / "recordings" / "2026").write_text("in the way")
    leg.far_hangs_up()
    hall.pass_time(0)
    hall.over()
    assert hall.recording["state"] == "failed"
    assert "cannot be written" in hall.recording["fault"]
    assert len(list((hall.folder / "recordings" / "live").iterdir())) == 2


# ---- the machine's own faults ------------------------------------------------------------------


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
