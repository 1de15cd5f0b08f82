"""An article written at the console by one, approved by another, heard on the phone, withdrawn."""

from __future__ import annotations

from typing import Any

from playwright.async_api import Page

from knowledge.live import LOADED
from telephony.caller.script import Speak
from tests.agent_ui.browser import enter
from tests.e2e.citizen import Citizen
from tests.e2e.clips import Clips
from tests.e2e.conftest import scene
from tests.e2e.desk import Chromium
from tests.e2e.service import PASSWORD, Service

ASKED = "高龄津贴怎么领"
ANSWER = "本省户籍满八十周岁的老人，可以到户口所在地的街道办事处申请。"
WITHIN_S = 10  # of publishing or withdrawing, callers hear the difference
HEARD_S = 24
FORM = {
    "title": ASKED,
    "sub": "高龄津贴",
    "questions": "高龄津贴怎么领\n八十岁老人有补贴吗\n老人津贴去哪里办",
    "keys": "高龄津贴\n老人津贴",
    "spoken": ANSWER,
    "spoken_source": "根据省里的高龄津贴办法，以当地民政部门最新公布为准。",
    "long": "本省户籍、年满80周岁的老年人，向户籍所在地街道办事处申请。",
    "doc_number": "测试〔2026〕1号",
    "doc_date": "2026",
    "owner": "老龄工作",
}


async def desk(chromium: Chromium, service: Service, name: str) -> Page:
    """A page of a user who has logged in."""
    window = await chromium.window(service)
    page = await window.new_page()
    await enter(page, name, PASSWORD)
    return page


async def loaded(service: Service, since: int) -> None:
    """Wait until the line answers from what was just changed."""
    await service.watch.until(
        "articles read again", lambda topic, _: topic == LOADED, WITHIN_S, since
    )


async def told(service: Service, clips: Clips) -> tuple[dict[str, Any], str]:
    """Ask on the phone; the ticket, and what the machine said."""
    speak = Speak(clips.say(ASKED), ASKED)
    citizen = Citizen(service.sip, speak, hangup_after=HEARD_S).dial()
    await citizen.over()
    ticket = await service.ticket(citizen.number)
    lines = [line["text"] for line in ticket["transcript"] if line["speaker"] == "machine"]
    return ticket, "".join(lines)


async def refuses(service: Service, clips: Clips) -> tuple[Citizen, str]:
    """Ask on the phone, and refuse what the machine offers instead; also what it said."""
    citizen = await Citizen(service.sip).answered()
    await service.watch.row(citizen.number, node_name="need")
    citizen.say(clips.say(ASKED))
    row = await service.watch.row(citizen.number, node_name="answer")

    def line(topic: str, message: dict[str, Any], text: str) -> bool:
        return topic == "call.line" and message["id"] == row["id"] and text in message["text"]

    await service.watch.until("an offer", lambda t, m: line(t, m, "您是想问"), 30)
    citizen.say(clips.say("不是，不用了"))
    await service.watch.until("the refusal", lambda t, m: line(t, m, "换一种说法"), 30)
    await citizen.hang_up()
    lines = [m["text"] for t, m in service.watch.heard if line(t, m, "")]
    return citizen, "".join(lines)


@scene
async def test_an_article_is_drafted_approved_heard_and_withdrawn(
    service: Service, chromium: Chromium, clips: Clips
) -> None:
    author = await desk(chromium, service, service.agent("author"))
    await author.goto("/knowledge/new")
    for name, text in FORM.items():
        await author.fill(f"[name={name}]", text)
    await author.select_option("[name=module]", "老龄工作")
    await author.wait_for_selector("#preview:has-text('内容齐全')")
    await author.click("text=试听")
    await author.wait_for_selector(".hear:has-text('正在播放')", timeout=60_000)
    await author.click("text=保存并送审")
    await author.wait_for_selector("text=已送审")
    article = author.url.rpartition("/")[2].partition("?")[0]
    assert await author.locator("text=批准并发布").count() == 0

    chief = await desk(chromium, service, service.agent("chief", "supervisor"))
    await chief.goto("/knowledge/approvals")
    since = service.watch.place
    await chief.click(f"section:has-text('{ASKED}') >> text=批准并发布")
    await chief.wait_for_selector("text=已发布")
    await loaded(service, since)
    ticket, said = await told(service, clips)
    assert (ticket["article"], ticket["article_version"]) == (article, 1)
    assert "街道办事处申请" in said

    since = service.watch.place
    await chief.click("summary:has-text('停用')")
    await chief.fill("[name=why] >> visible=true", "试用结束")
    await chief.click("form[action$=withdraw] button")
    await chief.wait_for_selector("text=市民来电不再听到")
    await loaded(service, since)
    citizen, said = await refuses(service, clips)
    ticket = await service.ticket(citizen.number)
    assert ticket["article"] != article and "街道办事处申请" not in said
    await chief.goto("/knowledge/questions")
    await chief.click(f"section:has(a[href='/calls/{ticket['call']}']) >> text=起草条目")
    assert "津贴" in await chief.input_value("[name=questions]")

    for page in (author, chief):
        await page.context.close()
    await service.at_rest()
