"""Several recognisers as one: the usual model, and one for each other language that is set up."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from twisted.internet.defer import Deferred, DeferredList
from twisted.logger import Logger

from asr.port import Heard, Load, Recogniser, RecogniserUnavailable, Stream


class ByLanguage:
    """Implements `Recogniser`: a stream goes to the model of its language."""

    log = Logger()

    def __init__(self, usual: Recogniser, others: Mapping[str, Recogniser]) -> None:
        """`usual` hears Mandarin; `others` by language, as the tree names it (粤语)."""
        self._usual, self._others = usual, dict(others)
        self._missed: set[str] = set()

    @property
    def ready(self) -> bool:
        """Whether Mandarin is understood: what calls begin with."""
        return self._usual.ready

    @property
    def fault(self) -> str:
        """One sentence on why Mandarin is not, else an empty string."""
        return self._usual.fault

    @property
    def load(self) -> Load:
        """Of all models together; the lag is that of the slowest."""
        loads = [each.load for each in self._every()]
        return Load(
            sum(load.streams for load in loads),
            max(load.lag_ms for load in loads),
            max(load.most_lag_ms for load in loads),
        )

    def when_settled(self) -> Deferred[None]:
        """Fires when every model is loaded or has failed to."""
        every = DeferredList([each.when_settled() for each in self._every()])
        return every.addCallback(lambda _: None)

    def open(
        self, on_heard: Callable[[Heard], None], phrases: Sequence[str] = (), language: str = ""
    ) -> Stream:
        """Start listening; see the port. Raises RecogniserUnavailable."""
        if not language:
            return self._usual.open(on_heard, phrases)
        fault = f"no model for {language} is set up (HOTLINE_ASR_MODELS)"
        other = self._others.get(language)
        if other is not None:
            if other.ready:
                return other.open(on_heard, phrases)
            fault = f"the model for {language} is not ready: {other.fault}"
        if language not in self._missed:
            # Once is enough: every such call is led by keypad from here.
            self._missed.add(language)
            self.log.warn("{fault}; calls in it go on by keypad", fault=fault)
        raise RecogniserUnavailable(fault)

    def stop(self) -> None:
        """End all streams and threads."""
        for each in self._every():
            each.stop()

    def _every(self) -> list[Recogniser]:
        return [self._usual, *self._others.values()]
