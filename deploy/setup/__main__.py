"""`python3 deploy/setup [run|routing|dev|test|bench|train]`: makes this clone ready for a purpose.

Needs nothing but Python's standard library. A step that was done before costs a file look-up.
"""

from __future__ import annotations

import subprocess
import sys
import time

import browser
import environment
import kokoro
import packages
import whisper

from common import SETUP, VENV, SetupError, is_stamped, say, stamp
from pjsip import recipe

PYTHON = VENV / "bin" / "python"


def install_binding() -> None:
    """Build or fetch PJSIP's Python binding; it needs the interpreter of the `.venv`."""
    key = recipe.key()
    there = list(VENV.glob("lib/python*/site-packages/_pjsua2*.so"))
    if there and is_stamped("pjsip", key):
        return
    run_step(SETUP / "pjsip" / "build.py")
    stamp("pjsip", key)


def install_voice() -> None:
    """Put the synthetic voice into the cache."""
    if kokoro.problems(kokoro.cache_folder()):
        run_step(SETUP / "kokoro.py")


def install_second_reader() -> None:
    """Put Whisper's weights, which read unsure utterances again, into the cache."""
    if whisper.problems(whisper.cache_folder()):
        run_step(SETUP / "whisper.py")


def run_step(script: object) -> None:
    """Run one of our scripts in the `.venv`; it prints its own progress and errors."""
    if subprocess.run([PYTHON, str(script)]).returncode != 0:
        raise SetupError("stopped; after mending the cause, the same command goes on from here")


def main(purpose: str) -> None:
    """Run all steps of a purpose, in the order in which they need each other."""
    started = time.monotonic()
    packages.install(purpose)
    environment.install()
    if purpose in ("dev", "test", "bench"):
        environment.install_tools()
    if purpose == "routing":
        environment.install_routing()
    install_voice()
    install_second_reader()
    browser.install()
    install_binding()
    if purpose == "train":
        environment.install_training()
    took = time.monotonic() - started
    if took > 2:
        say(f"ready ({took:.0f} s)")


if __name__ == "__main__":
    wanted = sys.argv[1] if len(sys.argv) > 1 else "run"
    if wanted not in packages.GROUPS:
        sys.exit(f"setup: {wanted}? One of: {', '.join(packages.GROUPS)}")
    try:
        main(wanted)
    except (SetupError, OSError) as error:
        sys.exit(f"setup: {error}")
    except KeyboardInterrupt:
        sys.exit("setup: interrupted; the same command goes on from here")
