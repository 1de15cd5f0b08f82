"""The browser libraries that the console serves itself: from npm, by lock file, not committed."""

from __future__ import annotations

import shutil

from common import ROOT, cache_folder, digest, is_stamped, run, say, stamp

UI = ROOT / "agent_ui"
VENDOR = UI / "static" / "vendor"
# What is served under which name. The unminified files are kept out: nobody edits these.
FILES = {
    "htmx.min.js": "htmx.org/dist/htmx.min.js",
    "htmx-ws.min.js": "htmx-ext-ws/dist/ws.min.js",
    "leaflet.js": "leaflet/dist/leaflet.js",
    "leaflet.css": "leaflet/dist/leaflet.css",
    "LICENSE.leaflet": "leaflet/LICENSE",
    "LICENSE.htmx": "htmx.org/LICENSE",
    "LICENSE.htmx-ws": "htmx-ext-ws/LICENSE",
}


def install() -> None:
    """Fetch what package-lock.json names and copy the served files to static/vendor."""
    key = digest([UI / "package-lock.json", repr(FILES)])
    if is_stamped("browser", key) and all((VENDOR / name).is_file() for name in FILES):
        return
    say("fetching the console's browser libraries with npm")
    log = cache_folder("logs") / "npm.log"
    command = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
    run(command, "npm ci in agent_ui", log, cwd=UI)
    VENDOR.mkdir(parents=True, exist_ok=True)
    for name, source in FILES.items():
        shutil.copyfile(UI / "node_modules" / source, VENDOR / name)
    stamp("browser", key)
