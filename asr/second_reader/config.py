"""Settings of the second reader."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class SecondReaderSettings:
    """Where the weights lie, and when an utterance is refused; all times in seconds.

    `most_waiting` utterances may wait behind the one being read. `pace_s` is how long a reading is
    thought to take before the first one was measured. A process that does not load within
    `load_limit_s` or answer within `read_limit_s` is replaced, after a rest that doubles from
    `first_rest_s` to `longest_rest_s`.
    """

    folder: Path
    on: bool = True
    most_waiting: int = 3
    pace_s: float = 1.0
    load_limit_s: float = 60.0
    read_limit_s: float = 15.0
    first_rest_s: float = 1.0
    longest_rest_s: float = 60.0
