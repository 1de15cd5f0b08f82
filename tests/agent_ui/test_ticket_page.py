"""A ticket in Chromium: hearing it, revealing the number, wrapping it up, and following it live."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from playwright.async_api import Page, expect
from sqlalchemy import select

from core.journal_tables import AuditEntry
from tests.agent_ui import sample
from tests.agent_ui.browser import Chromium, within
from tests.agent_ui.served import Served
from tickets.homes import Home, recalled_home

NOW = datetime.now(UTC)


@pytest.fixture(scope="module")
def heard(served: Served) -> str:
    """A call with a recording; returns the path of its ticket."""
    served.user("wang", "agent", "440106", "王小梅")
    served.user("boss", "supervisor", "000000", "陈主管")
    data = served.settings.data
    sample.call(served.journal, "heard1", NOW, sample.DIBAO, data=data, caller="+8613800138000")
    return "/calls/heard1"


def test_click_on_a_word_plays_from_there(served: Served, chromium: Chromium, heard: str) -> None:
    async def scene(page: Page) -> None:
        word = page.locator(".said.caller .word", has_text="低保").first
        start = int(await word.get_attribute("data-at") or 0) / 1000
        assert start > 9
        await page.wait_for_function("() => document.querySelector('#audio').readyState > 0")
        await page.evaluate(
            "() => { const audio = document.querySelector('#audio');"
            " audio.onseeking = () => { window.sought ??= audio.currentTime; }; }"
        )
        await word.click()
        await page.wait_for_function("() => window.sought !== undefined")
        assert await page.evaluate("window.sought") == pytest.approx(start, abs=0.01)
        await page.wait_for_function("() => !document.querySelector('#audio').paused")
        await expect(page.locator("#play")).to_have_text("暂停")

    chromium.play(scene, "wang", heard)


def test_words_light_up_as_they_are_heard(served: Served, chromium: Chromium, heard: str) -> None:
    async def scene(page: Page) -> None:
        await page.wait_for_function("() => document.querySelector('#audio').readyState > 0")
        await page.evaluate("document.querySelector('#audio').currentTime = 9.15")
        lit = page.locator(".word.now")
        await expect(lit).to_have_count(1)
        await expect(page.locator(".said.speaking")).to_have_class("said caller speaking")
        before = await lit.text_content()
        await page.keyboard.press(" ")
        await page.wait_for_function(
            "(old) => { const now = document.querySelector('.word.now');"
            " return now && now.textContent !== old; }",
            arg=before,
        )

    chromium.play(scene, "wang", heard)


def test_keys_move_in_the_recording(served: Served, chromium: Chromium, heard: str) -> None:
    async def at(page: Page, seconds: float) -> None:
        place = "document.querySelector('#audio').currentTime"
        await page.wait_for_function(f"() => Math.abs({place} - {seconds}) < 0.05")

    async def scene(page: Page) -> None:
        await page.wait_for_function("() => document.querySelector('#audio').readyState > 0")
        for key, seconds in (
            ("ArrowRight", 5), ("ArrowRight", 10), ("ArrowLeft", 5), ("ArrowDown", 9.1),
            ("ArrowDown", 13.1), ("ArrowUp", 9.1), ("ArrowLeft", 4.1), ("ArrowLeft", 0),
        ):  # fmt: skip
            await page.keyboard.press(key)
            await at(page, seconds)
        await page.focus("textarea")
        await page.keyboard.press("ArrowRight")
        await at(page, 0)

    chromium.play(scene, "wang", heard)


def test_waveform_is_drawn_in_two_channels(served: Served, chromium: Chromium, heard: str) -> None:
    # How many pixels of a strip have a strong colour: silence is a thin line, speech is tall.
    script = """([x, y, least]) => {
      const canvas = document.querySelector('#wave');
      const at = Math.round(canvas.width * x), from = Math.round(canvas.height * y);
      const strip = canvas.getContext('2d').getImageData(at, from, 40, canvas.height / 2).data;
      let inked = 0;
      for (let i = 3; i < strip.length; i += 4) if (strip[i] > 60) inked += 1;
      return least === undefined ? inked : inked > least;
    }"""

    async def scene(page: Page) -> None:
        speaking, silent = 10.7 / 38.9, 20 / 38.9
        await page.wait_for_function(script, arg=[speaking, 0, 1000])
        assert await page.evaluate(script, [silent, 0]) < 400
        assert await page.evaluate(script, [silent, 0.5]) > 1000

    chromium.play(scene, "wang", heard)


def test_number_is_masked_until_asked_for_and_that_is_audited(
    served: Served, chromium: Chromium, heard: str
) -> None:
    async def scene(page: Page) -> None:
        assert "13800138000" not in await page.content()
        await page.get_by_role("button", name="显示号码").click()
        await expect(page.get_by_text("13800138000")).to_be_visible()

    chromium.play(scene, "wang", heard)
    with served.sessions() as db:
        audit = db.scalars(select(AuditEntry).where(AuditEntry.did == "number.shown")).one()
        assert (audit.who, audit.address) == ("wang", "127.0.0.1")


def test_home_is_hidden_until_asked_for_and_kept(
    served: Served, chromium: Chromium, heard: str
) -> None:
    async def scene(page: Page) -> None:
        await page.get_by_role("button", name="查看或填写").click()
        await page.get_by_label("住址").fill("福田区香梅路8号")
        await page.get_by_label("坐标").fill("一百")
        await page.get_by_role("button", name="保存住址").click()
        await expect(page.get_by_role("alert")).to_contain_text("22.5431,114.0579")
        await page.get_by_label("坐标").fill("22.545,114.031")
        await page.get_by_role("button", name="保存住址").click()
        await expect(page.get_by_text("已保存")).to_be_visible()
        await page.reload()
        assert "香梅路8号" not in await page.content()
        await page.get_by_role("button", name="查看或填写").click()
        await expect(page.get_by_label("住址")).to_have_value("福田区香梅路8号")

    chromium.play(scene, "wang", heard)
    with served.sessions() as db:
        did = db.scalars(select(AuditEntry.did).where(AuditEntry.did.like("home.%"))).all()
        assert did == ["home.shown", "home.changed", "home.shown"]
    kept = recalled_home(served.sessions, "+8613800138000")
    assert kept == Home("福田区香梅路8号", (22.545, 114.031))


def test_wrap_up_is_kept_and_told(served: Served, chromium: Chromium, heard: str) -> None:
    async def scene(page: Page) -> None:
        await page.get_by_text("需要跟进").click()
        await page.fill("textarea[name=summary]", "已约明天<b>回电</b>")
        await page.get_by_role("button", name="保存").click()
        await expect(page.get_by_text("已保存")).to_be_visible()
        await page.reload()
        await expect(page.locator("textarea[name=summary]")).to_have_value("已约明天<b>回电</b>")
        await expect(page.locator(".head")).to_contain_text("待处理")

    chromium.play(scene, "wang", heard)
    told = served.until_heard("agent.wrapup", call="heard1")
    assert (told["agent"], told["disposition"]) == ("wang", "follow_up")
    served.until_heard("ticket.changed", call="heard1")


def test_transcript_is_text_and_never_code(served: Served, chromium: Chromium) -> None:
    served.user("xss", "agent", "440106")
    evil = "<script>window.broken=1</script><img src=x onerror='window.broken=1'>"
    served.journal.opened("evil1", NOW, called=evil[:60])
    served.journal.said("evil1", "caller", evil)
    served.journal.write("evil1", "note", key="topic", value=evil[:64])
    served.journal.write("evil1", "note", key="article", value="x'\"><b>", title=evil, version=1)
    served.journal.write("evil1", "node", name=evil)
    served.journal.ended("evil1", at=NOW)

    async def scene(page: Page) -> None:
        await expect(page.locator(".said p")).to_have_text(evil)
        assert await page.evaluate("window.broken") is None
        assert await page.locator("#main img, #main script").count() == 0
        await page.goto("/tickets")
        await expect(page.locator("table.list")).to_contain_text("<script>")
        assert await page.evaluate("window.broken") is None

    chromium.play(scene, "xss", "/calls/evil1")


def test_running_call_is_followed_to_its_end(served: Served, chromium: Chromium) -> None:
    served.user("follow", "agent", "440106")
    sample.call(served.journal, "run1", NOW, sample.PERSON[:3], ended=False)
    served.publish("call.changed", sample.live_row("run1", NOW))
    line = {"id": "run1", "speaker": "caller", "start_ms": 20100, "end_ms": 20400}

    async def scene(page: Page) -> None:
        talk = page.locator("#talk")
        await expect(talk).to_contain_text("高龄津贴")
        await within(lambda: _watches(served, "run1"), "the page asked for the call's words")
        served.publish("call.line", {**line, "text": "转", "final": False})
        await expect(talk.locator(".partial")).to_contain_text("转")
        served.publish("call.line", {**line, "text": "转人工<b>", "end_ms": 21200, "final": True})
        await expect(talk.locator(".said").last).to_contain_text("转人工<b>")
        await expect(talk.locator(".partial")).to_have_count(0)
        served.journal.ended("run1", "connected", NOW)
        served.publish("call.gone", {"id": "run1"})
        await expect(page.locator(".head")).to_contain_text("人工接听")

    chromium.play(scene, "follow", "/calls/run1")


def test_search_finds_while_typing(served: Served, chromium: Chromium, heard: str) -> None:
    served.user("seeker", "agent", "440000")
    sample.call(served.journal, "found1", NOW, sample.PERSON, "connected")

    async def scene(page: Page) -> None:
        await page.get_by_label("查找").fill("石牌街道")
        rows = page.locator("#results tbody tr")
        await expect(rows).to_have_count(1)
        await page.get_by_label("查找").fill("没有这样的话")
        await expect(page.get_by_text("没有找到符合条件的通话")).to_be_visible()
        await page.get_by_label("查找").fill("13800138000")
        await expect(page.locator("#results")).to_contain_text("138****8000")

    chromium.play(scene, "seeker", "/tickets")


def _watches(served: Served, call: str) -> bool:
    return any(page.viewer.watching == call for page in served.app.state.hub._pages)
