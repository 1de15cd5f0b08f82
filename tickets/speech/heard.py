"""What is taken from speech for a form: a field, its value, how sure, and from which words.

Pure. Nothing here is ever written to a ticket by itself; an agent accepts it or does not.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Field(StrEnum):
    """A field of the form that speech can fill."""

    NAME = "name"
    PHONE = "phone"
    ADDRESS = "address"
    IDENTITY = "identity"
    MONEY = "money"
    DATE = "date"


@dataclass(frozen=True, slots=True)
class Said:
    """One thing said: `speaker` is caller, agent or machine; `sure` how well it was heard, 0..1."""

    speaker: str
    text: str
    sure: float = 0.8


@dataclass(frozen=True, slots=True)
class Candidate:
    """A value that a field may have; `fault` is a Chinese sentence on what speaks against it."""

    field: Field
    value: str
    sure: float
    source: str
    fault: str = ""
