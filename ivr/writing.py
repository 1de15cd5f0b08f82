"""What a caller was told, as a text message. Pure."""

from __future__ import annotations

from ivr.events import Answered


def of_answer(answer: Answered) -> str:
    """Return an answer in writing: title, answer, what to bring, source."""
    told = (answer.title.rstrip("。？") + "：" + answer.spoken, answer.materials, answer.source)
    return "\n".join(part.strip() for part in told if part.strip())


def of_way(start: str, to: str, summary: str, steps: tuple[str, ...]) -> str:
    """Return a way in writing: from where to where, its summary, and its steps with numbers."""
    numbered = (f"{number}.{step}" for number, step in enumerate(steps, 1))
    return "\n".join((f"从{start}到{to}：{summary}", *numbered))
