"""Read articles from YAML files. A bad file is reported with its line and skipped; others load."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError

from knowledge.article import ArticleContent
from knowledge.content import ContentError, Where, build, schema

FOLDER = Path(__file__).with_name("articles")
_LARGEST = 200_000
_DEEPEST = 20
"""The time to read what is nested grows with the square of its depth."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One reason why a file was not loaded, or not wholly."""

    file: str
    line: int
    message: str

    def __str__(self) -> str:
        """`file:line: message`, as editors understand it."""
        return f"{self.file}:{self.line}: {self.message}"


@dataclass(frozen=True, slots=True)
class Loaded:
    """The articles that are well, in the order of their names, and what is wrong with the rest."""

    articles: tuple[ArticleContent, ...]
    problems: tuple[Problem, ...]


class _FileError(Exception):
    def __init__(self, line: int, message: str) -> None:
        super().__init__(message)
        self.line = line


def load_folder(folder: Path = FOLDER) -> Loaded:
    """Load all `*.yaml` of a folder. Never raises for what is in the files.

    A folder that cannot be read gives no articles and one problem.
    """
    if not folder.is_dir():
        return Loaded((), (Problem(str(folder), 0, "the folder of articles is not there"),))
    return load_files(sorted(folder.glob("*.yaml")))


def load_files(files: Iterable[Path]) -> Loaded:
    """Load these files, one article each; an id seen before is a problem of the later file."""
    articles: dict[str, ArticleContent] = {}
    problems: list[Problem] = []
    for file in files:
        try:
            article = _load(file)
            if article.id in articles:
                raise _FileError(1, f"the id {article.id} is taken by another file; choose another")
            articles[article.id] = article
        except _FileError as error:
            problems.append(Problem(str(file), error.line, str(error)))
    return Loaded(tuple(articles.values()), tuple(problems))


def _load(file: Path) -> ArticleContent:
    value, lines = _parse(file)
    errors = sorted(_validator().iter_errors(value), key=lambda error: list(map(str, error.path)))
    if errors:
        error = errors[0]
        raise _FileError(_line(lines, tuple(error.absolute_path)), _sentence(error))
    if value["id"] != file.stem:
        raise _FileError(
            _line(lines, ("id",)), f"id {value['id']} differs from the file name {file.stem}"
        )
    try:
        return build(value)
    except ContentError as bad:
        raise _FileError(_line(lines, bad.where), str(bad)) from bad


def _sentence(error: ValidationError) -> str:
    place = "".join(f"[{p}]" if isinstance(p, int) else f"{p}" for p in error.absolute_path)
    instance: Any = error.instance
    if error.validator == "maxLength":
        said = f"{len(instance)} characters, at most {error.validator_value} are allowed"
    elif error.validator == "minItems":
        said = f"{len(instance)} entries, at least {error.validator_value} are needed"
    else:
        said = error.message
    return f"{place}: {said}" if place else said


def _line(lines: dict[Where, int], where: Where) -> int:
    while where and where not in lines:
        where = where[:-1]
    return lines.get(where, 1)


def _parse(file: Path) -> tuple[dict[str, Any], dict[Where, int]]:
    """The file's values, all scalars as text, and the line of each."""
    try:
        if file.stat().st_size > _LARGEST:
            raise _FileError(1, f"larger than {_LARGEST} bytes")
        text = file.read_text(encoding="utf-8")
        depth = 0
        for event in yaml.parse(text, Loader=yaml.BaseLoader):
            line = event.start_mark.line + 1 if event.start_mark else 1
            if isinstance(event, yaml.AliasEvent):
                raise _FileError(line, "YAML aliases are not allowed here")
            depth += isinstance(event, yaml.CollectionStartEvent)
            depth -= isinstance(event, yaml.CollectionEndEvent)
            if depth > _DEEPEST:
                raise _FileError(line, f"not YAML for an article: nested over {_DEEPEST} deep")
        node = yaml.compose(text, Loader=yaml.BaseLoader)
    except OSError as bad:
        raise _FileError(0, f"cannot be read: {bad.strerror}") from bad
    except UnicodeDecodeError as bad:
        raise _FileError(1, "is not UTF-8 text") from bad
    except yaml.MarkedYAMLError as bad:
        mark = bad.problem_mark
        raise _FileError(mark.line + 1 if mark else 1, f"not YAML: {bad.problem}") from bad
    except (yaml.YAMLError, RecursionError) as bad:
        raise _FileError(1, f"not YAML: {str(bad).splitlines()[0]}") from bad
    lines: dict[Where, int] = {}
    value = _value(node, (), lines)
    if not isinstance(value, dict):
        raise _FileError(1, "an article is a mapping of fields (id: …, topic: …)")
    return value, lines


def _value(node: yaml.Node | None, where: Where, lines: dict[Where, int]) -> Any:
    if node is None:
        return None
    lines[where] = _line_of(node)
    if isinstance(node, yaml.SequenceNode):
        return [_value(item, (*where, i), lines) for i, item in enumerate(node.value)]
    if not isinstance(node, yaml.MappingNode):
        return node.value
    out: dict[str, Any] = {}
    for key, item in node.value:
        if not isinstance(key, yaml.ScalarNode):
            raise _FileError(_line_of(key), "a field's name is a plain word")
        if key.value in out:
            raise _FileError(_line_of(key), f"the field {key.value} is there twice")
        out[key.value] = _value(item, (*where, key.value), lines)
        lines[(*where, key.value)] = _line_of(key)
    return out


def _line_of(node: yaml.Node) -> int:
    return node.start_mark.line + 1 if node.start_mark else 1


@cache
def _validator() -> Draft202012Validator:
    return Draft202012Validator(schema())
