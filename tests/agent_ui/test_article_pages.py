"""Articles at the console: who may do what, that nothing is lost, and what the bus is told."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from core.record import Record
from knowledge import editing, store, synonyms
from knowledge.article import ArticleContent
from knowledge.exchange import sheets
from knowledge.lifecycle import Action, Event, State
from knowledge.live import CHANGED, load
from knowledge.load import load_folder
from knowledge.port import Answer, Decision, Found
from knowledge.questions import apply_to_questions
from tests.agent_ui import sample
from tests.agent_ui.served import Served, csrf_of
from tests.knowledge.published import publish, submit

NOW = datetime.now(UTC)
FORM = {
    "title": "高龄津贴怎么领", "module": "老龄工作", "sub": "高龄津贴", "area": "440106",
    "questions": "高龄津贴怎么领\n八十岁老人有补贴吗\n老人津贴去哪里办", "keys": "高龄津贴",
    "spoken": "本地户籍满八十周岁的老人，可以到街道办事处申请高龄津贴。",
    "spoken_source": "根据本市高龄津贴管理办法，以当地民政部门最新公布为准。",
    "long": "本地户籍、年满80周岁的老年人，向街道办事处申请。", "doc_number": "市民发〔2026〕1号",
    "doc_date": "2026", "owner": "老龄工作", "mark": "K",
}  # fmt: skip


@pytest.fixture(scope="module")
def people(served: Served) -> Served:
    """Two agents and a supervisor of Tianhe, a supervisor of Shenzhen, and one of the province."""
    served.user("li", "agent", "440106", "李敏")
    served.user("wang", "agent", "440106", "王小梅")
    served.user("chen", "supervisor", "440106", "陈建国")
    served.user("shen", "supervisor", "440300")
    served.user("province", "supervisor", "440000")
    served.user("ops", "operator", "440000")
    return served


@pytest.fixture(scope="module")
def own(people: Served) -> ArticleContent:
    """An article of Tianhe that is told."""
    known = next(each for each in load_folder().articles if each.id == "dibao-shenqing")
    content = replace(known, id="tianhe-dibao", area="440106", title="天河区低保在哪里申请")
    publish(people.sessions, content, "li", "chen", NOW)
    return content


def post(client: httpx.Client, path: str, **form: Any) -> httpx.Response:
    return client.post(path, data={"csrf": csrf_of(client), **form})


def newest(served: Served, article: str) -> store.Stored:
    return store.get_article(served.sessions, article, NOW.date())[0]


def test_an_article_goes_from_a_form_to_the_line(people: Served) -> None:
    with people.signed_in("li") as client:
        answer = post(client, "/knowledge/save", then="submit", **FORM)
        assert answer.status_code == 303, answer.text
        place = answer.headers["location"]
        article = place.split("/")[2].split("?")[0]
        assert "已送审" in client.get(place).text
        refused = post(client, f"/articles/{article}/1/approve")
        assert refused.status_code == 403 and "值班主管" in refused.text
    with people.signed_in("shen") as client:
        assert post(client, f"/articles/{article}/1/approve-publish").status_code == 403
    with people.signed_in("chen") as client:
        assert FORM["title"] in client.get("/knowledge/approvals").text
        assert post(client, f"/articles/{article}/1/approve-publish").status_code == 303
    assert newest(people, article).state is State.PUBLISHED
    people.until_heard(CHANGED, article=article, state="published")


def test_a_supervisor_does_not_approve_their_own(people: Served) -> None:
    with people.signed_in("chen") as client:
        form = {**FORM, "title": "主管自己写的条目", "id": "zhuguan"}
        assert post(client, "/knowledge/save", then="submit", **form).status_code == 303
        answer = post(client, "/articles/zhuguan/1/approve-publish")
        assert answer.status_code == 409 and "另一位同事" in answer.text
        assert newest(people, "zhuguan").state is State.REVIEW


def test_a_form_with_faults_comes_back_with_all_that_was_written(people: Served) -> None:
    form = {**FORM, "spoken": "长" * 201, "place": "独一无二的地方", "doc_number": ""}
    before = len(store.list_articles(people.sessions, NOW.date()))
    with people.signed_in("li") as client:
        answer = post(
            client, "/knowledge/save", then="submit", **form,
            amount_name=["标准", ""], amount_value=["100", ""], amount_unit=["元", ""],
            amount_area=["440106", ""], amount_valid_from=["", ""], amount_valid_to=["", ""],
        )  # fmt: skip
    assert answer.status_code == 400
    for text in (
        "口语答复有201个字，最多200个字。",
        "文号没有填。",
        "独一无二的地方",
        'value="100"',
    ):
        assert text in answer.text, text
    assert len(store.list_articles(people.sessions, NOW.date())) == before


def test_a_draft_need_not_be_complete(people: Served) -> None:
    with people.signed_in("li") as client:
        answer = post(client, "/knowledge/save", then="save", title="以后再写", area="440106",
                      module="信访", id="yihou")  # fmt: skip
        assert answer.status_code == 303
        assert "草稿已保存" in client.get(answer.headers["location"]).text
        assert "（还没有写）" in client.get("/articles/yihou").text
        answer = post(client, "/articles/yihou/1/submit")
        assert answer.status_code == 409 and "还不能送审" in answer.text
        assert post(client, "/articles/yihou/1/withdraw", why="不写了").status_code == 303
        assert post(client, "/articles/yihou/1/reopen").status_code == 303
    assert newest(people, "yihou").state is State.DRAFT


def test_areas_hold(people: Served, own: ArticleContent) -> None:
    for user, status in (("li", 200), ("province", 200), ("shen", 403)):
        with people.signed_in(user) as client:
            assert client.get("/articles/tianhe-dibao").status_code == 200
            assert client.get("/articles/tianhe-dibao/edit").status_code == status
    with people.signed_in("shen") as client:
        form = {**FORM, "area": "440300", "id": "tianhe-dibao"}
        assert post(client, "/knowledge/save", then="save", **form).status_code == 403
        assert post(client, "/articles/tianhe-dibao/1/restore").status_code == 403
        assert post(client, "/articles/tianhe-dibao/1/withdraw", why="x").status_code == 403
    with people.signed_in("ops") as client:
        assert post(client, "/knowledge/save", then="save", **FORM).status_code == 403


def test_every_change_needs_our_own_form(people: Served, own: ArticleContent) -> None:
    paths = (
        "/knowledge/save", "/knowledge/preview", "/knowledge/sound", "/knowledge/synonyms",
        "/knowledge/exchange/write", "/knowledge/questions/dismiss", "/knowledge/notices/1/read",
        "/articles/tianhe-dibao/1/withdraw", "/articles/tianhe-dibao/unhelpful",
    )  # fmt: skip
    with people.signed_in("chen") as client:
        for path in paths:
            assert client.post(path, data={"why": "x", "question": "1"}).status_code == 403, path


def test_strange_actions_and_versions_do_not_exist(people: Served, own: ArticleContent) -> None:
    with people.signed_in("chen") as client:
        for action in ("replace", "edit", "explode"):
            assert post(client, f"/articles/tianhe-dibao/1/{action}").status_code == 404
        assert post(client, "/articles/tianhe-dibao/9/withdraw", why="x").status_code == 404
        assert client.get("/articles/tianhe-dibao?version=9").status_code == 404
        assert client.get("/articles/no-such/edit").status_code == 404


def test_two_versions_are_compared_and_the_old_one_taken_up_again(people: Served) -> None:
    known = next(each for each in load_folder().articles if each.id == "lihun-cailiao")
    content = replace(known, id="bijiao", area="440106")
    publish(people.sessions, content, "li", "chen")
    publish(people.sessions, replace(content, fee="九块钱"), "wang", "chen")
    with people.signed_in("chen") as client:
        page = client.get("/articles/bijiao/compare?left=1&right=2").text
        assert "<ins>九块钱</ins>" in page and "费用" in page
        assert post(client, "/articles/bijiao/1/reopen").status_code == 303
        states = [e.state for e in store.get_article(people.sessions, "bijiao", NOW.date())]
        assert states == [State.REPLACED, State.PUBLISHED]
    with people.signed_in("li") as client:
        answer = post(client, "/articles/bijiao/2/restore")
        assert answer.headers["location"] == "/articles/bijiao?version=3&did=edit"


def test_the_list_is_filtered(people: Served, own: ArticleContent) -> None:
    soon = replace(own, id="kuaidao", title="快到期的条目", valid_to=NOW.date() + timedelta(5))
    publish(people.sessions, soon, "li", "chen")
    over = replace(own, id="guoqi", title="过期的条目", valid_to=NOW.date() + timedelta(1))
    publish(people.sessions, over, "li", "chen")
    with people.signed_in("chen") as client:

        def listed(query: str) -> set[str]:
            page = client.get(f"/articles?{query}").text
            titles = ("快到期的条目", "过期的条目", own.title)
            return {title for title in titles if title in page}

        assert listed("") == {"快到期的条目", "过期的条目", own.title}
        assert listed("due=soon") == {"快到期的条目", "过期的条目"}
        assert listed("q=天河区") == {own.title}
        assert listed("module=信访") == set()
        assert listed("area=440300") == set()
        assert listed("state=published&owner=社会救助&area=440100") == listed("")
        assert "没有找到" in client.get("/articles?q=没有这样的条目").text
    people.world.now = lambda: NOW + timedelta(days=3)
    try:
        with people.signed_in("chen") as client:
            page = client.get("/articles?state=expired").text
            assert "过期的条目" in page and own.title not in page
            assert "市民来电不再听到" in client.get("/articles/guoqi").text
    finally:
        people.world.now = lambda: datetime.now(UTC)


def test_agents_read_notices_and_supervisors_see_who(people: Served, own: ArticleContent) -> None:
    with people.signed_in("wang") as client:
        page = client.get("/knowledge/notices").text
        assert own.title in page and "还没读" not in page
        number = page.split("/knowledge/notices/", 1)[1].split("/")[0]
        assert post(client, f"/knowledge/notices/{number}/read").status_code == 303
        assert post(client, "/knowledge/notices/99999/read").status_code == 404
    with people.signed_in("chen") as client:
        page = client.get("/knowledge/notices").text
        assert "还没读：李敏" in page


def test_not_helpful_is_counted(people: Served, own: ArticleContent) -> None:
    with people.signed_in("wang") as client:
        post(client, "/articles/tianhe-dibao/unhelpful", why="没说街道电话")
        assert "没说街道电话" in client.get("/articles/tianhe-dibao").text
        assert own.title in client.get("/articles?due=unhelpful").text


def test_what_could_not_be_answered_becomes_a_draft(people: Served) -> None:
    for number, text in enumerate(["公交卡怎么办", "公家卡怎么办", "垃圾怎么分类"]):
        sample.call(people.journal, f"open{number}", NOW, sample.DIBAO)
        note = {"key": "unanswered", "value": text}
        with people.sessions() as db:
            apply_to_questions(db, Record(f"open{number}", 99, NOW, "note", note))
    with people.signed_in("shen") as client:
        assert "公交卡" not in client.get("/knowledge/questions").text
    with people.signed_in("li") as client:
        page = client.get("/knowledge/questions").text
        assert "问过 <b>2</b> 次" in page and "/calls/open0" in page
        link = "/knowledge/new?" + page.split("/knowledge/new?")[1].split('"')[0]
        link = link.replace("&amp;", "&")
        form = client.get(link).text
        assert "公交卡怎么办\n公家卡怎么办" in form and 'name="question" value="1"' in form
        post(client, "/knowledge/save", then="save", id="gongjiaoka", title="公交卡怎么办",
             area="440106", module="社会福利", question=["1", "2"])  # fmt: skip
        left = client.get("/knowledge/questions").text
        assert "公交卡" not in left and "垃圾怎么分类" in left
        answer = post(client, "/knowledge/questions/dismiss", question="3")
        undo = client.get(answer.headers["location"]).text
        assert "没有没答上的问题" in undo and "撤销" in undo
        post(client, "/knowledge/questions/reopen", question="3")
        assert "垃圾怎么分类" in client.get("/knowledge/questions").text


def test_synonyms_are_edited_tried_and_undone(people: Served) -> None:
    synonyms.seed_groups(people.sessions, NOW)
    with people.signed_in("li") as client:
        assert post(client, "/knowledge/synonyms", words="甲乙、丙丁").status_code == 403
    with people.signed_in("ops") as client:
        assert post(client, "/knowledge/synonyms", words="老来保、特殊老人").status_code == 303
        people.until_heard(CHANGED, synonyms=True)
        wrong = post(client, "/knowledge/synonyms", words="低保、老来保")
        assert wrong.status_code == 400 and "已经在" in wrong.text
        group = synonyms.list_groups(people.sessions)[-1]
        gone = post(client, f"/knowledge/synonyms/{group.id}/remove")
        assert "已去掉“老来保、特殊老人”" in client.get(gone.headers["location"]).text
        post(client, f"/knowledge/synonyms/{group.id}/restore")
        assert synonyms.list_groups(people.sessions)[-1].words == group.words
        answer = Answer("dibao-shenqing", 1, "低保在哪里申请", "…", "…", 0.9)
        found = Found(Decision.ANSWER, (answer,), "")
        people.world.ask = lambda text, area: found
        page = client.get("/knowledge/synonyms?q=低保&area=440106").text
        assert "直接答复" in page and "把握 90%" in page


def test_a_table_is_looked_at_then_read_in_then_taken_back(
    people: Served, own: ArticleContent
) -> None:
    rows = [replace(own, id="biaoge-1", title="表格里的一条"), replace(own, id="biaoge-2")]
    good = sheets.to_xlsx(rows)
    bad = sheets.to_csv([replace(rows[0], area="44"), rows[1]])
    with people.signed_in("chen") as client:
        csrf = {"csrf": csrf_of(client)}
        answer = client.post("/knowledge/exchange/look", data=csrf, files={"file": ("坏.csv", bad)})
        assert answer.status_code == 400 and "<td>2</td><td>地区代码</td>" in answer.text
        assert "全部导入并送审" not in answer.text
        answer = client.post(
            "/knowledge/exchange/look", data=csrf, files={"file": ("好.xlsx", good)}
        )
        assert "新条目 <b>2</b> 条" in answer.text
        assert not store.get_article(people.sessions, "biaoge-1", NOW.date())
        token = answer.text.split('name="token" value="')[1].split('"')[0]
        done = post(client, "/knowledge/exchange/write", token=token, name="好.xlsx")
        assert newest(people, "biaoge-1").state is State.REVIEW
        number = done.headers["location"].rpartition("=")[2]
        page = client.get(done.headers["location"]).text
        assert "已全部导入" in page and "好.xlsx" in page
        assert post(client, f"/knowledge/exchange/{number}/undo").status_code == 303
        assert newest(people, "biaoge-1").state is State.WITHDRAWN
        assert post(client, f"/knowledge/exchange/{number}/undo").status_code == 409
        assert post(client, "/knowledge/exchange/write", token=token).status_code == 400
        assert post(client, "/knowledge/exchange/write", token="../x").status_code == 400
    with people.signed_in("shen") as client:
        csrf = {"csrf": csrf_of(client)}
        files = {"file": ("好.xlsx", good)}
        answer = client.post("/knowledge/exchange/look", data=csrf, files=files)
        assert "不能改这个地区" in answer.text


@pytest.mark.parametrize("kind", ["xlsx", "csv", "json"])
def test_everything_can_be_taken_out(people: Served, own: ArticleContent, kind: str) -> None:
    with people.signed_in("ops") as client:
        answer = client.get(f"/knowledge/articles.{kind}")
        assert answer.headers["content-disposition"].endswith(f'.{kind}"')
        assert len(answer.content) > 500
        assert client.get("/knowledge/articles.exe").status_code == 404


def test_a_text_is_heard_or_a_sentence_says_why_not(people: Served) -> None:
    with people.signed_in("li") as client:
        silent = post(client, "/knowledge/sound", text="你好")
        assert (silent.status_code, silent.text) == (409, "现在不能合成语音，请稍后再试。")
        people.world.sound = b"RIFF"
        heard = post(client, "/knowledge/sound", text="你好")
        assert (heard.content, heard.headers["content-type"]) == (b"RIFF", "audio/wav")
        assert post(client, "/knowledge/sound", text=" ").text == "没有可以念的文字。"


def test_the_preview_shows_amounts_and_articles_that_are_near(
    people: Served, own: ArticleContent
) -> None:
    live = load(people.sessions, NOW.date()).index
    people.world.ask = lambda text, area: live.ask(text, area, NOW.date())
    form = {**FORM, "title": "低保怎么申请", "amount_name": "低保标准", "amount_value": "1280",
            "amount_unit": "元每月", "amount_area": "440100", "amount_valid_from": "",
            "amount_valid_to": ""}  # fmt: skip
    with people.signed_in("li") as client:
        page = post(client, "/knowledge/preview", **form).text
        assert "广州市的低保标准是1280元每月。" in page and "内容齐全" in page
        assert own.title in page
        assert "送审前还要改" in post(client, "/knowledge/preview", title="x").text


def test_a_draft_that_changed_meanwhile_is_not_overwritten(people: Served) -> None:
    known = next(each for each in load_folder().articles if each.id == "jiehun-nianling")
    content = replace(known, id="tongshi", area="440106")
    submit(people.sessions, content, "li")
    by = editing.Doer("li", NOW, NOW.date())
    editing.act(people.sessions, "tongshi", 1, Event(Action.SEND_BACK, "chen", "改一下"), by)
    with people.signed_in("wang") as client:
        page = client.get("/articles/tongshi/edit").text
        seen = page.split('name="seen" value="')[1].split('"')[0]
        editing.draft(people.sessions, replace(content, fee="九块钱"), by, seen)
        form = {**FORM, "id": "tongshi", "seen": seen}
        answer = post(client, "/knowledge/save", then="save", **form)
        assert answer.status_code == 400 and "刚刚被别人改过" in answer.text
        assert FORM["spoken"] in answer.text
    assert newest(people, "tongshi").content.fee == "九块钱"
