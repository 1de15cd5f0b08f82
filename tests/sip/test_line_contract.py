"""What every line keeps, the real one and the one in memory: `telephony.sip.port`; legs."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import pytest_twisted

from telephony.sip.port import LegState
from tests.sip.benches import answered
from tests.sip.conftest import Owner

Test = pytest_twisted.ensureDeferred


@Test
async def test_an_incoming_leg_rings_until_it_is_answered(bench: Any) -> None:
    leg, owner = await bench.incoming()
    assert leg.state is LegState.RINGING
    leg.ring()
    leg.answer()
    await bench.until(lambda: owner.events)
    assert owner.events == [("up",)]
    assert leg.state is LegState.UP
    assert leg.codec == "PCMA"
    assert bench.line.legs == 1


@Test
async def test_a_second_answer_changes_nothing(bench: Any) -> None:
    leg, owner = await bench.incoming()
    leg.answer()
    leg.answer()
    await bench.until(lambda: leg.state is LegState.UP)
    leg.answer()
    leg.refuse(486)
    await bench.passes(0.1)
    assert owner.names == ["up"]


@Test
async def test_a_refused_leg_ends_with_its_code(bench: Any) -> None:
    leg, owner = await bench.incoming()
    leg.refuse(503, 7)
    await bench.until(lambda: owner.ended)
    assert await bench.refusal(leg) == (503, "7")
    assert [event[:2] for event in owner.events] == [("ended", 503)]
    assert leg.state is LegState.ENDED
    assert bench.line.legs == 0


@Test
@pytest.mark.parametrize("ours", [True, False])
@pytest.mark.parametrize("up", [True, False])
async def test_a_leg_ends_once_whoever_hangs_up(bench: Any, ours: bool, up: bool) -> None:
    leg, owner = await (answered(bench) if up else bench.incoming())
    if ours:
        leg.hangup()
        leg.hangup()
    else:
        await bench.far_hangs_up(leg)
    await bench.until(lambda: owner.ended)
    await bench.passes(0.1)
    assert owner.names.count("ended") == 1
    assert owner.names[-1] == "ended"
    assert bench.line.legs == 0


@Test
async def test_every_call_on_an_ended_leg_is_safe(
    bench: Any, tmp_path: Path, wav: Callable[[str, float, int], Path]
) -> None:
    leg, owner = await answered(bench)
    leg.hangup()
    await bench.until(lambda: owner.ended)
    done: list[str] = []
    leg.ring()
    leg.answer()
    leg.refuse(500)
    leg.hangup()
    leg.play([wav("a", 500, 60)], lambda: done.append("played"))
    leg.play_loop(wav("b", 500, 60))
    assert leg.stop_playing() == 0
    leg.listen(lambda audio: done.append("heard"))
    leg.record(tmp_path / "said.wav", tmp_path / "heard.wav")
    leg.stop_recording(lambda: done.append("closed"))
    leg.send_dtmf("1")
    bench.line.bridge(leg, leg)
    bench.line.unbridge(leg, leg)
    await bench.passes(0.2)
    assert done == ["closed"]
    assert owner.names.count("ended") == 1


@Test
async def test_digits_arrive_in_order(bench: Any) -> None:
    leg, owner = await answered(bench)
    await bench.far_presses(leg, "10*#A")
    await bench.until(lambda: len(owner.digits) == 5)
    assert owner.digits == "10*#A"


@Test
async def test_the_end_of_one_leg_leaves_the_other(bench: Any) -> None:
    one, first = await answered(bench)
    two, second = await answered(bench)
    bench.line.bridge(one, two)
    await bench.far_hangs_up(one)
    await bench.until(lambda: first.ended)
    assert two.state is LegState.UP
    assert not second.ended
    assert bench.line.legs == 1


@Test
async def test_a_dialled_leg_rings_and_comes_up(bench: Any) -> None:
    leg, owner = await bench.dial(200)
    assert leg.state is LegState.RINGING
    await bench.until(lambda: leg.state is LegState.UP)
    assert owner.names == ["ringing", "up"]
    await bench.far_hangs_up(leg)
    await bench.until(lambda: owner.ended)


@Test
async def test_a_dialled_leg_that_is_refused_ends_with_the_code(bench: Any) -> None:
    _leg, owner = await bench.dial(486)
    await bench.until(lambda: owner.ended)
    assert owner.events[-1][:2] == ("ended", 486)
    assert "up" not in owner.names


@Test
async def test_a_dialled_leg_can_be_taken_back(bench: Any) -> None:
    leg, owner = await bench.dial(0)
    await bench.until(lambda: owner.names == ["ringing"])
    leg.hangup()
    await bench.until(lambda: owner.ended)
    assert owner.events[-1][:2] == ("ended", 487)
    assert bench.line.legs == 0


@Test
async def test_an_address_that_cannot_be_dialled_ends_the_leg(bench: Any) -> None:
    owner = Owner()
    bench.line.dial("not an address", owner)
    assert not owner.events
    await bench.until(lambda: owner.ended)
    assert owner.events[-1][1] == 400
    assert bench.line.legs == 0


@Test
@pytest.mark.parametrize("end", ["declines", "is gone", "taken back", "never offered"])
async def test_no_way_to_end_a_ringing_browser_leaves_a_leg(bench: Any, end: str) -> None:
    owner = Owner()
    leg = bench.line.dial_browser("agent7", owner)
    if end == "never offered":
        leg.hangup()
        await bench.until(lambda: owner.ended)
        await bench.passes(0.1)
        assert bench.line.legs == 0
        return
    await bench.until(lambda: bench.gate.offers and "ringing" in owner.names)
    agent, leg_id, sdp = bench.gate.offers[-1]
    assert (agent, leg_id) == ("agent7", leg.id)
    assert sdp.startswith("v=0\r\n")
    if end == "declines":
        bench.line.browser_rejected(leg_id)
    elif end == "is gone":
        bench.line.browser_gone("agent7")
    else:
        leg.hangup()
    await bench.until(lambda: owner.ended)
    codes = {"declines": 486, "is gone": 480, "taken back": 487}
    assert owner.events[-1][1] == codes[end]
    assert "up" not in owner.names
    assert bench.line.legs == 0
    assert bench.gate.ends == [("agent7", leg.id)]
    bench.line.browser_answered(leg_id, "v=0\r\n")
    bench.line.browser_rejected(leg_id)
    await bench.passes(0.1)
    assert owner.names.count("ended") == 1
