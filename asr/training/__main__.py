"""`python -m asr.training [--quick] [--out DIR]`: speech, training, model folder, figures.

Every step resumes where an earlier run stopped; `--work` keeps the speech and the checkpoint.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path

from asr.training.export import write_folder, write_language, write_manifest
from asr.training.language import LanguagePlan
from asr.training.net import Shape
from asr.training.synth import load, render, render_formant
from asr.training.texts import ROOT, Corpus
from asr.training.train import Plan, load_net, train

SEED = 12349


def main() -> None:
    """Parse the arguments and run the steps."""
    parser = argparse.ArgumentParser(prog="python -m asr.training", description=__doc__)
    default = ROOT / "asr" / "models" / "12349-zh"
    parser.add_argument("--out", type=Path, default=default, help="the model's folder")
    parser.add_argument("--work", type=Path, default=ROOT / "build" / "asr", help="scratch")
    parser.add_argument("--quick", action="store_true", help="a small, poor model in ten minutes")
    parser.add_argument("--hours", type=float, default=6.0, help="of Kokoro's speech")
    parser.add_argument("--formant-clips", type=int, default=5_000, help="by espeak-ng")
    parser.add_argument("--epochs", type=int, default=40)
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
    if arguments.quick:
        arguments.hours, arguments.formant_clips, arguments.epochs = 0.1, 640, 10
    checkpoint = work / "net.pt"
    language = LanguagePlan()
    if arguments.graphs_only:
        write_language(Corpus(SEED), language, out, work / "graph")
    else:
        render_formant(work / "formant", arguments.formant_clips, SEED, arguments.workers)
        render(work / "clips", arguments.hours, SEED, arguments.workers)
        clips = load(work / "clips") + load(work / "formant")
        plan = Plan(epochs=arguments.epochs, seed=SEED, threads=arguments.workers)
        shape = Shape(hidden=256, narrow=64) if arguments.quick else Shape()
        train(clips, shape, plan, checkpoint)
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
