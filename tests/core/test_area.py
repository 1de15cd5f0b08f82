"""Area codes: form, parents, and which article serves which call."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.area import (
    COUNTRY,
    AreaError,
    full_name,
    level,
    name,
    names,
    normal,
    parents,
    serves,
    valid,
)

codes = st.sampled_from([COUNTRY, *names()])


@pytest.mark.parametrize("code", ["", "000000", "440000", "440100", "440106", " 440106 ", "441900"])
def test_codes_of_the_right_form_are_accepted(code: str) -> None:
    assert valid(code)
    assert len(normal(code)) == 6


@pytest.mark.parametrize(
    "code", ["44", "44010", "4401061", "040106", "44a106", "440006", "天河区", "４４０１０６"]
)
def test_other_codes_are_refused_by_name(code: str) -> None:
    assert not valid(code)
    with pytest.raises(AreaError, match="GB/T 2260") as caught:
        normal(code)
    assert code in str(caught.value)


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("440106", ("440100", "440000", COUNTRY)),
        ("440100", ("440000", COUNTRY)),
        ("440000", (COUNTRY,)),
        ("", ()),
    ],
)
def test_parents_go_outwards(code: str, expected: tuple[str, ...]) -> None:
    assert parents(code) == expected
    assert level(code) == len(expected)


@pytest.mark.parametrize(
    ("article", "call", "holds"),
    [
        ("", "440106", True),
        ("000000", "", True),
        ("440000", "440106", True),
        ("440100", "440106", True),
        ("440106", "440106", True),
        ("440106", "440100", False),
        ("440100", "441302", False),
        ("440000", "450000", False),
        ("440000", "", False),
        ("440000", "junk", False),
        ("", "junk", True),
        ("junk", "440106", False),
    ],
)
def test_an_article_serves_its_area_and_those_inside(article: str, call: str, holds: bool) -> None:
    assert serves(article, call) is holds


@given(codes, codes)
def test_only_one_of_two_different_areas_can_serve_the_other(a: str, b: str) -> None:
    assert serves(a, a)
    if a != b:
        assert not (serves(a, b) and serves(b, a))


@given(st.text(max_size=8), st.text(max_size=8))
def test_junk_codes_never_raise_where_calls_are_served(a: str, b: str) -> None:
    assert serves(a, b) in (True, False)
    assert isinstance(name(a), str) and isinstance(full_name(b), str)


def test_guangdong_is_listed_whole() -> None:
    cities = [code for code in names() if code.startswith("44") and level(code) == 2]
    assert len(cities) == 21
    assert full_name("440106") == "广东省广州市天河区"
    assert name("441300") == "惠州市"
    assert name("") == "全国"
    assert full_name("999999") == "999999"
    assert all(valid(code) for code in names())
    assert all(parent in names() for code in names() for parent in parents(code)[:-1])
