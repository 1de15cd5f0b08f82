"""Quality from the draw to the decision, page by page; and planning from the same calls."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from playwright.async_api import Page, expect
from sqlalchemy import delete, select

from core.journal_tables import AuditEntry
from tests.agent_ui import sample
from tests.agent_ui.browser import Chromium
from tests.agent_ui.served import Served, csrf_of
from tickets.quality.form import load_rules
from tickets.quality.store import week_of
from tickets.quality.tables import Appeal, Coaching, KeptForm, Review, Sample

FORM, _ = load_rules()
AT = datetime.now(UTC) - timedelta(days=7)
WEEK = week_of(AT.date())


@pytest.fixture(scope="module")
def staff(served: Served) -> Served:
    """Two reviewers, a supervisor, an auditor, one of another city, and a call of `wang`."""
    for name, role in (("zhi", "quality"), ("he", "quality"), ("chen", "supervisor"),
                       ("shen", "auditor"), ("wang", "agent"), ("li", "agent")):  # fmt: skip
        served.user(name, role)
    served.user("far", "quality", "440300")
    sample.call(served.journal, "q1", AT, sample.PERSON[:3], data=served.settings.data, ended=False)
    served.journal.write("q1", "queued", AT + timedelta(seconds=20), queue="", priority="normal")
    served.journal.write("q1", "connected", AT + timedelta(seconds=30), agent="wang")
    served.journal.ended("q1", "connected", AT + timedelta(seconds=90))
    return served


@pytest.fixture
def ticket(staff: Served) -> Iterator[str]:
    """The path of the call's ticket, nothing of quality known of it."""
    with staff.signed_in("zhi") as client:
        yield client.get("/calls/q1").headers["location"]
    with staff.sessions() as db:
        for table in (Appeal, Coaching, Review, Sample, KeptForm):
            db.execute(delete(table))


def _score(client: httpx.Client, ticket: str, mark: str, **changes: str) -> httpx.Response:
    marks = {f"item-{item.key}": mark for item in FORM.items}
    form = marks | {"csrf": csrf_of(client), "comment": "", "coach": ""}
    return client.post(f"{ticket}/quality", data=form | changes)


def _post(client: httpx.Client, path: str, **form: str) -> httpx.Response:
    return client.post(path, data={"csrf": csrf_of(client), **form})


def test_from_draw_to_decision(staff: Served, ticket: str) -> None:
    number = ticket.rsplit("/", 1)[1]
    with staff.signed_in("zhi") as zhi, staff.signed_in("he") as he:
        assert number not in zhi.get("/quality").text
        assert _post(zhi, "/quality/draw", week=WEEK).headers["location"] == "/quality?drawn=1"
        assert _post(zhi, "/quality/draw", week=WEEK).headers["location"] == "/quality?drawn=0"
        assert number in zhi.get("/quality").text
        assert _score(zhi, ticket, "partly", comment="没有复述").status_code == 303
        assert number not in zhi.get("/quality").text
        # The second reviewer sees nothing of the first before their own marks.
        assert "复评" in he.get("/quality").text
        blind = he.get(ticket).text
        assert "没有复述" not in blind and "已有一人评过" in blind
        assert _score(he, ticket, "full").status_code == 303
        both = he.get(ticket).text
        assert "没有复述" in both and "相差50分" in both and "要商量" in both
        assert "要商量" in he.get("/quality/results").text
    with staff.signed_in("wang") as wang:
        assert number in wang.get("/quality/mine").text
        assert "低于80分" in wang.get("/quality/mine").text
        own = wang.get(ticket).text
        assert "75" in own and "zhi" not in own.split('id="quality"')[1].split("</section>")[0]
        assert _post(wang, f"{ticket}/appeal", why=" ").status_code == 400
        assert _post(wang, f"{ticket}/appeal", why="三十秒处复述过").status_code == 303
        assert _post(wang, f"{ticket}/appeal", why="再看看").status_code == 400
    with staff.signed_in("zhi") as zhi:
        assert "要由没有给这个通话评分的人裁定" in zhi.get("/quality/appeals").text
        verdict = {"decision": "changed", "score": "90", "reply": "已听录音"}
        assert _post(zhi, f"{ticket}/appeal/decision", **verdict).status_code == 403
        late = _score(zhi, ticket, "full")
        assert late.status_code == 400 and "已经申诉" in late.text
    with staff.signed_in("chen") as chen:
        bad = _post(chen, f"{ticket}/appeal/decision", decision="changed", score="九十", reply="x")
        assert bad.status_code == 400 and "写成数字" in bad.text
        assert _post(chen, f"{ticket}/appeal/decision", **verdict).status_code == 303
        assert "改分" in chen.get("/quality/appeals").text
    with staff.signed_in("wang") as wang:
        assert "已听录音" in wang.get(ticket).text and "90" in wang.get("/quality/mine").text
    with staff.sessions() as db:
        did = set(db.scalars(select(AuditEntry.did).where(AuditEntry.what == number)))
    assert {"quality.scored", "quality.appealed", "quality.decided"} <= did


def test_coaching_is_listed_and_finished(staff: Served, ticket: str) -> None:
    with staff.signed_in("zhi") as zhi:
        _score(zhi, ticket, "full", coach="练习复述地址")
        page = zhi.get("/quality/coaching").text
        assert "练习复述地址" in page
        task = page.split("/quality/coaching/")[-1].split("/done")[0]
        assert _post(zhi, f"/quality/coaching/{task}/done", outcome="").status_code == 400
        assert _post(zhi, f"/quality/coaching/{task}/done", outcome="已会").status_code == 303
        assert "已完成" in zhi.get("/quality/coaching").text
        assert _post(zhi, f"/quality/coaching/{task}/done", outcome="又").status_code == 400
    with staff.signed_in("far") as far:
        assert "练习复述地址" not in far.get("/quality/coaching").text


@pytest.mark.parametrize("changes", [{"item-opening": ""}, {"item-opening": "superb"}])
def test_unfinished_form_is_named_and_keeps_nothing(
    staff: Served, ticket: str, changes: dict[str, str]
) -> None:
    with staff.signed_in("zhi") as zhi:
        answer = _score(zhi, ticket, "full", **changes)
        assert answer.status_code == 400 and "“开头语”还没有评" in answer.text
        assert "还没有结果" in zhi.get("/quality/results").text


def test_who_may_do_what(staff: Served, ticket: str) -> None:
    with staff.signed_in("li") as li:
        assert li.get("/quality").status_code == 403
        assert "质检" not in li.get(ticket).text.split("<main")[1]
        assert _score(li, ticket, "full").status_code == 403
        assert _post(li, f"{ticket}/appeal", why="替他申诉").status_code == 403
    with staff.signed_in("far") as far:
        assert _score(far, ticket, "full").status_code == 404
        assert _post(far, "/quality/draw", week=WEEK).headers["location"] == "/quality?drawn=0"
    with staff.signed_in("shen") as auditor:
        assert auditor.get("/quality/results").status_code == 200
        assert "/quality/draw" not in auditor.get("/quality").text
        assert _post(auditor, "/quality/draw", week=WEEK).status_code == 403
        assert _score(auditor, ticket, "full").status_code == 403


@pytest.mark.parametrize("week", ["", "2026", "2026-W60", "W09", "上周"])
def test_wrong_week_is_explained(staff: Served, week: str) -> None:
    with staff.signed_in("zhi") as zhi:
        answer = _post(zhi, "/quality/draw", week=week)
        assert answer.status_code == 400 and "2026-W09" in answer.text


def test_call_is_scored_beside_its_player(staff: Served, ticket: str, chromium: Chromium) -> None:
    async def scene(page: Page) -> None:
        card = page.locator("#quality")
        for item in FORM.items:
            row = card.get_by_role("group", name=item.title)
            await row.get_by_text("做到", exact=True).click()
        await card.get_by_role("button", name="保存评分").click()
        await expect(page.locator("#quality .score")).to_have_text("100")

    chromium.play(scene, "zhi", ticket)


# ---- planning, from the same call ----------------------------------------------------------------


def test_plan_is_shown_and_downloaded(staff: Served, ticket: str) -> None:
    with staff.signed_in("chen") as chen:
        page = chen.get("/planning?weeks=1").text
        assert "Erlang C" in page and "平均处理120秒" in page and "每半小时的排班人数" in page
        answer = chen.get("/planning.csv?weeks=1&aht=240&growth=100")
    rows = list(csv.reader(io.StringIO(answer.text.lstrip("\ufeff"))))
    assert len(rows) == 337 and answer.headers["content-type"].startswith("text/csv")
    busy = [row for row in rows[1:] if row[2] != "0.00"]
    assert [row[2] for row in busy] == ["2.00"] and int(busy[0][5]) > int(busy[0][4]) >= 1


@pytest.mark.parametrize("query", ["weeks=0", "target=100", "aht=x", "shrinkage=95", "within=-1"])
def test_numbers_beyond_sense_are_refused(staff: Served, query: str) -> None:
    with staff.signed_in("chen") as chen:
        assert chen.get(f"/planning?{query}").status_code == 400


def test_plan_without_calls_says_so(staff: Served) -> None:
    with staff.signed_in("far") as far:
        assert far.get("/planning").status_code == 403
    staff.user("empty", "supervisor", "440500")
    with staff.signed_in("empty") as empty:
        assert "没有要求人工的来电" in empty.get("/planning").text


def test_roles_page_is_for_those_who_answer_for_them(staff: Served) -> None:
    with staff.signed_in("chen") as chen:
        page = chen.get("/roles").text
        assert "仅限：自己接的通话；或没有人接的通话" in page and "王" not in page
    with staff.signed_in("zhi") as zhi:
        assert zhi.get("/roles").status_code == 403
