"""What is wrong with a tree, in a form that an editor or a person can act on."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """One fault: where it is (`line` from 1), what is wrong, and what to do about it.

    A `warning` does not keep the tree from being used.
    """

    file: str
    line: int
    what: str
    remedy: str
    warning: bool = False

    def __str__(self) -> str:
        kind = "warning" if self.warning else "error"
        return f"{self.file}:{self.line}: {kind}: {self.what}; {self.remedy}"


class TreeRefused(Exception):
    """A tree has errors; `findings` holds them all, the message the first."""

    def __init__(self, findings: list[Finding]) -> None:
        """Take the findings, at least one of them an error."""
        errors = [finding for finding in findings if not finding.warning]
        more = f" (and {len(errors) - 1} more)" if len(errors) > 1 else ""
        super().__init__(f"{errors[0]}{more}")
        self.findings = findings
