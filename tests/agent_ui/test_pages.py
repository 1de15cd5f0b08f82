"""Rights, areas, masking and the rules of the web, page by page, without a browser's help."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from sqlalchemy import select

from core.journal_tables import AuditEntry
from tests.agent_ui import sample
from tests.agent_ui.served import Served, csrf_of

NOW = datetime.now(UTC)
PAGES = {
    "/live": ("agent", "supervisor"),
    "/tickets": ("agent", "supervisor"),
    "/phone": ("agent", "supervisor"),
    "/missed": ("agent", "supervisor"),
    "/trees": ("agent", "supervisor", "operator"),
    "/trees/drawing.svg": ("agent", "supervisor", "operator"),
    "/articles": ("agent", "supervisor", "operator"),
    "/knowledge/new": ("agent", "supervisor"),
    "/knowledge/approvals": ("agent", "supervisor", "operator"),
    "/knowledge/questions": ("agent", "supervisor"),
    "/knowledge/notices": ("agent", "supervisor", "operator"),
    "/knowledge/synonyms": ("agent", "supervisor", "operator"),
    "/knowledge/exchange": ("supervisor", "operator"),
    "/knowledge/template.xlsx": ("supervisor", "operator"),
    "/knowledge/articles.csv": ("supervisor", "operator"),
    "/service-places": ("agent", "supervisor", "operator"),
    "/service-places/import": ("supervisor", "operator"),
    "/service-places/template.xlsx": ("supervisor", "operator"),
    "/service-places/all.csv": ("supervisor", "operator"),
    "/help": ("agent", "supervisor", "operator"),
    "/calls/c1": ("agent", "supervisor"),
    "/calls/c1/card": ("agent", "supervisor"),
    "/recordings/c1": ("agent", "supervisor"),
    "/recordings/c1/waveform": ("agent", "supervisor"),
    "/recordings/c1/download": ("supervisor",),
    "/wallboard": ("agent", "supervisor"),
    "/queue": ("supervisor",),
    "/agents": ("supervisor",),
    "/agents/lines": ("supervisor",),
}


@pytest.fixture(scope="module")
def call(served: Served) -> str:
    """A recorded call from Tianhe that the agent `taker` took; returns its ticket's path."""
    for role in ("agent", "supervisor", "operator"):
        served.user(role, role, "440000")
    served.user("taker", "agent", "440300")
    data = served.settings.data
    sample.call(served.journal, "c1", NOW, sample.DIBAO, data=data, caller="+8613800138000")
    with served.signed_in("supervisor") as client:
        return client.get("/calls/c1").headers["location"]


@pytest.mark.parametrize("path", list(PAGES))
@pytest.mark.parametrize("role", ["agent", "supervisor", "operator"])
def test_who_may_open_what(served: Served, call: str, path: str, role: str) -> None:
    with served.signed_in(role) as client:
        status = client.get(path).status_code
    assert (status in (200, 303)) is (role in PAGES[path])
    assert status in (200, 303, 403)


def test_every_page_needs_a_login(served: Served, call: str) -> None:
    with served.client() as client:
        for path in [*PAGES, call, "/", "/password"]:
            answer = client.get(path)
            assert answer.status_code == 303, path
            assert answer.headers["location"].startswith("/login"), path
        for path in (f"{call}/caller", f"{call}/wrapup", "/logout", "/password"):
            assert client.post(path).status_code == 303, path


def test_other_areas_do_not_exist(served: Served, call: str) -> None:
    served.user("elsewhere", "supervisor", "440300")
    with served.signed_in("elsewhere") as client:
        for path in (call, "/calls/c1", "/calls/c1/card", "/recordings/c1"):
            assert client.get(path).status_code == 404, path
        form = {"csrf": csrf_of(client), "disposition": "answered"}
        assert client.post(f"{call}/caller", data=form).status_code == 404
        assert client.post(f"{call}/wrapup", data=form).status_code == 404
        assert call.removeprefix("/tickets/") not in client.get("/tickets").text


def test_agent_keeps_sight_of_a_call_they_took(served: Served, call: str) -> None:
    served.journal.opened("took1", NOW, area="440106")
    served.journal.write("took1", "connected", NOW, agent="taker")
    served.journal.ended("took1", "connected", NOW)
    with served.signed_in("taker") as client:
        assert client.get("/calls/took1").status_code == 303
        assert client.get("/calls/c1").status_code == 404


def test_colleague_s_call_is_wrapped_up_by_them_or_a_supervisor(served: Served, call: str) -> None:
    served.journal.opened("other1", NOW)
    served.journal.write("other1", "connected", NOW, agent="somebody")
    served.journal.ended("other1", "connected", NOW)
    for name, status in (("agent", 403), ("supervisor", 303)):
        with served.signed_in(name) as client:
            ticket = client.get("/calls/other1").headers["location"]
            form = {"csrf": csrf_of(client), "disposition": "answered", "summary": "好"}
            assert client.post(f"{ticket}/wrapup", data=form).status_code == status


def test_wrap_up_without_a_result_says_so(served: Served, call: str) -> None:
    with served.signed_in("supervisor") as client:
        form = {"csrf": csrf_of(client), "summary": "好"}
        answer = client.post(f"{call}/wrapup", data=form)
        assert (answer.status_code, answer.text) == (400, "请选择处理结果。")


def test_a_ticket_shows_what_was_understood_of_the_caller(served: Served, call: str) -> None:
    sample.call(served.journal, "asked1", NOW, sample.DIBAO, ended=False)
    for key, value in (("asked", "area"), ("area", "441302"), ("age", ""), ("age", "72")):
        served.journal.write("asked1", "note", NOW, key=key, value=value)
    with served.signed_in("supervisor") as client:
        text = client.get("/calls/asked1", follow_redirects=True).text
    assert "<dt>所在地区</dt><dd>广东省惠州市惠城区</dd>" in text
    assert text.count("<dt>年龄</dt>") == 1 and "<dd>72岁</dd>" in text
    assert "问来电人：地区" in text and "年龄：没有问到" in text


def test_numbers_are_masked_everywhere(served: Served, call: str) -> None:
    with served.signed_in("supervisor") as client:
        for path in ("/tickets", "/tickets?q=13800138000", call, "/calls/c1/card"):
            page = client.get(path).text
            assert "138****8000" in page, path
            assert "0138000" not in page.replace("q=13800138000", "").replace(
                'value="13800138000"', ""
            ), path


def test_withheld_number_is_for_supervisors(served: Served, call: str) -> None:
    served.journal.opened("hidden1", NOW, withheld=True)
    for name, status in (("agent", 403), ("supervisor", 200)):
        with served.signed_in(name) as client:
            ticket = client.get("/calls/hidden1").headers["location"]
            page = client.get(ticket).text
            assert "号码保密" in page
            assert ("显示号码" in page) is (status == 200)
            answer = client.post(f"{ticket}/caller", data={"csrf": csrf_of(client)})
            assert answer.status_code == status
            assert ("13800138000" in answer.text) is (status == 200)


def test_recording_is_served_in_ranges_and_audited_once(served: Served, call: str) -> None:
    with served.signed_in("agent") as client:
        whole = client.get("/recordings/c1")
        assert whole.headers["content-type"] == "audio/wav"
        part = client.get("/recordings/c1", headers={"Range": "bytes=44-143"})
        assert (part.status_code, part.content) == (206, whole.content[44:144])
        beyond = client.get("/recordings/c1", headers={"Range": "bytes=999999999-"})
        assert beyond.status_code == 416
    with served.sessions() as db:
        heard = select(AuditEntry.who).where(AuditEntry.did == "recording.heard")
        assert db.scalars(heard).all().count("agent") == 1


@pytest.mark.parametrize(
    "path",
    ["../personal.key", "/etc/passwd", "recordings/../personal.key", "personal.key", "recordings",
     "recordings/none.wav", "recordings/link.wav"],
)  # fmt: skip
def test_recording_outside_its_folder_is_not_served(served: Served, call: str, path: str) -> None:
    link = served.settings.data / "recordings" / "link.wav"
    if not link.is_symlink():
        link.symlink_to(served.settings.data / "personal.key")
    name = f"t{abs(hash(path)) % 10**9}"
    served.journal.opened(name, NOW)
    served.journal.write(name, "recording", NOW, state="complete", path=path, duration_ms=1)
    served.journal.ended(name, at=NOW)
    with served.signed_in("agent") as client:
        assert client.get(f"/recordings/{name}").status_code == 404
        assert client.get(f"/recordings/{name}/waveform").status_code == 404
        ticket = client.get(f"/calls/{name}").headers["location"]
        assert "录音暂时不能播放" in client.get(ticket).text


def test_broken_recording_has_no_waveform(served: Served, call: str) -> None:
    (served.settings.data / "recordings/torn.wav").write_bytes(b"RIFF\x00\x00")
    served.journal.opened("torn1", NOW)
    served.journal.write(
        "torn1", "recording", NOW, state="partial", path="recordings/torn.wav", duration_ms=1
    )
    with served.signed_in("agent") as client:
        assert client.get("/recordings/torn1/waveform").status_code == 404


@pytest.mark.parametrize(
    "path",
    ["/static/../app.py", "/static/%2e%2e/app.py", "/static/js/..%2f..%2fapp.py", "/static/",
     "/static/none.js", "/../../etc/passwd"],
)  # fmt: skip
def test_static_files_stay_in_their_folder(served: Served, path: str) -> None:
    with served.client() as client:
        answer = client.get(httpx.URL(served.base).copy_with(raw_path=path.encode()))
        assert answer.status_code in (404, 405)
        assert "make_app" not in answer.text


def test_every_answer_carries_the_headers(served: Served, call: str) -> None:
    with served.signed_in("agent") as client:
        for path in ("/live", call, "/nothing", "/static/js/page.js", "/healthz", "/login"):
            headers = client.get(path).headers
            policy = headers["content-security-policy"]
            assert "script-src 'self';" in policy, path
            assert "frame-ancestors 'none'" in policy, path
            assert "unsafe" not in policy, path
            assert headers["x-content-type-options"] == "nosniff", path
            assert "server" not in headers, path
        assert client.get("/live").headers["cache-control"] == "no-store"


def test_pages_have_no_inline_script_style_or_foreign_address(served: Served, call: str) -> None:
    with served.signed_in("supervisor") as client:
        for path in (
            "/live",
            "/wallboard",
            "/queue",
            "/agents",
            "/tickets",
            call,
            "/phone",
            "/trees",
            "/articles",
            "/help",
            "/login",
        ):
            page = client.get(path).text
            assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\bstyle=|\bon[a-z]+=\"", page), (
                path
            )
            assert not re.search(r"(?:src|href|action)=\"(?!/|#)", page), path


@pytest.mark.parametrize("path", ["/nothing", "/tickets/20990101-000001", "/calls/none"])
def test_missing_things_get_a_friendly_page(served: Served, call: str, path: str) -> None:
    with served.signed_in("agent") as client:
        answer = client.get(path)
        assert answer.status_code == 404
        assert "没有找到" in answer.text


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("since=yesterday", "日期请写成"), ("area=44'--", "地区代码是六位数字"),
        ("after=x", "这一页已失效"), ("q=没有这样的话", "没有找到符合条件的通话"),
        ("q=婚", "请至少输入两个字"),
    ],
)  # fmt: skip
def test_wrong_search_is_explained(served: Served, call: str, query: str, said: str) -> None:
    with served.signed_in("agent") as client:
        answer = client.get(f"/tickets?{query}")
        assert (answer.status_code, said in answer.text) == (200, True)


def test_far_too_long_search_is_refused_politely(served: Served, call: str) -> None:
    with served.signed_in("agent") as client:
        answer = client.get("/tickets", params={"q": "长" * 101})
        assert answer.status_code == 400
        assert "内容不对" in answer.text


def test_session_that_ended_sends_htmx_to_the_login(served: Served) -> None:
    with served.client() as client:
        answer = client.get("/tickets", headers={"HX-Request": "true"})
        assert answer.headers["hx-redirect"].startswith("/login")


def test_fault_of_the_service_shows_a_reference_and_no_trace(served: Served, call: str) -> None:
    def broken(_counts: dict[str, int]) -> str:
        raise RuntimeError("secret detail")

    well = served.console.draw_tree
    object.__setattr__(served.console, "draw_tree", broken)
    try:
        with served.signed_in("agent") as client:
            answer = client.get("/trees/drawing.svg")
    finally:
        object.__setattr__(served.console, "draw_tree", well)
    assert answer.status_code == 500
    assert re.search(r"编号 [0-9a-f]{8}", answer.text)
    assert "secret detail" not in answer.text


def test_tree_counts_today_s_entries(served: Served, call: str) -> None:
    with served.signed_in("agent") as client:
        page = client.get("/trees").text
    assert "录音告知" in page


def test_templates_escape_and_load_nothing_by_themselves() -> None:
    folder = Path(__file__).parents[2] / "agent_ui/templates"
    for template in folder.rglob("*.html"):
        assert "|safe" not in template.read_text().replace(" ", ""), template.name
