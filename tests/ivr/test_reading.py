"""What is written in digits and signs is said as people say it."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.sentences import HARD_LIMIT, split
from ivr.voice.numbers import groups, number
from ivr.voice.reading import for_ear

TABLE = [
    ("这里是12349民政服务热线", "这里是幺二三四九民政服务热线"),
    ("请拨打120、110或者119。", "请拨打幺二零、幺幺零或者幺幺九。"),
    ("打12345或12393", "打幺二三四五或幺二三九三"),
    ("人工服务请按0，紧急求助请按2", "人工服务请按零，紧急求助请按二"),
    ("政策咨询请按1", "政策咨询请按一"),
    ("2025年5月10日起", "二零二五年五月十日起"),
    ("2025-05-10起", "二零二五年五月十号起"),
    ("2021年以前", "二零二一年以前"),
    ("民发〔2021〕57号", "民发二零二一年五十七号"),
    ("国务院令第649号", "国务院令第六百四十九号"),
    ("1,780元", "一千七百八十元"),
    ("2000元", "两千元"),
    ("20000元", "两万元"),
    ("2个人", "两个人"),
    ("2月2日", "二月二日"),
    ("2级残疾", "二级残疾"),
    ("12个月", "十二个月"),
    ("22周岁", "二十二周岁"),
    ("2小时", "两小时"),
    ("1-2级", "一到二级"),
    ("7-10天", "七到十天"),
    ("30%", "百分之三十"),
    ("3.5%", "百分之三点五"),
    ("8:30-12:00", "八点半到十二点"),
    ("14:05", "十四点零五分"),
    ("020-87744444", "零二零，八七七四，四四四四"),
    ("13800138000", "幺三八，零零幺三，八零零零"),
    ("10005元", "一万零五元"),
    ("满60周岁", "满六十周岁"),
    ("30000元", "三万元"),
    ("110元", "一百一十元"),
    ("120天", "一百二十天"),
    ("《民法典》第1077条", "民法典第一千零七十七条"),
    ("1/3", "三分之一"),
    ("APP", "诶屁屁"),
    ("０５", "零五"),
    ("¥1,780", "一千七百八十元"),
    ("¥12.50", "十二元五角"),
    ("12.05元", "十二元零五分"),
    ("0.85元", "八角五分"),
    ("3.50元", "三元五角"),
    ("￥1.78万元", "一点七八万元"),
    ("1.5万元", "一点五万元"),
    ("8:30-17:30", "八点半到十七点半"),
    ("60-79岁", "六十到七十九岁"),
    ("60岁-79岁", "六十岁到七十九岁"),
    ("3%-5%", "百分之三到百分之五"),
    ("5月1日-5月7日", "五月一日到五月七日"),
    ("周一-周五", "周一到周五"),
    ("138 0013 8000", "幺三八，零零幺三，八零零零"),
    ("+86 138-0013-8000", "幺三八，零零幺三，八零零零"),
    ("(020)8774 4444", "零二零，八七七四，四四四四"),
    ("0758-2345678", "零七五八，二三四，五六七八"),
    ("87744444", "八七七四，四四四四"),
    (
        "身份证11010519491231002X。",
        "身份证幺幺零幺零五，幺九四九幺二三幺，零零二艾克斯。",
    ),
    ("4401**********1234", "四千四百零一，一千二百三十四"),
    ("50平方米", "五十平方米"),
    ("50㎡", "五十平方米"),
    ("1.5km", "一点五公里"),
    ("60km/h", "六十公里每小时"),
    ("2kg", "两公斤"),
    ("-5℃", "零下五摄氏度"),
    ("3/4", "四分之三"),
    ("GB/T 33358-2016", "吉必提三三三五八，二零一六"),
    ("www.gd.gov.cn", "达不溜达不溜达不溜点吉弟点吉欧威点西恩"),
]


@pytest.mark.parametrize(("written", "said"), TABLE)
def test_said_as_people_say_it(written: str, said: str) -> None:
    assert for_ear(written) == said


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (0, "零"), (10, "十"), (15, "十五"), (110, "一百一十"), (1001, "一千零一"),
        (100_000, "十万"), (10_010, "一万零一十"), (100_001_000, "一亿零一千"),
        (120_000_000, "一亿两千万".replace("两", "二")),
    ],
)  # fmt: skip
def test_numbers_in_words(value: int, words: str) -> None:
    assert number(value) == words


@pytest.mark.parametrize(
    ("whole", "parts"),
    [
        ("13800138000", ("138", "0013", "8000")),
        ("02087744444", ("020", "8774", "4444")),
        ("075582345678", ("0755", "8234", "5678")),
        ("07582345678", ("0758", "234", "5678")),
        ("11010519491231002X", ("110105", "19491231", "002X")),
        ("12349", ("12349",)),
        ("1234567890", ("1234", "5678", "90")),
        ("", ()),
    ],
)
def test_numbers_are_cut_where_people_pause(whole: str, parts: tuple[str, ...]) -> None:
    assert groups(whole) == parts


@given(st.text(alphabet="0123456789X", max_size=24))
def test_groups_lose_nothing(text: str) -> None:
    assert "".join(groups(text)) == text and "" not in groups(text)


@given(
    st.text(
        alphabet="0123456789年月日元个级%-:/.,〔〕号令第按A《》（）。，二 中¥kmX*~℃+", max_size=40
    )
)
def test_no_digit_or_sign_is_left_and_nothing_raises(text: str) -> None:
    assert not re.search(r"[0-9A-Za-z〔〕《》（）%]", for_ear(text))


@given(st.text(alphabet="民政局，。！？；、：一二三\n”", max_size=300))
def test_pieces_are_sentences_and_cutting_again_changes_nothing(text: str) -> None:
    pieces = split(text)
    assert all(piece.strip() for piece in pieces)
    assert all(len(piece) <= HARD_LIMIT for piece in pieces)
    assert [again for piece in pieces for again in split(piece)] == pieces
    letters = [char for char in text if char.isalnum()]
    assert [char for piece in pieces for char in piece if char.isalnum()] == letters


def test_long_sentences_are_cut_at_commas() -> None:
    first = "申请低保要以家庭为单位，由一名家庭成员提出，"
    second = "向户籍所在地的乡镇人民政府或者街道办事处，提交书面申请。"
    assert split(first + second) == [first, second]
