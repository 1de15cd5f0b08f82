"""Takes docs/screens: every page, light and dark: `python -m docs.screens` (make screens)."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from tests.agent_ui.browser import Chromium
from tests.agent_ui.screens import fill, screens, show
from tests.agent_ui.served import Served

FOLDER = Path(__file__).parent / "screens"


def main() -> int:
    """Fill a console, show all pages; 1 when axe found something serious on one."""
    FOLDER.mkdir(exist_ok=True)
    wrong = 0
    with tempfile.TemporaryDirectory() as folder:
        served = Served(Path(folder))
        served.start()
        try:
            wrong = _take(served)
        finally:
            served.stop()
    size = sum(file.stat().st_size for file in FOLDER.iterdir())
    print(
        f"{FOLDER}: {len(list(FOLDER.iterdir()))} pictures, {size / 1e6:.1f} MB, {wrong} findings"
    )
    return 1 if wrong else 0


def _take(served: Served) -> int:
    pages = screens(served, fill(served))
    browser = Chromium(served)
    browser.start()
    wanted, wrong = set(), 0
    try:
        for screen in pages:
            for scheme in ("light", "dark"):
                file = FOLDER / f"{screen.name}-{scheme}.webp"
                wanted.add(file)
                findings, picture = show(browser, screen, scheme)
                file.write_bytes(picture)
                for finding in findings:
                    wrong += 1
                    print(f"{screen.path} ({scheme}): {finding}")
    finally:
        browser.stop()
    for old in set(FOLDER.iterdir()) - wanted:
        old.unlink()
    return wrong


if __name__ == "__main__":
    sys.exit(main())
