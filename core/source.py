"""Reads YAML and keeps the line of every value, so that a finding can name it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import yaml

Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Source:
    """A YAML document as plain data, with the line (from 1) of every key and value by its path."""

    data: Any
    lines: dict[Path, int]
    doubled: tuple[Path, ...] = ()

    def line(self, path: Path) -> int:
        """Return the line of a path, or of the nearest thing around it that exists."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)


class NotYaml(Exception):
    """The text is not YAML; `line` tells where (from 1)."""

    def __init__(self, line: int, problem: str) -> None:
        """Take the line and one clause on what is wrong."""
        super().__init__(problem)
        self.line = line


def read(text: str) -> Source:
    """Parse YAML with safe types only. Raises NotYaml."""
    try:
        loader = yaml.SafeLoader(text)
    except yaml.YAMLError as error:
        raise NotYaml(1, " ".join(str(error).split())) from error
    try:
        root = loader.get_single_node()
        if root is None:
            return Source(None, {})
        lines: dict[Path, int] = {}
        doubled: list[Path] = []
        data = _plain(loader, root, (), lines, doubled)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise NotYaml(mark.line + 1 if mark else 1, error.problem or "not YAML") from error
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        raise NotYaml(1, " ".join(str(error).split())) from error
    finally:
        loader.dispose()
    return Source(data, lines, tuple(doubled))


def _plain(
    loader: yaml.SafeLoader,
    node: yaml.Node,
    path: Path,
    lines: dict[Path, int],
    twice: list[Path],
) -> Any:
    lines.setdefault(path, node.start_mark.line + 1)
    if isinstance(node, yaml.SequenceNode):
        return [
            _plain(loader, item, (*path, at), lines, twice) for at, item in enumerate(node.value)
        ]
    if isinstance(node, yaml.MappingNode):
        result: dict[str, Any] = {}
        for key_node, value_node in node.value:
            key = key_node.value if isinstance(key_node, yaml.ScalarNode) else "?"
            inner = (*path, key)
            if key in result:
                twice.append(inner)
            lines[inner] = key_node.start_mark.line + 1
            result[key] = _plain(loader, value_node, inner, lines, twice)
        return result
    return loader.construct_object(node)  # type: ignore[no-untyped-call]
