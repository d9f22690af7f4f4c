"""The engine as xlwings sees it. Each open book has an application of its own, so that names never clash."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import xlwings as xw

from xlpy.excel.engine.book import BookImpl
from xlpy.excel.engine.file_read import NotAWorkbook, read_workbook
from xlpy.excel.engine.refusals import CallNotSupported
from xlpy.excel.engine.values import CellError

ENGINE_NAME = "closed file"
ALERT_MODES = frozenset({"info", "critical"})
_PIDS = itertools.count(1)


@dataclass(frozen=True, slots=True)
class Alert:
    """A message box that Excel would have shown. ``mode``: ``info``, ``critical`` or empty (no icon)."""

    text: str
    title: str
    mode: str


class EngineImpl:
    """The engine over openpyxl."""

    __slots__ = ("apps",)

    name = ENGINE_NAME
    type = "desktop"

    def __init__(self) -> None:
        self.apps = AppsImpl()

    @staticmethod
    def prepare_xl_data_element(value: object, _options: object) -> object:
        """One value on its way into a cell: refused or converted when it is stored."""
        return value

    @staticmethod
    def clean_value_data(
        data: list[list[object]],
        _dates: object,
        empty: object,
        _numbers: object,
        err_to_str: object,
    ) -> list[list[object]]:
        """Values on their way out of cells: they are as they should be already, but for errors and empty cells."""
        if empty is None and not any(type(value) is CellError for row in data for value in row):
            return data

        def cleaned(value: object) -> object:
            if type(value) is CellError:
                return str(value) if err_to_str else None
            return empty if value is None else value

        return [[cleaned(value) for value in row] for row in data]


class AppsImpl:
    """The open applications: one per book."""

    __slots__ = ("_open",)

    def __init__(self) -> None:
        self._open: dict[int, AppImpl] = {}

    def keys(self) -> list[int]:
        """Numbers of the applications."""
        return list(self._open)

    def __iter__(self) -> Iterator[AppImpl]:
        return iter(list(self._open.values()))

    def __len__(self) -> int:
        return len(self._open)

    def __getitem__(self, pid: int) -> AppImpl:
        return self._open[pid]

    def enter(self, app: AppImpl) -> None:
        """Count an application in."""
        self._open[app.pid] = app

    def leave(self, app: AppImpl) -> None:
        """Count it out."""
        self._open.pop(app.pid, None)


class AppImpl:
    """What stands for Excel itself: settings that a macro may change, its status bar and its message boxes."""

    __slots__ = (
        "_on_alert",
        "alerts",
        "answers",
        "book",
        "calculation",
        "display_alerts",
        "enable_events",
        "interactive",
        "pid",
        "screen_updating",
        "status_bar",
    )

    def __init__(self, on_alert: Callable[[Alert], None] | None) -> None:
        self.pid = next(_PIDS)
        self.screen_updating = True
        self.display_alerts = True
        self.enable_events = True
        self.interactive = True
        self.calculation = "automatic"
        self.status_bar: str | bool = False
        self.alerts: list[Alert] = []
        self.answers: Literal["yes", "no", ""] = ""
        self.book: BookImpl | None = None
        self._on_alert = on_alert

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        raise CallNotSupported(f"App.{name}")

    @property
    def engine(self) -> EngineImpl:
        """The engine it belongs to."""
        return _ENGINE

    @property
    def books(self) -> BooksImpl:
        """Its one book."""
        return BooksImpl(self)

    @property
    def visible(self) -> bool:
        """Nothing is shown."""
        return False

    def alert(self, prompt: str, title: str | None, buttons: str, mode: str | None, _callback: object) -> str:
        """Keep a message box for whoever opened the book. One with yes and no needs somebody who answers (``answers``).

        Raises ``KeyError`` for a mode that xlwings has not got on Windows.
        """
        if mode and mode not in ALERT_MODES:
            raise KeyError(mode)
        if buttons != "ok" and not (buttons == "yes_no" and self.answers):
            raise CallNotSupported("A message box with a choice, which nobody answers,")
        alert = Alert(prompt, title or "", mode or "")
        if self._on_alert:
            self._on_alert(alert)
        self.alerts.append(alert)
        return "ok" if buttons == "ok" else self.answers

    def forget(self) -> None:
        """After its book was closed."""
        self.book = None
        _ENGINE.apps.leave(self)


class BooksImpl:
    """The open book of an application."""

    __slots__ = ("_app",)

    def __init__(self, app: AppImpl) -> None:
        self._app = app

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        raise CallNotSupported(f"Books.{name}")

    def __call__(self, key: int | str) -> BookImpl:
        """Return the book by its name, or as number 1. Raises ``KeyError``."""
        book = self._app.book
        if book is None or key not in {1, book.name}:
            raise KeyError(key)
        return book

    def __len__(self) -> int:
        return int(self._app.book is not None)

    def __iter__(self) -> Iterator[BookImpl]:
        return iter([self._app.book] if self._app.book else [])

    def __contains__(self, key: object) -> bool:
        return any(book.name == key for book in self)

    @property
    def active(self) -> BookImpl:
        """The open book."""
        return self(1)


_ENGINE = EngineImpl()
xw.engines.add(xw.Engine(impl=_ENGINE))


def open_book(path: Path, *, on_alert: Callable[[Alert], None] | None = None) -> xw.Book:
    """Open a workbook's file with this engine; macros written for Excel run on the book unchanged.

    ``on_alert`` gets every message box. ``book.save()`` replaces the file; use
    ``xlpy.excel.engine.closed_file`` to be told beforehand whether it can. Raises
    ``WorkbookError`` when it is not a workbook that can be read.
    """
    try:
        path = path.resolve()
    except (OSError, ValueError) as error:  # a NUL in it, or links in a circle
        raise NotAWorkbook(path, "its name can't be one of a file", "Name another file.") from error
    workbook, lost = read_workbook(path)
    app = AppImpl(on_alert)
    app.book = BookImpl(app, path, workbook, lost)
    _ENGINE.apps.enter(app)
    return xw.Book(impl=app.book)
