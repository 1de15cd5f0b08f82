"""What people say as numbers becomes the figures they mean."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.spoken_numbers import DateParts, amount, date, digits, money, number

NAMES = dict(zip("0123456789", "零一二三四五六七八九", strict=True))


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("一三八零零一三八零零零", "13800138000"),
        ("幺三八，零零幺三，八零零零", "13800138000"),
        ("幺三八三个零", "138000"),
        ("一三八双八", "13888"),
        ("两个五三个六", "55666"),
        ("嗯那个幺三八啊零零", "13800"),
        ("洞幺两拐", "0127"),
        ("俩零", "20"),
        ("138 0013 8000", "13800138000"),
        ("１３８", "138"),
        ("一百二十", "120"),
        ("二十三", "23"),
        ("八千", "8000"),
        ("零零二艾克斯", "002X"),
        ("零零二叉", "002X"),
        ("我的号码是一三八", "138"),
        ("〇七五八", "0758"),
        ("没有", ""),
        ("", ""),
    ],
)
def test_digits(said: str, meant: str) -> None:
    assert digits(said) == meant


@pytest.mark.parametrize(
    ("said", "strict", "loose"),
    [
        ("一三八要二", "1382", "13812"),
        ("一三酒八", "138", "1398"),
        ("我要改", "", ""),
        ("不对是五六七八吧", "5678", "5678"),
    ],
)
def test_digits_by_sound_only_beside_digits(said: str, strict: str, loose: str) -> None:
    assert (digits(said), digits(said, loose=True)) == (strict, loose)


@given(st.text(alphabet="0123456789", min_size=1, max_size=20))
def test_digits_said_one_by_one_come_back(figures: str) -> None:
    words = "".join(NAMES[figure] for figure in figures)
    assert digits(words) == digits(figures) == digits(words.replace("一", "幺")) == figures


@pytest.mark.parametrize(
    ("said", "value"),
    [
        ("一千七百八十元", 1780), ("两千三", 2300), ("三百五", 350), ("三百零五", 305),
        ("一万二", 12_000), ("一万零二十", 10_020), ("十五", 15), ("二十", 20), ("零", 0),
        ("一亿两千万", 120_000_000), ("十二万三千", 123_000), ("1,780元", 1780),
        ("两千零二十五", 2025), ("八十岁", 80), ("二十百", None), ("没有", None),
    ],
)  # fmt: skip
def test_numbers(said: str, value: int | None) -> None:
    assert number(said) == value


def in_words(value: int) -> str:
    said, gap = "", False
    for unit, name in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit = value // unit % 10
        if digit:
            said += ("零" if gap and said else "") + NAMES[str(digit)] + name
        gap = not digit
    return said or "零"


@given(st.integers(0, 9999), st.integers(1, 9999))
def test_numbers_in_words_come_back(small: int, large: int) -> None:
    assert number(in_words(small)) == small
    joint = "" if small >= 1000 or not small else "零"
    whole = f"{in_words(large)}万{joint}{in_words(small) if small else ''}"
    assert number(whole) == large * 10_000 + small


@pytest.mark.parametrize(
    ("said", "value"),
    [("三点五", "3.5"), ("一点七八万", "17800"), ("12.5", "12.5"), ("八十", "80"), ("好", None)],
)
def test_amounts(said: str, value: str | None) -> None:
    assert amount(said) == (None if value is None else Decimal(value))


@pytest.mark.parametrize(
    ("said", "fen"),
    [
        ("一千七百八十元", 178_000), ("一千七百八十块五", 178_050), ("十二元五角", 1250),
        ("十二块五毛三分", 1253), ("八毛", 80), ("1,780元", 178_000), ("三点五万元", 3_500_000),
        ("两块钱", 200), ("没有钱", None),
    ],
)  # fmt: skip
def test_money(said: str, fen: int | None) -> None:
    assert money(said) == fen


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("二〇二五年五月十号", (2025, 5, 10)),
        ("二零二五年五月十日", (2025, 5, 10)),
        ("嗯一九五八年十二月三十一号", (1958, 12, 31)),
        ("2025-05-10", (2025, 5, 10)),
        ("2025年5月10日", (2025, 5, 10)),
        ("五八年三月", (1958, 3, 0)),
        ("二五年", (2025, 0, 0)),
        ("五月二十一号", (0, 5, 21)),
        ("二月二十九号", (0, 2, 29)),
        ("二零二五年二月二十九号", None),
        ("十三月一号", None),
        ("四月三十一号", None),
        ("农历五月初五", None),
        ("明天", None),
    ],
)
def test_dates(said: str, meant: tuple[int, int, int] | None) -> None:
    assert date(said, 2026) == (None if meant is None else DateParts(*meant))


@given(
    st.text(
        alphabet="零一二两三四五六七八九十百千万亿个双点元块角分年月日号那嗯要X0123,.-", max_size=20
    )
)
def test_nothing_raises(text: str) -> None:
    for read in (digits, number, amount, money):
        read(text)
    digits(text, loose=True)
    date(text, 2026)
