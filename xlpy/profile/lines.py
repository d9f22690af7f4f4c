"""On which line of a TOML file each key stands: the standard library's reader keeps no lines.

A file that can be read is cut into statements by trying: lines are added until they can be read on their own. So every
spelling of a key counts as the reader understands it: dotted, quoted, in a table, in an inline table.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from typing import Any

Path = tuple[str, ...]
DEEPEST = 20


def lines_of_keys(text: str) -> dict[Path, int]:
    """Return the line (from 1) of every key and table by its path; the keys inside of an inline table have its line.

    Empty when the text is no TOML. Keys of arrays of tables are left out: the settings have none.
    """
    try:
        tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return {}
    found: dict[Path, int] = {}
    table: Path = ()
    for number, statement, data in _statements(text):
        paths = list(_paths(data))
        if statement.lstrip().startswith("["):
            table = max(paths, key=len, default=())
            paths = [table[:length] for length in range(1, len(table) + 1)]
            for path in paths:
                found.setdefault(path, number)
            continue
        for path in paths:
            found.setdefault((*table, *path), number)
    return found


def _statements(text: str) -> Iterator[tuple[int, str, Mapping[str, Any]]]:
    """Yield each statement with its first line and what it says on its own."""
    waiting: list[str] = []
    start = 1
    for number, line in enumerate(text.splitlines(), 1):
        if not waiting:
            start = number
        waiting.append(line)
        statement = "\n".join(waiting)
        try:
            data = tomllib.loads(statement)
        except tomllib.TOMLDecodeError:
            continue  # an array or a text goes on in the next line
        waiting = []
        if data:
            yield start, statement, data


def _paths(data: Mapping[str, Any], above: Path = ()) -> Iterator[Path]:
    for key, value in data.items():
        yield (*above, key)
        if len(above) > DEEPEST:  # no setting is as deep; a key of 20,000 dots is
            return
        if isinstance(value, dict):
            yield from _paths(value, (*above, key))
        elif isinstance(value, list) and value and all(isinstance(one, dict) for one in value):
            yield from _paths(value[0], (*above, key))
