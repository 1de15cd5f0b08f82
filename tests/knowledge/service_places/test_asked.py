"""What callers ask: the kind, and the place that is left of the sentence."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.service_places.asked import asked, districts
from knowledge.service_places.record import Kind

CARE, MARRIAGE, RELIEF, OFFICE, CANTEEN = Kind


@pytest.mark.parametrize(
    ("text", "kind", "where"),
    [
        ("附近的养老院", CARE, ""),
        ("离我最近的婚姻登记处在哪", MARRIAGE, ""),
        ("越秀区有哪些养老院", CARE, "越秀区"),
        ("我想找一家福田区的敬老院", CARE, "福田区"),
        ("我在东山口，附近有没有老人饭堂", CANTEEN, "东山口"),
        ("香蜜湖附近的民政局", OFFICE, "香蜜湖"),
        ("天河区的民政局电话是多少", OFFICE, "天河区"),
        ("请问救助站在哪里", RELIEF, ""),
        ("帮我查一下番禺那边有没有养老机构，谢谢", CARE, "番禺"),
        ("养老院在海珠区有几家", CARE, "海珠区"),
        ("福田区莲花街道有没有长者饭堂", CANTEEN, "福田区莲花街道"),
        ("附近的仰老院", CARE, ""),
        ("婚姻登机处", MARRIAGE, ""),
        ("我在越秀区", None, "越秀区"),
        ("在红荔路附近", None, "红荔路"),
        ("低保怎么申请", None, "低保怎么申请"),
        ("", None, ""),
    ],
)
def test_kind_and_place(text: str, kind: Kind | None, where: str) -> None:
    found = asked(text)
    assert (found.kind, found.where) == (kind, where)


@pytest.mark.parametrize(
    ("text", "area", "codes"),
    [
        ("越秀区", "440100", ["440104"]),
        ("越秀", "", ["440104"]),
        ("月秀区", "440100", ["440104"]),
        ("广州越秀区", "440300", ["440104"]),
        ("深圳市福田区", "440100", ["440304"]),
        ("广州", "440000", ["440100"]),
        ("龙岗区", "440300", ["440307"]),
        ("山西", "440100", ["140000"]),
        ("陕西", "440100", ["610000"]),
        ("善西", "440100", ["140000", "610000"]),
        ("善西", "610100", ["610000"]),
        ("香梅路", "440300", []),
        ("区", "440300", []),
        ("", "", []),
    ],
)
def test_districts_by_name(text: str, area: str, codes: list[str]) -> None:
    assert districts(text, area) == codes


@given(st.text("附近的养老院在哪里我最离有没区越秀一家", max_size=20))
def test_any_sentence_is_taken(text: str) -> None:
    found = asked(text)
    assert found.where in text and (found.kind or not any(w in text for w in ("养老院",)))
