"""Answers that depend on who asks, through the whole search."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest

from core.asker import AGE, AREA, HOUSEHOLD, UNKNOWN, Asker
from knowledge.amounts import Amount, depends
from knowledge.article import ArticleContent
from knowledge.port import Decision
from knowledge.search import KnowledgeIndex

Make = Callable[..., ArticleContent]
DAY = date(2026, 3, 1)
PROVINCE, HUIZHOU, TIANHE = "440000", "441300", "440106"
GRANT = "高龄津贴怎么领"
PAID = (
    Amount("低保标准", "1280", "元每人每月", "440100", date(2026, 1, 1)),
    Amount("低保标准", "1365", "元每人每月", "440300"),
    Amount("低保标准", "900", "元每人每月", "441300", None, date(2025, 12, 31)),
)


@pytest.fixture
def make(article: Make) -> Make:
    """An article on the grant for the old, of this area and these ages."""

    def grant(name: str, area: str = PROVINCE, **changes: object) -> ArticleContent:
        questions = changes.pop("questions", (GRANT, "高龄津贴在哪里申请"))
        return article(
            "lihun-cailiao", id=name, topic="老龄工作/高龄津贴", title=f"{name}高龄津贴",
            questions=questions, keys=("高龄津贴",), spoken=f"{name}的答复。", area=area,
            valid_from=None, **changes,
        )  # fmt: skip

    return grant


def told(index: KnowledgeIndex, text: str, area: str, asker: Asker) -> tuple[str, str, str]:
    found = index.ask(text, area, DAY, asker)
    return found.decision.value, found.answers[0].article if found.answers else "", found.asks


def test_a_city_s_variant_makes_the_area_matter(make: Make) -> None:
    index = KnowledgeIndex([make("sheng"), make("hui", HUIZHOU, questions=("惠州高龄津贴怎么领",))])
    assert told(index, GRANT, PROVINCE, UNKNOWN) == ("ask", "sheng", AREA)
    assert told(index, GRANT, PROVINCE, Asker(area=HUIZHOU)) == ("answer", "hui", "")
    assert told(index, GRANT, PROVINCE, Asker(area=TIANHE)) == ("answer", "sheng", "")
    assert told(index, GRANT, HUIZHOU, UNKNOWN) == ("answer", "hui", "")
    settled = Asker(settled=frozenset({AREA}))
    assert told(index, GRANT, PROVINCE, settled) == ("answer", "sheng", "")


def test_a_city_that_is_named_is_the_one_meant(make: Make) -> None:
    index = KnowledgeIndex([make("sui", "440100"), make("hui", HUIZHOU)])
    assert told(index, "惠州高龄津贴怎么领", "440100", UNKNOWN) == ("answer", "hui", "")
    # Nothing of Shenzhen is known: what holds for Guangzhou is not told as if it were.
    assert told(index, "深圳高龄津贴怎么领", "440100", UNKNOWN)[:2] == ("unsure", "sui")


def test_what_holds_only_in_places_is_told_only_there(make: Make) -> None:
    index = KnowledgeIndex([make("hui", HUIZHOU)])
    assert told(index, GRANT, PROVINCE, UNKNOWN) == ("ask", "hui", AREA)
    assert told(index, GRANT, PROVINCE, Asker(area="441302")) == ("answer", "hui", "")
    assert index.ask(GRANT, PROVINCE, DAY, Asker(area=TIANHE)).decision is Decision.NOTHING
    assert index.ask(GRANT, PROVINCE, DAY).decision is Decision.NOTHING, "nobody was to be asked"


def test_ages_and_households_are_asked_for_only_between_variants(make: Make) -> None:
    alone = KnowledgeIndex([make("lao", age_from=80)])
    assert told(alone, GRANT, PROVINCE, UNKNOWN) == ("answer", "lao", "")
    assert told(alone, GRANT, PROVINCE, Asker(age=50)) == ("answer", "lao", ""), "for a mother"
    index = KnowledgeIndex([make("qi", age_from=70, age_to=79), make("ba", age_from=80)])
    assert told(index, GRANT, PROVINCE, UNKNOWN)[::2] == ("ask", AGE)
    assert told(index, GRANT, PROVINCE, Asker(age=79)) == ("answer", "qi", "")
    assert told(index, GRANT, PROVINCE, Asker(age=80)) == ("answer", "ba", "")
    assert told(index, GRANT, PROVINCE, Asker(age=50))[0] == "unsure"
    index = KnowledgeIndex([make("ben", household="local"), make("wai", household="other")])
    assert told(index, GRANT, PROVINCE, UNKNOWN)[::2] == ("ask", HOUSEHOLD)
    assert told(index, GRANT, PROVINCE, Asker(household="other")) == ("answer", "wai", "")


def test_whom_the_question_names_is_told_at_once(make: Make) -> None:
    index = KnowledgeIndex(
        [
            make("ben"),
            make("wai", household="other", questions=(GRANT, "外地户口能不能领高龄津贴")),
        ]
    )
    assert told(index, "外地户口能不能领高龄津贴", PROVINCE, UNKNOWN) == ("answer", "wai", "")
    assert told(index, GRANT, PROVINCE, UNKNOWN) == ("ask", "ben", HOUSEHOLD)


def test_what_the_caller_confirmed_is_not_searched_again(make: Make) -> None:
    index = KnowledgeIndex([make("qi", age_to=79), make("ba", age_from=80)])
    found = index.ask("嗯", PROVINCE, DAY, Asker(age=85), about="qi")
    assert (found.decision, found.answers[0].article) == (Decision.ANSWER, "ba")
    settled = Asker(settled=frozenset({AREA, AGE, HOUSEHOLD}))
    found = index.ask("嗯", PROVINCE, DAY, settled, about="qi")
    assert (found.decision, found.answers[0].article) == (Decision.ANSWER, "qi")


def test_two_for_the_same_people_stay_rivals(make: Make) -> None:
    index = KnowledgeIndex([make("yi"), make("er")])
    assert index.ask(GRANT, PROVINCE, DAY, UNKNOWN).decision is Decision.UNSURE


@pytest.mark.parametrize(
    ("area", "day", "matters"),
    [
        (PROVINCE, DAY, True),
        ("", DAY, True),
        ("440100", DAY, False),
        (TIANHE, DAY, False),
        (HUIZHOU, DAY, False),
        ("430000", DAY, False),
        ("junk", DAY, False),
        (PROVINCE, date(2025, 6, 1), True),
    ],
)
def test_amounts_make_the_area_matter_where_it_is_not_known(
    area: str, day: date, matters: bool
) -> None:
    assert depends(PAID, area, day) is matters
    same = tuple(replace(each, value="1000", valid_to=None, valid_from=None) for each in PAID)
    everywhere = (*same, Amount("低保标准", "1000", "元每人每月", PROVINCE))
    assert not depends(everywhere, PROVINCE, day), "the same sum everywhere"


def test_an_amount_is_told_for_the_area_once_it_is_known(make: Make) -> None:
    index = KnowledgeIndex([make("biao", amounts=PAID)])
    first = index.ask(GRANT, PROVINCE, DAY, UNKNOWN)
    assert (first.decision, first.asks) == (Decision.ASK, AREA)
    assert "元" not in first.answers[0].spoken
    (here,) = index.ask(GRANT, PROVINCE, DAY, Asker(area=TIANHE)).answers
    assert here.spoken.endswith("广州市的低保标准是1280元每人每月。")
    (there,) = index.ask("深圳高龄津贴怎么领", "440100", DAY, UNKNOWN).answers
    assert there.spoken.endswith("深圳市的低保标准是1365元每人每月。")
    (general,) = index.ask(GRANT, PROVINCE, DAY, Asker(area=HUIZHOU)).answers
    assert "元" not in general.spoken, "last year's is not told"


def test_the_shipped_articles_ask_where_guangdong_differs(index: KnowledgeIndex) -> None:
    asked = told(index, "火化要不要钱", PROVINCE, UNKNOWN)
    assert asked == ("ask", "binzang-mianfei", AREA)
    assert told(index, "火化要不要钱", PROVINCE, Asker(area="441302"))[1] == "binzang-huizhou"
    assert told(index, "火化要不要钱", PROVINCE, Asker(area=TIANHE))[1] == "binzang-mianfei"
    assert told(index, "骨灰撒海补助多少钱", PROVINCE, UNKNOWN) == (
        "ask",
        "haizang-guangzhou",
        AREA,
    )
    assert told(index, "低保怎么申请", PROVINCE, UNKNOWN) == ("answer", "dibao-shenqing", "")
