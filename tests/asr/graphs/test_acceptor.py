"""The writer of OpenFst's acceptors: what it writes is read again, what would hang is refused."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asr.graphs.acceptor import Acceptor, NotAnAcceptor
from tests.asr.kit import MODEL

COSTS = st.floats(-20, 20, width=32)


@st.composite
def acceptors(draw: st.DrawFn) -> Acceptor:
    """Acceptors without circles that take no word: such arcs lead forward alone."""
    made, count = Acceptor(), draw(st.integers(1, 8))
    for _ in range(count - 1):
        made.state()
    for source in range(count):
        for _ in range(draw(st.integers(0, 4))):
            target, label = draw(st.integers(0, count - 1)), draw(st.integers(0, 5))
            if label or target > source:
                made.arc(source, target, label, draw(COSTS))
    made.finals = draw(st.dictionaries(st.integers(0, count - 1), COSTS, min_size=1))
    return made


def content(acceptor: Acceptor) -> tuple[list[list[tuple[int, int, float]]], dict[int, float]]:
    return [sorted(arcs) for arcs in acceptor.arcs], acceptor.finals


@given(acceptors())
def test_what_is_written_is_read_again(made: Acceptor) -> None:
    assert content(Acceptor.from_bytes(made.to_bytes())) == content(made)


@given(acceptors(), st.data())
def test_a_shortened_file_is_refused(made: Acceptor, data: st.DataObject) -> None:
    whole = made.to_bytes()
    with pytest.raises(NotAnAcceptor):
        Acceptor.from_bytes(whole[: data.draw(st.integers(0, len(whole) - 1))])


def test_the_models_own_graph_is_read() -> None:
    found = Acceptor.from_bytes((MODEL / "graph" / "Gr.fst").read_bytes())
    found.check()
    assert len(found.arcs) > 1000


def test_the_lexicon_graph_is_none() -> None:
    with pytest.raises(NotAnAcceptor):
        Acceptor.from_bytes((MODEL / "graph" / "HCLr.fst").read_bytes())


def small() -> Acceptor:
    made = Acceptor()
    other = made.state()
    made.arc(0, other, 1, 0.5)
    made.arc(0, other, 0, 2.0)
    made.arc(other, 0, 2, 0.25)
    made.finals[other] = 1.0
    return made


def test_the_cheapest_way_is_found_and_none_is_infinite() -> None:
    assert small().cheapest([1]) == 1.5
    assert small().cheapest([]) == 3.0
    assert small().cheapest([2, 1]) == 3.75
    assert small().cheapest([3]) == math.inf


def circle(made: Acceptor) -> None:
    made.arc(1, 0)


def nowhere(made: Acceptor) -> None:
    made.arc(0, 2, 1)


def no_number(made: Acceptor) -> None:
    made.arc(0, 1, 1, math.nan)


def endless(made: Acceptor) -> None:
    made.finals.clear()


@pytest.mark.parametrize("harm", [circle, nowhere, no_number, endless])
def test_what_a_decoder_could_hang_on_is_not_written(harm: object) -> None:
    made = small()
    made.to_bytes()
    harm(made)  # type: ignore[operator]
    with pytest.raises(NotAnAcceptor):
        made.to_bytes()
