"""The demonstration: a synthetic citizen phones the line; the terminal tells both sides."""

from __future__ import annotations

import json
import ssl
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.sound import contains
from telephony.caller.events import CallEvent, CallResult

QUESTION = "低保怎么申请"
SURE = 0.75


class Console:
    """Asks the service's API. Blocking: call it in a thread."""

    def __init__(self, url: str, ca: Path, token: str) -> None:
        """Take the console's address, the private CA's file and a bearer token."""
        self.url = url
        self._token = token
        self._context = ssl.create_default_context(cafile=str(ca))

    def get(self, path: str) -> Any:
        """Return the JSON at a path. Raises OSError (urllib.error.URLError is one)."""
        request = urllib.request.Request(
            self.url + path, headers={"Authorization": f"Bearer {self._token}"}
        )
        with urllib.request.urlopen(request, context=self._context, timeout=10) as answer:
            return json.load(answer)

    def ready(self) -> bool:
        """Say whether the service takes calls."""
        try:
            self.get("/readyz")
        except (OSError, urllib.error.URLError, ValueError):
            return False
        return True


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the demonstration showed; `fault` is empty when all of it worked."""

    ticket: str
    fault: str


def tell(event: CallEvent, say: Callable[[str], None]) -> None:
    """Print one event of the citizen's side, with seconds since the INVITE."""
    data, at = event.data, f"{event.ms / 1000:7.2f} s  市民"
    match event.name:
        case "ringing" | "answered":
            say(f"{at}  {'听到回铃' if event.name == 'ringing' else '电话接通'}")
        case "first_audio":
            say(f"{at}  开始听到声音")
        case "say":
            say(f"{at}  说：{data.get('text', '')}")
        case "reply":
            say(f"{at}  说完后 {float(data.get('latency_ms', 0)) / 1000:.2f} 秒听到答复")
        case "heard" if data.get("text"):
            say(f"{at}  听到：{data['text']}")
        case "hangup":
            say(f"{at}  挂机（SIP {data.get('code', '')}）")


def judge(result: CallResult, call: dict[str, Any], ticket: dict[str, Any]) -> Outcome:
    """Say whether question, article and ticket are as they must be."""
    number = str(ticket.get("number", ""))
    if not result.answered:
        return Outcome(number, f"the call was not answered (SIP {result.code} {result.reason})")
    heard = "".join(
        line["text"] for line in call.get("transcript", []) if line["speaker"] == "caller"
    )
    if contains(heard, QUESTION) < SURE:
        return Outcome(number, f"the question was not understood: {heard!r}")
    title = str(ticket.get("article_title") or "")
    if "低保" not in title and "最低生活保障" not in title:
        return Outcome(number, f"the wrong article was told: {title!r}")
    return Outcome(number, "")
