"""The table and the page of the evaluation."""

from __future__ import annotations

import pytest

from asr.evaluation.report import Row, as_json, confusions, page, share, summary, table
from asr.evaluation.scoring import Tally


@pytest.mark.parametrize(
    ("row", "reached", "figure", "wanted"),
    [
        (Row("a", 95.0, 95.0), True, "95.0 %", "≥ 95 %"),
        (Row("a", 94.9, 95.0), False, "94.9 %", "≥ 95 %"),
        (Row("a", 2.0, 2.0, at_least=False), True, "2.0 %", "≤ 2 %"),
        (Row("a", 2.1, 2.0, at_least=False), False, "2.1 %", "≤ 2 %"),
        (Row("a", 0.012, 0.05, at_least=False, unit=""), True, "0.012", "≤ 0.05"),
        (Row("a", 5.5, 5.0, at_least=False, unit="MB"), False, "5.50 MB", "≤ 5 MB"),
        (Row("a", 50.0), None, "50.0 %", "–"),
        (Row("a", target=80.0, why="not built"), None, "not built", "≥ 80 %"),
    ],
)
def test_a_row_says_whether_its_target_is_reached(
    row: Row, reached: bool | None, figure: str, wanted: str
) -> None:
    assert (row.reached, row.figure, row.wanted) == (reached, figure, wanted)


def test_a_row_of_counts_without_samples_has_no_figure() -> None:
    assert share("a", Tally(), 95.0).why == "not measured: no samples"
    assert share("a", Tally(3, 4), 95.0).figure == "75.0 %"
    assert share("a", Tally(3, 4), 95.0).samples == 4


def test_confusions_name_the_commonest_first() -> None:
    tally = Tally()
    for got in ("x", "y", "y"):
        tally.add(False, "a", got)
    assert confusions("Taken", tally) == "Taken: a → y (2), a → x (1)."
    assert confusions("Taken", tally, most=1) == "Taken: a → y (2)."
    assert confusions("Taken", Tally()) == ""


ROWS = [
    Row("good", 99.0, 95.0, samples=300),
    Row("bad", 10.0, 95.0, samples=5, notes=("", "Mind the gap.")),
    Row("open", target=1.0, why="not built"),
    Row("extra", 50.0),
]


def test_the_table_has_a_line_for_each_row() -> None:
    lines = table(ROWS)
    assert lines[2] == "| good | 99.0 % | ≥ 95 % | reached | 300 |"
    assert lines[3] == "| bad | 10.0 % | ≥ 95 % | **not reached** | 5 |"
    assert lines[4] == "| open | not built | ≥ 1 % | – | – |"
    assert len(lines) == 2 + len(ROWS)


def test_the_summary_counts_targets_alone() -> None:
    assert summary(ROWS) == "Of 3 targets 1 are reached, 1 are not, and 1 have no figure."


def test_the_page_tells_a_quick_run_from_a_whole_one() -> None:
    quick, whole = page(ROWS, ["With this."], True), page(ROWS, ["With this."], False)
    assert "quick run" in quick and "quick run" not in whole
    assert "\n- With this.\n" in quick and quick.endswith("- Mind the gap.\n")
    assert "- \n" not in quick
    assert "## Remarks" not in page(ROWS[:1], [], True)


def test_values_carry_the_verdict() -> None:
    found = as_json(ROWS, ["With this."], True)
    assert [row["reached"] for row in found["rows"]] == [True, False, None, None]
    assert found["quick"] is True
