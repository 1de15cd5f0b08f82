"""`python -m asr.training [--profile quick] [--out DIR]`: speech, training, model folder, figures.

Every step resumes where an earlier run stopped; `--work` keeps the speech and the checkpoint.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

from asr.training.export import write_folder, write_language, write_manifest
from asr.training.language import LanguagePlan
from asr.training.net import Shape
from asr.training.synth import load, render, render_formant
from asr.training.texts import ROOT, Corpus
from asr.training.train import Plan, load_net, train

SEED = 12349
PROFILES_HELP = "quick: a small, poor model in ten minutes; full: two hours; night: eight"


@dataclass(frozen=True)
class Profile:
    """How much of everything: hours of Kokoro's speech, espeak-ng's clips, minutes of training."""

    hours: float
    formant_clips: int
    minutes: float
    epochs: int
    shape: Shape = field(default_factory=Shape)


PROFILES = {
    "quick": Profile(0.1, 640, 4.0, 10, Shape(hidden=256, narrow=64)),
    "full": Profile(1.5, 5_000, 60.0, 200),
    "night": Profile(8.0, 20_000, 240.0, 400),
}


def main() -> None:
    """Parse the arguments and run the steps."""
    parser = argparse.ArgumentParser(prog="python -m asr.training", description=__doc__)
    default = ROOT / "asr" / "models" / "12349-zh"
    parser.add_argument("--out", type=Path, default=default, help="the model's folder")
    parser.add_argument("--work", type=Path, default=ROOT / "build" / "asr", help="scratch")
    parser.add_argument("--profile", choices=PROFILES, default="full", help=PROFILES_HELP)
    parser.add_argument("--hours", type=float, help="of Kokoro's speech, instead of the profile's")
    parser.add_argument("--minutes", type=float, help="of training, instead of the profile's")
    parser.add_argument(
        "--start", type=Path, help="a net to begin with: a model's folder, or net.pt"
    )
    parser.add_argument("--workers", type=int, default=2, help="processes and threads")
    parser.add_argument("--graphs-only", action="store_true", help="new texts, the same net")
    parser.add_argument("--version", default="1", help="goes into model.json")
    arguments = parser.parse_args()
    try:
        run(arguments)
    except (FileNotFoundError, ValueError, subprocess.CalledProcessError) as error:
        sys.exit(f"training: {error}")


def run(arguments: argparse.Namespace) -> None:
    """All steps, in order."""
    work, out = arguments.work, arguments.out
    profile: Profile = PROFILES[arguments.profile]
    hours, minutes = arguments.hours or profile.hours, arguments.minutes or profile.minutes
    checkpoint = work / "net.pt"
    language = LanguagePlan()
    if arguments.graphs_only:
        write_language(Corpus(SEED), language, out, work / "graph")
    else:
        render_formant(work / "formant", profile.formant_clips, SEED, arguments.workers)
        render(work / "clips", hours, SEED, arguments.workers)
        clips = load(work / "clips") + load(work / "formant")
        spoken = sum(len(clip.samples) for clip in clips if not clip.formant)
        other = sum(len(clip.samples) for clip in clips if clip.formant)
        plan = Plan(
            epochs=profile.epochs,
            seed=SEED,
            minutes=minutes,
            threads=arguments.workers,
            # As much of espeak-ng as of Kokoro: the one sounds like people, the other does not.
            formant_share=min(1.0, spoken / max(1, other)),
        )
        train(clips, profile.shape, plan, checkpoint, arguments.start)
        write_folder(load_net(checkpoint), Corpus(SEED), language, out, work / "graph")
    write_manifest(out, arguments.version, SEED)
    print(f"training: {out} is written; measuring it on voices it never heard", flush=True)
    command = [
        sys.executable,
        "-m",
        "asr.training.evaluate",
        str(out),
        "--work",
        str(work / "eval"),
    ]
    subprocess.run(command, check=True, cwd=ROOT)


if __name__ == "__main__":
    main()
