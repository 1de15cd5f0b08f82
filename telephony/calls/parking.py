"""Where callers are parked: slots with short numbers, each with one call."""

from __future__ import annotations


class Slots:
    """The slots of one node."""

    def __init__(self) -> None:
        self._calls: dict[str, str] = {}

    def free(self) -> str:
        """Return the lowest slot that is free: 1, 2, 3 …"""
        number = 1
        while str(number) in self._calls:
            number += 1
        return str(number)

    def set(self, call_id: str, slot: str) -> None:
        """Say in which slot a call is parked; empty for none."""
        self._calls = {s: call for s, call in self._calls.items() if call != call_id}
        if slot:
            self._calls[slot] = call_id

    def call_in(self, slot: str) -> str:
        """Return the call that is parked there; empty for none."""
        return self._calls.get(slot, "")
