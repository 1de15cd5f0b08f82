"""What is wrong with this node, told to the console when it changes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from core.clock import DelayedCall, Timing, stop_timer

EVERY_S = 5.0


class NodeHealth:
    """Looks at each part every five seconds and publishes `node.state`."""

    def __init__(
        self,
        node: str,
        reactor: Timing,
        publish: Callable[[str, dict[str, Any]], None],
        calls: Callable[[], int],
        faults: Mapping[str, Callable[[], str]],
        on_fault: Mapping[str, Callable[[str], None]],
        figures: Callable[[], Mapping[str, Any]] = dict,
        alerts: Callable[[], list[str]] = list,
    ) -> None:
        """`faults` gives one sentence (in Chinese) per part, empty when it is well.

        `on_fault[part](sentence)` is called each time that a part is found not well. `figures` are
        told along: trunks and the recogniser's load. `alerts` are sentences for people that say
        nothing against the node.
        """
        self._figures, self._alerts = figures, alerts
        self._node, self._reactor, self._publish = node, reactor, publish
        self._calls, self._faults, self._on_fault = calls, faults, on_fault
        self._timer: DelayedCall | None = None

    def start(self) -> None:
        """Look now and from now on."""
        self._look()

    def stop(self) -> None:
        """Look no more."""
        stop_timer(self._timer)

    def warnings(self) -> list[dict[str, str]]:
        """Return what is wrong now."""
        found = ((name, fault()) for name, fault in self._faults.items())
        return [{"name": name, "text": text} for name, text in found if text]

    def _look(self) -> None:
        warnings = self.warnings()
        for warning in warnings:
            act = self._on_fault.get(warning["name"])
            if act is not None:
                act(warning["text"])
        alerts = [{"name": text, "text": text} for text in self._alerts()]
        state: dict[str, Any] = {
            "node": self._node, "calls": self._calls(), "warnings": warnings + alerts,
        }  # fmt: skip
        state.update(self._figures())
        self._publish("node.state", state)
        self._timer = self._reactor.callLater(EVERY_S, self._look)
