"""Call control carried out: what each party hears, who is told what, and every state afterwards."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from telephony.calls.dialling import masked
from telephony.calls.machine import Phase
from telephony.calls.talk import NOT_PARKED, NOT_YOURS, OVER
from telephony.sip.port import LegState
from tests.calls.hall import Hall
from tests.fakes.sip import FakeLeg
from tests.sip.conftest import sine
from tests.sip.rtp import level

NUMBER = "number:13800138000"


@pytest.fixture
def caller(hall: Hall) -> FakeLeg:
    """A caller who talks with li."""
    leg = hall.call()
    leg.far_presses("0")
    hall.connect(leg)
    return leg


def agent_leg(hall: Hall, name: str = "li") -> FakeLeg:
    return next(leg for leg in reversed(hall.line.dialled) if leg.agent == name)


def answer(hall: Hall, leg: FakeLeg) -> FakeLeg:
    """Whoever was rung last takes it."""
    if leg.agent:
        hall.line.browser_answered(leg.id, "v=0")
    else:
        leg.far_answers()
    hall.pass_time(0)
    return leg


def consult(hall: Hall, to: str = "agent:wang") -> FakeLeg:
    hall.ask("consult", to=to)
    return answer(hall, hall.line.dialled[-1])


def talking(hall: Hall, caller: FakeLeg, agent: str = "li") -> None:
    """Assert that the two, and only they, hear each other."""
    leg = agent_leg(hall, agent)
    assert caller.hears == [leg] and leg.hears == [caller]
    assert caller.playing == () and leg.state is LegState.UP
    assert hall.row()["agent"] == agent


def on_music(hall: Hall, caller: FakeLeg) -> bool:
    return hall.playing(caller) == ["hold.wav"] and not caller.hears


def ends(hall: Hall, reason: str) -> None:
    hall.pass_time(1)
    hall.over()
    assert hall.ended["reason"] == reason
    assert hall.parts.slots.free() == "1"


# ---- the agent's own commands --------------------------------------------------------------------


def test_hold_gives_music_and_resume_the_agent(hall: Hall, caller: FakeLeg) -> None:
    hall.ask("hold")
    assert on_music(hall, caller) and not agent_leg(hall).hears
    assert hall.row()["held"] == "yes"
    hall.ask("resume")
    talking(hall, caller)
    assert hall.row()["held"] == ""
    assert hall.answers == [("hold", True, ""), ("resume", True, "")]


def test_who_is_muted_is_not_heard_and_hears(hall: Hall, caller: FakeLeg) -> None:
    hall.ask("mute")
    assert caller.hears == [] and caller.playing == ()
    assert agent_leg(hall).hears == [caller]
    hall.ask("unmute")
    talking(hall, caller)


def test_keys_go_out_as_digits(hall: Hall, caller: FakeLeg) -> None:
    hall.ask("digits", digits="12#")
    assert caller.sent_dtmf == "12#"
    hall.ask("digits", digits="12; rm")
    assert caller.sent_dtmf == "12#" and hall.answers[-1][1] is False


def test_what_is_said_apart_is_not_written_down(hall: Hall, caller: FakeLeg) -> None:
    assert len(hall.ears.open_streams) == 2
    hall.ask("hold")
    assert hall.ears.open_streams == []
    hall.ask("resume")
    assert len(hall.ears.open_streams) == 2
    third = consult(hall)
    assert hall.ears.open_streams == []
    hall.ask("join")
    assert len(hall.ears.open_streams) == 3
    third.far_hangs_up()
    hall.pass_time(0)
    assert len(hall.ears.open_streams) == 2


def test_hanging_up_ends_the_call(hall: Hall, caller: FakeLeg) -> None:
    hall.ask("hangup")
    ends(hall, "agent hung up")
    assert hall.room.told[-1] == ("done", "li")


def test_a_colleague_may_not_touch_the_call(hall: Hall, caller: FakeLeg) -> None:
    for command in ("hold", "transfer", "consult", "park", "hangup"):
        hall.ask(command, by="wang", to=NUMBER)
        assert hall.answers[-1] == (command, False, NOT_YOURS)
    talking(hall, caller)


# ---- transfer ------------------------------------------------------------------------------------


def test_an_attended_transfer_between_agents(hall: Hall, caller: FakeLeg) -> None:
    wang = consult(hall)
    assert on_music(hall, caller) and hall.playing(agent_leg(hall)) == []
    assert wang.hears == [agent_leg(hall)] and agent_leg(hall).hears == [wang]
    assert (hall.row()["consult"], hall.row()["consult_state"]) == ("wang", "talking")
    hall.ask("complete")
    talking(hall, caller, "wang")
    assert ("done", "li") in hall.room.told and ("talking", "wang") in hall.room.told
    assert hall.journal.data("connected") == [{"agent": "li"}, {"agent": "wang"}]
    wang.far_hangs_up()
    ends(hall, "agent hung up")
    assert hall.room.told[-1] == ("done", "wang")


def test_an_attended_transfer_to_a_number_that_hangs_up_last(hall: Hall, caller: FakeLeg) -> None:
    far = consult(hall, NUMBER)
    assert (far.uri, far.caller) == ("sip:+8613800138000@127.0.0.1:5099", "12349")
    hall.ask("complete")
    assert caller.hears == [far] and far.hears == [caller]
    assert hall.row()["conference"] == "+86138****8000"
    far.far_hangs_up()
    ends(hall, "far end hung up")


@pytest.mark.parametrize("code, why", [(486, "对方正忙。"), (404, "没有这个号码，请核对后再拨。")])
def test_a_transfer_to_a_number_that_is_busy_gives_the_caller_back(
    code: int, why: str, hall: Hall, caller: FakeLeg
) -> None:
    hall.ask("transfer", to=NUMBER)
    assert on_music(hall, caller)
    hall.line.dialled[-1].far_refuses(code)
    hall.pass_time(0)
    talking(hall, caller)
    assert hall.answers == [("transfer", True, ""), ("transfer", False, why)]
    assert hall.row()["consult"] == ""


def test_a_transfer_to_a_number_that_is_silent_gives_the_caller_back(
    hall: Hall, caller: FakeLeg
) -> None:
    hall.ask("transfer", to=NUMBER)
    hall.pass_time(46)
    assert hall.line.dialled[-1].state is LegState.ENDED
    talking(hall, caller)
    assert hall.answers[-1] == ("transfer", False, "对方没有接听。")


@pytest.mark.parametrize(
    "to", ["number:+85221234567", "number:110", "number:4001234567", "number:", "agency:911", "x"]
)
def test_a_transfer_to_what_is_forbidden_is_not_dialled(
    to: str, hall: Hall, caller: FakeLeg
) -> None:
    before = len(hall.line.dialled)
    hall.ask("transfer", to=to)
    assert len(hall.line.dialled) == before
    talking(hall, caller)
    ((_, ok, why),) = hall.answers
    assert not ok and why.endswith("。")
    refused = hall.journal.data("control")[-1]
    assert (refused["by"], refused["to"], refused["refused"]) == ("li", masked(to), why)


def test_more_numbers_than_an_hour_allows_are_refused(hall: Hall, caller: FakeLeg) -> None:
    for _ in range(3):
        hall.ask("consult", to=NUMBER)
        hall.ask("drop")
    hall.ask("consult", to=NUMBER)
    assert hall.answers[-1] == ("consult", False, "一小时内最多拨打 3 个号码，请稍后再拨。")
    hall.pass_time(3600)
    hall.ask("consult", to=NUMBER)
    assert hall.answers[-1] == ("consult", True, "")


def test_a_colleague_who_is_busy_is_not_rung(hall: Hall, caller: FakeLeg) -> None:
    hall.room.busy.add("wang")
    hall.ask("transfer", to="agent:wang")
    talking(hall, caller)
    assert hall.answers == [("transfer", False, "对方正忙、没有就绪或不在座席。")]


def test_a_colleague_who_does_not_answer_stays_ready(hall: Hall, caller: FakeLeg) -> None:
    hall.ask("transfer", to="agent:wang")
    hall.pass_time(21)
    talking(hall, caller)
    assert hall.room.told[-1] == ("release", "wang")


def test_a_blind_transfer_when_both_have_gone_puts_the_caller_at_the_head(
    hall: Hall, caller: FakeLeg
) -> None:
    hall.ask("transfer", to=NUMBER)
    hall.ask("hangup")
    assert on_music(hall, caller) and hall.room.told[-1] == ("done", "li")
    hall.line.dialled[-1].far_refuses(486)
    hall.pass_time(0)
    assert hall.session(caller).state.phase is Phase.QUEUED
    assert hall.room.told[-1] == ("join", "normal", True)
    assert hall.playing(caller) == ["hold.wav"]
    hall.connect(caller, "wang")
    talking(hall, caller, "wang")


def test_a_transfer_to_a_queue_waits_for_the_skill(hall: Hall, caller: FakeLeg) -> None:
    hall.ask("transfer", to="queue:粤语")
    assert hall.room.told[-2:] == [("done", "li"), ("join", "normal", True)]
    assert hall.room.skills[-1] == "粤语"
    assert hall.playing(caller) == ["hold.wav"]
    hall.session(caller).wait_ended("nobody")
    assert hall.playing(caller) == ["现在没有人。"]


# ---- consultation, three-way ---------------------------------------------------------------------


def test_consulting_and_dropping_gives_the_caller_back(hall: Hall, caller: FakeLeg) -> None:
    wang = consult(hall)
    hall.ask("drop")
    talking(hall, caller)
    assert wang.state is LegState.ENDED and hall.room.told[-1] == ("release", "wang")


def test_dropping_a_consultation_that_rings_takes_it_back(hall: Hall, caller: FakeLeg) -> None:
    hall.ask("consult", to=NUMBER)
    assert hall.playing(agent_leg(hall)) == ["ringback.wav"]
    hall.ask("drop")
    assert hall.playing(agent_leg(hall)) == []
    talking(hall, caller)
    assert hall.line.dialled[-1].state is LegState.ENDED


def test_who_is_consulted_hangs_up_first(hall: Hall, caller: FakeLeg) -> None:
    consult(hall).far_hangs_up()
    hall.pass_time(0)
    talking(hall, caller)
    assert hall.row()["consult"] == "" and hall.room.told[-1] == ("release", "wang")


def test_the_agents_network_goes_while_they_consult(hall: Hall, caller: FakeLeg) -> None:
    wang = consult(hall)
    hall.line.browser_gone("li")
    hall.pass_time(0)
    assert wang.state is LegState.ENDED
    assert hall.session(caller).state.phase is Phase.QUEUED
    assert hall.playing(caller) == ["hold.wav"]
    assert hall.room.told[-1] == ("join", "normal", True)
    assert {("done", "li"), ("release", "wang")} <= set(hall.room.told)
    assert hall.row()["consult"] == ""


def test_three_way_with_an_agency_and_the_agent_leaves(hall: Hall, caller: FakeLeg) -> None:
    far = consult(hall, "agency:120")
    assert (far.uri, far.caller) == ("sip:120@127.0.0.1", "+8613800138000")
    assert caller not in far.hears, "who is consulted does not hear the caller on hold"
    hall.ask("join")
    li = agent_leg(hall)
    assert set(caller.hears) == {li, far} and set(far.hears) == {li, caller}
    assert hall.row()["conference"] == "120" and hall.row()["consult"] == ""
    hall.ask("hangup")
    assert caller.hears == [far] and hall.row()["agent"] == ""
    caller.far_hangs_up()
    ends(hall, "caller hung up")
    assert far.state is LegState.ENDED


# ---- park ----------------------------------------------------------------------------------------


def test_park_and_retrieve_by_a_colleague(hall: Hall, caller: FakeLeg) -> None:
    hall.ask("park")
    assert on_music(hall, caller)
    assert (hall.row()["parked"], hall.row()["agent"]) == ("1", "")
    assert hall.room.told[-1] == ("done", "li")
    hall.ask("retrieve", by="wang", slot="1")
    assert on_music(hall, caller)
    answer(hall, hall.line.dialled[-1])
    talking(hall, caller, "wang")
    assert hall.row()["parked"] == "" and hall.parts.slots.free() == "1"


def test_an_empty_slot_says_so(hall: Hall, caller: FakeLeg) -> None:
    hall.ask("retrieve", by="wang", slot="7")
    assert hall.answers == [("retrieve", False, NOT_PARKED)]


def test_parked_too_long_goes_to_the_head_of_the_queue(hall: Hall, caller: FakeLeg) -> None:
    hall.ask("park")
    hall.pass_time(181)
    assert hall.session(caller).state.phase is Phase.QUEUED
    assert hall.room.told[-1] == ("join", "normal", True)
    assert hall.playing(caller) == ["hold.wav"]
    assert hall.row()["parked"] == "" and hall.row()["state"] == "queued"


@pytest.mark.parametrize("state", ["hold", "park", "consult", "transfer"])
def test_the_caller_hangs_up_while_they_hear_music(state: str, hall: Hall, caller: FakeLeg) -> None:
    hall.ask(state, to="agent:wang")
    caller.far_hangs_up()
    ends(hall, "caller hung up")
    released = ("release", "wang") in hall.room.told
    assert released == (state in ("consult", "transfer"))
    assert ("done", "li") in hall.room.told


# ---- the moment ----------------------------------------------------------------------------------


def test_the_agent_answers_as_the_caller_hangs_up(hall: Hall) -> None:
    leg = hall.call()
    leg.far_presses("0")
    side = hall.offer(leg)
    hall.line.browser_answered(side.id, "v=0")
    leg.far_hangs_up()
    ends(hall, "caller hung up")
    assert side.state is LegState.ENDED
    assert hall.room.told[-1] == ("refused", "li", "caller gone")


def test_a_command_for_a_call_that_is_over_is_answered(hall: Hall, caller: FakeLeg) -> None:
    call = hall.row()["id"]
    caller.far_hangs_up()
    hall.pass_time(1)
    hall.ask("hold", call=call)
    hall.supervise("whisper", call=call)
    assert hall.answers == [("hold", False, OVER), ("whisper", False, OVER)]
    hall.elsewhere.add("far")
    hall.ask("hold", call="far")
    assert len(hall.answers) == 2, "another node answers"


# ---- supervisors ---------------------------------------------------------------------------------


def supervising(hall: Hall, mode: str) -> FakeLeg:
    return answer(hall, hall.supervise(mode))


def test_listening_is_heard_by_nobody(hall: Hall, caller: FakeLeg) -> None:
    chen = supervising(hall, "listen")
    li = agent_leg(hall)
    assert set(chen.hears) == {li, caller}
    assert caller.hears == [li] and li.hears == [caller]
    assert hall.row()["supervised_by"] == "chen"
    assert hall.journal.data("supervised") == [
        {"by": "chen", "mode": "listen", "agent": "li", "area": "440106"}
    ]
    hall.supervise("leave")
    talking(hall, caller)
    assert hall.room.told[-1] == ("release", "chen")


def test_a_whisper_is_in_the_agents_ear_and_in_no_recording(hall: Hall, caller: FakeLeg) -> None:
    chen = supervising(hall, "whisper")
    assert chen in agent_leg(hall).hears and chen not in caller.hears
    chen.far_says(sine(900, 400))
    agent_leg(hall).far_says(sine(1300, 400))
    caller.far_hangs_up()
    hall.pass_time(1)
    left, right = channels(hall)
    assert level(left, 900) < 20 and level(right, 900) < 20
    assert level(right, 1300) > 500
    ends(hall, "caller hung up")


def test_barging_in_is_heard_by_all_and_recorded(hall: Hall, caller: FakeLeg) -> None:
    chen = supervising(hall, "barge")
    assert chen in caller.hears and chen in agent_leg(hall).hears
    chen.far_says(sine(900, 400))
    agent_leg(hall).far_hangs_up()
    hall.pass_time(0)
    talking(hall, caller, "chen")
    caller.far_hangs_up()
    hall.pass_time(1)
    assert level(channels(hall)[1], 900) > 500


def test_taking_over_frees_the_agent(hall: Hall, caller: FakeLeg) -> None:
    supervising(hall, "listen")
    hall.supervise("takeover")
    talking(hall, caller, "chen")
    assert ("done", "li") in hall.room.told
    assert agent_leg(hall).state is LegState.ENDED


def test_a_supervisor_whispers_to_a_call_that_ends(hall: Hall, caller: FakeLeg) -> None:
    chen = supervising(hall, "whisper")
    caller.far_hangs_up()
    ends(hall, "caller hung up")
    assert chen.state is LegState.ENDED and ("release", "chen") in hall.room.told


def test_a_supervisor_who_has_another_call_is_told(hall: Hall, caller: FakeLeg) -> None:
    hall.room.busy.add("chen")
    hall.supervise("listen")
    assert hall.answers[-1][:2] == ("listen", False)
    talking(hall, caller)


# ---- desk phones ---------------------------------------------------------------------------------


def test_a_desk_phone_rings_instead_of_the_browser(hall: Hall) -> None:
    hall.desk_phones["li"] = "sip:8001@127.0.0.1"
    leg = hall.call()
    leg.far_presses("0")
    phone = hall.offer(leg)
    assert (phone.uri, phone.caller, phone.agent) == ("sip:8001@127.0.0.1", "+8613800138000", "")
    phone.far_answers()
    assert caller_and(leg, phone)
    phone.far_hangs_up()
    ends(hall, "agent hung up")
    assert hall.room.told[-1] == ("done", "li")


def test_a_desk_phone_that_is_busy_leaves_the_caller_waiting(hall: Hall) -> None:
    hall.desk_phones["li"] = "sip:8001@127.0.0.1"
    leg = hall.call()
    leg.far_presses("0")
    hall.offer(leg).far_refuses(486)
    assert hall.room.told[-1][:2] == ("refused", "li")
    assert hall.session(leg).state.phase is Phase.QUEUED


def caller_and(leg: FakeLeg, other: FakeLeg) -> bool:
    return leg.hears == [other] and other.hears == [leg]


# ---- click-to-dial -------------------------------------------------------------------------------


def click(hall: Hall, number: str = "13800138000") -> FakeLeg:
    hall.ask("dial", number=number, ticket="20260304-000007")
    return hall.line.dialled[-1]


def test_click_to_dial_rings_the_agent_and_then_the_citizen(hall: Hall) -> None:
    side = answer(hall, click(hall))
    far = hall.line.dialled[-1]
    assert far.uri == "sip:+8613800138000@127.0.0.1:5099" and far is not side
    assert hall.playing(side) == ["ringback.wav"]
    far.far_answers()
    hall.pass_time(0)
    assert caller_and(far, side) and hall.playing(side) == []
    assert hall.row()["caller"] == "+86138****8000" and hall.row()["agent"] == "li"
    notes = hall.journal.data("note")
    assert {"key": "follow_up", "value": "20260304-000007"} in notes
    assert hall.audited == [("li", "dial", "+86138****8000 20260304-000007")]
    far.far_presses("0")
    hall.pass_time(1)
    far.far_hangs_up()
    ends(hall, "caller hung up")
    assert hall.ended["disposition"] == "connected"
    assert hall.recording["state"] == "complete"
    assert hall.room.told[-1] == ("done", "li")


def test_a_citizen_who_is_busy_frees_the_agent(hall: Hall) -> None:
    side = answer(hall, click(hall))
    hall.line.dialled[-1].far_refuses(486)
    hall.pass_time(0)
    assert side.state is LegState.ENDED and hall.room.told[-1] == ("release", "li")
    assert hall.answers == [("dial", True, ""), ("dial", False, "对方正忙。")]
    assert len(hall.calls) == 0 and not hall.clock.getDelayedCalls()


@pytest.mark.parametrize("when", ["ringing", "dialling"])
def test_an_agent_who_gives_up_dials_nobody(when: str, hall: Hall) -> None:
    side = click(hall)
    if when == "dialling":
        answer(hall, side)
    side.far_hangs_up()
    hall.pass_time(0)
    assert hall.line.legs == 0 and hall.room.told[-1] == ("release", "li")
    assert hall.answers[-1][:2] == ("dial", False)
    assert not hall.clock.getDelayedCalls()


def test_a_forbidden_number_is_not_dialled_and_audited(hall: Hall) -> None:
    hall.ask("dial", number="0085221234567")
    assert hall.line.dialled == []
    ((who, did, what),) = hall.audited
    assert (who, did) == ("li", "dial.refused")
    assert what == "number:+85****4567: 国际号码和特殊收费号码不允许拨打。"


def test_the_citizen_answers_and_is_gone_before_it_is_written_down(hall: Hall) -> None:
    side = answer(hall, click(hall))
    hall.journal.held = []
    far = hall.line.dialled[-1]
    far.far_answers()
    far.far_hangs_up()
    hall.journal.release()
    hall.pass_time(1)
    assert side.state is LegState.ENDED and hall.line.legs == 0
    assert hall.room.told[-1] == ("done", "li")


def test_a_dialled_citizen_whose_agent_is_lost_waits_and_is_let_go(hall: Hall) -> None:
    answer(hall, click(hall))
    far = hall.line.dialled[-1]
    far.far_answers()
    hall.pass_time(0)
    hall.line.browser_gone("li")
    hall.pass_time(0)
    assert hall.playing(far) == ["hold.wav"]
    hall.session(far).wait_ended("nobody")
    ends(hall, "nobody")
    assert far.state is LegState.ENDED


def channels(hall: Hall) -> tuple[np.ndarray, np.ndarray]:
    """The last call's recording: the caller's channel, everybody else's."""
    path = Path(hall.folder) / hall.recording["path"]
    sound = np.frombuffer(path.read_bytes()[44:], "<i2")
    return sound[0::2], sound[1::2]
