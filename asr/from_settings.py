"""What the operator's settings mean to speech recognition."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, Protocol

from twisted.internet.threads import deferToThread

from asr.config import AsrSettings
from asr.graphs.articles import folder_of, keep, note_fault
from asr.graphs.building import NotBuilt, builds_of, in_use
from asr.graphs.child import ChildBuild
from asr.graphs.following import TOPIC, Bus, follow
from asr.graphs.renewing import Articles, Renewing
from asr.graphs.texts import Sources
from asr.languages import ByLanguage
from asr.model_folder import inspect
from asr.port import Recogniser
from asr.second_reader.config import SecondReaderSettings
from asr.second_reader.reader import WhisperReader
from asr.vosk_recogniser import VoskRecogniser
from core.clock import Now
from core.settings import Settings


class Telling(Protocol):
    """The part of `core.bus.Bus` that tells of a new graph."""

    def publish(self, topic: str, message: dict[str, Any]) -> None:
        """Send to all nodes."""


def recogniser(settings: Settings, reactor: Any, workers: int = 0) -> VoskRecogniser:
    """Return the recogniser, which begins to load; `workers` threads, 0 for as many as set.

    Its model is the one that is set, with the graph of the operator's own texts if one is built.
    """
    asr = AsrSettings(model=settings.asr_model, workers=workers or settings.asr_workers)
    return VoskRecogniser(asr, reactor, partial(in_use, settings.data, settings.asr_model))


def by_language(settings: Settings, usual: Recogniser, reactor: Any) -> ByLanguage:
    """Return the recognisers of all languages that are set up; they begin to load."""
    others = {
        language: VoskRecogniser(AsrSettings(model=folder, workers=1), reactor)
        for language, folder in settings.asr_models.items()
    }
    return ByLanguage(usual, others)


def follow_graphs(settings: Settings, usual: VoskRecogniser, bus: Bus) -> Callable[[], None]:
    """Take over new graphs that the bus tells of, for new calls; returns the way to stop it."""
    return follow(bus, usual, settings.data, settings.asr_model)


def sources(settings: Settings) -> Sources:
    """Return the texts that a graph is made from.

    The articles are those in force once a service has kept them, until then the set files.
    """
    kept = folder_of(settings.data)
    articles = kept if kept.is_dir() else settings.articles
    return Sources(settings.tree, settings.emergency_words, articles, settings.asr_phrases)


def renewing(settings: Settings, bus: Telling, reactor: Any, now: Now) -> Renewing:
    """Return what builds the graph anew after changes; it does nothing where that is switched off.

    At start only the operator's own texts are compared with the graph: what is shipped together
    belongs together.
    """
    kept = folder_of(settings.data)
    model = settings.asr_model
    child = ChildBuild(model, builds_of(settings.data, model))

    def build(articles: Articles) -> Path | None:
        if not settings.asr_graph_renewed:
            return None
        try:
            keep(kept, articles)
            folder = child.run(sources(settings))
        except (NotBuilt, OSError) as error:
            note_fault(settings.data, str(error), now())
            raise
        note_fault(settings.data, "", now())
        return folder

    def stale(articles: Articles) -> bool:
        if not settings.asr_graph_renewed or not (kept.is_dir() or _own_texts(settings)):
            return False
        if kept.is_dir():
            keep(kept, articles)
        folder = inspect(in_use(settings.data, model))
        return folder.ours and folder.graph.get("texts") != sources(settings).digest()

    return Renewing(
        lambda articles: deferToThread(build, articles),
        lambda articles: deferToThread(stale, articles),
        reactor,
        lambda folder: bus.publish(TOPIC, {"model": model.name, "folder": str(folder)}),
        child.stop,
    )


def _own_texts(settings: Settings) -> bool:
    """Whether something else than the shipped files is set."""
    names = ("tree", "emergency_words", "articles", "asr_phrases")
    fields = type(settings).model_fields
    return any(getattr(settings, name) != fields[name].default for name in names)


def second_reader(settings: Settings, reactor: Any) -> WhisperReader:
    """Return the second reader, which begins to load unless it is switched off."""
    set_as = SecondReaderSettings(settings.whisper, settings.second_reader_on)
    return WhisperReader(set_as, reactor)
