"""An open book: sheets, names, saving."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from openpyxl.workbook import Workbook
from openpyxl.workbook.defined_name import DefinedName

from xlpy.collecting import collecting_paused
from xlpy.excel.engine.cells import RangeImpl, range_at
from xlpy.excel.engine.refusals import CallNotSupported, WouldLoseParts
from xlpy.excel.engine.sheet import SheetsImpl
from xlpy.files import replace_file

if TYPE_CHECKING:
    from xlpy.excel.engine.application import AppImpl


class BookImpl:
    """One workbook, loaded from a file."""

    __slots__ = ("app", "lost", "path", "sheets", "workbook")

    def __init__(self, app: AppImpl, path: Path, workbook: Workbook, lost: tuple[str, ...]) -> None:
        self.app = app
        self.path = path
        self.workbook = workbook
        self.lost = lost
        self.sheets = SheetsImpl(self, workbook)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        raise CallNotSupported(f"Book.{name}")

    @property
    def api(self) -> Workbook:
        """The workbook of openpyxl."""
        return self.workbook

    @property
    def name(self) -> str:
        """The file's name."""
        return self.path.name

    @property
    def fullname(self) -> str:
        """The file's whole path."""
        return str(self.path)

    @property
    def names(self) -> NamesImpl:
        """The names of the workbook."""
        return NamesImpl(self)

    def save(self, path: str | None = None, password: str | None = None) -> None:
        """Save to ``path`` or to the file it came from, whole or not at all.

        Raises ``WouldLoseParts`` when the file has parts that openpyxl can't keep, ``OSError`` when it can't be
        written.
        """
        if password:
            raise CallNotSupported("Saving with a password")
        self.refuse_losses()
        target = Path(path) if path else self.path
        if target.suffix.lower() != self.path.suffix.lower():
            raise CallNotSupported(f"Saving a {self.path.suffix} as {target.suffix or 'a file without a type'}")
        # Formulas are saved without their results: Excel works them out when it opens the file.
        self.workbook.calculation.fullCalcOnLoad = True
        with collecting_paused():
            replace_file(target, self.workbook.save)

    def refuse_losses(self) -> None:
        """Raise ``WouldLoseParts`` when saving would lose parts of the file."""
        if self.lost:
            raise WouldLoseParts(self.name, self.lost)

    def close(self) -> None:
        """Forget the book; nothing is saved."""
        self.app.forget()


class NamesImpl:
    """The workbook's names of ranges."""

    __slots__ = ("_book",)

    def __init__(self, book: BookImpl) -> None:
        self._book = book

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        raise CallNotSupported(f"Names.{name}")

    def __call__(self, key: int | str) -> NameImpl:
        """Return a name by its text, or by its place from 1. Raises ``KeyError``."""
        names = list(self._names())
        if isinstance(key, int):
            return names[key - 1]
        for name in names:
            if name.name.casefold() == key.casefold():
                return name
        raise KeyError(key)

    def __len__(self) -> int:
        return len(self._book.workbook.defined_names)

    def contains(self, key: str) -> bool:
        """Whether there is such a name."""
        return any(name.name.casefold() == key.casefold() for name in self._names())

    def snapshot(self) -> list[tuple[str, NameImpl]]:
        """All names with their objects."""
        return [(name.name, name) for name in self._names()]

    def _names(self) -> Iterator[NameImpl]:
        return (NameImpl(self._book, name) for name in self._book.workbook.defined_names.values())


class NameImpl:
    """One name."""

    __slots__ = ("_book", "_defined")

    def __init__(self, book: BookImpl, defined: DefinedName) -> None:
        self._book = book
        self._defined = defined

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        raise CallNotSupported(f"Name.{name}")

    @property
    def name(self) -> str:
        """The name's text."""
        return str(self._defined.name)

    @property
    def refers_to(self) -> str:
        """What it stands for, with an equals sign."""
        return f"={self._defined.attr_text}"

    @property
    def refers_to_range(self) -> RangeImpl:
        """The range it stands for. Raises ``CallNotSupported`` when it is not one block of cells."""
        places = list(self._defined.destinations)
        if len(places) != 1 or places[0][0] not in self._book.sheets:
            raise CallNotSupported(f"The name {self.name}, which is not one block of cells,")
        sheet, address = places[0]
        return range_at(self._book.sheets(sheet), address)
