"""Length, numbers and signature of texts: pure parts."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.sms import signature
from core.sms.length import fitted, parts
from core.sms.numbers import mobile
from core.sms.signature import BadSignature

REST = "（余下内容请拨打12349）"


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("", 0), ("低", 1), ("低" * 70, 1), ("低" * 71, 2), ("低" * 134, 2), ("低" * 135, 3),
        ("𠮷" * 35, 1), ("𠮷" * 36, 2), ("a" * 160, 1), ("a" * 161, 2), ("a" * 307, 3),
        ("€" * 80, 1), ("€" * 81, 2), ("a" * 70 + "低", 2),
    ],
)  # fmt: skip
def test_parts(text: str, count: int) -> None:
    assert parts(text) == count


@given(st.text(alphabet="低保申请。\n1a𠮷", max_size=400), st.integers(1, 4))
def test_what_is_cut_fits_and_says_where_the_rest_is(text: str, most: int) -> None:
    short = fitted(text, most, REST)
    assert parts(short) <= most
    if parts(text) <= most:
        assert short == text
    else:
        assert short.endswith(REST)


def test_whole_sentences_are_kept() -> None:
    text = "\n".join(f"{n}.沿红荔路向东走大约一百米。" for n in range(1, 12))
    short = fitted(text, 2, REST)
    assert short.removesuffix(REST).endswith("百米。") and text.startswith(short.removesuffix(REST))
    assert fitted("没有标点" * 60, 1, REST).endswith("……" + REST)


@pytest.mark.parametrize(
    ("number", "found"),
    [
        ("13800138000", "+8613800138000"), ("+8613800138000", "+8613800138000"),
        ("19212345678", "+8619212345678"), ("008613800138000", "+8613800138000"),
        ("02012345678", ""), ("+8675512345678", ""), ("12349", ""), ("", ""), ("abc", ""),
        ("+85291234567", ""), ("1380013800", ""), ("138001380000", ""),
    ],
)  # fmt: skip
def test_mobile_numbers(number: str, found: str) -> None:
    assert mobile(number) == found


NOW = 1_790_000_000.0
ARGUMENTS = ("key", "secret", "POST", "/api/v1/sms/receipts", b'{"id": "a1"}')


def test_the_signature_is_the_one_of_the_documentation() -> None:
    made = signature.signature(
        "0123456789abcdef", "POST", "/v1/messages", "1790000000",
        "00112233445566778899aabbccddeeff",
        '{"id": "a1", "to": "+8613800138000", "text": "一", "parts": 1}'.encode(),
    )  # fmt: skip
    assert made == DOCUMENTED


DOCUMENTED = "c036d35fe74ef4c10389001c4bf4b5fb09f8558c784d6a5f7614195ce6f9fa02"


def test_what_was_signed_is_verified_once_in_time() -> None:
    given_ = signature.headers(*ARGUMENTS, NOW, "n1")
    assert signature.verify(given_, *ARGUMENTS, NOW + 300).nonce == "n1"
    assert signature.verify({k.lower(): v for k, v in given_.items()}, *ARGUMENTS, NOW)
    for late in (NOW + 301, NOW - 301):
        with pytest.raises(BadSignature, match="clock"):
            signature.verify(given_, *ARGUMENTS, late)


@pytest.mark.parametrize("at", range(5))
def test_what_was_changed_is_not(at: int) -> None:
    given_ = signature.headers(*ARGUMENTS, NOW, "n1")
    changed: list[object] = list(ARGUMENTS)
    changed[at] = b"{}" if at == 4 else f"{changed[at]}x"
    with pytest.raises(BadSignature, match="wrong"):
        signature.verify(given_, *changed, NOW)  # type: ignore[arg-type]


@pytest.mark.parametrize("name", [signature.TIMESTAMP, signature.NONCE, signature.SIGNATURE])
@pytest.mark.parametrize("value", [None, "", "é", "9" * 400, "-1", "1e9"])
def test_headers_that_are_missing_or_odd_are_refused(name: str, value: str | None) -> None:
    given_ = signature.headers(*ARGUMENTS, NOW, "n1")
    if value is None:
        del given_[name]
    else:
        given_[name] = value
    with pytest.raises(BadSignature):
        signature.verify(given_, *ARGUMENTS, NOW)
