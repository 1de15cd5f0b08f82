"""Reads the flat XML of devices: no document types, no entities, nothing deep or large. Pure."""

from __future__ import annotations

from xml.parsers import expat

LARGEST = 16_384
"""Bytes of a body. Over UDP devices stay below 1300; over TCP texts and positions may add up."""
DEEPEST = 4
MOST_FIELDS = 64


class TooLong(ValueError):
    """The body has more than LARGEST bytes."""


class FlatXmlError(ValueError):
    """The body is not such XML; `fields` are those read until then."""

    def __init__(self, text: str, fields: dict[str, str]) -> None:
        super().__init__(text)
        self.fields = fields


class _Fields:
    """Collects fields from expat's events."""

    def __init__(self, root: str) -> None:
        self.values: dict[str, str] = {}
        self._root = root
        self._path: list[str] = []
        self._seen = 0
        self._text: list[str] = []

    def start(self, name: str, _attributes: dict[str, str]) -> None:
        tag = name.rpartition(":")[2].lower()
        if not self._path and tag != self._root:
            self.refuse(f"the message is no {self._root}")
        self._path.append(tag)
        self._seen += 1
        if len(self._path) > DEEPEST or self._seen > MOST_FIELDS:
            self.refuse("the message has too many parts")
        self._text = []

    def text(self, data: str) -> None:
        self._text.append(data)

    def end(self, _name: str) -> None:
        tag, value = self._path.pop(), "".join(self._text).strip()
        self._text = []
        if tag in self.values and value:
            self.refuse(f"{tag[:16]} comes twice")
        if value:
            self.values[tag] = value

    def forbid(self, *_: object) -> None:
        self.refuse("document types and entities are not taken")

    def refuse(self, why: str) -> None:
        raise FlatXmlError(why, self.values)


def fields_of(body: bytes, root: str) -> dict[str, str]:
    """Return the texts under `root` by tag, in lower case, without empty ones.

    Raises TooLong and FlatXmlError alone.
    """
    if len(body) > LARGEST:
        raise TooLong(f"the body has more than {LARGEST} bytes")
    fields = _Fields(root)
    parser = expat.ParserCreate()
    parser.StartElementHandler, parser.EndElementHandler = fields.start, fields.end
    parser.CharacterDataHandler = fields.text
    parser.StartDoctypeDeclHandler = fields.forbid
    parser.EntityDeclHandler = fields.forbid
    try:
        # Some devices end their body with NUL or line breaks, or begin it with one.
        parser.Parse(body.strip(b"\0 \t\r\n"), True)
    except FlatXmlError:
        raise
    except (expat.ExpatError, LookupError, ValueError) as error:
        raise FlatXmlError("the body is not well-formed XML", fields.values) from error
    return fields.values
