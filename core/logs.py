"""Where log lines go: standard error, one line each, without personal data."""

from __future__ import annotations

import logging
import sys
from typing import Any

from twisted.logger import (
    FilteringLogObserver,
    LogLevel,
    LogLevelFilterPredicate,
    globalLogBeginner,
    textFileLogObserver,
)


def to_stderr(quiet: bool) -> None:
    """Send Twisted's and Python's log to standard error; `quiet` keeps warnings and worse."""
    # zope's interfaces are unknown to the type checker, hence Any.
    output: Any = textFileLogObserver(sys.stderr)
    level: Any = LogLevelFilterPredicate(LogLevel.warn if quiet else LogLevel.info)
    observer: Any = FilteringLogObserver(output, [level])
    globalLogBeginner.beginLoggingTo([observer], redirectStandardIO=False, discardBuffer=True)
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr)
