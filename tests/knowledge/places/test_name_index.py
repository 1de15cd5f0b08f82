"""The index of sounds finds what comparing every name would find."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from core.sound import fold, sounds
from knowledge.places.name_index import NameIndex

SYLLABLES = ["xiang", "mei", "lu", "hong", "li", "nong", "lin", "jing", "tian", "zhou", "san"]
NAMES = st.lists(st.lists(st.sampled_from(SYLLABLES), max_size=6).map(tuple), max_size=40)


@given(NAMES, st.lists(st.sampled_from([*SYLLABLES, "guo"]), max_size=6).map(tuple))
def test_same_is_every_name_that_folds_alike(
    names: list[tuple[str, ...]], heard: tuple[str, ...]
) -> None:
    index = NameIndex(names)
    expected = [at for at, n in enumerate(names) if [*map(fold, n)] == [*map(fold, heard)]]
    known = {fold(s) for name in names for s in name}
    if all(fold(s) in known for s in heard):
        assert sorted(index.same(heard).tolist()) == expected


@given(NAMES, st.lists(st.sampled_from(SYLLABLES), min_size=1, max_size=6).map(tuple))
def test_alike_share_a_syllable_each_once(
    names: list[tuple[str, ...]], heard: tuple[str, ...]
) -> None:
    found = NameIndex(names).alike(heard, pool=100).tolist()
    sharing = {at for at, name in enumerate(names) if {*map(fold, name)} & {*map(fold, heard)}}
    assert len(found) == len(set(found)) and set(found) == sharing


def test_the_nearest_come_first() -> None:
    index = NameIndex([sounds(name) for name in ("红荔路", "香梅路", "香蜜湖路", "景田路")])
    assert index.alike(sounds("香没路"), pool=1).tolist() == [1]
