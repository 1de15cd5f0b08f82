"""The page of the recorded demonstration, made from what `hotline call --json` printed.

The lines lie in `docs/demonstration/`; `python -m bench.demonstration` records them anew.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).with_name("demonstration")


@dataclass(frozen=True, slots=True)
class Scene:
    """A call: its name, what it shows, and the arguments of `hotline call` after `--json`.

    `places`: the service has the names and streets of Futian, and its recogniser expects them.
    """

    name: str
    shows: str
    arguments: tuple[str, ...]
    places: bool = False


SCENES = (
    Scene(
        "interrupted",
        "The caller talks over the welcome: the prompt stops, the question is answered.",
        ("--after", "4.5", "--say", "低保怎么申请", "--hangup-after", "12"),
    ),
    Scene(
        "resumed",
        "The caller says 嗯 while the welcome is being told: it pauses and goes on where it stood.",
        ("--after", "4.5", "--say", "嗯", "--hangup-after", "14"),
    ),
    Scene(
        "emergency",
        "While a policy answer is being told the caller cries for help: the answer stops, the line "
        "asks back, silence counts as yes, and the call goes before all others.",
        ("--say", "低保怎么申请", "--after", "5", "--say", "我摔倒了", "--hangup-after", "35"),
    ),
    Scene(
        "policy",
        "A question about a policy to its last step: the answer, where to go, goodbye.",
        (
            "--say", "低保在哪里申请", "--after", "33", "--say", "去哪里办",
            "--after", "15", "--say", "不用了", "--max-seconds", "200",
        ),
    ),
    Scene(
        "directions",
        "Asking the way to its last step, over the streets of Futian: where to, where from, both "
        "read back, the summary, one step after another, goodbye.",
        (
            "--say", "去香梅路怎么走", "--after", "11", "--say", "我现在在农园路",
            "--after", "12", "--say", "是的", "--after", "19", "--say", "下一步",
            "--after", "12", "--dtmf", "1", "--after", "17", "--dtmf", "1",
            "--after", "16", "--dtmf", "1", "--after", "20", "--say", "不用了",
            "--after", "7", "--say", "没有了", "--max-seconds", "200",
        ),
        places=True,
    ),
)  # fmt: skip
_HEAD = """# A recorded demonstration

Calls to a service on the same two-core machine over real SIP and A-law RTP, recorded with
`python -m bench.demonstration` and written by `make docs`; a test fails when the page and the
recordings differ. Times are milliseconds since the INVITE, as the *caller* sees them: `silence`
names when the line fell silent, `reply` when it spoke again, `heard` what an ear at the caller's
end (the hotline's own recogniser, so with its mistakes) made of the prompts.
"""


def page() -> str:
    """Return docs/demonstration.md. Raises OSError or ValueError when a recording is missing."""
    return "\n".join([_HEAD, *(_scene(scene) for scene in SCENES)])


def recorded(scene: Scene) -> list[dict[str, Any]]:
    """The events of a scene in their order. Raises OSError or ValueError."""
    text = (FOLDER / f"{scene.name}.jsonl").read_text(encoding="utf-8")
    return [json.loads(line) for line in text.splitlines()]


def _scene(scene: Scene) -> str:
    command = " ".join(scene.arguments)
    lines = [
        f"## {scene.name.capitalize()}\n",
        f"{scene.shows}\n",
        f"    hotline call --json {command}\n",
        f"Raw lines: [demonstration/{scene.name}.jsonl](demonstration/{scene.name}.jsonl)\n",
        "| ms | event | |",
        "|---|---|---|",
    ]
    for event in sorted(recorded(scene), key=lambda event: event["ms"]):
        rest = {key: value for key, value in event.items() if key not in ("ms", "event")}
        told = ", ".join(f"{key} {value}" for key, value in rest.items() if value not in ("", None))
        lines.append(f"| {event['ms']:.0f} | {event['event']} | {told.replace('|', '/')} |")
    return "\n".join(lines) + "\n"
