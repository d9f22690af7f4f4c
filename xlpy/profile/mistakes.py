"""A mistake of a settings file, named by key and line, and how all of them are told at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from xlpy.errors import SettingsError


@dataclass(frozen=True, slots=True)
class Mistake:
    """What is wrong with a key. ``path``: table and key; ``text`` never repeats what may be a secret."""

    path: tuple[str, ...]
    text: str
    line: int = 0  # 0: not known

    @property
    def key(self) -> str:
        """The key as the file has it: ``[posting] locations``."""
        return named(self.path)

    def __str__(self) -> str:
        """Return one line: where, which key, what is wrong."""
        where = f"line {self.line}: " if self.line else ""
        return f"{where}{self.key}: {self.text}"


class SettingsFileWrong(SettingsError):
    """A settings file has mistakes; all of them are told, in the order of the file."""

    def __init__(self, path: Path, mistakes: Sequence[Mistake]) -> None:
        count = f"{len(mistakes)} mistakes" if len(mistakes) > 1 else "a mistake"
        super().__init__(
            f"The settings {path} have {count}:" + "".join(f"\n  {mistake}" for mistake in mistakes),
            fix="\nNothing was started: correct the file. The template says what each setting means.",
        )
        self.path = path
        self.mistakes = tuple(mistakes)


def named(path: Sequence[str]) -> str:
    """Return a key's name as messages show it: ``[posting] bins``, and ``[posting] bins, "Van 3"`` inside of it."""
    if len(path) < 2:
        return "".join(path)
    table, key, *inside = path
    return f"[{table}] {key}" + "".join(f', "{name}"' for name in inside)


def with_lines(mistakes: Sequence[Mistake], lines: Mapping[tuple[str, ...], int]) -> list[Mistake]:
    """Give each mistake its line (that of its table when the key is not in the file), and order them by it."""
    placed = [Mistake(mistake.path, mistake.text, _line(mistake.path, lines)) for mistake in mistakes]
    return sorted(placed, key=lambda mistake: mistake.line or 10**9)


def _line(path: tuple[str, ...], lines: Mapping[tuple[str, ...], int]) -> int:
    for length in range(len(path), 0, -1):
        if path[:length] in lines:
            return lines[path[:length]]
    return 0
