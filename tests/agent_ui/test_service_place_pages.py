"""Service places at the console: the list and its filters; files looked at, read in, undone."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.async_api import Page, expect

from core import spreadsheet
from knowledge.service_places import store
from knowledge.service_places.columns import SHEET, to_cells
from knowledge.service_places.record import ServicePlace
from tests.agent_ui.browser import Chromium
from tests.agent_ui.served import Served, csrf_of
from tests.knowledge.service_places.samples import TABLE, place


@pytest.fixture(scope="module")
def people(served: Served) -> Served:
    """A supervisor of the province, one of 天河, and an agent."""
    served.user("chen", "supervisor", "440000", "陈建国")
    served.user("tian", "supervisor", "440106")
    served.user("li", "agent", "440106", "李敏")
    return served


def file_of(*places: ServicePlace, kind: str = "xlsx") -> bytes:
    write = spreadsheet.to_xlsx if kind == "xlsx" else spreadsheet.to_csv
    return write(SHEET, map(to_cells, places))


def look(client: httpx.Client, name: str, content: bytes) -> httpx.Response:
    form = {"csrf": csrf_of(client)}
    files = {"file": (name, content)}
    return client.post("/service-places/import/look", data=form, files=files)


def read_in(client: httpx.Client, *places: ServicePlace) -> str:
    """Read a table in; returns the import's number."""
    page = look(client, "网点.xlsx", file_of(*places)).text
    token = page.split('name="token" value="')[1].split('"')[0]
    form = {"csrf": csrf_of(client), "token": token, "name": "网点.xlsx"}
    done = client.post("/service-places/import/write", data=form)
    assert done.status_code == 303, done.text
    return done.headers["location"].rpartition("=")[2]


def test_an_empty_list_says_how_to_fill_it(people: Served) -> None:
    with people.signed_in("chen") as client:
        page = client.get("/service-places").text
        assert "还没有服务网点" in page and 'href="/service-places/import"' in page
    with people.signed_in("li") as client:
        page = client.get("/service-places").text
        assert "请值班主管或运维人员从表格导入" in page and "/service-places/import" not in page


def test_faults_are_shown_and_nothing_is_written(people: Served) -> None:
    bad = to_cells(TABLE[0]) | {"phone": "<b>x</b>"}
    with people.signed_in("chen") as client:
        answer = look(client, "坏.csv", spreadsheet.to_csv(SHEET, [bad]))
        assert answer.status_code == 400 and "全部导入" not in answer.text
        assert "<td>2</td><td>电话</td>" in answer.text and "<b>x</b>" not in answer.text
        assert "不是能打开的" in look(client, "坏.xlsx", b"PK torn").text
    assert store.is_empty(people.sessions)


def test_a_table_is_looked_at_read_in_and_taken_back(people: Served) -> None:
    with people.signed_in("chen") as client:
        page = look(client, "网点.xlsx", file_of(*TABLE)).text
        assert "新网点 <b>8</b> 个" in page and store.is_empty(people.sessions)
        number = read_in(client, *TABLE)
        page = client.get(f"/service-places/import?done={number}").text
        assert "市民来电马上能听到" in page and "网点.xlsx" in page
        assert (
            "和现有一样的 <b>8</b> 个" in look(client, "网点.csv", file_of(*TABLE, kind="csv")).text
        )
        undo = {"csrf": csrf_of(client)}
        done = client.post(f"/service-places/import/{number}/undo", data=undo)
        assert "8个网点恢复成导入前的样子" in client.get(done.headers["location"]).text
        again = client.post(f"/service-places/import/{number}/undo", data=undo)
        assert again.status_code == 409 and "已经撤销过" in again.text
        assert client.post("/service-places/import/99/undo", data=undo).status_code == 404
    assert store.is_empty(people.sessions)


def test_only_one_s_own_area_is_written(people: Served) -> None:
    with people.signed_in("tian") as client:
        assert "不能改这个地区" in look(client, "网点.xlsx", file_of(TABLE[0])).text
        assert "新网点 <b>1</b> 个" in look(client, "网点.xlsx", file_of(TABLE[4])).text


def test_every_change_needs_our_own_form(people: Served) -> None:
    with people.signed_in("chen") as client:
        for path in ("look", "write", "1/undo"):
            answer = client.post(f"/service-places/import/{path}", data={"token": "x"})
            assert answer.status_code in (403, 422), path
    with people.signed_in("li") as client:
        form = {"csrf": csrf_of(client)}
        assert client.post("/service-places/import/write", data=form).status_code == 403


@pytest.fixture(scope="module")
def listed(people: Served) -> Served:
    """The sample table, read in."""
    with people.signed_in("chen") as client:
        read_in(client, *TABLE)
    return people


@pytest.mark.parametrize(
    ("query", "codes"),
    [
        ("", "YX-1 YX-2 YX-3 YX-4 YX-H TH-1 GZ-J FT-1"),
        ("kind=care_home&area=越秀区", "YX-1 YX-2 YX-3 YX-4"),
        ("area=440106", "TH-1"),
        ("area=天河", "TH-1"),
        ("level=4", "YX-3"),
        ("kind=care_home&price=1800", "YX-2"),
        ("beds=1&area=越秀", "YX-1 YX-4"),
        ("q=东山", "YX-1"),
        ("level=x&kind=x&beds=", "YX-1 YX-2 YX-3 YX-4 YX-H TH-1 GZ-J FT-1"),
    ],
)
def test_the_list_is_searched(listed: Served, query: str, codes: str) -> None:
    names = {each.name for each in TABLE if each.code in codes.split()}
    with listed.signed_in("li") as client:
        page = client.get(f"/service-places?{query}").text
    assert {each.name for each in TABLE if f"<b>{each.name}</b>" in page} == names


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("area=火星区", "没有叫“火星区”的地区"),
        ("price=两千", "价格“两千”不是整数"),
        ("price=²", "不是整数"),
        ("q=没有这样的", "没有找到符合条件的网点"),
    ],
)
def test_what_cannot_be_found_is_said(listed: Served, query: str, said: str) -> None:
    with listed.signed_in("li") as client:
        answer = client.get(f"/service-places?{query}")
    assert answer.status_code == 200 and said in answer.text


@pytest.mark.parametrize("kind", ["xlsx", "csv"])
def test_everything_can_be_taken_out(listed: Served, kind: str) -> None:
    with listed.signed_in("chen") as client:
        answer = client.get(f"/service-places/all.{kind}")
        assert "和现有一样的 <b>8</b> 个" in look(client, f"out.{kind}", answer.content).text
        assert client.get("/service-places/all.exe").status_code == 404


def test_a_supervisor_finds_and_reads_in_with_a_real_browser(
    listed: Served, chromium: Chromium, tmp_path: Path
) -> None:
    table = tmp_path / "新网点.xlsx"
    table.write_bytes(file_of(place("BY-9", area="440111", name="白云示例养老院")))
    pictures = Path(os.environ.get("HOTLINE_PICTURES", tmp_path))

    async def scene(page: Page) -> Any:
        await expect(page.locator("table.service-places tbody tr")).to_have_count(8)
        await page.screenshot(path=pictures / "service_places.png", full_page=True)
        await page.fill("#q", "东山")
        await expect(page.locator("table.service-places tbody tr")).to_have_count(1)
        await page.fill("#q", "")
        await expect(page.locator("table.service-places tbody tr")).to_have_count(8)
        await page.select_option("[name=kind]", "care_home")
        await expect(page.locator("table.service-places tbody tr")).to_have_count(6)
        await page.fill("[name=area]", "越秀区")
        await page.press("[name=area]", "Tab")
        await expect(page.locator("table.service-places tbody tr")).to_have_count(4)
        await page.check("[name=beds]")
        await expect(page.locator("table.service-places tbody tr")).to_have_count(2)
        assert "area=" in page.url and "beds=1" in page.url
        await page.fill("[name=area]", "火星区")
        await page.press("[name=area]", "Tab")
        await expect(page.get_by_role("alert")).to_contain_text("没有叫“火星区”的地区")
        await page.click("text=导入导出")
        await page.set_input_files("[name=file]", table)
        await page.click("text=检查文件")
        await expect(page.get_by_text("白云示例养老院")).to_be_visible()
        await page.screenshot(path=pictures / "service_place_import.png", full_page=True)
        await page.click("text=全部导入")
        await expect(page.get_by_role("status").last).to_contain_text("已全部导入")
        await page.click("text=撤销导入")
        await expect(page.locator("main .done")).to_contain_text("1个网点恢复成导入前的样子")

    chromium.play(scene, "chen", "/service-places", viewport={"width": 1440, "height": 900})
    assert "BY-9" not in {each.code for each in store.load(listed.sessions)}
