"""What a caller says fills the form: each field by examples, and never from nonsense."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.chinese_ids import check_digit, identity_fault
from tickets.speech.addresses import figures
from tickets.speech.extracting import extracted
from tickets.speech.heard import Candidate, Field, Said

TODAY = date(2026, 3, 2)
SPOKEN = dict(zip("0123456789X", "零幺二三四五六七八九X", strict=True))


def _from(*lines: str) -> dict[Field, Candidate]:
    """The best value of each field; a line that begins with ? is the agent's."""
    said = [
        Said("agent", line[1:]) if line.startswith("?") else Said("caller", line, 0.9)
        for line in lines
    ]
    found: dict[Field, Candidate] = {}
    for each in extracted(said, TODAY):
        found.setdefault(each.field, each)
    return found


@pytest.mark.parametrize(
    ("lines", "field", "value"),
    [
        (["你好我叫王秀兰我想问低保"], Field.NAME, "王秀兰"),
        (["我的名字是欧阳明"], Field.NAME, "欧阳明"),
        (["我是李建国。"], Field.NAME, "李建国"),
        (["我姓陈"], Field.NAME, "陈"),
        (["?请问您贵姓", "张桂芳"], Field.NAME, "张桂芳"),
        (["我电话是一三八零零幺三八零零零"], Field.PHONE, "13800138000"),
        (["打我手机13800138000"], Field.PHONE, "13800138000"),
        (["零二零八七六五四三二一"], Field.PHONE, "02087654321"),
        (["?您的电话号码是多少", "八七六五四三二一"], Field.PHONE, "87654321"),
        (["一三八", "?嗯", "零零一三", "八零零零"], Field.PHONE, "13800138000"),
        (["身份证四四零一零六一九五零零一零一幺二三X"], Field.IDENTITY, "44010619500101123X"),
        (["我住在天河区石牌街道龙口西路一百二十号三零二房"], Field.ADDRESS,
         "天河区石牌街道龙口西路120号302房"),
        (["?您住在哪里", "福田区香梅路8号"], Field.ADDRESS, "福田区香梅路8号"),
        (["户口在天河区石牌街道"], Field.ADDRESS, "天河区石牌街道"),
        (["每个月一千七百八十块五"], Field.MONEY, "1780.50"),
        (["被骗了三万元"], Field.MONEY, "30000"),
        (["大概两千三百块钱"], Field.MONEY, "2300"),
        (["二〇二五年五月十号交的材料"], Field.DATE, "2025-05-10"),
        (["五月十号去的"], Field.DATE, "2026-05-10"),
        (["十二月一号去的"], Field.DATE, "2025-12-01"),
        (["昨天下午摔的"], Field.DATE, "2026-03-01"),
        (["二〇二五年六月申请的"], Field.DATE, "2025-06"),
    ],
)  # fmt: skip
def test_values_are_found(lines: list[str], field: Field, value: str) -> None:
    assert _from(*lines)[field].value == value


@pytest.mark.parametrize(
    ("line", "field"),
    [
        ("我是想问一下低保", Field.NAME),
        ("我是高龄老人", Field.NAME),
        ("我是黄埔区的", Field.NAME),
        ("我是何时去办", Field.NAME),
        ("一二三四五", Field.PHONE),
        ("一三八零零", Field.PHONE),
        ("我八十三岁了", Field.PHONE),
        ("我不知道怎么走这条路", Field.ADDRESS),
        ("农历五月初五", Field.DATE),
        ("这块地", Field.MONEY),
        ("零块钱", Field.MONEY),
    ],
)
def test_nothing_is_made_up(line: str, field: Field) -> None:
    assert field not in _from(line)


def test_identity_number_with_a_wrong_check_digit_is_doubted() -> None:
    found = _from("四四零一零六一九五零零一零一幺二三五")[Field.IDENTITY]
    assert identity_fault(found.value, TODAY) == "check"
    assert found.sure < 0.4
    assert "校验位" in found.fault


def test_agent_s_words_are_no_source_but_confirm() -> None:
    assert _from("?您的电话是13800138000对吗", "对") == {}
    once = _from("13800138000")[Field.PHONE]
    twice = _from("13800138000", "?13800138000对吗")[Field.PHONE]
    assert once.sure < twice.sure < 1


def test_every_value_comes_with_its_words_and_how_sure() -> None:
    found = _from("我叫王秀兰电话13800138000")
    assert found[Field.NAME].source == "我叫王秀兰"
    assert found[Field.PHONE].source == "13800138000"
    unsure = extracted([Said("caller", "13800138000", 0.2)], TODAY)[0]
    assert unsure.sure < found[Field.PHONE].sure


def test_house_numbers_are_written_in_figures() -> None:
    assert figures("香梅路八号二栋一单元五零六室") == "香梅路8号2栋1单元506室"


@settings(deadline=None)
@given(
    st.sampled_from(("110101", "440106", "440305", "650102")),
    st.dates(date(1930, 1, 1), date(2020, 12, 31)),
    st.integers(0, 999),
)
def test_every_identity_number_said_is_heard(area: str, born: date, order: int) -> None:
    start = f"{area}{born:%Y%m%d}{order:03}"
    number = start + check_digit(start)
    spoken = "".join(SPOKEN[char] for char in number)
    found = _from(f"身份证号码是{spoken}")
    assert found[Field.IDENTITY].value == number
    assert found[Field.IDENTITY].fault == ""


@settings(deadline=None)
@given(st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True), st.integers(1, 10))
def test_every_mobile_number_is_heard_whole_or_in_two_pieces(number: str, cut: int) -> None:
    spoken = [SPOKEN[char] for char in number]
    assert _from("".join(spoken))[Field.PHONE].value == number
    halves = "".join(spoken[:cut]), "".join(spoken[cut:])
    values = {each.value for each in extracted([Said("caller", h) for h in halves], TODAY)}
    assert number in values


@settings(deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from(("caller", "agent", "machine")), st.text(max_size=40)),
        max_size=6,
    )
)
def test_any_talk_gives_bounded_values_from_what_was_said(talk: list[tuple[str, str]]) -> None:
    found = extracted([Said(speaker, text) for speaker, text in talk], TODAY)
    for each in found:
        assert 0 < each.sure < 1
        assert each.value
        assert each.source
    for field in Field:
        assert sum(each.field is field for each in found) <= 2
