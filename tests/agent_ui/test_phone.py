"""The agent's phone: what the page tells telephony, and a real WebRTC talk in Chromium."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from playwright.async_api import BrowserContext, Page, expect

from agent_ui.accounts import users
from tests.agent_ui import sample
from tests.agent_ui.browser import Chromium, within
from tests.agent_ui.served import Served

NOW = datetime.now(UTC)
CALLER = """async () => {
  window.far = new RTCPeerConnection();
  const context = new AudioContext();
  const tone = new OscillatorNode(context, { frequency: 440 });
  const out = context.createMediaStreamDestination();
  tone.connect(out);
  tone.start();
  window.far.addTrack(out.stream.getAudioTracks()[0], out.stream);
  await window.far.setLocalDescription(await window.far.createOffer());
  await new Promise((done) => {
    if (window.far.iceGatheringState === 'complete') done();
    window.far.onicegatheringstatechange =
      () => window.far.iceGatheringState === 'complete' && done();
  });
  return window.far.localDescription.sdp;
}"""
CONNECT = "(sdp) => window.far.setRemoteDescription({ type: 'answer', sdp })"


def _state(agent: str, state: str, call: str = "", status: str = "ready") -> dict[str, Any]:
    return {
        "agent": agent, "area": "440106", "status": status, "state": state, "call": call,
        "reason": "",
    }  # fmt: skip


def _offer(agent: str, leg: str, sdp: str = "v=0") -> dict[str, Any]:
    return {"agent": agent, "type": "offer", "leg": leg, "sdp": sdp}


def _commands(served: Served, agent: str) -> list[str]:
    return [
        message["kind"]
        for topic, message in served.heard
        if topic == "agent.command" and message["agent"] == agent and message["kind"] != "heartbeat"
    ]


def test_page_says_hello_beats_and_goodbye(served: Served, chromium: Chromium) -> None:
    served.user("hello", area="440106")
    with served.sessions() as db:
        users.set_skills(db, "hello", ["粤语"])

    async def scene(page: Page) -> None:
        await within(lambda: _commands(served, "hello") == ["hello"], "hello")
        served.publish("agent.state", _state("hello", "idle", status="off"))
        await page.get_by_role("button", name="就绪").click()
        await within(lambda: _commands(served, "hello") == ["hello", "status"], "status")

    chromium.play(scene, "hello", "/phone")
    hello = served.until_heard("agent.command", agent="hello", kind="hello")
    assert (hello["area"], hello["skills"], len(hello["tab"])) == ("440106", ["粤语"], 36)
    served.until_heard("agent.command", agent="hello", kind="status", status="ready")
    served.until_heard("agent.command", agent="hello", kind="bye", tab=hello["tab"])


def test_heartbeat_is_passed_on(served: Served, chromium: Chromium) -> None:
    served.user("beats")

    async def scene(page: Page) -> None:
        def beats() -> bool:
            mine = [message for _, message in served.heard if message.get("agent") == "beats"]
            return any(message.get("kind") == "heartbeat" for message in mine)

        await within(beats, "a heartbeat")

    chromium.play(scene, "beats", "/phone")


def test_call_is_offered_answered_and_ended_with_sound(served: Served, chromium: Chromium) -> None:
    served.user("talker", area="440106", display="王小梅")
    # From another area: the call they are offered is theirs to see.
    sample.call(served.journal, "talk1", NOW, sample.PERSON[:4], ended=False, area="440300")

    async def scene(page: Page) -> None:
        context: BrowserContext = page.context
        far = await context.new_page()
        await far.goto("/help")
        sdp = await far.evaluate(CALLER)
        row = sample.live_row("talk1", NOW, state="queued", area="440300", heard="转人工")
        row["language"] = "粤语"
        served.publish("call.changed", row)
        served.publish("agent.state", _state("talker", "offered", "talk1"))
        served.publish("agent.signal", _offer("talker", "leg1", sdp))
        await expect(page.locator("#phone-state")).to_have_text("来电")
        await expect(page.locator("#phone-caller")).to_have_text("138****8000")
        await expect(page.locator("#phone-facts")).to_contain_text("讲粤语")
        await expect(page.locator("#phone-facts")).to_contain_text("“转人工”")
        await expect(page.locator("#talk")).to_contain_text("高龄津贴")
        await page.get_by_role("button", name="接听").click()

        def answers() -> list[dict[str, Any]]:
            replies = [m for t, m in served.heard if t == "agent.reply" and m["agent"] == "talker"]
            return [reply for reply in replies if reply["type"] == "answer"]

        await within(lambda: len(answers()) == 1, "an answer")
        assert answers()[0]["leg"] == "leg1"
        await far.evaluate(CONNECT, answers()[0]["sdp"])
        served.publish("agent.state", _state("talker", "talking", "talk1"))
        await expect(page.locator("#phone-state")).to_have_text("通话中")
        await expect(page.locator("#phone-time")).to_contain_text("0:")
        await page.get_by_role("button", name="静音").click()
        await expect(page.get_by_role("button", name="取消静音")).to_be_visible()
        served.journal.write("talk1", "connected", NOW, agent="talker")
        served.publish("agent.signal", {"agent": "talker", "type": "end", "leg": "leg1"})
        served.publish("agent.state", _state("talker", "wrapup", "talk1"))
        await expect(page.locator("#phone-state")).to_contain_text("请填写处理结果")
        await page.locator("[data-code=answered][aria-disabled=false]").click()
        await expect(page.get_by_text("已记录：当场答复")).to_be_visible()

    chromium.play(scene, "talker", "/phone", permissions=["microphone"])
    served.until_heard("agent.wrapup", agent="talker", call="talk1", disposition="answered")


def test_call_is_rejected(served: Served, chromium: Chromium) -> None:
    served.user("rejects")

    async def scene(page: Page) -> None:
        await within(lambda: _commands(served, "rejects") == ["hello"], "hello")
        served.publish("agent.state", _state("rejects", "offered"))
        served.publish("agent.signal", _offer("rejects", "r1"))
        await page.get_by_role("button", name="拒接").click()
        await expect(page.get_by_role("button", name="接听")).to_be_hidden()

    chromium.play(scene, "rejects", "/phone")
    served.until_heard("agent.reply", agent="rejects", type="reject", leg="r1")


def test_only_one_window_rings_and_another_can_take_over(
    served: Served, chromium: Chromium
) -> None:
    served.user("twotabs")

    async def scene(first: Page) -> None:
        await within(lambda: _commands(served, "twotabs") == ["hello"], "hello")
        second = await first.context.new_page()
        await second.goto("/phone")
        await expect(second.locator("#elsewhere")).to_be_visible()
        served.publish("agent.signal", _offer("twotabs", "t1"))
        await expect(first.get_by_role("button", name="接听")).to_be_visible()
        await second.get_by_role("button", name="在这个窗口接电话").click()
        await expect(first.locator("#elsewhere")).to_be_visible()
        await expect(second.locator("#desk")).to_be_visible()
        await within(lambda: _commands(served, "twotabs") == ["hello", "hello", "bye"], "moved")
        await second.close()
        await expect(first.locator("#desk")).to_be_visible()
        kinds = ["hello", "hello", "bye", "hello", "bye"]
        await within(lambda: _commands(served, "twotabs") == kinds, "moved back")

    chromium.play(scene, "twotabs", "/phone")


def test_signals_reach_their_agent_only(served: Served, chromium: Chromium) -> None:
    served.user("mine")

    async def scene(page: Page) -> None:
        await within(lambda: _commands(served, "mine") == ["hello"], "hello")
        served.publish("agent.signal", _offer("other", "o1"))
        served.publish("agent.state", _state("mine", "idle"))
        await expect(page.locator("#phone-state")).to_have_text("等待来电")
        assert await page.get_by_role("button", name="接听").is_hidden()

    chromium.play(scene, "mine", "/phone")


@pytest.mark.parametrize("role", ["operator"])
def test_phone_is_not_for_everybody(served: Served, role: str) -> None:
    served.user("ops", role)
    with served.signed_in("ops") as client:
        assert client.get("/phone").status_code == 403
