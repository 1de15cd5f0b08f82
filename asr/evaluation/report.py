"""The rows of the table, and the page they are written to. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from asr.evaluation.scoring import Tally


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table.

    `value` is None when there is no figure, and `why` says why (“not built”, “not measured: …”).
    `target` is compared by `at_least`; None when the issue sets none.
    """

    name: str
    value: float | None = None
    target: float | None = None
    at_least: bool = True
    unit: str = "%"
    samples: int = 0
    why: str = ""
    notes: tuple[str, ...] = field(default=())

    @property
    def reached(self) -> bool | None:
        """Whether the target is reached; None when there is no figure or no target."""
        if self.value is None or self.target is None:
            return None
        return self.value >= self.target if self.at_least else self.value <= self.target

    @property
    def figure(self) -> str:
        """The value with its unit, or why there is none."""
        return (
            self.why
            if self.value is None
            else f"{self.value:.{_places(self)}f} {self.unit}".strip()
        )

    @property
    def wanted(self) -> str:
        """The target with its sign."""
        if self.target is None:
            return "–"
        return f"{'≥' if self.at_least else '≤'} {self.target:g} {self.unit}".strip()

    @property
    def verdict(self) -> str:
        """Reached, not reached, or a dash."""
        return {True: "reached", False: "**not reached**", None: "–"}[self.reached]


def _places(row: Row) -> int:
    return {"%": 1, "": 3}.get(row.unit, 2)


def share(name: str, tally: Tally, target: float | None, **more: Any) -> Row:
    """A row from counts, in per cent."""
    if tally.share is None:
        return Row(name, target=target, why="not measured: no samples", **more)
    return Row(name, 100 * tally.share, target, samples=tally.total, **more)


def confusions(title: str, tally: Tally, most: int = 8) -> str:
    """The commonest mistakes in one sentence; empty when there are none."""
    found = ", ".join(f"{a} → {b} ({n})" for (a, b), n in tally.confused.most_common(most))
    return f"{title}: {found}." if found else ""


def table(rows: Iterable[Row]) -> list[str]:
    """The rows as lines of Markdown."""
    lines = ["| what | figure | target | | samples |", "|---|---|---|---|---|"]
    lines += [
        f"| {r.name} | {r.figure} | {r.wanted} | {r.verdict} | {r.samples or '–'} |" for r in rows
    ]
    return lines


def page(rows: Sequence[Row], about: Sequence[str], quick: bool) -> str:
    """docs/speech-evaluation.md. `about` are sentences on what was measured with what."""
    notes = [note for row in rows for note in row.notes if note]
    size = (
        "This was a quick run: a seeded sample of the corpora, so the figures of rows with few "
        "samples are rough."
        if quick
        else "This was a run over the whole corpora."
    )
    lines = [
        "# How well speech is understood",
        "",
        "Written by `make eval`; do not edit. The corpora are declared in "
        "`asr/evaluation/corpora.yaml`.",
        "",
        size,
        "",
        *table(rows),
        "",
        summary(rows),
        "",
        "## What was measured, and how",
        "",
        *(f"- {line}" for line in about),
    ]
    if notes:
        lines += ["", "## Remarks", "", *(f"- {note}" for note in notes)]
    return "\n".join(lines) + "\n"


def summary(rows: Sequence[Row]) -> str:
    """How many targets there are, and how many are reached, missed or without a figure."""
    aimed = [row for row in rows if row.target is not None]
    reached = sum(row.reached is True for row in aimed)
    missed = sum(row.reached is False for row in aimed)
    return (
        f"Of {len(aimed)} targets {reached} are reached, {missed} are not, and "
        f"{len(aimed) - reached - missed} have no figure."
    )


def as_json(rows: Sequence[Row], about: Sequence[str], quick: bool) -> dict[str, Any]:
    """The same as values."""
    return {
        "quick": quick,
        "rows": [{**asdict(row), "reached": row.reached} for row in rows],
        "about": list(about),
    }
