"""Writes the pages that come from code: `python -m docs.generate` (make docs)."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any, get_args

from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from core.settings import CODE, NumberSettings, Settings, TrunkSettings
from docs import demonstration, roles

HERE = Path(__file__).parent
HEAD = """# Settings

Written by `make docs` from `core/settings.py`; a test fails when this page is out of date.

A setting is a key in `hotline.toml` (in the working folder, or where `HOTLINE_CONFIG` points) or
an environment variable; the variable wins. A wrong or unknown setting stops the start with one
sentence that names it.

```toml
data = "/var/lib/hotline"
area = "440100"

[[trunks]]
name = "carrier"
addresses = ["192.0.2.10", "192.0.2.16/28"]
trusted = true

[[numbers]]
number = "12349"
area = "440100"
```

| key | variable | default | meaning |
|---|---|---|---|
"""


def settings_page() -> str:
    """Return docs/settings.md."""
    rows = [
        f"| `{name}` | `HOTLINE_{name.upper()}` | {_default(field)} | {field.description} |"
        for name, field in Settings.model_fields.items()
    ]
    tables = [_table("trunks", TrunkSettings), _table("numbers", NumberSettings)]
    return HEAD + "\n".join(rows) + "\n" + "".join(tables)


def _table(key: str, model: type[BaseModel]) -> str:
    lines = [f"\n## Keys of `[[{key}]]`\n", "| key | default | meaning |", "|---|---|---|"]
    lines += [
        f"| `{name}` | {_default(field)} | {field.description} |"
        for name, field in model.model_fields.items()
    ]
    return "\n".join(lines) + "\n"


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "required"
    value: Any = field.get_default(call_default_factory=True)  # type: ignore[call-arg]
    if value is PydanticUndefined or value in ("", None, []):
        return "empty"
    if isinstance(value, Path) and value.is_relative_to(CODE):
        return f"`{value.relative_to(CODE)}` of the program"
    if isinstance(value, list) and get_args(field.annotation):
        return "one for callers on this machine"
    return f"`{str(value).lower() if isinstance(value, bool) else value}`"


PAGES = {
    "settings.md": settings_page,
    "demonstration.md": demonstration.page,
    "roles.md": roles.page,
}


def main() -> int:
    """Write all pages; return 0."""
    for name, page in PAGES.items():
        (HERE / name).write_text(page(), encoding="utf-8")
        print(f"docs/{name} written")
    return 0


if __name__ == "__main__":
    sys.exit(main())
